/* utf8: checks that a text is UTF-8, as its bytes arrive. RFC 3629; RFC 6455 section 8.1.
 *
 *     bytes                                                     code points
 *     00-7f                                                     U+0000   to U+007F
 *     c2-df 80-bf                                               U+0080   to U+07FF
 *     e0    a0-bf 80-bf                                         U+0800   to U+0FFF
 *     e1-ec 80-bf 80-bf                                         U+1000   to U+CFFF
 *     ed    80-9f 80-bf        (a0-bf would be surrogates)      U+D000   to U+D7FF
 *     ee-ef 80-bf 80-bf                                         U+E000   to U+FFFF
 *     f0    90-bf 80-bf 80-bf                                   U+10000  to U+3FFFF
 *     f1-f3 80-bf 80-bf 80-bf                                   U+40000  to U+FFFFF
 *     f4    80-8f 80-bf 80-bf                                   U+100000 to U+10FFFF
 *
 * The bytes c0, c1 and f5-ff never occur, and the second byte sometimes has a narrower range than
 * 80-bf. That excludes overlong forms, surrogates and code points above U+10FFFF. utf8_plain.c says
 * the same in plain comparisons; read it first.
 */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The position within a character. */
struct utf8 {
    uint8_t state; /* of the automaton in utf8.c */
};

/* Starts a text. */
void utf8_init(struct utf8 *utf8);

/* Checks `len` more bytes, which may end anywhere in a character. Returns false if a byte is one
 * that no valid text can have there; do not call it again after that. */
bool utf8_update(struct utf8 *utf8, const uint8_t *bytes, size_t len);

/* Returns whether the text may end here, that is, not in the middle of a character. */
bool utf8_is_complete(const struct utf8 *utf8);

#endif
