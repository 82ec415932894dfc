/* limits: what the clock demands of an open connection, and when. Step 5.
 *
 * The time comes in, in ms, as clock_now() tells it, and out comes what is due, for any driver.
 */
#ifndef STEP05_ECHO_LIMITS_H
#define STEP05_ECHO_LIMITS_H

#include "step05_echo/connection.h"

enum {
    LIMITS_RELAX_AFTER = 1000,    /* ms of silence before memory for busier times is given back */
    LIMITS_CLOSE_TIMEOUT = 2000,  /* ms to wait for the reply to our Close */
    LIMITS_LEAST_RATE = 16384,    /* bytes a second of a message's payload after message_timeout */
    LIMITS_LONGEST_WAIT = 3600000 /* ms; a wait has a bound even when nothing limits it */
};

struct limits_settings {
    int64_t ping_interval; /* ms of silence before a ping, and again before giving up; 0: never */
    int64_t idle_timeout;  /* ms without a message before a Close 1001; 0: never */
    /* ms for a message or a frame that has begun, in all, before a Close 1008; 0: for ever. Its
     * bytes, as they come, add the time that they take at LIMITS_LEAST_RATE. */
    int64_t message_timeout;
};

/* To begin with, the settings are filled in, `heard` and `message` are true, and the rest is 0. */
struct limits {
    const struct limits_settings *settings;
    bool heard, message, control; /* set by the caller when bytes, a whole message, or a whole
                                     control frame between two messages have come */
    bool relaxed;                 /* memory has been given back since something came */
    unsigned pings;               /* that were due since then */
    int64_t silent_since, idle_since;
    int64_t begun, closing; /* since when something is not whole, or our Close sent; 0: it is not */
};

enum limits_due {
    LIMITS_NOTHING,
    LIMITS_RELAX,        /* memory is to be given back */
    LIMITS_PING,         /* a ping */
    LIMITS_NO_PONG,      /* giving up: nothing has come since the ping */
    LIMITS_IDLE,         /* a Close 1001 */
    LIMITS_SLOW_MESSAGE, /* a Close 1008 */
    LIMITS_NO_CLOSE      /* giving up: our Close gets no reply */
};

/* To be called when all that has come is looked at. Returns what is due, which the caller does at
 * once; or LIMITS_NOTHING, and the ms, more than 0, to wait for bytes before the next call. A ping
 * is not due while output waits, and LIMITS_RELAX only when there is memory to give back. */
enum limits_due limits_due(struct limits *limits, const struct connection *connection,
                           bool can_relax, int64_t now, int64_t *wait);

#endif
