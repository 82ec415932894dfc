/* deflate_format: the numbers of the DEFLATE format that both directions need, RFC 1951, 3.2. Step
 * 7.
 *
 * Compressed data is a row of blocks. In a block the bytes of the text and references to earlier
 * text are written as symbols, each with a Huffman code:
 *
 *     literal/length symbol    0 to 255    this byte
 *                              256         the block ends
 *                              257 to 285  a length of 3 to 258 bytes; a distance follows
 *     distance symbol          0 to 29     this many bytes back, 1 to 32768
 *
 * A length or distance symbol stands for a range. Extra bits after it say which of the range it is:
 * length = base + extra bits.
 */
#ifndef STEP07_DEFLATE_DEFLATE_FORMAT_H
#define STEP07_DEFLATE_DEFLATE_FORMAT_H

#include <stdint.h>

enum {
    DEFLATE_FORMAT_STORED = 0, /* the block types (3.2.3) */
    DEFLATE_FORMAT_FIXED = 1,
    DEFLATE_FORMAT_DYNAMIC = 2,

    DEFLATE_FORMAT_LITERALS = 286,       /* literal/length symbols that mean something, */
    DEFLATE_FORMAT_FIXED_LITERALS = 288, /* and those that the fixed code has codes for (3.2.6) */
    DEFLATE_FORMAT_DISTANCES = 30,       /* the same for distances */
    DEFLATE_FORMAT_FIXED_DISTANCES = 32,
    DEFLATE_FORMAT_CODE_LENGTHS = 19, /* symbols of the code that writes code lengths (3.2.7) */

    DEFLATE_FORMAT_END_OF_BLOCK = 256,
    DEFLATE_FORMAT_FIRST_LENGTH = 257, /* the symbol of the smallest length */
    DEFLATE_FORMAT_CODE_BITS_MAX = 15, /* bits of the longest Huffman code */
    DEFLATE_FORMAT_CODE_LENGTH_BITS_MAX = 7,
    DEFLATE_FORMAT_LENGTH_MIN = 3, /* bytes that a reference repeats */
    DEFLATE_FORMAT_LENGTH_MAX = 258,
    DEFLATE_FORMAT_DISTANCE_MAX = 32768,
    DEFLATE_FORMAT_STORED_MAX = 65535, /* bytes of a stored block */
    DEFLATE_FORMAT_WINDOW_BITS_MIN =
        8, /* 2 to the power of this is how far back references reach */
    DEFLATE_FORMAT_WINDOW_BITS_MAX = 15
};

/* What a symbol stands for: `base`, and as much more as the `extra` bits after it say. */
struct deflate_format_range {
    uint16_t base;
    uint8_t extra;
};

extern const struct deflate_format_range
    deflate_format_lengths[DEFLATE_FORMAT_LITERALS - DEFLATE_FORMAT_FIRST_LENGTH];
extern const struct deflate_format_range deflate_format_distances[DEFLATE_FORMAT_DISTANCES];

/* The order in which the lengths of the code for code lengths are written: those that are needed
 * most often come first, so that the rest can be left out (3.2.7). */
extern const uint8_t deflate_format_code_length_order[DEFLATE_FORMAT_CODE_LENGTHS];

/* Fills in the lengths of the fixed codes (3.2.6), in bits. */
void deflate_format_fixed_lengths(uint8_t literals[DEFLATE_FORMAT_FIXED_LITERALS],
                                  uint8_t distances[DEFLATE_FORMAT_FIXED_DISTANCES]);

#endif
