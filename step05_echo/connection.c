#include "step05_echo/connection_parts.h"

#include "step04_frames/mask_fast.h"

#include <string.h>

/* Bytes that the buffer may have beyond the largest message, for headers and a control frame. */
enum { BUFFER_SLACK = 2 * FRAME_HEADER_MAX + CONNECTION_CONTROL_MAX };

const char connection_too_big[] = "the message is larger than the limit";
const char connection_no_memory[] = "out of memory";
const char connection_not_utf8[] = "a text message must be UTF-8 (8.1)";
const char connection_cut_character[] = "a text message must not end within a character (8.1)";

void connection_init(struct connection *connection, const struct connection_settings *settings,
                     const struct buffer *buffer, size_t received) {
    uint64_t highest = SIZE_MAX / 4; /* so that no sum of sizes can overflow */
    uint64_t limit = settings->max_message < highest ? settings->max_message : highest;
    connection->settings = *settings;
    connection->settings.max_message =
        limit > CONNECTION_MESSAGE_MIN ? limit : CONNECTION_MESSAGE_MIN;
    connection->rules =
        (struct frame_rules){settings->role == CONNECTION_SERVER, settings->allowed_rsv};
    connection->slow_path =
        settings->role == CONNECTION_CLIENT || settings->in_pieces || settings->observe != NULL;
    connection->input = (struct connection_input){.buffer = *buffer, .end = received};
    connection->in_frame = connection->in_message = connection->ended = false;
    connection->sending = connection->close_sent = false;
    connection->output.count = connection->output.total = connection->output.copied = 0;
    connection->close_code = CLOSE_NO_CODE;
    connection->failure = NULL;
}

enum connection_event connection_fail(struct connection *connection, uint16_t code,
                                      const char *sentence) {
    connection_close(connection, code, sentence);
    connection->close_code = code;
    connection->failure = sentence;
    connection->ended = true;
    return CONNECTION_FAILED;
}

/* Starts a message with the current frame. Room for the header of a server's echo stays free in
 * front of the payload: as much as it needs if the message is one frame, otherwise as much as the
 * longest header needs, as far as there is room. */
static void begin_message(struct connection *connection, size_t header_size) {
    const struct frame_header *frame = &connection->frame;
    struct connection_input *input = &connection->input;
    connection->in_message = true;
    connection->in_pieces = connection->settings.in_pieces || frame->rsv != 0;
    connection->opcode = frame->opcode;
    connection->rsv = frame->rsv;
    connection->message_received = 0;
    utf8_init(&connection->utf8);
    input->in_message = !connection->in_pieces;
    size_t key_size = frame->masked ? sizeof frame->masking_key : 0;
    size_t room = (frame->fin ? header_size : FRAME_HEADER_MAX) - key_size;
    size_t most = input->raw + header_size - input->done;
    input->message_start = input->done + (room < most ? room : most);
    input->message_length = 0;
}

/* Checks the header of a data frame against the message that it begins or continues (5.4). Returns
 * CONNECTION_NEEDS_INPUT if it breaks no rule. */
static enum connection_event begin_data_frame(struct connection *connection, size_t header_size) {
    const struct frame_header *frame = &connection->frame;
    bool continues = frame->opcode == FRAME_CONTINUATION;
    if (continues != connection->in_message) {
        return connection_fail(connection, CLOSE_PROTOCOL_ERROR,
                               continues ? "there is no message to continue (5.4)"
                                         : "a message begins before the last one has ended (5.4)");
    }
    if (!continues) {
        begin_message(connection, header_size);
    }
    /* A message with a reserved bit may become larger: the layer limits it. */
    uint64_t left = connection->settings.max_message - connection->message_received;
    if (connection->rsv == 0 && frame->payload_length > left) {
        return connection_fail(connection, CLOSE_TOO_BIG, connection_too_big);
    }
    return CONNECTION_NEEDS_INPUT;
}

/* Decodes the header at `raw`. Returns CONNECTION_NEEDS_INPUT, and sets in_frame if the header is
 * complete, or CONNECTION_FAILED. */
