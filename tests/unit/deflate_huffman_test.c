/* Huffman codes: lengths that are best, within a limit, and leave nothing unused (RFC 1951,
 * 3.2.2). */
#include "step07_deflate/deflate_huffman.h"

#include "step07_deflate/deflate_format.h"
#include "tests/support/test.h"

#include <string.h>

static unsigned longest(const uint8_t *lengths, size_t count) {
    unsigned most = 0;
    for (size_t i = 0; i < count; i++) {
        most = lengths[i] > most ? lengths[i] : most;
    }
    return most;
}

/* Kraft's sum in 2^limit parts: exactly full, and every symbol that occurs has a code. */
static void check_complete(const uint16_t *frequencies, const uint8_t *lengths, size_t count,
                           unsigned limit) {
    size_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        CHECK((lengths[i] != 0) == (frequencies[i] != 0) && lengths[i] <= limit);
        sum += lengths[i] != 0 ? (size_t)1 << (limit - lengths[i]) : 0;
    }
    CHECK_EQUAL(sum, (size_t)1 << limit);
}

/* The least sum of frequency * length that any code has: the sum of all parents' weights, found by
 * searching the two smallest again and again. */
static size_t least_size(const uint16_t *frequencies, size_t count) {
    size_t weights[DEFLATE_HUFFMAN_SYMBOLS_MAX], used = 0, size = 0;
    for (size_t i = 0; i < count; i++) {
        if (frequencies[i] != 0) {
            weights[used++] = frequencies[i];
        }
    }
    for (; used > 1; used--) {
        for (size_t place = used - 1; place + 2 >= used && place + 1 > 0; place--) {
            for (size_t i = 0; i < place; i++) {
                if (weights[i] < weights[place]) {
                    size_t other = weights[i];
                    weights[i] = weights[place];
                    weights[place] = other;
                }
            }
        }
        weights[used - 2] += weights[used - 1];
        size += weights[used - 2];
    }
    return size;
}

TEST("huffman: no other code writes it in less") {
    uint16_t frequencies[DEFLATE_FORMAT_LITERALS];
    uint8_t lengths[DEFLATE_FORMAT_LITERALS];
    for (unsigned turn = 0; turn < 400; turn++) {
        size_t count = 2 + test_random(DEFLATE_FORMAT_LITERALS - 1);
        uint32_t most = turn % 3 == 0 ? 3 : turn % 3 == 1 ? 60 : 65535;
        memset(lengths, 0xa5, sizeof lengths);
        for (size_t i = 0; i < count; i++) {
            frequencies[i] = (uint16_t)test_random(test_random(2) == 0 ? most : 4);
        }
        frequencies[0] = frequencies[count - 1] = 1;
        size_t told = deflate_huffman_lengths(frequencies, count, 15, lengths);
        check_complete(frequencies, lengths, count, 15);
        size_t least = least_size(frequencies, count), size = 0;
        for (size_t i = 0; i < count; i++) {
            size += (size_t)frequencies[i] * lengths[i];
        }
        CHECK_EQUAL(told, size);
        bool limited = longest(lengths, count) == 15;
        CHECK_FOR(limited ? size <= least + least / 200 : size == least, "%zu, not %zu", size,
                  least);
    }
}

/* Fibonacci's numbers make the deepest of all trees. */
TEST("huffman: no length is beyond the limit") {
    for (unsigned limit = 5; limit <= 15; limit++) {
        for (size_t count = limit + 1u; count <= 22; count++) {
            uint16_t frequencies[22] = {1, 1};
            uint8_t lengths[22];
            for (size_t i = 2; i < count; i++) {
                frequencies[i] = (uint16_t)(frequencies[i - 1] + frequencies[i - 2]);
            }
            deflate_huffman_lengths(frequencies, count, limit, lengths);
            check_complete(frequencies, lengths, count, limit);
            CHECK_EQUAL(longest(lengths, count), limit);
            CHECK_EQUAL(lengths[count - 1], count == limit + 1u ? 1 : lengths[count - 1]);
            for (size_t i = 1; i < count; i++) {
                CHECK(lengths[i] <= lengths[i - 1]);
            }
        }
    }
}

TEST("huffman: as many symbols as the limit allows") {
    uint16_t frequencies[128];
    uint8_t lengths[128];
    for (size_t i = 0; i < 128; i++) {
        frequencies[i] = (uint16_t)(i * i + 1);
    }
    deflate_huffman_lengths(frequencies, 128, 7, lengths);
    check_complete(frequencies, lengths, 128, 7);
}

TEST("huffman: none, one and two symbols") {
    uint16_t frequencies[30] = {0};
    uint8_t lengths[30], none[30] = {0};
    CHECK_EQUAL(deflate_huffman_lengths(frequencies, 30, 15, lengths), 0);
    CHECK_BYTES(lengths, 30, none, 30);
    frequencies[17] = 5;
    none[17] = 1;
    CHECK_EQUAL(deflate_huffman_lengths(frequencies, 30, 15, lengths), 5);
    CHECK_BYTES(lengths, 30, none, 30);
    frequencies[3] = 900;
    none[3] = 1;
    CHECK_EQUAL(deflate_huffman_lengths(frequencies, 30, 15, lengths), 905);
    CHECK_BYTES(lengths, 30, none, 30);
}

/* The example of 3.2.2: A to H have the lengths 3, 3, 3, 3, 3, 2, 4, 4. */
TEST("huffman: the codes of RFC 1951") {
    static const uint8_t lengths[] = {3, 3, 3, 3, 3, 2, 4, 4, 0};
    static const char *const wanted[] = {"010", "011",  "100",  "101", "110",
                                         "00",  "1110", "1111", ""};
    struct deflate_huffman_code codes[9];
    deflate_huffman_codes(lengths, 9, codes);
    for (size_t i = 0; i < 9; i++) {
        char bits[16] = "";
        for (unsigned bit = 0; bit < codes[i].length; bit++) {
            bits[bit] = (codes[i].bits >> bit & 1) != 0 ? '1' : '0';
        }
        CHECK_BYTES(bits, codes[i].length, wanted[i], strlen(wanted[i]));
        CHECK(codes[i].bits >> codes[i].length == 0);
    }
}
