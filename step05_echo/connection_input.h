/* connection_input: the bytes that a connection receives, and the room for more of them. Step 5.
 *
 * One buffer holds all that arrives. A payload is unmasked and moved to the left in one pass, over
 * the headers between the frames, so that the fragments of a message are joined without a copy:
 *
 *        sent or waiting to be sent     message so far        unused           not parsed yet
 *     +------------------------------+-------------------+----------------+-------------------+---
 *     |                              | . message         |                |                   |
 *     +------------------------------+-------------------+----------------+-------------------+---
 *     0                            done                  message end     raw                 end
 *
 * The connection moves `raw` and `done` and adds to the message. This module decides where the next
 * bytes go, what is moved to make room for them, and when the buffer grows and shrinks.
 */
#ifndef STEP05_ECHO_CONNECTION_INPUT_H
#define STEP05_ECHO_CONNECTION_INPUT_H

#include "step02_http/buffer.h"

enum {
    CONNECTION_INPUT_LEAST = 512, /* bytes of the smallest buffer */
    /* Bytes that a buffer grows to when a read has filled it: 256 KiB of payload, and its headers.
     * If the sizes of messages are powers of two, a read then ends near the end of a message, and
     * few bytes have to be moved to the front for the next read. */
    CONNECTION_INPUT_READ_SIZE = (256 + 3) * 1024
};

/* Starts with a buffer, `end` after the bytes that have arrived already, and the rest 0 or
 * false. */
struct connection_input {
    struct buffer buffer;
    size_t done, raw, end; /* see the picture above */
    bool filled;           /* the last read filled the buffer, so more bytes may be waiting */
    bool in_message;       /* the message below is not complete, so it must be kept */
    size_t message_start, message_length;
};

/* Returns where to read the next bytes to, and stores in `*size` how many fit there, at least 1.
 * Everything before `done` must have been sent, because it may be overwritten; what follows may
 * move. `rest_of_frame` is how many bytes of the current frame's payload are missing, or 0 if no
 * header has been decoded. For a message the buffer grows to at most `most` bytes. Returns NULL
 * when there is no memory for a single byte. */
uint8_t *connection_input_space(struct connection_input *input, uint64_t rest_of_frame,
                                uint64_t most, size_t *size);

/* Shrinks a buffer that is larger than CONNECTION_INPUT_READ_SIZE to that size, unless that many
 * bytes are not parsed yet. Everything before `done` must have been sent, and no message may lie in
 * the buffer. */
void connection_input_shrink(struct connection_input *input);

/* Gives back memory that large messages have taken, unless a message is being received. Everything
 * before `done` must have been sent. */
void connection_input_relax(struct connection_input *input);

#endif
