#include "step07_deflate/inflate.h"

#include "step07_deflate/inflate_parts.h"

#include <string.h>

void inflate_init(struct inflate *inflate, unsigned window_bits) {
    /* The tables need no clearing: each is built before it is read. */
    memset(inflate, 0, offsetof(struct inflate, literal_table));
    inflate->state = INFLATE_BLOCK;
    inflate->window = (size_t)1 << window_bits;
}

bool inflate_is_between_blocks(const struct inflate *inflate) {
    return inflate->state == INFLATE_BLOCK && inflate->bit_count == 0;
}

static bool step_block(struct inflate *inflate) {
    if (!inflate_has(inflate, 3)) {
        return false;
    }
    inflate->final = inflate_take(inflate, 1) == 1;
    switch (inflate_take(inflate, 2)) {
    case DEFLATE_FORMAT_STORED:
        inflate_take(inflate, inflate->bit_count % 8);
        inflate->state = INFLATE_STORED_LENGTH;
        return true;
    case DEFLATE_FORMAT_FIXED:
        inflate_use_fixed_codes(inflate);
        inflate->state = INFLATE_SYMBOLS;
        return true;
    case DEFLATE_FORMAT_DYNAMIC:
        inflate->state = INFLATE_COUNTS;
        return true;
    default:
        return inflate_fail(inflate, "block type 3 is reserved (RFC 1951, 3.2.3)");
    }
}

static bool step_stored_length(struct inflate *inflate) {
    if (!inflate_has(inflate, 32)) {
        return false;
    }
    unsigned length = inflate_take(inflate, 16);
    unsigned complement = inflate_take(inflate, 16);
    if ((length ^ complement) != 0xffff) {
        return inflate_fail(inflate,
                            "NLEN of a stored block does not fit its LEN (RFC 1951, 3.2.4)");
    }
    inflate->stored_left = length;
    inflate->state = INFLATE_STORED;
    return true;
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

static bool step_stored(struct inflate *inflate, struct inflate_output *output) {
    if (inflate->stored_left == 0) {
        inflate_end_block(inflate);
        return true;
    }
    if (inflate->bit_count == 0 && inflate->left == 0) {
        return inflate_stop(inflate, INFLATE_NEEDS_INPUT);
    }
    size_t room = smaller(output->capacity - output->length, inflate->stored_left);
    if (room == 0) {
        return inflate_stop(inflate, INFLATE_NEEDS_ROOM);
    }
    size_t copied = smaller(room, inflate->left);
    if (inflate->bit_count > 0) { /* whole bytes that were read with the header of the block */
        copied = 1;
        output->bytes[output->length] = (uint8_t)inflate_take(inflate, 8);
    } else {
        memcpy(output->bytes + output->length, inflate->next, copied);
        inflate->next += copied;
        inflate->left -= copied;
    }
    output->length += copied;
    inflate->stored_left -= copied;
    return true;
}

static bool step(struct inflate *inflate, struct inflate_output *output) {
    switch (inflate->state) {
    case INFLATE_BLOCK:
        return step_block(inflate);
    case INFLATE_STORED_LENGTH:
        return step_stored_length(inflate);
    case INFLATE_STORED:
        return step_stored(inflate, output);
    case INFLATE_COUNTS:
        return inflate_step_counts(inflate);
    case INFLATE_LENGTHS_CODE:
        return inflate_step_lengths_code(inflate);
    case INFLATE_LENGTHS:
        return inflate_step_lengths(inflate);
    case INFLATE_SYMBOLS:
        return inflate_step_symbols(inflate, output);
    case INFLATE_REFERENCE:
        return inflate_step_reference(inflate, output);
    case INFLATE_FAILED:
        break;
    }
    return inflate_stop(inflate, INFLATE_BAD);
}

enum inflate_verdict inflate_run(struct inflate *inflate, const uint8_t **next, size_t *left,
                                 struct inflate_output *output) {
    inflate->next = *next;
    inflate->left = *left;
    while (step(inflate, output)) {
    }
    *next = inflate->next;
    *left = inflate->left;
    return inflate->verdict;
}
