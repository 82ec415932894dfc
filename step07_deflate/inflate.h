/* inflate: decompresses DEFLATE data, RFC 1951, as RFC 7692 uses it. Step 7.
 *
 *     data:    block block block ...                the end of the WebSocket message ends it
 *     block:   BFINAL  BTYPE      what follows                                       (3.2.3)
 *                x      00        the rest of the byte, LEN, NLEN, LEN bytes         (3.2.4)
 *                x      01        symbols in the fixed code                          (3.2.6)
 *                x      10        two codes, symbols in them                         (3.2.7)
 *
 * The lowest bit of each byte is read first. deflate_format.h explains the symbols.
 *
 * A final block (BFINAL 1) does not end the data: a peer may end every message with one (RFC 7692,
 * 7.2.3.4). The decoder skips the rest of the last byte of a final block, the next block begins
 * with the next byte, and its references may still reach back over all earlier output.
 *
 * The module allocates no memory and does no I/O.
 */
#ifndef STEP07_DEFLATE_INFLATE_H
#define STEP07_DEFLATE_INFLATE_H

#include "step07_deflate/deflate_format.h"
#include "step07_deflate/inflate_table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum inflate_verdict {
    INFLATE_NEEDS_INPUT, /* all input has been read; the data may end here, or needs more */
    INFLATE_NEEDS_ROOM,  /* the output is full and there is more to write; some of the input may
                            not have been read yet */
    INFLATE_BAD          /* the data breaks the format; inflate->problem says how */
};

enum {
    /* Where other connections wait for their turn, a caller passes at most this many bytes of
     * input in one call, and room for at most 64 KiB. Both bound the work of the call: a byte of
     * output takes about 3 ns, but a byte of input can take 0.4 us, a hundred times as long as
     * usual, when the input only defines codes. So 8 KiB of it take about 3 ms. */
    INFLATE_TURN = 8192
};

/* The output. The caller owns the memory. A reference may reach back over everything before
 * `length`, up to the size of the window. Between calls the caller may move the output to other
 * memory, or drop old output by moving the last bytes, as many as the window has, to the front. The
 * decoder may overwrite anything between `length` and `capacity`. */
struct inflate_output {
    uint8_t *bytes;
    size_t length, capacity;
};

/* What the decoder reads next. */
enum inflate_state {
    INFLATE_BLOCK,         /* the header of a block */
    INFLATE_STORED_LENGTH, /* LEN and NLEN */
    INFLATE_STORED,        /* bytes of a stored block */
    INFLATE_COUNTS,        /* HLIT, HDIST and HCLEN of a dynamic block */
    INFLATE_LENGTHS_CODE,  /* the code for code lengths */
    INFLATE_LENGTHS,       /* code lengths */
    INFLATE_SYMBOLS,       /* symbols of a block */
    INFLATE_REFERENCE,     /* nothing: it still has bytes of a reference to copy */
    INFLATE_FAILED
};

/* A decoder, about 8 kB. Everything but `problem` and `tables_made` is private. */
struct inflate {
    const char *problem; /* after INFLATE_BAD: a sentence with the section of the RFC */

    enum inflate_state state;
    enum inflate_verdict verdict; /* why the last call stopped */
    bool final;                   /* BFINAL of the current block */
    bool has_fixed_codes;         /* the tables hold the fixed codes */
    uint64_t tables_made; /* dynamic blocks so far, whose codes cost the most work per byte */
    size_t window;        /* bytes that references reach back */
    uint64_t bits;        /* read from the input but not used yet, the next bit lowest; */
    unsigned bit_count;   /* this many, the others are 0 */
    const uint8_t *next;  /* the input of the current call */
    size_t left;

    size_t stored_left;      /* bytes of the stored block that are not copied yet */
    size_t length, distance; /* of the reference that is being copied */

    unsigned literals, distances; /* how many code lengths the current block gives, */
    unsigned code_lengths;        /* and how many it gives for the code they are written in */
    unsigned lengths_read;        /* how many of them are in `lengths` already */
    uint8_t lengths[DEFLATE_FORMAT_FIXED_LITERALS + DEFLATE_FORMAT_FIXED_DISTANCES];

    unsigned literal_bits, distance_bits, code_length_bits; /* that index the first levels */
    uint32_t literal_table[INFLATE_LITERAL_ENTRIES];
    uint32_t distance_table[INFLATE_DISTANCE_ENTRIES];
    uint32_t code_length_table[INFLATE_CODE_LENGTH_ENTRIES];
};

/* Initializes a decoder whose window is empty and has 2^window_bits bytes; `window_bits` is 8 to
 * 15. A reference that goes further back, or to before the first byte of the output, is
 * INFLATE_BAD. There is nothing to free.
 *
 * Between two blocks the caller may empty the window by setting output->length to 0. For messages
 * without context takeover this is faster than a new start: the tables of the fixed codes stay. */
void inflate_init(struct inflate *inflate, unsigned window_bits);

/* Decompresses the `*left` bytes at `*next`, appends the result to `output`, and moves `*next` and
 * `*left` past what it has read. The input and the room may come in pieces of any size; the result
 * is the same. The decoder may keep some bits that it has read for the next call. After INFLATE_BAD
 * every further call returns INFLATE_BAD. */
enum inflate_verdict inflate_run(struct inflate *inflate, const uint8_t **next, size_t *left,
                                 struct inflate_output *output);

/* Whether the data may end here: all blocks are complete, and no bit of another one was read. */
bool inflate_is_between_blocks(const struct inflate *inflate);

#endif
