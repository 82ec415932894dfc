#include "common/utf8.h"

#include "common/utf8_vector.h"

#include <string.h>

/* The table in utf8.h as an automaton: in each state, each byte leads to one next state. For each
 * byte there is a word with six bits for each state, which hold the next state. The states are
 * numbered in steps of six, so that the number says how far to shift:
 *
 *     next state = word[byte] >> state & 63
 *
 * That is a load that waits for no earlier byte, a shift and an AND. (The AND is left to the next
 * step, where it costs nothing: a shift uses only six bits of its count.) No branch depends on the
 * text, so the processor cannot mispredict one. For a wrong byte the six bits are 0, and state 0
 * leads only to itself, so it is enough to look for it now and then. */
enum state {
    WRONG = 6 * 0,
    START = 6 * 1, /* of a character; the text may end here */
    NEED_1 = 6 * 2,
    NEED_2 = 6 * 3,
    NEED_3 = 6 * 4,
    AFTER_E0 = 6 * 5, /* these four need a second byte in a narrower range */
    AFTER_ED = 6 * 6,
    AFTER_F0 = 6 * 7,
    AFTER_F4 = 6 * 8
};

/* The words of the kinds of bytes: TO(a) << b leads from state b to state a. */
#define TO(state) ((uint64_t)(state))
#define LOW_ (TO(START) << START)
#define CONT (TO(START) << NEED_1 | TO(NEED_1) << NEED_2 | TO(NEED_2) << NEED_3)
#define C80_ (CONT | TO(NEED_1) << AFTER_ED | TO(NEED_2) << AFTER_F4)
#define C90_ (CONT | TO(NEED_1) << AFTER_ED | TO(NEED_2) << AFTER_F0)
#define CA0_ (CONT | TO(NEED_1) << AFTER_E0 | TO(NEED_2) << AFTER_F0)
#define TWO_ (TO(NEED_1) << START)
#define E0__ (TO(AFTER_E0) << START)
#define THRE (TO(NEED_2) << START)
#define ED__ (TO(AFTER_ED) << START)
#define F0__ (TO(AFTER_F0) << START)
#define FOUR (TO(NEED_3) << START)
#define F4__ (TO(AFTER_F4) << START)
#define BAD_ TO(WRONG)
#define X16(kind)                                                                                  \
    kind, kind, kind, kind, kind, kind, kind, kind, kind, kind, kind, kind, kind, kind, kind, kind

/* clang-format off */
static const uint64_t word[256] = {
    X16(LOW_), X16(LOW_), X16(LOW_), X16(LOW_), X16(LOW_), X16(LOW_), X16(LOW_), X16(LOW_),
    X16(C80_), X16(C90_), X16(CA0_), X16(CA0_),
    BAD_, BAD_, TWO_, TWO_, TWO_, TWO_, TWO_, TWO_, TWO_, TWO_, TWO_, TWO_, TWO_, TWO_, TWO_, TWO_,
    X16(TWO_),
    E0__, THRE, THRE, THRE, THRE, THRE, THRE, THRE, THRE, THRE, THRE, THRE, THRE, ED__, THRE, THRE,
    F0__, FOUR, FOUR, FOUR, F4__, BAD_, BAD_, BAD_, BAD_, BAD_, BAD_, BAD_, BAD_, BAD_, BAD_, BAD_,
};
/* clang-format on */

enum {
    BLOCK = 16,            /* bytes that are skipped at once if they are ASCII */
    STRETCH = 1024,        /* twice this many are checked before the next look for ASCII, */
    VECTOR_STRETCH = 16384 /* and up to this many with vectors */
};

void utf8_init(struct utf8 *utf8) {
    utf8->state = START;
}

bool utf8_is_complete(const struct utf8 *utf8) {
    return utf8->state == START;
}

/* Returns whether a block is ASCII: no byte has its top bit set. */
static bool is_ascii(const uint8_t *bytes) {
    uint64_t half[2];
    memcpy(half, bytes, sizeof half);
    return ((half[0] | half[1]) & UINT64_C(0x8080808080808080)) == 0;
}

/* Four steps, written out because not every compiler unrolls a loop. */
static uint64_t four_steps(uint64_t state, const uint8_t *bytes) {
    state = word[bytes[0]] >> (state & 63);
    state = word[bytes[1]] >> (state & 63);
    state = word[bytes[2]] >> (state & 63);
    return word[bytes[3]] >> (state & 63);
}

/* Checks 2 * STRETCH bytes and up to 3 more; returns how many. Each step has to wait for the one
 * before, and meanwhile the processor has nothing to do. So the text is cut in two where a
 * character begins, and both halves are checked in the same loop. */
static size_t walk_in_halves(uint64_t *state, const uint8_t *bytes) {
    uint64_t first = *state, second = START;
    size_t cut = STRETCH;
    while (cut < STRETCH + 3 && (bytes[cut] & 0xc0) == 0x80) {
        cut++;
    }
    for (size_t i = 0; i < STRETCH; i += 4) {
        first = four_steps(first, bytes + i);
        second = four_steps(second, bytes + cut + i);
    }
    for (size_t i = STRETCH; i < cut; i++) {
        first = word[bytes[i]] >> (first & 63);
    }
    *state = (first & 63) == START ? second : WRONG;
    return cut + STRETCH;
}

/* Checks a stretch of text that is not ASCII; returns how many bytes. Such text has a space every
 * few letters, so a processor cannot predict whether the next block is ASCII, and a misprediction
 * costs as much as twenty bytes. That is why a long stretch is checked without looking for
 * ASCII. */
static size_t walk(uint64_t *state, const uint8_t *bytes, size_t len) {
    size_t done = utf8_vector_walk(bytes, len < VECTOR_STRETCH ? len : VECTOR_STRETCH);
    if (done > 0) {
        *state = START;
    } else if (len >= 2 * STRETCH + 3) {
        done = walk_in_halves(state, bytes);
    } else {
        for (; len - done >= 4; done += 4) {
            *state = four_steps(*state, bytes + done);
        }
    }
    return done;
}

bool utf8_update(struct utf8 *utf8, const uint8_t *bytes, size_t len) {
    uint64_t state = utf8->state;
    size_t i = 0;
    while (len - i >= BLOCK && (state & 63) != WRONG) {
        if ((state & 63) == START && is_ascii(bytes + i)) {
            i += BLOCK; /* most text is ASCII or has long runs of it */
        } else if (i == 0) {
            state = four_steps(state, bytes); /* vectors look back at three bytes */
            i = 4;
        } else {
            i += walk(&state, bytes + i, len - i);
        }
    }
    for (; i < len; i++) {
        state = word[bytes[i]] >> (state & 63);
    }
    utf8->state = state & 63;
    return utf8->state != WRONG;
}
