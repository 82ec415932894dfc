/* deflate_format: the constants of the DEFLATE format, RFC 1951, 3.2. Both the compressor and the
 * decompressor use them. Step 7.
 *
 * Compressed data is a sequence of blocks. A block consists of symbols, which are bytes of the text
 * or references to earlier text. Each symbol is written as its Huffman code:
 *
 *     literal/length symbol    0 to 255    this byte
 *                              256         the end of the block
 *                              257 to 285  a length of 3 to 258 bytes; a distance symbol follows
 *     distance symbol          0 to 29     a distance of 1 to 32768 bytes back
 *
 * A length symbol or a distance symbol stands for a range of values. The extra bits after its code
 * choose one of them: length = base + extra bits.
 */
#ifndef STEP07_DEFLATE_DEFLATE_FORMAT_H
#define STEP07_DEFLATE_DEFLATE_FORMAT_H

#include <stdint.h>

enum {
    DEFLATE_FORMAT_STORED = 0, /* the block types (3.2.3) */
    DEFLATE_FORMAT_FIXED = 1,
    DEFLATE_FORMAT_DYNAMIC = 2,

    DEFLATE_FORMAT_LITERALS = 286,       /* literal/length symbols that have a meaning, */
    DEFLATE_FORMAT_FIXED_LITERALS = 288, /* and those that the fixed code includes (3.2.6) */
    DEFLATE_FORMAT_DISTANCES = 30,       /* the same for distances */
    DEFLATE_FORMAT_FIXED_DISTANCES = 32,
    DEFLATE_FORMAT_CODE_LENGTHS = 19, /* symbols of the code for code lengths (3.2.7) */

    DEFLATE_FORMAT_END_OF_BLOCK = 256,
    DEFLATE_FORMAT_FIRST_LENGTH = 257, /* the symbol of the smallest length */
    DEFLATE_FORMAT_CODE_BITS_MAX = 15, /* bits of the longest Huffman code */
    DEFLATE_FORMAT_CODE_LENGTH_BITS_MAX = 7,
    DEFLATE_FORMAT_LENGTH_MIN = 3, /* bytes that a reference repeats */
    DEFLATE_FORMAT_LENGTH_MAX = 258,
    DEFLATE_FORMAT_DISTANCE_MAX = 32768,
    DEFLATE_FORMAT_STORED_MAX = 65535,  /* bytes of a stored block */
    DEFLATE_FORMAT_WINDOW_BITS_MIN = 8, /* references reach 2^n bytes back */
    DEFLATE_FORMAT_WINDOW_BITS_MAX = 15
};

/* What a symbol stands for: `base` plus the value of the `extra` bits after its code. */
struct deflate_format_range {
    uint16_t base;
    uint8_t extra;
};

extern const struct deflate_format_range
    deflate_format_lengths[DEFLATE_FORMAT_LITERALS - DEFLATE_FORMAT_FIRST_LENGTH];
extern const struct deflate_format_range deflate_format_distances[DEFLATE_FORMAT_DISTANCES];

/* The order in which a block gives the lengths of the code for code lengths (3.2.7): the lengths
 * used most often come first, so that the block can leave out the last ones. */
extern const uint8_t deflate_format_code_length_order[DEFLATE_FORMAT_CODE_LENGTHS];

/* Writes the lengths of the fixed codes (3.2.6), in bits, to both arrays. */
void deflate_format_fixed_lengths(uint8_t literals[DEFLATE_FORMAT_FIXED_LITERALS],
                                  uint8_t distances[DEFLATE_FORMAT_FIXED_DISTANCES]);

#endif
