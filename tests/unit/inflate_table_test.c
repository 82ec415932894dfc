/* inflate_table: codes of all shapes, looked up with every pattern of bits, and how large tables
 * can become. */
#include "step07_deflate/inflate_table.h"

#include "step07_deflate/deflate_format.h"
#include "tests/support/test.h"

#include <string.h>

enum { SECOND_BITS_MAX = 7, SLOTS_MAX = 150 };

/* The symbol whose code 15 bits begin with, by the definition in 3.2.2: counts the codes up, the
 * shortest first. -1 if there is none. */
static int find_symbol(const uint8_t *lengths, size_t symbols, unsigned bits, unsigned *length) {
    unsigned code = 0;
    for (*length = 1; *length <= DEFLATE_FORMAT_CODE_BITS_MAX; ++*length) {
        unsigned first_bits = 0; /* of the bits, the first one highest */
        for (unsigned i = 0; i < *length; i++) {
            first_bits = first_bits * 2 + (bits >> i & 1);
        }
        code *= 2;
        for (size_t symbol = 0; symbol < symbols; symbol++) {
            if (lengths[symbol] == *length && code++ == first_bits) {
                return (int)symbol;
            }
        }
    }
    return -1;
}

static unsigned extra_bits(enum inflate_alphabet alphabet, unsigned symbol) {
    if (alphabet == INFLATE_CODE_LENGTHS) {
        return symbol < 16 ? 0 : symbol == 16 ? 2 : symbol == 17 ? 3 : 7;
    }
    if (alphabet == INFLATE_DISTANCES) {
        return symbol < DEFLATE_FORMAT_DISTANCES ? deflate_format_distances[symbol].extra : 0;
    }
    return symbol > 256 && symbol < DEFLATE_FORMAT_LITERALS
               ? deflate_format_lengths[symbol - 257].extra
               : 0;
}

/* What an entry must say of its symbol. */
static bool tells(enum inflate_alphabet alphabet, uint32_t entry, unsigned symbol) {
    unsigned flags = entry & 0xf000;
    bool literals = alphabet == INFLATE_LITERALS_AND_LENGTHS;
    if (literals && symbol < 256) {
        return flags == INFLATE_ENTRY_LITERAL && entry >> 16 == symbol;
    }
    if (literals && symbol == 256) {
        return flags == (INFLATE_ENTRY_UNUSUAL | INFLATE_ENTRY_END);
    }
    if (symbol >= (literals ? 286 : alphabet == INFLATE_DISTANCES ? 30 : 19)) {
        return flags == INFLATE_ENTRY_UNUSUAL;
    }
    unsigned value = literals                        ? deflate_format_lengths[symbol - 257].base
                     : alphabet == INFLATE_DISTANCES ? deflate_format_distances[symbol].base
                                                     : symbol;
    return flags == 0 && entry >> 16 == value;
}

/* Builds the table in memory that is as large as it may become, and looks up `step`th patterns. */
static void check_table(enum inflate_alphabet alphabet, const uint8_t *lengths, size_t symbols,
                        unsigned step) {
    static const size_t entries[] = {INFLATE_LITERAL_ENTRIES, INFLATE_DISTANCE_ENTRIES,
                                     INFLATE_CODE_LENGTH_ENTRIES};
    static uint32_t table[INFLATE_LITERAL_ENTRIES + 1];
    unsigned first_bits = 0, length, wrong = 0;
    memset(table, 0xee, sizeof table);
    CHECK_EQUAL(inflate_table_build(alphabet, lengths, symbols, table, &first_bits),
                INFLATE_CODE_GOOD);
    CHECK(table[entries[alphabet]] == 0xeeeeeeee);
    for (unsigned bits = 0; bits < 1 << DEFLATE_FORMAT_CODE_BITS_MAX; bits += step) {
        uint32_t entry = table[inflate_low_bits(bits, first_bits)];
        unsigned skipped = 0;
        if ((entry & INFLATE_ENTRY_SECOND_LEVEL) != 0) {
            skipped = inflate_entry_bits(entry);
            entry = table[(entry >> 16) +
                          inflate_low_bits(bits >> skipped, inflate_entry_code_bits(entry))];
        }
        int symbol = find_symbol(lengths, symbols, bits, &length);
        if (symbol < 0) {
            wrong += (entry & 0xf000) != INFLATE_ENTRY_UNUSUAL;
            continue;
        }
        wrong += skipped + inflate_entry_code_bits(entry) != length ||
                 inflate_entry_bits(entry) !=
                     inflate_entry_code_bits(entry) + extra_bits(alphabet, (unsigned)symbol) ||
                 !tells(alphabet, entry, (unsigned)symbol);
    }
    CHECK_FOR(wrong == 0, "alphabet %d, %zu symbols: %u entries are wrong", (int)alphabet, symbols,
              wrong);
}

/* A code with `used` of these symbols, found by splitting codes at random, up to a length. */
static void make_code(uint8_t *lengths, size_t symbols, size_t used, unsigned longest) {
    memset(lengths, 0, symbols);
    lengths[0] = lengths[1] = 1;
    for (size_t count = 2; count < used;) {
        size_t split = test_random(3) == 0 ? count - 1 : test_random(count);
        if (lengths[split] < longest) {
            lengths[count] = ++lengths[split];
            count++;
        }
    }
    for (size_t i = 0; i < symbols; i++) {
        size_t other = test_random(symbols);
        uint8_t length = lengths[i];
        lengths[i] = lengths[other];
        lengths[other] = length;
    }
}

