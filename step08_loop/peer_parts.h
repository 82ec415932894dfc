/* What peer.c and peer_opening.c share. */
#ifndef STEP08_LOOP_PEER_PARTS_H
#define STEP08_LOOP_PEER_PARTS_H

#include "step03_handshake/opening.h"
#include "step08_loop/peer.h"

/* Exists from the first byte of a request until its answer is written: the output points here. */
struct peer_opening {
    struct http_request request;
    struct buffer buffer;
    size_t received;     /* bytes in it */
    uint8_t first[1536]; /* lent to the buffer; a browser's request fits */
    struct opening opening;
};

/* One call of peer_serve. */
struct peer_turn {
    struct peer *peer;
    struct peer_shared *shared;
    bool stopping;
    bool has_read; /* one read a turn: the others wait, too */
    bool rests;    /* everything is done, and the connection waits for bytes */
    int64_t now, due;
    int64_t end; /* by clock_microseconds() */
};

/* Goes on with a request. When it is complete, or cannot be, the shared connection has the answer
 * in its output, and bytes that came after a handshake in its input. The peer is then OPEN or
 * LEAVING; or DRAINING or ENDED, without an answer. */
void peer_open(struct peer_turn *turn);

/* Starts the shared connection, with `received` bytes in the shared memory. */
void peer_begin(struct peer *peer, struct peer_shared *shared, size_t received);

/* Ends our side of the stream. What the peer still sends is thrown away for a bounded time: see
 * tcp_finish for what a reset could destroy. */
void peer_drain(struct peer_turn *turn);

/* Frees the request and its answer. */
void peer_opening_free(struct peer *peer);

#endif
