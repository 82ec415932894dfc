#include "step07_deflate/inflate_parts.h"

#include <string.h>

enum {
    FAST_INPUT = 8,  /* bytes that the fast loop looks at when it fills the word of bits */
    COPY_SLACK = 15, /* bytes that a copy may write beyond its end */
    /* In a round it puts out up to three literals, or two and a reference. */
    FAST_ROOM = 2 + DEFLATE_FORMAT_LENGTH_MAX + COPY_SLACK
};

/* The next bits, the first one lowest, and how many were taken from them. */
struct ahead {
    uint64_t bits;
    unsigned taken;
};

enum symbol { LITERAL, REFERENCE, END_OF_BLOCK, MEANINGLESS, MEANINGLESS_DISTANCE };

static inline void skip(struct ahead *ahead, unsigned count) {
    ahead->bits >>= count;
    ahead->taken += count;
}

/* The entry for the next bits; on the way to the second level those of the first are taken. */
static inline uint32_t look_up(const uint32_t *table, unsigned first_bits, struct ahead *ahead) {
    uint32_t entry = table[inflate_low_bits(ahead->bits, first_bits)];
    if ((entry & INFLATE_ENTRY_SECOND_LEVEL) != 0) {
        skip(ahead, first_bits);
        entry =
            table[(entry >> 16) + inflate_low_bits(ahead->bits, inflate_entry_code_bits(entry))];
    }
    return entry;
}

/* Reads a literal, or a length with its distance: 48 bits at most. `value` becomes the literal or
 * the length. If more bits were taken than there are, all of this is guesswork. */
static inline enum symbol read_symbol(const struct inflate *inflate, struct ahead *ahead,
                                      size_t *value, size_t *distance) {
    uint32_t entry = look_up(inflate->literal_table, inflate->literal_bits, ahead);
    *value = inflate_entry_value(entry, ahead->bits);
    skip(ahead, inflate_entry_bits(entry));
    if ((entry & (INFLATE_ENTRY_LITERAL | INFLATE_ENTRY_UNUSUAL)) != 0) {
        return (entry & INFLATE_ENTRY_LITERAL) != 0 ? LITERAL
               : (entry & INFLATE_ENTRY_END) != 0   ? END_OF_BLOCK
                                                    : MEANINGLESS;
    }
    entry = look_up(inflate->distance_table, inflate->distance_bits, ahead);
    *distance = inflate_entry_value(entry, ahead->bits);
    skip(ahead, inflate_entry_bits(entry));
    return (entry & INFLATE_ENTRY_UNUSUAL) == 0 ? REFERENCE : MEANINGLESS_DISTANCE;
}

/* Where the fast loop stands. */
struct fast {
    const uint8_t *next;
    uint8_t *out;
    uint64_t bits; /* the next ones; there may be more of them than bit_count, all true ones */
    unsigned bit_count;
};

/* Eight bytes, the first lowest. Compilers make one load of it where that is the same. */
static inline uint64_t load(const uint8_t *bytes) {
    return (uint64_t)bytes[0] | (uint64_t)bytes[1] << 8 | (uint64_t)bytes[2] << 16 |
           (uint64_t)bytes[3] << 24 | (uint64_t)bytes[4] << 32 | (uint64_t)bytes[5] << 40 |
           (uint64_t)bytes[6] << 48 | (uint64_t)bytes[7] << 56;
}

/* Fills the word up to 56 bits or more, without a branch. Bits of a byte that does not fit whole
 * are there too, and come once more, at the same place, the next time. */
static inline void fast_fill(struct fast *fast) {
    fast->bits |= load(fast->next) << fast->bit_count;
    fast->next += (63 - fast->bit_count) / 8;
    fast->bit_count |= 56;
}

/* Puts out a literal if that comes next and has its entry on the first level: 10 bits at most. */
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

