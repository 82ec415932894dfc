/* connection_input: the bytes that a connection receives, and the room for more of them. Step 5.
 *
 * One buffer holds what arrives. Payloads are unmasked where they lie, and moved left over the
 * frame headers between them, so that the fragments of a message join without another copy:
 *
 *        sent or waiting to be sent     message so far      free to move      not looked at yet
 *     +------------------------------+-------------------+----------------+-------------------+---
 *     |                              | . message         |                |                   |
 *     +------------------------------+-------------------+----------------+-------------------+---
 *     0                            done                  message end     raw                 end
 *
 * The connection moves `raw` and adds to the message. Where the next bytes go, what is moved for
 * them, and when the buffer grows and shrinks is decided here.
 */
#ifndef STEP05_ECHO_CONNECTION_INPUT_H
#define STEP05_ECHO_CONNECTION_INPUT_H

#include "step02_http/buffer.h"

enum {
    CONNECTION_INPUT_LEAST = 512, /* bytes that a buffer has at least */
    /* What a buffer grows to when a read has filled it: 256 KiB of payload, and its headers. A read
     * of messages whose size is a power of two then leaves little of the last to be moved. */
    CONNECTION_INPUT_READ_SIZE = (256 + 3) * 1024
};

/* Begins with a buffer, `end` after what has arrived already, and all else 0 or false. */
struct connection_input {
    struct buffer buffer;
    size_t done, raw, end; /* see the picture above */
    bool filled;           /* the last read left no room: more was waiting, perhaps */
    bool in_message;       /* the message below has begun and not ended, so it must be kept */
    size_t message_start, message_length;
};

/* Where to put the bytes that arrive next; `*size`, more than 0, is how many fit. Everything before
 * `done` must have been sent, because it may be overwritten, and what follows may move. Of the
 * frame at hand, `rest_of_frame` bytes of payload are missing (0: no header has come); a message
 * may make the buffer grow to `most` bytes. Returns NULL when there is no memory for a single byte.
 */
uint8_t *connection_input_space(struct connection_input *input, uint64_t rest_of_frame,
                                uint64_t most, size_t *size);

/* Gives back what a large message has taken beyond CONNECTION_INPUT_READ_SIZE, unless as many bytes
 * are not looked at yet. No message may lie in the buffer, and nothing before `done` be unsent. */
void connection_input_shrink(struct connection_input *input);

/* Gives back memory that was taken for busier times, unless a message is being received. Everything
 * before `done` must have been sent. */
void connection_input_relax(struct connection_input *input);

#endif
