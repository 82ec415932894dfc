/* deflate: what one message may refer to in those before it (RFC 7692, 7.2.3.2). */
#include "tests/support/deflate_ends.h"

/* The peer has not seen what was refused. */
TEST("deflate: nothing refers to a refused message") {
    static uint8_t bytes[MESSAGE_MAX], text[3000];
    for (unsigned bits = 8; bits <= 15; bits++) {
        struct ends ends;
        start(&ends, bits);
        for (unsigned i = 0; i < 100; i++) {
            size_t length = 1 + test_random(i % 50 == 0 ? MESSAGE_MAX : 2u << bits);
            size_t part = 1 + test_random(sizeof text);
            length = length < part ? part : length < MESSAGE_MAX ? length : MESSAGE_MAX;
            fill(i % KINDS, bytes, length);
            fill((i + i / KINDS) % KINDS, text, part);
            CHECK(!compress(&ends, bytes, length, test_random(6)));
            CHECK(goes_over(&ends, text, part));
            CHECK(!compress(&ends, bytes, length, 5));
            CHECK(goes_over(&ends, bytes, part));
        }
        stop(&ends);
    }
}

/* This holds unless the two are too large together. */
TEST("deflate: the history outlives a refused message") {
    static uint8_t text[500], refused[WINDOW_MAX];
    for (unsigned bits = 10; bits <= 15; bits++) {
        struct ends ends;
        start(&ends, bits);
        fill(1, text, sizeof text);
        CHECK(goes_over(&ends, text, sizeof text));
        for (unsigned i = 0; i < 100; i++) {
            size_t length = 1 + test_random(1u << bits);
            fill(i % KINDS, refused, length);
            memcpy(refused, text, length < 300 ? length : 300);
            CHECK(!compress(&ends, refused, length, 5));
            CHECK(goes_over(&ends, text, sizeof text));
            CHECK_FOR(ends.sent_length < 20, "window %u, refusal %u: %zu", bits, i,
                      ends.sent_length);
        }
        CHECK(!compress(&ends, refused, WINDOW_MAX, 5));
        CHECK(!compress(&ends, refused, WINDOW_MAX, 5));
        CHECK(goes_over(&ends, text, sizeof text));
        stop(&ends);
    }
}

/* The peer has seen none of what was abandoned, or refused after some turns. */
TEST("deflate: a message may end after any turn") {
    static uint8_t noise[MESSAGE_MAX], out[MESSAGE_MAX];
    for (unsigned bits = 8; bits <= 15; bits++) {
        struct ends ends;
        start(&ends, bits);
        for (size_t turns = 0; turns < 3; turns++) {
            fill(1, noise, sizeof noise);
            deflate_begin(&ends.deflate, noise, sizeof noise, out, sizeof out);
            for (size_t i = 0; i < turns; i++) {
                CHECK_EQUAL(deflate_run(&ends.deflate, &ends.sent_length), DEFLATE_GO_ON);
            }
            deflate_forget(&ends.deflate);
            CHECK(goes_over(&ends, noise, 1000));
            CHECK(!compress(&ends, noise, sizeof noise, (turns + 1) * DEFLATE_TURN / 2));
            CHECK_FOR(ends.turns > 1 || turns == 0, "window %u: refused after %zu", bits,
                      ends.turns);
            CHECK(goes_over(&ends, noise + 50000, 1000));
            CHECK_FOR(ends.sent_length > 1000, "window %u: %zu", bits, ends.sent_length);
        }
        stop(&ends);
    }
}

TEST("deflate: a history that was taken away serves as before") {
    static uint8_t bytes[9000], history[WINDOW_MAX];
    for (unsigned bits = 8; bits <= 15; bits++) {
        struct ends ends;
        start(&ends, bits);
        for (unsigned i = 0; i < 60; i++) {
            fill(6, bytes, sizeof bytes);
            size_t length = 1 + test_random(sizeof bytes);
            size_t kept = deflate_history(&ends.deflate, history);
            CHECK(kept <= (size_t)1 << bits && kept <= ends.received.length);
            CHECK_BYTES(history, kept, ends.received.bytes + ends.received.length - kept, kept);
            memset(ends.memory, 0x5a, deflate_memory(bits));
            deflate_init(&ends.deflate, bits, ends.memory);
            deflate_set_history(&ends.deflate, history, kept);
            CHECK(goes_over(&ends, bytes, length));
        }
        size_t kept = deflate_history(&ends.deflate, history);
        deflate_init(&ends.deflate, bits, ends.memory);
        deflate_set_history(&ends.deflate, history, kept);
        CHECK(goes_over(&ends, history + kept - 200, 200));
        CHECK_FOR(ends.sent_length < 20, "window %u: %zu", bits, ends.sent_length);
        stop(&ends);
    }
}

/* A peer that forgets as well, as without context takeover, must understand it. */
TEST("deflate: nothing refers to what is forgotten") {
    static uint8_t bytes[40000];
    for (unsigned bits = 8; bits <= 15; bits++) {
        struct ends ends;
        start(&ends, bits);
        for (unsigned i = 0; i < 500; i++) {
            size_t length = 1 + test_random(i % 20 == 0 ? sizeof bytes : 400);
            if (i % 3 == 0) {
                fill(i % KINDS, bytes, length);
            }
            deflate_forget(&ends.deflate);
            inflate_init(&ends.inflate, bits);
            ends.received.length = 0;
            CHECK_EQUAL(deflate_history(&ends.deflate, ends.sent), 0);
            CHECK_FOR(goes_over(&ends, bytes, length), "window %u, message %u", bits, i);
        }
        stop(&ends);
    }
}

TEST("deflate: a history of the whole window") {
    static uint8_t bytes[MESSAGE_MAX];
    for (unsigned bits = 8; bits <= 15; bits++) {
        struct ends ends;
        size_t window = (size_t)1 << bits;
        start(&ends, bits);
        fill(1, bytes, sizeof bytes);
        deflate_set_history(&ends.deflate, bytes, window);
        size_t kept = deflate_history(&ends.deflate, ends.sent);
        CHECK_BYTES(ends.sent, kept, bytes + window - kept, kept);
        size_t fresh = sizeof bytes - window, most = fresh + fresh / 800 + kept / 8 + 40;
        CHECK(compress(&ends, bytes + window - kept, kept + fresh, 2 * MESSAGE_MAX));
        CHECK_FOR(ends.sent_length <= most, "window %u: %zu", bits, ends.sent_length);
        CHECK(compress(&ends, bytes, sizeof bytes, 2 * MESSAGE_MAX));
        CHECK(compress(&ends, bytes + sizeof bytes - 100, 100, 2 * MESSAGE_MAX));
        CHECK_FOR(ends.sent_length < 20, "window %u: %zu", bits, ends.sent_length);
        stop(&ends);
    }
}

TEST("deflate: a full window can be forgotten") {
    static uint8_t bytes[70000];
    for (unsigned bits = 8; bits <= 15; bits++) {
        size_t full = ((size_t)2 << bits) + 524;
        struct ends ends;
        start(&ends, bits);
        full = full < 65536 ? full : 65536;
        fill(6, bytes, sizeof bytes);
        CHECK(goes_over(&ends, bytes, full));
        deflate_forget(&ends.deflate);
        inflate_init(&ends.inflate, bits);
        ends.received.length = 0;
        CHECK(goes_over(&ends, bytes, sizeof bytes));
        stop(&ends);
    }
}
