/* connection: the state of one open WebSocket connection, RFC 6455 sections 5 to 7. Step 5.
 *
 * Bytes go in, events and bytes come out, for a server and a client, a thread and an event loop:
 *
 *     for (;;) {
 *         switch (connection_next(&connection, &message)) {
 *         case CONNECTION_NEEDS_INPUT:   write the output; read into connection_space(), report the
 *                                        bytes with connection_received()
 *         case CONNECTION_NEEDS_OUTPUT:  write the output
 *         case CONNECTION_MESSAGE:       use the message, for example connection_send() it back
 *         case CONNECTION_PING:
 *         case CONNECTION_PONG:          nothing: pings are answered already
 *         case CONNECTION_CLOSED:
 *         case CONNECTION_FAILED:        write the output; end the TCP connection
 *         }
 *     }
 *
 * "Write the output" is: take connection_output(), write it, report it with connection_sent().
 * Messages are handed out where they lie in the buffer that they arrive in (connection_input.h).
 */
#ifndef STEP05_ECHO_CONNECTION_H
#define STEP05_ECHO_CONNECTION_H

#include "common/utf8.h"
#include "step04_frames/close.h"
#include "step04_frames/frame.h"
#include "step05_echo/connection_input.h"
#include "step05_echo/connection_output.h"

enum {
    CONNECTION_BUFFER_MIN = CONNECTION_INPUT_LEAST, /* bytes that a buffer must have at least */
    CONNECTION_MESSAGE_MIN = 125,                   /* a smaller max_message is raised to this */
    CONNECTION_MESSAGE_DEFAULT = 16777216,          /* bytes, for programs that are told no other */
    CONNECTION_COPY_MAX = 125, /* a payload up to this size is copied rather than lent */
    CONNECTION_CONTROL_MAX = 2 + 4 + FRAME_CONTROL_MAX /* bytes of a control frame, masked */
};

enum connection_role { CONNECTION_SERVER, CONNECTION_CLIENT };

struct connection_settings {
    enum connection_role role;
    uint64_t max_message; /* bytes of the largest message that is accepted, fragments joined; no
                             more than SIZE_MAX / 4 */
    /* A client's frames need a fresh masking key each, which nobody can predict (10.3). This gives
     * one. A server has none: NULL. */
    void (*new_masking_key)(void *context, uint8_t masking_key[4]);
    /* NULL, or sees the frames as they are on the wire, but for those sent encoded: `bytes` are
     * first the header, in a call of its own, then payload, still masked, in one call or more. */
    void (*observe)(void *context, bool sent, const struct frame_header *frame,
                    const uint8_t *bytes, size_t count);
    void *context;
    uint8_t allowed_rsv; /* reserved bits that an agreed extension uses (5.2): messages with them
                            come in pieces, whatever they have come to; see layer.h */
    bool in_pieces;      /* so do all others */
    bool leave_pings;    /* the caller answers pings */
};

enum connection_event {
    CONNECTION_NEEDS_INPUT,  /* nothing more can be said of the bytes so far */
    CONNECTION_NEEDS_OUTPUT, /* write the output first; then there is more */
    CONNECTION_NEEDS_TURN,   /* of a layer alone: there is more to do; just go on */
    CONNECTION_MESSAGE,      /* a whole message: opcode text or binary, payload */
    CONNECTION_PIECE,        /* the next payload of a message, as much as has arrived */
    CONNECTION_PING,         /* a ping; its pong is in the output */
    CONNECTION_PONG,
    CONNECTION_CLOSED, /* the peer's Close has come, and ours is sent or in the output */
    CONNECTION_FAILED  /* the peer broke a rule, or memory ran out; our Close is in the output */
};

/* What an event is about, or what is to be sent. Received payload lies in the connection's memory,
 * may be changed, and is valid until the next call of connection_next or connection_space. */
struct connection_message {
    uint8_t opcode, rsv; /* of its first frame */
    bool fin;            /* it ends here; false: another piece follows */
    uint8_t *payload;
    size_t length;
};

/* What each message touches comes first, side by side: with many connections it is in no cache, and
 * the fewer lines of memory it lies in, the fewer have to be fetched. */
struct connection {
    struct connection_input input; /* with the message being received, or the last one */
    bool in_frame; /* the header at hand has been decoded, and some of its payload may be missing */
    bool in_message; /* one has begun and not ended */
    bool ended;      /* the last event has been found */
    bool long_way;   /* no message takes the short way; see connection_small.c */
    bool sending;    /* a message has been sent in part */
    bool close_sent;
    struct connection_settings settings;
    struct connection_output output;

    struct frame_rules rules;
    struct frame_header frame;
    uint64_t frame_received;            /* bytes of its payload so far */
    uint8_t control[FRAME_CONTROL_MAX]; /* the payload of a control frame */

