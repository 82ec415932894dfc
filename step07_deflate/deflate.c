#include "step07_deflate/deflate.h"

#include "step07_deflate/parse.h"

#include <string.h>

/* Symbols of a block. Larger blocks spread the cost of their codes over more symbols; smaller ones
 * have codes that fit them better. */
static size_t block_symbols(unsigned window_bits) {
    size_t half = (size_t)1 << (window_bits - 1);
    return half > 4096 ? half : 4096;
}

size_t deflate_memory(unsigned window_bits) {
    return sizeof(struct block) + block_symbols(window_bits) * sizeof(uint32_t) +
           matcher_memory(window_bits);
}

void deflate_init(struct deflate *deflate, unsigned window_bits, void *memory) {
    deflate->block = memory;
    uint32_t *symbols = (uint32_t *)(deflate->block + 1);
    size_t count = block_symbols(window_bits);
    block_init(deflate->block, symbols, count);
    matcher_init(&deflate->matcher, window_bits, symbols + count);
}

bool deflate_message(struct deflate *deflate, const uint8_t *bytes, size_t length, uint8_t *out,
                     size_t capacity, size_t *written) {
    struct matcher *matcher = &deflate->matcher;
    struct block *block = deflate->block;
    struct bits bits = {out, out + capacity, 0, 0};
    size_t fed = matcher_feed(matcher, bytes, length);
    size_t done = 0;
    struct matcher_mark mark = matcher_mark(matcher);
    while (done < length) {
        size_t begin = done;
        block_begin(block);
        for (;;) {
            parse_run(matcher, block, fed == length);
            done = fed - (matcher->fill - matcher->position);
            if (done == length || block->count == block->capacity) {
                break;
            }
            fed += matcher_feed(matcher, bytes + fed, length - fed);
        }
        if (!block_write(block, bytes + begin, done - begin, &bits)) {
            matcher_go_back(matcher, mark);
            return false;
        }
    }
    if (!block_flush(&bits)) {
        matcher_go_back(matcher, mark);
        return false;
    }
    *written = (size_t)(bits.next - out);
    return true;
}

size_t deflate_history(const struct deflate *deflate, uint8_t *to) {
    const struct matcher *matcher = &deflate->matcher;
    size_t length = matcher_history(matcher);
    memcpy(to, matcher->bytes + matcher->position - length, length);
    return length;
}

void deflate_set_history(struct deflate *deflate, const uint8_t *bytes, size_t length) {
    struct matcher *matcher = &deflate->matcher;
    matcher_feed(matcher, bytes, length);
    matcher->position = matcher->fill;
    matcher_catch_up(matcher);
}

void deflate_forget(struct deflate *deflate) {
    matcher_forget(&deflate->matcher);
}
