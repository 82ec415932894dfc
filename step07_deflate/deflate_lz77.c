#include "step07_deflate/deflate_lz77.h"

/* How hard to search. Larger numbers cost more time than the bytes they save are worth; with these
 * numbers the output is about as large as that of zlib's level 6. */
enum {
    CHAIN = 64,          /* places that a search tries, */
    CHAIN_GOOD = 24,     /* or this many if there is a match of GOOD_LENGTH already */
    GOOD_LENGTH = 8,     /* bytes */
    NICE_LENGTH = 128,   /* a match of this length ends the search, */
    LAZY_LENGTH = 32,    /* and after a match of this length the next place is not tried */
    NEARBY_REACH = 2048, /* beyond it a reference to three bytes takes as much as three literals */
    MISSES_SHIFT = 8,    /* after each 2^8 places without a match one more place is skipped, */
    SKIPPED_MAX = 7,     /* at most this many at a time */

    /* The budget that deflate_match.h describes. A search may spend 1/STEPS_SHARE of it. So in hard
     * text the searches become shorter, until they cost no more steps than the bytes add. Ordinary
     * text costs three or four steps per byte, and its searches may try CHAIN places. */
    STEPS_PER_BYTE = 5,
    STEPS_SHARE = 1024,
    BYTES_PER_STEP = 16 /* to compare this many bytes costs a step as well */
};

struct match {
    size_t length, distance; /* distance 0: there is no match */
};

static uint64_t load_eight(const uint8_t *bytes) {
    return deflate_match_load(bytes) | (uint64_t)deflate_match_load(bytes + 4) << 32;
}

/* How many of the first `most` bytes of a and b are equal. Compares eight bytes at once. If they
 * differ, a binary search finds the first byte that does. */
static size_t same_bytes(const uint8_t *a, const uint8_t *b, size_t most) {
    size_t same = 0;
    for (; same + 8 <= most; same += 8) {
        uint64_t differ = load_eight(a + same) ^ load_eight(b + same);
        if (differ != 0) {
            unsigned zeros = (uint32_t)differ == 0 ? 32 : 0;
            zeros += (uint16_t)(differ >> zeros) == 0 ? 16 : 0;
            zeros += (uint8_t)(differ >> zeros) == 0 ? 8 : 0;
            return same + zeros / 8;
        }
    }
    while (same < most && a[same] == b[same]) {
        same++;
    }
    return same;
}

/* Searches for a match longer than `best` at a place. Tries at most `chain` places of the chain
 * that begins `distance` bytes back. */
static struct match search_chain(struct deflate_match *matcher, size_t place, size_t distance,
                                 struct match best, size_t chain) {
    const uint8_t *at = matcher->bytes + place;
    size_t longest = best.length < 3 ? 3 : best.length;
    if (longest >= matcher->fill - place || place < 1) {
        return best;
    }
    size_t known = place - (matcher->base > 0 ? matcher->base : 1);
    size_t farthest = known < matcher->window ? known : matcher->window;
    /* These places include what has slid out, as the index of the ring does. A candidate may be
     * less than 0. */
    const uint8_t *bytes = matcher->bytes;
    size_t slid = matcher->slid;
    const uint16_t *links = matcher->links;
    size_t mask = matcher->ring_mask;
    size_t ring_place = place + matcher->slid;
    size_t oldest = ring_place - farthest, candidate = ring_place - distance;
    /* A longer match has the same first four bytes, and the same four bytes at its end, one byte
     * beyond the longest match so far. Few places without a longer match have both. */
    uint32_t first = deflate_match_load(at), end = deflate_match_load(at + longest - 3);
    size_t left = chain, compared = 0;
    while ((ptrdiff_t)(candidate - oldest) >= 0) {
        const uint8_t *there = bytes + (candidate - slid);
        if (deflate_match_load(there + longest - 3) == end && deflate_match_load(there) == first) {
            size_t most = matcher->fill - place;
            most = most < DEFLATE_FORMAT_LENGTH_MAX ? most : DEFLATE_FORMAT_LENGTH_MAX;
            size_t length = 4 + same_bytes(at + 4, there + 4, most - 4);
            compared += length;
            if (length > longest) {
                longest = length;
                best.length = length;
                best.distance = ring_place - candidate;
                if (length == most || length >= NICE_LENGTH) {
                    break;
                }
                end = deflate_match_load(at + longest - 3);
            }
        }
        if (--left == 0) {
            break;
        }
        candidate -= links[candidate & mask];
    }
    size_t steps = chain - left + compared / BYTES_PER_STEP;
    matcher->steps -= steps < matcher->steps ? steps : matcher->steps;
    return best;
}