/* Repeats what lies `distance` bytes back, and writes up to 15 bytes too many. */
static inline void fast_copy(uint8_t *out, size_t distance, size_t length) {
    /* The smallest multiple of the distance that is 8 or more. */
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
        /* What is repeated overlaps itself: "ab" 2 back becomes "abababab" here, which can then be
         * repeated in words as well. */
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

/* Reads one symbol. What is neither a literal nor a good reference is not taken: the careful step
 * says what it is. */
static inline bool fast_symbol(const struct inflate *inflate, struct fast *fast,
                               const uint8_t *begin) {
    struct ahead ahead = {fast->bits, 0};
    size_t value, distance;
    enum symbol symbol = read_symbol(inflate, &ahead, &value, &distance);
    if (symbol == LITERAL) {
        *fast->out++ = (uint8_t)value;
    } else if (symbol == REFERENCE && distance <= inflate->window &&
               distance <= (size_t)(fast->out - begin)) {
        fast_copy(fast->out, distance, value);
        fast->out += value;
    } else {
        return false;
    }
    fast->bits = ahead.bits;
    fast->bit_count -= ahead.taken;
    return true;
}

/* Reads symbols while there is plenty of input and of room. */
static void fast_symbols(struct inflate *inflate, struct inflate_output *output) {
    struct fast fast = {inflate->next, output->bytes + output->length, inflate->bits,
                        inflate->bit_count};
    const uint8_t *last_next = inflate->next + inflate->left - FAST_INPUT;
    const uint8_t *last_out = output->bytes + output->capacity - FAST_ROOM;
    while (fast.next <= last_next && fast.out <= last_out) {
        fast_fill(&fast);
        if (fast_literal(inflate, &fast)) {
            /* NOLINTNEXTLINE(misc-redundant-expression): each call reads another symbol. */
            if (fast_literal(inflate, &fast) && fast_literal(inflate, &fast)) {
                continue; /* three literals are in one filling in any case */
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

/* Reads one symbol if all of it is here; false if the call cannot go on. */
static bool careful_symbol(struct inflate *inflate, struct inflate_output *output) {
    struct ahead ahead = {inflate->bits, 0};
    size_t value, distance;
    enum symbol symbol = read_symbol(inflate, &ahead, &value, &distance);
    if (ahead.taken > inflate->bit_count) {
        return inflate_stop(inflate, INFLATE_NEEDS_INPUT);
    }
    switch (symbol) {
    case LITERAL:
        if (output->length == output->capacity) {
            return inflate_stop(inflate, INFLATE_NEEDS_ROOM);
        }
        output->bytes[output->length++] = (uint8_t)value;
        break;
    case REFERENCE:
        inflate->length = value;
        inflate->distance = distance;
        inflate->state = INFLATE_REFERENCE;
        break;
    case END_OF_BLOCK:
        break;
    case MEANINGLESS:
        return inflate_fail(inflate, "a code that stands for no literal and no length "
                                     "(RFC 1951, 3.2.5 and 3.2.6)");
    case MEANINGLESS_DISTANCE:
        return inflate_fail(inflate,
                            "a code that stands for no distance (RFC 1951, 3.2.5 and 3.2.6)");
    }
    inflate_take(inflate, ahead.taken);
    if (symbol == END_OF_BLOCK) {
        inflate_end_block(inflate);
    }
    return symbol != REFERENCE || inflate_step_reference(inflate, output);
}

bool inflate_step_symbols(struct inflate *inflate, struct inflate_output *output) {
    if (inflate->left >= FAST_INPUT && output->capacity - output->length >= FAST_ROOM) {
        fast_symbols(inflate, output);
    }
    do {
        inflate_fill(inflate);
        if (!careful_symbol(inflate, output)) {
            return false;
        }
    } while (inflate->state == INFLATE_SYMBOLS && inflate->left < FAST_INPUT);
    return true;
}

bool inflate_step_reference(struct inflate *inflate, struct inflate_output *output) {
    if (inflate->distance > inflate->window) {
        return inflate_fail(inflate, "a distance goes beyond the window (RFC 7692, 7.1.2)");
    }
    if (inflate->distance > output->length) {
        return inflate_fail(inflate, "a distance goes back to before the first byte "
                                     "(RFC 1951, 3.2)");
    }
    if (output->capacity - output->length >= inflate->length + COPY_SLACK) {
        fast_copy(output->bytes + output->length, inflate->distance, inflate->length);
        output->length += inflate->length;
        inflate->length = 0;
    }
    while (inflate->length > 0) {
        if (output->length == output->capacity) {
            return inflate_stop(inflate, INFLATE_NEEDS_ROOM);
        }
        output->bytes[output->length] = output->bytes[output->length - inflate->distance];
        output->length++;
        inflate->length--;
    }
    inflate->state = INFLATE_SYMBOLS;
    return true;
}
