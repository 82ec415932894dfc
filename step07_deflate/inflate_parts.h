/* inflate_parts: what the files of inflate share. Only inflate*.c include it. Step 7.
 *
 * A step function reads one item, such as a header, a symbol, or a length with its distance. It
 * reads the item only when all of its bits have arrived; an item has at most 48 bits, so a word of
 * 64 bits can hold it. A step function returns true if it has read or written something. Otherwise
 * it returns inflate_stop or inflate_fail, which record why the call cannot go on.
 */
#ifndef STEP07_DEFLATE_INFLATE_PARTS_H
#define STEP07_DEFLATE_INFLATE_PARTS_H

#include "step07_deflate/inflate.h"

/* Step functions that read the codes of a dynamic block. */
bool inflate_step_counts(struct inflate *inflate);
bool inflate_step_lengths_code(struct inflate *inflate);
bool inflate_step_lengths(struct inflate *inflate);

/* Fills the tables with the fixed codes. */
void inflate_use_fixed_codes(struct inflate *inflate);

/* A step function that reads symbols of a block, one or many. */
bool inflate_step_symbols(struct inflate *inflate, struct inflate_output *output);

/* A step function that copies what a reference repeats. */
bool inflate_step_reference(struct inflate *inflate, struct inflate_output *output);

/* inflate_fast.c: inflate_fast_symbols reads symbols, many times faster than one by one, as long as
 * inflate_is_fast says that there is enough input and room. inflate_fast_copy copies the current
 * reference if the room is a little larger than the reference. */
void inflate_fast_symbols(struct inflate *inflate, struct inflate_output *output);
bool inflate_is_fast(const struct inflate *inflate, const struct inflate_output *output);
void inflate_fast_copy(struct inflate *inflate, struct inflate_output *output);

/* Each records why a step function cannot go on, and returns what it has to return: false. */
static inline bool inflate_stop(struct inflate *inflate, enum inflate_verdict verdict) {
    inflate->verdict = verdict;
    return false;
}

static inline bool inflate_fail(struct inflate *inflate, const char *problem) {
    inflate->state = INFLATE_FAILED;
    inflate->problem = problem;
    return inflate_stop(inflate, INFLATE_BAD);
}

/* Refills the word of bits from the input: to 56 to 63 bits if there is enough input. */
static inline void inflate_fill(struct inflate *inflate) {
    while (inflate->bit_count < 56 && inflate->left > 0) {
        inflate->bits |= (uint64_t)*inflate->next++ << inflate->bit_count;
        inflate->bit_count += 8;
        inflate->left--;
    }
}

/* Refills the word, and returns whether it has `count` bits. */
static inline bool inflate_has(struct inflate *inflate, unsigned count) {
    inflate_fill(inflate);
    return inflate->bit_count >= count || inflate_stop(inflate, INFLATE_NEEDS_INPUT);
}

/* Removes the next `count` bits, which the word must have, and returns them. */
static inline unsigned inflate_take(struct inflate *inflate, unsigned count) {
    unsigned taken = (unsigned)inflate_low_bits(inflate->bits, count);
    inflate->bits >>= count;
    inflate->bit_count -= count;
    return taken;
}

/* A copy of the next bits, the first one lowest, and how many of them have been skipped. A symbol
 * is read from the copy, since the decoder may not have all of its bits yet. */
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

/* Returns the table entry for the next bits. If the entry is on the second level, skips the bits
 * that index the first. */
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

/* Reads a literal, or a length with its distance, at most 48 bits. `*value` becomes the literal or
 * the length. If this has skipped more bits than the decoder has, the result is meaningless. */
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

/* Ends the block, and skips the rest of the byte if the block is final. */
static inline void inflate_end_block(struct inflate *inflate) {
    if (inflate->final) {
        inflate_take(inflate, inflate->bit_count % 8);
    }
    inflate->state = INFLATE_BLOCK;
}

#endif
