/* permessage_deflate: compressed messages, RFC 7692 section 7. Step 7.
 *
 *     sent:      message --> deflate --> ... 00 00 ff ff --> without the last four bytes, RSV1 set
 *     received:  payload --> 00 00 ff ff after it --> inflate --> message
 *
 * It is the layer (layer.h) that joins what `deflate` and `inflate` can do to a connection. Here is
 * the memory of both directions, and the decision how long it is kept:
 * while a connection is busy a compressor takes deflate_memory() and room for what it writes, a
 * decompressor the window and up to twice the message; after a moment of silence the windows alone
 * remain, and not even these where the two sides have agreed on no context takeover.
 */
#ifndef STEP07_DEFLATE_PERMESSAGE_DEFLATE_H
#define STEP07_DEFLATE_PERMESSAGE_DEFLATE_H

#include "step05_echo/layer.h"
#include "step07_deflate/deflate.h"
#include "step07_deflate/inflate.h"
#include "step07_deflate/permessage_negotiation.h"

/* The messages that come in. Their bytes lie after those of older messages, which references may
 * repeat:
 *
 *         not used any more   history, what references reach   message    free
 *       +-------------------+--------------------------------+----------+--------+
 *       0                 base                             start      length  capacity
 */
struct permessage_receiver {
    bool takeover;
    unsigned window_bits;
    struct inflate *inflate; /* NULL until it is needed */
    uint8_t *bytes;
    size_t capacity, base, start, length;
    bool in_message;
    uint8_t opcode;
    struct utf8 utf8;
    uint64_t received;      /* bytes of payload */
    uint64_t tables_before; /* tables_made of inflate when the message began */
    size_t tail;            /* bytes of the missing 00 00 ff ff that inflate has got */
    const char *problem;    /* which rule of the format was broken */

    /* The piece of payload at hand, which lies where the connection's message begins. */
    bool has_piece, is_last, is_too_much;
    size_t piece_taken, piece_length;
};

/* The messages that go out. */
struct permessage_sender {
    bool takeover;
    unsigned window_bits;
    void *memory; /* of the compressor; NULL until it is needed */
    struct deflate deflate;
    uint8_t *history; /* what is kept of it in times of silence, or NULL */
    size_t history_length;
    uint8_t *out; /* the compressed message */
    size_t out_capacity;
    struct connection_message message; /* the one that is being sent */
    bool is_busy;                      /* it is not compressed yet */
    bool is_received;                  /* it lies in the connection's input */
    bool is_lent;                      /* `out` may wait to be written */
};

/* One connection's compression. It must not be moved once its functions are in use. */
struct permessage_deflate {
    bool is_server, is_agreed;
    struct permessage_parameters wishes, agreed;
    char answer[PERMESSAGE_NEGOTIATION_TEXT_MAX]; /* a server's, once something is agreed on */
    struct layer layer;
    bool was_marked; /* the last message that came was compressed */
    struct permessage_receiver receiver;
    struct permessage_sender sender;
};

/* Starts with nothing agreed on and no memory taken. */
void permessage_deflate_init(struct permessage_deflate *deflate,
                             const struct permessage_parameters *wishes, bool is_server);

/* The server's side of the handshake: what struct handshake_policy takes. */
struct extensions_chooser permessage_deflate_chooser(struct permessage_deflate *deflate);

/* The client's: whether the server's answer goes with permessage_negotiation_offer(). `context` is
 * the struct permessage_deflate. */
bool permessage_deflate_accept(void *context, struct http_text answer);

/* What stands above the connection: NULL if nothing was agreed on. */
const struct layer *permessage_deflate_layer(struct permessage_deflate *deflate);

/* Frees all memory. The connection must not be used any more. */
void permessage_deflate_free(struct permessage_deflate *deflate);

#endif
