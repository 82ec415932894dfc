/* connection: the state of one open WebSocket connection, RFC 6455 sections 5 to 7. Step 5.
 *
 * It is given the bytes that arrive, and returns events and the bytes to be written. It does no I/O
 * itself, so that a server and a client, a thread and an event loop can use it in the same way:
 *
 *     for (;;) {
 *         switch (connection_next(&connection, &message)) {
 *         case CONNECTION_NEEDS_INPUT:   write the output; read into connection_space(); report the
 *                                        bytes with connection_received()
 *         case CONNECTION_NEEDS_OUTPUT:  write the output
 *         case CONNECTION_MESSAGE:       use the message, for example connection_send() it back
 *         case CONNECTION_PING:
 *         case CONNECTION_PONG:          nothing: a ping has been answered already
 *         case CONNECTION_CLOSED:
 *         case CONNECTION_FAILED:        write the output; end the TCP connection
 *         }
 *     }
 *
 * "Write the output" means: get it from connection_output(), write it, and report the bytes with
 * connection_sent(). Messages are not copied: they are handed out where they lie in the buffer that
 * they arrived in (connection_input.h).
 */
#ifndef STEP05_ECHO_CONNECTION_H
#define STEP05_ECHO_CONNECTION_H

#include "common/utf8.h"
#include "step04_frames/close.h"
#include "step04_frames/frame.h"
#include "step05_echo/connection_input.h"
#include "step05_echo/connection_output.h"

enum {
    CONNECTION_BUFFER_MIN = CONNECTION_INPUT_LEAST, /* bytes of the smallest buffer */
    CONNECTION_MESSAGE_MIN = 125,                   /* a smaller max_message is raised to this */
    CONNECTION_COPY_MAX = 125, /* bytes; a longer payload is lent to the output, not copied */
    CONNECTION_CONTROL_MAX = 2 + 4 + FRAME_CONTROL_MAX /* bytes of a control frame, masked */
};

enum connection_role { CONNECTION_SERVER, CONNECTION_CLIENT };

struct connection_settings {
    enum connection_role role;
    uint64_t max_message; /* bytes of the largest message that is accepted, fragments joined; a
                             limit above SIZE_MAX / 4 is lowered to that */
    /* Writes a fresh masking key that nobody can predict; a client needs one for each frame (10.3).
     * NULL for a server. */
    void (*new_masking_key)(void *context, uint8_t masking_key[4]);
    /* NULL, or called with each frame, received or sent, as it is on the wire: first with the
     * header, then with the payload, still masked, in as many calls as it arrives in. Frames of
     * connection_send_encoded are not shown. */
    void (*observe)(void *context, bool sent, const struct frame_header *frame,
                    const uint8_t *bytes, size_t count);
    void *context;       /* for the two functions above */
    uint8_t allowed_rsv; /* reserved bits that the agreed extension uses (5.2), or 0; messages with
                            such a bit are handed out in pieces, as they are: see layer.h */
    bool in_pieces;      /* all other messages are handed out in pieces as well */
    bool leave_pings;    /* pings are not answered here; the caller does it */
};

enum connection_event {
    CONNECTION_NEEDS_INPUT,  /* more bytes must arrive before the next event */
    CONNECTION_NEEDS_OUTPUT, /* the output is full: write it, then call again */
    CONNECTION_NEEDS_TURN,   /* only from a layer, which has more work to do: call again */
    CONNECTION_MESSAGE,      /* a whole message: opcode text or binary, payload */
    CONNECTION_PIECE,        /* the next part of a message's payload, as much as has arrived */
    CONNECTION_PING,         /* a ping; its pong is in the output */
    CONNECTION_PONG,
    CONNECTION_CLOSED, /* the peer's Close has come, and ours is sent or in the output */
    CONNECTION_FAILED  /* the peer broke a rule, or memory ran out; our Close is in the output */
};

/* The message, piece or control frame of an event, or one to be sent. A received payload lies in
 * the connection's memory. The caller may change it; it is valid until the next call of
 * connection_next or connection_space. */
struct connection_message {
    uint8_t opcode, rsv; /* of the first frame */
    bool fin;            /* true: the message ends here; false: another piece follows */
    uint8_t *payload;
    size_t length;
};

/* The fields that each message uses come first, side by side. With many connections they are rarely
 * in a cache, and the fewer cache lines they fill, the fewer are fetched. */
struct connection {
    struct connection_input input; /* with the message being received, or the last one */
    bool in_frame;                 /* `frame` is decoded, and its payload is not complete */
    bool in_message;               /* a message has begun and not ended */
    bool ended;     /* CONNECTION_CLOSED or CONNECTION_FAILED is the only event from now on */
    bool slow_path; /* every message takes the slow path; see connection_small.c */
    bool sending;   /* a message has been sent in part */
    bool close_sent;
    struct connection_settings settings;
    struct connection_output output;

    struct frame_rules rules;
    struct frame_header frame;
    uint64_t frame_received;            /* bytes of its payload so far */
    uint8_t control[FRAME_CONTROL_MAX]; /* the payload of a control frame */

