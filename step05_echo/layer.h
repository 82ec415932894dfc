/* layer: an extension between a connection and whoever uses it, RFC 6455 sections 5.8 and 9. Step 5.
 *
 * An extension that the handshake has agreed on changes the payload of messages on their way, and
 * marks those that it has changed with a reserved bit:
 *
 *     received:   connection_next() --> pieces of a marked message --> next() --> message
 *     sent:       message --> send() --> payload and mark --> connection_send_piece()
 *
 * Whoever reads and writes the bytes calls layer_next and layer_send, which are those of the
 * connection where there is no layer (NULL). The extension may do much work for few bytes, so it
 * stops now and then with CONNECTION_NEEDS_TURN: a thread goes on at once, an event loop when the
 * others have had their turn. After layer_send the next event comes when all of it is done; the
 * payload is lent until then.
 */
#ifndef STEP05_ECHO_LAYER_H
#define STEP05_ECHO_LAYER_H

#include "step05_echo/connection.h"

struct layer {
    uint8_t rsv; /* the reserved bit, for connection_settings.allowed_rsv */
    void *context;

    /* These do, under the same contracts, what connection_next, connection_send and
     * connection_relax do. Messages stay valid as long, but may not be changed: later ones may
     * refer back to them. */
    enum connection_event (*next)(void *context, struct connection *connection,
                                  struct connection_message *message);
    int (*send)(void *context, struct connection *connection, uint8_t opcode, uint8_t *payload,
                size_t length);
    void (*relax)(void *context, struct connection *connection);
};

static inline uint8_t layer_rsv(const struct layer *layer) {
    return layer == NULL ? 0 : layer->rsv;
}

static inline enum connection_event layer_next(const struct layer *layer,
                                               struct connection *connection,
                                               struct connection_message *message) {
    return layer == NULL ? connection_next(connection, message)
                         : layer->next(layer->context, connection, message);
}

static inline int layer_send(const struct layer *layer, struct connection *connection,
                             uint8_t opcode, uint8_t *payload, size_t length) {
    return layer == NULL ? connection_send(connection, opcode, payload, length)
                         : layer->send(layer->context, connection, opcode, payload, length);
}

static inline void layer_relax(const struct layer *layer, struct connection *connection) {
    if (layer == NULL) {
        connection_relax(connection);
    } else {
        layer->relax(layer->context, connection);
    }
}

#endif
