/* deflate_match: the text so far, and where in it the same bytes have stood. Step 7.
 *
 *     bytes    |  history  | of this message: done | not yet |   free   |
 *              base                             position   fill     capacity
 *
 * A reference needs the place where the next bytes stood last. So every place is entered in a hash
 * table under its next four bytes, and since the newest place under a hash is not always the best,
 * each has a link to the one before with the same hash:
 *
 *     heads[hash of "ello"] = 6      links: 6 --5--> 1 --1--> (before the window)
 *
 * A link says how many bytes further back, not where. Links are kept for one window only, in a
 * ring, so that a new one overwrites one that no reference can reach. A search that follows a link
 * that was overwritten still goes back, so every chain ends. What it finds is compared in any case.
 *
 * Places are numbers of 16 bits. Place 0 stands for none: nothing ever refers to the first byte.
 * The example of RFC 7692, 7.2.3.2, shows the same of the compressor that made it.
 */
#ifndef STEP07_DEFLATE_DEFLATE_MATCH_H
#define STEP07_DEFLATE_DEFLATE_MATCH_H

#include <stddef.h>
#include <stdint.h>

enum {
    /* Bytes that should be there when a match is looked for, as long as more can be had: the
     * longest match, and as many as it takes to enter all places in it. */
    DEFLATE_MATCH_LOOKAHEAD = 262,

    /* Whoever chooses the text can fill chains with places that are no good. So searches live on
     * an allowance: each place that is tried takes a step off it, each byte of text adds a few,
     * and this is the most that can be saved for a text that becomes hard for a while. It stays
     * from one message to the next. */
    DEFLATE_MATCH_STEPS_MAX = 65536
};

struct deflate_match {
    uint8_t *bytes;
    uint16_t *heads, *links;
    uint16_t *nearby; /* the newest place under a hash of three bytes */
    size_t capacity;  /* of bytes; with places of 16 bits at most 65536 */
    size_t window;    /* the longest distance */
    size_t base, position, fill;
    size_t entered; /* places before this one are in the tables */
    size_t slid;    /* bytes that have left at the front so far; places in the ring count on */
    size_t ring_mask;
    unsigned head_bits, nearby_bits; /* of the hashes */
    size_t steps;                    /* that searches may still take; see DEFLATE_MATCH_STEPS_MAX */
};

/* How far `position` was, to be able to go back there. */
struct deflate_match_mark {
    size_t position, entered, slid;
};

/* Bytes of memory for a window; see deflate_memory. */
size_t deflate_match_memory(unsigned window_bits);
void deflate_match_init(struct deflate_match *matcher, unsigned window_bits, void *memory);

/* Takes in as many bytes as there is room for, and makes room by dropping what no reference
 * reaches any more if it is not enough. Returns how many. What is not done yet stays. */
size_t deflate_match_feed(struct deflate_match *matcher, const uint8_t *bytes, size_t length);

/* Enters the places before `position` that are not yet: the last three bytes of a message wait for
 * what follows them. */
void deflate_match_catch_up(struct deflate_match *matcher);

/* Marks the place where everything is done; goes back to it, so that nothing refers to what has
 * come since. If more has come than one window, forgets everything. */
struct deflate_match_mark deflate_match_mark(const struct deflate_match *matcher);
void deflate_match_go_back(struct deflate_match *matcher, struct deflate_match_mark mark);

/* Nothing will refer to anything before. */
void deflate_match_forget(struct deflate_match *matcher);

/* Bytes before `position` that a later match may refer to. */
size_t deflate_match_history(const struct deflate_match *matcher);

/* Four bytes as a number, the first lowest. Compilers make a single load of it where they can. */
static inline uint32_t deflate_match_load(const uint8_t *bytes) {
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

/* Hashes by multiplication: the upper bits of the product depend on all bits of the number. */
static inline size_t deflate_match_hash(uint32_t number, unsigned bits) {
    return (number * 0x9e3779b1u) >> (32 - bits);
}

/* Enters a place, from which on at least four bytes are there. Returns how far back the place
 * under the same hash is that was the newest; beyond the window if there was none. */
static inline size_t deflate_match_enter(struct deflate_match *matcher, size_t place,
                                         uint32_t four) {
    uint16_t *head = &matcher->heads[deflate_match_hash(four, matcher->head_bits)];
    size_t distance = place - *head;
    matcher->links[(place + matcher->slid) & matcher->ring_mask] = (uint16_t)distance;
    *head = (uint16_t)place;
    return distance;
}

/* The same for three bytes. */
static inline size_t deflate_match_enter_nearby(struct deflate_match *matcher, size_t place,
                                                uint32_t four) {
    uint16_t *head = &matcher->nearby[deflate_match_hash(four << 8, matcher->nearby_bits)];
    size_t distance = place - *head;
    *head = (uint16_t)place;
    return distance;
}

#endif
