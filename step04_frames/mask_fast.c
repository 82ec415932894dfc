#include "step04_frames/mask_fast.h"

#include <string.h>

enum { WORD = 8, BLOCK = 4 * WORD }; /* bytes that are masked at a time */

/* Vectors are not part of C, but gcc and clang have them for every processor: where it has no
 * registers for them, they use several instructions instead of one. Not every x86-64 processor has
 * registers of 32 bytes: a function that is marked FOR_VECTORS uses them, and is called only if
 * has_vectors says so. On macOS not every compiler can ask the processor, so no function is marked
 * there. */
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

/* Rotates the key so that its first byte in memory belongs to the byte at `offset`. The first byte
 * of a word in memory is its lowest on most machines, and its highest on the others. */
static inline uint64_t rotate_key(uint64_t key, uint64_t offset) {
    const uint16_t one = 1;
    bool little_endian = *(const uint8_t *)&one == 1;
    uint64_t bits = 8 * (little_endian ? offset : -offset) % 64;
    return key >> bits | key << (-bits % 64);
}

/* Returns the key for the bytes from `offset` on, twice in one word, to mask eight bytes at a
 * time. */
static inline uint64_t load_key(const uint8_t masking_key[4], uint64_t offset) {
    uint32_t half;
    memcpy(&half, masking_key, sizeof half);
    return rotate_key((uint64_t)half << 32 | half, offset);
}

/* Masks up to a block. Returns the OR of all results. */
static uint64_t mask_few(uint8_t *to, const uint8_t *from, size_t len, uint64_t key) {
    uint64_t all_bits = 0;
    if (len < WORD) {
        for (size_t i = 0; i < len; i++) {
            to[i] = from[i] ^ *(const uint8_t *)&key;
            all_bits |= to[i];
            key = rotate_key(key, 1);
        }
        return all_bits;
    }
    /* The last word overlaps the one before, unless `len` is a multiple of its size. It is read
     * first, because `to` may lie just before `from`, and then the loop overwrites it. */
    size_t rest = len - WORD;
    uint64_t last = load_word(from + rest) ^ rotate_key(key, rest);
    for (size_t done = 0; done < rest; done += WORD) {
        uint64_t word = load_word(from + done) ^ key;
        store_word(to + done, word);
        all_bits |= word;
    }
    store_word(to + rest, last);
    return all_bits | last;
}

/* Masks more than a block; the last block overlaps the one before, as in mask_few. Returns the OR
 * of all results. The compiler copies this function into its two callers, one of which may use more
 * instructions than the other. */
__attribute__((always_inline)) static inline uint64_t mask_blocks(uint8_t *to, const uint8_t *from,
                                                                  size_t len, uint64_t key) {
    size_t rest = len - BLOCK;
    block last, next, all_bits;
    memcpy(&last, from + rest, BLOCK);
    last ^= rotate_key(key, rest);
    all_bits = last;
    size_t done = 0;
    do {
        memcpy(&next, from + done, BLOCK);
        next ^= key;
        memcpy(to + done, &next, BLOCK);
        all_bits |= next;
        done += BLOCK;
    } while (done < rest);
    memcpy(to + rest, &last, BLOCK);
    return all_bits[0] | all_bits[1] | all_bits[2] | all_bits[3];
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
