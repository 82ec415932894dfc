#include "common/utf8_vector.h"

#include <stdbool.h>
#include <string.h>

/* Vectors are not part of C, but gcc and clang have them. Not every x86-64 processor has vectors of
 * 32 bytes: a function that is marked FOR_VECTORS uses them, and is called only if has_vectors says
 * so. On macOS not every compiler can ask the processor, so vectors are not used there. */
#if defined __GNUC__ && defined __x86_64__ && !defined __APPLE__
#define FOR_VECTORS __attribute__((target("avx2")))
#define WIDTH 32
static bool has_vectors(void) {
    return __builtin_cpu_supports("avx2");
}
#elif defined __GNUC__ && defined __aarch64__
#define FOR_VECTORS
#define WIDTH 16
static bool has_vectors(void) {
    return true;
}
#endif

#ifdef WIDTH
typedef uint8_t vector __attribute__((vector_size(WIDTH)));
typedef int8_t verdicts __attribute__((vector_size(WIDTH))); /* -1 where true, else 0 */

FOR_VECTORS static inline vector load(const uint8_t *bytes) {
    vector loaded;
    memcpy(&loaded, bytes, sizeof loaded);
    return loaded;
}

/* The ranges of utf8_plain.c without a branch. As signed numbers 80-bf are less than all other
 * bytes, so one comparison finds them, and others find 80-8f and 80-9f. */
FOR_VECTORS static inline verdicts which_are_good(const uint8_t *bytes) {
    vector byte = load(bytes), before = load(bytes - 1);
    verdicts continues = (verdicts)byte < (int8_t)0xc0;
    verdicts begins = (before < 0xc0) & (load(bytes - 2) < 0xe0) & (load(bytes - 3) < 0xf0);
    verdicts to_8f = (verdicts)byte < (int8_t)0x90, to_9f = (verdicts)byte < (int8_t)0xa0;
    verdicts out_of_range = ((before == 0xe0) & to_9f) | ((before == 0xed) & ~to_9f) |
                            ((before == 0xf0) & to_8f) | ((before == 0xf4) & ~to_8f);
    return (continues ^ begins) & (byte < 0xf5) & ((byte & 0xfe) != 0xc0) & ~out_of_range;
}

FOR_VECTORS static size_t walk(const uint8_t *bytes, size_t len) {
    verdicts good = ~(verdicts){0};
    uint64_t words[WIDTH / 8], all = UINT64_MAX;
    size_t done = 0;
    for (; len - done >= WIDTH; done += WIDTH) {
        good &= which_are_good(bytes + done);
    }
    memcpy(words, &good, sizeof words);
    for (size_t i = 0; i < WIDTH / 8; i++) {
        all &= words[i];
    }
    if (all != UINT64_MAX) {
        return 0;
    }
    /* The last character may be incomplete; go back to where it begins. */
    const uint8_t *end = bytes + done;
    return done - (end[-1] >= 0xc0 ? 1 : end[-2] >= 0xe0 ? 2 : end[-3] >= 0xf0 ? 3 : 0);
}

size_t utf8_vector_walk(const uint8_t *bytes, size_t len) {
    return len >= WIDTH && has_vectors() ? walk(bytes, len) : 0;
}
#else
size_t utf8_vector_walk(const uint8_t *bytes, size_t len) {
    (void)bytes, (void)len;
    return 0;
}
#endif
