/* deflate_block: collects the symbols of a block, then writes the block in the form that takes the
 * fewest bits. RFC 1951 section 3.2.3. Step 7.
 *
 *     stored     000 | zeros to the end of the byte | LEN | NLEN | the bytes as they are
 *     fixed      010 | the symbols, in the codes that RFC 1951 defines (3.2.6)
 *     dynamic    001 | the lengths of the codes (3.2.7) | the symbols, in these codes
 *
 * The three bits on the left are in the order in which they are written. The first, BFINAL, marks
 * the last block of all. A block of a WebSocket message may have it (RFC 7692, 7.2.3.4). Ours never
 * do, since another message may follow.
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

/* A reference is stored as distance * 2^9 + length. A literal is stored as its byte, which gives it
 * the distance 0. */
enum { DEFLATE_BLOCK_LENGTH_BITS = 9 };

/* The current block, and the tables that all blocks need. */
struct deflate_block {
    uint32_t *symbols;
    size_t count, capacity;
    uint16_t literals[DEFLATE_FORMAT_LITERALS];   /* how often each literal/length symbol occurs, */
    uint16_t distances[DEFLATE_FORMAT_DISTANCES]; /* and each distance symbol */
    struct deflate_huffman_code fixed_literals[DEFLATE_FORMAT_FIXED_LITERALS];
    struct deflate_huffman_code fixed_distances[DEFLATE_FORMAT_FIXED_DISTANCES];
    /* The symbol of each length, and of each distance. The lower half of of_distance is for
     * distances up to 256. Larger distances share their symbol with all that have the same
     * (distance - 1) / 128, which indexes the upper half. */
    uint8_t of_length[DEFLATE_FORMAT_LENGTH_MAX + 1];
    uint8_t of_distance[512];
};

/* Prepares for blocks of at most `capacity` symbols, which is at most 65534. `symbols` has room for
 * them and stays the caller's. */
void deflate_block_init(struct deflate_block *block, uint32_t *symbols, size_t capacity);

/* Begins an empty block. */
void deflate_block_begin(struct deflate_block *block);

/* The symbol of a distance, 1 to 32768. */
static inline size_t deflate_block_distance_symbol(const struct deflate_block *block,
                                                   size_t distance) {
    size_t from_zero = distance - 1;
    return block->of_distance[from_zero < 256 ? from_zero : 256 + (from_zero >> 7)];
}

/* Adds a byte to a block that is not full. */
static inline void deflate_block_add_literal(struct deflate_block *block, uint8_t byte) {
    block->literals[byte]++;
    block->symbols[block->count++] = byte;
}

/* Adds a reference to the `length` bytes that lie `distance` bytes back, to a block that is not
 * full. */
static inline void deflate_block_add_match(struct deflate_block *block, size_t length,
                                           size_t distance) {
    block->literals[DEFLATE_FORMAT_FIRST_LENGTH + block->of_length[length]]++;
    block->distances[deflate_block_distance_symbol(block, distance)]++;
    block->symbols[block->count++] = (uint32_t)(distance << DEFLATE_BLOCK_LENGTH_BITS | length);
}

/* Writes the block. `bytes` is the text that its symbols stand for. Returns false, and writes
 * nothing, if there is no room for the block and a sync flush after it. */
bool deflate_block_write(struct deflate_block *block, const uint8_t *bytes, size_t length,
                         struct deflate_bits *bits);

/* Writes a sync flush, that is, an empty stored block, which ends on a byte boundary. The sender
 * removes its last four bytes (RFC 7692, 7.2.1). Returns false, and writes nothing, if there is no
 * room. */
bool deflate_block_flush(struct deflate_bits *bits);

#endif
