/* The messages that an extension makes from the payload of frames; see extension.h. */
#include "step05_echo/connection_parts.h"

#include "step05_echo/mask_fast.h"

const char connection_too_big[] = "the message is larger than the limit";
const char connection_no_memory[] = "out of memory";
const char connection_not_utf8[] = "a text message must be UTF-8 (8.1)";

void connection_begin_changed(struct connection *connection) {
    connection->changed = true;
    connection->made = (struct extension_message){NULL, 0, NULL};
    connection->marked_bytes = 0;
}

void connection_give_way(struct connection *connection) {
    const struct extension *extension = connection->settings.extension;
    if (extension != NULL && !connection->changed && connection->output.count == 0) {
        extension->shrink(extension->context);
    }
}

/* Payload may come to nothing for ever, so its bytes are limited as well, if less strictly than
 * those of the message: this many more are too many. */
static uint64_t too_much(const struct connection *connection) {
    return 2 * connection->settings.max_message + 2 - connection->marked_bytes;
}

/* What the extension's verdict means for the connection. */
static enum connection_event judge(struct connection *connection, enum extension_verdict verdict) {
    switch (too_much(connection) == 0 ? EXTENSION_TOO_BIG : verdict) {
    case EXTENSION_TOO_BIG:
        return connection_fail(connection, CLOSE_TOO_BIG, connection_too_big);
    case EXTENSION_BAD:
        return connection_fail(connection, CLOSE_INVALID_DATA, connection->made.problem);
    case EXTENSION_NO_MEMORY:
        return connection_fail(connection, CLOSE_INTERNAL_ERROR, connection_no_memory);
    case EXTENSION_NEEDS_OUTPUT:
        return CONNECTION_NEEDS_OUTPUT;
    case EXTENSION_OK:
        break;
    }
    return CONNECTION_NEEDS_INPUT;
}

enum connection_event connection_make_message(struct connection *connection, size_t count,
                                              const uint8_t *masking_key) {
    const struct extension *extension = connection->settings.extension;
    if (connection->output.count == 0) {
        input_shrink(&connection->input); /* the extension may need as much */
    }
    uint8_t *bytes = connection->input.buffer.data + connection->input.raw;
    uint64_t offset = connection->frame_received;
    size_t before = connection->made.length;
    count = count < too_much(connection) ? count : (size_t)too_much(connection);
    struct extension_input input = {
        .bytes = bytes,
        .length = count,
        .is_last = connection->frame.fin && offset + count == connection->frame.payload_length,
        .may_move = connection->output.count == 0,
        .most = connection->settings.max_message,
    };
    if (masking_key != NULL) {
        mask_fast(bytes, bytes, count, masking_key, offset);
    }
    enum extension_verdict verdict =
        extension->receive(extension->context, &input, &connection->made);
    size_t taken = count - input.length;
    if (masking_key != NULL) {
        /* What is not taken will be unmasked when it is; so it gets its mask back. */
        mask_fast(bytes + taken, bytes + taken, input.length, masking_key, offset + taken);
    }
    connection->input.raw += taken;
    connection->frame_received += taken;
    connection->marked_bytes += taken;
    if (connection->message_opcode == FRAME_TEXT && connection->made.length > before &&
        !utf8_update(&connection->utf8, connection->made.payload + before,
                     connection->made.length - before)) {
        return connection_fail(connection, CLOSE_INVALID_DATA, connection_not_utf8);
    }
    return judge(connection, verdict);
}
