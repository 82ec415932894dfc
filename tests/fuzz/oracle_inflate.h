/* oracle_inflate: RFC 1951 once more, a bit at a time and without any table. */
#ifndef TESTS_FUZZ_ORACLE_INFLATE_H
#define TESTS_FUZZ_ORACLE_INFLATE_H

#include "tests/fuzz/fuzz.h"

/* What there is to say of compressed data that ends where it ends. */
enum oracle_inflate {
    ORACLE_WHOLE,      /* behind a block, and no bit of another one is there */
    ORACLE_INCOMPLETE, /* within a block */
    ORACLE_BAD
};

/* Appends to `out` what comes out of the data, up to the end or to what is bad. References may
 * reach back `window` bytes. A final block does not end the data: RFC 7692, 7.2.3.4. */
enum oracle_inflate oracle_inflate(const uint8_t *data, size_t size, size_t window,
                                   struct wire *out);

#endif
