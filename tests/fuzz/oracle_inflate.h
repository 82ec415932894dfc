/* oracle_inflate: a second implementation of RFC 1951, a bit at a time and without tables. */
#ifndef TESTS_FUZZ_ORACLE_INFLATE_H
#define TESTS_FUZZ_ORACLE_INFLATE_H

#include "tests/fuzz/fuzz.h"

/* The verdict on compressed data, all of which is there. */
enum oracle_inflate {
    ORACLE_WHOLE,      /* it ends after a block, and no bit of another one is there */
    ORACLE_INCOMPLETE, /* it ends within a block */
    ORACLE_BAD
};

/* Appends to `out` what the data inflates to, up to its end or to its first fault. References may
 * reach back `window` bytes. A final block does not end the data: RFC 7692, 7.2.3.4. */
enum oracle_inflate oracle_inflate(const uint8_t *data, size_t size, size_t window,
                                   struct wire *out);

#endif
