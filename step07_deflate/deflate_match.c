#include "step07_deflate/deflate_match.h"

#include <string.h>

/* How large everything is for a window. */
struct sizes {
    size_t bytes, links, heads, nearby;
    unsigned head_bits, nearby_bits;
};

enum { ROW = 64 /* divides the sizes of all tables of places */ };

/* Two windows of bytes, so that only every other window's worth must be moved; with what a match
 * looks ahead beside it, as far as places of 16 bits allow. */
static struct sizes sizes(unsigned window_bits) {
    struct sizes sizes;
    sizes.links = (size_t)1 << window_bits;
    sizes.bytes = 2 * sizes.links + 2 * DEFLATE_MATCH_LOOKAHEAD;
    sizes.bytes = sizes.bytes <= 65536 ? sizes.bytes : 65536;
    sizes.head_bits = window_bits < 10 ? 10 : window_bits;
    sizes.nearby_bits = window_bits < 12 ? 9 : window_bits - 3;
    sizes.heads = (size_t)1 << sizes.head_bits;
    sizes.nearby = (size_t)1 << sizes.nearby_bits;
    return sizes;
}

size_t deflate_match_memory(unsigned window_bits) {
    struct sizes are = sizes(window_bits);
    return (are.links + are.heads + are.nearby) * sizeof(uint16_t) + are.bytes;
}

void deflate_match_init(struct deflate_match *matcher, unsigned window_bits, void *memory) {
    struct sizes are = sizes(window_bits);
    memset(matcher, 0, sizeof *matcher);
    matcher->heads = memory;
    matcher->nearby = matcher->heads + are.heads;
    matcher->links = matcher->nearby + are.nearby;
    matcher->bytes = (uint8_t *)(matcher->links + are.links);
    matcher->capacity = are.bytes;
    matcher->window = are.links;
    matcher->ring_mask = are.links - 1;
    matcher->head_bits = are.head_bits;
    matcher->steps = DEFLATE_MATCH_STEPS_MAX;
    matcher->nearby_bits = are.nearby_bits;
    memset(matcher->heads, 0, (are.heads + are.nearby) * sizeof(uint16_t));
    memset(matcher->links, 0xff, are.links * sizeof(uint16_t));
}

/* Takes `amount` off the places in a table. Those that are gone become none. Whole rows of places
 * at a time let the compiler do many at once. */
static void lower(uint16_t *places, size_t count, size_t amount) {
    uint16_t less = (uint16_t)(amount < UINT16_MAX ? amount : UINT16_MAX);
    for (size_t row = 0; row < count; row += ROW) {
        for (size_t i = row; i < row + ROW; i++) {
            places[i] = (uint16_t)(places[i] > less ? places[i] - less : 0);
        }
    }
}

/* Moves everything down by `amount`, which takes away what is out of reach or forgotten. */
static void slide(struct deflate_match *matcher, size_t amount) {
    memmove(matcher->bytes, matcher->bytes + amount, matcher->fill - amount);
    lower(matcher->heads, (size_t)1 << matcher->head_bits, amount);
    lower(matcher->nearby, (size_t)1 << matcher->nearby_bits, amount);
    matcher->base = 0;
    matcher->position -= amount;
    matcher->fill -= amount;
    matcher->entered -= amount;
    matcher->slid += amount;
}

size_t deflate_match_feed(struct deflate_match *matcher, const uint8_t *bytes, size_t length) {
    if (length > matcher->capacity - matcher->fill) {
        slide(matcher, matcher->position - deflate_match_history(matcher));
    }
    size_t room = matcher->capacity - matcher->fill;
    size_t taken = length < room ? length : room;
    if (taken > 0) {
        memcpy(matcher->bytes + matcher->fill, bytes, taken);
        matcher->fill += taken;
    }
    return taken;
}

void deflate_match_catch_up(struct deflate_match *matcher) {
    size_t end = matcher->fill < 3 ? 0 : matcher->fill - 3;
    end = end < matcher->position ? end : matcher->position;
    size_t place = matcher->entered;
    for (; place < end; place++) {
        uint32_t four = deflate_match_load(matcher->bytes + place);
        deflate_match_enter(matcher, place, four);
        deflate_match_enter_nearby(matcher, place, four);
    }
    matcher->entered = place;
}

struct deflate_match_mark deflate_match_mark(const struct deflate_match *matcher) {
    struct deflate_match_mark mark = {matcher->position, matcher->entered, matcher->slid};
    return mark;
}

/* Takes a place out of the tables, if it is there; all newer ones are out already. */
static void take_out(struct deflate_match *matcher, size_t place) {
    uint32_t four = deflate_match_load(matcher->bytes + place);
    uint16_t *head = &matcher->heads[deflate_match_hash(four, matcher->head_bits)];
    uint16_t *nearby = &matcher->nearby[deflate_match_hash(four << 8, matcher->nearby_bits)];
    uint16_t link = matcher->links[(place + matcher->slid) & matcher->ring_mask];
    if (*head == place) {
        *head = (uint16_t)(place - link);
    }
    if (*nearby == place) {
        *nearby = 0;
    }
}

void deflate_match_go_back(struct deflate_match *matcher, struct deflate_match_mark mark) {
    /* A ring that has gone round has lost the links that lead back. */
    size_t entered = matcher->entered - mark.entered;
    if (matcher->slid != mark.slid || entered > matcher->ring_mask + 1) {
        deflate_match_forget(matcher);
        return;
    }
    while (matcher->entered > mark.entered) {
        matcher->entered--;
        if (matcher->entered + 4 <= matcher->fill) {
            take_out(matcher, matcher->entered);
        }
    }
    matcher->position = mark.position;
    matcher->fill = mark.position;
}

void deflate_match_forget(struct deflate_match *matcher) {
    matcher->position = matcher->fill;
    matcher->base = matcher->fill;
    matcher->entered = matcher->fill;
}

size_t deflate_match_history(const struct deflate_match *matcher) {
    size_t length = matcher->position - matcher->base;
    return length < matcher->window ? length : matcher->window;
}
