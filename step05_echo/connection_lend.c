#include "step05_echo/connection_lend.h"

#include <string.h>

bool connection_is_at_rest(const struct connection *connection) {
    uint64_t received;
    return !connection->ended && !connection->close_sent &&
           !connection_has_begun(connection, &received) && !connection->sending &&
           connection->output.count == 0;
}

static bool lies_in(const uint8_t *bytes, const uint8_t *memory, size_t size) {
    return size > 0 && bytes >= memory && bytes < memory + size;
}

/* Returns how many bytes at the front of the buffer are not needed any more: those before `done`,
 * or before the first of them that waits to be written. */
static size_t count_unneeded(const struct connection *connection) {
    const struct buffer *buffer = &connection->input.buffer;
    for (size_t i = 0; i < connection->output.count; i++) {
        const uint8_t *bytes = connection->output.parts[i].iov_base;
        if (lies_in(bytes, buffer->data, buffer->capacity)) {
            return (size_t)(bytes - buffer->data);
        }
    }
    return connection->input.done;
}

/* Moves a connection to `to`, and its bytes without the first `unneeded` to offset `front` of
 * `buffer`, unless that is the buffer where they are. Changes whatever points at or counts these
 * bytes. */
static void move(struct connection *to, struct connection *from, const struct buffer *buffer,
                 size_t unneeded, size_t front) {
    const struct buffer old = from->input.buffer;
    const uint8_t *old_copy = from->output.copy;
    struct connection_input *input = &to->input;
    memmove(to, from, sizeof *to);
    if (buffer->data != old.data && input->end > unneeded) {
        memcpy(buffer->data + front, old.data + unneeded, input->end - unneeded);
    }
    for (size_t i = 0; i < to->output.count; i++) {
        struct iovec *part = &to->output.parts[i];
        const uint8_t *bytes = part->iov_base;
        if (lies_in(bytes, old_copy, CONNECTION_OUTPUT_COPY_SIZE)) {
            part->iov_base = to->output.copy + (bytes - old_copy);
        } else if (lies_in(bytes, old.data, old.capacity)) {
            part->iov_base = buffer->data + ((size_t)(bytes - old.data) - unneeded + front);
        }
    }
    input->buffer = *buffer;
    input->done += front - unneeded;
    input->raw += front - unneeded;
    input->end += front - unneeded;
    input->message_start =
        front + (input->message_start > unneeded ? input->message_start - unneeded : 0);
}

int connection_keep(struct connection *to, struct connection *from) {
    struct buffer own = from->input.buffer;
    size_t unneeded = 0;
    if (!buffer_has_grown(&own)) {
        unneeded = count_unneeded(from);
        size_t size = from->input.end - unneeded;
        buffer_init(&own, NULL, 0);
        if (buffer_resize(&own, size > CONNECTION_INPUT_LEAST ? size : CONNECTION_INPUT_LEAST, 0) !=
            0) {
            return -1;
        }
    }
    own.lent = NULL;
    own.lent_capacity = 0;
    move(to, from, &own, unneeded, 0);
    return 0;
}

/* The first byte that is kept goes to where the next read starts at an aligned address. */
void connection_lend(struct connection *to, struct connection *from, uint8_t *lent, size_t size) {
    struct buffer own = from->input.buffer, buffer;
    size_t unneeded = count_unneeded(from), kept = from->input.end - unneeded;
    size_t front = -((uintptr_t)lent + kept) % BUFFER_ALIGNMENT;
    bool fits = own.capacity <= size && kept <= size / 8;
    buffer_init(&buffer, lent, size);
    if (!fits) {
        buffer.data = own.data;
        buffer.capacity = own.capacity;
        unneeded = front = 0;
    }
    move(to, from, &buffer, unneeded, front);
    if (fits) {
        buffer_free(&own);
    }
}
