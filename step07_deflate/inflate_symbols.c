#include "step07_deflate/inflate_parts.h"

/* Reads one symbol if all of its bits have arrived. Returns false if the call cannot go on. */
static bool step_symbol(struct inflate *inflate, struct inflate_output *output) {
    struct inflate_ahead ahead = {inflate->bits, 0};
    size_t value, distance;
    enum inflate_symbol symbol = inflate_read_symbol(inflate, &ahead, &value, &distance);
    if (ahead.taken > inflate->bit_count) {
        return inflate_stop(inflate, INFLATE_NEEDS_INPUT);
    }
    switch (symbol) {
    case INFLATE_SYMBOL_LITERAL:
        if (output->length == output->capacity) {
            return inflate_stop(inflate, INFLATE_NEEDS_ROOM);
        }
        output->bytes[output->length++] = (uint8_t)value;
        break;
    case INFLATE_SYMBOL_REFERENCE:
        inflate->length = value;
        inflate->distance = distance;
        inflate->state = INFLATE_REFERENCE;
        break;
    case INFLATE_SYMBOL_END_OF_BLOCK:
        break;
    case INFLATE_SYMBOL_MEANINGLESS:
        return inflate_fail(inflate, "a code that stands for no literal and no length "
                                     "(RFC 1951, 3.2.5 and 3.2.6)");
    case INFLATE_SYMBOL_MEANINGLESS_DISTANCE:
        return inflate_fail(inflate,
                            "a code that stands for no distance (RFC 1951, 3.2.5 and 3.2.6)");
    }
    inflate_take(inflate, ahead.taken);
    if (symbol == INFLATE_SYMBOL_END_OF_BLOCK) {
        inflate_end_block(inflate);
    }
    return symbol != INFLATE_SYMBOL_REFERENCE || inflate_step_reference(inflate, output);
}

bool inflate_step_symbols(struct inflate *inflate, struct inflate_output *output) {
    inflate_fast_symbols(inflate, output);
    do {
        inflate_fill(inflate);
        if (!step_symbol(inflate, output)) {
            return false;
        }
    } while (inflate->state == INFLATE_SYMBOLS && !inflate_is_fast(inflate, output));
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
    inflate_fast_copy(inflate, output);
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