TEST("inflate_table: codes at random") {
    static const struct {
        enum inflate_alphabet alphabet;
        unsigned symbols, longest;
    } kinds[] = {{INFLATE_LITERALS_AND_LENGTHS, 286, 15},
                 {INFLATE_DISTANCES, 30, 15},
                 {INFLATE_CODE_LENGTHS, 19, 7}};
    for (unsigned i = 0; i < 300; i++) {
        uint8_t lengths[DEFLATE_FORMAT_LITERALS];
        unsigned symbols = kinds[i % 3].symbols;
        make_code(lengths, symbols, 2 + test_random(symbols - 1), kinds[i % 3].longest - i / 3 % 3);
        check_table(kinds[i % 3].alphabet, lengths, symbols, i % 3 == 0 ? 97 : 3);
    }
}

TEST("inflate_table: the fixed codes") {
    uint8_t literals[DEFLATE_FORMAT_FIXED_LITERALS], distances[DEFLATE_FORMAT_FIXED_DISTANCES];
    deflate_format_fixed_lengths(literals, distances);
    check_table(INFLATE_LITERALS_AND_LENGTHS, literals, DEFLATE_FORMAT_FIXED_LITERALS, 1);
    check_table(INFLATE_DISTANCES, distances, DEFLATE_FORMAT_FIXED_DISTANCES, 1);
}

TEST("inflate_table: codes that are not complete") {
    uint8_t lengths[DEFLATE_FORMAT_DISTANCES] = {0};
    check_table(INFLATE_DISTANCES, lengths, DEFLATE_FORMAT_DISTANCES, 1); /* none */
    lengths[7] = 1;
    check_table(INFLATE_DISTANCES, lengths, DEFLATE_FORMAT_DISTANCES, 1); /* one, of one bit */
    uint32_t table[INFLATE_DISTANCE_ENTRIES];
    unsigned bits;
    lengths[7] = 2;
    CHECK_EQUAL(
        inflate_table_build(INFLATE_DISTANCES, lengths, DEFLATE_FORMAT_DISTANCES, table, &bits),
        INFLATE_CODE_INCOMPLETE);
    lengths[8] = lengths[9] = lengths[10] = lengths[11] = 2;
    CHECK_EQUAL(
        inflate_table_build(INFLATE_DISTANCES, lengths, DEFLATE_FORMAT_DISTANCES, table, &bits),
        INFLATE_CODE_OVERSUBSCRIBED);
    /* One of each length up to 15: two of 15 make it complete. */
    for (unsigned i = 0; i < DEFLATE_FORMAT_DISTANCES; i++) {
        lengths[i] = i < 15 ? (uint8_t)(i + 1) : 0;
    }
    CHECK_EQUAL(
        inflate_table_build(INFLATE_DISTANCES, lengths, DEFLATE_FORMAT_DISTANCES, table, &bits),
        INFLATE_CODE_INCOMPLETE);
    lengths[15] = 15;
    check_table(INFLATE_DISTANCES, lengths, DEFLATE_FORMAT_DISTANCES, 1);
    lengths[16] = 15;
    CHECK_EQUAL(
        inflate_table_build(INFLATE_DISTANCES, lengths, DEFLATE_FORMAT_DISTANCES, table, &bits),
        INFLATE_CODE_OVERSUBSCRIBED);
}

/* The entries of the largest second levels in this many places of the first level, of which each is
 * looked up with `least` bits or more, with this many symbols at most; -1 if they are not enough.
 *
 * Codes are sorted by length, so a place can only have codes that are no shorter than those of the
 * one before. The fewest symbols for n bits where the shortest code has m are 2 to the power of m
 * codes of m bits, of which one is split over and over: 2^m + n - m. */
static int best[SLOTS_MAX][SECOND_BITS_MAX + 1][DEFLATE_FORMAT_LITERALS + 1];

static int largest(int slots, int least, int most, int symbols) {
    int found = -1;
    for (int bits = least; bits <= most; bits++) {
        int left = symbols - ((1 << least) + bits - least);
        int rest = left < 0 ? -1 : best[slots - 1][bits][left];
        found = rest >= 0 && rest + (1 << bits) > found ? rest + (1 << bits) : found;
    }
    return found;
}

static int entries_at_most(int symbols, int first_bits) {
    int found = 0;
    memset(best, 0, sizeof best);
    for (int slots = 1; slots < SLOTS_MAX && slots <= symbols / 2; slots++) {
        for (int least = 1; least <= 15 - first_bits; least++) {
            for (int left = 0; left <= symbols; left++) {
                best[slots][least][left] = largest(slots, least, 15 - first_bits, left);
            }
        }
        /* The other places hold short codes, as few as can be: one for each bit of their number. */
        int used = 0;
        for (int others = (1 << first_bits) - slots; others > 0; others /= 2) {
            used += others % 2;
        }
        int more = used > symbols ? -1 : best[slots][1][symbols - used];
        found = more > found ? more : found;
    }
    return (1 << first_bits) + found;
}

TEST("inflate_table: the largest tables") {
    CHECK_EQUAL(INFLATE_LITERAL_ENTRIES,
                entries_at_most(DEFLATE_FORMAT_LITERALS, INFLATE_LITERAL_BITS));
    CHECK_EQUAL(INFLATE_DISTANCE_ENTRIES,
                entries_at_most(DEFLATE_FORMAT_DISTANCES, INFLATE_DISTANCE_BITS));
}
