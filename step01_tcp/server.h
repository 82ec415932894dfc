/* server: one listening socket, one thread for each connection, and an orderly end. Step 1.
 *
 * The lesson of a thread per connection is short: accept, start a thread, let it block. What makes
 * it a server is here as well: a limit on connections, a small stack, survival when descriptors or
 * threads run out, and a stop that lets every connection say goodbye.
 */
#ifndef STEP01_TCP_SERVER_H
#define STEP01_TCP_SERVER_H

#include "common/options.h"
#include "step01_tcp/tcp.h"

enum {
    SERVER_STACK_SIZE = 64 * 1024, /* of a thread, beside what its own buffers need */
    SERVER_REFUSALS_MAX = 64,      /* threads that tell clients that the server is full */
    SERVER_STOP_GRACE = 3000,      /* ms for goodbyes after SIGTERM, then sockets are shut down */
    SERVER_STOP_LAST = 1000,       /* ms more for the threads to end, then the process ends */
    SERVER_PAUSE = 100             /* ms without accepting when descriptors have run out */
};

struct server {
    /* Set by server_init and the command line. */
    const char *program;
    const char *host;
    uint64_t port, max_connections;
    bool quiet, verbose;

    /* Set by main. */
    const char *hints;   /* lines printed after the listening line; {host} and {port} filled in */
    const char *refusal; /* sent to a client beyond max_connections */
    size_t buffer_size;  /* bytes that `handle` keeps in local variables */
    /* Serves one connection on a thread of its own and returns when it is over; the server closes
     * the socket. Called with SERVER_STACK_SIZE + buffer_size bytes of stack. */
    void (*handle)(struct tcp_connection *connection, void *context);
    void *context;
};

/* Fills in the defaults, and adds --host, --port, --max-connections, --quiet and --verbose to a
 * list of options that point into `server`. Main sets the other fields. */
void server_init(struct server *server, struct options *options);

/* Listens, prints "listening on ...", and serves until SIGINT or SIGTERM. Then it accepts no more,
 * lets the reads of every connection return ECANCELED, and waits a bounded time for their threads.
 * Returns the exit status for main: 0 after a stop, 1 when it could not listen, with one line on
 * standard error. It may be called once in a process: signals have one handler. */
int server_run(const struct server *server);

#endif
