#include "step07_deflate/inflate_parts.h"

#include <string.h>

enum {
    FAST_INPUT = 8,  /* bytes that the loop loads when it refills the word of bits */
    COPY_SLACK = 15, /* bytes that a copy may write beyond its end */
    /* A round of the loop writes up to three literals, or two literals and a reference. */
    FAST_ROOM = 2 + DEFLATE_FORMAT_LENGTH_MAX + COPY_SLACK
};

/* The state of the fast loop. */
struct fast {
    const uint8_t *next;
    uint8_t *out;
    uint64_t bits; /* the next bits of the data: bit_count of them, and perhaps some more */
    unsigned bit_count;
};

/* Loads eight bytes, the first lowest. Compilers make a single load of it where they can. */
static inline uint64_t load(const uint8_t *bytes) {
    return (uint64_t)bytes[0] | (uint64_t)bytes[1] << 8 | (uint64_t)bytes[2] << 16 |
           (uint64_t)bytes[3] << 24 | (uint64_t)bytes[4] << 32 | (uint64_t)bytes[5] << 40 |
           (uint64_t)bytes[6] << 48 | (uint64_t)bytes[7] << 56;
}

/* Refills the word to 56 bits or more, without a branch. If the last byte fits only in part, its
 * low bits are loaded as well but not counted; the next refill puts the same bits there again. */
static inline void fast_fill(struct fast *fast) {
    fast->bits |= load(fast->next) << fast->bit_count;
    fast->next += (63 - fast->bit_count) / 8;
    fast->bit_count |= 56;
}

/* Writes a literal if the next symbol is one and has its entry on the first level, that is, if its
 * code has at most 10 bits. */
static inline bool fast_literal(const struct inflate *inflate, struct fast *fast) {
    uint32_t entry = inflate->literal_table[inflate_low_bits(fast->bits, inflate->literal_bits)];
    if ((entry & INFLATE_ENTRY_LITERAL) == 0) {
        return false;
    }
    *fast->out++ = (uint8_t)(entry >> 16);
    fast->bits >>= inflate_entry_bits(entry);
    fast->bit_count -= inflate_entry_bits(entry);
    return true;
}

/* Copies `length` bytes from `distance` bytes back, and may write up to 15 bytes more. */
static inline void copy(uint8_t *out, size_t distance, size_t length) {
    /* For each distance below 8: its smallest multiple that is 8 or more. */
    static const uint8_t widened[] = {0, 8, 8, 9, 8, 10, 12, 14};
    const uint8_t *end = out + length;
    const uint8_t *from = out - distance;
    if (distance >= 16) {
        do {
            memcpy(out, from, 16);
            out += 16;
            from += 16;
        } while (out < end);
        return;
    }
    if (distance < 8) {
        /* Source and destination overlap. This loop makes "abababab" of "ab" at distance 2, and
         * words of 8 bytes can be copied from there. */
        for (int i = 0; i < 8; i++) {
            out[i] = from[i];
        }
        out += 8;
        from = out - widened[distance];
    }
    while (out < end) {
        memcpy(out, from, 8);
        out += 8;
        from += 8;
    }
}

/* Reads one symbol. Returns false and reads nothing if it is neither a literal nor a good
 * reference; step_symbol then decides what it is. */
static inline bool fast_symbol(const struct inflate *inflate, struct fast *fast,
                               const uint8_t *begin) {
    struct inflate_ahead ahead = {fast->bits, 0};
    size_t value, distance;
    enum inflate_symbol symbol = inflate_read_symbol(inflate, &ahead, &value, &distance);
    if (symbol == INFLATE_SYMBOL_LITERAL) {
        *fast->out++ = (uint8_t)value;
    } else if (symbol == INFLATE_SYMBOL_REFERENCE && distance <= inflate->window &&
               distance <= (size_t)(fast->out - begin)) {
        copy(fast->out, distance, value);
        fast->out += value;
    } else {
        return false;
    }
    fast->bits = ahead.bits;
    fast->bit_count -= ahead.taken;
    return true;
}

bool inflate_is_fast(const struct inflate *inflate, const struct inflate_output *output) {
    return inflate->left >= FAST_INPUT && output->capacity - output->length >= FAST_ROOM;
}

void inflate_fast_symbols(struct inflate *inflate, struct inflate_output *output) {
    if (!inflate_is_fast(inflate, output)) {
        return;
    }
    struct fast fast = {inflate->next, output->bytes + output->length, inflate->bits,
                        inflate->bit_count};
    const uint8_t *last_next = inflate->next + inflate->left - FAST_INPUT;
    const uint8_t *last_out = output->bytes + output->capacity - FAST_ROOM;
    while (fast.next <= last_next && fast.out <= last_out) {
        fast_fill(&fast);
        if (fast_literal(inflate, &fast)) {
            /* NOLINTNEXTLINE(misc-redundant-expression): each call reads another symbol. */
            if (fast_literal(inflate, &fast) && fast_literal(inflate, &fast)) {
                continue; /* one refill is always enough for three literals */
            }
            if (fast.next > last_next) {
                break;
            }
            fast_fill(&fast);
        }
        if (!fast_symbol(inflate, &fast, output->bytes)) {
            break;
        }
    }
    inflate->left -= (size_t)(fast.next - inflate->next);
    inflate->next = fast.next;
    inflate->bits = inflate_low_bits(fast.bits, fast.bit_count);
    inflate->bit_count = fast.bit_count;
    output->length = (size_t)(fast.out - output->bytes);
}

void inflate_fast_copy(struct inflate *inflate, struct inflate_output *output) {
    if (output->capacity - output->length >= inflate->length + COPY_SLACK) {
        copy(output->bytes + output->length, inflate->distance, inflate->length);
        output->length += inflate->length;
        inflate->length = 0;
    }
}
