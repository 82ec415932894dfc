/* Compression as a layer above a connection: control frames and the end in the midst of messages,
 * UTF-8 and limits of what comes out, and what must wait for the output. */
#include "tests/support/pump.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

enum { LIMIT = 1000, LARGE = 300000 };

static struct pump server, client;

TEST("layer: control frames come between fragments") {
    pump_play_compressed(LIMIT, "41=f248cd 89:ping 00= 00=c9 8a: 80=c90700",
                         "ping:ping pong: text:Hello ", "pong:ping ");
}

TEST("layer: a Close ends a marked message") {
    pump_play_compressed(LIMIT, "41=f248cd 88=03e8 80=c9c90700", "closed 1000: ", "close 1000: ");
}

TEST("layer: what comes out must be UTF-8 (8.1)") {
    /* The Euro sign in three blocks and two frames. */
    pump_play_compressed(LIMIT, "41=000100feffe2000100 89: 80=feff82000100feffac00",
                         "ping: text:\xe2\x82\xac ", "pong: ");
    pump_play_compressed(LIMIT, "41=000200fdff61c007", "failed 1007: ", /* the first counts */
                         "close 1007:a text message must be UTF-8 (8.1) ");
    pump_play_compressed(LIMIT, "41=000100feff6107",
                         "failed 1007: ", "close 1007:block type 3 is reserved (RFC 1951, 3.2.3) ");
    pump_play_compressed(LIMIT, "41=000200fdff61e200 80=", "failed 1007: ",
                         "close 1007:a text message must not end within a character (8.1) ");
    pump_play_compressed(LIMIT, "c2=000200fdff61c000", "binary:a\xc0 ", "");
}

/* In a message that has not ended, and a frame that has not. */
TEST("layer: a bad byte fails at once (8.1)") {
    struct wire in = {0};
    pump_open_both(&server, &client, &pump_most, LIMIT);
    wire_add_frames(&in, true, "41=000400fbff61c06162");
    pump_feed_bytes(&server, in.bytes, 6 + 6, 1);
    pump_expect(&server, "", "");
    pump_feed_bytes(&server, in.bytes + 6 + 6, 1, 1);
    pump_expect(&server, "failed 1007: ", NULL);
    wire_free(&in);
    pump_close_both(&server, &client);
}

/* Empty blocks without end: twice the limit and a byte are good, one byte more is not, and what
 * comes after it is not even looked at. */
TEST("layer: payload that comes to nothing is limited") {
    enum { MOST = 2 * LIMIT + 1 };
    static const uint8_t block[] = {0, 0, 0, 0xff, 0xff}, bad[] = {0, 0, 0, 7, 7};
    static const size_t more[] = {0, 1, 4};
    for (size_t way = 0; way < 24; way++) {
        bool is_server = way % 2 == 0, in_fragments = way / 2 % 2 == 1;
        struct pump *pump = is_server ? &server : &client;
        size_t too_many = more[way / 4 % 3];
        struct wire payload = {0}, in = {0};
        if (too_many == 4) { /* the limit is not where a message could end */
            wire_add_hex(&payload, "0200 0000ffff");
        }
        while (payload.len + 1 < MOST) {
            wire_add(&payload, block, sizeof block);
        }
        wire_add(&payload, bad, 1 + too_many);
        size_t first = in_fragments ? MOST / 3 : payload.len;
        void (*add)(struct wire *, uint8_t, const void *, size_t) =
            is_server ? wire_add_client_frame : wire_add_server_frame;
        add(&in, in_fragments ? 0x41 : 0xc1, payload.bytes, first);
        if (in_fragments) {
            add(&in, 0x80, payload.bytes + first, payload.len - first);
        }
        pump_open_both(&server, &client, &pump_most, LIMIT);
        pump_feed_bytes(pump, in.bytes, in.len, way < 12 ? 1 : SIZE_MAX);
        pump_expect(pump, too_many == 0 ? "text: " : "failed 1009: ", NULL);
        wire_free(&payload);
        wire_free(&in);
        pump_close_both(&server, &client);
    }
}

/* Begins to send a binary message. */
static int begin(struct pump *pump, uint8_t *payload, size_t length) {
    return pump_send(pump, FRAME_BINARY, payload, length);
}

/* What is short is copied, and more can be sent after it; what is longer is lent, and nothing is
 * lost when it must wait: neither what is sent nor what has come. */
