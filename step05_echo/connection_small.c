/* connection_next and connection_send, with a short way for what comes most often: a whole message
 * of up to 125 bytes from a client, and its echo. It does what the long way does without asking
 * what is known of such a message. */
#include "step05_echo/connection_parts.h"

#include "step04_frames/mask_fast.h"

enum { HEADER_IN = 2 + 4, HEADER_OUT = 2 }; /* bytes: a client's has a masking key */

enum connection_event connection_next(struct connection *connection,
                                      struct connection_message *message) {
    struct input *input = &connection->input;
    const uint8_t *frame = input->buffer.data + input->raw;
    size_t here = input->end - input->raw;
    if (connection->in_frame || connection->in_message || connection->ended ||
        connection->long_way || here < HEADER_IN || !connection_has_room(connection)) {
        return connection_take_frames(connection, message);
    }
    size_t length = (size_t)frame[1] - 0x80; /* too large if the frame is not masked */
    if ((frame[0] != 0x81 && frame[0] != 0x82) || length > FRAME_CONTROL_MAX ||
        here < HEADER_IN + length) {
        return connection_take_frames(connection, message);
    }
    uint8_t *payload = input->buffer.data + input->done + HEADER_OUT;
    input->raw += HEADER_IN + length;
    input->message_start = input->done + HEADER_OUT;
    input->message_length = length;
    *message = (struct connection_message){frame[0] & 0x0f, 0, true, payload, length};
    if (message->opcode == FRAME_BINARY) {
        mask_fast(payload, frame + HEADER_IN, length, frame + 2, 0);
    } else if (!mask_fast_text(payload, frame + HEADER_IN, length, frame + 2, 0)) {
        utf8_init(&connection->utf8);
        return connection_check_text(connection, input->message_length, true) ? CONNECTION_MESSAGE
                                                                              : CONNECTION_FAILED;
    }
    return CONNECTION_MESSAGE;
}

int connection_send(struct connection *connection, uint8_t opcode, uint8_t *payload,
                    size_t length) {
    struct input *input = &connection->input;
    uint8_t *frame = input->buffer.data + input->done;
    /* Only the message last received, where the short way has put it: nothing but free bytes lies
     * in front of that, so that its header can go there. */
    if (connection->sending || connection->close_sent || connection->long_way ||
        connection->output.count == OUTPUT_PARTS_MAX || length > FRAME_CONTROL_MAX ||
        payload != frame + HEADER_OUT || input->message_start != input->done + HEADER_OUT) {
        return connection_send_whole(connection, opcode, payload, length);
    }
    frame[0] = 0x80 | opcode;
    frame[1] = (uint8_t)length;
    input->done += HEADER_OUT + length;
    output_lend(&connection->output, frame, HEADER_OUT + length);
    return 0;
}
