/* samples: data of many kinds to be compressed, the same in every run. */
#ifndef TESTS_ZLIB_SAMPLES_H
#define TESTS_ZLIB_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

/* Random numbers; start with any seed. */
struct samples_dice {
    uint64_t state;
};

uint32_t samples_roll(struct samples_dice *dice, uint32_t sides);

/* Fills in data of a kind, one of SAMPLES_KINDS. */
enum { SAMPLES_KINDS = 8 };

void samples_fill(unsigned kind, uint8_t *bytes, size_t length);

/* What the kind is called. */
const char *samples_name(unsigned kind);

#endif
