/* fuzz: what the fuzz targets and their oracles share.
 *
 * A target is a file target_NAME.c with the function that libFuzzer calls for each input. Linked
 * with libFuzzer it is $(BUILD)/fuzz/fuzz_NAME, which makes up inputs; linked with replay.c it is
 * $(BUILD)/fuzz/replay_NAME, which reads them from files. tests/fuzz/README.md says more.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "tests/support/wire.h"

/* Runs the code under test on one input, and ends the process with abort() if it did wrong. The
 * name is libFuzzer's. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Both end the process with an explanation, as a failed assertion does; fuzz_check only if the
 * condition does not hold. */
_Noreturn void fuzz_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define fuzz_check(good, ...) ((good) ? (void)0 : fuzz_fail(__VA_ARGS__))

/* Changes the size of `memory` as realloc does, or allocates it if that is NULL. Ends the process
 * if there is not enough. The caller frees it. */
void *fuzz_resize(void *memory, size_t size);

/* A copy on the heap that is not a byte longer than the original, so that the address sanitizer
 * sees a read beyond its end. The caller frees it. */
void *fuzz_copy(const void *bytes, size_t length);

/* Random numbers that are the same for the same seed, so that every run can be repeated. */
struct fuzz_dice {
    uint32_t state;
};

void fuzz_dice_init(struct fuzz_dice *dice, uint32_t seed);

/* A number from 0 to sides - 1. */
size_t fuzz_roll(struct fuzz_dice *dice, size_t sides);

static inline void fuzz_add_byte(struct wire *bytes, uint8_t byte) {
    if (bytes->len < bytes->capacity) {
        bytes->bytes[bytes->len++] = byte;
    } else {
        wire_add(bytes, &byte, 1);
    }
}

/* Adds a short text, formatted as by printf. */
void fuzz_add_text(struct wire *bytes, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Ends the process unless both are the same, and shows where they begin to differ. */
void fuzz_check_same(const struct wire *got, const struct wire *wanted, const char *what);

#endif
