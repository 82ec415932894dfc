/* utf8_plain: the check of utf8, written as one comparison for each range.
 *
 * Read this one first: it checks one byte at a time, just as the table in utf8.h says. The programs
 * use utf8, which does the same without a branch for each byte and is several times as fast on text
 * that is not English. tests/unit/utf8_test.c compares the two.
 */
#ifndef COMMON_UTF8_PLAIN_H
#define COMMON_UTF8_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The position within a character. All zero at the start of a character, and of a text. */
struct utf8_plain {
    uint8_t needed;    /* continuation bytes still to come */
    uint8_t low, high; /* the range that the next of them must be in, if any is needed */
};

/* Checks `len` more bytes, which may end anywhere in a character. Returns false at the first byte
 * that no valid text can have there (RFC 3629, section 4); do not call it again after that. The
 * text may end when `needed` is 0. */
bool utf8_plain_update(struct utf8_plain *utf8, const uint8_t *bytes, size_t len);

#endif
