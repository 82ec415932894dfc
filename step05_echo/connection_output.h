/* connection_output: the bytes that wait to be written, gathered so that one write sends many
 * frames. Step 5.
 *
 * Headers, control frames and short payloads are copied here. Longer payloads stay where they are,
 * and a part points at them. Parts that lie side by side in memory become one.
 */
#ifndef STEP05_ECHO_CONNECTION_OUTPUT_H
#define STEP05_ECHO_CONNECTION_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

enum {
    CONNECTION_OUTPUT_PARTS_MAX = 16,
    CONNECTION_OUTPUT_COPY_SIZE = 768 /* bytes that can be copied between two writes */
};

/* Starts with `count`, `total` and `copied` 0. */
struct connection_output {
    size_t count;  /* parts that wait */
    size_t total;  /* bytes in them */
    size_t copied; /* bytes of `copy` in use */
    struct iovec parts[CONNECTION_OUTPUT_PARTS_MAX];
    uint8_t copy[CONNECTION_OUTPUT_COPY_SIZE];
};

/* Whether there is room for `parts` more parts and for `bytes` bytes to be copied. */
static inline bool connection_output_has_room(const struct connection_output *output, size_t parts,
                                              size_t bytes) {
    return output->count <= CONNECTION_OUTPUT_PARTS_MAX - parts &&
           output->copied <= CONNECTION_OUTPUT_COPY_SIZE - bytes;
}

/* Both add `len` bytes, for which there must be room: the first copies them; the second only points
 * at them, so that they must stay until they have been written. */
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

/* Removes the first `len` bytes, which have been written; `len` is at most output->total. */
void connection_output_sent(struct connection_output *output, size_t len);

#endif
