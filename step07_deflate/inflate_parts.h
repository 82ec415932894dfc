/* inflate_parts: what the parts of inflate share. Only inflate*.c include it. Step 7.
 *
 * A step reads one thing, such as a header, a symbol, or a length with its distance, and only when
 * the bits of all of it are here; 48 at most, so that a word of 64 bits can hold them. It returns
 * true if it has read or put out something, else it notes with one of the functions below why the
 * call cannot go on.
 */
#ifndef STEP07_DEFLATE_INFLATE_PARTS_H
#define STEP07_DEFLATE_INFLATE_PARTS_H

#include "step07_deflate/inflate.h"

/* Reads the codes of a dynamic block; a step. */
bool inflate_step_counts(struct inflate *inflate);
bool inflate_step_lengths_code(struct inflate *inflate);
bool inflate_step_lengths(struct inflate *inflate);

/* Puts the fixed codes into the tables. */
void inflate_use_fixed_codes(struct inflate *inflate);

/* Reads the symbols of a block; a step of one symbol, or of many at once. */
bool inflate_step_symbols(struct inflate *inflate, struct inflate_output *output);

/* Puts out what a reference repeats; a step. */
bool inflate_step_reference(struct inflate *inflate, struct inflate_output *output);

/* For a step to return. */
static inline bool inflate_stop(struct inflate *inflate, enum inflate_verdict verdict) {
    inflate->verdict = verdict;
    return false;
}

static inline bool inflate_fail(struct inflate *inflate, const char *problem) {
    inflate->state = INFLATE_FAILED;
    inflate->problem = problem;
    return inflate_stop(inflate, INFLATE_BAD);
}

/* Fills the word of bits up from the input, to 56 bits or more, never to 64. */
static inline void inflate_fill(struct inflate *inflate) {
    while (inflate->bit_count < 56 && inflate->left > 0) {
        inflate->bits |= (uint64_t)*inflate->next++ << inflate->bit_count;
        inflate->bit_count += 8;
        inflate->left--;
    }
}

/* Does so, and returns whether this many bits are here. */
static inline bool inflate_has(struct inflate *inflate, unsigned count) {
    inflate_fill(inflate);
    return inflate->bit_count >= count || inflate_stop(inflate, INFLATE_NEEDS_INPUT);
}

/* Takes bits that are here. */
static inline unsigned inflate_take(struct inflate *inflate, unsigned count) {
    unsigned taken = (unsigned)inflate_low_bits(inflate->bits, count);
    inflate->bits >>= count;
    inflate->bit_count -= count;
    return taken;
}

/* The block is over. */
static inline void inflate_end_block(struct inflate *inflate) {
    if (inflate->final) {
        inflate_take(inflate, inflate->bit_count % 8);
    }
    inflate->state = INFLATE_BLOCK;
}

#endif
