/* payload: bytes that a case sends or wants back, given by a unit that is repeated up to a length.
 *
 * A case may send 16 MiB, and several cases run at once. Any part of a payload can be made when it
 * is needed, so that nothing large is ever in memory.
 */
#ifndef WSCHECK_PAYLOAD_H
#define WSCHECK_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

struct payload {
    const uint8_t *unit; /* belongs to the caller; may be NULL if the length is 0 */
    size_t unit_length;
    uint64_t length; /* of the payload; the last unit may be cut */
    uint64_t offset; /* where in the repeated units it begins; 0 except in a later fragment */
};

/* The byte at `index`, which is below the length. */
uint8_t payload_at(const struct payload *payload, uint64_t index);

/* Copies `len` bytes from `offset` on to `out`. */
void payload_copy(const struct payload *payload, uint64_t offset, uint8_t *out, size_t len);

/* Writes a payload to `out` for a person to read: text in quotes, other bytes in hexadecimal, a
 * long one cut, then its length. payload_show gets the first `len` of `length` bytes. `capacity` is
 * 64 or more. Returns `out`. */
char *payload_show(const uint8_t *bytes, size_t len, uint64_t length, char *out, size_t capacity);
char *payload_describe(const struct payload *payload, char *out, size_t capacity);

#endif
