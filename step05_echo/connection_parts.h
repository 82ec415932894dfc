/* connection_parts: what the files of connection share with each other and nobody else. Step 5. */
#ifndef STEP05_ECHO_CONNECTION_PARTS_H
#define STEP05_ECHO_CONNECTION_PARTS_H

#include "step05_echo/connection.h"

/* Takes a small message, if it comes next and is here. Otherwise returns CONNECTION_NEEDS_INPUT. */
enum connection_event connection_take_small(struct connection *connection,
                                            struct connection_message *message);

/* Sends the message that has just been received, if it is small. Otherwise returns false. */
bool connection_send_small(struct connection *connection, uint8_t opcode, uint8_t *payload,
                           size_t length);

/* Lends bytes to the output. If they lie in the buffer, nothing may be moved over them until they
 * are sent. */
void connection_lend_output(struct connection *connection, const uint8_t *bytes, size_t length);

/* Whether a payload is the message last received, with room for a header of `size` bytes before it:
 * then the frame that goes out is made where the message lies. */
static inline bool connection_is_in_place(const struct connection *connection,
                                          const uint8_t *payload, size_t size) {
    const struct input *input = &connection->input;
    return payload == input->buffer.data + input->message_start &&
           input->message_start >= input->done + size;
}

/* Shows some bytes of a frame to the observer. */
static inline void connection_observe(const struct connection *connection, bool sent,
                                      const struct frame_header *frame, const uint8_t *bytes,
                                      size_t count) {
    if (connection->settings.observe != NULL && count > 0) {
        connection->settings.observe(connection->settings.context, sent, frame, bytes, count);
    }
}

#endif
