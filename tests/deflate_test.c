/* deflate: what it writes, read by inflate as a peer would, message after message (RFC 1951;
 * RFC 7692, 7.2.1). */
#include "step07_deflate/deflate.h"

#include "step07_deflate/inflate.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

enum { RECEIVED_MAX = 1 << 19, WINDOW_MAX = 1 << 15, MESSAGE_MAX = 200000 };

/* Both ends of one direction of a connection. */
struct ends {
    struct deflate deflate;
    void *memory;
    unsigned window_bits;
    struct inflate inflate;
    struct inflate_output received;
    uint8_t *sent; /* the last message */
    size_t sent_length;
};

static void *allocate(size_t size) {
    void *memory = malloc(size);
    if (memory == NULL) {
        abort();
    }
    memset(memory, 0xa5, size);
    return memory;
}

static void start(struct ends *ends, unsigned window_bits) {
    ends->window_bits = window_bits;
    ends->memory = allocate(deflate_memory(window_bits));
    deflate_init(&ends->deflate, window_bits, ends->memory);
    inflate_init(&ends->inflate, window_bits);
    ends->received = (struct inflate_output){allocate(RECEIVED_MAX), 0, RECEIVED_MAX};
    ends->sent = allocate(2 * MESSAGE_MAX);
}

static void stop(struct ends *ends) {
    free(ends->memory);
    free(ends->received.bytes);
    free(ends->sent);
}

static bool compress(struct ends *ends, const uint8_t *bytes, size_t length, size_t capacity) {
    uint8_t *out = allocate(capacity + 1); /* so that a sanitizer sees what goes beyond */
    ends->sent_length = SIZE_MAX;
    bool fits =
        deflate_message(&ends->deflate, bytes, length, out + 1, capacity, &ends->sent_length);
    if (fits) {
        CHECK(ends->sent_length <= capacity);
        memcpy(ends->sent, out + 1, ends->sent_length);
    }
    free(out);
    return fits;
}

/* Whether the peer reads these bytes in what was sent last. */
static bool arrives(struct ends *ends, const uint8_t *bytes, size_t length) {
    struct inflate_output *received = &ends->received;
    static const uint8_t mark[] = {0, 0, 0xff, 0xff};
    size_t left = ends->sent_length;
    const uint8_t *next = ends->sent;
    if (received->length + length > received->capacity) {
        memmove(received->bytes, received->bytes + received->length - WINDOW_MAX, WINDOW_MAX);
        received->length = WINDOW_MAX;
    }
    size_t before = received->length;
    enum inflate_verdict verdict = inflate_run(&ends->inflate, &next, &left, received);
    return verdict != INFLATE_BAD && left == 0 && inflate_is_between_blocks(&ends->inflate) &&
           ends->sent_length >= sizeof mark &&
           memcmp(ends->sent + ends->sent_length - sizeof mark, mark, sizeof mark) == 0 &&
           received->length - before == length &&
           memcmp(received->bytes + before, bytes, length) == 0;
}

static bool goes_over(struct ends *ends, const uint8_t *bytes, size_t length) {
    return compress(ends, bytes, length, 2 * MESSAGE_MAX) && arrives(ends, bytes, length);
}

static uint32_t roll(uint64_t *dice, uint32_t sides) {
    *dice = *dice * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*dice >> 33) % sides;
}

enum { KINDS = 7 };

/* Texts of many kinds. */
static void fill(unsigned kind, uint64_t *dice, uint8_t *bytes, size_t length) {
    static const char *const words[] = {"frame ", "the ",  "{\"id\":", "payload", ", ",
                                        "of",     "mask ", "\",\"",    "opcode "};
    uint32_t period = 1 + roll(dice, kind == 2 ? 300 : 70000);
    for (size_t i = 0; i < length; i++) {
        bytes[i] = kind == 0   ? 0
                   : kind == 1 ? (uint8_t)roll(dice, 256)
                   : kind < 4  ? (uint8_t)(i < period ? roll(dice, 256) : bytes[i - period])
                   : kind == 4 ? (uint8_t)roll(dice, 2)
                               : (uint8_t)(i >> 3);
    }
    for (size_t i = 0; kind == 6 && i < length;) {
        const char *word = words[roll(dice, 9)];
        for (; *word != '\0' && i < length; word++) {
            bytes[i++] = (uint8_t)*word;
        }
    }
}

