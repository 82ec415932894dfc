/* What is agreed on for compressed messages, RFC 7692, 7.1: takeover and the sizes of the windows,
 * and what of them is kept in silence. */
#include "tests/support/pump.h"
#include "tests/support/test.h"

#include <string.h>

static struct pump server, client;

/* Opens both endpoints: whether the server and the client forget, and the bits of their windows. */
static void open_both(bool server_forgets, bool client_forgets, unsigned server_bits,
                      unsigned client_bits) {
    const struct permessage_parameters config = {server_forgets, client_forgets, server_bits,
                                                 client_bits};
    pump_open_both(&server, &client, &config, PUMP_LARGE_MESSAGE);
}

/* Passes the same text twice; whether the second frame is much smaller tells whether the first is
 * remembered. */
static bool remembers(struct pump *from, struct pump *to) {
    uint8_t text[2000];
    test_random_bytes(text, sizeof text, 8);
    size_t first = pump_pass(from, to, text, sizeof text);
    size_t second = pump_pass(from, to, text, sizeof text);
    CHECK(first < sizeof text); /* it was compressed */
    return second < first / 10;
}

TEST("compression: takeover is kept or not in each direction (RFC 7692, 7.1.1)") {
    for (int i = 0; i < 4; i++) {
        open_both(i % 2 == 1, i / 2 == 1, 15, 15);
        CHECK_EQUAL(remembers(&server, &client), i % 2 == 0);
        CHECK_EQUAL(remembers(&client, &server), i / 2 == 0);
        pump_close_both(&server, &client);
    }
}

/* What is received without takeover may not refer to an earlier message. */
TEST("compression: without takeover a reference back is 1007 (RFC 7692, 7.1.1)") {
    for (int forgets = 0; forgets < 2; forgets++) {
        open_both(false, forgets, 15, 15);
        pump_feed(&server, "c1=f248cdc9c90700 c1=f200110000");
        pump_expect(&server, forgets ? "text:Hello failed 1007: " : "text:Hello text:Hello ", NULL);
        pump_close_both(&server, &client);
    }
}

/* The size of a message that says the same at its beginning and, `distance` bytes later, again;
 * less that of one that says something else there. */
static long saved(struct pump *from, struct pump *to, size_t distance) {
    enum { SAME = 100 };
    static uint8_t text[2 * 32768 + SAME];
    uint8_t other[8000];
    test_random_bytes(text, distance + SAME, 8);
    for (size_t i = 0; i < SAME; i++) { /* letters that stand nowhere else */
        text[i] = (uint8_t)(128 + test_random(128));
        text[distance + i] = (uint8_t)(128 + test_random(128));
    }
    long different = (long)pump_pass(from, to, text, distance + SAME);
    for (size_t done = 0; done < 40000; done += sizeof other) { /* another text is in the window */
        test_random_bytes(other, sizeof other, 8);
        pump_pass(from, to, other, sizeof other);
    }
    memcpy(text + distance, text, SAME);
    return different - (long)pump_pass(from, to, text, distance + SAME);
}

static void check_window(struct pump *from, struct pump *to, unsigned bits) {
    size_t window = (size_t)1 << bits;
    CHECK_EQUAL(from->deflate.sender.window_bits, bits);
    CHECK_EQUAL(to->deflate.receiver.window_bits, bits);
    long near = saved(from, to, window * 3 / 4), far = saved(from, to, window + 64);
    CHECK_FOR(near >= 70, "window %zu: %ld bytes are saved near", window, near);
    CHECK_FOR(far < 50, "window %zu: %ld bytes are saved far", window, far);
}

TEST("compression: the windows are used and honoured (RFC 7692, 7.1.2)") {
    for (unsigned bits = 8; bits <= 15; bits++) {
        open_both(false, false, bits, 23 - bits);
        check_window(&server, &client, bits);
        check_window(&client, &server, 23 - bits);
        pump_close_both(&server, &client);
    }
}

/* A message of another message's length after it: three bytes from 256 or 257 back. Codes of the
 * fixed block: length 3 is 0000001, distance symbols have five bits. 256 is symbol 15 with six
 * extra bits, all 1; 257 is symbol 16 with seven, all 0. */
TEST("compression: a reference beyond the window is 1007 (RFC 7692, 7.1.2)") {
    for (unsigned i = 0; i < 4; i++) {
        uint8_t before[600];
        struct wire in = {0};
        unsigned bits = 8 + i / 2, distance = 256 + i % 2;
        open_both(false, false, 15, bits);
        test_random_bytes(before, sizeof before, 256);
        pump_add_stored(&in, true, before, sizeof before);
        pump_feed_bytes(&server, in.bytes, in.len, SIZE_MAX);
        pump_clear(&server);
        pump_feed(&server, distance == 256 ? "c2=02fa1f00" : "c2=02060000");
        if (distance <= 1U << bits) {
            CHECK_BYTES(server.message.bytes, server.message.len, before + sizeof before - distance,
                        3);
        } else {
            pump_expect(&server, "failed 1007: ",
                        "close 1007:a distance goes beyond the window (RFC 7692, 7.1.2) ");
        }
        wire_free(&in);
        pump_close_both(&server, &client);
    }
}

