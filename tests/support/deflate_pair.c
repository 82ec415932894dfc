#include "tests/support/deflate_pair.h"

#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

struct deflate_pair deflate_pair_server, deflate_pair_client;

const struct permessage_parameters deflate_pair_most = {false, false, 15, 15};

static void new_key(void *context, uint8_t masking_key[4]) {
    struct deflate_pair *side = context;
    side->keys = side->keys * 1664525u + 1013904223u;
    memcpy(masking_key, &side->keys, 4);
}

void deflate_pair_start(struct deflate_pair *side, enum connection_role role,
                        uint64_t max_message) {
    struct connection_settings settings = {.role = role, .max_message = max_message};
    struct buffer buffer;
    settings.allowed_rsv = permessage_deflate_layer(&side->deflate)->rsv;
    settings.new_masking_key = role == CONNECTION_CLIENT ? new_key : NULL;
    settings.context = side;
    buffer_init(&buffer, side->lent, sizeof side->lent);
    connection_init(&side->connection, &settings, &buffer, 0);
}

struct http_text deflate_pair_text(const char *string) {
    return (struct http_text){string, strlen(string)};
}

void deflate_pair_open_both(const struct permessage_parameters *wishes, uint64_t max_message) {
    char offer[PERMESSAGE_NEGOTIATION_TEXT_MAX];
    permessage_deflate_init(&deflate_pair_server.deflate, &deflate_pair_most, true);
    permessage_deflate_init(&deflate_pair_client.deflate, wishes, false);
    CHECK(permessage_deflate_layer(&deflate_pair_server.deflate) ==
          NULL); /* nothing is agreed on yet */
    CHECK(permessage_deflate_layer(&deflate_pair_client.deflate) == NULL);
    permessage_negotiation_offer(wishes, offer);
    struct extensions_chooser chooser = permessage_deflate_chooser(&deflate_pair_server.deflate);
    const char *answer = chooser.choose(chooser.context, deflate_pair_text(offer));
    CHECK(answer != NULL &&
          permessage_deflate_accept(&deflate_pair_client.deflate, deflate_pair_text(answer)));
    deflate_pair_start(&deflate_pair_server, CONNECTION_SERVER, max_message);
    deflate_pair_start(&deflate_pair_client, CONNECTION_CLIENT, max_message);
}

void deflate_pair_close(struct deflate_pair *side) {
    connection_free(&side->connection);
    permessage_deflate_free(&side->deflate);
}

void deflate_pair_close_both(void) {
    deflate_pair_close(&deflate_pair_server);
    deflate_pair_close(&deflate_pair_client);
}

void deflate_pair_take_output(struct deflate_pair *side, struct wire *output) {
    const struct iovec *parts;
    size_t count = connection_output(&side->connection, &parts);
    for (size_t i = 0; i < count; i++) {
        wire_add(output, parts[i].iov_base, parts[i].iov_len);
    }
    connection_sent(&side->connection, side->connection.output.total);
}

void deflate_pair_result_free(struct deflate_pair_result *result) {
    wire_free(&result->payload);
    wire_free(&result->output);
}

static const struct layer *layer(struct deflate_pair *side) {
    return permessage_deflate_layer(&side->deflate);
}

enum connection_event deflate_pair_next(struct deflate_pair *side,
                                        struct connection_message *message) {
    return layer_next(layer(side), &side->connection, message);
}

void deflate_pair_relax(struct deflate_pair *side) {
    layer_relax(layer(side), &side->connection);
}

int deflate_pair_send(struct deflate_pair *side, uint8_t opcode, uint8_t *payload, size_t length,
                      struct wire *output) {
    struct connection_message message;
    int result = layer_send(layer(side), &side->connection, opcode, payload, length);
    while (side->deflate.sender.is_busy) {
        CHECK_EQUAL(deflate_pair_next(side, &message), CONNECTION_NEEDS_TURN);
    }
    deflate_pair_take_output(side, output);
    return result;
}

int deflate_pair_begin(struct deflate_pair *side, uint8_t *payload, size_t length) {
    return layer_send(layer(side), &side->connection, FRAME_BINARY, payload, length);
}

void deflate_pair_receive(struct deflate_pair *side, const struct wire *in) {
    size_t size;
    uint8_t *space = connection_space(&side->connection, &size);
    CHECK(space != NULL && size >= in->len);
    memcpy(space, in->bytes, in->len);
    connection_received(&side->connection, in->len);
}

