/* session: an open WebSocket connection that is served by a thread of its own. Step 5.
 *
 * It joins three modules: `tcp` reads and writes the bytes, `connection` knows the protocol, and
 * `session_events` keeps the time limits and logs. The caller decides what is done with a message.
 */
#ifndef STEP05_ECHO_SESSION_H
#define STEP05_ECHO_SESSION_H

#include "step03_handshake/upgrade.h"
#include "step05_echo/session_events.h"

struct session_handler {
    /* Called with each message. It may send one message with layer_send, which is connection_send
     * without a layer. */
    void (*on_message)(struct connection *connection, const struct connection_message *message,
                       void *context);
    /* Returns the layer of the extension that the handshake agreed on, or NULL if it agreed on
     * none. A server without extensions has no such function: NULL. */
    const struct layer *(*layer)(void *context);
    void *context; /* for the two functions */
};

/* Bytes of the buffer that session_serve has on its stack. With this many, and with --quiet, an
 * idle connection takes two pages of memory. */
enum { SESSION_LENT_SIZE = 608 };

/* Serves a TCP connection from its first byte on, as server.threads.handle does: answers the
 * request and, if it is a handshake that opens a WebSocket connection, calls session_run. */
void session_serve(struct tcp_connection *tcp, const struct upgrade_settings *upgrade,
                   const struct session_settings *settings, const struct session_handler *handler);

/* Serves the connection until it has ended, and logs how it ended. Takes over `buffer`, with the
 * first `received` bytes, as connection_init does. Afterwards the caller closes the TCP connection
 * at once. */
void session_run(struct tcp_connection *tcp, const struct session_settings *settings,
                 const struct session_handler *handler, const struct buffer *buffer,
                 size_t received);

#endif
