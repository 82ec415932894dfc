/* Compressed messages, large ones and many of them: the limit, the memory that large ones needed,
 * and that all come as they were sent. */
#include "tests/support/pump.h"
#include "tests/support/test.h"

#include <string.h>

enum { KEPT = 256 * 1024 }; /* bytes that stay of the memory for large messages */

static struct pump server, client;

TEST("compression: a bomb stops at the limit") {
    enum { SIZE = 16 << 20, LIMIT = 100000 };
    static const uint8_t zeros[SIZE];
    static const size_t pieces[] = {1, 500, SIZE};
    struct wire bomb = {0};
    pump_open_both(&server, &client, &pump_most, LIMIT);
    pump_send_whole(&client, zeros, SIZE);
    CHECK(client.output.len < 20000);
    wire_add(&bomb, client.output.bytes, client.output.len);
    pump_close_both(&server, &client);
    for (size_t i = 0; i < 3; i++) {
        pump_open_both(&server, &client, &pump_most, LIMIT);
        pump_feed_bytes(&server, bomb.bytes, bomb.len, pieces[i]);
        pump_expect(&server, "failed 1009: ", NULL);
        CHECK(server.deflate.receiver.capacity <= LIMIT);
        pump_close_both(&server, &client);
    }
    wire_free(&bomb);
}

/* Passes messages of `limit` bytes, then one of a byte more, with and without a history. The client
 * has no limit for what it sends. */
static void check_limit(size_t limit, uint32_t letters, size_t before, bool stored) {
    static uint8_t payload[262144 + 1];
    pump_open_both(&server, &client, &pump_most, limit);
    for (size_t i = 0; i <= before; i++) {
        test_random_bytes(payload, limit + 1, letters);
        pump_pass(&client, &server, payload, limit);
    }
    pump_clear(&client);
    pump_clear(&server);
    if (stored) {
        pump_add_stored(&client.output, true, payload, limit + 1);
    } else {
        pump_send_whole(&client, payload, limit + 1);
    }
    CHECK_EQUAL(client.output.bytes[0], 0xc2);
    pump_feed_bytes(&server, client.output.bytes, client.output.len, 3000);
    CHECK_FOR(strcmp(server.events, "failed 1009: ") == 0, "%zu bytes and one more: %s", limit,
              server.events);
    CHECK(server.deflate.receiver.capacity <= 2 * limit + 32768);
    pump_close_both(&server, &client);
}

TEST("compression: the largest message passes and one byte more fails") {
    static const size_t limits[] = {125, 126, 1000, 1023, 1024, 1025, 2048, 40000, 70000, 262144};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        for (size_t before = 0; before < 3; before++) {
            check_limit(limits[i], 1, before, false);
            check_limit(limits[i], 5, before, false);
            check_limit(limits[i], 5, before, true);
        }
    }
}

TEST("compression: small messages give the memory of large ones back") {
    static uint8_t text[1200000];
    const struct permessage_receiver *receiver = &server.deflate.receiver;
    const struct permessage_sender *sender = &server.deflate.sender;
    pump_open_both(&server, &client, &pump_most, sizeof text);
    test_random_bytes(text, sizeof text, 8);
    for (int i = 0; i < 3; i++) {
        pump_pass(&client, &server, text, sizeof text);
        pump_pass(&server, &client, text, sizeof text);
        CHECK(receiver->capacity >= sizeof text && sender->out_capacity > KEPT);
        for (int j = 0; j < 100; j++) {
            size_t length = 500 + test_random(500);
            pump_pass(&client, &server, text + test_random(100000), length);
            pump_pass(&server, &client, text + test_random(100000), length);
        }
        CHECK_EQUAL(receiver->capacity, KEPT);
        CHECK(sender->out_capacity <= 1003);
    }
    pump_pass(&client, &server, text, 200000); /* what is often needed stays */
    size_t capacity = receiver->capacity;
    for (int i = 0; i < 10; i++) {
        pump_pass(&client, &server, text + 100000 * i, 200000);
        CHECK_EQUAL(receiver->capacity, capacity);
    }
    pump_close_both(&server, &client);
}

/* Messages of all kinds in both directions, echoed or not, silence now and then. */
TEST("compression: everything comes as it was sent") {
    static uint8_t text[200000];
    static const uint32_t kinds[] = {1, 2, 8, 26, 256};
    test_random_bytes(text, sizeof text / 2, 26);
    for (unsigned round = 0; round < 32; round++) {
        struct permessage_parameters config = {round & 1, round & 2, 8 + round % 8, 15 - round / 4};
        pump_open_both(&server, &client, &config, PUMP_LARGE_MESSAGE);
        for (int i = 0; i < 60; i++) {
            size_t length = test_random(test_random(8) == 0 ? 100000 : 2000);
            uint8_t *at = text + test_random(sizeof text - length);
            if (test_random(2) == 0) {
                test_random_bytes(at, length, kinds[test_random(5)]);
            }
            bool from_server = test_random(2) == 0;
            pump_pass(from_server ? &server : &client, from_server ? &client : &server, at, length);
            if (test_random(4) == 0) {
                pump_relax(test_random(2) == 0 ? &server : &client);
            }
        }
        pump_close_both(&server, &client);
    }
}
