/* What a connection sends: the second half of connection.h. */
#include "step05_echo/connection.h"

#include "step05_echo/mask_fast.h"

#include <string.h>

/* Masks a frame that goes out, if a client sends it, with a key of its own. */
static void mask_frame(struct connection *connection, struct frame_header *header,
                       uint8_t *payload) {
    if (connection->settings.role == CONNECTION_CLIENT) {
        header->masked = true;
        connection->settings.new_masking_key(connection->settings.context, header->masking_key);
        mask_fast(payload, payload, (size_t)header->payload_length, header->masking_key, 0);
    }
}

static int send_control(struct connection *connection, uint8_t opcode, const uint8_t *payload,
                        size_t length) {
    uint8_t head[FRAME_HEADER_MAX], body[FRAME_CONTROL_MAX];
    if (connection->close_sent || length > FRAME_CONTROL_MAX ||
        !output_has_room(&connection->output, 1, CONNECTION_CONTROL_MAX)) {
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

int connection_pong(struct connection *connection, const uint8_t *payload, size_t length) {
    return send_control(connection, FRAME_PONG, payload, length);
}

int connection_close(struct connection *connection, uint16_t code, const char *reason) {
    uint8_t payload[CLOSE_PAYLOAD_MAX];
    size_t length = close_encode(code, reason, payload);
    return send_control(connection, FRAME_CLOSE, payload, length);
}

/* Lends bytes to the output. If they lie in the buffer, nothing may be moved over them until they
 * are sent. */
static void lend(struct connection *connection, uint8_t *bytes, size_t length) {
    struct input *input = &connection->input;
    const uint8_t *data = input->buffer.data;
    output_lend(&connection->output, bytes, length);
    if (bytes >= data && bytes < data + input->raw) {
        size_t lent_until = (size_t)(bytes - data) + length;
        input->done = lent_until > input->done ? lent_until : input->done;
    }
}

/* Whether a payload is the message last received, with room for a header of `size` bytes before it:
 * then the frame that goes out is made where the message lies. */
static bool is_in_place(const struct connection *connection, const uint8_t *payload, size_t size) {
    const struct input *input = &connection->input;
    return payload == input->buffer.data + input->message_start &&
           input->message_start >= input->done + size;
}

/* Sends a header, and its payload by copying or lending it. */
static void send_parts(struct connection *connection, const struct frame_header *header,
                       uint8_t *payload) {
    uint8_t head[FRAME_HEADER_MAX];
    output_copy(&connection->output, head, frame_encode_header(header, head));
    if (header->payload_length <= CONNECTION_COPY_MAX) {
        output_copy(&connection->output, payload, (size_t)header->payload_length);
    } else {
        lend(connection, payload, (size_t)header->payload_length);
    }
}

/* Whether a payload is of the message that the extension has made last. */
static bool is_made(const struct connection *connection, const uint8_t *payload) {
    const struct extension_message *made = &connection->made;
    return connection->changed && made->length > 0 && payload >= made->payload &&
           payload < made->payload + made->length;
}

/* A client has masked a message of the extension, which needs it as it was: later messages may
 * refer back to it. If it is lent, that waits until it is sent. */
static void give_back(struct connection *connection, const struct frame_header *header,
                      uint8_t *payload) {
    size_t length = (size_t)header->payload_length;
    if (length <= CONNECTION_COPY_MAX) {
        mask_fast(payload, payload, length, header->masking_key, 0);
    } else {
        connection->extension_lent = true;
        connection->masked_message = payload;
        connection->masked_header = *header;
    }
}

/* Sends what the extension makes of a message. Returns false if it leaves the message as it is. */
static bool send_changed(struct connection *connection, uint8_t opcode, const uint8_t *payload,
                         size_t length) {
    const struct extension *extension = connection->settings.extension;
    struct extension_message changed;
    if (extension == NULL || !extension->send(extension->context, payload, length, &changed)) {
        return false;
    }
    struct frame_header header = {
        .fin = true, .rsv = extension->rsv, .opcode = opcode, .payload_length = changed.length};
    mask_frame(connection, &header, changed.payload);
    send_parts(connection, &header, changed.payload);
    connection->extension_lent = changed.length > CONNECTION_COPY_MAX;
    return true;
}

int connection_send(struct connection *connection, uint8_t opcode, uint8_t *payload,
                    size_t length) {
    if (connection->close_sent || connection->extension_lent ||
        !output_has_room(&connection->output, 2, FRAME_HEADER_MAX + CONNECTION_COPY_MAX)) {
        return -1;
    }
    if (send_changed(connection, opcode, payload, length)) {
        return 0;
    }
    bool is_small = length <= FRAME_CONTROL_MAX && connection->settings.role == CONNECTION_SERVER;
    if (is_small && is_in_place(connection, payload, 2)) {
        /* The short way for the echo of a small message; the long way does the same with it. */
        frame_encode_small_message(opcode, length, payload - 2);
        lend(connection, payload - 2, 2 + length);
        return 0;
    }
    struct frame_header header = {.fin = true, .opcode = opcode, .payload_length = length};
    mask_frame(connection, &header, payload);
    size_t head_size = frame_header_size(&header);
    if (is_in_place(connection, payload, head_size)) {
        frame_encode_header(&header, payload - head_size);
        lend(connection, payload - head_size, head_size + length);
        return 0;
    }
    send_parts(connection, &header, payload);
    if (header.masked && is_made(connection, payload)) {
        give_back(connection, &header, payload);
    }
    return 0;
}

size_t connection_output(struct connection *connection, const struct iovec **parts) {
    *parts = connection->output.parts;
    return connection->output.count;
}

void connection_sent(struct connection *connection, size_t count) {
    output_sent(&connection->output, count);
    if (connection->output.count > 0) {
        return;
    }
    connection->extension_lent = false;
    if (connection->masked_message != NULL) {
        const struct frame_header *header = &connection->masked_header;
        mask_fast(connection->masked_message, connection->masked_message,
                  (size_t)header->payload_length, header->masking_key, 0);
        connection->masked_message = NULL;
    }
}
