/* utf8_plain: the check of utf8, written as one comparison for each range.
 *
 * Read this one first. It says what UTF-8 is in the way the table in utf8.h does, a byte at a time.
 * The programs use utf8, which does the same without a branch for each byte, several times as fast
 * on text that is not English. tests/unit/utf8_test.c holds the two against each other.
 */
#ifndef COMMON_UTF8_PLAIN_H
#define COMMON_UTF8_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where in a character the text stands. All zero at the start of a character, and of a text. */
struct utf8_plain {
    uint8_t needed;    /* continuation bytes still to come */
    uint8_t low, high; /* the range that the next of them must be in, if any is needed */
};

/* Goes on with `len` more bytes, in pieces of any size. Returns false at the first byte that no
 * valid text can have there (RFC 3629, section 4); do not go on after that. The text may end when
 * `needed` is 0. */
bool utf8_plain_update(struct utf8_plain *utf8, const uint8_t *bytes, size_t len);

#endif
