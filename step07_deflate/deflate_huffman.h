/* deflate_huffman: the best prefix code for symbols of known frequencies. RFC 1951 section 3.2.2.
 * Step 7.
 *
 * Only the lengths of the codes matter to the size of what they write, and from the lengths alone
 * both sides derive the same codes: shorter codes come first, and among codes of one length those
 * of smaller symbols. For the lengths 2, 1, 3, 3 of A, B, C, D:
 *
 *     B  0      A  10      C  110      D  111
 */
#ifndef STEP07_DEFLATE_DEFLATE_HUFFMAN_H
#define STEP07_DEFLATE_DEFLATE_HUFFMAN_H

#include <stddef.h>
#include <stdint.h>

enum { DEFLATE_HUFFMAN_SYMBOLS_MAX = 288 };

struct deflate_huffman_code {
    uint16_t bits;  /* reversed: the first bit of the code is the lowest here */
    uint8_t length; /* 0: the symbol has no code */
};

/* Finds the code lengths that make the sum of frequency * length smallest, then shortens those that
 * are longer than `limit` at the expense of others. `count` is at most DEFLATE_HUFFMAN_SYMBOLS_MAX,
 * and 2^limit at least the number of symbols that occur. A symbol of frequency 0 gets length 0. One
 * that is alone gets length 1, the only case in which some bits are no code (3.2.7). Returns how
 * many bits the symbols take, the sum of frequency * length. */
size_t deflate_huffman_lengths(const uint16_t *frequencies, size_t count, unsigned limit,
                               uint8_t *lengths);

/* Derives the codes from their lengths (3.2.2). */
void deflate_huffman_codes(const uint8_t *lengths, size_t count,
                           struct deflate_huffman_code *codes);

#endif
