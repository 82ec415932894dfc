/* deflated: compressed data in the text, bit by bit. */
#ifndef TOOLS_TUTORIAL_DEFLATED_H
#define TOOLS_TUTORIAL_DEFLATED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DEFLATED_TRUTH_MAX = 200 };

/* Where in the bits the statements have come to. */
struct deflated {
    const uint8_t *bytes;
    size_t length;
    size_t bit; /* the next one; the first bit of a byte is its lowest */
};

/* Checks one statement about a compressed message without its 00 00 ff ff: `10010001  "a"` says
 * what the next bits are, and `"ananananas"` what comes out of all of them. Returns whether it is
 * true, and writes what is true instead, in the same form. */
bool deflated_check(struct deflated *deflated, const char *stated, char truth[DEFLATED_TRUTH_MAX]);

#endif
