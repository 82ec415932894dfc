#include "step04_frames/mask_fast.h"

#include <string.h>

enum { BLOCK = 32 }; /* bytes that are masked at a time */

/* memcpy is how C reads a word from an address that is not a multiple of its size. */
static uint64_t load_word(const uint8_t *from) {
    uint64_t word;
    memcpy(&word, from, sizeof word);
    return word;
}

static void store_word(uint8_t *to, uint64_t word) {
    memcpy(to, &word, sizeof word);
}

/* The key for the bytes from `offset` on: turned, so that its first byte goes with the first of
 * them, and twice in one word, so that eight can be handled at a time, as fast as memory delivers
 * them. */
static uint64_t turn_key(const uint8_t masking_key[4], uint64_t offset) {
    uint8_t turned[4];
    uint32_t half;
    memcpy(&half, masking_key, sizeof half);
    if (offset % 4 != 0) {
        for (size_t i = 0; i < sizeof turned; i++) {
            turned[i] = masking_key[(offset + i) % 4];
        }
        memcpy(&half, turned, sizeof half);
    }
    return (uint64_t)half << 32 | half;
}

/* Masks the bytes that are left when fewer than a block are. Returns the OR of all results. */
static inline uint64_t mask_rest(uint8_t *to, const uint8_t *from, size_t len, uint64_t key) {
    uint64_t seen = 0;
    uint32_t half = (uint32_t)key, four;
    uint8_t turned[4];
    size_t done = 0;
    for (; len - done >= 8; done += 8) {
        uint64_t eight = load_word(from + done) ^ key;
        store_word(to + done, eight);
        seen |= eight;
    }
    if (len - done >= 4) {
        memcpy(&four, from + done, sizeof four);
        four ^= half;
        memcpy(to + done, &four, sizeof four);
        seen |= four;
        done += 4;
    }
    memcpy(turned, &half, sizeof turned);
    for (; done < len; done++) {
        to[done] = from[done] ^ turned[done % 4];
        seen |= to[done];
    }
    return seen;
}

void mask_fast(uint8_t *to, const uint8_t *from, size_t len, const uint8_t masking_key[4],
               uint64_t offset) {
    uint64_t key = turn_key(masking_key, offset);
    size_t done = 0;
    for (; len - done >= BLOCK; done += BLOCK) {
        /* All 32 bytes are read before any is written, so `to` may lie just before `from`. */
        uint64_t first = load_word(from + done), second = load_word(from + done + 8);
        uint64_t third = load_word(from + done + 16), fourth = load_word(from + done + 24);
        store_word(to + done, first ^ key);
        store_word(to + done + 8, second ^ key);
        store_word(to + done + 16, third ^ key);
        store_word(to + done + 24, fourth ^ key);
    }
    mask_rest(to + done, from + done, len - done, key);
}

bool mask_fast_text(uint8_t *to, const uint8_t *from, size_t len, const uint8_t masking_key[4],
                    uint64_t offset) {
    uint64_t key = turn_key(masking_key, offset);
    uint64_t seen[4] = {0}; /* the OR of all first words of a block, of all second words ... */
    size_t done = 0;
    for (; len - done >= BLOCK; done += BLOCK) {
        uint64_t first = load_word(from + done) ^ key, second = load_word(from + done + 8) ^ key;
        uint64_t third = load_word(from + done + 16) ^ key;
        uint64_t fourth = load_word(from + done + 24) ^ key;
        store_word(to + done, first);
        store_word(to + done + 8, second);
        store_word(to + done + 16, third);
        store_word(to + done + 24, fourth);
        seen[0] |= first;
        seen[1] |= second;
        seen[2] |= third;
        seen[3] |= fourth;
    }
    uint64_t rest = mask_rest(to + done, from + done, len - done, key);
    return ((seen[0] | seen[1] | seen[2] | seen[3] | rest) & UINT64_C(0x8080808080808080)) == 0;
}
