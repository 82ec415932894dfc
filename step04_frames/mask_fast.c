#include "step04_frames/mask_fast.h"

#include <string.h>

enum { WORD = 8, BLOCK = 4 * WORD }; /* bytes that are masked at a time */

/* Vectors are no part of C, but gcc and clang have them for every processor: where it has no such
 * registers, several instructions do what one would. On x86-64 not every processor has them: what
 * is marked FOR_VECTORS may use them, and is called after asking for them. Not every compiler for
 * macOS can ask. */
typedef uint64_t block __attribute__((vector_size(BLOCK)));
#if defined __x86_64__ && !defined __APPLE__
#define FOR_VECTORS __attribute__((target("avx2")))
static bool has_vectors(void) {
    return __builtin_cpu_supports("avx2");
}
#else
#define FOR_VECTORS
static bool has_vectors(void) {
    return true;
}
#endif

/* memcpy is how C reads a word from an address that is not a multiple of its size. */
static inline uint64_t load_word(const uint8_t *from) {
    uint64_t word;
    memcpy(&word, from, sizeof word);
    return word;
}

static inline void store_word(uint8_t *to, uint64_t word) {
    memcpy(to, &word, sizeof word);
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

/* Masks up to a block. Returns the OR of all results. */
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

/* Masks more than a block, the last one as in mask_few. Returns the OR of all results. The compiler
 * copies it into its two callers, of which one may use more instructions than the other. */
__attribute__((always_inline)) static inline uint64_t mask_blocks(uint8_t *to, const uint8_t *from,
                                                                  size_t len, uint64_t key) {
    size_t rest = len - BLOCK;
    block last, next, seen;
    memcpy(&last, from + rest, BLOCK);
    last ^= turn_key(key, rest);
    seen = last;
    size_t done = 0;
    do {
        memcpy(&next, from + done, BLOCK);
        next ^= key;
        memcpy(to + done, &next, BLOCK);
        seen |= next;
        done += BLOCK;
    } while (done < rest);
    memcpy(to + rest, &last, BLOCK);
    return seen[0] | seen[1] | seen[2] | seen[3];
}

FOR_VECTORS static uint64_t mask_many(uint8_t *to, const uint8_t *from, size_t len, uint64_t key) {
    return mask_blocks(to, from, len, key);
}

static inline uint64_t mask(uint8_t *to, const uint8_t *from, size_t len,
                            const uint8_t masking_key[4], uint64_t offset) {
    uint64_t key = load_key(masking_key, offset);
    if (len <= BLOCK) {
        return mask_few(to, from, len, key);
    }
    return has_vectors() ? mask_many(to, from, len, key) : mask_blocks(to, from, len, key);
}

void mask_fast(uint8_t *to, const uint8_t *from, size_t len, const uint8_t masking_key[4],
               uint64_t offset) {
    mask(to, from, len, masking_key, offset);
}

bool mask_fast_text(uint8_t *to, const uint8_t *from, size_t len, const uint8_t masking_key[4],
                    uint64_t offset) {
    return (mask(to, from, len, masking_key, offset) & UINT64_C(0x8080808080808080)) == 0;
}
