/* deflate: compresses messages. RFC 1951; RFC 7692 section 7.2.1. Step 7.
 *
 *     bytes  --lz77, match-->  symbols  --block, code_lengths, huffman-->  bits
 *
 * First it finds the parts of a message that have occurred before, in the message itself or in
 * earlier ones, and replaces them by references (deflate_lz77.h, deflate_match.h). Then it writes
 * the resulting symbols in as few bits as possible (deflate_block.h).
 *
 * All memory is the caller's. For a window of 2^window_bits bytes it takes, in bytes:
 *
 *     window_bits          8       9      10      11      12      13      14       15
 *     deflate_memory  23,716  24,740  26,788  32,932  45,220  70,820  138,404  273,048
 */
#ifndef STEP07_DEFLATE_DEFLATE_H
#define STEP07_DEFLATE_DEFLATE_H

#include "step07_deflate/deflate_bits.h"
#include "step07_deflate/deflate_block.h"
#include "step07_deflate/deflate_match.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    /* The most bytes of a message that one call compresses, so that one thread can serve many
     * connections and none of them waits for long. They take about 1.5 ms, or 4 ms if the text is
     * the hardest possible. The largest matcher holds as many bytes and is filled before it is
     * searched, so the output is the same as without turns. */
    DEFLATE_TURN = 65536
};

/* One direction of a connection. All of it is private. */
struct deflate {
    struct deflate_match matcher;
    struct deflate_block *block;

    const uint8_t *bytes; /* the message */
    size_t length;
    size_t fed, done;   /* how many bytes of it the matcher has; how many are symbols already */
    size_t block_start; /* the offset in it at which the current block begins */
    struct deflate_match_mark before; /* the state of the matcher before the message */

    uint8_t *out;             /* where the output begins */
    struct deflate_bits bits; /* where it goes on */
};

enum deflate_verdict {
    DEFLATE_GO_ON,   /* there is more to do: call again */
    DEFLATE_DONE,    /* the message is compressed */
    DEFLATE_TOO_LONG /* the output does not fit into its capacity */
};

/* How many bytes of memory a compressor with this window needs. */
size_t deflate_memory(unsigned window_bits);

/* Initializes a compressor without a history. `window_bits` is 8 to 15. `memory` has
 * deflate_memory(window_bits) bytes, aligned as from malloc; it stays the caller's and does not
 * have to be cleared. */
void deflate_init(struct deflate *deflate, unsigned window_bits, void *memory);

/* Begins a message of `length` bytes, which may refer to the history, that is, to the messages
 * compressed before it. The output goes to `out`, which has room for `capacity` bytes. The caller
 * lends both until deflate_run returns something other than DEFLATE_GO_ON. */
void deflate_begin(struct deflate *deflate, const uint8_t *bytes, size_t length, uint8_t *out,
                   size_t capacity);

/* Compresses at most DEFLATE_TURN more bytes of the message.
 *
 * With DEFLATE_DONE `*written` becomes the number of bytes of output. They end with a sync flush,
 * which is an empty stored block: the output ends on a byte boundary, and its last four bytes are
 * 00 00 ff ff. No block is final.
 *
 * After DEFLATE_TOO_LONG no later message refers to this one: the history is what it was before, or
 * may be empty if the message was larger than 2^window_bits bytes. Nothing is ever written beyond
 * the capacity.
 *
 * After DEFLATE_GO_ON the caller may abandon the message, by freeing the memory or by calling
 * deflate_forget; then another message may begin. */
enum deflate_verdict deflate_run(struct deflate *deflate, size_t *written);

/* deflate_begin and then deflate_run to the end, for callers that have nothing to do between the
 * turns. Returns true and sets `*written`, or returns false for DEFLATE_TOO_LONG. */
bool deflate_message(struct deflate *deflate, const uint8_t *bytes, size_t length, uint8_t *out,
                     size_t capacity, size_t *written);

/* Copies the history to `to`, so that it can be kept in less memory while a connection is idle: the
 * last bytes that later messages may refer to, at most 2^window_bits. Returns how many. To be
 * called between messages. */
size_t deflate_history(const struct deflate *deflate, uint8_t *to);

/* Copies a history of at most 2^window_bits bytes into a new compressor. To be called directly
 * after deflate_init. */
void deflate_set_history(struct deflate *deflate, const uint8_t *bytes, size_t length);

/* Forgets the history: no later message refers to earlier ones (no context takeover). This takes
 * hardly any time: the tables stay as they are, and their old entries are out of reach. */
void deflate_forget(struct deflate *deflate);

#endif
