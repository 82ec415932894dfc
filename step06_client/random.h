/* random: bytes that nobody can predict, for keys. Step 6.
 *
 * A client masks each frame with a new key (RFC 6455, 5.3), so that a page cannot choose what its
 * frames look like on the wire (10.3). A generator such as rand(), which can be computed ahead by
 * who has seen a few of its numbers, would give that away. The system has a better one.
 */
#ifndef STEP06_CLIENT_RANDOM_H
#define STEP06_CLIENT_RANDOM_H

#include <stddef.h>
#include <stdint.h>

enum { RANDOM_STOCK_SIZE = 256 }; /* the most that the system gives at once */

/* Bytes that were fetched ahead: one system call serves many keys. It starts as all zeros. */
struct random {
    size_t left; /* bytes in stock that have not been handed out */
    uint8_t stock[RANDOM_STOCK_SIZE];
};

/* Writes `len` bytes, RANDOM_STOCK_SIZE at most, none of which is ever given again. Returns 0, or
 * -1 with errno when the system gives none; `out` must not be used then. */
int random_bytes(struct random *random, uint8_t *out, size_t len);

#endif
