#include "step05_echo/connection_parts.h"

#include "step05_echo/mask_fast.h"

#include <string.h>

enum {
    /* What one event may add to the output: its own control frame, and a message by the user. */
    EVENT_PARTS = 3,
    EVENT_BYTES = CONNECTION_CONTROL_MAX + FRAME_HEADER_MAX + CONNECTION_COPY_MAX,
    /* Room that the buffer has beyond the largest message: headers and a control frame. */
    BUFFER_SLACK = 2 * FRAME_HEADER_MAX + CONNECTION_CONTROL_MAX
};

static const char misplaced_bit[] = "a reserved bit is set beyond a message's first frame (5.2)";

void connection_init(struct connection *connection, const struct connection_settings *settings,
                     const struct buffer *buffer, size_t received) {
    connection->settings = *settings;
    if (settings->max_message < CONNECTION_MESSAGE_MIN) {
        connection->settings.max_message = CONNECTION_MESSAGE_MIN;
    }
    if (settings->max_message > SIZE_MAX / 4) {
        connection->settings.max_message = SIZE_MAX / 4; /* so that no sum of sizes can overflow */
    }
    uint8_t allowed_rsv = settings->extension != NULL ? settings->extension->rsv : 0;
    connection->rules = (struct frame_rules){settings->role == CONNECTION_SERVER, allowed_rsv};
    input_init(&connection->input, buffer, received);
    connection->in_frame = false;
    output_init(&connection->output);
    connection->changed = false;
    connection->extension_lent = false;
    connection->masked_message = NULL;
    connection->close_sent = false;
    connection->end_event = CONNECTION_NEEDS_INPUT;
    connection->close_code = CLOSE_NO_CODE;
    connection->failure = NULL;
}

void connection_free(struct connection *connection) {
    input_free(&connection->input);
}

enum connection_event connection_fail(struct connection *connection, uint16_t code,
                                      const char *sentence) {
    connection_close(connection, code, sentence);
    connection->close_code = code;
    connection->failure = sentence;
    connection->end_event = CONNECTION_FAILED;
    return CONNECTION_FAILED;
}

/* A message begins: its payload will be gathered from `start` on. */
static void begin_message(struct connection *connection, uint8_t opcode, size_t start) {
    connection->message_opcode = opcode;
    connection->changed = false;
    connection->input.in_message = true;
    connection->input.message_start = start;
    connection->input.message_length = 0;
    utf8_init(&connection->utf8);
}

/* The frame at hand begins a message: finds the place for its payload. */
static void place_message(struct connection *connection, size_t header_size) {
    const struct frame_header *frame = &connection->frame;
    const struct input *input = &connection->input;
    if (frame->rsv != 0) {
        begin_message(connection, frame->opcode, input->done);
        connection_begin_changed(connection);
        return;
    }
    /* In front of the payload stays room for the header of its echo: exactly as much as it needs
     * when its length is known, or up to the most that a server's frame can have. */
    size_t key_size = frame->masked ? sizeof frame->masking_key : 0;
    size_t room = (frame->fin ? header_size : FRAME_HEADER_MAX) - key_size;
    size_t most = input->raw + header_size - input->done;
    begin_message(connection, frame->opcode, input->done + (room < most ? room : most));
}

/* Checks what the header of a data frame means for the message it belongs to (5.4). Returns
 * CONNECTION_NEEDS_INPUT if all is well. */
static enum connection_event begin_data_frame(struct connection *connection, size_t header_size) {
    const struct frame_header *frame = &connection->frame;
    const struct input *input = &connection->input;
    bool continues = frame->opcode == FRAME_CONTINUATION;
    if (continues && !input->in_message) {
        return connection_fail(connection, CLOSE_PROTOCOL_ERROR,
                               "there is no message to continue (5.4)");
    }
    if (!continues && input->in_message) {
        return connection_fail(connection, CLOSE_PROTOCOL_ERROR,
                               "a message begins before the last one has ended (5.4)");
    }
    if (continues && frame->rsv != 0) {
        return connection_fail(connection, CLOSE_PROTOCOL_ERROR, misplaced_bit);
    }
    if (!continues) {
        place_message(connection, header_size);
    }
    size_t so_far = input->message_length;
    uint64_t left = connection->settings.max_message - so_far;
    if (!connection->changed && frame->payload_length > left) {
        return connection_fail(connection, CLOSE_TOO_BIG, connection_too_big);
    }
    return CONNECTION_NEEDS_INPUT;
}

/* Decodes the header at `raw`. Returns CONNECTION_NEEDS_INPUT with in_frame set if that went well.
 * */