/* Enters a place into the tables, and searches for a match longer than `shortest` there. */
static struct match find_match(struct deflate_match *matcher, size_t place, size_t shortest,
                               size_t chain) {
    struct match best = {shortest, 0};
    if (place + 4 > matcher->fill) {
        return best;
    }
    uint32_t four = deflate_match_load(matcher->bytes + place);
    size_t distance = deflate_match_enter(matcher, place, four);
    size_t nearby = deflate_match_enter_nearby(matcher, place, four);
    matcher->entered = place + 1;
    size_t oldest = matcher->base > 0 ? matcher->base : 1;
    if (shortest < 3 && nearby <= NEARBY_REACH && nearby <= matcher->window &&
        place >= oldest + nearby &&
        ((deflate_match_load(matcher->bytes + place - nearby) ^ four) << 8) == 0) {
        best.length = 3;
        best.distance = nearby;
    }
    size_t affordable = 1 + matcher->steps / STEPS_SHARE;
    return search_chain(matcher, place, distance, best, chain < affordable ? chain : affordable);
}

/* Adds to the budget the steps for the bytes from `start` to the position. */
static void add_steps(struct deflate_match *matcher, size_t start) {
    size_t steps = matcher->steps + (matcher->position - start) * STEPS_PER_BYTE;
    matcher->steps = steps < DEFLATE_MATCH_STEPS_MAX ? steps : DEFLATE_MATCH_STEPS_MAX;
}

/* Adds the byte at the position, which has no match, as a literal. If there has been no match for a
 * long time, it adds some of the bytes after it as well, without a search: data that is already
 * compressed would take the longest to search, in vain. */
static void add_literals(struct deflate_match *matcher, struct deflate_block *block,
                         size_t misses) {
    size_t skipped = misses >> MISSES_SHIFT;
    size_t left = matcher->fill - matcher->position, room = block->capacity - block->count;
    size_t count = 1 + (skipped < SKIPPED_MAX ? skipped : SKIPPED_MAX);
    count = count < left ? count : left;
    count = count < room ? count : room;
    for (size_t i = 0; i < count; i++) {
        deflate_block_add_literal(block, matcher->bytes[matcher->position++]);
    }
}

void deflate_lz77_run(struct deflate_match *matcher, struct deflate_block *block, bool last) {
    size_t lookahead = last ? 1 : DEFLATE_MATCH_LOOKAHEAD, misses = 0;
    deflate_match_catch_up(matcher);
    while (matcher->fill - matcher->position >= lookahead && block->count < block->capacity) {
        size_t start = matcher->position, place = start;
        struct match match = find_match(matcher, place, 0, CHAIN);
        if (match.distance == 0) {
            add_literals(matcher, block, misses++);
            add_steps(matcher, start);
            continue;
        }
        /* While a longer match begins at the next byte, a literal and that match are better. */
        while (match.length < LAZY_LENGTH && block->count + 1 < block->capacity) {
            unsigned chain = match.length >= GOOD_LENGTH ? CHAIN_GOOD : CHAIN;
            struct match next = find_match(matcher, place + 1, match.length, chain);
            if (next.distance == 0) {
                break;
            }
            deflate_block_add_literal(block, matcher->bytes[place]);
            match = next;
            place++;
        }
        deflate_block_add_match(block, match.length, match.distance);
        misses = 0;
        matcher->position = place + match.length;
        add_steps(matcher, start);
        deflate_match_catch_up(matcher); /* enters the places within the match */
    }
}
