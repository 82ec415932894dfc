/* payload: bytes that a case sends or wants back; short ones as they are, long ones as a pattern.
 *
 * A case may send 16 MiB, and several cases run at once. So a payload is a unit that is repeated up
 * to a length, and any part of it can be made when it is needed: nothing large is ever in memory.
 */
#ifndef WSCHECK_PAYLOAD_H
#define WSCHECK_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

struct payload {
    const uint8_t *unit; /* belongs to the caller; may be NULL when the length is 0 */
    size_t unit_length;
    uint64_t length; /* of the whole; the last unit may be cut */
    uint64_t offset; /* where in the pattern it begins; 0 but for a later fragment */
};

/* The byte at `index`, which is below the length. */
uint8_t payload_at(const struct payload *payload, uint64_t index);

/* Writes `len` bytes from `offset` on to `out`. */
void payload_copy(const struct payload *payload, uint64_t offset, uint8_t *out, size_t len);

/* Writes it as a person reads it to `out`: text in quotes, other bytes in hexadecimal, long ones
 * cut off and with their length. `capacity` is 64 or more. Returns `out`. */
char *payload_show(const uint8_t *bytes, size_t len, uint64_t length, char *out, size_t capacity);
char *payload_describe(const struct payload *payload, char *out, size_t capacity);

#endif
