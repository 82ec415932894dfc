/* SHA-1 against the examples of FIPS 180 and against itself in pieces. */
#include "common/sha1.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

/* Hashes a text and compares the digest in hexadecimal. */
static void check_digest(const void *bytes, size_t len, const char *wanted) {
    struct sha1 sha1;
    uint8_t digest[SHA1_DIGEST_SIZE];
    char hex[2 * SHA1_DIGEST_SIZE + 1];
    sha1_init(&sha1);
    sha1_update(&sha1, bytes, len);
    sha1_final(&sha1, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    }
    CHECK_FOR(strcmp(hex, wanted) == 0, "%zu bytes give %s, not %s", len, hex, wanted);
}

TEST("sha1: the examples of FIPS 180") {
    const char *two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    check_digest("", 0, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    check_digest("abc", 3, "a9993e364706816aba3e25717850c26c9cd0d89d");
    check_digest(two_blocks, strlen(two_blocks), "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
}

TEST("sha1: a million times 'a'") {
    static char text[1000000];
    memset(text, 'a', sizeof text);
    check_digest(text, sizeof text, "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

/* Around the ends of a block the padding takes one block more or less. The digests were computed
 * with sha1sum of coreutils. */
TEST("sha1: every length around the block edges") {
    static const struct {
        size_t len;
        const char *digest;
    } edges[] = {
        {1, "11f6ad8ec52a2984abaafd7c3b516503785c2072"},
        {55, "cef734ba81a024479e09eb5a75b6ddae62e6abf1"},
        {56, "901305367c259952f4e7af8323f480d59f81335b"},
        {63, "0ddc4e0cccd9a12850deb5abb0853a4425559fec"},
        {64, "bb2fa3ee7afb9f54c6dfb5d021f14b1ffe40c163"},
        {65, "78c741ddc482e4cdf8c474a0876347a0905b6233"},
        {119, "4300320394f7ee239bcdce7d3b8bcee173a0cd5c"},
        {120, "ceb2821639c4b6dcb10bce0e522ca2e608ce056d"},
        {127, "e463484d274607e1897d4099497cbf2aedcf8206"},
        {128, "150fa3fbdc899bd0b8f95a9fb6027f564d953762"},
        {129, "2699b675922cc84a9b0dfd926eb7f8211c78693d"},
    };
    char text[256];
    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        check_digest(text, edges[i].len, edges[i].digest);
    }
}

TEST("sha1: pieces of any size give the same digest") {
    uint8_t text[200], whole[SHA1_DIGEST_SIZE], pieces[SHA1_DIGEST_SIZE];
    struct sha1 sha1;
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = (uint8_t)(i * 7);
    }
    sha1_init(&sha1);
    sha1_update(&sha1, text, sizeof text);
    sha1_final(&sha1, whole);
    for (size_t size = 1; size < sizeof text; size++) {
        sha1_init(&sha1);
        for (size_t at = 0; at < sizeof text; at += size) {
            sha1_update(&sha1, text + at, sizeof text - at < size ? sizeof text - at : size);
        }
        sha1_final(&sha1, pieces);
        CHECK_BYTES(pieces, sizeof pieces, whole, sizeof whole);
    }
}
