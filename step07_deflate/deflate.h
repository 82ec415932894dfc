/* deflate: makes messages smaller. RFC 1951; RFC 7692 section 7.2.1. Step 7.
 *
 *     bytes  --parse, matcher-->  symbols  --block, code_lengths, huffman-->  bits
 *
 * First it is found what of a message has stood before, in the message itself or in those before it
 * (parse.h, matcher.h); then what is left is written in as few bits as possible (block.h).
 *
 * All memory is the caller's. With the window 2^window_bits, in bytes:
 *
 *     window_bits          8       9      10      11      12      13      14       15
 *     deflate_memory  23,716  24,740  26,788  32,932  45,220  70,820  138,404  273,048
 */
#ifndef STEP07_DEFLATE_DEFLATE_H
#define STEP07_DEFLATE_DEFLATE_H

#include "step07_deflate/block.h"
#include "step07_deflate/matcher.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One direction of a connection. */
struct deflate {
    struct matcher matcher;
    struct block *block;
};

/* How many bytes of memory a compressor for this window needs. */
size_t deflate_memory(unsigned window_bits);

/* Starts without a history. `window_bits` is 8 to 15. The memory, of deflate_memory bytes and
 * aligned as from malloc, stays the caller's and does not have to be cleared. */
void deflate_init(struct deflate *deflate, unsigned window_bits, void *memory);

/* Compresses a whole message as the continuation of everything that was compressed before, its
 * history. A sync flush ends it: an empty stored block, so that the output ends on a byte, and its
 * last four bytes are 00 00 ff ff. No block is final. Returns true and the number of bytes written;
 * or false when it would need more than `capacity`. Then nothing that comes later refers to this
 * message: the history is as before, or, if the message was larger than 2^window_bits, perhaps
 * empty. Never writes beyond the capacity. */
bool deflate_message(struct deflate *deflate, const uint8_t *bytes, size_t length, uint8_t *out,
                     size_t capacity, size_t *written);

/* The history, to be kept in less memory while a connection is idle: copies the last bytes that
 * later messages may refer to, at most 2^window_bits, to `to`. Returns how many. */
size_t deflate_history(const struct deflate *deflate, uint8_t *to);

/* Starts, directly after deflate_init, with a history of at most 2^window_bits bytes. */
void deflate_set_history(struct deflate *deflate, const uint8_t *bytes, size_t length);

/* Forgets the history: what comes later refers to nothing before (no context takeover). Takes no
 * time to speak of: the tables stay as they are, and what is in them is too far back to count. */
void deflate_forget(struct deflate *deflate);

#endif