static enum connection_event begin_frame(struct connection *connection) {
    struct input *input = &connection->input;
    enum frame_verdict verdict =
        frame_decode_header(input->buffer.data + input->raw, input->end - input->raw,
                            &connection->rules, &connection->frame);
    if (verdict == FRAME_INCOMPLETE) {
        return CONNECTION_NEEDS_INPUT;
    }
    if (verdict != FRAME_OK) {
        return connection_fail(connection, CLOSE_PROTOCOL_ERROR, frame_verdict_sentence(verdict));
    }
    size_t header_size = frame_header_size(&connection->frame);
    enum connection_event event = CONNECTION_NEEDS_INPUT;
    if (!frame_is_control(connection->frame.opcode)) {
        event = begin_data_frame(connection, header_size);
    } else if (connection->frame.rsv != 0) {
        event = connection_fail(connection, CLOSE_PROTOCOL_ERROR, misplaced_bit);
    }
    if (event != CONNECTION_NEEDS_INPUT) {
        return event;
    }
    input->raw += header_size;
    connection->frame_received = 0;
    connection->in_frame = true;
    return CONNECTION_NEEDS_INPUT;
}

/* Adds `count` bytes of payload to the message, unmasked with a key (NULL: they are not masked),
 * and checks text on the way: a bad byte is noticed at once, not at the end of a frame or a
 * message. `offset` is how many bytes of the same frame came before. */
static enum connection_event add_to_message(struct connection *connection, const uint8_t *from,
                                            size_t count, const uint8_t *masking_key,
                                            uint64_t offset) {
    struct input *input = &connection->input;
    uint8_t *to = input->buffer.data + input->message_start + input->message_length;
    bool is_text = connection->message_opcode == FRAME_TEXT, is_ascii = false;
    if (masking_key == NULL) {
        memmove(to, from, count);
    } else if (is_text) {
        is_ascii = mask_fast_text(to, from, count, masking_key, offset);
    } else {
        mask_fast(to, from, count, masking_key, offset);
    }
    input->message_length += count;
    /* ASCII that begins between two characters is good, and ends between two. */
    bool is_good = !is_text || (is_ascii && utf8_is_complete(&connection->utf8)) ||
                   utf8_update(&connection->utf8, to, count);
    return is_good ? CONNECTION_NEEDS_INPUT
                   : connection_fail(connection, CLOSE_INVALID_DATA, connection_not_utf8);
}

/* Takes as much of the frame's payload as has arrived. */
static enum connection_event take_payload(struct connection *connection) {
    const struct frame_header *frame = &connection->frame;
    struct input *input = &connection->input;
    const uint8_t *key = frame->masked ? frame->masking_key : NULL;
    uint8_t *from = input->buffer.data + input->raw;
    uint64_t offset = connection->frame_received;
    uint64_t missing = frame->payload_length - offset;
    size_t here = input->end - input->raw;
    size_t count = missing < here ? (size_t)missing : here;
    if (connection->changed && !frame_is_control(frame->opcode)) {
        return connection_make_message(connection, count, key);
    }
    input->raw += count;
    connection->frame_received += count;
    if (!frame_is_control(frame->opcode)) {
        return add_to_message(connection, from, count, key, offset);
    }
    memcpy(connection->control + offset, from, count);
    if (key != NULL) {
        mask_fast(connection->control + offset, from, count, key, offset);
    }
    return CONNECTION_NEEDS_INPUT;
}

/* The peer's Close has come whole: replies with the same code, unless ours came first (5.5.1). */
static enum connection_event end_with_close(struct connection *connection,
                                            struct connection_message *message) {
    struct close close;
    enum close_verdict verdict =
        close_decode(connection->control, (size_t)connection->frame.payload_length, &close);
    if (verdict != CLOSE_OK) {
        uint16_t code = verdict == CLOSE_BAD_REASON ? CLOSE_INVALID_DATA : CLOSE_PROTOCOL_ERROR;
        return connection_fail(connection, code, close_verdict_sentence(verdict));
    }
    connection_close(connection, close.code, "");
    connection->close_code = close.code;
    connection->end_event = CONNECTION_CLOSED;
    message->payload =
        connection->control + (connection->frame.payload_length - close.reason_length);
    message->length = close.reason_length;
    return CONNECTION_CLOSED;
}

static enum connection_event end_control_frame(struct connection *connection,
                                               struct connection_message *message) {
    size_t length = (size_t)connection->frame.payload_length;
    *message = (struct connection_message){connection->frame.opcode, connection->control, length};
    if (!connection->input.in_message) {
        /* A peer that sends pings after a large message does not keep its memory with them. */
        connection->input.message_length = 0;
        connection->changed = false;
    }
    if (connection->frame.opcode == FRAME_CLOSE) {
        return end_with_close(connection, message);
    }
    if (connection->frame.opcode == FRAME_PONG) {
        return CONNECTION_PONG;
    }
    connection_pong(connection, connection->control, length);
    return CONNECTION_PING;
}

