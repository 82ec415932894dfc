/* deflate_match: keeps the recent text, and finds where the next bytes occur in it. Step 7.
 *
 *     bytes    |  history  | of this message: done | not yet |   free   |
 *              base                             position   fill     capacity
 *
 * To make a reference, the compressor has to know where the next bytes occurred last. So it enters
 * every place into a hash table under the four bytes that begin there. The newest place under a
 * hash is not always the best, so each place has a link to the previous place with the same hash:
 *
 *     heads[hash of "ello"] = 6      links: 6 --5--> 1 --1--> (before the window)
 *
 * A link is a distance, not a place. The links are in a ring that has room for one window, so a new
 * link overwrites the link of a place that no reference can reach. A search that follows an
 * overwritten link still goes back, so every search ends; and it compares the bytes at each place,
 * so a wrong link does no harm.
 *
 * Places are numbers of 16 bits. Place 0 means "none", so no reference goes back to the first byte.
 * The compressor that made the example of RFC 7692, 7.2.3.2, does the same.
 */
#ifndef STEP07_DEFLATE_DEFLATE_MATCH_H
#define STEP07_DEFLATE_DEFLATE_MATCH_H

#include <stddef.h>
#include <stdint.h>

enum {
    /* While more text is to come, a match is looked for only if at least this many bytes are there:
     * the longest match, and the bytes that are needed to enter all places in it. */
    DEFLATE_MATCH_LOOKAHEAD = 262,

    /* An attacker can choose a text that fills the chains with useless places. So searches have a
     * budget: each place that is tried costs a step, each byte of text adds a few steps, and this
     * is the most that can be saved for a text that becomes hard for a while. The budget carries
     * over from one message to the next. */
    DEFLATE_MATCH_STEPS_MAX = 65536
};

struct deflate_match {
    uint8_t *bytes;
    uint16_t *heads, *links;
    uint16_t *nearby; /* the newest place under a hash of three bytes */
    size_t capacity;  /* of `bytes`, at most 65536 because places have 16 bits */
    size_t window;    /* the longest distance */
    size_t base, position, fill;
    size_t entered; /* places before this one are in the tables */
    size_t slid;    /* bytes dropped at the front so far; the index of the ring counts them, too */
    size_t ring_mask;
    unsigned head_bits, nearby_bits; /* of the hashes */
    size_t steps;                    /* the budget of searches; see DEFLATE_MATCH_STEPS_MAX */
};

/* A state of the matcher to which deflate_match_go_back can return. */
struct deflate_match_mark {
    size_t position, entered, slid;
};

/* How many bytes of memory a matcher with this window needs. */
size_t deflate_match_memory(unsigned window_bits);

/* Initializes a matcher without a history. `window_bits` is 8 to 15. `memory` has
 * deflate_match_memory(window_bits) bytes, aligned for uint16_t; it stays the caller's. */
void deflate_match_init(struct deflate_match *matcher, unsigned window_bits, void *memory);

/* Appends as many of the bytes as there is room for, and returns how many. If there is too little
 * room, it drops text that no reference can reach any more. Text after `position` stays. */
size_t deflate_match_feed(struct deflate_match *matcher, const uint8_t *bytes, size_t length);

/* Enters all places before `position` that are not in the tables yet. The last three bytes of a
 * message have to wait for the bytes that follow them. */
void deflate_match_catch_up(struct deflate_match *matcher);

/* deflate_match_mark returns the current state. deflate_match_go_back returns to it, so that no
 * reference goes back to what came after it; if that was more than the tables can undo, which is
 * about one window, it forgets the whole history instead. */
struct deflate_match_mark deflate_match_mark(const struct deflate_match *matcher);
void deflate_match_go_back(struct deflate_match *matcher, struct deflate_match_mark mark);

/* Forgets the history: no later reference goes back to earlier text. */
void deflate_match_forget(struct deflate_match *matcher);

/* How many bytes before `position` a later match may refer to. */
size_t deflate_match_history(const struct deflate_match *matcher);

/* Loads four bytes, the first lowest. Compilers make a single load of it where they can. */
static inline uint32_t deflate_match_load(const uint8_t *bytes) {
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

/* Hashes a number by multiplication: the upper bits of the product depend on all of its bits. */
static inline size_t deflate_match_hash(uint32_t number, unsigned bits) {
    return (number * 0x9e3779b1u) >> (32 - bits);
}

/* Enters a place into the table, under the number of the four bytes that begin there. Returns the
 * distance to the newest earlier place under the same hash. If there is none, that is the distance
 * to place 0. */
static inline size_t deflate_match_enter(struct deflate_match *matcher, size_t place,
                                         uint32_t four) {
    uint16_t *head = &matcher->heads[deflate_match_hash(four, matcher->head_bits)];
    size_t distance = place - *head;
    matcher->links[(place + matcher->slid) & matcher->ring_mask] = (uint16_t)distance;
    *head = (uint16_t)place;
    return distance;
}

/* The same for the first three of the four bytes. */
static inline size_t deflate_match_enter_nearby(struct deflate_match *matcher, size_t place,
                                                uint32_t four) {
    uint16_t *head = &matcher->nearby[deflate_match_hash(four << 8, matcher->nearby_bits)];
    size_t distance = place - *head;
    *head = (uint16_t)place;
    return distance;
}

#endif
