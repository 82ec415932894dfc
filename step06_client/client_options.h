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
    const char *close; /* the argument of --close: CODE[:REASON] */
    bool quiet, verbose;
};

/* Calls process_init, fills in the defaults, and starts `options`, for a program with this name and
 * summary, with all options of the client. More may be added before client_options_parse. */
void client_options_init(struct client_options *command, struct options *options,
                         const char *program, const char *summary);

/* Reads the command line into `command`, and sets how much is logged. Returns as options_parse. */
int client_options_parse(struct client_options *command, struct options *options, int argc,
                         char **argv);

/* Opens a connection, runs client_loop, and returns the exit status of the program. */
int client_options_run(const struct client_options *command);

#endif
