/* payload: makes the data that is sent or compressed. The same seed gives the same bytes. */
#ifndef BENCH_PAYLOAD_H
#define BENCH_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

enum payload_kind {
    PAYLOAD_BINARY, /* random bytes */
    PAYLOAD_ASCII,  /* random printable characters */
    PAYLOAD_MIXED   /* sentences in ten languages and seven scripts, in random order */
};

/* A generator of pseudo-random numbers (xorshift64*). The state must not be 0. */
uint64_t payload_random(uint64_t *state);

/* Fills `size` bytes. Text is well-formed UTF-8 and ends with a complete character. */
void payload_fill(enum payload_kind kind, uint64_t *state, uint8_t *out, size_t size);

/* Each fills up to `size` bytes and returns how many: chat messages in JSON; binary records of
 * samples, with a counter, three values that change slowly, and noise. */
size_t payload_json(uint8_t *out, size_t size);
size_t payload_samples(uint8_t *out, size_t size);

#endif
