/* Base64 (RFC 4648, 4) of the SHA-1 (FIPS 180-4, 6.1) of a short text: the bits as the standards
 * write them down, one after the other. */
#include "fuzz/oracle_http.h"

#include <string.h>

static uint32_t turn_left(uint32_t word, unsigned count) {
    return word << count | word >> (32 - count);
}

static uint32_t mix(size_t round, uint32_t b, uint32_t c, uint32_t d) {
    switch (round / 20) {
    case 0:
        return ((b & c) | (~b & d)) + 0x5a827999u;
    case 1:
        return (b ^ c ^ d) + 0x6ed9eba1u;
    case 2:
        return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdcu;
    default:
        return (b ^ c ^ d) + 0xca62c1d6u;
    }
}

static void take_block(uint32_t hash[5], const uint8_t *block) {
    uint32_t word[80], v[5];
    for (size_t i = 0; i < 16; i++) {
        word[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
                  (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    }
    for (size_t i = 16; i < 80; i++) {
        word[i] = turn_left(word[i - 3] ^ word[i - 8] ^ word[i - 14] ^ word[i - 16], 1);
    }
    memcpy(v, hash, sizeof v);
    for (size_t i = 0; i < 80; i++) {
        uint32_t next = turn_left(v[0], 5) + mix(i, v[1], v[2], v[3]) + v[4] + word[i];
        v[4] = v[3];
        v[3] = v[2];
        v[2] = turn_left(v[1], 30);
        v[1] = v[0];
        v[0] = next;
    }
    for (size_t i = 0; i < 5; i++) {
        hash[i] += v[i];
    }
}

void oracle_sha1_base64(const char *text, char out[29]) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t hash[5] = {0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u, 0xc3d2e1f0u};
    struct fuzz_bytes padded = {0};
    size_t length = strlen(text);
    fuzz_add(&padded, text, length);
    fuzz_add_byte(&padded, 0x80);
    while (padded.length % 64 != 56) {
        fuzz_add_byte(&padded, 0);
    }
    for (size_t i = 8; i > 0; i--) {
        fuzz_add_byte(&padded, (uint8_t)((uint64_t)length * 8 >> 8 * (i - 1)));
    }
    for (size_t at = 0; at < padded.length; at += 64) {
        take_block(hash, padded.data + at);
    }
    fuzz_bytes_free(&padded);
    /* 160 bits, six at a time: 27 digits, the last with two bits of 0, and one "=". */
    for (size_t i = 0; i < 27; i++) {
        unsigned six = 0;
        for (size_t bit = 6 * i; bit < 6 * i + 6; bit++) {
            six = six * 2 + (bit < 160 ? hash[bit / 32] >> (31 - bit % 32) & 1 : 0);
        }
        out[i] = digits[six];
    }
    memcpy(out + 27, "=", 2);
}
