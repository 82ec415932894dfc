/* permessage_deflate: compressed messages, RFC 7692 section 7. Step 7.
 *
 *     sent:      message --> deflate --> ... 00 00 ff ff --> without the last four bytes, RSV1 set
 *     received:  payload --> 00 00 ff ff after it --> inflate --> message
 *
 * This is the layer (layer.h) between a connection and its user that compresses with `deflate` and
 * decompresses with `inflate`. It owns the memory of both directions and decides how long to keep
 * it. While a connection is busy, the sender takes deflate_memory() and room for its output, and
 * the receiver takes the window and up to twice the size of the message. After a moment of silence
 * only the windows remain; with no context takeover, nothing remains.
 */
#ifndef STEP07_DEFLATE_PERMESSAGE_DEFLATE_H
#define STEP07_DEFLATE_PERMESSAGE_DEFLATE_H

#include "step05_echo/layer.h"
#include "step07_deflate/deflate.h"
#include "step07_deflate/inflate.h"
#include "step07_deflate/permessage_negotiation.h"

/* The receiving direction. A message lies after the older messages, to which its references may go
 * back:
 *
 *         not used any more   history, in reach of references  message    free
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
    uint64_t received;      /* bytes of payload of the message so far */
    uint64_t tables_before; /* inflate->tables_made when the message began */
    size_t tail;            /* bytes of the missing 00 00 ff ff that inflate has read */
    const char *problem;    /* which rule of the format was broken */

    /* The current piece of payload, which lies where the connection's message begins. */
    bool has_piece, is_last, is_too_much;
    size_t piece_taken, piece_length;
};

/* The sending direction. */
struct permessage_sender {
    bool takeover;
    unsigned window_bits;
    void *memory; /* of the compressor; NULL until it is needed */
    struct deflate deflate;
    uint8_t *history; /* what is kept of the compressor during silence, or NULL */
    size_t history_length;
    uint8_t *out; /* the compressed message */
    size_t out_capacity;
    struct connection_message message; /* the message that is being sent */
    bool is_busy;                      /* it is still being compressed */
    bool is_received;                  /* it lies in the connection's input */
    bool is_lent; /* `out` is lent to the connection, which may still need it */
};

/* The compression of one connection. After permessage_deflate_init it must not be moved. */
struct permessage_deflate {
    bool is_server, is_agreed;
    struct permessage_parameters config, agreed;
    char answer[PERMESSAGE_NEGOTIATION_TEXT_MAX]; /* of a server that has agreed on parameters */
    struct layer layer;
    bool was_marked; /* the last message received was compressed */
    struct permessage_receiver receiver;
    struct permessage_sender sender;
};

/* Initializes the compression of a server's or a client's connection. Nothing is agreed on yet, and
 * no memory is taken. Copies `config`, the parameters that a server prefers or a client offers. */
void permessage_deflate_init(struct permessage_deflate *deflate,
                             const struct permessage_parameters *config, bool is_server);

/* The server's side of the handshake: returns the chooser for struct handshake_policy, which finds
 * the parameters to agree on. It refers to `deflate`. */
struct extensions_chooser permessage_deflate_chooser(struct permessage_deflate *deflate);

/* The client's side: returns whether permessage_negotiation_offer() allows the server's answer, and
 * if so agrees on it. `context` is the struct permessage_deflate. */
bool permessage_deflate_accept(void *context, struct http_text answer);

/* The layer for the connection, valid as long as `deflate`. NULL if nothing was agreed on. */
const struct layer *permessage_deflate_layer(struct permessage_deflate *deflate);

/* Frees all memory. The connection must not be used any more, since it may refer to it. */
void permessage_deflate_free(struct permessage_deflate *deflate);

#endif
