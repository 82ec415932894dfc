/* Step 6: a client. Lines that are typed or piped in are sent as messages, and what arrives is
 * printed. */
#include "common/log.h"
#include "step06_client/command.h"
#include "step06_client/talk.h"

int main(int argc, char **argv) {
    struct command command;
    struct client client;
    int status = command_parse(&command, argc, argv);
    if (status != OPTIONS_GO_ON) {
        return status;
    }
    if (client_open(&client, &command.url, &command.offer, &command.client) != 0) {
        log_problem("%s", client.problem);
        return 1;
    }
    status = talk(&client, &command.talk);
    client_free(&client);
    return status;
}
