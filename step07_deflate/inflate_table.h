/* inflate_table: Huffman codes as tables, in which one or two lookups find a symbol. Step 7.
 *
 * A code is given by the length of each symbol's code alone (RFC 1951, 3.2.2). The first level of
 * its table has an entry for every value that the next bits of the data may have, ten of them for
 * literals and lengths. A code of three bits thus has 128 equal entries, one for each value of the
 * seven bits after it. Where codes are longer than the first level, its entry leads to a second
 * level, looked up with the bits that follow.
 *
 * What is read from an entry tells all about the symbol, its base and number of extra bits too:
 *
 *      31            16 15 14 13 12 11    8 7     5 4        0
 *     +----------------+--+--+--+--+-------+-------+----------+
 *     |     value      |L |U |S |E | code  |   0   |   all    |
 *     +----------------+--+--+--+--+-------+-------+----------+
 *
 *     value    the literal; the base of the length or distance; the symbol of a code length
 *     L        a literal
 *     U        unusual: S or E, or a code that means nothing, which has none of L, S and E
 *     S        the second level begins at entry `value`, is looked up with `code` bits, and `all`
 *              bits, those of the first level, are skipped before
 *     E        the end of the block
 *     code     bits of the code itself (on the second level: of the rest of it)
 *     all      the same and the extra bits
 */
#ifndef STEP07_DEFLATE_INFLATE_TABLE_H
#define STEP07_DEFLATE_INFLATE_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum {
    INFLATE_LITERAL_BITS = 10, /* of the first level; if no code is so long it is smaller */
    INFLATE_DISTANCE_BITS = 8,
    INFLATE_CODE_LENGTH_BITS = 7,

    /* Entries of both levels at most, for any code of 286 symbols or 30 (the fixed codes, which
     * have more symbols, have no second level). tests/unit/inflate_table_test.c finds these
     * numbers. */
    INFLATE_LITERAL_ENTRIES = 1332,
    INFLATE_DISTANCE_ENTRIES = 400,
    INFLATE_CODE_LENGTH_ENTRIES = 1 << INFLATE_CODE_LENGTH_BITS,

    INFLATE_ENTRY_LITERAL = 1 << 15,
    INFLATE_ENTRY_UNUSUAL = 1 << 14,
    INFLATE_ENTRY_SECOND_LEVEL = 1 << 13,
    INFLATE_ENTRY_END = 1 << 12
};

/* What the symbols of a code mean. */
enum inflate_alphabet {
    INFLATE_LITERALS_AND_LENGTHS,
    INFLATE_DISTANCES,
    INFLATE_CODE_LENGTHS /* 0 to 15: the length itself; 16 to 18: repetitions (3.2.7) */
};

/* What there is to say of a code. */
enum inflate_code {
    INFLATE_CODE_GOOD,
    INFLATE_CODE_INCOMPLETE,     /* some bits begin no code */
    INFLATE_CODE_OVERSUBSCRIBED, /* there are more codes than their lengths leave room for */
};

/* Builds the table of the code in which symbol i has lengths[i] bits, 0 if it is not used. `table`
 * has the number of entries above; `bits` is told how many bits its first level is looked up with.
 *
 * Only one kind of code is good although it is incomplete, that of one symbol, of one bit (3.2.7
 * says so of distances; zlib takes it for literals and lengths too, where it can be the end of the
 * block only). A code for distances may have no symbol at all. Bits without a meaning then have an
 * unusual entry. */
enum inflate_code inflate_table_build(enum inflate_alphabet alphabet, const uint8_t *lengths,
                                      size_t symbols, uint32_t *table, unsigned *bits);

/* How many bits the entry stands for: the code and the extra bits. */
static inline unsigned inflate_entry_bits(uint32_t entry) {
    return entry & 0x1f;
}

/* How many of them are the code; on the way to the second level, what that is looked up with. */
static inline unsigned inflate_entry_code_bits(uint32_t entry) {
    return entry >> 8 & 0xf;
}

/* The lowest bits, up to 63. */
static inline uint64_t inflate_low_bits(uint64_t bits, unsigned count) {
    return bits & ((UINT64_C(1) << count) - 1);
}

/* The literal, or the length or distance with its extra bits; `bits` begin with the code. */
static inline uint32_t inflate_entry_value(uint32_t entry, uint64_t bits) {
    uint64_t all = inflate_low_bits(bits, inflate_entry_bits(entry));
    return (entry >> 16) + (uint32_t)(all >> inflate_entry_code_bits(entry));
}

#endif