/* In silence exactly the windows remain, or less if they were never full. */
TEST("compression: in silence the windows remain") {
    static uint8_t text[100000];
    const struct permessage_receiver *receiver = &server.deflate.receiver;
    const struct permessage_sender *sender = &server.deflate.sender;
    for (unsigned bits = 8; bits <= 15; bits++) {
        size_t window = (size_t)1 << bits;
        open_both(false, false, bits, bits);
        pump_relax(&server); /* nothing was needed yet */
        CHECK(receiver->bytes == NULL && sender->memory == NULL && sender->history == NULL);
        test_random_bytes(text, sizeof text, 8);
        pump_pass(&client, &server, text, 100);
        pump_relax(&server);
        CHECK_EQUAL(receiver->capacity, 100);
        pump_pass(&client, &server, text, sizeof text);
        pump_pass(&server, &client, text, sizeof text);
        CHECK(receiver->inflate != NULL && sender->memory != NULL);
        for (int again = 0; again < 2; again++) {
            pump_relax(&server);
            CHECK(receiver->inflate == NULL);
            CHECK_EQUAL(receiver->capacity, window);
            CHECK_BYTES(receiver->bytes, receiver->length, text + sizeof text - window, window);
            CHECK(sender->memory == NULL && sender->out == NULL && sender->out_capacity == 0);
            CHECK_FOR(sender->history_length <= window && sender->history_length + 262 >= window,
                      "%zu of window %zu", sender->history_length, window);
            CHECK(sender->history != NULL &&
                  memcmp(sender->history, text + sizeof text - sender->history_length,
                         sender->history_length) == 0);
        }
        pump_close_both(&server, &client);
    }
}

TEST("compression: what comes after a silence still refers back") {
    uint8_t text[2000], noise[500];
    for (int round = 0; round < 16; round++) {
        pump_open_both(&server, &client, &pump_most, PUMP_LARGE_MESSAGE);
        test_random_bytes(text, sizeof text, 8);
        for (int i = 0; i < 4; i++) {
            size_t there = pump_pass(&client, &server, text, sizeof text);
            size_t back = pump_pass(&server, &client, text, sizeof text);
            CHECK(i == 0 || (there < 60 && back < 60));
            if ((round & 1) != 0) {
                pump_relax(&server);
            }
            if ((round & 2) != 0) {
                pump_relax(&client);
            }
            if ((round & 4) != 0) { /* something between that does not shrink */
                test_random_bytes(noise, sizeof noise, 256);
                CHECK_EQUAL(pump_pass(&client, &server, noise, sizeof noise), 8 + sizeof noise);
            }
            if ((round & 8) != 0) {
                pump_relax(&client);
                pump_relax(&server);
            }
        }
        pump_close_both(&server, &client);
    }
}

TEST("compression: without takeover nothing remains") {
    static uint8_t text[50000];
    const struct permessage_receiver *receiver = &server.deflate.receiver;
    const struct permessage_sender *sender = &server.deflate.sender;
    open_both(true, true, 15, 15);
    test_random_bytes(text, sizeof text, 8);
    for (int again = 0; again < 2; again++) {
        pump_pass(&client, &server, text, sizeof text);
        pump_pass(&server, &client, text, sizeof text);
        pump_relax(&server);
        CHECK(receiver->bytes == NULL && receiver->inflate == NULL && receiver->capacity == 0);
        CHECK(sender->memory == NULL && sender->history == NULL && sender->out == NULL);
    }
    pump_close_both(&server, &client);
}

/* Many messages never need more than the largest of them: neither without takeover nor with a small
 * window. */
TEST("compression: without takeover memory does not add up") {
    uint8_t text[1500];
    for (int forgets = 0; forgets < 2; forgets++) {
        open_both(forgets, forgets, 15, forgets ? 15 : 8);
        for (int i = 0; i < 200; i++) {
            test_random_bytes(text, sizeof text, 8);
            pump_pass(&client, &server, text, sizeof text);
        }
        CHECK(server.deflate.receiver.capacity <= 4096);
        pump_close_both(&server, &client);
    }
}

TEST("compression: a refused answer leaves nothing agreed on") {
    static const struct http_text plain = {"permessage-deflate", 18},
                                  unknown = {"permessage-deflate; x", 21};
    struct permessage_deflate deflate;
    permessage_deflate_init(&deflate, &(struct permessage_parameters){true, true, 9, 9}, false);
    CHECK(!permessage_deflate_accept(&deflate, plain));
    CHECK(permessage_deflate_layer(&deflate) == NULL);
    permessage_deflate_free(&deflate);
    permessage_deflate_init(&deflate, &pump_most, true);
    struct extensions_chooser chooser = permessage_deflate_chooser(&deflate);
    CHECK(chooser.choose(chooser.context, unknown) == NULL);
    CHECK(permessage_deflate_layer(&deflate) == NULL);
    CHECK(chooser.choose(chooser.context, plain) != NULL);
    CHECK(permessage_deflate_layer(&deflate) != NULL);
    permessage_deflate_free(&deflate);
}