static enum connection_event begin_frame(struct connection *connection) {
    struct connection_input *input = &connection->input;
    struct frame_header *frame = &connection->frame;
    const uint8_t *bytes = input->buffer.data + input->raw;
    enum frame_verdict verdict =
        frame_decode_header(bytes, input->end - input->raw, &connection->rules, frame);
    if (verdict == FRAME_INCOMPLETE) {
        return CONNECTION_NEEDS_INPUT;
    }
    if (verdict != FRAME_OK) {
        return connection_fail(connection, CLOSE_PROTOCOL_ERROR, frame_verdict_sentence(verdict));
    }
    size_t header_size = frame_header_size(frame);
    bool is_control = frame_is_control(frame->opcode);
    if (frame->rsv != 0 && (is_control || frame->opcode == FRAME_CONTINUATION)) {
        return connection_fail(connection, CLOSE_PROTOCOL_ERROR,
                               "a reserved bit is set beyond a message's first frame (5.2)");
    }
    if (!is_control && begin_data_frame(connection, header_size) == CONNECTION_FAILED) {
        return CONNECTION_FAILED;
    }
    connection_observe(connection, false, frame, bytes, header_size);
    input->raw += header_size;
    connection->frame_received = 0;
    connection->in_frame = true;
    return CONNECTION_NEEDS_INPUT;
}

bool connection_check_text(struct connection *connection, size_t count, bool at_end) {
    const struct connection_input *input = &connection->input;
    const uint8_t *end = input->buffer.data + input->message_start + input->message_length;
    bool is_utf8 = utf8_update(&connection->utf8, end - count, count);
    if (!is_utf8 || (at_end && !utf8_is_complete(&connection->utf8))) {
        connection_fail(connection, CLOSE_INVALID_DATA,
                        is_utf8 ? connection_cut_character : connection_not_utf8);
    }
    return !connection->ended;
}

/* Unmasks `count` bytes of payload to the end of the message. Text is checked as it arrives, so
 * that a bad byte is not first noticed at the end of a long message. Returns false if the
 * connection has failed. */
static bool add_to_message(struct connection *connection, const uint8_t *from, size_t count) {
    const struct frame_header *frame = &connection->frame;
    struct connection_input *input = &connection->input;
    uint8_t *to = input->buffer.data + input->message_start + input->message_length;
    uint64_t offset = connection->frame_received - count;
    input->message_length += count;
    connection->message_received += count;
    bool is_ascii = mask_fast_text(to, from, count, frame->masking_key, offset);
    bool is_text = connection->opcode == FRAME_TEXT && connection->rsv == 0;
    bool at_end = frame->fin && !connection->in_frame;
    /* ASCII is valid between two characters, and the text then ends between two again. */
    return !is_text || (is_ascii && utf8_is_complete(&connection->utf8)) ||
           connection_check_text(connection, count, at_end);
}

/* Answers the peer's Close with the same code, unless ours has been sent already (5.5.1). */
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
    connection->ended = true;
    message->payload =
        connection->control + (connection->frame.payload_length - close.reason_length);
    message->length = close.reason_length;
    return CONNECTION_CLOSED;
}

static enum connection_event end_control_frame(struct connection *connection,
                                               struct connection_message *message) {
    size_t length = (size_t)connection->frame.payload_length;
    *message =
        (struct connection_message){connection->frame.opcode, 0, true, connection->control, length};
    if (!connection->in_message) {
        /* Pings after a large message do not keep its memory from being given back. */
        connection->input.message_length = 0;
    }
    if (connection->frame.opcode == FRAME_CLOSE) {
        return end_with_close(connection, message);
    }
    if (connection->frame.opcode == FRAME_PONG) {
        return CONNECTION_PONG;
    }
    if (!connection->settings.leave_pings) {
        connection_pong(connection, connection->control, length);
    }
    return CONNECTION_PING;
}

/* Hands out the whole message at its end, or the next piece of one in pieces. Returns
 * CONNECTION_NEEDS_INPUT if there is nothing to hand out yet. */
