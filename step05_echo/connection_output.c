#include "step05_echo/connection_output.h"

#include <string.h>

void connection_output_copy(struct connection_output *output, const void *bytes, size_t len) {
    uint8_t *to = output->copy + output->copied;
    memcpy(to, bytes, len);
    output->copied += len;
    connection_output_lend(output, to, len);
}

void connection_output_sent(struct connection_output *output, size_t len) {
    size_t first = 0;
    output->total -= len;
    for (; first < output->count && len >= output->parts[first].iov_len; first++) {
        len -= output->parts[first].iov_len;
    }
    output->count -= first;
    memmove(output->parts, output->parts + first, output->count * sizeof output->parts[0]);
    if (output->count == 0) {
        output->copied = 0;
    } else {
        output->parts[0].iov_base = (uint8_t *)output->parts[0].iov_base + len;
        output->parts[0].iov_len -= len;
    }
}
