/* session_events: what every server does with the events of an open connection, whoever waits for
 * its bytes: it counts, keeps the time limits and logs. Step 5.
 *
 * It has no socket and no clock. A driver, such as the thread of `session`, reads and writes; it
 * calls the function here that belongs to what has happened. All log lines about open connections
 * are made here, so those of all drivers are the same.
 */
#ifndef STEP05_ECHO_SESSION_EVENTS_H
#define STEP05_ECHO_SESSION_EVENTS_H

#include "common/options.h"
#include "step05_echo/layer.h"
#include "step05_echo/limits.h"

struct session_settings {
    uint64_t max_message; /* bytes */
    struct limits_settings limits;
};

struct session_events {
    uint64_t number; /* of the TCP connection, in the log */
    uint64_t messages;
    bool verbose; /* what log_is_verbose said at the start */
    /* The driver sets limits.heard when bytes have arrived. */
    struct limits limits;
};

/* Fills in the defaults and adds --max-message, --ping-interval, --idle-timeout
 * and --message-timeout. */
void session_events_options(struct session_settings *settings, struct options *options);

/* Starts with connection number `number`. `settings` must live as long as `events`. */
void session_events_init(struct session_events *events, const struct session_settings *settings,
                         uint64_t number);

/* Returns what connection_init needs to know. `layer` is NULL without an extension. */
struct connection_settings session_events_rules(const struct session_settings *settings,
                                                const struct layer *layer);

/* Counts a message, and logs it with --verbose. The driver calls its user afterwards. */
void session_events_message(struct session_events *events,
                            const struct connection_message *message);

/* Notes and logs a ping or pong. */
void session_events_control(struct session_events *events, const struct connection *connection,
                            const struct connection_message *message);

/* Starts the closing handshake with 1001, going away (7.4.1), unless a Close has been sent. At most
 * CLOSE_REASON_MAX bytes of the reason are sent. */
void session_events_goodbye(const struct session_events *events, struct connection *connection,
                            const char *reason);

enum session_events_due {
    SESSION_WAIT,  /* nothing is due before `*wait` ms, more than 0, are over */
    SESSION_AGAIN, /* something was done: call layer_next again */
    SESSION_LOST   /* the connection is lost, which has been logged: end TCP */
};

/* Does what limits_due says at the time `now`, in ms as clock_now() gives it: sends a ping or a
 * Close, gives back memory, or gives up. Call it when layer_next has returned
 * CONNECTION_NEEDS_INPUT and the output has been written, or at least as much of it as
 * connection_space asks for. */
enum session_events_due session_events_due(struct session_events *events,
                                           struct connection *connection, const struct layer *layer,
                                           int64_t now, int64_t *wait);

/* Logs why a connection ended without the closing handshake. */
void session_events_lost(const struct session_events *events, const char *why);

/* Logs how a connection ended: `event` is CONNECTION_CLOSED or CONNECTION_FAILED, and `message`
 * what came with it. */
void session_events_ended(const struct session_events *events, const struct connection *connection,
                          enum connection_event event, const struct connection_message *message);

#endif
