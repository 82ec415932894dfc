#include "tests/support/inflate_case.h"

#include "step07_deflate/inflate.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

static void add_bit(struct stream *stream, unsigned bit) {
    if (stream->bits % 8 == 0) {
        stream->bytes[stream->bits / 8] = 0;
    }
    stream->bytes[stream->bits / 8] |= (uint8_t)(bit << stream->bits % 8);
    stream->bits++;
}

static void add_number(struct stream *stream, unsigned count, unsigned long number) {
    for (unsigned i = 0; i < count; i++) {
        add_bit(stream, number >> i & 1);
    }
}

void stream_add(struct stream *stream, const char *words) {
    for (const char *at = words; *at != '\0';) {
        size_t length = strcspn(at, " ");
        const char *colon = memchr(at, ':', length);
        if (*at == '|') {
            add_number(stream, (unsigned)(8 - stream->bits % 8) % 8, 0);
        } else if (*at == 'x') {
            for (size_t i = 1; i + 1 < length; i += 2) {
                char digits[3] = {at[i], at[i + 1], '\0'};
                add_number(stream, 8, strtoul(digits, NULL, 16));
            }
        } else if (colon != NULL) {
            add_number(stream, (unsigned)strtoul(at, NULL, 10), strtoul(colon + 1, NULL, 10));
        } else {
            for (size_t i = 0; i < length; i++) {
                add_bit(stream, at[i] == '1');
            }
        }
        at += length + strspn(at + length, " ");
    }
}

void stream_add_code(struct stream *stream, unsigned code, unsigned bits) {
    for (unsigned i = bits; i > 0; i--) {
        add_bit(stream, code >> (i - 1) & 1);
    }
}

/* What came of a stream. */
struct outcome {
    struct inflate inflate;
    enum inflate_verdict verdict;
    uint8_t bytes[OUTPUT_MAX];
    size_t length;
};

/* `size`, or for 0 a size at random: small ones and large ones take turns. */
static size_t size_or_random(size_t size) {
    return size > 0 ? size : 1 + test_random(test_random(2) == 0 ? 12 : 1000);
}

/* Inflates with input in pieces of up to `piece` bytes and room for up to `room` more at a time. */
static void run(struct outcome *outcome, const uint8_t *bytes, size_t length, unsigned window_bits,
                size_t piece, size_t room) {
    struct inflate_output output = {outcome->bytes, 0, 0};
    size_t given = 0;
    inflate_init(&outcome->inflate, window_bits);
    outcome->verdict = INFLATE_NEEDS_INPUT;
    while (outcome->verdict != INFLATE_BAD &&
           (given < length || outcome->verdict == INFLATE_NEEDS_ROOM)) {
        size_t here = size_or_random(piece);
        here = here < length - given ? here : length - given;
        uint8_t *memory = malloc(1 + here), *exact = memory + 1; /* ends where the input does */
        const uint8_t *next = exact;
        size_t left = here;
        memcpy(exact, bytes + given, here);
        if (outcome->verdict == INFLATE_NEEDS_ROOM || output.capacity == 0) {
            output.capacity = output.length + size_or_random(room);
            output.bytes[output.capacity] = 0xee; /* must stay */
        }
        outcome->verdict = inflate_run(&outcome->inflate, &next, &left, &output);
        given += here - left;
        CHECK_EQUAL(next - exact, here - left);
        CHECK(outcome->verdict != INFLATE_NEEDS_INPUT || left == 0);
        CHECK(outcome->verdict != INFLATE_NEEDS_ROOM || output.length == output.capacity);
        CHECK(output.length <= output.capacity && output.bytes[output.capacity] == 0xee);
        free(memory);
    }
    outcome->length = output.length;
}

static struct outcome outcome;

void expect_in_window(struct stream *stream, unsigned window_bits, const void *wanted,
                      size_t wanted_length) {
    static const size_t sizes[] = {0, 1, 7, 1000, OUTPUT_MAX / 2};
    for (int tail = 0; tail < 2; tail++) {
        for (size_t i = 0; i < 25; i++) {
            size_t piece = sizes[i / 5], room = sizes[i % 5];
            run(&outcome, stream->bytes, stream->bits / 8, window_bits, piece, room);
            CHECK_FOR(outcome.verdict == INFLATE_NEEDS_INPUT, "in pieces of %zu: verdict %d: %s",
                      piece, (int)outcome.verdict, outcome.inflate.problem);
            CHECK_BYTES(outcome.bytes, outcome.length, wanted, wanted_length);
            CHECK(inflate_is_between_blocks(&outcome.inflate));
        }
        /* Once more with plenty of input after it, which is read faster: empty stored blocks. */
        stream_add(stream, "000 | x0000ffff000000ffff000000ffff000000ffff000000ffff");
    }
}

void expect(const char *words, const char *text) {
    static struct stream stream;
    stream.bits = 0;
    stream_add(&stream, words);
    CHECK_FOR(stream.bits % 8 == 0, "the stream ends within a byte: %s", words);
    expect_in_window(&stream, 15, text, strlen(text));
}

void expect_bad_in_window(struct stream *stream, unsigned window_bits, const char *problem,
                          const void *wanted, size_t wanted_length) {
    static const size_t sizes[] = {0, 1, 7, 1000, OUTPUT_MAX / 2};
    for (int tail = 0; tail < 2; tail++) {
        for (size_t i = 0; i < 25; i++) {
            size_t piece = sizes[i / 5], room = sizes[i % 5];
            run(&outcome, stream->bytes, (stream->bits + 7) / 8, window_bits, piece, room);
            CHECK_FOR(outcome.verdict == INFLATE_BAD, "in pieces of %zu there is no: %s", piece,
                      problem);
            CHECK_BYTES(outcome.bytes, outcome.length, wanted, wanted_length);
            CHECK(!inflate_is_between_blocks(&outcome.inflate));
            if (outcome.verdict == INFLATE_BAD) {
                CHECK_FOR(strstr(outcome.inflate.problem, problem) != NULL, "'%s' is not '%s'",
                          outcome.inflate.problem, problem);
                CHECK(strlen(outcome.inflate.problem) <= 123); /* what a Close has room for */
                const uint8_t *next = outcome.bytes;
                size_t left = 20;
                struct inflate_output more = {outcome.bytes, 0, OUTPUT_MAX};
                CHECK_EQUAL(inflate_run(&outcome.inflate, &next, &left, &more), INFLATE_BAD);
                CHECK_EQUAL(more.length, 0);
                CHECK_EQUAL(left, 20);
            }
        }
        stream_add(stream,
                   "| x00000000000000000000000000000000000000000000000000000000000000000000");
    }
}

void expect_bad(const char *words, const char *problem, const char *text) {
    static struct stream stream;
    stream.bits = 0;
    stream_add(&stream, words);
    expect_bad_in_window(&stream, 15, problem, text, strlen(text));
}
