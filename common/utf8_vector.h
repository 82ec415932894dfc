/* utf8_vector: the check of utf8, of many bytes at once, on processors that have vectors.
 *
 * Whether a byte may come next depends on the three before it alone, if the text is good so far:
 *
 *     80-bf must come one after c0-ff, two after e0-ff, three after f0-ff, and nowhere else
 *     c0, c1 and f5-ff must not come at all
 *     after e0, ed, f0 and f4 only a part of 80-bf is right
 *
 * No byte waits for the verdict on the one before. So 16 or 32 of them are looked at side by side,
 * in a vector: each comparison is one instruction for all. The bytes before them are vectors, too,
 * which begin one, two and three bytes earlier.
 */
#ifndef COMMON_UTF8_VECTOR_H
#define COMMON_UTF8_VECTOR_H

#include <stddef.h>
#include <stdint.h>

/* Checks the next bytes of a text that is good so far and has its last three bytes right in front
 * of `bytes`. Returns how many are good, up to the end of a character: all but the last thirty or
 * so of the `len`. Returns 0 if one of them is wrong, if `len` is too short or if the processor has
 * no such vectors: the automaton of utf8.c then has to look. */
size_t utf8_vector_walk(const uint8_t *bytes, size_t len);

#endif
