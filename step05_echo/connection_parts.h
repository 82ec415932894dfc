/* connection_parts: what the .c files of connection share, and nothing else includes. Step 5. */
#ifndef STEP05_ECHO_CONNECTION_PARTS_H
#define STEP05_ECHO_CONNECTION_PARTS_H

#include "step05_echo/connection.h"

/* The slow paths of connection_next and connection_send, under the same contracts. */
enum connection_event connection_take_frames(struct connection *connection,
                                             struct connection_message *message);
int connection_send_whole(struct connection *connection, uint8_t opcode, uint8_t *payload,
                          size_t length);

/* Whether the output has room for what one event may add to it: a control frame by the connection,
 * and a message, in two parts, by its user. */
static inline bool connection_has_room(const struct connection *connection) {
    return connection_output_has_room(
        &connection->output, 3, CONNECTION_CONTROL_MAX + FRAME_HEADER_MAX + CONNECTION_COPY_MAX);
}

/* Checks the last `count` bytes of the text message so far, which are unmasked, and with `at_end`
 * also that it does not end within a character. Returns false if the connection has failed. */
bool connection_check_text(struct connection *connection, size_t count, bool at_end);

/* Shows some bytes of a frame to the observer. */
static inline void connection_observe(const struct connection *connection, bool sent,
                                      const struct frame_header *frame, const uint8_t *bytes,
                                      size_t count) {
    if (connection->settings.observe != NULL && count > 0) {
        connection->settings.observe(connection->settings.context, sent, frame, bytes, count);
    }
}

#endif
