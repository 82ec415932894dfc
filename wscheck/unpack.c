#include "wscheck/unpack.h"

#include <stdio.h>
#include <string.h>

static const uint8_t left_out[] = {0x00, 0x00, 0xff, 0xff};

void unpack_init(struct unpack *unpack, const struct negotiation_side *side) {
    memset(unpack, 0, sizeof *unpack);
    unpack->side = *side;
    inflate_init(&unpack->inflate, side->window_bits);
}

void unpack_begin(struct unpack *unpack) {
    if (!unpack->side.takeover) {
        inflate_init(&unpack->inflate, unpack->side.window_bits);
        unpack->length = 0;
    }
    unpack->more = false;
    unpack->tail = 0;
    unpack->inflated = 0;
}

static enum unpack_verdict bad(struct unpack *unpack, const char *problem) {
    snprintf(unpack->problem, sizeof unpack->problem,
             "the message does not inflate with the agreed window of %u bytes, %s: %s",
             1U << unpack->side.window_bits,
             unpack->side.takeover ? "kept between messages" : "empty for each message", problem);
    return UNPACK_BAD;
}

enum unpack_verdict unpack_run(struct unpack *unpack, const uint8_t **next, size_t *left) {
    if (unpack->length > UNPACK_SIZE - UNPACK_WINDOW) {
        memmove(unpack->bytes, unpack->bytes + unpack->length - UNPACK_WINDOW, UNPACK_WINDOW);
        unpack->length = UNPACK_WINDOW;
    }
    struct inflate_output output = {unpack->bytes, unpack->length, UNPACK_SIZE};
    enum inflate_verdict verdict = inflate_run(&unpack->inflate, next, left, &output);
    unpack->piece = unpack->bytes + unpack->length;
    unpack->piece_length = output.length - unpack->length;
    unpack->length = output.length;
    unpack->more = verdict == INFLATE_NEEDS_ROOM;
    for (size_t i = 0; i < unpack->piece_length && unpack->inflated + i < UNPACK_START; i++) {
        unpack->start[unpack->inflated + i] = unpack->piece[i];
    }
    unpack->inflated += unpack->piece_length;
    return verdict == INFLATE_BAD ? bad(unpack, unpack->inflate.problem) : UNPACK_PIECE;
}

bool unpack_has_rest(const struct unpack *unpack, bool is_last) {
    return unpack->more || (is_last && unpack->tail < sizeof left_out);
}

enum unpack_verdict unpack_rest(struct unpack *unpack) {
    const uint8_t *next = left_out + unpack->tail;
    size_t left = unpack->more ? 0 : sizeof left_out - unpack->tail;
    bool is_last = left > 0;
    enum unpack_verdict verdict = unpack_run(unpack, &next, &left);
    if (is_last) {
        unpack->tail = sizeof left_out - left;
    }
    if (verdict == UNPACK_PIECE && is_last && !unpack->more &&
        !inflate_is_between_blocks(&unpack->inflate)) {
        return bad(unpack, "it ends within a block (RFC 7692, 7.2.2)");
    }
    return verdict;
}
