/* deflate_bits: numbers of any width, written one after the other. RFC 1951 section 3.1.1. Step 7.
 *
 * The first bit of the data is the lowest bit of the first byte. What has been written but does not
 * fill a byte yet waits in a word:
 *
 *     bytes already out | count bits waiting in the word, the oldest lowest
 *
 * Numbers go in lowest bit first. Huffman codes go in highest bit first, which is why
 * deflate_huffman.h keeps them reversed.
 */
#ifndef STEP07_DEFLATE_DEFLATE_BITS_H
#define STEP07_DEFLATE_DEFLATE_BITS_H

#include <stddef.h>
#include <stdint.h>

struct deflate_bits {
    uint8_t *next, *end; /* where the next byte goes, and where there is no more room */
    uint64_t waiting;
    unsigned count; /* bits that wait, at most 7 after deflate_bits_flush */
};

enum { DEFLATE_BITS_WAITING_MAX = 63 };

/* Writes whole bytes of what waits. The caller makes sure that there is room. */
static inline void deflate_bits_flush(struct deflate_bits *bits) {
    if (bits->end - bits->next >= 8) {
        /* Eight bytes at once, of which the next call overwrites those that were not full yet. A
         * compiler makes a single store of this on a machine whose words are in this order. */
        for (unsigned i = 0; i < 8; i++) {
            bits->next[i] = (uint8_t)(bits->waiting >> 8 * i);
        }
        bits->next += bits->count / 8;
        bits->waiting >>= bits->count & ~7u;
        bits->count &= 7;
        return;
    }
    for (; bits->count >= 8; bits->count -= 8) {
        *bits->next++ = (uint8_t)bits->waiting;
        bits->waiting >>= 8;
    }
}

/* Lets the `count` lowest bits of a number that has no others wait. */
static inline void deflate_bits_add(struct deflate_bits *bits, uint64_t number, unsigned count) {
    bits->waiting |= number << bits->count;
    bits->count += count;
}

/* Writes them, at most 56. */
static inline void deflate_bits_put(struct deflate_bits *bits, uint64_t number, unsigned count) {
    deflate_bits_add(bits, number, count);
    deflate_bits_flush(bits);
}

/* Fills up the last byte with zeros. */
static inline void deflate_bits_align(struct deflate_bits *bits) {
    deflate_bits_put(bits, 0, -bits->count & 7);
}

#endif
