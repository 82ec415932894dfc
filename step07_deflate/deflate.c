#include "step07_deflate/deflate.h"

#include "step07_deflate/deflate_lz77.h"

#include <string.h>

/* How many symbols a block has. Larger blocks spread the cost of their codes over more symbols;
 * smaller ones have codes that fit their symbols better. */
static size_t block_symbols(unsigned window_bits) {
    size_t half = (size_t)1 << (window_bits - 1);
    return half > 4096 ? half : 4096;
}

size_t deflate_memory(unsigned window_bits) {
    return sizeof(struct deflate_block) + block_symbols(window_bits) * sizeof(uint32_t) +
           deflate_match_memory(window_bits);
}

void deflate_init(struct deflate *deflate, unsigned window_bits, void *memory) {
    deflate->block = memory;
    uint32_t *symbols = (uint32_t *)(deflate->block + 1);
    size_t count = block_symbols(window_bits);
    deflate_block_init(deflate->block, symbols, count);
    deflate_match_init(&deflate->matcher, window_bits, symbols + count);
}

void deflate_begin(struct deflate *deflate, const uint8_t *bytes, size_t length, uint8_t *out,
                   size_t capacity) {
    struct deflate_bits bits = {out, out + capacity, 0, 0};
    deflate->bytes = bytes;
    deflate->length = length;
    deflate->fed = deflate_match_feed(&deflate->matcher, bytes, length);
    deflate->done = deflate->block_start = 0;
    deflate->before = deflate_match_mark(&deflate->matcher);
    deflate->out = out;
    deflate->bits = bits;
}

/* Writes the current block. An empty message has none. Returns false if there is no room. */
static bool end_block(struct deflate *deflate) {
    size_t start = deflate->block_start, length = deflate->done - start;
    deflate->block_start = deflate->done;
    return length == 0 ||
           deflate_block_write(deflate->block, deflate->bytes + start, length, &deflate->bits);
}

enum deflate_verdict deflate_run(struct deflate *deflate, size_t *written) {
    struct deflate_match *matcher = &deflate->matcher;
    struct deflate_block *block = deflate->block;
    size_t start = deflate->done;
    while (deflate->fed - start <= DEFLATE_TURN) {
        if (deflate->block_start == deflate->done) {
            deflate_block_begin(block);
        }
        deflate_lz77_run(matcher, block, deflate->fed == deflate->length);
        deflate->done = deflate->fed - (matcher->fill - matcher->position);
        bool is_last = deflate->done == deflate->length;
        if (!is_last && block->count < block->capacity) {
            deflate->fed += deflate_match_feed(matcher, deflate->bytes + deflate->fed,
                                               deflate->length - deflate->fed);
            continue;
        }
        if (!end_block(deflate) || (is_last && !deflate_block_flush(&deflate->bits))) {
            deflate_match_go_back(matcher, deflate->before);
            return DEFLATE_TOO_LONG;
        }
        if (is_last) {
            *written = (size_t)(deflate->bits.next - deflate->out);
            return DEFLATE_DONE;
        }
    }
    return DEFLATE_GO_ON;
}

bool deflate_message(struct deflate *deflate, const uint8_t *bytes, size_t length, uint8_t *out,
                     size_t capacity, size_t *written) {
    enum deflate_verdict verdict = DEFLATE_GO_ON;
    deflate_begin(deflate, bytes, length, out, capacity);
    while (verdict == DEFLATE_GO_ON) {
        verdict = deflate_run(deflate, written);
    }
    return verdict == DEFLATE_DONE;
}

size_t deflate_history(const struct deflate *deflate, uint8_t *to) {
    const struct deflate_match *matcher = &deflate->matcher;
    size_t length = deflate_match_history(matcher);
    memcpy(to, matcher->bytes + matcher->position - length, length);
    return length;
}

void deflate_set_history(struct deflate *deflate, const uint8_t *bytes, size_t length) {
    struct deflate_match *matcher = &deflate->matcher;
    deflate_match_feed(matcher, bytes, length);
    matcher->position = matcher->fill;
    deflate_match_catch_up(matcher);
}

void deflate_forget(struct deflate *deflate) {
    deflate_match_forget(&deflate->matcher);
}
