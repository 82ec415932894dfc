/* session: an open WebSocket connection served by a thread that blocks. Step 5.
 *
 * It joins the three parts that know nothing of each other: the bytes of tcp, the protocol of
 * connection, and the clock. What is done with a message is the caller's.
 */
#ifndef STEP05_ECHO_SESSION_H
#define STEP05_ECHO_SESSION_H

#include "step03_handshake/upgrade.h"
#include "step05_echo/layer.h"
#include "step05_echo/limits.h"

struct session_settings {
    uint64_t max_message; /* bytes */
    struct limits_settings limits;
};

/* Fills in the defaults and adds --max-message, --ping-interval, --idle-timeout
 * and --message-timeout. */
void session_init(struct session_settings *settings, struct options *options);

/* What is done with each message; it may be answered with connection_send. */
struct session_handler {
    void (*on_message)(struct connection *connection, const struct connection_message *message,
                       void *context);
    /* Returns the extension that the handshake agreed on, or NULL. NULL: the server has none. */
    const struct layer *(*layer)(void *context);
    void *context;
};

enum { SESSION_LENT_SIZE = 608 }; /* an idle connection is two pages of memory then, with --quiet */

/* Serves a connection from its first byte on, as server.threads.handle does: the request, and if
 * that is a handshake, session_run. */
void session_serve(struct tcp_connection *tcp, const struct upgrade_settings *upgrade,
                   const struct session_settings *settings, const struct session_handler *handler);

/* Serves the connection until it is over, and logs how it ended. Takes over `buffer` as
 * connection_init does. The caller closes the TCP connection then, at once. */
void session_run(struct tcp_connection *tcp, const struct session_settings *settings,
                 const struct session_handler *handler, const struct buffer *buffer,
                 size_t received);

#endif
