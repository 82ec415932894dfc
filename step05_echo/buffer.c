#include "step05_echo/buffer.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void buffer_init(struct buffer *buffer, uint8_t *lent, size_t lent_capacity) {
    *buffer = (struct buffer){lent, lent_capacity, lent, lent_capacity};
}

int buffer_grow(struct buffer *buffer, size_t capacity, size_t used) {
    bool on_heap = buffer->data != buffer->lent;
    uint8_t *larger = realloc(on_heap ? buffer->data : NULL, capacity);
    if (larger == NULL) {
        return -1;
    }
    if (!on_heap) {
        memcpy(larger, buffer->lent, used);
    }
    buffer->data = larger;
    buffer->capacity = capacity;
    return 0;
}

void buffer_shrink(struct buffer *buffer, size_t from, size_t used) {
    memmove(buffer->lent, buffer->data + from, used);
    buffer_free(buffer);
}

void buffer_free(struct buffer *buffer) {
    if (buffer->data != buffer->lent) {
        free(buffer->data);
    }
    buffer->data = buffer->lent;
    buffer->capacity = buffer->lent_capacity;
}
