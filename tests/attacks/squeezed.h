/* squeezed: compressed data as an attacker makes it, bit by bit (RFC 1951), without help from the
 * code under test, and what it takes to send it. */
#ifndef TESTS_ATTACKS_SQUEEZED_H
#define TESTS_ATTACKS_SQUEEZED_H

#include "tests/attacks/attack.h"

/* Bits in the making; all 0 is empty. wire_free(&squeezed.out) gives the memory back. */
struct squeezed {
    struct wire out; /* the whole bytes */
    uint64_t bits;   /* and those after them, the next one lowest; */
    unsigned count;  /* so many */
};

/* Adds so many zeros: a literal, and references of 258 bytes that take two bits each. */
void squeezed_zeros(struct squeezed *squeezed, size_t total);

/* Writes noise, which the server compresses in vain. */
void squeezed_noise(uint8_t *bytes, size_t length);

/* Adds bytes as they are, in stored blocks. */
void squeezed_stored(struct squeezed *squeezed, const uint8_t *bytes, size_t length);

/* Adds this many bytes with a period: once as they are, and then as references of 258 bytes, in 15
 * bits each. `period` is 24577 to 32768. */
void squeezed_repeat(struct squeezed *squeezed, const uint8_t *unit, size_t period, size_t total);

/* Adds a block of nothing with tables that take long to make: codes of up to ten bits for literals
 * and of up to eight for distances, and then a block of nothing in the fixed codes. */
void squeezed_tables(struct squeezed *squeezed);

/* Adds an empty stored block, five bytes at least. */
void squeezed_empty_block(struct squeezed *squeezed);

/* Ends a message as RFC 7692, 7.2.1 wants it: with an empty stored block without its last four
 * bytes. */
void squeezed_end(struct squeezed *squeezed);

/* Starts build/step07_deflate under attack; as attack_begin otherwise. */
bool squeezed_begin(const char *const *options);

/* Opens a connection on which the server agrees to compress. */
int squeezed_open(void);

/* Sends a frame with this first byte as a client does. */
bool squeezed_send(int fd, uint8_t first, const void *payload, size_t length);

/* Waits for a frame, reads it whatever its size, and stores the length of its payload. Returns its
 * first byte, or ATTACK_BROKEN. */
int squeezed_read(int fd, size_t *length);

#endif