/* Handles events until there is none; the result has the last message. */
static void handle(struct deflate_pair *side, struct deflate_pair_result *result, bool echoes) {
    struct connection_message message = {0};
    for (;;) {
        enum connection_event event = deflate_pair_next(side, &message);
        if (event == CONNECTION_MESSAGE) {
            wire_free(&result->payload);
            wire_add(&result->payload, message.payload, message.length);
            result->event = event;
            result->opcode = message.opcode;
            result->messages++;
            if (echoes) {
                CHECK_EQUAL(layer_send(layer(side), &side->connection, message.opcode,
                                       message.payload, message.length),
                            0);
            }
        } else if (event == CONNECTION_FAILED || event == CONNECTION_CLOSED) {
            result->event = event;
            result->code = side->connection.close_code;
            result->failure = side->connection.failure;
            deflate_pair_take_output(side, &result->output);
            return;
        } else if (event != CONNECTION_NEEDS_TURN) {
            CHECK(event != CONNECTION_PIECE);
            deflate_pair_take_output(side, &result->output);
            if (event == CONNECTION_NEEDS_INPUT) {
                return;
            }
        }
    }
}

struct deflate_pair_result deflate_pair_feed(struct deflate_pair *side, const uint8_t *bytes,
                                             size_t length, size_t piece, bool echoes) {
    struct deflate_pair_result result = {.event = CONNECTION_NEEDS_INPUT, .failure = ""};
    while (length > 0 && result.event != CONNECTION_FAILED && result.event != CONNECTION_CLOSED) {
        size_t size = 0;
        uint8_t *space = connection_space(&side->connection, &size);
        CHECK(space != NULL && size > 0);
        if (space == NULL || size == 0) {
            break;
        }
        size = size < piece ? size : piece;
        size = size < length ? size : length;
        memcpy(space, bytes, size);
        connection_received(&side->connection, size);
        handle(side, &result, echoes);
        bytes += size;
        length -= size;
    }
    return result;
}

size_t deflate_pair_pass(struct deflate_pair *from, struct deflate_pair *to, const void *payload,
                         size_t length, bool *marked) {
    struct wire frame = {0};
    uint8_t *copy = malloc(length + 1);
    if (copy == NULL) {
        abort();
    }
    memcpy(copy, payload, length);
    CHECK_EQUAL(deflate_pair_send(from, FRAME_BINARY, copy, length, &frame), 0);
    struct deflate_pair_result result =
        deflate_pair_feed(to, frame.bytes, frame.len, SIZE_MAX, false);
    CHECK_EQUAL(result.event, CONNECTION_MESSAGE);
    CHECK_EQUAL(result.messages, 1);
    CHECK_FOR(result.payload.len == length &&
                  (length == 0 || memcmp(result.payload.bytes, payload, length) == 0),
              "%zu bytes came as %zu others", length, result.payload.len);
    if (marked != NULL) {
        *marked = frame.bytes != NULL && (frame.bytes[0] & 0x40) != 0;
    }
    size_t size = frame.len;
    wire_free(&frame);
    deflate_pair_result_free(&result);
    free(copy);
    return size;
}

static uint32_t dice = 1;

uint32_t deflate_pair_roll(uint32_t sides) {
    dice ^= dice << 13;
    dice ^= dice >> 17;
    dice ^= dice << 5;
    return dice % sides;
}

void deflate_pair_fill_random(uint8_t *to, size_t length, uint32_t sides) {
    for (size_t i = 0; i < length; i++) {
        to[i] = (uint8_t)(sides == 256 ? deflate_pair_roll(256) : 'a' + deflate_pair_roll(sides));
    }
}

void deflate_pair_add_hex(struct wire *wire, bool is_server, uint8_t first, const char *hex) {
    struct wire payload = {0};
    wire_add_hex(&payload, hex);
    if (is_server) {
        wire_add_client_frame(wire, first, payload.bytes, payload.len);
    } else {
        wire_add_server_frame(wire, first, payload.bytes, payload.len);
    }
    wire_free(&payload);
}

void deflate_pair_add_stored(struct wire *payload, const uint8_t *bytes, size_t length) {
    uint8_t head[] = {0, (uint8_t)length, (uint8_t)(length >> 8), (uint8_t)~length,
                      (uint8_t)(~length >> 8)};
    wire_add(payload, head, sizeof head);
    wire_add(payload, bytes, length);
}
