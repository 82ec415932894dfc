#include "step07_deflate/permessage_parts.h"

bool permessage_is_lent(struct permessage_deflate *deflate, const struct connection *connection) {
    deflate->sender.is_lent = deflate->sender.is_lent && connection->output.count > 0;
    return deflate->sender.is_lent;
}

/* Starts to inflate a marked piece. Payload may inflate to nothing for ever, so its size is limited
 * as well, to twice the size of the largest message and one byte. */
static void begin_piece(struct permessage_deflate *deflate, const struct connection *connection,
                        const struct connection_message *piece) {
    struct permessage_receiver *receiver = &deflate->receiver;
    receiver->received = receiver->in_message ? receiver->received : 0;
    uint64_t most = 2 * connection->settings.max_message + 1 - receiver->received;
    receiver->has_piece = true;
    receiver->piece_taken = 0;
    receiver->is_too_much = piece->length > most;
    receiver->piece_length = receiver->is_too_much ? (size_t)most : piece->length;
    receiver->is_last = piece->fin && !receiver->is_too_much;
    receiver->received += receiver->piece_length;
}

static enum connection_event fail(struct permessage_deflate *deflate, struct connection *connection,
                                  enum permessage_verdict verdict) {
    deflate->receiver.has_piece = false;
    switch (verdict) {
    case PERMESSAGE_TOO_BIG:
        return connection_fail(connection, CLOSE_TOO_BIG, connection_too_big);
    case PERMESSAGE_BAD:
        return connection_fail(connection, CLOSE_INVALID_DATA, deflate->receiver.problem);
    case PERMESSAGE_NOT_UTF8:
        return connection_fail(connection, CLOSE_INVALID_DATA, connection_not_utf8);
    case PERMESSAGE_CUT_CHARACTER:
        return connection_fail(connection, CLOSE_INVALID_DATA, connection_cut_character);
    default:
        return connection_fail(connection, CLOSE_INTERNAL_ERROR, connection_no_memory);
    }
}

/* Goes on inflating the current piece. Returns CONNECTION_NEEDS_INPUT if all of it has been read
 * and the message has not ended. */
static enum connection_event inflate_piece(struct permessage_deflate *deflate,
                                           struct connection *connection,
                                           struct connection_message *message) {
    struct permessage_receiver *receiver = &deflate->receiver;
    const struct connection_input *in = &connection->input;
    struct permessage_input input = {
        .opcode = connection->opcode,
        .bytes = in->buffer.data + in->message_start + receiver->piece_taken,
        .length = receiver->piece_length - receiver->piece_taken,
        .is_last = receiver->is_last,
        .may_move = connection->output.count == 0,
        .most = connection->settings.max_message,
    };
    enum permessage_verdict verdict = permessage_receive(receiver, &input);
    receiver->piece_taken = receiver->piece_length - input.length;
    if (verdict == PERMESSAGE_NEEDS_TURN) {
        return CONNECTION_NEEDS_TURN;
    }
    if (verdict == PERMESSAGE_NEEDS_OUTPUT) {
        return CONNECTION_NEEDS_OUTPUT;
    }
    if (verdict == PERMESSAGE_OK && receiver->is_too_much) {
        verdict = PERMESSAGE_TOO_BIG;
    }
    if (verdict != PERMESSAGE_OK) {
        return fail(deflate, connection, verdict);
    }
    receiver->has_piece = false;
    if (!receiver->is_last) {
        return CONNECTION_NEEDS_INPUT;
    }
    *message = (struct connection_message){.opcode = receiver->opcode,
                                           .fin = true,
                                           .payload = receiver->bytes + receiver->start,
                                           .length = receiver->length - receiver->start};
    return CONNECTION_MESSAGE;
}

/* Gives memory back when a peer stops sending compressed messages, so that one peer
 * does not hold memory for two large messages, one here and one in the connection. */
static void shrink_if_unused(struct permessage_deflate *deflate,
                             const struct connection *connection) {
    bool is_marked = connection->in_message ? connection->rsv != 0 : deflate->was_marked;
    if (!is_marked && connection->output.count == 0) {
        permessage_receiver_shrink(&deflate->receiver);
        permessage_sender_shrink(&deflate->sender);
    }
}

