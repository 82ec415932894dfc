/* What loop.c and loop_accept.c share. */
#ifndef STEP08_LOOP_LOOP_PARTS_H
#define STEP08_LOOP_LOOP_PARTS_H

#include "step08_loop/loop.h"
#include "step08_loop/poller.h"

/* Peers in the order in which they are to be served. */
struct loop_queue {
    struct peer *first, *last; /* NULL if it is empty */
};

struct loop {
    struct loop_group *group;
    struct poller *poller;
    struct timers timers; /* one for each peer, so this is also the list of all peers */
    struct loop_queue ready, unfinished, ended;
    struct loop_counts counts;
    size_t refusals;
    int report;  /* see loop_new */
    int reserve; /* a descriptor to be closed when no other is free */
    bool accept_failing;
    int64_t accept_again; /* when accepting goes on after a failure; 0: it has not failed */
    bool stopping;
    int64_t stop_until;
    struct peer_shared shared;
};

/* Appends a peer to a queue. It is in no other. */
void loop_queue_add(struct loop_queue *queue, struct peer *peer);

/* Accepts up to LOOP_ACCEPTS of the connections that wait at a listener. */
void loop_accept(struct loop *loop, const struct listener *listener, int64_t now);

/* Starts or stops waiting for connections. Returns 0, or -1 with errno. */
int loop_listen(struct loop *loop, bool accepts);

/* Makes a peer for a socket that does not block. Returns NULL with errno; then the caller closes
 * the socket. */
struct peer *loop_add(struct loop *loop, int fd, uint64_t number, int64_t now);

/* Does what peer_serve leaves to the loop: registers what the peer waits for, sets its timer, and
 * queues it if it is unfinished or has ended. */
void loop_settle(struct loop *loop, struct peer *peer, int64_t due);

#endif
