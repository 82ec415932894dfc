/* prepared_messages: the messages of a run, framed and masked before it begins, so that the load
 * generator does nothing but send them while it measures.
 *
 * A few different messages of the same size go round and round. Their frames lie in one strip,
 * twice, so that any run of up to `count` messages can be sent with one call, wherever it starts:
 *
 *     +---------+---------+-- --+---------+---------+---------+-- --+---------+
 *     | frame 0 | frame 1 | ... | frame n | frame 0 | frame 1 | ... | frame n |
 *     +---------+---------+-- --+---------+---------+---------+-- --+---------+
 *
 * The frames are made without help from the server's code. A raw TCP echo gets exactly the same
 * bytes.
 */
#ifndef BENCH_PREPARED_MESSAGES_H
#define BENCH_PREPARED_MESSAGES_H

#include "bench/payload.h"

#include <stdbool.h>

enum { PREPARED_MESSAGES_HEADER_MAX = 10 }; /* of a frame without masking key */

struct prepared_messages {
    size_t payload_size;
    size_t frame_size; /* header, masking key and payload: what is sent for one message */
    size_t count;      /* different messages */
    size_t round_size; /* count * frame_size */
    uint8_t *strip;
    uint8_t *plain; /* the payloads, not masked, one after the other */
    uint8_t
        reply_header[PREPARED_MESSAGES_HEADER_MAX]; /* how a server frames the echo in one frame */
    size_t reply_header_size;
};

/* Makes messages of `payload_size` bytes, at least `window` different ones unless that takes too
 * much memory. Returns 0, or -1 without memory. prepared_messages_free gives it back. */
int prepared_messages_make(struct prepared_messages *prepared, enum payload_kind kind,
                           size_t payload_size, size_t window);
void prepared_messages_free(struct prepared_messages *prepared);

/* The payload of the message with this number, counted from 0 without end. */
const uint8_t *prepared_messages_payload(const struct prepared_messages *prepared, uint64_t number);

/* Where to send from when `sent` bytes are out, and how many bytes lie there: at least
 * round_size. */
const uint8_t *prepared_messages_next(const struct prepared_messages *prepared, uint64_t sent,
                                      size_t *available);

#endif
