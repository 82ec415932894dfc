/* What is agreed on for compressed messages, RFC 7692, 7.1: takeover and the sizes of the windows,
 * and what of them is kept in silence. */
#include "tests/support/deflate_pair.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

/* Passes the same text twice from one side; whether the second frame is much smaller tells whether
 * the first is remembered. */
static bool remembers(struct deflate_pair *from, struct deflate_pair *to) {
    uint8_t text[2000];
    bool first_marked, second_marked;
    deflate_pair_fill_random(text, sizeof text, 8);
    size_t first = deflate_pair_pass(from, to, text, sizeof text, &first_marked);
    size_t second = deflate_pair_pass(from, to, text, sizeof text, &second_marked);
    CHECK(first_marked && second_marked);
    return second < first / 10;
}

TEST("compression: takeover is kept or not in each direction (RFC 7692, 7.1.1)") {
    for (int i = 0; i < 4; i++) {
        bool server_forgets = i % 2 == 1, client_forgets = i / 2 == 1;
        deflate_pair_open_both(
            &(struct permessage_parameters){server_forgets, client_forgets, 15, 15},
            DEFLATE_PAIR_MAX_MESSAGE);
        CHECK_EQUAL(remembers(&deflate_pair_server, &deflate_pair_client), !server_forgets);
        CHECK_EQUAL(remembers(&deflate_pair_client, &deflate_pair_server), !client_forgets);
        deflate_pair_close_both();
    }
}

/* What is received without takeover may not refer to an earlier message. */
TEST("compression: without takeover a reference back is 1007 (RFC 7692, 7.1.1)") {
    for (int forgets = 0; forgets < 2; forgets++) {
        struct wire wire = {0};
        deflate_pair_open_both(&(struct permessage_parameters){false, forgets, 15, 15},
                               DEFLATE_PAIR_MAX_MESSAGE);
        deflate_pair_add_hex(&wire, true, 0xc1, "f248cdc9c90700");
        deflate_pair_add_hex(&wire, true, 0xc1, "f200110000");
        struct deflate_pair_result result =
            deflate_pair_feed(&deflate_pair_server, wire.bytes, wire.len, 1000, false);
        CHECK_EQUAL(result.event, forgets ? CONNECTION_FAILED : CONNECTION_MESSAGE);
        CHECK_EQUAL(result.code, forgets ? 1007 : 0);
        CHECK_EQUAL(result.messages, forgets ? 1 : 2);
        deflate_pair_result_free(&result);
        wire_free(&wire);
        deflate_pair_close_both();
    }
}

/* The size of a message that says the same at its beginning and, `distance` bytes later, again;
 * less that of one that says something else there. */
static long saved(struct deflate_pair *from, struct deflate_pair *to, size_t distance) {
    enum { SAME = 100 };
    uint8_t *text = malloc(distance + SAME);
    if (text == NULL) {
        abort();
    }
    deflate_pair_fill_random(text, distance + SAME, 8);
    for (size_t i = 0; i < SAME; i++) { /* letters that stand nowhere else */
        text[i] = (uint8_t)(128 + deflate_pair_roll(128));
        text[distance + i] = (uint8_t)(128 + deflate_pair_roll(128));
    }
    long different = (long)deflate_pair_pass(from, to, text, distance + SAME, NULL);
    uint8_t other[8000];
    for (size_t done = 0; done < 40000; done += sizeof other) { /* another text is in the window */
        deflate_pair_fill_random(other, sizeof other, 8);
        deflate_pair_pass(from, to, other, sizeof other, NULL);
    }
    memcpy(text + distance, text, SAME);
    long same = (long)deflate_pair_pass(from, to, text, distance + SAME, NULL);
    free(text);
    return different - same;
}

TEST("compression: the windows are used and honoured (RFC 7692, 7.1.2)") {
    for (unsigned bits = 8; bits <= 15; bits++) {
        size_t window = (size_t)1 << bits;
        deflate_pair_open_both(&(struct permessage_parameters){false, false, bits, 23 - bits},
                               DEFLATE_PAIR_MAX_MESSAGE);
        CHECK_EQUAL(deflate_pair_server.deflate.sender.window_bits, bits);
        CHECK_EQUAL(deflate_pair_client.deflate.receiver.window_bits, bits);
        CHECK_EQUAL(deflate_pair_client.deflate.sender.window_bits, 23 - bits);
        CHECK_EQUAL(deflate_pair_server.deflate.receiver.window_bits, 23 - bits);
        long near = saved(&deflate_pair_server, &deflate_pair_client, window * 3 / 4);
        long far = saved(&deflate_pair_server, &deflate_pair_client, window + 64);
        CHECK_FOR(near >= 70, "window %zu: %ld bytes are saved near", window, near);
        CHECK_FOR(far < 50, "window %zu: %ld bytes are saved far", window, far);
        window = (size_t)1 << (23 - bits);
        near = saved(&deflate_pair_client, &deflate_pair_server, window * 3 / 4);
        far = saved(&deflate_pair_client, &deflate_pair_server, window + 64);
        CHECK_FOR(near >= 70, "client, window %zu: %ld bytes near", window, near);
        CHECK_FOR(far < 50, "client, window %zu: %ld bytes far", window, far);
        deflate_pair_close_both();
    }
}

