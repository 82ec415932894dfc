/* The short way for what comes most often: a whole message of up to 125 bytes from a client, and
 * its echo. It does what the long way does without asking what is known of such a message. */
#include "step05_echo/connection_parts.h"

#include "step04_frames/mask_fast.h"

enum { HEADER_IN = 2 + 4, HEADER_OUT = 2 }; /* bytes: a client's has a masking key */

enum connection_event connection_take_small(struct connection *connection,
                                            struct connection_message *message) {
    struct input *input = &connection->input;
    const uint8_t *frame = input->buffer.data + input->raw;
    size_t here = input->end - input->raw;
    bool may_be_small = !connection->in_frame && !connection->in_message &&
                        !connection->settings.in_pieces && connection->rules.masked;
    if (!may_be_small || here < HEADER_IN || (frame[0] != 0x81 && frame[0] != 0x82) ||
        frame[1] < 0x80 || frame[1] > 0x80 + FRAME_CONTROL_MAX ||
        connection->settings.observe != NULL) {
        return CONNECTION_NEEDS_INPUT;
    }
    size_t length = frame[1] & 0x7f;
    if (here - HEADER_IN < length) {
        return CONNECTION_NEEDS_INPUT;
    }
    input->raw += HEADER_IN + length;
    input->message_start = input->done + HEADER_OUT;
    input->message_length = length;
    *message = (struct connection_message){frame[0] & 0x0f, 0, true,
                                           input->buffer.data + input->message_start, length};
    if (message->opcode == FRAME_BINARY) {
        mask_fast(message->payload, frame + HEADER_IN, length, frame + 2, 0);
    } else if (!mask_fast_text(message->payload, frame + HEADER_IN, length, frame + 2, 0)) {
        utf8_init(&connection->utf8);
        bool is_good = utf8_update(&connection->utf8, message->payload, length);
        if (!is_good || !utf8_is_complete(&connection->utf8)) {
            return connection_fail(connection, CLOSE_INVALID_DATA,
                                   is_good ? connection_cut_character : connection_not_utf8);
        }
    }
    return CONNECTION_MESSAGE;
}

bool connection_send_small(struct connection *connection, uint8_t opcode, uint8_t *payload,
                           size_t length) {
    if (length > FRAME_CONTROL_MAX || connection->settings.role != CONNECTION_SERVER ||
        connection->settings.observe != NULL ||
        !connection_is_in_place(connection, payload, HEADER_OUT)) {
        return false;
    }
    payload[-2] = 0x80 | opcode;
    payload[-1] = (uint8_t)length;
    connection_lend_output(connection, payload - HEADER_OUT, HEADER_OUT + length);
    return true;
}
