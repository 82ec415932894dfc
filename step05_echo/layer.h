/* layer: an extension between a connection and its user, RFC 6455 sections 5.8 and 9. Step 5.
 *
 * An extension that was agreed on changes the payload of messages on their way, and marks those
 * that it has changed with a reserved bit:
 *
 *     received:   connection_next() --> pieces of a marked message --> next() --> message
 *     sent:       message --> send() --> payload and mark --> connection_send_piece()
 *
 * Who reads and writes the bytes calls layer_next, layer_send and layer_relax. They do, under the
 * same contracts, what those of the connection do; but a message from a layer must not be changed,
 * since later ones may refer back to it. Where few bytes are much work it stops with
 * CONNECTION_NEEDS_TURN: a thread goes on at once, a loop when others have had their turn. What is
 * sent goes on in layer_next as well, and is lent until the next other event.
 */
#ifndef STEP05_ECHO_LAYER_H
#define STEP05_ECHO_LAYER_H

#include "step05_echo/connection.h"

struct layer {
    uint8_t rsv; /* the reserved bit, for connection_settings.allowed_rsv */
    void *context;
    enum connection_event (*next)(void *context, struct connection *connection,
                                  struct connection_message *message);
    int (*send)(void *context, struct connection *connection, uint8_t opcode, uint8_t *payload,
                size_t length);
    void (*relax)(void *context, struct connection *connection);
};

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
    layer == NULL ? connection_relax(connection) : layer->relax(layer->context, connection);
}

#endif
