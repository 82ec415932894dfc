/* loop: one thread that serves thousands of connections. Step 8.
 *
 *     wait until something is ready, or a time has come
 *     serve each peer that is ready, then those that were not finished
 *     serve the peers whose time has come
 *     bury those that have ended
 *
 * That is one turn. Nothing in it waits. When its time is over, whoever is left is served in the
 * next turn.
 */
#ifndef STEP08_LOOP_LOOP_H
#define STEP08_LOOP_LOOP_H

#include "step01_tcp/listeners.h"
#include "step08_loop/peer.h"

#include <stdatomic.h>

enum {
    /* Microseconds after which no further peer is begun: of those that are ready or unfinished, and
     * of those whose time has come. */
    LOOP_TURN = 3000,
    LOOP_TIMERS = 1000,
    LOOP_EVENTS = 256,      /* the most that one wait returns */
    LOOP_ACCEPTS = 64,      /* connections accepted in one turn */
    LOOP_REFUSALS = 64,     /* clients that are being refused at the same time, as in threads.h */
    LOOP_STOP_GRACE = 3000, /* ms for goodbyes, as in threads.h */
    LOOP_PAUSE = 100        /* ms without accepting when it fails */
};

/* What all loops of a program share. The caller fills in the settings; the rest is 0. */
struct loop_group {
    const struct peer_settings *peers;
    const struct listeners *listeners;
    const char *poller; /* a name for poller_open, or NULL */
    int stop;           /* a descriptor that can be read once the program is asked to stop */
    uint64_t max_connections;
    void (*tell)(struct loop_group *group); /* called when somebody asks what the loops do */
    void *context;                          /* for `tell` */
    atomic_uint_fast64_t numbers;           /* the number of the last connection */
    atomic_uint_fast64_t open;              /* connections, without those that are refused */
};

/* What a loop does, for whoever asks; another thread may read it. */
struct loop_counts {
    atomic_size_t peers[PEER_ENDED + 1]; /* in each state */
    atomic_size_t memory;                /* bytes of the heap that they hold (peer_memory) */
    atomic_uint_fast64_t turns;
    atomic_int_fast64_t longest; /* turn, in microseconds */
};

struct loop;

/* Makes a loop ready to run, with the listeners registered. It calls group->tell each time when
 * `report` can be read, a descriptor that does not block, or -1. Returns NULL with errno. `group`
 * must outlive it. */
struct loop *loop_new(struct loop_group *group, int report);

/* Serves until the program is asked to stop; then says goodbye to every peer and waits for their
 * ends, LOOP_STOP_GRACE at most. */
void loop_run(struct loop *loop);

const struct loop_counts *loop_counts(const struct loop *loop);

/* Ends what is left and frees the loop. */
void loop_free(struct loop *loop);

#endif
