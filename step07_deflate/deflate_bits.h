/* deflate_bits: writes numbers of any width one after the other. RFC 1951 section 3.1.1. Step 7.
 *
 * The first bit of the data is the lowest bit of the first byte. Bits that do not fill a byte yet
 * wait in a word:
 *
 *     bytes written | `count` bits waiting in the word, the oldest lowest
 *
 * Numbers are written lowest bit first. Huffman codes are written highest bit first, which is why
 * deflate_huffman.h stores them reversed.
 */
#ifndef STEP07_DEFLATE_DEFLATE_BITS_H
#define STEP07_DEFLATE_DEFLATE_BITS_H

#include <stddef.h>
#include <stdint.h>

struct deflate_bits {
    uint8_t *next, *end; /* where the next byte goes, and the end of the room */
    uint64_t waiting;
    unsigned count; /* bits waiting, at most 7 after deflate_bits_flush */
};

enum { DEFLATE_BITS_WAITING_MAX = 63 };

/* Writes the bits that wait, as far as they fill whole bytes. The caller has made sure that there
 * is room. */
static inline void deflate_bits_flush(struct deflate_bits *bits) {
    if (bits->end - bits->next >= 8) {
        /* Writes eight bytes at once; the next call overwrites those that were not full. Compilers
         * make a single store of this where they can. */
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

/* Appends a number of `count` bits to those that wait, at most DEFLATE_BITS_WAITING_MAX in all. The
 * number has no higher bits. */
static inline void deflate_bits_add(struct deflate_bits *bits, uint64_t number, unsigned count) {
    bits->waiting |= number << bits->count;
    bits->count += count;
}

/* Writes a number of `count` bits, at most 56; at most 7 wait, as after deflate_bits_flush. */
static inline void deflate_bits_put(struct deflate_bits *bits, uint64_t number, unsigned count) {
    deflate_bits_add(bits, number, count);
    deflate_bits_flush(bits);
}

/* Fills the last byte up with zeros. */
static inline void deflate_bits_align(struct deflate_bits *bits) {
    deflate_bits_put(bits, 0, -bits->count & 7);
}

#endif
