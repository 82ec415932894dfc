/* inflate: takes compressed data apart, RFC 1951 as RFC 7692 uses it. Step 7.
 *
 *     data:    block block block ...                no end of its own: a WebSocket message ends it
 *     block:   BFINAL  BTYPE      what follows                                       (3.2.3)
 *                x      00        the rest of the byte, LEN, NLEN, LEN bytes         (3.2.4)
 *                x      01        symbols in the fixed code                          (3.2.6)
 *                x      10        two codes, symbols in them                         (3.2.7)
 *
 * Bits are taken from each byte lowest first. deflate_format.h says what symbols are.
 *
 * A final block (BFINAL 1) does not end the data: a peer may end every message with one (RFC 7692,
 * 7.2.3.4). The rest of its last byte is skipped, the next block begins with the next byte, and
 * references still reach back over all that came out before.
 *
 * Nothing is allocated here, and nothing is taken in or put out but what is passed to inflate_run.
 */
#ifndef STEP07_DEFLATE_INFLATE_H
#define STEP07_DEFLATE_INFLATE_H

#include "step07_deflate/deflate_format.h"
#include "step07_deflate/inflate_table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum inflate_verdict {
    INFLATE_NEEDS_INPUT, /* all input is taken, and more is needed or the data may end here */
    INFLATE_NEEDS_ROOM,  /* the output is full and there is more to come out; there may be input
                            that is not taken yet */
    INFLATE_BAD          /* the data breaks the format; inflate->problem says how */
};

enum {
    /* Bytes of input that a call may have where others wait for their turn; and room for at most
     * 64 KiB. A call's work is bounded by both: a byte that comes out takes some 3 ns, but a byte
     * of input up to 0.4 us, a hundred times as long as an ordinary one, if it is part of nothing
     * but tables for codes. So this is some 3 ms at most. */
    INFLATE_TURN = 8192
};

/* What has come out. The caller owns the memory. A reference may reach back over everything before
 * `length`, up to the window. To throw old output away the caller moves the last bytes, as many as
 * the window has, to the front between calls; it may also move the whole to other memory. What lies
 * after `length`, up to `capacity`, may be overwritten with anything. */
struct inflate_output {
    uint8_t *bytes;
    size_t length, capacity;
};

/* What comes next in the data. */
enum inflate_state {
    INFLATE_BLOCK,         /* the header of a block */
    INFLATE_STORED_LENGTH, /* LEN and NLEN */
    INFLATE_STORED,        /* bytes of a stored block */
    INFLATE_COUNTS,        /* of a dynamic block: HLIT, HDIST, HCLEN */
    INFLATE_LENGTHS_CODE,  /* the code for code lengths */
    INFLATE_LENGTHS,       /* code lengths */
    INFLATE_SYMBOLS,       /* symbols of a block */
    INFLATE_REFERENCE,     /* nothing: bytes of a reference that has been read are to come out */
    INFLATE_FAILED
};

/* A decoder, about 8 kB; all of it but `problem` and `tables_made` is private. */
struct inflate {
    const char *problem; /* after INFLATE_BAD: a sentence with the section of the RFC */

    enum inflate_state state;
    enum inflate_verdict verdict; /* why the last call could not go on */
    bool final;                   /* BFINAL of the present block */
    bool has_fixed_codes;         /* the tables hold the fixed codes */
    uint64_t tables_made; /* for dynamic blocks so far: the most work of all for few bytes */
    size_t window;        /* bytes that references reach back */
    uint64_t bits;        /* taken from the input, not used yet, the next one lowest; */
    unsigned bit_count;   /* this many, the others are 0 */
    const uint8_t *next;  /* the input of the present call */
    size_t left;

    size_t stored_left;      /* bytes of the stored block that are to come out */
    size_t length, distance; /* of the reference that is to come out */

    unsigned literals, distances; /* code lengths that the present block gives */
    unsigned code_lengths;        /* and those of the code for them */
    unsigned lengths_read;        /* how many are in `lengths` already */
    uint8_t lengths[DEFLATE_FORMAT_FIXED_LITERALS + DEFLATE_FORMAT_FIXED_DISTANCES];

    unsigned literal_bits, distance_bits, code_length_bits; /* of the first levels */
    uint32_t literal_table[INFLATE_LITERAL_ENTRIES];
    uint32_t distance_table[INFLATE_DISTANCE_ENTRIES];
    uint32_t code_length_table[INFLATE_CODE_LENGTH_ENTRIES];
};

/* Starts with nothing in the window, which has 2 to the power of `window_bits` bytes, 8 to 15.
 * References that go further back, or to before the first byte of output, are INFLATE_BAD. There is
 * nothing to free.
 *
 * Between two blocks a caller may also forget the window alone, by setting output->length to 0: for
 * messages without context takeover that is quicker, as the tables of the fixed codes stay. */
void inflate_init(struct inflate *inflate, unsigned window_bits);

/* Takes bytes from *next (advancing it, and *left down) and appends what comes out of them to
 * `output`. Input and room may come in pieces of any size; what comes out is the same. Some bytes
 * that are taken may be kept for the next call. After INFLATE_BAD every further call is
 * INFLATE_BAD. */
enum inflate_verdict inflate_run(struct inflate *inflate, const uint8_t **next, size_t *left,
                                 struct inflate_output *output);

/* Whether the data may end here: all blocks are whole, and no bit of another one is taken. */
bool inflate_is_between_blocks(const struct inflate *inflate);

#endif