TEST("layer: what is lent is waited for") {
    static uint8_t text[2000], other[2000], small[150];
    struct connection_message message;
    pump_open_both(&server, &client, &pump_most, PUMP_LARGE_MESSAGE);
    test_random_bytes(text, sizeof text, 8);
    test_random_bytes(other, sizeof other, 8);
    pump_put(&server, "c1=f248cdc9c90700");
    for (int i = 0; i < 3; i++) {
        CHECK_EQUAL(begin(&server, small, sizeof small), 0);
    }
    CHECK_EQUAL(begin(&server, text, sizeof text), 0);
    CHECK_EQUAL(begin(&server, other, sizeof other), -1);
    CHECK_EQUAL(pump_next(&server, &message), CONNECTION_NEEDS_OUTPUT);
    CHECK_EQUAL(connection_ping(&server.connection, (const uint8_t *)"p", 1), 0);
    const struct iovec *parts;
    while (server.connection.output.total > 1) { /* byte by byte */
        connection_output(&server.connection, &parts);
        wire_add(&server.output, parts[0].iov_base, 1);
        connection_sent(&server.connection, 1);
        CHECK_EQUAL(begin(&server, other, sizeof other), -1);
        CHECK_EQUAL(pump_next(&server, &message), CONNECTION_NEEDS_OUTPUT);
    }
    pump_drain(&server);
    CHECK_EQUAL(begin(&server, other, sizeof other), 0);
    pump_drain(&server);
    CHECK_EQUAL(pump_next(&server, &message), CONNECTION_MESSAGE);
    CHECK_BYTES(message.payload, message.length, "Hello", 5);
    pump_feed_bytes(&client, server.output.bytes, server.output.len, 100);
    CHECK_EQUAL(client.messages, 5);
    CHECK_BYTES(client.message.bytes, client.message.len, other, sizeof other);
    pump_close_both(&server, &client);
}

/* Not even the compressor hears of it: what it remembers would never have been received. */
TEST("layer: nothing is sent after a Close (5.5.1)") {
    static uint8_t text[2000];
    pump_open_both(&server, &client, &pump_most, PUMP_LARGE_MESSAGE);
    CHECK_EQUAL(connection_close(&server.connection, 1000, ""), 0);
    CHECK_EQUAL(begin(&server, text, sizeof text), -1);
    CHECK_EQUAL(begin(&server, text, sizeof text), -1);
    CHECK(server.deflate.sender.memory == NULL);
    pump_drain(&server);
    pump_expect(&server, "", "close 1000: ");
    pump_close_both(&server, &client);
}

/* Two messages at once. In a small window the second would be moved over the first, which is lent
 * by a server as it lies; a client lends a copy, since it masks. */
TEST("layer: messages of all lengths are echoed") {
    static const size_t lengths[] = {0, 3, 125, 126, 700, 40000};
    for (size_t i = 0; i < 12; i++) {
        static uint8_t noise[2][40000];
        bool is_server = i % 2 == 0;
        size_t length = lengths[i / 2], head = (length < 126 ? 2U : 4U) + (is_server ? 0U : 4U);
        size_t size = head + length;
        struct pump *pump = is_server ? &server : &client, *other = is_server ? &client : &server;
        struct wire in = {0};
        pump_open_both(&server, &client, &(struct permessage_parameters){false, false, 8, 8},
                       PUMP_LARGE_MESSAGE);
        pump->echoes = true;
        for (size_t j = 0; j < 2; j++) {
            test_random_bytes(noise[j], length, 256);
            pump_add_stored(&in, is_server, noise[j], length);
        }
        pump_feed_bytes(pump, in.bytes, in.len, SIZE_MAX);
        CHECK_EQUAL(pump->output.len, 2 * size);
        for (size_t j = 0; j < 2 && pump->output.len == 2 * size; j++) {
            pump_feed_bytes(other, pump->output.bytes + j * size, size, SIZE_MAX);
            CHECK_EQUAL(other->messages, j + 1);
            CHECK_BYTES(other->message.bytes, other->message.len, noise[j], length);
        }
        wire_free(&in);
        pump_close_both(&server, &client);
    }
}

/* A layer hands out the pieces that it has nothing to do with. */
TEST("layer: unmarked pieces pass through") {
    pump_open_both(&server, &client, &pump_most, LIMIT);
    server.connection.settings.in_pieces = server.connection.slow_path = true;
    pump_feed(&server, "81:plain c1=f248cdc9c90700");
    pump_expect(&server, "(text):plain text:Hello ", "");
    pump_close_both(&server, &client);
}

/* A large message that is compressed and one that is not need memory in different places, but never
 * both at a time. */
TEST("layer: a peer has memory for one large message") {
    static uint8_t large[LARGE];
    pump_open_both(&server, &client, &pump_most, PUMP_LARGE_MESSAGE);
    test_random_bytes(large, sizeof large, 8);
    for (int i = 0; i < 2; i++) {
        pump_send_whole(&client, large, sizeof large);
        wire_add_client_frame(&client.output, 0x82, large, sizeof large);
    }
    size_t largest[2] = {0, 0};
    for (size_t at = 0, count; at < client.output.len; at += count) {
        count = client.output.len - at < 5000 ? client.output.len - at : 5000;
        pump_feed_bytes(&server, client.output.bytes + at, count, SIZE_MAX);
        size_t both[2] = {server.connection.input.buffer.capacity,
                          server.deflate.receiver.capacity};
        for (size_t i = 0; i < 2; i++) {
            largest[i] = both[i] > largest[i] ? both[i] : largest[i];
        }
        CHECK_FOR(both[0] <= CONNECTION_INPUT_READ_SIZE || both[1] <= CONNECTION_INPUT_READ_SIZE,
                  "%zu and %zu", both[0], both[1]);
    }
    CHECK(largest[0] > LARGE && largest[1] > LARGE);
    pump_close_both(&server, &client);
}
