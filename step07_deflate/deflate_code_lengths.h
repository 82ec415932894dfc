/* deflate_code_lengths: the two codes of a dynamic block, and how the block says what they are. RFC
 * 1951 section 3.2.7. Step 7.
 *
 *     HLIT 5 | HDIST 5 | HCLEN 4 | 3 bits for each length of the third code | the lengths
 *
 * A code is told by the lengths of its codes. These lengths are numbers from 0 to 15 that repeat a
 * lot, so they are written in a third Huffman code, which has symbols for repetitions as well:
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
    size_t size; /* bits of what is written, and of the symbols in these codes */

    size_t literal_count, distance_count; /* how many lengths are written, */
    size_t third_count;                   /* and of the third code */
    struct deflate_huffman_code third[DEFLATE_FORMAT_CODE_LENGTHS];
    size_t count; /* the lengths as symbols of the third code, each with its extra bits */
    uint8_t symbols[DEFLATE_FORMAT_LITERALS + DEFLATE_FORMAT_DISTANCES];
    uint8_t extra[DEFLATE_FORMAT_LITERALS + DEFLATE_FORMAT_DISTANCES];
};

/* Finds the best codes for symbols of these frequencies, and the best way to write these codes. */
void deflate_code_lengths_find(struct deflate_code_lengths *lengths, const uint16_t *literals,
                               const uint16_t *distances);

/* Writes them. */
void deflate_code_lengths_write(const struct deflate_code_lengths *lengths,
                                struct deflate_bits *bits);

#endif
