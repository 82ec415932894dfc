/* client_options: the client's command line. Step 6. */
#ifndef STEP06_CLIENT_CLIENT_OPTIONS_H
#define STEP06_CLIENT_CLIENT_OPTIONS_H

#include "step06_client/client_loop.h"
#include "step06_client/client_open.h"

struct client_options {
    struct url url;
    struct client_offer offer;
    struct client_settings client;
    struct client_loop_settings loop;
    const char *close; /* as it is typed: a code and perhaps a reason */
    bool quiet, verbose;
};

/* Calls process_init, fills in the defaults and starts `options` with all that the client has, for
 * a program of this name. More may be added before the command line is read. */
void client_options_init(struct client_options *command, struct options *options,
                         const char *program, const char *summary);

/* Reads the command line, and sets how much is logged. Returns as options_parse. */
int client_options_parse(struct client_options *command, struct options *options, int argc,
                         char **argv);

/* Connects, talks until one side closes, and returns the program's exit status. */
int client_options_run(const struct client_options *command);

#endif
