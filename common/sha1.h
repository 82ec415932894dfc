/* sha1: the hash of the opening handshake, FIPS 180-4 section 6.1.
 *
 * RFC 6455 uses SHA-1 only to prove that a server has read the key (section 10.8): nothing secret
 * depends on it. Do not use it where somebody gains from a collision.
 *
 * A message is cut into blocks of 64 bytes. Each block is mixed into five words of 32 bits; what
 * they hold after the last block is the digest:
 *
 *      message          0x80   zeros         length in bits, 64 bits, most significant byte first
 *     +----------------+----+---------------+-------------------------+
 *     |      ...       | 80 | 00 00 ... 00  | 00 00 00 00 00 00 00 18 |   a multiple of 64 bytes
 *     +----------------+----+---------------+-------------------------+
 */
#ifndef COMMON_SHA1_H
#define COMMON_SHA1_H

#include <stddef.h>
#include <stdint.h>

enum { SHA1_BLOCK_SIZE = 64, SHA1_DIGEST_SIZE = 20 };

struct sha1 {
    uint32_t word[5];               /* the state: H0 to H4 in FIPS 180-4 */
    uint64_t length;                /* bytes of the message so far */
    uint8_t block[SHA1_BLOCK_SIZE]; /* the unfinished block, of which length % 64 bytes are there */
};

/* Starts a new message. The caller owns the struct; there is nothing to free. */
void sha1_init(struct sha1 *sha1);

/* Adds `len` bytes to the message. It cannot fail for fewer than 2^61 bytes in all, the most for
 * which SHA-1 is defined. */
void sha1_update(struct sha1 *sha1, const void *bytes, size_t len);

/* Ends the message and writes its digest of 20 bytes. To use the struct again, call sha1_init. */
void sha1_final(struct sha1 *sha1, uint8_t digest[SHA1_DIGEST_SIZE]);

#endif
