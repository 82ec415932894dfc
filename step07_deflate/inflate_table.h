/* inflate_table: tables that decode a Huffman code; one or two lookups find a symbol. Step 7.
 *
 * The length of each symbol's code is all that defines a Huffman code (RFC 1951, 3.2.2). The first
 * level of the table is indexed with the next bits of the data, ten bits for literals and lengths,
 * and has an entry for each value of these bits. So a symbol whose code has three bits has 128
 * equal entries, one for each value of the seven bits after its code. Where codes are longer than
 * the first level, its entry points to a second-level table, which the bits that follow index.
 *
 * An entry contains everything about its symbol, including its base and number of extra bits:
 *
 *      31            16 15 14 13 12 11    8 7     5 4        0
 *     +----------------+--+--+--+--+-------+-------+----------+
 *     |     value      |L |U |S |E | code  |   0   |   all    |
 *     +----------------+--+--+--+--+-------+-------+----------+
 *
 *     value    the literal; the base of the length or distance; the symbol of a code length
 *     L        a literal
 *     U        unusual: S or E, or a code without a meaning, which has none of L, S and E
 *     S        the second-level table begins at entry `value`; skip the `all` bits that index the
 *              first level, then index the second with the next `code` bits
 *     E        the end of the block
 *     code     how many bits the code has (on the second level: the rest of the code)
 *     all      `code` plus the number of extra bits
 */
#ifndef STEP07_DEFLATE_INFLATE_TABLE_H
#define STEP07_DEFLATE_INFLATE_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum {
    INFLATE_LITERAL_BITS = 10, /* index the first level; fewer if no code is that long */
    INFLATE_DISTANCE_BITS = 8,
    INFLATE_CODE_LENGTH_BITS = 7,

    /* The most entries that both levels have together, for any code of 286 symbols or of 30. (The
     * fixed codes have more symbols but no second level.) tests/unit/inflate_table_test.c computes
     * these numbers. */
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

/* Whether a decoder can use a code. */
enum inflate_code {
    INFLATE_CODE_GOOD,
    INFLATE_CODE_INCOMPLETE,     /* some sequences of bits begin no code */
    INFLATE_CODE_OVERSUBSCRIBED, /* there are more codes than can exist with these lengths */
};

/* Builds the table for the code in which symbol i has lengths[i] bits, or 0 bits if it is not used.
 * `table` has room for the number of entries above. `*bits` becomes the number of bits that index
 * the first level.
 *
 * An incomplete code is good in two cases only. The first is a code of one symbol, which has one
 * bit: 3.2.7 allows it for distances; zlib accepts it for literals and lengths as well, where the
 * symbol can only be the end of the block. The second is a code without any symbol, which is
 * allowed for distances. Bits without a meaning then have an unusual entry. */
enum inflate_code inflate_table_build(enum inflate_alphabet alphabet, const uint8_t *lengths,
                                      size_t symbols, uint32_t *table, unsigned *bits);

/* How many bits the code and the extra bits have together. */
static inline unsigned inflate_entry_bits(uint32_t entry) {
    return entry & 0x1f;
}

/* How many bits the code has. In an entry that points to the second level: how many bits index
 * that. */
static inline unsigned inflate_entry_code_bits(uint32_t entry) {
    return entry >> 8 & 0xf;
}

/* The lowest `count` bits, at most 63. */
static inline uint64_t inflate_low_bits(uint64_t bits, unsigned count) {
    return bits & ((UINT64_C(1) << count) - 1);
}

/* The literal, or the length or distance including its extra bits. `bits` begin with the code. */
static inline uint32_t inflate_entry_value(uint32_t entry, uint64_t bits) {
    uint64_t all = inflate_low_bits(bits, inflate_entry_bits(entry));
    return (entry >> 16) + (uint32_t)(all >> inflate_entry_code_bits(entry));
}

#endif
