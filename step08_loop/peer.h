/* peer: the life of one connection in an event loop, from its first byte to its last. Step 8.
 *
 * A thread of step 5 keeps its place in a connection's life on its stack. Here nothing may wait, so
 * the place is a state, and each call goes on from there as far as it can without waiting:
 *
 *                 handshake                 Close, or a failure
 *      OPENING  ------------->  OPEN  ------------------------>  LEAVING
 *         |                       |                                 |  all output is written
 *         |  any other request    |  lost                           v
 *         +-----> LEAVING         +-----> ENDED  <-----------  DRAINING
 *                                             the peer's end of the stream, or 2 s
 *
 * A peer at rest is only the struct below. For its turn it borrows a connection and a large buffer
 * that all peers of a loop share; what is unfinished when the turn ends moves to the heap.
 */
#ifndef STEP08_LOOP_PEER_H
#define STEP08_LOOP_PEER_H

#include "step03_handshake/upgrade.h"
#include "step05_echo/session_events.h"
#include "step06_client/channel.h"
#include "step07_deflate/permessage_deflate.h"
#include "step08_loop/timers.h"

enum peer_state { PEER_OPENING, PEER_OPEN, PEER_LEAVING, PEER_DRAINING, PEER_ENDED };

enum {
    PEER_SLICE = 1000, /* microseconds after which no further step of a peer's work is begun */
    PEER_MESSAGES_BETWEEN = 64 /* messages between two looks at the clock */
};

struct peer;

/* What a program decides. It belongs to the program and outlives all peers. */
struct peer_settings {
    struct upgrade_settings upgrade;
    struct session_settings session;
    struct permessage_parameters compression; /* what the server prefers */
    /* Called with each message. It may send one message with layer_send and peer_layer. */
    void (*on_message)(struct peer *peer, struct connection *connection,
                       const struct connection_message *message);
};

/* What the peers of one loop lend each other. The loop fills in `settings`. */
struct peer_shared {
    const struct peer_settings *settings;
    struct connection connection;
    _Alignas(BUFFER_ALIGNMENT) uint8_t bytes[CONNECTION_INPUT_READ_SIZE];
};

struct peer_opening; /* a request that is arriving, and the answer to it */

struct peer {
    /* For the loop. */
    struct timer timer; /* when to call peer_serve although nothing is ready */
    struct peer *next;  /* in a queue of the loop's */
    struct channel channel;
    uint8_t state;      /* enum peer_state */
    uint8_t waits_for;  /* POLLER_READ, POLLER_WRITE or both: when to call peer_serve */
    uint8_t ready;      /* those of the two that are ready */
    uint8_t registered; /* what the poller was told to wait for */
    uint8_t counted;    /* the state that the counts of the loop have */
    size_t held;        /* and the memory */
    bool is_queued;
    bool is_unfinished; /* call peer_serve again soon: it has work, and waits for nothing */
    bool is_refused;    /* one too many: it only drains */

    /* For the peer. */
    bool goodbye_said;
    bool drains; /* after the last output, until the peer's end of the stream */
    struct session_events events;
    struct connection *kept;            /* what is unfinished, or NULL */
    struct peer_opening *opening;       /* NULL before the first byte and after the answer */
    struct permessage_deflate *deflate; /* NULL if it was not agreed on */
    int64_t deadline;                   /* OPENING, DRAINING: the end of the wait */
    int64_t write_progress;             /* when the socket took bytes last, while output waits */
    int64_t write_deadline;             /* when all of it must be written; 0: no output waits */
};

/* Starts a peer for a socket that does not block, whose request is yet to come. The caller closes
 * the socket after peer_free. timer.due is the time until which the peer waits; the caller adds the
 * timer. `now` is clock_now(), here and below. */
void peer_init(struct peer *peer, int fd, uint64_t number, const struct peer_settings *settings,
               int64_t now);

/* Goes on with a peer as far as it gets without waiting, for about PEER_SLICE, at most one read
 * long: `peer->ready` says what the socket is ready for, and is cleared. `stopping` says that the
 * server is asked to stop: the peer says goodbye. Afterwards the fields for the loop say what it
 * waits for, and `*due` until when. If the state is PEER_ENDED, the caller frees it. */
void peer_serve(struct peer *peer, struct peer_shared *shared, bool stopping, int64_t now,
                int64_t *due);

/* Answers a client that is one too many with http_exchange_refusal and drains it. */
void peer_refuse(struct peer *peer, struct peer_shared *shared, int64_t now);

/* The layer that the handshake agreed on, or NULL. */
static inline const struct layer *peer_layer(const struct peer *peer) {
    return peer->deflate != NULL ? &peer->deflate->layer : NULL;
}

/* Bytes of the heap that a peer holds, besides its struct and the windows of compression. */
size_t peer_memory(const struct peer *peer);

/* Frees what a peer holds, but not the struct and not the socket. */
void peer_free(struct peer *peer);

#endif
