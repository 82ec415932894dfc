/* base64: bytes as printable characters, RFC 4648 section 4.
 *
 * Three bytes are cut into four groups of six bits, and each group picks one of 64 characters. One
 * or two bytes left over at the end give two or three characters, padded with '=' to four:
 *
 *      0 1 2 3 4 5 6 7 0 1 2 3 4 5 6 7 0 1 2 3 4 5 6 7
 *     +---------------+---------------+---------------+
 *     |     byte      |     byte      |     byte      |
 *     +-----------+---+-------+-------+---+-----------+
 *     | character | character | character | character |
 *     +-----------+-----------+-----------+-----------+
 */
#ifndef COMMON_BASE64_H
#define COMMON_BASE64_H

#include <stddef.h>
#include <stdint.h>

enum base64_verdict {
    BASE64_OK,
    BASE64_BAD_LENGTH,    /* not a multiple of four characters, or more than `capacity` bytes */
    BASE64_BAD_CHARACTER, /* not in the alphabet, which has no white space */
    BASE64_BAD_PADDING,   /* '=' anywhere but in the last one or two places */
    BASE64_STRAY_BITS /* decoded, but bits that belong to no byte are not zero (RFC 4648, 3.5) */
};

/* Returns how many characters encode `len` bytes, without the closing NUL. `len` must be at most
 * SIZE_MAX / 4 * 3. */
size_t base64_encoded_length(size_t len);

/* Writes base64_encoded_length(len) characters and a NUL to `out`, which the caller owns and which
 * must have room for them. It cannot fail. */
void base64_encode(const uint8_t *bytes, size_t len, char *out);

/* Decodes `len` characters into at most `capacity` bytes at `out` and stores their number in
 * `*decoded`. Returns BASE64_OK only for the one text that base64_encode writes for these bytes.
 * After BASE64_STRAY_BITS the bytes are complete as well, and the caller decides whether to accept
 * them. After any other verdict `*decoded` is 0; some bytes at `out` may have been written. */
enum base64_verdict base64_decode(const char *text, size_t len, uint8_t *out, size_t capacity,
                                  size_t *decoded);

#endif
