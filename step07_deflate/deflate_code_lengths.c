#include "step07_deflate/deflate_code_lengths.h"

#include <string.h>

enum { REPEAT = 16, ZEROS = 17, MANY_ZEROS = 18 };

static unsigned extra_bits(unsigned symbol) {
    return symbol == REPEAT ? 2 : symbol == ZEROS ? 3 : symbol == MANY_ZEROS ? 7 : 0;
}

/* The number of lengths without the zeros at the end, but at least `least`. */
static size_t trimmed(const uint8_t *lengths, size_t count, size_t least) {
    while (count > least && lengths[count - 1] == 0) {
        count--;
    }
    return count;
}

static void add(struct deflate_code_lengths *lengths, unsigned symbol, size_t extra) {
    lengths->symbols[lengths->count] = (uint8_t)symbol;
    lengths->extra[lengths->count++] = (uint8_t)extra;
}

/* Adds a run of equal lengths. */
static void add_run(struct deflate_code_lengths *lengths, uint8_t length, size_t run) {
    if (length != 0) {
        add(lengths, length, 0);
        run--;
    }
    while (run >= 3) {
        size_t most = length != 0 ? 6 : run <= 10 ? 10 : 138;
        size_t taken = run < most ? run : most;
        unsigned symbol = length != 0 ? REPEAT : run <= 10 ? ZEROS : MANY_ZEROS;
        add(lengths, symbol, taken - (symbol == MANY_ZEROS ? 11 : 3));
        run -= taken;
    }
    for (; run > 0; run--) {
        add(lengths, length, 0);
    }
}

/* The lengths of both codes form one row; a run may continue from one code into the other. */
static void find_symbols(struct deflate_code_lengths *lengths) {
    uint8_t row[DEFLATE_FORMAT_LITERALS + DEFLATE_FORMAT_DISTANCES];
    size_t count = lengths->literal_count + lengths->distance_count;
    memcpy(row, lengths->literals, lengths->literal_count);
    memcpy(row + lengths->literal_count, lengths->distances, lengths->distance_count);
    lengths->count = 0;
    for (size_t begin = 0, end = 0; begin < count; begin = end) {
        while (end < count && row[end] == row[begin]) {
            end++;
        }
        add_run(lengths, row[begin], end - begin);
    }
}

/* Finds the third code, and adds the size of the codes as they are written. */
static void find_third(struct deflate_code_lengths *lengths) {
    uint16_t frequencies[DEFLATE_FORMAT_CODE_LENGTHS] = {0};
    uint8_t third[DEFLATE_FORMAT_CODE_LENGTHS];
    for (size_t i = 0; i < lengths->count; i++) {
        frequencies[lengths->symbols[i]]++;
    }
    lengths->size += deflate_huffman_lengths(frequencies, DEFLATE_FORMAT_CODE_LENGTHS,
                                             DEFLATE_FORMAT_CODE_LENGTH_BITS_MAX, third);
    deflate_huffman_codes(third, DEFLATE_FORMAT_CODE_LENGTHS, lengths->third);
    lengths->third_count = DEFLATE_FORMAT_CODE_LENGTHS;
    while (lengths->third_count > 4 &&
           third[deflate_format_code_length_order[lengths->third_count - 1]] == 0) {
        lengths->third_count--;
    }
    lengths->size += 5 + 5 + 4 + 3 * lengths->third_count;
    for (unsigned i = REPEAT; i < DEFLATE_FORMAT_CODE_LENGTHS; i++) {
        lengths->size += (size_t)frequencies[i] * extra_bits(i);
    }
}

void deflate_code_lengths_find(struct deflate_code_lengths *lengths, const uint16_t *literals,
                               const uint16_t *distances) {
    lengths->size = deflate_huffman_lengths(literals, DEFLATE_FORMAT_LITERALS,
                                            DEFLATE_FORMAT_CODE_BITS_MAX, lengths->literals) +
                    deflate_huffman_lengths(distances, DEFLATE_FORMAT_DISTANCES,
                                            DEFLATE_FORMAT_CODE_BITS_MAX, lengths->distances);
    lengths->literal_count =
        trimmed(lengths->literals, DEFLATE_FORMAT_LITERALS, DEFLATE_FORMAT_FIRST_LENGTH);
    lengths->distance_count = trimmed(lengths->distances, DEFLATE_FORMAT_DISTANCES, 1);
    find_symbols(lengths);
    find_third(lengths);
}

void deflate_code_lengths_write(const struct deflate_code_lengths *lengths,
                                struct deflate_bits *bits) {
    deflate_bits_put(bits, lengths->literal_count - DEFLATE_FORMAT_FIRST_LENGTH, 5);
    deflate_bits_put(bits, lengths->distance_count - 1, 5);
    deflate_bits_put(bits, lengths->third_count - 4, 4);
    for (size_t i = 0; i < lengths->third_count; i++) {
        deflate_bits_put(bits, lengths->third[deflate_format_code_length_order[i]].length, 3);
    }
    for (size_t i = 0; i < lengths->count; i++) {
        struct deflate_huffman_code code = lengths->third[lengths->symbols[i]];
        deflate_bits_put(bits, code.bits, code.length);
        deflate_bits_put(bits, lengths->extra[i], extra_bits(lengths->symbols[i]));
    }
}
