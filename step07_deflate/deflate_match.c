#include "step07_deflate/deflate_match.h"

#include <string.h>

/* The sizes of the text and of the tables. */
struct sizes {
    size_t bytes, links, heads, nearby;
    unsigned head_bits, nearby_bits;
};

enum { ROW = 64 /* places; the size of every table is a multiple of it */ };

/* The text has room for two windows, so that the text has to be moved only once for each window,
 * and for what a match looks ahead, as far as places of 16 bits allow. */
static struct sizes sizes_for(unsigned window_bits) {
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
    struct sizes sizes = sizes_for(window_bits);
    return (sizes.links + sizes.heads + sizes.nearby) * sizeof(uint16_t) + sizes.bytes;
}

void deflate_match_init(struct deflate_match *matcher, unsigned window_bits, void *memory) {
    struct sizes sizes = sizes_for(window_bits);
    memset(matcher, 0, sizeof *matcher);
    matcher->heads = memory;
    matcher->nearby = matcher->heads + sizes.heads;
    matcher->links = matcher->nearby + sizes.nearby;
    matcher->bytes = (uint8_t *)(matcher->links + sizes.links);
    matcher->capacity = sizes.bytes;
    matcher->window = sizes.links;
    matcher->ring_mask = sizes.links - 1;
    matcher->head_bits = sizes.head_bits;
    matcher->steps = DEFLATE_MATCH_STEPS_MAX;
    matcher->nearby_bits = sizes.nearby_bits;
    memset(matcher->heads, 0, (sizes.heads + sizes.nearby) * sizeof(uint16_t));
    memset(matcher->links, 0xff, sizes.links * sizeof(uint16_t));
}

/* Subtracts `amount` from the places in a table. Places that were dropped become 0, which means
 * none. The inner loop has a fixed length, so that compilers vectorize it. */
static void lower(uint16_t *places, size_t count, size_t amount) {
    uint16_t less = (uint16_t)(amount < UINT16_MAX ? amount : UINT16_MAX);
    for (size_t row = 0; row < count; row += ROW) {
        for (size_t i = row; i < row + ROW; i++) {
            places[i] = (uint16_t)(places[i] > less ? places[i] - less : 0);
        }
    }
}

/* Drops the first `amount` bytes of the text, which are out of reach or forgotten. */
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

/* Removes a place from the tables if it is in them. All newer places have been removed before. */
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
    /* After more than one window the ring has overwritten links that are needed here. */
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
