/* Compression in turns: what takes long is done in steps of bounded work, in both directions, and
 * may end or move in between. */
#include "step05_echo/connection_rest.h"
#include "tests/support/deflate_pair.h"
#include "tests/support/test.h"

#include <string.h>

enum { LARGE = 300000, TURN = 65536 };

static uint8_t large[LARGE];

/* Goes on until there is something else to do than to go on. Returns what, and how often. */
static enum connection_event go_on(struct deflate_pair *side, size_t *turns) {
    struct connection_message message;
    enum connection_event event;
    *turns = 0;
    while ((event = deflate_pair_next(side, &message)) == CONNECTION_NEEDS_TURN) {
        ++*turns;
    }
    return event;
}

/* Begins to send a message that takes several turns. */
static void begin_to_send(void) {
    struct connection_message message;
    deflate_pair_open_both(&deflate_pair_most, DEFLATE_PAIR_MAX_MESSAGE);
    deflate_pair_fill_random(large, sizeof large, 8);
    CHECK_EQUAL(deflate_pair_begin(&deflate_pair_server, large, sizeof large), 0);
    CHECK_EQUAL(deflate_pair_next(&deflate_pair_server, &message), CONNECTION_NEEDS_TURN);
    CHECK_EQUAL(deflate_pair_begin(&deflate_pair_server, large, sizeof large), -1);
    CHECK_EQUAL(deflate_pair_server.connection.output.total, 0);
}

TEST("turns: a large message is sent in turns") {
    size_t turns, pings = 0;
    struct connection_message message;
    struct wire out = {0};
    begin_to_send();
    while (connection_ping(&deflate_pair_server.connection, (const uint8_t *)"p", 1) == 0) {
        pings++; /* as long as there is room for one; there must be room for the message, too */
    }
    CHECK_EQUAL(go_on(&deflate_pair_server, &turns), CONNECTION_NEEDS_OUTPUT);
    deflate_pair_take_output(&deflate_pair_server, &out);
    CHECK_EQUAL(out.len, 3 * pings);
    CHECK_EQUAL(go_on(&deflate_pair_server, &turns), CONNECTION_NEEDS_OUTPUT);
    CHECK(turns + 2 >= LARGE / TURN);
    deflate_pair_take_output(&deflate_pair_server, &out);
    CHECK_EQUAL(deflate_pair_next(&deflate_pair_server, &message), CONNECTION_NEEDS_INPUT);
    struct deflate_pair_result result =
        deflate_pair_feed(&deflate_pair_client, out.bytes, out.len, 1 << 20, false);
    CHECK(result.payload.len == LARGE && memcmp(result.payload.bytes, large, LARGE) == 0);
    deflate_pair_result_free(&result);
    wire_free(&out);
    deflate_pair_close_both();
}

TEST("turns: a Close ends what is sent in turns") {
    size_t turns;
    struct wire out = {0};
    begin_to_send();
    CHECK_EQUAL(connection_close(&deflate_pair_server.connection, 1001, ""), 0);
    CHECK_EQUAL(go_on(&deflate_pair_server, &turns), CONNECTION_NEEDS_INPUT);
    deflate_pair_take_output(&deflate_pair_server, &out);
    CHECK_BYTES(out.bytes, out.len, "\x88\x02\x03\xe9", 4);
    wire_free(&out);
    deflate_pair_close_both();
}

TEST("turns: a failure ends what is done in turns") {
    struct connection_message message;
    struct wire in = {0}, out = {0};
    begin_to_send();
    connection_fail(&deflate_pair_server.connection, 1008, "");
    CHECK_EQUAL(deflate_pair_next(&deflate_pair_server, &message), CONNECTION_FAILED);
    deflate_pair_take_output(&deflate_pair_server, &out);
    CHECK_BYTES(out.bytes, out.len, "\x88\x02\x03\xf0", 4);
    deflate_pair_close_both();
    deflate_pair_open_both(&deflate_pair_most, DEFLATE_PAIR_MAX_MESSAGE);
    memset(large, 0, sizeof large);
    deflate_pair_send(&deflate_pair_client, FRAME_BINARY, large, sizeof large, &in);
    deflate_pair_receive(&deflate_pair_server, &in);
    CHECK_EQUAL(deflate_pair_next(&deflate_pair_server, &message), CONNECTION_NEEDS_TURN);
    connection_fail(&deflate_pair_server.connection, 1008, "");
    for (int again = 0; again < 2; again++) {
        CHECK_EQUAL(deflate_pair_next(&deflate_pair_server, &message), CONNECTION_FAILED);
    }
    wire_free(&in);
    wire_free(&out);
    deflate_pair_close_both();
}

