/* inflate: references of all distances and lengths, in every window, in pieces of all sizes. */
#include "step07_deflate/inflate.h"

#include "tests/support/inflate_case.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A text of this many bytes in stored blocks, each byte another one than those around it. */
static void add_stored(struct stream *stream, uint8_t *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        text[i] = (uint8_t)(i * 7 + i / 256);
    }
    for (size_t at = 0; at < length;) {
        size_t here = length - at < 30000 ? length - at : 30000;
        char head[40];
        snprintf(head, sizeof head, "0 2:0 | 16:%zu 16:%zu", here, 65535 - here);
        stream_add(stream, head);
        memcpy(stream->bytes + stream->bits / 8, text + at, here);
        stream->bits += 8 * here;
        at += here;
    }
}

/* The distance 2 to the power of n is written with symbol 2n - 1 and n - 2 extra bits that are
 * ones; one more is symbol 2n and zeros. */
static void add_reference(struct stream *stream, unsigned window_bits, bool beyond) {
    unsigned symbol = beyond ? 2 * window_bits : 2 * window_bits - 1;
    stream_add(stream, FIXED LEN3);
    stream_add_code(stream, symbol, 5);
    for (unsigned i = 0; i < window_bits - (beyond ? 1 : 2); i++) {
        stream_add(stream, beyond ? "0" : "1");
    }
    stream_add(stream, END_ SYNC);
}

TEST("inflate: distances of every window") {
    static struct stream stream;
    static uint8_t text[OUTPUT_MAX];
    for (unsigned bits = 8; bits <= 15; bits++) {
        size_t window = (size_t)1 << bits;
        for (size_t length = window - 1; length <= window + 1; length++) {
            stream.bits = 0;
            add_stored(&stream, text, length);
            add_reference(&stream, bits, false);
            if (length >= window) {
                memcpy(text + length, text + length - window, 3);
                expect_in_window(&stream, bits, text, length + 3);
            } else {
                expect_bad_in_window(&stream, bits, "before the first byte", text, length);
            }
        }
        if (bits < 15) { /* more than 32768 cannot be written */
            stream.bits = 0;
            add_stored(&stream, text, window + 300);
            add_reference(&stream, bits, true);
            expect_bad_in_window(&stream, bits, "beyond the window", text, window + 300);
            stream.bits = 0;
            add_stored(&stream, text, window + 300);
            add_reference(&stream, bits, true);
            memcpy(text + window + 300, text + 299, 3);
            expect_in_window(&stream, bits + 1, text, window + 303);
        }
    }
}

/* A reference in the fixed code, with any length and distance. */
static void add_any_reference(struct stream *stream, unsigned length, unsigned distance) {
    char extra[20];
    unsigned l = 0, d = 0;
    while (l < 28 && deflate_format_lengths[l + 1].base <= length) {
        l++;
    }
    while (d < 29 && deflate_format_distances[d + 1].base <= distance) {
        d++;
    }
    /* Length symbols begin with 257, which is 0000001; from 280 on, 11000000, they have 8 bits. */
    stream_add_code(stream, l < 23 ? l + 1 : 0xc0 + l - 23, l < 23 ? 7 : 8);
    snprintf(extra, sizeof extra, "%d:%u", deflate_format_lengths[l].extra,
             length - deflate_format_lengths[l].base);
    stream_add(stream, extra);
    stream_add_code(stream, d, 5);
    snprintf(extra, sizeof extra, "%d:%u", deflate_format_distances[d].extra,
             distance - deflate_format_distances[d].base);
    stream_add(stream, extra);
}

static size_t repeat(uint8_t *text, size_t length, size_t count, size_t distance) {
    for (size_t i = 0; i < count; i++) {
        text[length + i] = text[length + i - distance];
    }
    return length + count;
}

/* Copies that overlap and copies that do not. */
TEST("inflate: distances from 1 to 40 and all lengths") {
    static struct stream stream;
    static uint8_t text[1000];
    for (unsigned distance = 1; distance <= 40; distance++) {
        for (unsigned length = 3; length <= 258; length += distance % 8 == 0 ? 1 : 17) {
            stream.bits = 0;
            add_stored(&stream, text, 50);
            stream_add(&stream, FIXED);
            add_any_reference(&stream, length, distance);
            stream_add(&stream, END_ SYNC);
            expect_in_window(&stream, 15, text, repeat(text, 50, length, distance));
        }
    }
}

/* Many symbols, so that every number of bits is left over somewhere when input or room ends. */
TEST("inflate: many symbols in pieces of all sizes") {
    static struct stream stream;
    static uint8_t text[100000];
    for (unsigned round = 0; round < 40; round++) {
        size_t length = 60;
        stream.bits = 0;
        add_stored(&stream, text, length);
        stream_add(&stream, FIXED);
        for (unsigned i = 0; i < 400; i++) {
            unsigned kind = (i * i + i * round + round) % 11;
            if (kind < 2) {
                add_any_reference(&stream, 3 + i % 50, 1 + (i * 7 + round) % 60);
                length = repeat(text, length, 3 + i % 50, 1 + (i * 7 + round) % 60);
            } else {
                stream_add(&stream, kind < 7 ? A_ : "110010000");
                text[length++] = kind < 7 ? 'a' : 0x90;
            }
        }
        stream_add(&stream, END_ SYNC);
        expect_in_window(&stream, 15, text, length);
    }
}

/* Between calls the caller keeps the window only, in other memory; and a reference is half out. */
TEST("inflate: old output is thrown away and moved") {
    static struct stream stream;
    static uint8_t text[2000];
    static struct inflate inflate;
    stream.bits = 0;
    add_stored(&stream, text, 300);
    for (size_t i = 0; i < 5; i++) {
        stream_add(&stream, FIXED "11000100 5:30 01111 6:63 " END_); /* 257 bytes from 256 back */
    }
    stream_add(&stream, SYNC);
    for (size_t i = 300; i < 300 + 5 * 257; i++) {
        text[i] = text[i - 256];
    }
    const uint8_t *next = stream.bytes;
    size_t left = stream.bits / 8, length = 0, kept = 0;
    uint8_t *bytes = NULL;
    inflate_init(&inflate, 8);
    for (enum inflate_verdict verdict = INFLATE_NEEDS_ROOM; verdict == INFLATE_NEEDS_ROOM;) {
        uint8_t *moved = malloc(kept + 100);
        if (kept > 0) {
            memcpy(moved, bytes, kept);
        }
        free(bytes);
        struct inflate_output output = {moved, kept, kept + 100};
        verdict = inflate_run(&inflate, &next, &left, &output);
        CHECK(verdict != INFLATE_BAD);
        CHECK_BYTES(moved + kept, output.length - kept, text + length, output.length - kept);
        length += output.length - kept;
        kept = output.length < 256 ? output.length : 256;
        memmove(moved, moved + output.length - kept, kept);
        bytes = moved;
    }
    CHECK_EQUAL(length, 300 + 5 * 257);
    CHECK(inflate_is_between_blocks(&inflate));
    free(bytes);
}
