#include "step04_frames/mask_fast.h"

#include <string.h>

enum { WORD = 8, BLOCK = 4 * WORD }; /* bytes that are masked at a time */

struct block {
    uint64_t first, second, third, fourth;
};

/* memcpy is how C reads a word from an address that is not a multiple of its size. */
static inline uint64_t load_word(const uint8_t *from) {
    uint64_t word;
    memcpy(&word, from, sizeof word);
    return word;
}

static inline void store_word(uint8_t *to, uint64_t word) {
    memcpy(to, &word, sizeof word);
}

static inline struct block mask_block(const uint8_t *from, uint64_t key) {
    return (struct block){load_word(from) ^ key, load_word(from + 8) ^ key,
                          load_word(from + 16) ^ key, load_word(from + 24) ^ key};
}

static inline void store_block(uint8_t *to, struct block block) {
    store_word(to, block.first);
    store_word(to + 8, block.second);
    store_word(to + 16, block.third);
    store_word(to + 24, block.fourth);
}

/* Turns the key, so that its first byte in memory goes with the byte at `offset`. The first byte of
 * a word is its lowest on most machines, and its highest on the others. */
static inline uint64_t turn_key(uint64_t key, uint64_t offset) {
    const uint16_t one = 1;
    bool lowest_is_first = *(const uint8_t *)&one == 1;
    uint64_t bits = 8 * (lowest_is_first ? offset : -offset) % 64;
    return key >> bits | key << (-bits % 64);
}

/* The key for the bytes from `offset` on, twice in one word, so that eight can be handled at a
 * time, as fast as memory delivers them. */
static inline uint64_t load_key(const uint8_t masking_key[4], uint64_t offset) {
    uint32_t half;
    memcpy(&half, masking_key, sizeof half);
    return turn_key((uint64_t)half << 32 | half, offset);
}

/* Masks less than a block. Returns the OR of all results. */
static uint64_t mask_few(uint8_t *to, const uint8_t *from, size_t len, uint64_t key) {
    uint64_t seen = 0;
    if (len < WORD) {
        for (size_t i = 0; i < len; i++) {
            to[i] = from[i] ^ *(const uint8_t *)&key;
            seen |= to[i];
            key = turn_key(key, 1);
        }
        return seen;
    }
    /* The last word overlaps the one before, unless `len` is a multiple of its size. It is read
     * first, because it may be overwritten: `to` may lie just before `from`. */
    size_t rest = len - WORD;
    uint64_t last = load_word(from + rest) ^ turn_key(key, rest);
    for (size_t done = 0; done < rest; done += WORD) {
        uint64_t word = load_word(from + done) ^ key;
        store_word(to + done, word);
        seen |= word;
    }
    store_word(to + rest, last);
    return seen | last;
}

void mask_fast(uint8_t *to, const uint8_t *from, size_t len, const uint8_t masking_key[4],
               uint64_t offset) {
    uint64_t key = load_key(masking_key, offset);
    if (len < BLOCK) {
        mask_few(to, from, len, key);
        return;
    }
    size_t rest = len - BLOCK;
    struct block last = mask_block(from + rest, turn_key(key, rest)); /* as in mask_few */
    for (size_t done = 0; done < rest; done += BLOCK) {
        store_block(to + done, mask_block(from + done, key));
    }
    store_block(to + rest, last);
}

bool mask_fast_text(uint8_t *to, const uint8_t *from, size_t len, const uint8_t masking_key[4],
                    uint64_t offset) {
    const uint64_t top_bits = UINT64_C(0x8080808080808080);
    uint64_t key = load_key(masking_key, offset);
    if (len < BLOCK) {
        return (mask_few(to, from, len, key) & top_bits) == 0;
    }
    size_t rest = len - BLOCK;
    struct block last = mask_block(from + rest, turn_key(key, rest)), seen = last;
    for (size_t done = 0; done < rest; done += BLOCK) {
        struct block block = mask_block(from + done, key);
        store_block(to + done, block);
        seen.first |= block.first;
        seen.second |= block.second;
        seen.third |= block.third;
        seen.fourth |= block.fourth;
    }
    store_block(to + rest, last);
    return ((seen.first | seen.second | seen.third | seen.fourth) & top_bits) == 0;
}
