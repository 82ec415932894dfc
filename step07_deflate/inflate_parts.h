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

/* inflate_fast.c: reads symbols while there is plenty of input and of room, many times faster than
 * one by one; whether there is that much of both; and puts out a reference where there is room for
 * a little more. */
void inflate_fast_symbols(struct inflate *inflate, struct inflate_output *output);
bool inflate_is_fast(const struct inflate *inflate, const struct inflate_output *output);
void inflate_fast_copy(struct inflate *inflate, struct inflate_output *output);

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

/* The next bits, the first one lowest, and how many were taken from them. */
struct inflate_ahead {
    uint64_t bits;
    unsigned taken;
};

enum inflate_symbol {
    INFLATE_SYMBOL_LITERAL,
    INFLATE_SYMBOL_REFERENCE,
    INFLATE_SYMBOL_END_OF_BLOCK,
    INFLATE_SYMBOL_MEANINGLESS,
    INFLATE_SYMBOL_MEANINGLESS_DISTANCE
};

static inline void inflate_skip(struct inflate_ahead *ahead, unsigned count) {
    ahead->bits >>= count;
    ahead->taken += count;
}

/* The entry for the next bits; on the way to the second level those of the first are taken. */
static inline uint32_t inflate_look_up(const uint32_t *table, unsigned first_bits,
                                       struct inflate_ahead *ahead) {
    uint32_t entry = table[inflate_low_bits(ahead->bits, first_bits)];
    if ((entry & INFLATE_ENTRY_SECOND_LEVEL) != 0) {
        inflate_skip(ahead, first_bits);
        entry =
            table[(entry >> 16) + inflate_low_bits(ahead->bits, inflate_entry_code_bits(entry))];
    }
    return entry;
}

/* Reads a literal, or a length with its distance: 48 bits at most. `value` becomes the literal or
 * the length. If more bits were taken than there are, all of this is guesswork. */
static inline enum inflate_symbol inflate_read_symbol(const struct inflate *inflate,
                                                      struct inflate_ahead *ahead, size_t *value,
                                                      size_t *distance) {
    uint32_t entry = inflate_look_up(inflate->literal_table, inflate->literal_bits, ahead);
    *value = inflate_entry_value(entry, ahead->bits);
    inflate_skip(ahead, inflate_entry_bits(entry));
    if ((entry & (INFLATE_ENTRY_LITERAL | INFLATE_ENTRY_UNUSUAL)) != 0) {
        return (entry & INFLATE_ENTRY_LITERAL) != 0 ? INFLATE_SYMBOL_LITERAL
               : (entry & INFLATE_ENTRY_END) != 0   ? INFLATE_SYMBOL_END_OF_BLOCK
                                                    : INFLATE_SYMBOL_MEANINGLESS;
    }
    entry = inflate_look_up(inflate->distance_table, inflate->distance_bits, ahead);
    *distance = inflate_entry_value(entry, ahead->bits);
    inflate_skip(ahead, inflate_entry_bits(entry));
    return (entry & INFLATE_ENTRY_UNUSUAL) == 0 ? INFLATE_SYMBOL_REFERENCE
                                                : INFLATE_SYMBOL_MEANINGLESS_DISTANCE;
}

/* The block is over. */
static inline void inflate_end_block(struct inflate *inflate) {
    if (inflate->final) {
        inflate_take(inflate, inflate->bit_count % 8);
    }
    inflate->state = INFLATE_BLOCK;
}

#endif
