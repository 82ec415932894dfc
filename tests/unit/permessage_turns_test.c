/* Compression in turns: what takes long is done in steps of bounded work, in both directions, and
 * may end or move in between. */
#include "step05_echo/connection_lend.h"
#include "tests/support/pump.h"
#include "tests/support/test.h"

#include <string.h>

enum { LARGE = 300000, TURN = 65536 };

static struct pump server, client;
static uint8_t large[LARGE];

/* Goes on until another event than NEEDS_TURN comes. Returns it, and stores how many turns that
 * took. */
static enum connection_event go_on(size_t *turns) {
    struct connection_message message;
    enum connection_event event;
    *turns = 0;
    while ((event = pump_next(&server, &message)) == CONNECTION_NEEDS_TURN) {
        ++*turns;
    }
    return event;
}

static void open_both(uint32_t letters) {
    pump_open_both(&server, &client, &pump_most, PUMP_LARGE_MESSAGE);
    test_random_bytes(large, sizeof large, letters);
}

/* Begins to send a message that takes several turns. */
static void begin_to_send(void) {
    struct connection_message message;
    open_both(8);
    CHECK_EQUAL(pump_send(&server, FRAME_BINARY, large, sizeof large), 0);
    CHECK_EQUAL(pump_next(&server, &message), CONNECTION_NEEDS_TURN);
    CHECK_EQUAL(pump_send(&server, FRAME_BINARY, large, sizeof large), -1);
    CHECK_EQUAL(server.connection.output.total, 0);
}

/* Begins to receive few bytes that become many. */
static void begin_to_receive(void) {
    open_both(1);
    pump_send_whole(&client, large, sizeof large);
    pump_put_bytes(&server, client.output.bytes, client.output.len);
}

/* The client gets what the server has sent, the last of which is this message. */
static void check_received(const uint8_t *payload, size_t length) {
    pump_drain(&server);
    pump_feed_bytes(&client, server.output.bytes, server.output.len, SIZE_MAX);
    CHECK_BYTES(client.message.bytes, client.message.len, payload, length);
}

TEST("turns: a large message is sent in turns") {
    size_t turns, pings = 0;
    struct connection_message message;
    begin_to_send();
    while (connection_ping(&server.connection, (const uint8_t *)"p", 1) == 0) {
        pings++; /* as long as there is room for one; there must be room for the message, too */
    }
    CHECK_EQUAL(go_on(&turns), CONNECTION_NEEDS_OUTPUT);
    pump_drain(&server);
    CHECK_EQUAL(server.output.len, 3 * pings);
    CHECK_EQUAL(go_on(&turns), CONNECTION_NEEDS_OUTPUT);
    CHECK(turns + 2 >= LARGE / TURN);
    pump_drain(&server);
    CHECK_EQUAL(pump_next(&server, &message), CONNECTION_NEEDS_INPUT);
    check_received(large, LARGE);
    pump_close_both(&server, &client);
}

TEST("turns: a Close ends what is sent in turns") {
    size_t turns;
    begin_to_send();
    CHECK_EQUAL(connection_close(&server.connection, 1001, ""), 0);
    CHECK_EQUAL(go_on(&turns), CONNECTION_NEEDS_INPUT);
    pump_drain(&server);
    pump_expect(&server, "", "close 1001: ");
    pump_close_both(&server, &client);
}

TEST("turns: a failure ends what is done in turns") {
    struct connection_message message;
    begin_to_send();
    connection_fail(&server.connection, 1008, "");
    pump_handle(&server);
    pump_expect(&server, "failed 1008: ", "close 1008: ");
    pump_close_both(&server, &client);
    begin_to_receive();
    CHECK_EQUAL(pump_next(&server, &message), CONNECTION_NEEDS_TURN);
    connection_fail(&server.connection, 1008, "");
    pump_handle(&server);
    pump_expect(&server, "failed 1008: ", "close 1008: ");
    pump_close_both(&server, &client);
}

/* No more than TURN bytes come out at a time. */
TEST("turns: a large message is received in turns") {
    size_t turns;
    const struct permessage_receiver *receiver = &server.deflate.receiver;
    begin_to_receive();
    CHECK_EQUAL(go_on(&turns), CONNECTION_MESSAGE);
    CHECK_EQUAL(turns, LARGE / TURN);
    CHECK_BYTES(receiver->bytes + receiver->start, receiver->length - receiver->start, large,
                LARGE);
    pump_close_both(&server, &client);
}

/* Many bytes become nothing. All but the first go into a buffer that has grown. */
TEST("turns: payload that comes to nothing is taken in turns") {
    static const uint8_t block[] = {0, 0, 0, 0xff, 0xff};
    enum { FIRST = 4 * CONNECTION_BUFFER_MIN };
    size_t turns;
    struct wire payload = {0}, in = {0};
    while (payload.len < 4 * TURN) {
        wire_add(&payload, block, sizeof block);
    }
    wire_add_client_frame(&in, 0xc2, payload.bytes, payload.len);
    pump_open_both(&server, &client, &pump_most, PUMP_LARGE_MESSAGE);
    pump_feed_bytes(&server, in.bytes, FIRST, SIZE_MAX);
    pump_put_bytes(&server, in.bytes + FIRST, 3 * TURN);
    CHECK_EQUAL(go_on(&turns), CONNECTION_NEEDS_INPUT);
    CHECK_EQUAL(turns, 3 * TURN / INFLATE_TURN - 1);
    wire_free(&payload);
    wire_free(&in);
    pump_close_both(&server, &client);
}

/* As an event loop does it: between two turns the connection goes to other memory. */
TEST("turns: a connection may move between turns") {
    static uint8_t lent[LARGE + 100];
    static struct connection kept;
    size_t turns;
    struct connection_message message;
    struct buffer buffer;
    struct wire in = {0};
    open_both(8);
    wire_add_client_frame(&in, 0x82, large, sizeof large);
    memcpy(lent, in.bytes, in.len);
    buffer_init(&buffer, lent, sizeof lent);
    const struct connection_settings settings = server.connection.settings;
    connection_init(&server.connection, &settings, &buffer, in.len);
    CHECK_EQUAL(pump_next(&server, &message), CONNECTION_MESSAGE);
    CHECK_EQUAL(pump_send(&server, FRAME_BINARY, message.payload, message.length), 0);
    CHECK_EQUAL(connection_keep(&kept, &server.connection), 0);
    memset(lent, 0xdd, sizeof lent);
    server.connection = kept;
    CHECK_EQUAL(go_on(&turns), CONNECTION_NEEDS_OUTPUT);
    check_received(large, LARGE);
    wire_free(&in);
    pump_close_both(&server, &client);
}

/* The message that is compressed lies in the connection's buffer, and another comes after it. */
TEST("turns: what is received goes back in turns") {
    struct wire in = {0};
    open_both(8);
    for (size_t i = 0; i < 3; i++) {
        wire_add_client_frame(&in, 0x82, large + i, LARGE - i);
    }
    server.echoes = true;
    pump_feed_bytes(&server, in.bytes, in.len, SIZE_MAX);
    check_received(large + 2, LARGE - 2);
    CHECK_EQUAL(client.messages, 3);
    wire_free(&in);
    pump_close_both(&server, &client);
}
