#include "step05_echo/connection.h"

#include <string.h>

enum {
    CONTROL_FRAME_MAX = 2 + 4 + FRAME_CONTROL_MAX,
    /* What one event may add to the output: its own control frame, and a message by the user. */
    EVENT_PARTS = 3,
    EVENT_BYTES = CONTROL_FRAME_MAX + FRAME_HEADER_MAX + CONNECTION_COPY_MAX,
    /* Room that the buffer has beyond the largest message: headers and a control frame. */
    BUFFER_SLACK = 2 * FRAME_HEADER_MAX + CONTROL_FRAME_MAX
};

void connection_init(struct connection *connection, const struct connection_settings *settings,
                     const struct buffer *buffer, size_t received) {
    connection->settings = *settings;
    if (settings->max_message < CONNECTION_MESSAGE_MIN) {
        connection->settings.max_message = CONNECTION_MESSAGE_MIN;
    }
    if (settings->max_message > SIZE_MAX / 4) {
        connection->settings.max_message = SIZE_MAX / 4; /* so that no sum of sizes can overflow */
    }
    connection->rules = (struct frame_rules){settings->role == CONNECTION_SERVER, 0};
    connection->buffer = *buffer;
    connection->done = 0;
    connection->raw = 0;
    connection->end = received;
    connection->filled = false;
    connection->in_frame = false;
    connection->message_opcode = FRAME_CONTINUATION;
    connection->message_start = 0;
    connection->message_length = 0;
    output_init(&connection->output);
    connection->close_sent = false;
    connection->end_event = CONNECTION_NEEDS_INPUT;
    connection->close_code = CLOSE_NO_CODE;
    connection->failure = NULL;
}

void connection_free(struct connection *connection) {
    buffer_free(&connection->buffer);
}

static bool is_in_message(const struct connection *connection) {
    return connection->message_opcode != FRAME_CONTINUATION;
}

/* Masks a frame that goes out, if a client sends it, with a key of its own. */
static void mask_frame(struct connection *connection, struct frame_header *header,
                       uint8_t *payload) {
    if (connection->settings.role == CONNECTION_CLIENT) {
        header->masked = true;
        connection->settings.new_masking_key(connection->settings.context, header->masking_key);
        frame_mask(payload, payload, (size_t)header->payload_length, header->masking_key, 0);
    }
}

static int send_control(struct connection *connection, uint8_t opcode, const uint8_t *payload,
                        size_t length) {
    uint8_t head[FRAME_HEADER_MAX], body[FRAME_CONTROL_MAX];
    if (connection->close_sent || length > FRAME_CONTROL_MAX ||
        !output_has_room(&connection->output, 1, CONTROL_FRAME_MAX)) {
        return -1;
    }
    if (length > 0) {
        memcpy(body, payload, length);
    }
    struct frame_header header = {.fin = true, .opcode = opcode, .payload_length = length};
    mask_frame(connection, &header, body);
    output_copy(&connection->output, head, frame_encode_header(&header, head));
    output_copy(&connection->output, body, length);
    connection->close_sent = opcode == FRAME_CLOSE;
    return 0;
}

int connection_ping(struct connection *connection, const uint8_t *payload, size_t length) {
    return send_control(connection, FRAME_PING, payload, length);
}

int connection_close(struct connection *connection, uint16_t code, const char *reason) {
    uint8_t payload[CLOSE_PAYLOAD_MAX];
    size_t length = close_encode(code, reason, payload);
    return send_control(connection, FRAME_CLOSE, payload, length);
}

/* Lends bytes to the output. If they lie in the buffer, nothing may be moved over them until they
 * are sent. */
static void lend(struct connection *connection, uint8_t *bytes, size_t length) {
    const uint8_t *data = connection->buffer.data;
    output_lend(&connection->output, bytes, length);
    if (bytes >= data && bytes < data + connection->raw) {
        size_t lent_until = (size_t)(bytes - data) + length;
        connection->done = lent_until > connection->done ? lent_until : connection->done;
    }
}

int connection_send(struct connection *connection, uint8_t opcode, uint8_t *payload,
                    size_t length) {
    uint8_t head[FRAME_HEADER_MAX];
    struct output *output = &connection->output;
    if (connection->close_sent ||
        !output_has_room(output, 2, FRAME_HEADER_MAX + CONNECTION_COPY_MAX)) {
        return -1;
    }
    struct frame_header header = {.fin = true, .opcode = opcode, .payload_length = length};
    mask_frame(connection, &header, payload);
    size_t head_size = frame_header_size(&header);
    size_t message_start = connection->message_start;
    bool in_place = payload == connection->buffer.data + message_start &&
                    message_start >= connection->done + head_size;
    if (in_place) {
        frame_encode_header(&header, payload - head_size);
        lend(connection, payload - head_size, head_size + length);
        return 0;
    }
    output_copy(output, head, frame_encode_header(&header, head));
    if (length <= CONNECTION_COPY_MAX) {
        output_copy(output, payload, length);
    } else {
        lend(connection, payload, length);
    }
    return 0;
}

