/* deflate_huffman: computes the best prefix code for symbols of known frequencies. RFC 1951 section
 * 3.2.2. Step 7.
 *
 * The size of the output depends only on the lengths of the codes, and both sides derive the same
 * codes from the lengths alone: shorter codes come first, and codes of equal length are in the
 * order of their symbols. If A, B, C, D have codes of 2, 1, 3, 3 bits, the codes are:
 *
 *     B  0      A  10      C  110      D  111
 */
#ifndef STEP07_DEFLATE_DEFLATE_HUFFMAN_H
#define STEP07_DEFLATE_DEFLATE_HUFFMAN_H

#include <stddef.h>
#include <stdint.h>

enum { DEFLATE_HUFFMAN_SYMBOLS_MAX = 288 };

struct deflate_huffman_code {
    uint16_t bits;  /* reversed: the first bit of the code is the lowest bit */
    uint8_t length; /* 0: the symbol has no code */
};

/* Finds the code lengths that make the sum of frequency * length smallest, then shortens codes that
 * are longer than `limit` and lengthens others for it. `count`, the number of symbols, is at most
 * DEFLATE_HUFFMAN_SYMBOLS_MAX; at most 2^limit of them may occur. A symbol of frequency 0 gets
 * length 0. If only one symbol occurs it gets length 1, which is the only incomplete code (3.2.7).
 * Returns the sum of frequency * length, the number of bits that all symbols take. */
size_t deflate_huffman_lengths(const uint16_t *frequencies, size_t count, unsigned limit,
                               uint8_t *lengths);

/* Derives the codes of `count` symbols from their lengths (3.2.2). */
void deflate_huffman_codes(const uint8_t *lengths, size_t count,
                           struct deflate_huffman_code *codes);

#endif
