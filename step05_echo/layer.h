/* layer: an extension between a connection and its user, RFC 6455 sections 5.8 and 9. Step 5.
 *
 * The extension changes the payload of messages on their way, and sets a reserved bit in those that
 * it has changed:
 *
 *     received:   connection_next() --> pieces with the bit --> next() --> message
 *     sent:       message --> send() --> payload with the bit --> connection_send_piece()
 *
 * The user calls layer_next, layer_send and layer_relax instead of connection_next, connection_send
 * and connection_relax. Their contracts are the same, with three differences. A message from a
 * layer must not be changed, because later messages may refer back to it. Where a few bytes cause
 * much work, layer_next pauses with CONNECTION_NEEDS_TURN: a thread calls it again at once, an
 * event loop after it has served others. A message that is sent may need several calls of
 * layer_next too, so its payload must stay until layer_next has returned an event other than that.
 */
#ifndef STEP05_ECHO_LAYER_H
#define STEP05_ECHO_LAYER_H

#include "step05_echo/connection.h"

struct layer {
    uint8_t rsv;   /* the reserved bit, for connection_settings.allowed_rsv */
    void *context; /* for the three functions */
    enum connection_event (*next)(void *context, struct connection *connection,
                                  struct connection_message *message);
    int (*send)(void *context, struct connection *connection, uint8_t opcode, uint8_t *payload,
                size_t length);
    void (*relax)(void *context, struct connection *connection);
};

/* Each calls the function of the layer, or that of the connection if `layer` is NULL. */
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
