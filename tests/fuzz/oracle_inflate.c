#include "tests/fuzz/oracle_inflate.h"

#include <string.h>

/* The data. After its end, or after a fault, all bits are zeros, and no byte comes out. */
struct reader {
    const uint8_t *data;
    size_t size, position; /* in bits */
    size_t window;
    struct wire *out;
    bool stopped;
    enum oracle_inflate verdict; /* if so */
};

/* The lengths of a code. */
struct code {
    unsigned symbols, longest;
    unsigned length[320];
};

static void stop_unless(struct reader *reader, bool good, enum oracle_inflate verdict) {
    if (!good && !reader->stopped) {
        reader->stopped = true;
        reader->verdict = verdict;
    }
}

/* Returns whether to go on. */
static bool demand(struct reader *reader, bool good) {
    stop_unless(reader, good, ORACLE_BAD);
    return !reader->stopped;
}

static unsigned read_bit(struct reader *reader) {
    stop_unless(reader, reader->position < 8 * reader->size, ORACLE_INCOMPLETE);
    if (reader->stopped) {
        return 0;
    }
    unsigned bit = reader->data[reader->position / 8] >> reader->position % 8 & 1;
    reader->position++;
    return bit;
}

/* 3.1.1: numbers other than Huffman codes have their lowest bit first. */
static unsigned read_number(struct reader *reader, unsigned bits) {
    unsigned number = 0;
    for (unsigned i = 0; i < bits; i++) {
        number += read_bit(reader) << i;
    }
    return number;
}

static void skip_to_byte(struct reader *reader) {
    reader->position = (reader->position + 7) / 8 * 8;
}

static unsigned count_length(const struct code *code, unsigned length) {
    unsigned count = 0;
    for (unsigned symbol = 0; symbol < code->symbols; symbol++) {
        count += code->length[symbol] == length;
    }
    return count;
}

/* Checks that the lengths make a code. `single` allows a single code of one bit, or none. */
static bool check_code(struct reader *reader, struct code *code, bool single) {
    unsigned share = 0; /* of 2 to the power of 15 */
    code->longest = 0;
    for (unsigned length = 1; length <= 15; length++) {
        unsigned count = count_length(code, length);
        share += count << (15 - length);
        code->longest = count > 0 ? length : code->longest;
    }
    return demand(reader, share == 1 << 15 || (share < 1 << 15 && single && code->longest <= 1));
}

/* 3.2.2: the codes of one length are consecutive numbers. Those of the next length go on from
 * there, with a 0 at the end. Returns 0 if no symbol has the code. */
static unsigned read_symbol(struct reader *reader, const struct code *code) {
    unsigned bits = 0, first = 0;
    for (unsigned length = 1;; length++) {
        unsigned count = count_length(code, length);
        bits = bits * 2 + read_bit(reader);
        first *= 2;
        if (bits < first + count) {
            unsigned nth = bits - first, symbol = 0;
            while (code->length[symbol] != length || nth-- > 0) {
                symbol++;
            }
            return symbol;
        }
        first += count;
        if (!demand(reader, length < code->longest)) {
            return 0;
        }
    }
}

/* The table of 3.2.5 follows a rule: each group of `group` symbols has one extra bit more than the
 * one before; the first two groups have none. */
static unsigned read_range(struct reader *reader, unsigned symbol, unsigned group) {
    unsigned base = 0, extra = 0;
    for (unsigned i = 0; i < symbol; i++) {
        extra = i < 2 * group ? 0 : i / group - 1;
        base += 1u << extra;
    }
    extra = symbol < 2 * group ? 0 : symbol / group - 1;
    return base + read_number(reader, extra);
}

static void read_reference(struct reader *reader, unsigned symbol, const struct code *distances) {
    if (!demand(reader, symbol <= 285)) {
        return;
    }
    unsigned length = symbol == 285 ? 258 : 3 + read_range(reader, symbol - 257, 4);
    unsigned distance_symbol = read_symbol(reader, distances);
    if (!demand(reader, distance_symbol <= 29)) {
        return;
    }
    unsigned distance = 1 + read_range(reader, distance_symbol, 2);
    bool good = demand(reader, distance <= reader->window && distance <= reader->out->len);
    for (unsigned i = 0; good && i < length; i++) {
        fuzz_add_byte(reader->out, reader->out->bytes[reader->out->len - distance]);
    }
}

