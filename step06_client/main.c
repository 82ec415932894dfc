/* Step 6: a client. Lines that are typed or piped in are sent as messages, and what arrives is
 * printed. */
#include "step06_client/command.h"

int main(int argc, char **argv) {
    struct command command;
    struct options options;
    command_init(&command, &options, "step06_client",
                 "Step 6: a WebSocket client for the terminal.");
    int status = command_parse(&command, &options, argc, argv);
    return status == OPTIONS_GO_ON ? command_run(&command) : status;
}
