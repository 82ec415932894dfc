/* connection_next and connection_send, with a fast path for the most frequent message, and for its
 * echo: one frame from a client, with a length of 7 or 16 bits, all of which has arrived. The fast
 * path does what the slow path does, without the tests whose results are known for such a frame. */
#include "step05_echo/connection_parts.h"

#include "step04_frames/mask_fast.h"

enum { HEAD_7 = 2, HEAD_16 = 4, KEY = 4 }; /* bytes of the headers without a key, and of the key */

enum connection_event connection_next(struct connection *connection,
                                      struct connection_message *message) {
    struct connection_input *input = &connection->input;
    const uint8_t *frame = input->buffer.data + input->raw;
    size_t available = input->end - input->raw, head = HEAD_7;
    if (connection->in_frame || connection->in_message || connection->ended ||
        connection->slow_path || available < HEAD_7 + KEY || !connection_has_room(connection)) {
        return connection_take_frames(connection, message);
    }
    size_t length = (size_t)frame[1] - 0x80; /* too large if the frame is not masked */
    if (length > FRAME_CONTROL_MAX) {
        head = HEAD_16;
        length = length == 126 ? (size_t)frame[2] << 8 | frame[3] : 0;
        if (length <= FRAME_CONTROL_MAX || length > connection->settings.max_message) {
            return connection_take_frames(connection, message);
        }
    }
    if ((frame[0] != 0x81 && frame[0] != 0x82) || available < head + KEY + length) {
        return connection_take_frames(connection, message);
    }
    uint8_t *payload = input->buffer.data + input->done + head;
    input->raw += head + KEY + length;
    input->message_start = input->done + head;
    input->message_length = length;
    *message = (struct connection_message){frame[0] & 0x0f, 0, true, payload, length};
    if (message->opcode == FRAME_BINARY) {
        mask_fast(payload, frame + head + KEY, length, frame + head, 0);
    } else if (!mask_fast_text(payload, frame + head + KEY, length, frame + head, 0)) {
        utf8_init(&connection->utf8);
        return connection_check_text(connection, input->message_length, true) ? CONNECTION_MESSAGE
                                                                              : CONNECTION_FAILED;
    }
    return CONNECTION_MESSAGE;
}

int connection_send(struct connection *connection, uint8_t opcode, uint8_t *payload,
                    size_t length) {
    struct connection_input *input = &connection->input;
    uint8_t *frame = input->buffer.data + input->done;
    size_t head = input->message_start - input->done;
    /* In front of the message received last there are as many bytes free as the header of its echo
     * needs. Everything else takes the slow path. */
    bool is_echo = !connection->sending && !connection->close_sent && !connection->slow_path &&
                   connection->output.count < CONNECTION_OUTPUT_PARTS_MAX &&
                   payload == input->buffer.data + input->message_start;
    if (is_echo && head == HEAD_7 && length <= FRAME_CONTROL_MAX) {
        frame[1] = (uint8_t)length;
    } else if (is_echo && head == HEAD_16 && length > FRAME_CONTROL_MAX && length <= UINT16_MAX) {
        frame[1] = 126;
        frame[2] = (uint8_t)(length >> 8);
        frame[3] = (uint8_t)length;
    } else {
        return connection_send_whole(connection, opcode, payload, length);
    }
    frame[0] = 0x80 | opcode;
    input->done += head + length;
    connection_output_lend(&connection->output, frame, head + length);
    return 0;
}