/* Fails the connection (7.1.7): says why in a Close, unless one has been sent, and listens no
 * more. */
static enum connection_event fail(struct connection *connection, uint16_t code,
                                  const char *sentence) {
    connection_close(connection, code, sentence);
    connection->close_code = code;
    connection->failure = sentence;
    connection->end_event = CONNECTION_FAILED;
    return CONNECTION_FAILED;
}

/* Checks what the header of a data frame means for the message it belongs to (5.4), and finds the
 * place of its payload. Returns CONNECTION_NEEDS_INPUT if all is well. */
static enum connection_event begin_data_frame(struct connection *connection, size_t header_size) {
    const struct frame_header *frame = &connection->frame;
    bool continues = frame->opcode == FRAME_CONTINUATION;
    bool in_message = is_in_message(connection);
    if (continues && !in_message) {
        return fail(connection, CLOSE_PROTOCOL_ERROR, "there is no message to continue (5.4)");
    }
    if (!continues && in_message) {
        return fail(connection, CLOSE_PROTOCOL_ERROR,
                    "a message begins before the last one has ended (5.4)");
    }
    size_t so_far = in_message ? connection->message_length : 0;
    if (frame->payload_length > connection->settings.max_message - so_far) {
        return fail(connection, CLOSE_TOO_BIG, "the message is larger than this server takes");
    }
    if (!in_message) {
        /* In front of the payload stays room for the header of its echo: exactly as much as it
         * needs when its length is known, or up to the most that a server's frame can have. */
        size_t key_size = frame->masked ? sizeof frame->masking_key : 0;
        size_t room = (frame->fin ? header_size : FRAME_HEADER_MAX) - key_size;
        size_t most = connection->raw + header_size - connection->done;
        connection->message_opcode = frame->opcode;
        connection->message_start = connection->done + (room < most ? room : most);
        connection->message_length = 0;
        utf8_init(&connection->utf8);
    }
    return CONNECTION_NEEDS_INPUT;
}

/* Decodes the header at `raw`. Returns CONNECTION_NEEDS_INPUT with in_frame set if that went well.
 * */
static enum connection_event begin_frame(struct connection *connection) {
    enum frame_verdict verdict = frame_decode_header(connection->buffer.data + connection->raw,
                                                     connection->end - connection->raw,
                                                     &connection->rules, &connection->frame);
    if (verdict == FRAME_INCOMPLETE) {
        return CONNECTION_NEEDS_INPUT;
    }
    if (verdict != FRAME_OK) {
        return fail(connection, CLOSE_PROTOCOL_ERROR, frame_verdict_sentence(verdict));
    }
    size_t header_size = frame_header_size(&connection->frame);
    if (!frame_is_control(connection->frame.opcode)) {
        enum connection_event event = begin_data_frame(connection, header_size);
        if (event != CONNECTION_NEEDS_INPUT) {
            return event;
        }
    }
    connection->raw += header_size;
    connection->frame_received = 0;
    connection->in_frame = true;
    return CONNECTION_NEEDS_INPUT;
}

/* Unmasks as much of the frame's payload as has arrived, and checks text on the way: a bad byte is
 * noticed at once, not at the end of a frame or a message. */