static enum connection_event hand_out(struct connection *connection,
                                      struct connection_message *message) {
    struct connection_input *input = &connection->input;
    bool fin = !connection->in_frame && connection->frame.fin;
    if (!fin && (!connection->in_pieces || input->message_length == 0)) {
        return CONNECTION_NEEDS_INPUT;
    }
    connection->in_message = !fin;
    input->in_message = false;
    *message = (struct connection_message){connection->opcode, connection->rsv, fin,
                                           input->buffer.data + input->message_start,
                                           input->message_length};
    return connection->in_pieces ? CONNECTION_PIECE : CONNECTION_MESSAGE;
}

/* Takes as much of the frame's payload as has arrived. Returns the event that results, or
 * CONNECTION_NEEDS_INPUT. */
static enum connection_event take_payload(struct connection *connection,
                                          struct connection_message *message) {
    const struct frame_header *frame = &connection->frame;
    struct connection_input *input = &connection->input;
    bool is_control = frame_is_control(frame->opcode);
    if (!is_control && connection->in_pieces) {
        if (connection->output.count == 0) {
            connection_input_shrink(input); /* pieces do not need a large message's memory */
        }
        input->message_start = input->raw; /* a piece stays where it is */
        input->message_length = 0;
    }
    const uint8_t *from = input->buffer.data + input->raw;
    uint64_t offset = connection->frame_received, missing = frame->payload_length - offset;
    size_t available = input->end - input->raw;
    size_t count = missing < available ? (size_t)missing : available;
    connection_observe(connection, false, frame, from, count);
    input->raw += count;
    connection->frame_received += count;
    connection->in_frame = count < missing;
    if (!is_control) {
        return add_to_message(connection, from, count) ? hand_out(connection, message)
                                                       : CONNECTION_FAILED;
    }
    mask_fast(connection->control + offset, from, count, frame->masking_key, offset);
    return connection->in_frame ? CONNECTION_NEEDS_INPUT : end_control_frame(connection, message);
}

/* The slow path of connection_next, which takes frames of every kind; connection_small.c has the
 * fast path. */
enum connection_event connection_take_frames(struct connection *connection,
                                             struct connection_message *message) {
    struct connection_input *input = &connection->input;
    enum connection_event event = CONNECTION_NEEDS_INPUT;
    if (connection->ended) {
        return connection->failure != NULL ? CONNECTION_FAILED : CONNECTION_CLOSED;
    }
    size_t before;
    do {
        if (!connection_has_room(connection)) {
            return CONNECTION_NEEDS_OUTPUT;
        }
        before = input->raw;
        if (!connection->in_frame) {
            event = begin_frame(connection);
        }
        if (event == CONNECTION_NEEDS_INPUT && connection->in_frame) {
            event = take_payload(connection, message);
        }
    } while (event == CONNECTION_NEEDS_INPUT && input->raw > before);
    return event;
}

uint8_t *connection_space(struct connection *connection, size_t *size) {
    const struct frame_header *frame = &connection->frame;
    uint64_t rest = connection->in_frame ? frame->payload_length - connection->frame_received : 0;
    uint64_t most = connection->settings.max_message + BUFFER_SLACK;
    uint8_t *space = connection_input_space(&connection->input, rest, most, size);
    if (space == NULL) {
        connection_fail(connection, CLOSE_INTERNAL_ERROR, connection_no_memory);
    } else if (connection->settings.allowed_rsv != 0 && *size > rest + CONNECTION_INPUT_READ_SIZE) {
        /* A message in pieces may follow. The buffer can shrink for it only if few bytes of it are
         * here by then. */
        *size = (size_t)rest + CONNECTION_INPUT_READ_SIZE;
    }
    return space;
}

void connection_received(struct connection *connection, size_t count) {
    connection->input.end += count;
    connection->input.filled = connection->input.end == connection->input.buffer.capacity;
}

bool connection_has_begun(const struct connection *connection, uint64_t *received) {
    const struct connection_input *input = &connection->input;
    *received = connection->in_message ? connection->message_received : 0;
    return connection->in_message || connection->in_frame || input->raw < input->end;
}
