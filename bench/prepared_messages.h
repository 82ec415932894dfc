/* prepared_messages: the messages of a run, framed and masked before it begins, so that the load
 * generator only has to send them while it measures.
 *
 * It sends a few different messages of the same size again and again. Their frames lie in memory
 * twice, one after another, so that one call can send up to `count` messages, whichever is first:
 *
 *     +---------+---------+-- --+---------+---------+---------+-- --+---------+
 *     | frame 0 | frame 1 | ... | frame n | frame 0 | frame 1 | ... | frame n |
 *     +---------+---------+-- --+---------+---------+---------+-- --+---------+
 *
 * No code of the server takes part in making the frames. A raw TCP echo gets the same bytes.
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
    uint8_t *frames;
    uint8_t *payloads;                                  /* not masked, one after another */
    uint8_t reply_header[PREPARED_MESSAGES_HEADER_MAX]; /* of an echo that is one frame */
    size_t reply_header_size;
};

/* Makes messages of `payload_size` bytes, at least `window` different ones unless they take too
 * much memory. Returns 0, or -1 without memory. prepared_messages_free frees them. */
int prepared_messages_make(struct prepared_messages *prepared, enum payload_kind kind,
                           size_t payload_size, size_t window);
void prepared_messages_free(struct prepared_messages *prepared);

/* The payload of a message. `number` counts all messages that are sent, from 0. */
const uint8_t *prepared_messages_payload(const struct prepared_messages *prepared, uint64_t number);

/* Where the bytes lie that follow the first `sent` bytes. `*available` becomes how many of them lie
 * there in one piece, at least round_size. */
const uint8_t *prepared_messages_next(const struct prepared_messages *prepared, uint64_t sent,
                                      size_t *available);

#endif
