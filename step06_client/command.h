/* command: the client's command line. Step 6. */
#ifndef STEP06_CLIENT_COMMAND_H
#define STEP06_CLIENT_COMMAND_H

#include "step06_client/client_open.h"
#include "step06_client/talk.h"

struct command {
    struct url url;
    struct client_offer offer;
    struct client_settings client;
    struct talk_settings talk;
};

/* Reads the command line, and sets how much is logged. Returns as options_parse. */
int command_parse(struct command *command, int argc, char **argv);

#endif
