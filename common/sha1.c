#include "common/sha1.h"

#include <string.h>

static uint32_t rotate_left(uint32_t word, unsigned bits) {
    return word << bits | word >> (32 - bits);
}

/* FIPS 180-4, 6.1.2: 80 rounds, the first 16 with the words of the block, the others with words
 * mixed from earlier ones. The constant, and the function that combines b, c and d, change every 20
 * rounds. */
static void mix_block(struct sha1 *sha1, const uint8_t block[SHA1_BLOCK_SIZE]) {
    uint32_t schedule[80];
    for (size_t t = 0; t < 16; t++) {
        const uint8_t *byte = block + 4 * t;
        schedule[t] = (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 |
                      (uint32_t)byte[3];
    }
    for (size_t t = 16; t < 80; t++) {
        uint32_t mixed = schedule[t - 3] ^ schedule[t - 8] ^ schedule[t - 14] ^ schedule[t - 16];
        schedule[t] = rotate_left(mixed, 1);
    }

    uint32_t a = sha1->word[0], b = sha1->word[1], c = sha1->word[2];
    uint32_t d = sha1->word[3], e = sha1->word[4];
    for (size_t t = 0; t < 80; t++) {
        uint32_t f, k;
        if (t < 20) {
            f = (b & c) | (~b & d);
            k = 0x5a827999;
        } else if (t < 40) {
            f = b ^ c ^ d;
            k = 0x6ed9eba1;
        } else if (t < 60) {
            f = (b & c) | (b & d) | (c & d);
            k = 0x8f1bbcdc;
        } else {
            f = b ^ c ^ d;
            k = 0xca62c1d6;
        }
        uint32_t next = rotate_left(a, 5) + f + e + k + schedule[t];
        e = d;
        d = c;
        c = rotate_left(b, 30);
        b = a;
        a = next;
    }
    sha1->word[0] += a;
    sha1->word[1] += b;
    sha1->word[2] += c;
    sha1->word[3] += d;
    sha1->word[4] += e;
}

void sha1_init(struct sha1 *sha1) {
    static const uint32_t start[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    memcpy(sha1->word, start, sizeof start);
    sha1->length = 0;
}

void sha1_update(struct sha1 *sha1, const void *bytes, size_t len) {
    const uint8_t *next = bytes;
    while (len > 0) {
        size_t filled = (size_t)(sha1->length % SHA1_BLOCK_SIZE);
        size_t take = SHA1_BLOCK_SIZE - filled < len ? SHA1_BLOCK_SIZE - filled : len;
        memcpy(sha1->block + filled, next, take);
        sha1->length += take;
        next += take;
        len -= take;
        if (filled + take == SHA1_BLOCK_SIZE) {
            mix_block(sha1, sha1->block);
        }
    }
}

void sha1_final(struct sha1 *sha1, uint8_t digest[SHA1_DIGEST_SIZE]) {
    static const uint8_t padding[SHA1_BLOCK_SIZE] = {0x80};
    uint64_t bits = sha1->length * 8;
    size_t filled = (size_t)(sha1->length % SHA1_BLOCK_SIZE);

    /* The length takes the last 8 bytes of a block. If they are not free, one more block follows.
     * Either way the padding is 1 to 64 bytes long. */
    sha1_update(sha1, padding, (filled < 56 ? 56 : 120) - filled);
    uint8_t length[8];
    for (size_t i = 0; i < 8; i++) {
        length[i] = (uint8_t)(bits >> (56 - 8 * i));
    }
    sha1_update(sha1, length, sizeof length);

    for (size_t i = 0; i < SHA1_DIGEST_SIZE; i++) {
        digest[i] = (uint8_t)(sha1->word[i / 4] >> (24 - 8 * (i % 4)));
    }
}
