#include "step02_http/buffer.h"

#include <stdlib.h>
#include <string.h>

void buffer_init(struct buffer *buffer, uint8_t *lent, size_t lent_capacity) {
    *buffer = (struct buffer){lent, lent_capacity, lent, lent_capacity};
}

bool buffer_has_grown(const struct buffer *buffer) {
    return buffer->data != buffer->lent;
}

int buffer_resize(struct buffer *buffer, size_t capacity, size_t used) {
    uint8_t *larger = realloc(buffer_has_grown(buffer) ? buffer->data : NULL, capacity);
    if (larger == NULL) {
        return -1;
    }
    if (!buffer_has_grown(buffer) && used > 0) {
        memcpy(larger, buffer->lent, used);
    }
    buffer->data = larger;
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
        free(buffer->data);
    }
    buffer->data = buffer->lent;
    buffer->capacity = buffer->lent_capacity;
}
