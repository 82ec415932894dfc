/* threads: a thread for each connection, with limits, and an orderly end for all of them. Step 1.
 *
 * The lesson is short: start a thread for each connection and let it block. A server needs more: a
 * limit on connections, small stacks, a way to go on when no thread can be started, and a stop that
 * lets every connection say goodbye.
 */
#ifndef STEP01_TCP_THREADS_H
#define STEP01_TCP_THREADS_H

#include "step01_tcp/tcp.h"

enum {
    THREADS_STACK_SIZE = 64 * 1024, /* bytes for a thread, besides its own buffers */
    THREADS_REFUSALS_MAX = 64,      /* threads that refuse clients at the same time */
    THREADS_STOP_GRACE = 3000,      /* ms for goodbyes, then the sockets are shut down */
    THREADS_STOP_LAST = 1000        /* ms more for the threads to end */
};

struct threads_settings {
    uint64_t max_connections;
    const char *refusal; /* sent to a client beyond max_connections */
    size_t buffer_size;  /* bytes that `handle` keeps in local variables */
    /* Serves one connection in a thread of its own, with THREADS_STACK_SIZE + buffer_size bytes of
     * stack. When it returns, the connection is closed. */
    void (*handle)(struct tcp_connection *connection, void *context);
    void *context;
};

struct threads;

/* Returns an object without connections, or NULL with errno if there is no memory. `settings` must
 * outlive it. It takes SIGUSR1 for itself, to interrupt threads that are blocked. */
struct threads *threads_new(const struct threads_settings *settings);

/* Takes over a connection: a new thread serves it, or refuses it if max_connections are open, and
 * then closes it. Returns at once. Call it from one thread only. */
void threads_serve(struct threads *threads, const struct tcp_connection *connection);

/* Makes the reads of every connection return ECANCELED once, and waits for the threads, for
 * THREADS_STOP_GRACE + THREADS_STOP_LAST ms at most. Call it from the thread that calls
 * threads_serve. `threads` is freed, unless threads that still use it are left; do not use it
 * afterwards. */
void threads_stop(struct threads *threads);

#endif