static enum connection_event take_payload(struct connection *connection) {
    const struct frame_header *frame = &connection->frame;
    uint64_t missing = frame->payload_length - connection->frame_received;
    size_t here = connection->end - connection->raw;
    size_t count = missing < here ? (size_t)missing : here;
    uint8_t *from = connection->buffer.data + connection->raw;
    uint8_t *to =
        frame_is_control(frame->opcode)
            ? connection->control + connection->frame_received
            : connection->buffer.data + connection->message_start + connection->message_length;
    if (frame->masked) {
        frame_mask(to, from, count, frame->masking_key, connection->frame_received);
    } else {
        memmove(to, from, count);
    }
    connection->raw += count;
    connection->frame_received += count;
    if (frame_is_control(frame->opcode)) {
        return CONNECTION_NEEDS_INPUT;
    }
    connection->message_length += count;
    if (connection->message_opcode == FRAME_TEXT && !utf8_update(&connection->utf8, to, count)) {
        return fail(connection, CLOSE_INVALID_DATA, "a text message must be UTF-8 (8.1)");
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
        return fail(connection, code, close_verdict_sentence(verdict));
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
    if (connection->frame.opcode == FRAME_CLOSE) {
        return end_with_close(connection, message);
    }
    if (connection->frame.opcode == FRAME_PONG) {
        return CONNECTION_PONG;
    }
    send_control(connection, FRAME_PONG, connection->control, length);
    return CONNECTION_PING;
}

/* A data frame is whole. Returns CONNECTION_NEEDS_INPUT if its message is not. */
static enum connection_event end_data_frame(struct connection *connection,
                                            struct connection_message *message) {
    if (!connection->frame.fin) {
        return CONNECTION_NEEDS_INPUT;
    }
    uint8_t opcode = connection->message_opcode;
    if (opcode == FRAME_TEXT && !utf8_is_complete(&connection->utf8)) {
        return fail(connection, CLOSE_INVALID_DATA,
                    "a text message must not end within a character (8.1)");
    }
    connection->message_opcode = FRAME_CONTINUATION;
    *message = (struct connection_message){
        opcode, connection->buffer.data + connection->message_start, connection->message_length};
    return CONNECTION_MESSAGE;
}

enum connection_event connection_next(struct connection *connection,
                                      struct connection_message *message) {
    enum connection_event event = connection->end_event;
    while (event == CONNECTION_NEEDS_INPUT) {
        if (!output_has_room(&connection->output, EVENT_PARTS, EVENT_BYTES)) {
            return CONNECTION_NEEDS_OUTPUT;
        }
        if (!connection->in_frame) {
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
        connection->in_frame = false;
        event = frame_is_control(connection->frame.opcode) ? end_control_frame(connection, message)
                                                           : end_data_frame(connection, message);
    }
    return event;
}

/* Most bytes are where they should be already, and not every memmove notices that. */
static void move(uint8_t *to, const uint8_t *from, size_t len) {
    if (to != from) {
        memmove(to, from, len);
    }
}

/* All output is sent, so everything in front of the message can go. */
static void move_to_front(struct connection *connection) {
    uint8_t *data = connection->buffer.data;
    size_t message = 0;
    if (is_in_message(connection)) {
        size_t start = connection->message_start - connection->done;
        move(data + start, data + connection->message_start, connection->message_length);
        connection->message_start = start;
        message = start + connection->message_length;
    }
    size_t raw = connection->end - connection->raw;
    move(data + message, data + connection->raw, raw);
    connection->done = 0;
    connection->raw = message;
    connection->end = message + raw;
}

void connection_relax(struct connection *connection) {
    if (!is_in_message(connection) && buffer_has_grown(&connection->buffer)) {
        move_to_front(connection);
        buffer_shrink(&connection->buffer, 0, connection->end);
        connection->filled = false;
    }
}

/* The payload bytes of the frame at hand that are still to come. */
static uint64_t rest_of_frame(const struct connection *connection) {
    return connection->in_frame ? connection->frame.payload_length - connection->frame_received : 0;
}

/* Moves what is kept only if the room behind it is too small: for the rest of the frame, for a read
 * that is worth its call, or beside a buffer that would have to grow. */
static void make_room(struct connection *connection) {
    size_t capacity = connection->buffer.capacity;
    size_t room = capacity - connection->end;
    bool nothing_kept = connection->raw == connection->end && !is_in_message(connection);
    if (nothing_kept || room < rest_of_frame(connection) || room < CONNECTION_READ_SIZE / 2 ||
        room < capacity / 4) {
        move_to_front(connection);
    }
}

/* How large the buffer should be for the next read. It grows when it is full, or nearly, of bytes
 * that did arrive: to CONNECTION_READ_SIZE for a peer that sends much at a time, and to twice its
 * size for a message that needs more. What a header claims may stop it from growing, when the rest
 * of the frame fits, but never makes it. */
static size_t wanted_capacity(const struct connection *connection) {
    size_t capacity = connection->buffer.capacity;
    size_t free_bytes = capacity - connection->end;
    uint64_t most = connection->settings.max_message + BUFFER_SLACK;
    bool rest_fits = connection->in_frame && rest_of_frame(connection) <= free_bytes;
    if (connection->filled && capacity < CONNECTION_READ_SIZE) {
        return CONNECTION_READ_SIZE;
    }
    if (is_in_message(connection) && free_bytes < capacity / 4 && !rest_fits && capacity < most) {
        return 2 * capacity < most ? 2 * capacity : (size_t)most;
    }
    return capacity;
}

uint8_t *connection_space(struct connection *connection, size_t *size) {
    struct buffer *buffer = &connection->buffer;
    bool much_too_large = buffer->capacity > CONNECTION_READ_SIZE &&
                          connection->message_length < buffer->capacity / 4;
    if (much_too_large) {
        connection_relax(connection); /* a large message has long been followed by a small one */
    }
    make_room(connection);
    size_t wanted = wanted_capacity(connection);
    if (wanted > buffer->capacity && buffer_grow(buffer, wanted, connection->end) != 0 &&
        connection->end == buffer->capacity) {
        fail(connection, CLOSE_INTERNAL_ERROR, "the server is out of memory");
        return NULL;
    }
    *size = buffer->capacity - connection->end;
    return buffer->data + connection->end;
}

void connection_received(struct connection *connection, size_t count) {
    connection->end += count;
    connection->filled = connection->end == connection->buffer.capacity;
}

size_t connection_output(struct connection *connection, const struct iovec **parts) {
    *parts = connection->output.parts;
    return connection->output.count;
}

void connection_sent(struct connection *connection, size_t count) {
    output_sent(&connection->output, count);
}
