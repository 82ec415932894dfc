/* Step 6: a client. Lines that are typed or piped in are sent as messages, and what arrives is
 * printed. */
#include "step06_client/client_options.h"

int main(int argc, char **argv) {
    struct client_options command;
    struct options options;
    client_options_init(&command, &options, "step06_client",
                        "Step 6: a WebSocket client for the terminal.");
    int status = client_options_parse(&command, &options, argc, argv);
    return status == OPTIONS_GO_ON ? client_options_run(&command) : status;
}
