/* deflate_block: the symbols of a block, gathered, and then written in the way that takes the
 * fewest bits. RFC 1951 section 3.2.3. Step 7.
 *
 *     stored     000 | zeros to the end of the byte | LEN | NLEN | the bytes as they are
 *     fixed      010 | the symbols, in codes that everybody knows
 *     dynamic    001 | the lengths of the codes (3.2.7) | the symbols, in these codes
 *
 * The first of the three bits on the left, as they are written, says whether the block is the last
 * of all. In a WebSocket message it may say so (RFC 7692, 7.2.3.4). Ours never does, since another
 * message may follow.
 */
#ifndef STEP07_DEFLATE_DEFLATE_BLOCK_H
#define STEP07_DEFLATE_DEFLATE_BLOCK_H

#include "step07_deflate/deflate_bits.h"
#include "step07_deflate/deflate_format.h"
#include "step07_deflate/deflate_huffman.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DEFLATE_BLOCK_FLUSH_SIZE = 4 /* bytes of a sync flush, after its three bits and the padding */
};

/* A symbol is kept as its distance * 2^9 + its length; a byte as itself, with the distance 0. */
enum { DEFLATE_BLOCK_LENGTH_BITS = 9 };

/* The block that is being gathered, and what all blocks need. */
struct deflate_block {
    uint32_t *symbols;
    size_t count, capacity;
    uint16_t literals[DEFLATE_FORMAT_LITERALS];   /* how often each literal/length symbol occurs */
    uint16_t distances[DEFLATE_FORMAT_DISTANCES]; /* and each distance symbol */
    struct deflate_huffman_code fixed_literals[DEFLATE_FORMAT_FIXED_LITERALS];
    struct deflate_huffman_code fixed_distances[DEFLATE_FORMAT_FIXED_DISTANCES];
    /* The symbol of each length, and of each distance: of those up to 256 in the lower half, of
     * others, which share theirs with their neighbours, by their 128s in the upper half. */
    uint8_t of_length[DEFLATE_FORMAT_LENGTH_MAX + 1];
    uint8_t of_distance[512];
};

/* Prepares for blocks of at most `capacity` symbols, at most 65534, kept in memory of the
 * caller's. */
void deflate_block_init(struct deflate_block *block, uint32_t *symbols, size_t capacity);

/* Begins an empty block. */
void deflate_block_begin(struct deflate_block *block);

static inline size_t deflate_block_distance_symbol(const struct deflate_block *block,
                                                   size_t distance) {
    size_t from_zero = distance - 1;
    return block->of_distance[from_zero < 256 ? from_zero : 256 + (from_zero >> 7)];
}

/* Adds a byte, to a block that is not full. */
static inline void deflate_block_add_literal(struct deflate_block *block, uint8_t byte) {
    block->literals[byte]++;
    block->symbols[block->count++] = byte;
}

/* Adds a reference: `length` bytes as they stood `distance` bytes before. */
static inline void deflate_block_add_match(struct deflate_block *block, size_t length,
                                           size_t distance) {
    block->literals[DEFLATE_FORMAT_FIRST_LENGTH + block->of_length[length]]++;
    block->distances[deflate_block_distance_symbol(block, distance)]++;
    block->symbols[block->count++] = (uint32_t)(distance << DEFLATE_BLOCK_LENGTH_BITS | length);
}

/* Writes the block. `bytes` are what its symbols stand for. Returns false, and writes nothing, when
 * there would not be room for it and a sync flush after it. */
bool deflate_block_write(struct deflate_block *block, const uint8_t *bytes, size_t length,
                         struct deflate_bits *bits);

/* Writes an empty stored block, which ends on a byte; RFC 7692 takes its last four bytes off
 * (7.2.1). Returns false, and writes nothing, when there is no room. */
bool deflate_block_flush(struct deflate_bits *bits);

#endif
