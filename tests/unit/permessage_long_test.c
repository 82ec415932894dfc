/* Compressed messages, large ones and many of them: the limit, the memory that large ones needed,
 * and that all come as they were sent. */
#include "tests/support/deflate_pair.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

enum { KEPT = 256 * 1024 }; /* bytes that stay of the memory for large messages */

TEST("compression: a bomb stops at the limit") {
    enum { SIZE = 16 << 20, LIMIT = 100000 };
    uint8_t *zeros = calloc(1, SIZE);
    struct wire frame = {0};
    size_t pieces[] = {1, 500, SIZE};
    deflate_pair_open_both(&deflate_pair_most, LIMIT);
    CHECK(zeros != NULL &&
          deflate_pair_send(&deflate_pair_client, FRAME_BINARY, zeros, SIZE, &frame) == 0);
    CHECK(frame.len < 20000);
    deflate_pair_close_both();
    for (size_t i = 0; i < 3; i++) {
        deflate_pair_open_both(&deflate_pair_most, LIMIT);
        struct deflate_pair_result result =
            deflate_pair_feed(&deflate_pair_server, frame.bytes, frame.len, pieces[i], false);
        CHECK_EQUAL(result.event, CONNECTION_FAILED);
        CHECK_EQUAL(result.code, 1009);
        CHECK(deflate_pair_server.deflate.receiver.capacity <= LIMIT);
        deflate_pair_result_free(&result);
        deflate_pair_close_both();
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
    deflate_pair_open_both(&deflate_pair_most, limit);
    deflate_pair_close(&deflate_pair_client); /* one that accepts more */
    permessage_deflate_init(&deflate_pair_client.deflate, &deflate_pair_most, false);
    permessage_deflate_accept(&deflate_pair_client.deflate,
                              deflate_pair_text("permessage-deflate"));
    deflate_pair_start(&deflate_pair_client, CONNECTION_CLIENT, limit + 1);
    for (size_t i = 0; i <= before; i++) {
        deflate_pair_fill_random(payload, limit + 1, sides);
        deflate_pair_pass(&deflate_pair_client, &deflate_pair_server, payload, limit, NULL);
    }
    if (stored) {
        struct wire bytes = {0};
        for (size_t at = 0; at < limit + 1; at += 60000) {
            deflate_pair_add_stored(&bytes, payload + at,
                                    limit + 1 - at < 60000 ? limit + 1 - at : 60000);
        }
        wire_add_hex(&bytes, "00");
        wire_add_client_frame(&wire, 0xc2, bytes.bytes, bytes.len);
        wire_free(&bytes);
    } else {
        CHECK_EQUAL(
            deflate_pair_send(&deflate_pair_client, FRAME_BINARY, payload, limit + 1, &wire), 0);
    }
    CHECK_EQUAL(wire.bytes[0], 0xc2);
    struct deflate_pair_result result =
        deflate_pair_feed(&deflate_pair_server, wire.bytes, wire.len, 3000, false);
    CHECK_FOR(result.code == 1009, "%zu bytes and one more: %u", limit, result.code);
    CHECK(deflate_pair_server.deflate.receiver.capacity <= 2 * limit + 32768);
    deflate_pair_result_free(&result);
    wire_free(&wire);
    free(payload);
    deflate_pair_close_both();
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
    const struct permessage_deflate *deflate = &deflate_pair_server.deflate;
    deflate_pair_open_both(&deflate_pair_most, sizeof text);
    deflate_pair_fill_random(text, sizeof text, 8);
    for (int i = 0; i < 3; i++) {
        deflate_pair_pass(&deflate_pair_client, &deflate_pair_server, text, sizeof text, NULL);
        deflate_pair_pass(&deflate_pair_server, &deflate_pair_client, text, sizeof text, NULL);
        CHECK(deflate->receiver.capacity >= sizeof text && deflate->sender.out_capacity > KEPT);
        for (int j = 0; j < 100; j++) {
            size_t length = 500 + deflate_pair_roll(500);
            deflate_pair_pass(&deflate_pair_client, &deflate_pair_server,
                              text + deflate_pair_roll(100000), length, NULL);
            deflate_pair_pass(&deflate_pair_server, &deflate_pair_client,
                              text + deflate_pair_roll(100000), length, NULL);
        }
        CHECK_EQUAL(deflate->receiver.capacity, KEPT);
        CHECK(deflate->sender.out_capacity <= 1003);
    }
    deflate_pair_pass(&deflate_pair_client, &deflate_pair_server, text, 200000,
                      NULL); /* what is often needed stays */
    size_t capacity = deflate->receiver.capacity;
    for (int i = 0; i < 10; i++) {
        deflate_pair_pass(&deflate_pair_client, &deflate_pair_server, text + 100000 * i, 200000,
                          NULL);
        CHECK_EQUAL(deflate->receiver.capacity, capacity);
    }
    deflate_pair_close_both();
}

/* Messages of all kinds in both directions, echoed or not, silence now and then. */
TEST("compression: everything comes as it was sent") {
    static uint8_t text[200000];
    static const uint32_t kinds[] = {1, 2, 8, 26, 256};
    deflate_pair_fill_random(text, sizeof text / 2, 26);
    for (unsigned round = 0; round < 32; round++) {
        struct permessage_parameters wishes = {round & 1, round & 2, 8 + round % 8, 15 - round / 4};
        deflate_pair_open_both(&wishes, DEFLATE_PAIR_MAX_MESSAGE);
        for (int i = 0; i < 60; i++) {
            size_t length = deflate_pair_roll(deflate_pair_roll(8) == 0 ? 100000 : 2000);
            uint8_t *at = text + deflate_pair_roll((uint32_t)(sizeof text - length));
            if (deflate_pair_roll(2) == 0) {
                deflate_pair_fill_random(at, length, kinds[deflate_pair_roll(5)]);
            }
            struct deflate_pair *from =
                deflate_pair_roll(2) == 0 ? &deflate_pair_server : &deflate_pair_client;
            deflate_pair_pass(
                from, from == &deflate_pair_server ? &deflate_pair_client : &deflate_pair_server,
                at, length, NULL);
            if (deflate_pair_roll(4) == 0) {
                deflate_pair_relax(deflate_pair_roll(2) == 0 ? &deflate_pair_server
                                                             : &deflate_pair_client);
            }
        }
        deflate_pair_close_both();
    }
}
