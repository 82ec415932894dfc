#include "tests/support/connection_pump.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

static void note(struct connection_pump *run, const char *name, const void *payload, size_t len) {
    size_t used = strlen(run->events);
    snprintf(run->events + used, sizeof run->events - used, "%s:%.*s ", name,
             (int)(len < 40 ? len : 40), len > 0 ? (const char *)payload : "");
}

static void note_message(struct connection_pump *run, const struct connection_message *message,
                         bool in_pieces, const void *payload, size_t len) {
    char text[32], mark[8] = "";
    if (message->rsv != 0) {
        snprintf(mark, sizeof mark, "+%u", (unsigned)message->rsv);
    }
    snprintf(text, sizeof text, in_pieces ? "(%s%s)" : "%s%s", frame_opcode_name(message->opcode),
             mark);
    note(run, text, payload, len);
}

static void take_piece(struct connection *connection, struct connection_pump *run,
                       const struct connection_message *piece) {
    CHECK(piece->fin || piece->length > 0);
    wire_add(&run->message, piece->payload, piece->length);
    CHECK_EQUAL(connection_send_piece(connection, piece), 0);
    if (piece->fin) {
        note_message(run, piece, true, run->message.bytes, run->message.len);
        wire_free(&run->message);
    }
}

void connection_pump_drain(struct connection *connection, struct connection_pump *run,
                           size_t piece) {
    const struct iovec *parts;
    while (connection_output(connection, &parts) > 0) {
        size_t len = parts[0].iov_len < piece ? parts[0].iov_len : piece;
        wire_add(&run->output, parts[0].iov_base, len);
        connection_sent(connection, len);
    }
}

void connection_pump_handle(struct connection *connection, struct connection_pump *run,
                            size_t piece) {
    struct connection_message message;
    char text[32];
    for (;;) {
        switch (connection_next(connection, &message)) {
        case CONNECTION_NEEDS_INPUT:
            connection_pump_drain(connection, run, piece);
            return;
        case CONNECTION_NEEDS_OUTPUT:
            connection_pump_drain(connection, run, piece);
            break;
        case CONNECTION_MESSAGE:
            note_message(run, &message, false, message.payload, message.length);
            connection_send(connection, message.opcode, message.payload, message.length);
            break;
        case CONNECTION_PIECE:
            take_piece(connection, run, &message);
            break;
        case CONNECTION_NEEDS_TURN:
            CHECK(false); /* only a layer asks for turns */
            return;
        case CONNECTION_PING:
        case CONNECTION_PONG:
            note(run, frame_opcode_name(message.opcode), message.payload, message.length);
            break;
        case CONNECTION_CLOSED:
            snprintf(text, sizeof text, "closed %u", (unsigned)connection->close_code);
            note(run, text, message.payload, message.length);
            connection_pump_drain(connection, run, piece);
            run->ended = true;
            return;
        case CONNECTION_FAILED:
            snprintf(text, sizeof text, "failed %u", (unsigned)connection->close_code);
            note(run, text, "", 0);
            connection_pump_drain(connection, run, piece);
            run->ended = true;
            return;
        }
    }
}

void connection_pump_feed(struct connection *connection, struct connection_pump *run,
                          const uint8_t *bytes, size_t len, size_t piece) {
    while (len > 0 && !run->ended) {
        size_t size;
        uint8_t *space = connection_space(connection, &size);
        size_t take = len < size ? len : size;
        CHECK(space != NULL && size > 0);
        if (space == NULL || size == 0) {
            return;
        }
        memcpy(space, bytes, take);
        connection_received(connection, take);
        connection_pump_handle(connection, run, piece);
        bytes += take;
        len -= take;
    }
}

void connection_pump_start(struct connection *connection,
                           const struct connection_settings *settings, uint8_t *lent,
                           size_t lent_size, size_t received) {
    struct buffer buffer;
    buffer_init(&buffer, lent, lent_size);
    connection_init(connection, settings, &buffer, received);
}

const struct connection_settings connection_pump_server = {
    .role = CONNECTION_SERVER, .max_message = CONNECTION_PUMP_MAX_MESSAGE};

void connection_pump_cut(const struct wire *input, const char *events, const struct wire *output,
                         size_t first, size_t rest, size_t lent_size) {
    static uint8_t lent[2 * CONNECTION_INPUT_READ_SIZE];
    struct connection connection;
    struct connection_pump run = {.ended = false};
    connection_pump_start(&connection, &connection_pump_server, lent, lent_size, 0);
    for (size_t at = 0; at < input->len;) {
        size_t piece = at == 0 ? first : rest;
        size_t take = input->len - at < piece ? input->len - at : piece;
        connection_pump_feed(&connection, &run, input->bytes + at, take, rest);
        at += take;
    }
    CHECK_FOR(strcmp(run.events, events) == 0,
              "cut at %zu, then every %zu:\n  got    %s\n  wanted %s", first, rest, run.events,
              events);
    CHECK_BYTES(run.output.bytes, run.output.len, output->bytes, output->len);
    wire_free(&run.output);
    connection_free(&connection);
}

void connection_pump_play(struct wire *input, const char *events, struct wire *output) {
    static const size_t buffers[] = {CONNECTION_BUFFER_MIN, 2 * CONNECTION_INPUT_READ_SIZE};
    for (size_t i = 0; i < 2; i++) {
        connection_pump_cut(input, events, output, input->len, input->len, buffers[i]);
        for (size_t cut = 1; cut < input->len; cut++) {
            connection_pump_cut(input, events, output, cut, input->len, buffers[i]);
        }
        for (size_t piece = 1; piece <= 7; piece += 2) {
            connection_pump_cut(input, events, output, piece, piece, buffers[i]);
        }
    }
    wire_free(input);
    wire_free(output);
}
