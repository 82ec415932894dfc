#include "step07_deflate/deflate_lz77.h"

/* How hard to look. More tries cost more time than they save bytes; with these numbers the sizes
 * are about those of zlib's level 6. */
enum {
    CHAIN = 64,          /* places tried, */
    CHAIN_GOOD = 24,     /* or this many when there is a match of GOOD_LENGTH already */
    GOOD_LENGTH = 8,     /* bytes */
    NICE_LENGTH = 128,   /* a match this long ends the search, */
    LAZY_LENGTH = 32,    /* and after one this long the next place is not tried */
    NEARBY_REACH = 2048, /* three bytes from farther away take no less than as literals */
    MISSES_SHIFT = 8,    /* after each 2^8 places without a match one more is skipped at a time, */
    SKIPPED_MAX = 7,     /* at most this many */

    /* The allowance of deflate_match.h. A search may spend this part of it, so that hard text has
     * shorter and shorter searches, until they cost no more than its bytes add. Ordinary text
     * spends three or four steps for a byte, and is searched as far as CHAIN says. */
    STEPS_OF_A_BYTE = 5,
    STEPS_SHARE = 1024,
    BYTES_OF_A_STEP = 16 /* that are compared take a step of their own */
};

struct match {
    size_t length, distance; /* length 0: there is none */
};

static uint64_t load_eight(const uint8_t *bytes) {
    return deflate_match_load(bytes) | (uint64_t)deflate_match_load(bytes + 4) << 32;
}

/* How many of the first `most` bytes are the same. Eight are compared at once: the lowest byte of
 * the two numbers in which they differ is found by halving. */
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

/* Looks for a match longer than `best` at a place, along the chain that begins `distance` back. */
static struct match follow(struct deflate_match *matcher, size_t place, size_t distance,
                           struct match best, size_t chain) {
    const uint8_t *at = matcher->bytes + place;
    size_t longest = best.length < 3 ? 3 : best.length;
    if (longest >= matcher->fill - place || place < 1) {
        return best;
    }
    size_t known = place - (matcher->base > 0 ? matcher->base : 1);
    size_t farthest = known < matcher->window ? known : matcher->window;
    /* Places as the ring counts them, where the oldest may be less than nothing. */
    const uint8_t *bytes = matcher->bytes;
    size_t slid = matcher->slid;
    const uint16_t *links = matcher->links;
    size_t mask = matcher->ring_mask;
    size_t ring_place = place + matcher->slid;
    size_t oldest = ring_place - farthest, candidate = ring_place - distance;
    /* A longer match has the same first four bytes, and the same four that end one byte after the
     * longest so far. Few places that are no better have both. */
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
    size_t steps = chain - left + compared / BYTES_OF_A_STEP;
    matcher->steps -= steps < matcher->steps ? steps : matcher->steps;
    return best;
}

/* Enters a place, and looks for a match longer than `shortest` there. */
static struct match find(struct deflate_match *matcher, size_t place, size_t shortest,
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
    return follow(matcher, place, distance, best, chain < affordable ? chain : affordable);
}

/* Adds to the allowance what the bytes from `start` on are worth. */
static void earn(struct deflate_match *matcher, size_t start) {
    size_t steps = matcher->steps + (matcher->position - start) * STEPS_OF_A_BYTE;
    matcher->steps = steps < DEFLATE_MATCH_STEPS_MAX ? steps : DEFLATE_MATCH_STEPS_MAX;
}

/* Adds the byte at a place without a match, and, where there has been none for a long time, some
 * of those after it unseen: data that is compressed already would take the longest, in vain. */
static void pass_over(struct deflate_match *matcher, struct deflate_block *block, size_t misses) {
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
        struct match match = find(matcher, place, 0, CHAIN);
        if (match.distance == 0) {
            pass_over(matcher, block, misses++);
            earn(matcher, start);
            continue;
        }
        /* A match is put off by a byte as long as a longer one begins there. */
        while (match.length < LAZY_LENGTH && block->count + 1 < block->capacity) {
            unsigned chain = match.length >= GOOD_LENGTH ? CHAIN_GOOD : CHAIN;
            struct match next = find(matcher, place + 1, match.length, chain);
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
        earn(matcher, start);
        deflate_match_catch_up(matcher); /* the places that the match skips */
    }
}
