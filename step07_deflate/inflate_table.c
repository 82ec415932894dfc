#include "step07_deflate/inflate_table.h"

#include "step07_deflate/deflate_format.h"

#include <string.h>

/* The entry of bits without a meaning, as if they were a code of one bit. */
static const uint32_t meaningless = INFLATE_ENTRY_UNUSUAL | 1 << 8 | 1;

static uint32_t make_entry(unsigned value, unsigned flags, unsigned code_bits,
                           unsigned extra_bits) {
    return (uint32_t)value << 16 | flags | code_bits << 8 | (code_bits + extra_bits);
}

/* The entry of a symbol whose code has `bits` bits on this level. */
static uint32_t symbol_entry(enum inflate_alphabet alphabet, unsigned symbol, unsigned bits) {
    static const uint8_t repeat_bits[] = {2, 3, 7}; /* of the code length symbols 16, 17, 18 */
    const struct deflate_format_range *range = NULL;
    if (alphabet == INFLATE_CODE_LENGTHS) {
        return make_entry(symbol, 0, bits, symbol < 16 ? 0 : repeat_bits[symbol - 16]);
    }
    if (alphabet == INFLATE_LITERALS_AND_LENGTHS) {
        if (symbol < DEFLATE_FORMAT_END_OF_BLOCK) {
            return make_entry(symbol, INFLATE_ENTRY_LITERAL, bits, 0);
        }
        if (symbol == DEFLATE_FORMAT_END_OF_BLOCK) {
            return make_entry(0, INFLATE_ENTRY_UNUSUAL | INFLATE_ENTRY_END, bits, 0);
        }
        range = symbol < DEFLATE_FORMAT_LITERALS
                    ? &deflate_format_lengths[symbol - DEFLATE_FORMAT_FIRST_LENGTH]
                    : NULL;
    } else {
        range = symbol < DEFLATE_FORMAT_DISTANCES ? &deflate_format_distances[symbol] : NULL;
    }
    return range != NULL ? make_entry(range->base, 0, bits, range->extra)
                         : make_entry(0, INFLATE_ENTRY_UNUSUAL, bits, 0);
}

/* The symbols of a code, sorted by the lengths of their codes. */
struct code {
    uint16_t count[DEFLATE_FORMAT_CODE_BITS_MAX + 1]; /* symbols of each length */
    uint16_t sorted[DEFLATE_FORMAT_FIXED_LITERALS];   /* the symbols by length, then by number */
    unsigned longest;
};

static enum inflate_code sort(struct code *code, const uint8_t *lengths, size_t symbols) {
    uint16_t place[DEFLATE_FORMAT_CODE_BITS_MAX + 2] = {0};
    int room = 1; /* how many codes of a length the shorter codes leave room for */
    /* Most lengths equal the length before them. To read a number that it has just written, a
     * processor has to wait, so odd and even symbols are counted separately. */
    uint16_t count[2][DEFLATE_FORMAT_CODE_BITS_MAX + 1] = {{0}};
    for (size_t symbol = 0; symbol < symbols; symbol++) {
        count[symbol % 2][lengths[symbol]]++;
    }
    code->longest = 0;
    for (unsigned length = 1; length <= DEFLATE_FORMAT_CODE_BITS_MAX; length++) {
        code->count[length] = (uint16_t)(count[0][length] + count[1][length]);
        room = 2 * room - code->count[length];
        if (room < 0) {
            return INFLATE_CODE_OVERSUBSCRIBED;
        }
        code->longest = code->count[length] > 0 ? length : code->longest;
        place[length + 1] = (uint16_t)(place[length] + code->count[length]);
    }
    for (unsigned symbol = 0; symbol < symbols; symbol++) {
        if (lengths[symbol] > 0) {
            code->sorted[place[lengths[symbol]]++] = (uint16_t)symbol;
        }
    }
    return room > 0 ? INFLATE_CODE_INCOMPLETE : INFLATE_CODE_GOOD;
}

