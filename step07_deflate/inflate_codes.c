#include "step07_deflate/inflate_parts.h"

#include <string.h>

enum {
    REPEAT_LAST = 16,
    REPEAT_ZERO = 17,
    REPEAT_ZERO_LONG = 18
}; /* code length symbols (3.2.7) */

void inflate_use_fixed_codes(struct inflate *inflate) {
    if (inflate->has_fixed_codes) {
        return; /* often there are many such blocks in a row */
    }
    uint8_t *distances = inflate->lengths + DEFLATE_FORMAT_FIXED_LITERALS;
    deflate_format_fixed_lengths(inflate->lengths, distances);
    inflate_table_build(INFLATE_LITERALS_AND_LENGTHS, inflate->lengths,
                        DEFLATE_FORMAT_FIXED_LITERALS, inflate->literal_table,
                        &inflate->literal_bits);
    inflate_table_build(INFLATE_DISTANCES, distances, DEFLATE_FORMAT_FIXED_DISTANCES,
                        inflate->distance_table, &inflate->distance_bits);
    inflate->has_fixed_codes = true;
}

bool inflate_step_counts(struct inflate *inflate) {
    if (!inflate_has(inflate, 14)) {
        return false;
    }
    inflate->literals = inflate_take(inflate, 5) + 257;
    inflate->distances = inflate_take(inflate, 5) + 1;
    inflate->code_lengths = inflate_take(inflate, 4) + 4;
    if (inflate->literals > DEFLATE_FORMAT_LITERALS) {
        return inflate_fail(inflate, "HLIT announces more than 286 symbols (RFC 1951, 3.2.7)");
    }
    if (inflate->distances > DEFLATE_FORMAT_DISTANCES) {
        return inflate_fail(inflate, "HDIST announces more than 30 symbols (RFC 1951, 3.2.7)");
    }
    memset(inflate->lengths, 0, DEFLATE_FORMAT_CODE_LENGTHS);
    inflate->lengths_read = 0;
    inflate->state = INFLATE_LENGTHS_CODE;
    return true;
}

bool inflate_step_lengths_code(struct inflate *inflate) {
    for (; inflate->lengths_read < inflate->code_lengths; inflate->lengths_read++) {
        if (!inflate_has(inflate, 3)) {
            return false;
        }
        uint8_t symbol = deflate_format_code_length_order[inflate->lengths_read];
        inflate->lengths[symbol] = (uint8_t)inflate_take(inflate, 3);
    }
    switch (inflate_table_build(INFLATE_CODE_LENGTHS, inflate->lengths, DEFLATE_FORMAT_CODE_LENGTHS,
                                inflate->code_length_table, &inflate->code_length_bits)) {
    case INFLATE_CODE_OVERSUBSCRIBED:
        return inflate_fail(inflate,
                            "the code for code lengths is over-subscribed (RFC 1951, 3.2.7)");
    case INFLATE_CODE_INCOMPLETE:
        return inflate_fail(inflate, "the code for code lengths is incomplete (RFC 1951, 3.2.7)");
    case INFLATE_CODE_GOOD:
        break;
    }
    inflate->lengths_read = 0;
    inflate->state = INFLATE_LENGTHS;
    return true;
}

/* Builds the tables, once all code lengths have been read. */
static bool build_tables(struct inflate *inflate) {
    if (inflate->lengths[DEFLATE_FORMAT_END_OF_BLOCK] == 0) {
        return inflate_fail(inflate, "there is no code for the end of the block "
                                     "(RFC 1951, 3.2.7)");
    }
    inflate->has_fixed_codes = false;
    inflate->tables_made++;
    switch (inflate_table_build(INFLATE_LITERALS_AND_LENGTHS, inflate->lengths, inflate->literals,
                                inflate->literal_table, &inflate->literal_bits)) {
    case INFLATE_CODE_OVERSUBSCRIBED:
        return inflate_fail(inflate, "the literal/length code is over-subscribed "
                                     "(RFC 1951, 3.2.2)");
    case INFLATE_CODE_INCOMPLETE:
        return inflate_fail(inflate, "the literal/length code is incomplete (RFC 1951, 3.2.2)");
    case INFLATE_CODE_GOOD:
        break;
    }
    switch (inflate_table_build(INFLATE_DISTANCES, inflate->lengths + inflate->literals,
                                inflate->distances, inflate->distance_table,
                                &inflate->distance_bits)) {
    case INFLATE_CODE_OVERSUBSCRIBED:
        return inflate_fail(inflate, "the distance code is over-subscribed (RFC 1951, 3.2.2)");
    case INFLATE_CODE_INCOMPLETE:
        return inflate_fail(inflate, "the distance code is incomplete (RFC 1951, 3.2.2)");
    case INFLATE_CODE_GOOD:
        break;
    }
    inflate->state = INFLATE_SYMBOLS;
    return true;
}

bool inflate_step_lengths(struct inflate *inflate) {
    /* A repetition may continue from the literals' lengths into the distances'. */
    unsigned all = inflate->literals + inflate->distances;
    while (inflate->lengths_read < all) {
        inflate_fill(inflate);
        uint64_t place = inflate_low_bits(inflate->bits, inflate->code_length_bits);
        uint32_t entry = inflate->code_length_table[place];
        if (!inflate_has(inflate, inflate_entry_bits(entry))) {
            return false;
        }
        unsigned symbol = entry >> 16;
        inflate_take(inflate, inflate_entry_code_bits(entry));
        unsigned extra =
            inflate_take(inflate, inflate_entry_bits(entry) - inflate_entry_code_bits(entry));
        unsigned count = symbol < REPEAT_LAST         ? 1
                         : symbol == REPEAT_ZERO_LONG ? 11 + extra
                                                      : 3 + extra;
        if (symbol == REPEAT_LAST && inflate->lengths_read == 0) {
            return inflate_fail(inflate, "there is no code length to repeat (RFC 1951, 3.2.7)");
        }
        if (count > all - inflate->lengths_read) {
            return inflate_fail(inflate, "a repetition gives more code lengths than HLIT and HDIST "
                                         "announce (RFC 1951, 3.2.7)");
        }
        uint8_t length = symbol < REPEAT_LAST    ? (uint8_t)symbol
                         : symbol == REPEAT_LAST ? inflate->lengths[inflate->lengths_read - 1]
                                                 : 0;
        memset(inflate->lengths + inflate->lengths_read, length, count);
        inflate->lengths_read += count;
    }
    return build_tables(inflate);
}