static enum connection_event end_message(struct connection *connection,
                                         struct connection_message *message) {
    struct input *input = &connection->input;
    uint8_t opcode = connection->message_opcode;
    if (opcode == FRAME_TEXT && !utf8_is_complete(&connection->utf8)) {
        return connection_fail(connection, CLOSE_INVALID_DATA,
                               "a text message must not end within a character (8.1)");
    }
    input->in_message = false;
    *message = (struct connection_message){opcode, input->buffer.data + input->message_start,
                                           input->message_length};
    if (connection->changed) {
        message->payload = connection->made.payload;
        message->length = connection->made.length;
    }
    return CONNECTION_MESSAGE;
}

/* The frame at hand is whole. Returns CONNECTION_NEEDS_INPUT if that is all there is to say. */
static enum connection_event end_frame(struct connection *connection,
                                       struct connection_message *message) {
    connection->in_frame = false;
    if (frame_is_control(connection->frame.opcode)) {
        return end_control_frame(connection, message);
    }
    return connection->frame.fin ? end_message(connection, message) : CONNECTION_NEEDS_INPUT;
}

/* The short way for what comes most often: a whole small message, all of which is here. It does
 * what begin_frame, take_payload and end_frame do, without asking what is known of such a message.
 * Returns CONNECTION_NEEDS_INPUT, and has done nothing, if anything else is next. */
static enum connection_event take_small_message(struct connection *connection,
                                                struct connection_message *message) {
    struct input *input = &connection->input;
    const uint8_t *frame = input->buffer.data + input->raw;
    size_t here = input->end - input->raw;
    if (connection->in_frame || input->in_message || !connection->rules.masked ||
        here < FRAME_SMALL_HEADER || !frame_is_small_message(frame)) {
        return CONNECTION_NEEDS_INPUT;
    }
    size_t length = frame[1] & 0x7f;
    if (here - FRAME_SMALL_HEADER < length) {
        return CONNECTION_NEEDS_INPUT;
    }
    input->raw += FRAME_SMALL_HEADER + length;
    begin_message(connection, frame[0] & 0x0f, input->done + 2);
    enum connection_event event =
        add_to_message(connection, frame + FRAME_SMALL_HEADER, length, frame + 2, 0);
    return event == CONNECTION_NEEDS_INPUT ? end_message(connection, message) : event;
}

enum connection_event connection_next(struct connection *connection,
                                      struct connection_message *message) {
    enum connection_event event = connection->end_event;
    while (event == CONNECTION_NEEDS_INPUT) {
        if (!output_has_room(&connection->output, EVENT_PARTS, EVENT_BYTES) ||
            connection->extension_lent) {
            return CONNECTION_NEEDS_OUTPUT;
        }
        event = take_small_message(connection, message);
        if (event == CONNECTION_NEEDS_INPUT && !connection->in_frame) {
            event = begin_frame(connection);
        }
        if (!connection->in_frame || event != CONNECTION_NEEDS_INPUT) {
            return event;
        }
        event = take_payload(connection);
        if (event != CONNECTION_NEEDS_INPUT ||
            connection->frame_received < connection->frame.payload_length) {
            return event;
        }
        event = end_frame(connection, message);
    }
    return event;
}

uint8_t *connection_space(struct connection *connection, size_t *size) {
    const struct frame_header *frame = &connection->frame;
    uint64_t rest = connection->in_frame ? frame->payload_length - connection->frame_received : 0;
    uint64_t most = connection->settings.max_message + BUFFER_SLACK;
    connection_give_way(connection);
    uint8_t *space = input_space(&connection->input, rest, most, size);
    if (space == NULL) {
        connection_fail(connection, CLOSE_INTERNAL_ERROR, connection_no_memory);
    } else if (connection->settings.extension != NULL && *size > rest + INPUT_READ_SIZE) {
        /* A message of the extension's may follow, and the buffer is to shrink for it. */
        *size = (size_t)rest + INPUT_READ_SIZE;
    }
    return space;
}

void connection_received(struct connection *connection, size_t count) {
    input_received(&connection->input, count);
}

bool connection_has_begun(const struct connection *connection, uint64_t *received) {
    const struct input *input = &connection->input;
    *received = !input->in_message    ? 0
                : connection->changed ? connection->marked_bytes
                                      : input->message_length;
    return input->in_message || connection->in_frame || input->raw < input->end;
}

void connection_relax(struct connection *connection) {
    const struct extension *extension = connection->settings.extension;
    input_relax(&connection->input);
    if (extension != NULL && !connection->input.in_message) {
        extension->relax(extension->context);
    }
}

bool connection_can_relax(const struct connection *connection) {
    return connection->settings.extension != NULL || buffer_has_grown(&connection->input.buffer);
}
