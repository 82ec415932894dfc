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
    const char *close; /* as it is typed: a code and perhaps a reason */
    bool quiet, verbose;
};

/* Calls process_init, fills in the defaults and starts `options` with all that the client has, for
 * a program of this name. More may be added before the command line is read. */
void command_init(struct command *command, struct options *options, const char *program,
                  const char *summary);

/* Reads the command line, and sets how much is logged. Returns as options_parse. */
int command_parse(struct command *command, struct options *options, int argc, char **argv);

/* Connects, talks until one side closes, and returns the program's exit status. */
int command_run(const struct command *command);

#endif