/* Returns the code after `code`. The first bit of a code is the lowest bit of the number that
 * indexes the tables, so codes are counted with their bits reversed here. A code that continues
 * with the next length gets a 0 at its end, which does not change the reversed number. */
static unsigned next_code(unsigned code, unsigned length) {
    unsigned bit = 1u << (length - 1);
    while ((code & bit) != 0) { /* the carry; after the very last code no bit is left */
        bit >>= 1;
    }
    return bit == 0 ? 0 : (code & (bit - 1)) | bit;
}

/* How many bits index a second-level table whose shortest code has `length` bits: enough for the
 * longest code that begins with the same `first_bits` bits. Codes are in order of length, and
 * `count` counts only codes that have no entry yet. */
static unsigned second_level_bits(const struct code *code, unsigned first_bits, unsigned length) {
    unsigned filled = code->count[length];
    while (filled < 1u << (length - first_bits)) {
        length++;
        filled = 2 * filled + code->count[length];
    }
    return length - first_bits;
}

static void fill_second_level(struct code *code, enum inflate_alphabet alphabet, uint32_t *table,
                              unsigned first_bits, unsigned bits, const uint16_t *symbol) {
    size_t start = 0, next = (size_t)1 << first_bits; /* of the current table, and after it */
    unsigned length = first_bits + 1, level_bits = 0, prefix = ~0u;
    while (length <= code->longest) {
        if (code->count[length] == 0) {
            length++;
            continue;
        }
        unsigned first = bits & ((1u << first_bits) - 1);
        if (first != prefix) {
            prefix = first;
            level_bits = second_level_bits(code, first_bits, length);
            start = next;
            next += (size_t)1 << level_bits;
            table[prefix] = (uint32_t)start << 16 | INFLATE_ENTRY_UNUSUAL |
                            INFLATE_ENTRY_SECOND_LEVEL | level_bits << 8 | first_bits;
        }
        uint32_t entry = symbol_entry(alphabet, *symbol++, length - first_bits);
        for (size_t i = bits >> first_bits; i >> level_bits == 0;
             i += (size_t)1 << (length - first_bits)) {
            table[start + i] = entry;
        }
        code->count[length]--;
        bits = next_code(bits, length);
    }
}

enum inflate_code inflate_table_build(enum inflate_alphabet alphabet, const uint8_t *lengths,
                                      size_t symbols, uint32_t *table, unsigned *bits) {
    static const uint8_t first_bits_max[] = {INFLATE_LITERAL_BITS, INFLATE_DISTANCE_BITS,
                                             INFLATE_CODE_LENGTH_BITS};
    struct code code;
    enum inflate_code verdict = sort(&code, lengths, symbols);
    if (verdict == INFLATE_CODE_INCOMPLETE && alphabet != INFLATE_CODE_LENGTHS &&
        code.longest <= 1) {
        table[0] = table[1] = meaningless; /* one bit or none indexes the table */
        verdict = INFLATE_CODE_GOOD;
    }
    if (verdict != INFLATE_CODE_GOOD) {
        return verdict;
    }
    unsigned first_bits =
        code.longest < first_bits_max[alphabet] ? code.longest : first_bits_max[alphabet];
    const uint16_t *symbol = code.sorted;
    unsigned next = 0;
    for (unsigned length = 1; length <= first_bits; length++) {
        /* Two copies of the table for codes of up to n bits are the table for up to n + 1 bits. The
         * entries that longer codes begin with are written later. */
        size_t half = (size_t)1 << (length - 1);
        if (length > 1) {
            memcpy(table + half, table, half * sizeof *table);
        }
        for (unsigned i = 0; i < code.count[length]; i++) {
            table[next] = symbol_entry(alphabet, *symbol++, length);
            next = next_code(next, length);
        }
    }
    fill_second_level(&code, alphabet, table, first_bits, next, symbol);
    *bits = first_bits;
    return INFLATE_CODE_GOOD;
}
