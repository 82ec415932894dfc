/* random: bytes that nobody can predict, for keys. Step 6.
 *
 * A client masks each frame with a new key (RFC 6455, 5.3), so that a page cannot choose what its
 * frames look like on the wire (10.3). With a generator such as rand() a page could: whoever has
 * seen a few of its numbers can compute the next. The system has one that nobody can predict.
 */
#ifndef STEP06_CLIENT_RANDOM_H
#define STEP06_CLIENT_RANDOM_H

#include <stddef.h>
#include <stdint.h>

enum { RANDOM_POOL_SIZE = 256 }; /* the most that getentropy() gives with one call */

/* Random bytes that are fetched ahead, so that one system call serves many keys. It starts with all
 * zeros. */
struct random {
    size_t left; /* bytes of the pool that have not been handed out */
    uint8_t pool[RANDOM_POOL_SIZE];
};

/* Writes `len` random bytes, at most RANDOM_POOL_SIZE, to `out`; no byte is handed out twice.
 * Returns 0, or -1 with errno when the system gives none, and then `out` must not be used. */
int random_bytes(struct random *random, uint8_t *out, size_t len);

#endif
