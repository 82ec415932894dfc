/* loop_server: a server whose connections are served by one loop, or by a few. Step 8.
 *
 * It is to the loop what step 1's server is to threads: main says what to do with a message;
 * everything else is here.
 */
#ifndef STEP08_LOOP_LOOP_SERVER_H
#define STEP08_LOOP_LOOP_SERVER_H

#include "step01_tcp/server.h"
#include "step07_deflate/permessage_options.h"
#include "step08_loop/loop.h"

enum { LOOP_SERVER_LOOPS_MAX = 64, LOOP_SERVER_CONNECTIONS = 10000 };

struct loop_server {
    struct server server;       /* main sets `hints` */
    struct peer_settings peers; /* and `on_message` */
    struct permessage_options compression;
    uint64_t loops;
    const char *poller;

    /* Set by loop_server_run. */
    struct loop_group group;
    struct loop *loop[LOOP_SERVER_LOOPS_MAX];
};

/* Fills in the defaults and adds the options of step 7's server, and --loops and --poll. The
 * options point into the struct, so it must not be moved. */
void loop_server_init(struct loop_server *server, const char *program, const char *summary);

/* Does what server_run does, with loops in place of threads. The first loop runs in the calling
 * thread. SIGUSR1 makes it log one line about what all of them do. */
int loop_server_run(struct loop_server *server, int argc, char **argv);

#endif