/* A message of another message's length after it: three bytes from `distance` back. Codes of the
 * fixed block: length 3 is 0000001, distance symbols have five bits. Made for 257 (symbol 16, seven
 * extra bits, all 0) and 256 (symbol 15, six extra bits, all 1). */
TEST("compression: a reference beyond the window is 1007 (RFC 7692, 7.1.2)") {
    static const char *const tail[] = {
        "02fa1f00", /* 256 */
        "02060000", /* 257 */
    };
    for (int i = 0; i < 4; i++) {
        static uint8_t before[600];
        struct wire wire = {0}, payload = {0};
        unsigned bits = i < 2 ? 8 : 9;
        deflate_pair_open_both(&(struct permessage_parameters){false, false, 15, bits},
                               DEFLATE_PAIR_MAX_MESSAGE);
        deflate_pair_fill_random(before, sizeof before, 256);
        deflate_pair_add_stored(&payload, before, sizeof before);
        wire_add_hex(&payload, "00");
        wire_add_client_frame(&wire, 0xc2, payload.bytes, payload.len);
        deflate_pair_add_hex(&wire, true, 0xc2, tail[i % 2]);
        struct deflate_pair_result result =
            deflate_pair_feed(&deflate_pair_server, wire.bytes, wire.len, 1000, false);
        bool wanted = i != 1;
        CHECK_FOR((result.event == CONNECTION_MESSAGE) == wanted, "window of %u bits, case %d: %s",
                  bits, i, result.failure);
        if (wanted) {
            CHECK_BYTES(result.payload.bytes, result.payload.len,
                        before + sizeof before - 256 - (size_t)(i % 2), 3);
        } else {
            CHECK_EQUAL(result.code, 1007);
            CHECK(strcmp(result.failure, "a distance goes beyond the window (RFC 7692, 7.1.2)") ==
                  0);
        }
        deflate_pair_result_free(&result);
        wire_free(&payload);
        wire_free(&wire);
        deflate_pair_close_both();
    }
}

/* In silence exactly the windows remain, or less when less was ever in them. */
TEST("compression: in silence the windows remain") {
    static uint8_t text[100000];
    for (unsigned bits = 8; bits <= 15; bits++) {
        size_t window = (size_t)1 << bits;
        const struct permessage_receiver *receiver = &deflate_pair_server.deflate.receiver;
        const struct permessage_sender *sender = &deflate_pair_server.deflate.sender;
        deflate_pair_open_both(&(struct permessage_parameters){false, false, bits, bits},
                               DEFLATE_PAIR_MAX_MESSAGE);
        deflate_pair_relax(&deflate_pair_server); /* nothing was needed yet */
        CHECK(receiver->bytes == NULL && sender->memory == NULL && sender->history == NULL);
        deflate_pair_fill_random(text, sizeof text, 8);
        deflate_pair_pass(&deflate_pair_client, &deflate_pair_server, text, 100, NULL);
        deflate_pair_relax(&deflate_pair_server);
        CHECK_EQUAL(receiver->capacity, 100);
        deflate_pair_pass(&deflate_pair_client, &deflate_pair_server, text, sizeof text, NULL);
        deflate_pair_pass(&deflate_pair_server, &deflate_pair_client, text, sizeof text, NULL);
        CHECK(receiver->inflate != NULL && sender->memory != NULL);
        for (int again = 0; again < 2; again++) {
            deflate_pair_relax(&deflate_pair_server);
            CHECK(receiver->inflate == NULL);
            CHECK_EQUAL(receiver->capacity, window);
            CHECK_EQUAL(receiver->length, window);
            CHECK(memcmp(receiver->bytes, text + sizeof text - window, window) == 0);
            CHECK(sender->memory == NULL && sender->out == NULL && sender->out_capacity == 0);
            CHECK(sender->history != NULL && sender->history_length <= window);
            CHECK_FOR(sender->history_length + 262 >= window, "%zu of window %zu",
                      sender->history_length, window);
            CHECK(memcmp(sender->history, text + sizeof text - sender->history_length,
                         sender->history_length) == 0);
        }
        deflate_pair_close_both();
    }
}

