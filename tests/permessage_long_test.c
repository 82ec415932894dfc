/* Compressed messages, large ones and many of them: the limit, the memory that large ones needed,
 * and that all come as they were sent. */
#include "tests/side.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

enum { KEPT = 256 * 1024 }; /* bytes that stay of the memory for large messages */

static void a_bomb_stops_at_the_limit(void) {
    enum { SIZE = 16 << 20, LIMIT = 100000 };
    uint8_t *zeros = calloc(1, SIZE);
    struct wire frame = {0};
    size_t pieces[] = {1, 500, SIZE};
    side_open_both(&side_most, LIMIT);
    CHECK(zeros != NULL && side_send(&side_client, FRAME_BINARY, zeros, SIZE, &frame) == 0);
    CHECK(frame.len < 20000);
    side_close_both();
    for (size_t i = 0; i < 3; i++) {
        side_open_both(&side_most, LIMIT);
        struct side_result result =
            side_feed(&side_server, frame.bytes, frame.len, pieces[i], false);
        CHECK_EQUAL(result.event, CONNECTION_FAILED);
        CHECK_EQUAL(result.code, 1009);
        CHECK(side_server.deflate.receiver.capacity <= LIMIT);
        side_result_free(&result);
        side_close_both();
    }
    wire_free(&frame);
    free(zeros);
}

/* Passes messages of `limit` bytes, then one of a byte more, with and without a history. */
static void check_limit(size_t limit, uint32_t sides, size_t before, bool stored) {
    uint8_t *payload = malloc(limit + 1);
    struct wire wire = {0};
    if (payload == NULL) {
        abort();
    }
    side_open_both(&side_most, limit);
    side_close(&side_client); /* one that accepts more */
    permessage_deflate_init(&side_client.deflate, &side_most, false);
    permessage_deflate_accept(&side_client.deflate, side_text("permessage-deflate"));
    side_start(&side_client, CONNECTION_CLIENT, limit + 1);
    for (size_t i = 0; i <= before; i++) {
        side_fill_random(payload, limit + 1, sides);
        side_pass(&side_client, &side_server, payload, limit, NULL);
    }
    if (stored) {
        struct wire bytes = {0};
        for (size_t at = 0; at < limit + 1; at += 60000) {
            side_add_stored(&bytes, payload + at, limit + 1 - at < 60000 ? limit + 1 - at : 60000);
        }
        wire_add_hex(&bytes, "00");
        wire_add_client_frame(&wire, 0xc2, bytes.bytes, bytes.len);
        wire_free(&bytes);
    } else {
        CHECK_EQUAL(side_send(&side_client, FRAME_BINARY, payload, limit + 1, &wire), 0);
    }
    CHECK_EQUAL(wire.bytes[0], 0xc2);
    struct side_result result = side_feed(&side_server, wire.bytes, wire.len, 3000, false);
    CHECK_FOR(result.code == 1009, "%zu bytes and one more: %u", limit, result.code);
    CHECK(side_server.deflate.receiver.capacity <= 2 * limit + 32768);
    side_result_free(&result);
    wire_free(&wire);
    free(payload);
    side_close_both();
}

static void the_largest_message_passes_and_one_byte_more_fails(void) {
    static const size_t limits[] = {125, 126, 1000, 1023, 1024, 1025, 2048, 40000, 70000, 262144};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        for (size_t before = 0; before < 3; before++) {
            check_limit(limits[i], 1, before, false);
            check_limit(limits[i], 5, before, false);
            check_limit(limits[i], 5, before, true);
        }
    }
}

static void small_messages_give_the_memory_of_large_ones_back(void) {
    static uint8_t text[1200000];
    const struct permessage_deflate *deflate = &side_server.deflate;
    side_open_both(&side_most, sizeof text);
    side_fill_random(text, sizeof text, 8);
    for (int i = 0; i < 3; i++) {
        side_pass(&side_client, &side_server, text, sizeof text, NULL);
        side_pass(&side_server, &side_client, text, sizeof text, NULL);
        CHECK(deflate->receiver.capacity >= sizeof text && deflate->sender.out_capacity > KEPT);
        for (int j = 0; j < 100; j++) {
            size_t length = 500 + side_roll(500);
            side_pass(&side_client, &side_server, text + side_roll(100000), length, NULL);
            side_pass(&side_server, &side_client, text + side_roll(100000), length, NULL);
        }
        CHECK_EQUAL(deflate->receiver.capacity, KEPT);
        CHECK(deflate->sender.out_capacity <= 1003);
    }
    side_pass(&side_client, &side_server, text, 200000, NULL); /* what is often needed stays */
    size_t capacity = deflate->receiver.capacity;
    for (int i = 0; i < 10; i++) {
        side_pass(&side_client, &side_server, text + 100000 * i, 200000, NULL);
        CHECK_EQUAL(deflate->receiver.capacity, capacity);
    }
    side_close_both();
}

/* Messages of all kinds in both directions, echoed or not, silence now and then. */
static void everything_comes_as_it_was_sent(void) {
    static uint8_t text[200000];
    static const uint32_t kinds[] = {1, 2, 8, 26, 256};
    side_fill_random(text, sizeof text / 2, 26);
    for (unsigned round = 0; round < 32; round++) {
        struct permessage_parameters wishes = {round & 1, round & 2, 8 + round % 8, 15 - round / 4};
        side_open_both(&wishes, SIDE_MAX_MESSAGE);
        for (int i = 0; i < 60; i++) {
            size_t length = side_roll(side_roll(8) == 0 ? 100000 : 2000);
            uint8_t *at = text + side_roll((uint32_t)(sizeof text - length));
            if (side_roll(2) == 0) {
                side_fill_random(at, length, kinds[side_roll(5)]);
            }
            struct side *from = side_roll(2) == 0 ? &side_server : &side_client;
            side_pass(from, from == &side_server ? &side_client : &side_server, at, length, NULL);
            if (side_roll(4) == 0) {
                side_relax(side_roll(2) == 0 ? &side_server : &side_client);
            }
        }
        side_close_both();
    }
}

int main(void) {
    test_run("compression: a bomb stops at the limit", a_bomb_stops_at_the_limit);
    test_run("compression: the largest message passes and one byte more fails",
             the_largest_message_passes_and_one_byte_more_fails);
    test_run("compression: small messages give the memory of large ones back",
             small_messages_give_the_memory_of_large_ones_back);
    test_run("compression: everything comes as it was sent", everything_comes_as_it_was_sent);
    return test_report();
}
