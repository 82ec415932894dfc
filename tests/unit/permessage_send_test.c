/* Compressed messages as they are sent, RFC 7692: those that would not get shorter go as they are,
 * and echoes do not mix with what comes. */
#include "tests/support/deflate_pair.h"
#include "tests/support/test.h"

#include <string.h>

TEST("compression: what does not shrink goes as it is") {
    uint8_t noise[5000], text[1000];
    bool marked;
    for (unsigned bits = 8; bits <= 15; bits += 7) {
        deflate_pair_open_both(&(struct permessage_parameters){false, false, bits, bits},
                               DEFLATE_PAIR_MAX_MESSAGE);
        deflate_pair_fill_random(text, sizeof text, 8);
        for (int i = 0; i < 20; i++) {
            deflate_pair_pass(&deflate_pair_client, &deflate_pair_server, text, sizeof text,
                              &marked);
            CHECK(marked);
            deflate_pair_fill_random(noise, sizeof noise, 256);
            size_t size = deflate_pair_pass(&deflate_pair_client, &deflate_pair_server, noise,
                                            sizeof noise, &marked);
            CHECK(!marked);
            CHECK_EQUAL(size, 2 + 2 + 4 + sizeof noise);
            size_t tiny = deflate_pair_roll(4);
            size =
                deflate_pair_pass(&deflate_pair_client, &deflate_pair_server, noise, tiny, &marked);
            CHECK(!marked);
            CHECK_EQUAL(size, 2 + 4 + tiny);
        }
        deflate_pair_close_both();
    }
}

/* A message that would be as long as before is sent as it is. */
TEST("compression: what is sent is shorter than the message") {
    uint8_t text[300];
    bool marked;
    size_t smallest = 1000;
    deflate_pair_open_both(&(struct permessage_parameters){true, true, 15, 15},
                           DEFLATE_PAIR_MAX_MESSAGE);
    memset(text, 'a', sizeof text);
    for (size_t length = 0; length < sizeof text; length++) {
        for (uint32_t sides = 1; sides < 256; sides *= 4) {
            deflate_pair_fill_random(text, length, sides);
            size_t head = length < 126 ? 2 : 4;
            size_t size = deflate_pair_pass(&deflate_pair_server, &deflate_pair_client, text,
                                            length, &marked);
            CHECK(marked ? size < head + length : size == head + length);
            smallest = marked && length < smallest ? length : smallest;
        }
    }
    CHECK_FOR(smallest < 10, "the smallest has %zu bytes", smallest);
    deflate_pair_close_both();
}

/* Messages that the server sends back as they lie, unmarked and not copied, while more come. */
TEST("compression: a batch is echoed without mixing") {
    enum { COUNT = 60, SIZE = 700 };
    static uint8_t noise[COUNT * SIZE];
    static uint8_t large[300000]; /* whose memory could be given back */
    for (int forgets = 0; forgets < 2; forgets++) {
        static const size_t pieces[] = {1, 333, 2048, 1 << 20};
        for (size_t piece = 0; piece < 4; piece++) {
            struct wire wire = {0}, wanted = {0};
            deflate_pair_open_both(&(struct permessage_parameters){true, forgets, 15, 9},
                                   DEFLATE_PAIR_MAX_MESSAGE);
            deflate_pair_fill_random(noise, sizeof noise, 256);
            deflate_pair_fill_random(large, sizeof large, 256);
            struct wire blocks = {0};
            for (size_t at = 0; at < sizeof large; at += 60000) {
                deflate_pair_add_stored(&blocks, large + at, 60000);
            }
            wire_add_hex(&blocks, "00");
            wire_add_client_frame(&wire, 0xc2, blocks.bytes, blocks.len);
            wire_add_server_frame(&wanted, 0x82, large, sizeof large);
            wire_free(&blocks);
            wire_add_client_text(&wire, 0x82, "plain"); /* but not while it is lent */
            wire_add_server_text(&wanted, 0x82, "plain");
            for (size_t i = 0; i < COUNT; i++) {
                struct wire payload = {0};
                deflate_pair_add_stored(&payload, noise + i * SIZE, SIZE);
                wire_add_hex(&payload, "00");
                wire_add_client_frame(&wire, 0xc2, payload.bytes, payload.len);
                wire_add_server_frame(&wanted, 0x82, noise + i * SIZE, SIZE);
                wire_free(&payload);
            }
            struct deflate_pair_result result =
                deflate_pair_feed(&deflate_pair_server, wire.bytes, wire.len, pieces[piece], true);
            CHECK_EQUAL(result.messages, 2 + COUNT);
            CHECK(result.output.len == wanted.len &&
                  memcmp(result.output.bytes, wanted.bytes, wanted.len) == 0);
            deflate_pair_result_free(&result);
            wire_free(&wire);
            wire_free(&wanted);
            deflate_pair_close_both();
        }
    }
}

/* A client that sends back what it got: it is masked, and the window must not be. */
TEST("compression: an echo of a client leaves the window alone") {
    uint8_t noise[600];
    struct wire wire = {0}, payload = {0};
    deflate_pair_open_both(&(struct permessage_parameters){false, true, 15, 15},
                           DEFLATE_PAIR_MAX_MESSAGE);
    deflate_pair_fill_random(noise, sizeof noise, 256);
    deflate_pair_add_stored(&payload, noise, sizeof noise);
    wire_add_hex(&payload, "00");
    wire_add_server_frame(&wire, 0xc2, payload.bytes, payload.len);
    struct deflate_pair_result result =
        deflate_pair_feed(&deflate_pair_client, wire.bytes, wire.len, 1000, true);
    CHECK(result.output.len > 0 && result.output.bytes[0] == 0x82);
    deflate_pair_result_free(&result);
    wire_free(&wire);
    deflate_pair_add_hex(&wire, false, 0xc2, "02fa1f00"); /* three bytes from 256 back */
    result = deflate_pair_feed(&deflate_pair_client, wire.bytes, wire.len, 1000, false);
    CHECK_BYTES(result.payload.bytes, result.payload.len, noise + sizeof noise - 256, 3);
    deflate_pair_result_free(&result);
    wire_free(&wire);
    wire_free(&payload);
    deflate_pair_close_both();
}