TEST("compression: what comes after a silence still refers back") {
    uint8_t text[2000];
    for (int round = 0; round < 16; round++) {
        deflate_pair_open_both(&deflate_pair_most, DEFLATE_PAIR_MAX_MESSAGE);
        deflate_pair_fill_random(text, sizeof text, 8);
        for (int i = 0; i < 4; i++) {
            size_t size = deflate_pair_pass(&deflate_pair_client, &deflate_pair_server, text,
                                            sizeof text, NULL);
            CHECK(i == 0 || size < 60);
            size = deflate_pair_pass(&deflate_pair_server, &deflate_pair_client, text, sizeof text,
                                     NULL);
            CHECK(i == 0 || size < 60);
            if ((round & 1) != 0) {
                deflate_pair_relax(&deflate_pair_server);
            }
            if ((round & 2) != 0) {
                deflate_pair_relax(&deflate_pair_client);
            }
            if ((round & 4) != 0) { /* something between that does not shrink */
                uint8_t noise[500];
                bool marked;
                deflate_pair_fill_random(noise, sizeof noise, 256);
                deflate_pair_pass(&deflate_pair_client, &deflate_pair_server, noise, sizeof noise,
                                  &marked);
                CHECK(!marked);
            }
            if ((round & 8) != 0) {
                deflate_pair_relax(&deflate_pair_client);
                deflate_pair_relax(&deflate_pair_server);
            }
        }
        deflate_pair_close_both();
    }
}

TEST("compression: without takeover nothing remains") {
    static uint8_t text[50000];
    const struct permessage_deflate *deflate = &deflate_pair_server.deflate;
    deflate_pair_open_both(&(struct permessage_parameters){true, true, 15, 15},
                           DEFLATE_PAIR_MAX_MESSAGE);
    deflate_pair_fill_random(text, sizeof text, 8);
    deflate_pair_pass(&deflate_pair_client, &deflate_pair_server, text, sizeof text, NULL);
    deflate_pair_pass(&deflate_pair_server, &deflate_pair_client, text, sizeof text, NULL);
    deflate_pair_relax(&deflate_pair_server);
    CHECK(deflate->receiver.bytes == NULL && deflate->receiver.inflate == NULL);
    CHECK_EQUAL(deflate->receiver.capacity, 0);
    CHECK(deflate->sender.memory == NULL && deflate->sender.history == NULL);
    CHECK(deflate->sender.out == NULL);
    deflate_pair_pass(&deflate_pair_client, &deflate_pair_server, text, sizeof text, NULL);
    deflate_pair_pass(&deflate_pair_server, &deflate_pair_client, text, sizeof text, NULL);
    deflate_pair_close_both();
}

/* Many messages without takeover never need more than the largest of them. */
TEST("compression: without takeover memory does not add up") {
    uint8_t text[1500];
    deflate_pair_open_both(&(struct permessage_parameters){true, true, 15, 15},
                           DEFLATE_PAIR_MAX_MESSAGE);
    for (int i = 0; i < 200; i++) {
        deflate_pair_fill_random(text, sizeof text, 8);
        deflate_pair_pass(&deflate_pair_client, &deflate_pair_server, text, sizeof text, NULL);
    }
    CHECK(deflate_pair_server.deflate.receiver.capacity <= 4096);
    deflate_pair_close_both();
    deflate_pair_open_both(&(struct permessage_parameters){false, false, 15, 8},
                           DEFLATE_PAIR_MAX_MESSAGE);
    for (int i = 0; i < 200; i++) { /* nor with a small window */
        deflate_pair_fill_random(text, sizeof text, 8);
        deflate_pair_pass(&deflate_pair_client, &deflate_pair_server, text, sizeof text, NULL);
    }
    CHECK(deflate_pair_server.deflate.receiver.capacity <= 4096);
    deflate_pair_close_both();
}

TEST("compression: a refused answer leaves nothing agreed on") {
    struct permessage_deflate deflate;
    permessage_deflate_init(&deflate, &(struct permessage_parameters){true, true, 9, 9}, false);
    CHECK(!permessage_deflate_accept(&deflate, deflate_pair_text("permessage-deflate")));
    CHECK(permessage_deflate_layer(&deflate) == NULL);
    permessage_deflate_free(&deflate);
    permessage_deflate_init(&deflate, &deflate_pair_most, true);
    struct extensions_chooser chooser = permessage_deflate_chooser(&deflate);
    CHECK(chooser.choose(chooser.context, deflate_pair_text("permessage-deflate; x")) == NULL);
    CHECK(permessage_deflate_layer(&deflate) == NULL);
    CHECK(chooser.choose(chooser.context, deflate_pair_text("permessage-deflate")) != NULL);
    CHECK(permessage_deflate_layer(&deflate) != NULL);
    permessage_deflate_free(&deflate);
}