    /* The message that is being received. */
    bool in_pieces; /* it is handed out in pieces */
    uint8_t opcode, rsv;
    uint64_t message_received; /* bytes of its payload so far */
    struct utf8 utf8;

    uint16_t close_code; /* after the last event: the code of the peer's Close, or of our failure */
    const char *failure; /* after CONNECTION_FAILED: why; otherwise NULL */
};

/* Starts a connection that is open, that is, after the 101. Takes over `buffer`, which has at least
 * CONNECTION_BUFFER_MIN bytes; the first `received` of them arrived after the handshake. Memory
 * that was lent to it must live as long as the connection. */
void connection_init(struct connection *connection, const struct connection_settings *settings,
                     const struct buffer *buffer, size_t received);

/* Frees the memory that the connection has taken from the heap. */
static inline void connection_free(struct connection *connection) {
    buffer_free(&connection->input.buffer);
}

/* Finds the next event in the bytes received so far. `message` is filled in for CONNECTION_MESSAGE,
 * _PIECE, _PING, _PONG (the payload) and _CLOSED (the reason). CLOSED and FAILED are the last
 * events: every later call returns the same one, and what arrives after it is ignored. */
enum connection_event connection_next(struct connection *connection,
                                      struct connection_message *message);

/* Returns where to read the next bytes to, and stores in `*size` how many fit there, at least 1.
 * Then connection_received reports how many have arrived. Call it after CONNECTION_NEEDS_INPUT,
 * when the output has been written, or at least those parts of it that lie in received messages: it
 * may move and grow the buffer. Returns NULL without memory: the connection has then failed with
 * 1011. */
uint8_t *connection_space(struct connection *connection, size_t *size);
void connection_received(struct connection *connection, size_t count);

/* Whether a message or a frame has begun and has not arrived in full. Stores in `*received` how
 * many bytes of the message's payload have arrived so far; 0 between two messages. */
bool connection_has_begun(const struct connection *connection, uint64_t *received);

/* Fails the connection (7.1.7): puts a Close with this code and sentence into the output, unless a
 * Close has been sent or the output is full, and ignores what arrives from now on. The sentence
 * must outlive the connection; at most CLOSE_REASON_MAX bytes of it are sent. Returns
 * CONNECTION_FAILED. */
enum connection_event connection_fail(struct connection *connection, uint16_t code,
                                      const char *sentence);
extern const char connection_too_big[], connection_no_memory[], connection_not_utf8[],
    connection_cut_character[]; /* sentences that a layer uses as well */

/* Gives back memory that large messages have taken. Call it after some silence, when
 * connection_space may be called and all output has been written. */
static inline void connection_relax(struct connection *connection) {
    connection_input_relax(&connection->input);
}

/* Sends a message in one frame, that is, adds the frame to the output. The payload is lent: it must
 * stay, and must not change, until it has been written; a client masks it in place. A message that
 * has just been received is sent from where it lies, without a copy. There is room for one message
 * after each event. The payload of a text message must be UTF-8. Returns 0, or -1 if the output
 * must be written first, if another message has been sent only in part, or if a Close has been
 * sent, after which nothing may follow (5.5.1). */
int connection_send(struct connection *connection, uint8_t opcode, uint8_t *payload, size_t length);

/* Sends one frame of a fragmented message (5.4). The first takes its opcode and reserved bits from
 * `piece`, the later ones are continuations, and the last has `fin`; between them only control
 * frames can be sent. Lends and returns as connection_send. */
int connection_send_piece(struct connection *connection, const struct connection_message *piece);

/* Sends a whole frame of a server that is encoded already, header included: a frame can be encoded
 * once and sent to many. Lends and returns as connection_send. */
int connection_send_encoded(struct connection *connection, const uint8_t *frame, size_t length);

/* Whether one more data frame can be sent: there is room for it, and no Close has been sent. */
bool connection_may_send(const struct connection *connection);

/* Sends a ping, or a pong, with a copy of the payload, at most 125 bytes. The peer answers a ping
 * with a pong that has the same payload. Pings of the peer are answered by connection_next, unless
 * leave_pings is set; a pong may also be sent unasked (5.5.3). Returns 0, or -1 if the payload is
 * longer, if the output must be written first, or if a Close has been sent. */
int connection_ping(struct connection *connection, const uint8_t *payload, size_t length);
int connection_pong(struct connection *connection, const uint8_t *payload, size_t length);

/* Starts the closing handshake (7.1.2). The code is legal (close_code_is_legal) or CLOSE_NO_CODE;
 * at most CLOSE_REASON_MAX bytes of the reason, a UTF-8 text, are sent. Go on until
 * CONNECTION_CLOSED, but not for ever: a peer may never reply. Returns as connection_ping. */
int connection_close(struct connection *connection, uint16_t code, const char *reason);

/* Returns how many parts the output has, and stores in `*parts` where they are, in their order.
 * connection_sent reports that the first `count` bytes of the output have been written. */
static inline size_t connection_output(struct connection *connection, const struct iovec **parts) {
    *parts = connection->output.parts;
    return connection->output.count;
}
static inline void connection_sent(struct connection *connection, size_t count) {
    connection_output_sent(&connection->output, count);
}

#endif