/* Few bytes become many, no more than TURN of them at a time. */
TEST("turns: a large message is received in turns") {
    size_t turns;
    struct wire in = {0};
    const struct permessage_receiver *receiver = &deflate_pair_server.deflate.receiver;
    deflate_pair_open_both(&deflate_pair_most, DEFLATE_PAIR_MAX_MESSAGE);
    memset(large, 0, sizeof large);
    deflate_pair_send(&deflate_pair_client, FRAME_BINARY, large, sizeof large, &in);
    deflate_pair_receive(&deflate_pair_server, &in);
    CHECK_EQUAL(go_on(&deflate_pair_server, &turns), CONNECTION_MESSAGE);
    CHECK_EQUAL(turns, LARGE / TURN);
    CHECK(receiver->length - receiver->start == LARGE &&
          memcmp(receiver->bytes + receiver->start, large, LARGE) == 0);
    wire_free(&in);
    deflate_pair_close_both();
}

/* Many bytes become nothing. */
TEST("turns: payload that comes to nothing is taken in turns") {
    static const uint8_t block[] = {0, 0, 0, 0xff, 0xff};
    size_t turns;
    struct wire payload = {0}, in = {0}, rest;
    while (payload.len < 4 * TURN) {
        wire_add(&payload, block, sizeof block);
    }
    wire_add_client_frame(&in, 0xc2, payload.bytes, payload.len);
    deflate_pair_open_both(&deflate_pair_most, DEFLATE_PAIR_MAX_MESSAGE);
    struct deflate_pair_result result = deflate_pair_feed(
        &deflate_pair_server, in.bytes, DEFLATE_PAIR_LENT, DEFLATE_PAIR_LENT, false);
    rest =
        (struct wire){in.bytes + DEFLATE_PAIR_LENT, 3 * TURN, 0}; /* into a buffer that has grown */
    deflate_pair_receive(&deflate_pair_server, &rest);
    CHECK_EQUAL(go_on(&deflate_pair_server, &turns), CONNECTION_NEEDS_INPUT);
    CHECK_EQUAL(turns, 3 * TURN / INFLATE_TURN - 1);
    deflate_pair_result_free(&result);
    wire_free(&payload);
    wire_free(&in);
    deflate_pair_close_both();
}

/* As an event loop does it: between two turns the connection goes to other memory. */
TEST("turns: a connection may move between turns") {
    static uint8_t lent[LARGE + 100];
    static struct connection kept;
    size_t turns;
    struct connection_message message;
    struct connection *connection = &deflate_pair_server.connection;
    struct buffer buffer;
    struct wire in = {0}, out = {0};
    deflate_pair_open_both(&deflate_pair_most, DEFLATE_PAIR_MAX_MESSAGE);
    deflate_pair_fill_random(large, sizeof large, 8);
    wire_add_client_frame(&in, 0x82, large, sizeof large);
    memcpy(lent, in.bytes, in.len);
    buffer_init(&buffer, lent, sizeof lent);
    const struct connection_settings settings = connection->settings;
    connection_init(connection, &settings, &buffer, in.len);
    CHECK_EQUAL(deflate_pair_next(&deflate_pair_server, &message), CONNECTION_MESSAGE);
    CHECK_EQUAL(deflate_pair_begin(&deflate_pair_server, message.payload, message.length), 0);
    CHECK_EQUAL(connection_keep(&kept, connection), 0);
    memset(lent, 0xdd, sizeof lent);
    *connection = kept;
    CHECK_EQUAL(go_on(&deflate_pair_server, &turns), CONNECTION_NEEDS_OUTPUT);
    deflate_pair_take_output(&deflate_pair_server, &out);
    struct deflate_pair_result result =
        deflate_pair_feed(&deflate_pair_client, out.bytes, out.len, 1 << 20, false);
    CHECK(result.payload.len == LARGE && memcmp(result.payload.bytes, large, LARGE) == 0);
    deflate_pair_result_free(&result);
    wire_free(&in);
    wire_free(&out);
    deflate_pair_close_both();
}

/* The message that is compressed lies in the connection's buffer, and another comes after it. */
TEST("turns: what is received goes back in turns") {
    struct wire in = {0};
    deflate_pair_open_both(&deflate_pair_most, DEFLATE_PAIR_MAX_MESSAGE);
    deflate_pair_fill_random(large, sizeof large, 8);
    for (size_t i = 0; i < 3; i++) {
        wire_add_client_frame(&in, 0x82, large + i, LARGE - i);
    }
    struct deflate_pair_result result =
        deflate_pair_feed(&deflate_pair_server, in.bytes, in.len, 1 << 20, true);
    struct deflate_pair_result back = deflate_pair_feed(&deflate_pair_client, result.output.bytes,
                                                        result.output.len, 1 << 20, false);
    CHECK_EQUAL(back.messages, 3);
    CHECK(back.payload.len == LARGE - 2 && memcmp(back.payload.bytes, large + 2, LARGE - 2) == 0);
    deflate_pair_result_free(&result);
    deflate_pair_result_free(&back);
    wire_free(&in);
    deflate_pair_close_both();
}
