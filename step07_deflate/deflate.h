/* deflate: makes messages smaller. RFC 1951; RFC 7692 section 7.2.1. Step 7.
 *
 *     bytes  --parse, matcher-->  symbols  --block, code_lengths, huffman-->  bits
 *
 * First it finds what of a message has stood before, in the message itself or in earlier ones
 * (deflate_lz77.h, deflate_match.h); then it writes what is left in as few bits as possible
 * (deflate_block.h).
 *
 * All memory is the caller's. With the window 2^window_bits, in bytes:
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
    /* Bytes of a message that one call compresses at most, so that one thread can serve many
     * connections and none of them waits for long: they take some 1.5 ms, and 4 ms if the text is
     * as hard as can be. It is as much as the largest matcher holds, which is filled before it is
     * searched, so what comes out is the same as without turns. */
    DEFLATE_TURN = 65536
};

/* One direction of a connection. All of it is private. */
struct deflate {
    struct deflate_match matcher;
    struct deflate_block *block;

    /* The message, */
    const uint8_t *bytes;
    size_t length;
    size_t fed, done;                 /* how much of it the matcher has, and how much is symbols, */
    size_t block_start;               /* where in it the present block begins, */
    struct deflate_match_mark before; /* and what there was before it. */

    uint8_t *out; /* where its bits begin to be written, and where they have come to */
    struct deflate_bits bits;
};

enum deflate_verdict {
    DEFLATE_GO_ON,   /* there is more to do */
    DEFLATE_DONE,    /* the message is compressed */
    DEFLATE_TOO_LONG /* it would need more room */
};

/* How many bytes of memory a compressor for this window needs. */
size_t deflate_memory(unsigned window_bits);

/* Starts without a history. `window_bits` is 8 to 15. The memory, of deflate_memory bytes and
 * aligned as from malloc, stays the caller's and does not have to be cleared. */
void deflate_init(struct deflate *deflate, unsigned window_bits, void *memory);

/* Begins a message, which continues everything that was compressed before, its history. The message
 * and the room for what comes out of it are lent until deflate_run has another verdict than
 * DEFLATE_GO_ON. */
void deflate_begin(struct deflate *deflate, const uint8_t *bytes, size_t length, uint8_t *out,
                   size_t capacity);

/* Compresses at most DEFLATE_TURN bytes of it.
 *
 * With DEFLATE_DONE `written` is the number of bytes that have come out. A sync flush ends them: an
 * empty stored block, so that the output ends on a byte, and its last four bytes are 00 00 ff ff.
 * No block is final.
 *
 * After DEFLATE_TOO_LONG nothing that comes later refers to this message: the history is as before,
 * or, if the message was larger than 2^window_bits, perhaps empty. Nothing is ever written beyond
 * the capacity.
 *
 * A message may be abandoned after DEFLATE_GO_ON: by releasing the memory, or by deflate_forget,
 * after which another message may begin. */
enum deflate_verdict deflate_run(struct deflate *deflate, size_t *written);

/* Both, for callers that have nothing to do between the turns. Returns true and the number of bytes
 * written, or false where deflate_run says DEFLATE_TOO_LONG. */
bool deflate_message(struct deflate *deflate, const uint8_t *bytes, size_t length, uint8_t *out,
                     size_t capacity, size_t *written);

/* Between messages: the history, to be kept in less memory while a connection is idle. Copies the
 * last bytes that later messages may refer to, at most 2^window_bits, to `to`. Returns how many. */
size_t deflate_history(const struct deflate *deflate, uint8_t *to);

/* Starts, directly after deflate_init, with a history of at most 2^window_bits bytes. */
void deflate_set_history(struct deflate *deflate, const uint8_t *bytes, size_t length);

/* Forgets the history: what comes later refers to nothing before (no context takeover). Takes no
 * time to speak of: the tables stay as they are, and what is in them is too far back to count. */
void deflate_forget(struct deflate *deflate);

#endif