static enum connection_event next(void *context, struct connection *connection,
                                  struct connection_message *message) {
    struct permessage_deflate *deflate = context;
    if (connection->ended) {
        return connection_next(connection, message);
    }
    if (connection->close_sent && deflate->sender.is_busy) {
        permessage_sender_free(&deflate->sender); /* nothing may follow the Close */
    }
    bool is_at_work = deflate->sender.is_busy || deflate->receiver.has_piece;
    if (is_at_work && connection->output.count > 0 && !connection_may_send(connection)) {
        return CONNECTION_NEEDS_OUTPUT; /* so that there is room for the message, or for a Close */
    }
    if (deflate->sender.is_busy) {
        permessage_send_on(deflate, connection);
        return CONNECTION_NEEDS_TURN;
    }
    if (permessage_is_lent(deflate, connection)) {
        return CONNECTION_NEEDS_OUTPUT;
    }
    shrink_if_unused(deflate, connection);
    for (;;) {
        if (!deflate->receiver.has_piece) {
            enum connection_event event = connection_next(connection, message);
            bool is_marked = event == CONNECTION_PIECE && message->rsv != 0;
            if (!is_marked) {
                bool is_waiting =
                    event == CONNECTION_NEEDS_INPUT || event == CONNECTION_NEEDS_OUTPUT;
                deflate->was_marked = deflate->was_marked && is_waiting;
                return event;
            }
            deflate->was_marked = true;
            begin_piece(deflate, connection, message);
        }
        enum connection_event event = inflate_piece(deflate, connection, message);
        if (event != CONNECTION_NEEDS_INPUT) {
            return event;
        }
    }
}

static void relax(void *context, struct connection *connection) {
    struct permessage_deflate *deflate = context;
    connection_relax(connection);
    permessage_receiver_relax(&deflate->receiver);
    permessage_sender_relax(&deflate->sender);
}

void permessage_deflate_init(struct permessage_deflate *deflate,
                             const struct permessage_parameters *config, bool is_server) {
    *deflate = (struct permessage_deflate){.is_server = is_server, .config = *config};
    deflate->layer = (struct layer){.rsv = FRAME_RSV1,
                                    .context = deflate,
                                    .next = next,
                                    .send = permessage_send,
                                    .relax = relax};
}

/* Applies the agreed parameters: a server sends with the server's and receives with the client's, a
 * client the other way round. */
static void apply_agreed(struct permessage_deflate *deflate) {
    const struct permessage_parameters *agreed = &deflate->agreed;
    bool server_takeover = !agreed->server_no_context_takeover;
    bool client_takeover = !agreed->client_no_context_takeover;
    unsigned server_bits = agreed->server_max_window_bits;
    unsigned client_bits = agreed->client_max_window_bits;
    deflate->is_agreed = true;
    deflate->sender.takeover = deflate->is_server ? server_takeover : client_takeover;
    deflate->sender.window_bits = deflate->is_server ? server_bits : client_bits;
    deflate->receiver.takeover = deflate->is_server ? client_takeover : server_takeover;
    deflate->receiver.window_bits = deflate->is_server ? client_bits : server_bits;
}

static const char *choose(void *context, struct http_text offers) {
    struct permessage_deflate *deflate = context;
    if (!permessage_negotiation_choose(offers, &deflate->config, &deflate->agreed,
                                       deflate->answer)) {
        return NULL;
    }
    apply_agreed(deflate);
    return deflate->answer;
}

struct extensions_chooser permessage_deflate_chooser(struct permessage_deflate *deflate) {
    return (struct extensions_chooser){choose, deflate};
}

bool permessage_deflate_accept(void *context, struct http_text answer) {
    struct permessage_deflate *deflate = context;
    if (permessage_negotiation_accept(answer, &deflate->config, &deflate->agreed)) {
        apply_agreed(deflate);
    }
    return deflate->is_agreed;
}

const struct layer *permessage_deflate_layer(struct permessage_deflate *deflate) {
    return deflate->is_agreed ? &deflate->layer : NULL;
}

void permessage_deflate_free(struct permessage_deflate *deflate) {
    permessage_receiver_free(&deflate->receiver);
    permessage_sender_free(&deflate->sender);
}
