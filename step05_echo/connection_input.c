#include "step05_echo/connection_input.h"

#include <string.h>

/* Most bytes are in place already, and not every memmove checks for that. */
static void move(uint8_t *to, const uint8_t *from, size_t len) {
    if (to != from) {
        memmove(to, from, len);
    }
}

/* Moves the message, if one is being received, and the bytes that are not parsed yet to the front,
 * with `done` at `front`. All output has been sent, so nothing before `done` is kept. */
static void move_to_front(struct connection_input *input, size_t front) {
    uint8_t *data = input->buffer.data;
    size_t message = front;
    if (input->in_message) {
        size_t start = front + input->message_start - input->done;
        move(data + start, data + input->message_start, input->message_length);
        input->message_start = start;
        message = start + input->message_length;
    }
    size_t raw = input->end - input->raw;
    move(data + message, data + input->raw, raw);
    input->done = front;
    input->raw = message;
    input->end = message + raw;
}

void connection_input_relax(struct connection_input *input) {
    struct buffer *buffer = &input->buffer;
    if (!input->in_message && buffer_has_grown(buffer)) {
        move_to_front(input, 0);
        if (buffer->lent != NULL) {
            buffer_shrink(buffer, 0, input->end);
        } else if (input->end <= CONNECTION_INPUT_LEAST) {
            buffer_resize(buffer, CONNECTION_INPUT_LEAST, input->end);
        }
        input->filled = false;
    }
}

void connection_input_shrink(struct connection_input *input) {
    struct buffer *buffer = &input->buffer;
    bool is_large = buffer_has_grown(buffer) && buffer->capacity > CONNECTION_INPUT_READ_SIZE;
    if (is_large && input->end - input->raw < CONNECTION_INPUT_READ_SIZE) {
        move_to_front(input, 0);
        buffer_resize(buffer, CONNECTION_INPUT_READ_SIZE, input->end);
    }
}

/* Moves the bytes that are kept to the front if they are few, or if the room after them is too
 * small for the rest of the frame, for a read of a good size, or to do without a larger buffer. If
 * that leaves room for the frame, they are moved to where the next read is aligned. Many bytes that
 * already begin near the front stay there; otherwise a peer that sends single bytes would have them
 * moved for each. */
static void make_room(struct connection_input *input, uint64_t rest_of_frame) {
    size_t capacity = input->buffer.capacity, room = capacity - input->end;
    size_t kept = input->end - input->raw;
    if (input->in_message) {
        kept += input->message_start + input->message_length - input->done;
    }
    bool are_few = kept <= BUFFER_ALIGNMENT && (!input->in_message || input->message_length == 0);
    if (are_few || room < rest_of_frame || room < CONNECTION_INPUT_READ_SIZE / 2 ||
        room < capacity / 4) {
        bool is_at_front = !are_few && input->done < BUFFER_ALIGNMENT;
        uintptr_t next_read = (uintptr_t)input->buffer.data + kept;
        size_t front = is_at_front ? input->done : -next_read % BUFFER_ALIGNMENT;
        bool fits =
            capacity >= CONNECTION_INPUT_READ_SIZE && capacity - kept >= front + rest_of_frame;
        move_to_front(input, fits ? front : 0);
    }
}

/* Returns how large the buffer should be for the next read. It grows only when bytes that have
 * arrived fill it: to CONNECTION_INPUT_READ_SIZE for a peer that sends much at a time, or to twice
 * its size when a message leaves less than a quarter of it free. The length in a header never makes
 * the buffer grow; it only keeps it from growing when the rest of the frame fits. */
static size_t wanted_capacity(const struct connection_input *input, uint64_t rest_of_frame,
                              uint64_t most) {
    size_t capacity = input->buffer.capacity, free_bytes = capacity - input->end;
    bool rest_fits = rest_of_frame > 0 && rest_of_frame <= free_bytes;
    if (input->filled && capacity < CONNECTION_INPUT_READ_SIZE) {
        return CONNECTION_INPUT_READ_SIZE;
    }
    if (input->in_message && free_bytes < capacity / 4 && !rest_fits && capacity < most) {
        return 2 * capacity < most ? 2 * capacity : (size_t)most;
    }
    return capacity;
}

uint8_t *connection_input_space(struct connection_input *input, uint64_t rest_of_frame,
                                uint64_t most, size_t *size) {
    struct buffer *buffer = &input->buffer;
    bool much_too_large = buffer->capacity > CONNECTION_INPUT_READ_SIZE &&
                          input->message_length < buffer->capacity / 4;
    if (much_too_large) {
        connection_input_relax(input); /* it grew for a large message, and the last one was small */
    }
    make_room(input, rest_of_frame);
    size_t wanted = wanted_capacity(input, rest_of_frame, most);
    if (wanted > buffer->capacity && buffer_resize(buffer, wanted, input->end) != 0 &&
        input->end == buffer->capacity) {
        return NULL;
    }
    *size = buffer->capacity - input->end;
    return buffer->data + input->end;
}
