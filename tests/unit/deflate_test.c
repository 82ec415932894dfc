/* deflate: what it writes, read by inflate as a peer would (RFC 1951; RFC 7692, 7.2.1). */
#include "tests/support/deflate_ends.h"

TEST("deflate: the example of RFC 7692") {
    static const uint8_t hello[] = {'H', 'e', 'l', 'l', 'o'};
    static const uint8_t first[] = {0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0, 0, 0xff, 0xff};
    static const uint8_t second[] = {0xf2, 0x00, 0x11, 0x00, 0x00, 0, 0, 0xff, 0xff};
    for (unsigned bits = 8; bits <= 15; bits++) {
        struct ends ends;
        start(&ends, bits);
        CHECK(goes_over(&ends, hello, sizeof hello));
        CHECK_BYTES(ends.sent, ends.sent_length, first, sizeof first);
        CHECK(goes_over(&ends, hello, sizeof hello));
        CHECK_BYTES(ends.sent, ends.sent_length, second, sizeof second);
        stop(&ends);
    }
}

TEST("deflate: an empty message is an empty stored block") {
    static const uint8_t empty[] = {0x00, 0x00, 0x00, 0xff, 0xff};
    struct ends ends;
    start(&ends, 15);
    CHECK(goes_over(&ends, NULL, 0));
    CHECK_BYTES(ends.sent, ends.sent_length, empty, sizeof empty);
    CHECK(compress(&ends, NULL, 0, 5));
    CHECK(!compress(&ends, NULL, 0, 4));
    uint8_t out[5];
    size_t written = 0;
    CHECK(!deflate_message(&ends.deflate, NULL, 0, out, 4, &written));
    CHECK(deflate_message(&ends.deflate, NULL, 0, out, 5, &written));
    CHECK_BYTES(out, written, empty, sizeof empty);
    stop(&ends);
}

TEST("deflate: all kinds of messages go over in every window") {
    static uint8_t bytes[MESSAGE_MAX];
    for (unsigned bits = 8; bits <= 15; bits++) {
        struct ends ends;
        start(&ends, bits);
        for (unsigned i = 0; i < 40 * KINDS; i++) {
            uint32_t most = i % 16 == 0 ? MESSAGE_MAX : i % 4 == 0 ? 9000 : 300;
            size_t length = test_random(most);
            fill(i % KINDS, bytes, length);
            CHECK_FOR(goes_over(&ends, bytes, length), "window %u, message %u of kind %u, %zu",
                      bits, i, i % KINDS, length);
        }
        stop(&ends);
    }
}

/* What repeats at a distance is found up to that distance, and none is farther than agreed. */
TEST("deflate: the whole window is used, and no more") {
    static uint8_t bytes[2 * WINDOW_MAX];
    for (unsigned bits = 8; bits <= 15; bits++) {
        size_t window = (size_t)1 << bits;
        for (size_t distance = window; distance <= window + 1; distance++) {
            struct ends ends;
            start(&ends, bits);
            fill(1, bytes, distance);
            CHECK(goes_over(&ends, bytes, distance));
            CHECK(goes_over(&ends, bytes, distance - 1));
            bool found = ends.sent_length < window / 8;
            CHECK_FOR(found == (distance == window), "window %u, %zu bytes: %zu", bits, distance,
                      ends.sent_length);
            CHECK_EQUAL(deflate_history(&ends.deflate, bytes), window);
            stop(&ends);
        }
    }
}

TEST("deflate: a message fits exactly or is refused") {
    static uint8_t bytes[40000];
    for (unsigned kind = 0; kind < KINDS; kind++) {
        for (size_t length = 1; length <= sizeof bytes; length = length * 3 + 1) {
            struct ends ends, exact;
            start(&ends, 12);
            start(&exact, 12);
            fill(kind, bytes, length);
            CHECK(goes_over(&ends, bytes, length));
            size_t size = ends.sent_length;
            for (size_t less = 1; less <= size && less < 12; less++) {
                CHECK(!compress(&exact, bytes, length, size - less));
            }
            exact.deflate.matcher.steps = DEFLATE_MATCH_STEPS_MAX; /* the refusals were work, too */
            CHECK(compress(&ends, bytes, length, 2 * MESSAGE_MAX));
            if (length < 4000) {
                CHECK(compress(&exact, bytes, length, size));
                CHECK(arrives(&exact, bytes, length));
            }
            stop(&ends);
            stop(&exact);
        }
    }
}

/* One reference and one byte: a reference that is shorter by one takes a byte more. */
TEST("deflate: a match is as long as it can be") {
    static uint8_t bytes[400];
    fill(1, bytes, sizeof bytes);
    for (size_t length = 4; length <= 258; length++) {
        uint8_t again[259];
        struct ends ends;
        start(&ends, 9);
        CHECK(goes_over(&ends, bytes, sizeof bytes));
        memcpy(again, bytes + 20, length);
        again[length] = (uint8_t)(bytes[20 + length] ^ 1);
        CHECK(goes_over(&ends, again, length + 1));
        CHECK_FOR(ends.sent_length <= 10, "length %zu: %zu", length, ends.sent_length);
        stop(&ends);
    }
}

/* Random bytes are stored, in blocks of at least 4096; zeros are references as long as possible,
 * also where the window moves on. */
TEST("deflate: the worst and the best sizes") {
    static uint8_t bytes[MESSAGE_MAX];
    for (unsigned bits = 8; bits <= 15; bits++) {
        struct ends ends;
        start(&ends, bits);
        fill(1, bytes, sizeof bytes);
        CHECK(goes_over(&ends, bytes, sizeof bytes));
        CHECK_FOR(ends.sent_length <= sizeof bytes + 5 * (sizeof bytes / 4096 + 1) + 5,
                  "window %u, random: %zu", bits, ends.sent_length);
        memset(bytes, 0, sizeof bytes);
        CHECK(goes_over(&ends, bytes, sizeof bytes));
        CHECK_FOR(ends.sent_length <= sizeof bytes / 258 / 4 + 40, "window %u, zeros: %zu", bits,
                  ends.sent_length);
        stop(&ends);
    }
}

TEST("deflate: smaller windows need less memory") {
    for (unsigned bits = 8; bits < 15; bits++) {
        CHECK(deflate_memory(bits) < deflate_memory(bits + 1));
    }
    CHECK(deflate_memory(15) <= 270 * 1024);
}
