/* The sending direction of permessage_deflate.h. */
#include "step07_deflate/permessage_parts.h"

#include <stdlib.h>
#include <string.h>

enum {
    TAIL = 4,    /* bytes: 00 00 ff ff, which is not sent (7.2.1) */
    SHORTEST = 4 /* bytes of the shortest message that compression could make shorter */
};

void permessage_sender_free(struct permessage_sender *sender) {
    free(sender->memory);
    free(sender->history);
    free(sender->out);
    sender->memory = sender->history = sender->out = NULL;
    sender->history_length = sender->out_capacity = 0;
    sender->is_busy = sender->is_lent = false;
}

/* Makes sure that there is a compressor, and gives a new one the history that was kept. Returns
 * whether there was memory. */
static bool ensure_compressor(struct permessage_sender *sender) {
    if (sender->memory == NULL) {
        sender->memory = malloc(deflate_memory(sender->window_bits));
        if (sender->memory == NULL) {
            return false;
        }
        deflate_init(&sender->deflate, sender->window_bits, sender->memory);
        if (sender->history != NULL) {
            deflate_set_history(&sender->deflate, sender->history, sender->history_length);
            free(sender->history);
            sender->history = NULL;
        }
    }
    return true;
}

void permessage_sender_shrink(struct permessage_sender *sender) {
    if (sender->out_capacity > PERMESSAGE_KEPT) {
        free(sender->out);
        sender->out = NULL;
        sender->out_capacity = 0;
    }
}

/* Makes room for a compressed message. Returns whether there was memory. */
static bool make_room(struct permessage_sender *sender, size_t capacity) {
    if (capacity > sender->out_capacity) {
        free(sender->out);
        sender->out = malloc(capacity);
        sender->out_capacity = sender->out != NULL ? capacity : 0;
    }
    return sender->out != NULL;
}

/* Sends the message uncompressed. A client's connection masks it in place. If the message is one
 * that the receiver has inflated, a copy is sent instead, since later messages may refer to it. */
static int send_uncompressed(struct permessage_deflate *deflate, struct connection *connection) {
    const struct permessage_receiver *receiver = &deflate->receiver;
    struct permessage_sender *sender = &deflate->sender;
    struct connection_message *message = &sender->message;
    const uint8_t *payload = message->payload;
    bool is_inflated = receiver->bytes != NULL && message->length > 0 &&
                       payload >= receiver->bytes && payload < receiver->bytes + receiver->capacity;
    if (is_inflated && !deflate->is_server) {
        if (!make_room(sender, message->length)) {
            connection_fail(connection, CLOSE_INTERNAL_ERROR, connection_no_memory);
            return -1;
        }
        memcpy(sender->out, payload, message->length);
        message->payload = sender->out;
        sender->is_lent = message->length > CONNECTION_COPY_MAX;
    }
    return connection_send_piece(connection, message);
}

int permessage_send_on(struct permessage_deflate *deflate, struct connection *connection) {
    struct permessage_sender *sender = &deflate->sender;
    struct connection_message *message = &sender->message;
    size_t written;
    if (sender->is_received) { /* the connection may have been moved since the last turn */
        message->payload = connection->input.buffer.data + connection->input.message_start;
        sender->deflate.bytes = message->payload;
    }
    enum deflate_verdict verdict = deflate_run(&sender->deflate, &written);
    sender->is_busy = verdict == DEFLATE_GO_ON;
    if (verdict == DEFLATE_TOO_LONG) {
        return send_uncompressed(deflate, connection);
    }
    if (verdict == DEFLATE_DONE) {
        *message = (struct connection_message){message->opcode, FRAME_RSV1, true, sender->out,
                                               written - TAIL};
        sender->is_lent = message->length > CONNECTION_COPY_MAX;
        return connection_send_piece(connection, message);
    }
    return 0;
}

int permessage_send(void *context, struct connection *connection, uint8_t opcode, uint8_t *payload,
                    size_t length) {
    struct permessage_deflate *deflate = context;
    struct permessage_sender *sender = &deflate->sender;
    if (sender->is_busy || permessage_is_lent(deflate, connection) || connection->sending ||
        !connection_may_send(connection)) {
        return -1;
    }
    const struct connection_input *input = &connection->input;
    sender->message = (struct connection_message){opcode, 0, true, payload, length};
    sender->is_received = payload == input->buffer.data + input->message_start;
    size_t most = length - 1 + TAIL; /* the payload has to be shorter than the message */
    if (most < sender->out_capacity / 4) {
        permessage_sender_shrink(sender);
    }
    if (length < SHORTEST || !make_room(sender, most) || !ensure_compressor(sender)) {
        return send_uncompressed(deflate, connection);
    }
    if (!sender->takeover) {
        deflate_forget(&sender->deflate);
    }
    deflate_begin(&sender->deflate, payload, length, sender->out, most);
    return permessage_send_on(deflate, connection);
}

/* If there is no memory for a copy of the history, the compressor stays. A history that is shorter
 * than the window keeps only as much memory as it needs. */
void permessage_sender_relax(struct permessage_sender *sender) {
    if (sender->is_busy) {
        return;
    }
    free(sender->out);
    sender->out = NULL;
    sender->out_capacity = 0;
    if (sender->memory == NULL) {
        return;
    }
    if (sender->takeover) {
        uint8_t *history = malloc((size_t)1 << sender->window_bits);
        if (history == NULL) {
            return;
        }
        size_t length = deflate_history(&sender->deflate, history);
        uint8_t *shorter = realloc(history, length > 0 ? length : 1);
        if (shorter != NULL) {
            history = shorter;
        }
        sender->history = history;
        sender->history_length = length;
    }
    free(sender->memory);
    sender->memory = NULL;
}
