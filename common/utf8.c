#include "common/utf8.h"

#include "common/utf8_vector.h"

#include <string.h>

/* The table in utf8.h as an automaton: in each state, a byte leads to one other state. A byte has
 * one word for all of them, six bits for each state, which hold the state that comes next. States
 * are numbered in sixes, so that the number says how far to shift:
 *
 *     next state = word[byte] >> state & 63
 *
 * A load that waits for nothing, a shift and an AND (which is left to the next step, since a shift
 * looks at six bits only): there is no branch to be guessed wrong, whatever the script. Where a
 * byte is wrong its six bits are 0, and state 0 is never left, so it is enough to look for it now
 * and then. */
enum state {
    WRONG = 6 * 0,
    START = 6 * 1, /* of a character; the text may end here */
    NEED_1 = 6 * 2,
    NEED_2 = 6 * 3,
    NEED_3 = 6 * 4,
    AFTER_E0 = 6 * 5, /* these four want the second byte in a narrower range */
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
    BLOCK = 16,            /* bytes that are skipped at once when they are ASCII */
    STRETCH = 1024,        /* twice this many are walked through without asking for ASCII again, */
    VECTOR_STRETCH = 16384 /* and with vectors up to this many */
};

void utf8_init(struct utf8 *utf8) {
    utf8->state = START;
}

bool utf8_is_complete(const struct utf8 *utf8) {
    return utf8->state == START;
}

/* Whether a block is plain ASCII: no byte has its top bit set. */
static bool is_ascii(const uint8_t *bytes) {
    uint64_t half[2];
    memcpy(half, bytes, sizeof half);
    return ((half[0] | half[1]) & UINT64_C(0x8080808080808080)) == 0;
}

/* Four steps at a time, written out: not every compiler does that by itself. */
static uint64_t four_steps(uint64_t state, const uint8_t *bytes) {
    state = word[bytes[0]] >> (state & 63);
    state = word[bytes[1]] >> (state & 63);
    state = word[bytes[2]] >> (state & 63);
    return word[bytes[3]] >> (state & 63);
}

/* Walks through 2 * STRETCH bytes and up to 3 more; returns how many. Each step waits for the one
 * before, and a processor has nothing else to do meanwhile. So the text is cut in two, in front of
 * a byte that does not continue a character, and both halves are walked through at a time. */
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

/* Walks on in text that is not ASCII; returns how far. A blank comes every few letters there, so
 * that a processor cannot guess whether the next block is ASCII, and a wrong guess costs as much as
 * twenty bytes: so a good stretch is taken without asking again. */
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
            i += BLOCK; /* most text is, or has long runs of it */
        } else if (i == 0) {
            state = four_steps(state, bytes); /* so that there are bytes to look back at */
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