static void the_example_of_the_rfc(void) {
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

static void an_empty_message_is_an_empty_stored_block(void) {
    static const uint8_t empty[] = {0x00, 0x00, 0x00, 0xff, 0xff};
    struct ends ends;
    start(&ends, 15);
    CHECK(goes_over(&ends, NULL, 0));
    CHECK_BYTES(ends.sent, ends.sent_length, empty, sizeof empty);
    CHECK(compress(&ends, NULL, 0, 5));
    CHECK(!compress(&ends, NULL, 0, 4));
    stop(&ends);
}

static void all_kinds_of_messages_go_over_in_every_window(void) {
    static uint8_t bytes[MESSAGE_MAX];
    uint64_t dice = 1;
    for (unsigned bits = 8; bits <= 15; bits++) {
        struct ends ends;
        start(&ends, bits);
        for (unsigned i = 0; i < 40 * KINDS; i++) {
            uint32_t most = i % 16 == 0 ? MESSAGE_MAX : i % 4 == 0 ? 9000 : 300;
            size_t length = roll(&dice, most);
            fill(i % KINDS, &dice, bytes, length);
            CHECK_FOR(goes_over(&ends, bytes, length), "window %u, message %u of kind %u, %zu",
                      bits, i, i % KINDS, length);
        }
        stop(&ends);
    }
}

/* What repeats at a distance is found up to that distance, and none is farther than agreed. */
static void the_whole_window_is_used(void) {
    static uint8_t bytes[2 * WINDOW_MAX];
    uint64_t dice = 2;
    for (unsigned bits = 8; bits <= 15; bits++) {
        size_t window = (size_t)1 << bits, reach = bits == 15 ? window - 262 : window;
        for (size_t distance = reach; distance <= reach + 1; distance++) {
            struct ends ends;
            start(&ends, bits);
            fill(1, &dice, bytes, distance);
            CHECK(goes_over(&ends, bytes, distance));
            CHECK(goes_over(&ends, bytes, distance - 1));
            bool found = ends.sent_length < window / 8;
            CHECK_FOR(found == (distance == reach), "window %u, %zu bytes: %zu", bits, distance,
                      ends.sent_length);
            CHECK_EQUAL(deflate_history(&ends.deflate, bytes), reach);
            stop(&ends);
        }
    }
}

static void it_fits_exactly_or_is_refused(void) {
    static uint8_t bytes[40000];
    uint64_t dice = 3;
    for (unsigned kind = 0; kind < KINDS; kind++) {
        for (size_t length = 1; length <= sizeof bytes; length = length * 3 + 1) {
            struct ends ends, exact;
            start(&ends, 12);
            start(&exact, 12);
            fill(kind, &dice, bytes, length);
            CHECK(goes_over(&ends, bytes, length));
            size_t size = ends.sent_length;
            for (size_t less = 1; less <= size && less < 12; less++) {
                CHECK(!compress(&exact, bytes, length, size - less));
            }
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

/* The peer has not seen what was refused. */
static void nothing_refers_to_a_refused_message(void) {
    static uint8_t bytes[MESSAGE_MAX], text[3000];
    uint64_t dice = 4;
    for (unsigned bits = 8; bits <= 15; bits++) {
        struct ends ends;
        start(&ends, bits);
        for (unsigned i = 0; i < 200; i++) {
            size_t length = 1 + roll(&dice, i % 50 == 0 ? MESSAGE_MAX : 2u << bits);
            size_t part = 1 + roll(&dice, sizeof text);
            length = length < part ? part : length < MESSAGE_MAX ? length : MESSAGE_MAX;
            fill(i % KINDS, &dice, bytes, length);
            fill((i + i / KINDS) % KINDS, &dice, text, part);
            CHECK(!compress(&ends, bytes, length, roll(&dice, 6)));
            CHECK(goes_over(&ends, text, part));
            CHECK(!compress(&ends, bytes, length, 5));
            CHECK(goes_over(&ends, bytes, part));
        }
        stop(&ends);
    }
}

/* A refused message takes nothing away from the history, unless they are too large together. */
static void the_history_outlives_a_refused_message(void) {
    static uint8_t text[500], refused[WINDOW_MAX];
    uint64_t dice = 5;
    for (unsigned bits = 10; bits <= 15; bits++) {
        struct ends ends;
        start(&ends, bits);
        fill(1, &dice, text, sizeof text);
        CHECK(goes_over(&ends, text, sizeof text));
        for (unsigned i = 0; i < 100; i++) {
            size_t length = 1 + roll(&dice, 1u << bits);
            fill(i % KINDS, &dice, refused, length);
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

static void a_history_that_was_taken_away_serves_as_before(void) {
    static uint8_t bytes[9000], history[WINDOW_MAX];
    uint64_t dice = 6;
    for (unsigned bits = 8; bits <= 15; bits++) {
        struct ends ends;
        start(&ends, bits);
        for (unsigned i = 0; i < 60; i++) {
            fill(6, &dice, bytes, sizeof bytes);
            size_t length = 1 + roll(&dice, sizeof bytes);
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
static void nothing_refers_to_what_is_forgotten(void) {
    static uint8_t bytes[40000];
    uint64_t dice = 7;
    for (unsigned bits = 8; bits <= 15; bits++) {
        struct ends ends;
        start(&ends, bits);
        for (unsigned i = 0; i < 500; i++) {
            size_t length = 1 + roll(&dice, i % 20 == 0 ? sizeof bytes : 400);
            if (i % 3 == 0) {
                fill(i % KINDS, &dice, bytes, length);
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

/* Then nothing of all that was there is left. */
static void a_full_window_can_be_forgotten(void) {
    static uint8_t bytes[70000];
    for (unsigned bits = 8; bits <= 15; bits++) {
        size_t full = ((size_t)2 << bits) + 524;
        uint64_t dice = 8;
        struct ends ends;
        start(&ends, bits);
        full = full < 65536 ? full : 65536;
        fill(6, &dice, bytes, sizeof bytes);
        CHECK(goes_over(&ends, bytes, full));
        deflate_forget(&ends.deflate);
        inflate_init(&ends.inflate, bits);
        ends.received.length = 0;
        CHECK(goes_over(&ends, bytes, sizeof bytes));
        stop(&ends);
    }
}

static void smaller_windows_need_less(void) {
    for (unsigned bits = 8; bits < 15; bits++) {
        CHECK(deflate_memory(bits) < deflate_memory(bits + 1));
    }
    CHECK(deflate_memory(15) <= 270 * 1024);
}

int main(void) {
    test_run("deflate: the example of RFC 7692", the_example_of_the_rfc);
    test_run("deflate: an empty message is an empty stored block",
             an_empty_message_is_an_empty_stored_block);
    test_run("deflate: all kinds of messages go over in every window",
             all_kinds_of_messages_go_over_in_every_window);
    test_run("deflate: the whole window is used, and no more", the_whole_window_is_used);
    test_run("deflate: a message fits exactly or is refused", it_fits_exactly_or_is_refused);
    test_run("deflate: nothing refers to a refused message", nothing_refers_to_a_refused_message);
    test_run("deflate: the history outlives a refused message",
             the_history_outlives_a_refused_message);
    test_run("deflate: a history that was taken away serves as before",
             a_history_that_was_taken_away_serves_as_before);
    test_run("deflate: nothing refers to what is forgotten", nothing_refers_to_what_is_forgotten);
    test_run("deflate: a full window can be forgotten", a_full_window_can_be_forgotten);
    test_run("deflate: smaller windows need less memory", smaller_windows_need_less);
    return test_report();
}
