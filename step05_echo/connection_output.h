/* connection_output: bytes that wait to be written, gathered so that many frames leave in one
 * write. Step 5.
 *
 * Small things (headers, control frames) are copied here. Large payloads stay where they are and
 * are only pointed at. Parts that happen to lie side by side become one.
 */
#ifndef STEP05_ECHO_CONNECTION_OUTPUT_H
#define STEP05_ECHO_CONNECTION_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

enum { CONNECTION_OUTPUT_PARTS_MAX = 16, CONNECTION_OUTPUT_COPY_SIZE = 768 };

/* Begins with `count`, `total` and `copied` 0. */
struct connection_output {
    size_t count; /* parts that wait */
    size_t total; /* bytes in them */
    size_t copied;
    struct iovec parts[CONNECTION_OUTPUT_PARTS_MAX];
    uint8_t copy[CONNECTION_OUTPUT_COPY_SIZE];
};

/* Whether `parts` more parts fit, with `bytes` to copy. */
static inline bool connection_output_has_room(const struct connection_output *output, size_t parts,
                                              size_t bytes) {
    return output->count <= CONNECTION_OUTPUT_PARTS_MAX - parts &&
           output->copied <= CONNECTION_OUTPUT_COPY_SIZE - bytes;
}

/* Adds bytes by copying them, or by pointing at them: then they must stay until they are sent. The
 * caller has asked connection_output_has_room before. */
void connection_output_copy(struct connection_output *output, const void *bytes, size_t len);
static inline void connection_output_lend(struct connection_output *output, const uint8_t *bytes,
                                          size_t len) {
    struct iovec *next = output->parts + output->count;
    if (output->count > 0 && (uint8_t *)next[-1].iov_base + next[-1].iov_len == bytes) {
        next[-1].iov_len += len;
    } else {
        *next = (struct iovec){(uint8_t *)bytes, len};
        output->count++;
    }
    output->total += len;
}

/* Takes away the first `len` bytes, which have been written; `len` is at most output->total. */
void connection_output_sent(struct connection_output *output, size_t len);

#endif
