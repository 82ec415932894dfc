/* session: an open WebSocket connection served by a thread that blocks. Step 5.
 *
 * It joins the three parts that know nothing of each other: the bytes of tcp, the protocol of
 * connection, and the clock. What is done with a message is the caller's.
 */
#ifndef STEP05_ECHO_SESSION_H
#define STEP05_ECHO_SESSION_H

#include "common/options.h"
#include "step01_tcp/tcp.h"
#include "step05_echo/layer.h"

enum {
    SESSION_RELAX_AFTER = 1000,   /* ms of silence before memory for busier times is given back */
    SESSION_CLOSE_TIMEOUT = 2000, /* ms to wait for the reply to our Close */
    SESSION_LEAST_RATE = 16384    /* bytes a second of a message's payload after message_timeout, as
                                     they come: what a few bytes inflate to earns nothing */
};

struct session_settings {
    uint64_t max_message;  /* bytes */
    int64_t ping_interval; /* ms of silence before a ping, and again before giving up; 0: never */
    int64_t idle_timeout;  /* ms without a message before a Close 1001; 0: never */
    /* ms for a message or a frame that has begun, in all, before a Close 1008; 0: for ever. Its
     * bytes add the time that they take at SESSION_LEAST_RATE. */
    int64_t message_timeout;
};

/* Fills in the defaults and adds --max-message, --ping-interval, --idle-timeout
 * and --message-timeout. */
void session_init(struct session_settings *settings, struct options *options);

/* What is done with the messages. */
struct session_handler {
    /* Called with each message; it may answer with connection_send. */
    void (*on_message)(struct connection *connection, const struct connection_message *message,
                       void *context);
    void *context;
    const struct layer *layer; /* what the handshake agreed on, or NULL */
};

/* Serves the connection until it is over, and logs how it ended. It takes over `buffer` as
 * connection_init does, whose first `received` bytes have arrived already. The caller closes the
 * TCP connection then, at once. */
void session_run(struct tcp_connection *tcp, const struct session_settings *settings,
                 const struct session_handler *handler, const struct buffer *buffer,
                 size_t received);

#endif
