/* utf8_vector: the check of utf8 for many bytes at once, on processors that have vectors.
 *
 * If the text is valid so far, only the three bytes before a byte decide whether it may come next:
 *
 *     80-bf must come one after c0-ff, two after e0-ff, three after f0-ff, and nowhere else
 *     c0, c1 and f5-ff must not come at all
 *     after e0, ed, f0 and f4 only a part of 80-bf is right
 *
 * So no byte has to wait for the verdict on the one before it, and 16 or 32 bytes are checked side
 * by side in a vector: one instruction compares them all. The bytes before them are vectors, too,
 * which begin one, two and three bytes earlier.
 */
#ifndef COMMON_UTF8_VECTOR_H
#define COMMON_UTF8_VECTOR_H

#include <stddef.h>
#include <stdint.h>

/* Checks `len` bytes of a text that is valid so far and has its last three bytes right before
 * `bytes`. Returns how many of them are valid, up to the end of a character: all but the last 34 at
 * most. Returns 0 if one of them is wrong, if `len` is too short or if the processor has no such
 * vectors; then the automaton in utf8.c has to check them. */
size_t utf8_vector_walk(const uint8_t *bytes, size_t len);

#endif
