/* Compressed messages as they are sent, RFC 7692: those that would not get shorter go as they are,
 * and echoes do not mix with what comes. */
#include "tests/support/pump.h"
#include "tests/support/test.h"

#include <string.h>

static struct pump server, client;

/* Passes a message on, and tells whether it was compressed. */
static bool is_marked(struct pump *from, struct pump *to, const uint8_t *bytes, size_t length,
                      size_t *size) {
    *size = pump_pass(from, to, bytes, length);
    return (from->output.bytes[0] & 0x40) != 0;
}

TEST("compression: what does not shrink goes as it is") {
    uint8_t noise[5000], text[1000];
    size_t size;
    for (unsigned bits = 8; bits <= 15; bits += 7) {
        pump_open_both(&server, &client, &(struct permessage_parameters){false, false, bits, bits},
                       PUMP_LARGE_MESSAGE);
        test_random_bytes(text, sizeof text, 8);
        for (int i = 0; i < 20; i++) {
            CHECK(is_marked(&client, &server, text, sizeof text, &size));
            test_random_bytes(noise, sizeof noise, 256);
            CHECK(!is_marked(&client, &server, noise, sizeof noise, &size));
            CHECK_EQUAL(size, 2 + 2 + 4 + sizeof noise);
            size_t tiny = test_random(4);
            CHECK(!is_marked(&client, &server, noise, tiny, &size));
            CHECK_EQUAL(size, 2 + 4 + tiny);
        }
        pump_close_both(&server, &client);
    }
}

/* A message that would be as long as before is sent as it is. */
TEST("compression: what is sent is shorter than the message") {
    uint8_t text[300];
    size_t size, smallest = 1000;
    pump_open_both(&server, &client, &(struct permessage_parameters){true, true, 15, 15},
                   PUMP_LARGE_MESSAGE);
    for (size_t length = 0; length < sizeof text; length++) {
        for (uint32_t letters = 1; letters < 256; letters *= 4) {
            test_random_bytes(text, length, letters);
            size_t head = length < 126 ? 2 : 4;
            bool marked = is_marked(&server, &client, text, length, &size);
            CHECK(marked ? size < head + length : size == head + length);
            smallest = marked && length < smallest ? length : smallest;
        }
    }
    CHECK_FOR(smallest < 10, "the smallest has %zu bytes", smallest);
    pump_close_both(&server, &client);
}

/* Messages that the server sends back as they lie, unmarked and not copied, while more come. The
 * memory of the first, which is large, could be given back, but not while it is lent. */
TEST("compression: a batch is echoed without mixing") {
    enum { COUNT = 60, SIZE = 700 };
    static uint8_t noise[COUNT * SIZE], large[300000];
    static const size_t pieces[] = {1, 333, 2048, 1 << 20};
    for (size_t way = 0; way < 8; way++) {
        struct wire in = {0}, wanted = {0};
        pump_open_both(&server, &client, &(struct permessage_parameters){true, way / 4 == 1, 15, 9},
                       PUMP_LARGE_MESSAGE);
        test_random_bytes(noise, sizeof noise, 256);
        test_random_bytes(large, sizeof large, 256);
        pump_add_stored(&in, true, large, sizeof large);
        wire_add_server_frame(&wanted, 0x82, large, sizeof large);
        wire_add_client_text(&in, 0x82, "plain");
        wire_add_server_text(&wanted, 0x82, "plain");
        for (size_t i = 0; i < COUNT; i++) {
            pump_add_stored(&in, true, noise + i * SIZE, SIZE);
            wire_add_server_frame(&wanted, 0x82, noise + i * SIZE, SIZE);
        }
        server.echoes = true;
        pump_feed_bytes(&server, in.bytes, in.len, pieces[way % 4]);
        CHECK_EQUAL(server.messages, 2 + COUNT);
        CHECK_BYTES(server.output.bytes, server.output.len, wanted.bytes, wanted.len);
        wire_free(&in);
        wire_free(&wanted);
        pump_close_both(&server, &client);
    }
}

/* A client that sends back what it got: it is masked, and the window must not be. */
TEST("compression: an echo of a client leaves the window alone") {
    uint8_t noise[600];
    struct wire in = {0};
    pump_open_both(&server, &client, &(struct permessage_parameters){false, true, 15, 15},
                   PUMP_LARGE_MESSAGE);
    test_random_bytes(noise, sizeof noise, 256);
    pump_add_stored(&in, false, noise, sizeof noise);
    client.echoes = true;
    pump_feed_bytes(&client, in.bytes, in.len, SIZE_MAX);
    CHECK(client.output.len > 0 && client.output.bytes[0] == 0x82);
    pump_feed(&client, "c2=02fa1f00"); /* three bytes from 256 back */
    CHECK_BYTES(client.message.bytes, client.message.len, noise + sizeof noise - 256, 3);
    wire_free(&in);
    pump_close_both(&server, &client);
}
