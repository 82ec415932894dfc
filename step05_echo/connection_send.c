/* What a connection sends: the second half of connection.h. */
#include "step05_echo/connection_parts.h"

#include "step04_frames/mask_fast.h"

#include <string.h>

/* Lends bytes to the output. If they lie in the input's buffer, `done` moves after them, so that
 * nothing is written over them before they have been sent. */
static void lend(struct connection *connection, const uint8_t *bytes, size_t length) {
    struct connection_input *input = &connection->input;
    const uint8_t *data = input->buffer.data;
    connection_output_lend(&connection->output, bytes, length);
    if (bytes >= data && bytes < data + input->raw) {
        size_t lent_until = (size_t)(bytes - data) + length;
        input->done = lent_until > input->done ? lent_until : input->done;
    }
}

/* Adds a frame to the output; a client masks it with a key of its own. If the payload is the
 * message received last, and has room for the header in front of it, the frame is sent from there.
 * Otherwise the header is copied, and the payload copied or lent. */
static void send_frame(struct connection *connection, struct frame_header *header,
                       uint8_t *payload) {
    uint8_t head[FRAME_HEADER_MAX];
    size_t length = (size_t)header->payload_length;
    if (connection->settings.role == CONNECTION_CLIENT) {
        header->masked = true;
        connection->settings.new_masking_key(connection->settings.context, header->masking_key);
        mask_fast(payload, payload, length, header->masking_key, 0);
    }
    size_t head_size = frame_encode_header(header, head);
    connection_observe(connection, true, header, head, head_size);
    connection_observe(connection, true, header, payload, length);
    const struct connection_input *input = &connection->input;
    if (payload == input->buffer.data + input->message_start &&
        input->message_start >= input->done + head_size) {
        memcpy(payload - head_size, head, head_size);
        lend(connection, payload - head_size, head_size + length);
        return;
    }
    connection_output_copy(&connection->output, head, head_size);
    if (length <= CONNECTION_COPY_MAX) {
        connection_output_copy(&connection->output, payload, length);
    } else {
        lend(connection, payload, length);
    }
}

static int send_control(struct connection *connection, uint8_t opcode, const uint8_t *payload,
                        size_t length) {
    uint8_t body[FRAME_CONTROL_MAX];
    if (connection->close_sent || length > FRAME_CONTROL_MAX ||
        !connection_output_has_room(&connection->output, 1, CONNECTION_CONTROL_MAX)) {
        return -1;
    }
    if (length > 0) {
        memcpy(body, payload, length);
    }
    struct frame_header header = {.fin = true, .opcode = opcode, .payload_length = length};
    send_frame(connection, &header, body);
    connection->close_sent = opcode == FRAME_CLOSE;
    return 0;
}

int connection_ping(struct connection *connection, const uint8_t *payload, size_t length) {
    return send_control(connection, FRAME_PING, payload, length);
}

int connection_pong(struct connection *connection, const uint8_t *payload, size_t length) {
    return send_control(connection, FRAME_PONG, payload, length);
}

int connection_close(struct connection *connection, uint16_t code, const char *reason) {
    uint8_t payload[CLOSE_PAYLOAD_MAX];
    size_t length = close_encode(code, reason, payload);
    return send_control(connection, FRAME_CLOSE, payload, length);
}

bool connection_may_send(const struct connection *connection) {
    return !connection->close_sent &&
           connection_output_has_room(&connection->output, 2,
                                      FRAME_HEADER_MAX + CONNECTION_COPY_MAX);
}

int connection_send_piece(struct connection *connection, const struct connection_message *piece) {
    if (!connection_may_send(connection)) {
        return -1;
    }
    struct frame_header header = {.fin = piece->fin, .payload_length = piece->length};
    if (!connection->sending) { /* later ones are continuations, opcode 0 */
        header.opcode = piece->opcode;
        header.rsv = piece->rsv;
    }
    connection->sending = !piece->fin;
    send_frame(connection, &header, piece->payload);
    return 0;
}

int connection_send_whole(struct connection *connection, uint8_t opcode, uint8_t *payload,
                          size_t length) {
    const struct connection_message message = {opcode, 0, true, payload, length};
    return connection->sending ? -1 : connection_send_piece(connection, &message);
}

int connection_send_encoded(struct connection *connection, const uint8_t *frame, size_t length) {
    if (connection->sending || !connection_may_send(connection)) {
        return -1;
    }
    lend(connection, frame, length);
    return 0;
}
