/* deflate_code_lengths: finds the two codes of a dynamic block, and writes them. RFC 1951 section
 * 3.2.7. Step 7.
 *
 *     HLIT 5 | HDIST 5 | HCLEN 4 | 3 bits for each length of the third code | the lengths
 *
 * A block gives its codes by their lengths. The lengths are numbers from 0 to 15 that often repeat,
 * so the block writes them in a third Huffman code, which has symbols for repetitions as well:
 *
 *     0 to 15    this length
 *     16         the length before, 3 to 6 times    (2 extra bits)
 *     17         zero, 3 to 10 times                (3 extra bits)
 *     18         zero, 11 to 138 times              (7 extra bits)
 */
#ifndef STEP07_DEFLATE_DEFLATE_CODE_LENGTHS_H
#define STEP07_DEFLATE_DEFLATE_CODE_LENGTHS_H

#include "step07_deflate/deflate_bits.h"
#include "step07_deflate/deflate_format.h"
#include "step07_deflate/deflate_huffman.h"

#include <stddef.h>
#include <stdint.h>

struct deflate_code_lengths {
    uint8_t literals[DEFLATE_FORMAT_LITERALS];
    uint8_t distances[DEFLATE_FORMAT_DISTANCES];
    size_t size; /* in bits: of the codes as they are written, and of all symbols in these codes */

    size_t literal_count, distance_count; /* how many lengths the block gives for these codes, */
    size_t third_count;                   /* and for the third code */
    struct deflate_huffman_code third[DEFLATE_FORMAT_CODE_LENGTHS];
    size_t count; /* of symbols of the third code, which give the lengths, with their extra bits */
    uint8_t symbols[DEFLATE_FORMAT_LITERALS + DEFLATE_FORMAT_DISTANCES];
    uint8_t extra[DEFLATE_FORMAT_LITERALS + DEFLATE_FORMAT_DISTANCES];
};

/* Finds the best codes for symbols of these frequencies, DEFLATE_FORMAT_LITERALS and
 * DEFLATE_FORMAT_DISTANCES of them, and the third code, in which their lengths are written. */
void deflate_code_lengths_find(struct deflate_code_lengths *lengths, const uint16_t *literals,
                               const uint16_t *distances);

/* Writes the lengths of the codes, up to where the symbols begin. There must be room. */
void deflate_code_lengths_write(const struct deflate_code_lengths *lengths,
                                struct deflate_bits *bits);

#endif
