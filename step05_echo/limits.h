/* limits: the limits of an open connection: how large a message may be unless the command line says
 * otherwise, and the time limits. Step 5.
 *
 * The module has no clock: the caller passes the time, in ms as clock_now() gives it, and does what
 * is due. So a thread, the client and an event loop keep the same limits.
 */
#ifndef STEP05_ECHO_LIMITS_H
#define STEP05_ECHO_LIMITS_H

#include "step05_echo/connection.h"

enum {
    LIMITS_MESSAGE_DEFAULT = 16777216, /* bytes of the largest message; connection.h enforces it */
    LIMITS_RELAX_AFTER = 1000,         /* ms of silence before memory is given back */
    LIMITS_CLOSE_TIMEOUT = 2000,       /* ms to wait for the reply to our Close */
    LIMITS_LEAST_RATE = 16384,         /* bytes a second; see message_timeout */
    LIMITS_LONGEST_WAIT = 3600000      /* ms; no wait is longer, even if nothing is ever due */
};

struct limits_settings {
    int64_t ping_interval; /* ms of silence before a ping, and again before giving up; 0: never */
    int64_t idle_timeout;  /* ms without a message before a Close 1001; 0: never */
    /* ms that a message or a frame may take to arrive before a Close 1008; 0: no limit. Each byte
     * of the message that has arrived adds the time that it takes at LIMITS_LEAST_RATE. */
    int64_t message_timeout;
};

/* Starts with the settings, `heard` and `message` true, and the rest 0. */
struct limits {
    const struct limits_settings *settings;
    /* Set by the caller, and cleared by limits_due: */
    bool heard;           /* bytes have arrived */
    bool message;         /* a whole message has arrived */
    bool control;         /* a whole control frame has arrived between two messages */
    bool relaxed;         /* memory has been given back since bytes arrived last */
    unsigned pings;       /* how often a ping was due since then */
    int64_t silent_since; /* when bytes arrived last, or a ping was sent */
    int64_t idle_since;   /* when a message arrived last */
    int64_t begun;        /* when a message or frame began that is not complete; 0: there is none */
    int64_t closing;      /* when our Close was sent; 0: it was not */
};

enum limits_due {
    LIMITS_NOTHING,
    LIMITS_RELAX,        /* give back memory */
    LIMITS_PING,         /* send a ping */
    LIMITS_NO_PONG,      /* give up: nothing has arrived since the ping */
    LIMITS_IDLE,         /* send a Close 1001 */
    LIMITS_SLOW_MESSAGE, /* send a Close 1008 */
    LIMITS_NO_CLOSE      /* give up: our Close got no reply */
};

/* Returns what is due at the time `now`, which the caller must do at once; or LIMITS_NOTHING, and
 * stores in `*wait` how many ms, more than 0, to wait for bytes before the next call. Call it when
 * connection_next has found all events in the bytes received. A ping is not due while output waits,
 * LIMITS_RELAX only with `can_relax`, that is, if there is memory to give back. */
enum limits_due limits_due(struct limits *limits, const struct connection *connection,
                           bool can_relax, int64_t now, int64_t *wait);

#endif
