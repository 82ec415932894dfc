#include "step02_http/buffer.h"

#include <stdlib.h>
#include <string.h>

void buffer_init(struct buffer *buffer, uint8_t *lent, size_t lent_capacity) {
    *buffer = (struct buffer){lent, lent_capacity, lent, lent_capacity};
}

bool buffer_has_grown(const struct buffer *buffer) {
    return buffer->data != buffer->lent;
}

/* A block on the heap is BUFFER_ALIGNMENT bytes larger than the capacity, so that `data` can start
 * at an aligned address, 1 to BUFFER_ALIGNMENT bytes into the block. The byte before it, data[-1],
 * says how many. aligned_alloc would align the block itself, but realloc does not keep that, so
 * each growth would have to copy. */
int buffer_resize(struct buffer *buffer, size_t capacity, size_t used) {
    bool has_grown = buffer_has_grown(buffer);
    size_t size = BUFFER_ALIGNMENT + capacity, old_gap = has_grown ? buffer->data[-1] : 0;
    uint8_t *block = has_grown ? realloc(buffer->data - old_gap, size) : malloc(size);
    if (block == NULL) {
        return -1;
    }
    size_t gap = BUFFER_ALIGNMENT - (uintptr_t)block % BUFFER_ALIGNMENT;
    if (!has_grown && used > 0) {
        memcpy(block + gap, buffer->lent, used);
    } else if (gap != old_gap) {
        memmove(block + gap, block + old_gap, used);
    }
    buffer->data = block + gap;
    buffer->data[-1] = (uint8_t)gap;
    buffer->capacity = capacity;
    return 0;
}

void buffer_shrink(struct buffer *buffer, size_t from, size_t used) {
    if (!buffer_has_grown(buffer) || used > buffer->lent_capacity) {
        memmove(buffer->data, buffer->data + from, used);
        return;
    }
    memcpy(buffer->lent, buffer->data + from, used);
    buffer_free(buffer);
}

void buffer_free(struct buffer *buffer) {
    if (buffer_has_grown(buffer)) {
        free(buffer->data - buffer->data[-1]);
    }
    buffer->data = buffer->lent;
    buffer->capacity = buffer->lent_capacity;
}