    bool in_pieces; /* the message is not gathered */
    uint8_t opcode, rsv;
    uint64_t message_received; /* bytes of its payload so far */
    struct utf8 utf8;

    uint16_t close_code; /* at the end: the code the peer sent, or the one it was failed with */
    const char *failure; /* after CONNECTION_FAILED: which rule was broken; otherwise NULL */
};

/* Starts with the connection open (after the 101). Takes over `buffer`, of CONNECTION_BUFFER_MIN
 * bytes at least, whose first `received` bytes hold what came after the handshake; what was lent
 * to it lives as long as the connection. */
void connection_init(struct connection *connection, const struct connection_settings *settings,
                     const struct buffer *buffer, size_t received);

/* Frees what the connection has taken from the heap. */
static inline void connection_free(struct connection *connection) {
    buffer_free(&connection->input.buffer);
}

/* Finds the next event in the bytes received so far. `message` is filled in for CONNECTION_MESSAGE,
 * _PIECE, _PING, _PONG (the payload) and _CLOSED (the reason). CLOSED and FAILED are the last:
 * every later call returns the same again, and nothing else that arrives counts. */
enum connection_event connection_next(struct connection *connection,
                                      struct connection_message *message);

/* Where to put the bytes that arrive next; `*size`, more than 0, is how many fit, and
 * connection_received reports how many have come. To be called after CONNECTION_NEEDS_INPUT, when
 * all output has been sent, or at least all that was lent from a received message; it may move and
 * grow the buffer. Returns NULL without memory: then the connection has failed with 1011. */
uint8_t *connection_space(struct connection *connection, size_t *size);
void connection_received(struct connection *connection, size_t count);

/* Whether something has begun and not ended: a message, or a frame of which not all is here. Then
 * `*received` is how many bytes of the message's payload have come so far; 0 between two. */
bool connection_has_begun(const struct connection *connection, uint64_t *received);

/* Fails the connection from outside (7.1.7): says why in a Close, unless one has been sent, and
 * listens no more. Returns CONNECTION_FAILED. `sentence` stays. */
enum connection_event connection_fail(struct connection *connection, uint16_t code,
                                      const char *sentence);
extern const char connection_too_big[], connection_no_memory[], connection_not_utf8[],
    connection_cut_character[]; /* sentences that a layer gives as well */

/* Gives back memory that was taken for busier times: in silence, when connection_space may be
 * called, and all output has been sent. */
static inline void connection_relax(struct connection *connection) {
    connection_input_relax(&connection->input);
}

/* Sends a message in one frame. The payload is lent: until it has been sent it must neither change
 * nor go; a client's is masked in place. A message that has just been received goes back as it
 * lies, without being copied. After each event one message can be sent; returns 0, or -1 when the
 * output must be written first, another message has been sent in part, or a Close was sent (nothing
 * may follow it, 5.5.1). The payload of a text message must be UTF-8. */
int connection_send(struct connection *connection, uint8_t opcode, uint8_t *payload, size_t length);

/* Sends a frame of a message (5.4): its first has the opcode and the reserved bits, its last has
 * `fin`. Lends and returns as connection_send; until the last one only control frames can be sent
 * beside it. */
int connection_send_piece(struct connection *connection, const struct connection_message *piece);

/* Sends bytes that are a whole frame of a server, with its header. One frame can so be made once
 * and sent to many. Lends and returns as connection_send. */
int connection_send_encoded(struct connection *connection, const uint8_t *frame, size_t length);

/* Whether one more frame can be sent. */
bool connection_may_send(const struct connection *connection);

/* Sends a ping with up to 125 bytes, which the peer's pong will repeat; or a pong, which
 * connection_next does in reply to a ping, but one may also come unasked (5.5.3). Returns as
 * connection_send. */
int connection_ping(struct connection *connection, const uint8_t *payload, size_t length);
int connection_pong(struct connection *connection, const uint8_t *payload, size_t length);

/* Starts the closing handshake, with a code that is legal or CLOSE_NO_CODE and a reason of up to
 * 123 bytes. Go on until CONNECTION_CLOSED, but not for ever: a peer may never reply. Returns as
 * connection_send. */
int connection_close(struct connection *connection, uint16_t code, const char *reason);

/* The bytes to be written: `*parts` points at as many pieces as it returns, in their order.
 * connection_sent reports that the first `count` bytes of them were written. */
static inline size_t connection_output(struct connection *connection, const struct iovec **parts) {
    *parts = connection->output.parts;
    return connection->output.count;
}
static inline void connection_sent(struct connection *connection, size_t count) {
    connection_output_sent(&connection->output, count);
}

#endif