static void read_symbols(struct reader *reader, const struct code *literals,
                         const struct code *distances) {
    for (;;) {
        unsigned symbol = read_symbol(reader, literals);
        if (symbol == 256 || reader->stopped) {
            return;
        }
        if (symbol < 256) {
            fuzz_add_byte(reader->out, (uint8_t)symbol);
        } else {
            read_reference(reader, symbol, distances);
        }
    }
}

static void read_stored(struct reader *reader) {
    skip_to_byte(reader);
    unsigned length = read_number(reader, 16), complement = read_number(reader, 16);
    demand(reader, length + complement == 65535);
    for (unsigned i = 0; i < length; i++) {
        uint8_t byte = (uint8_t)read_number(reader, 8);
        if (reader->stopped) {
            return;
        }
        fuzz_add_byte(reader->out, byte);
    }
}

static void read_fixed(struct reader *reader) {
    struct code literals = {288, 9, {0}}, distances = {32, 5, {0}};
    for (unsigned i = 0; i < 288; i++) {
        literals.length[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    }
    for (unsigned i = 0; i < 32; i++) {
        distances.length[i] = 5;
    }
    read_symbols(reader, &literals, &distances);
}

/* Reads the code lengths of 3.2.7, `all` of them. */
static void read_lengths(struct reader *reader, struct code *lengths, const struct code *code,
                         unsigned all) {
    lengths->symbols = 0;
    while (lengths->symbols < all) {
        unsigned symbol = read_symbol(reader, code), length = symbol, times = 1;
        if (symbol >= 16) {
            times = symbol == 16   ? 3 + read_number(reader, 2)
                    : symbol == 17 ? 3 + read_number(reader, 3)
                                   : 11 + read_number(reader, 7);
            if (!demand(reader, symbol > 16 || lengths->symbols > 0)) {
                return;
            }
            length = symbol == 16 ? lengths->length[lengths->symbols - 1] : 0;
        }
        if (!demand(reader, lengths->symbols + times <= all)) {
            return;
        }
        for (unsigned i = 0; i < times; i++) {
            lengths->length[lengths->symbols++] = length;
        }
    }
}

static void read_dynamic(struct reader *reader) {
    static const uint8_t order[] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                    11, 4,  12, 3, 13, 2, 14, 1, 15};
    struct code code = {19, 0, {0}}, all, literals, distances = {0, 0, {0}};
    unsigned literal_count = 257 + read_number(reader, 5);
    unsigned distance_count = 1 + read_number(reader, 5);
    unsigned code_count = 4 + read_number(reader, 4);
    if (!demand(reader, literal_count <= 286 && distance_count <= 30)) {
        return;
    }
    for (unsigned i = 0; i < code_count; i++) {
        code.length[order[i]] = read_number(reader, 3);
    }
    if (!check_code(reader, &code, false)) {
        return;
    }
    read_lengths(reader, &all, &code, literal_count + distance_count);
    if (reader->stopped) {
        return;
    }
    literals = all;
    literals.symbols = literal_count;
    distances.symbols = distance_count;
    memcpy(distances.length, all.length + literal_count, distance_count * sizeof all.length[0]);
    if (demand(reader, literals.length[256] > 0) && check_code(reader, &literals, true) &&
        check_code(reader, &distances, true)) {
        read_symbols(reader, &literals, &distances);
    }
}

enum oracle_inflate oracle_inflate(const uint8_t *data, size_t size, size_t window,
                                   struct wire *out) {
    struct reader reader = {.data = data, .size = size, .window = window, .out = out};
    while (!reader.stopped && reader.position < 8 * reader.size) {
        bool final = read_bit(&reader) == 1;
        switch (read_number(&reader, 2)) {
        case 0:
            read_stored(&reader);
            break;
        case 1:
            read_fixed(&reader);
            break;
        case 2:
            read_dynamic(&reader);
            break;
        default:
            demand(&reader, false);
        }
        if (final) {
            skip_to_byte(&reader);
        }
    }
    return reader.stopped ? reader.verdict : ORACLE_WHOLE;
}
