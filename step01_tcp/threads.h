/* threads: a thread for each connection, with limits, and an orderly end for all of them. Step 1.
 *
 * The lesson of a thread per connection is short: start a thread and let it block. What makes it a
 * server is here as well: a limit on connections, a small stack, survival when threads run out, and
 * a stop that lets every connection say goodbye.
 */
#ifndef STEP01_TCP_THREADS_H
#define STEP01_TCP_THREADS_H

#include "step01_tcp/tcp.h"

enum {
    THREADS_STACK_SIZE = 64 * 1024, /* of a thread, beside what its own buffers need */
    THREADS_REFUSALS_MAX = 64,      /* threads that tell clients that there is no place */
    THREADS_STOP_GRACE = 3000,      /* ms for goodbyes, then the sockets are shut down */
    THREADS_STOP_LAST = 1000        /* ms more for the threads to end */
};

struct threads_settings {
    uint64_t max_connections;
    const char *refusal; /* sent to a client beyond max_connections */
    size_t buffer_size;  /* bytes that `handle` keeps in local variables */
    /* Serves one connection on a thread of its own, with THREADS_STACK_SIZE + buffer_size bytes of
     * stack, and returns when it is over. Then the socket is closed. */
    void (*handle)(struct tcp_connection *connection, void *context);
    void *context;
};

struct threads;

/* Begins without connections; `settings` must outlive it. It uses SIGUSR1, which interrupts
 * threads that are blocked. Returns NULL with errno when there is no memory. */
struct threads *threads_new(const struct threads_settings *settings);

/* Takes over a connection, closes it in the end, and serves it, or refuses it if there are
 * max_connections. Returns at once. Call it from one thread only. */
void threads_serve(struct threads *threads, const struct tcp_connection *connection);

/* Lets the reads of every connection return ECANCELED once, and waits for the threads, for
 * THREADS_STOP_GRACE + THREADS_STOP_LAST ms at most. Call it from the thread that calls
 * threads_serve, and nothing after it: it is freed, unless threads are left that still use it. */
void threads_stop(struct threads *threads);

#endif
