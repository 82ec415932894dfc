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
        {54, "31045e7bb077ff8d188a776b196b980388735dbb"},
        {55, "cef734ba81a024479e09eb5a75b6ddae62e6abf1"},
        {56, "901305367c259952f4e7af8323f480d59f81335b"},
        {57, "025ecbd5d70f8fb3c5457cd96bab13fda305dc59"},
        {58, "1fc8ec1c521db349501a72ad396e44bfade318c2"},
        {59, "af3526de3ee728ffd84f7381df8c29b09e3a088d"},
        {60, "06ced2e070e58c2c4ed9f2b8cb890f0c512ce60d"},
        {61, "5482c87d17cc9f29b9f5580d168a712708b8ea98"},
        {62, "ff5b5136336035a9f58c21d5da1e2a1d29c67943"},
        {63, "0ddc4e0cccd9a12850deb5abb0853a4425559fec"},
        {64, "bb2fa3ee7afb9f54c6dfb5d021f14b1ffe40c163"},
        {65, "78c741ddc482e4cdf8c474a0876347a0905b6233"},
        {66, "b6a70490805fc2410afe1e58313de63717fb5663"},
        {118, "46e01fe9785dc90804798b79cd399c6e90d1d382"},
        {119, "4300320394f7ee239bcdce7d3b8bcee173a0cd5c"},
        {120, "ceb2821639c4b6dcb10bce0e522ca2e608ce056d"},
        {121, "f8b9fb92a99638962adc81b9e0270ab9c6dd6c84"},
        {122, "73008655654c6462e6217ab3e9217134b51e1d68"},
        {123, "2fcff189c69b542aa2cf4398bbada78e55d0e115"},
        {124, "5b64597f91b364949cc819598442e0631842697a"},
        {125, "6c7c48731fcde4b222f87d04f0b522eb30c60f85"},
        {126, "d1c4e44be298498fa09182acca33baf50b0abb36"},
        {127, "e463484d274607e1897d4099497cbf2aedcf8206"},
        {128, "150fa3fbdc899bd0b8f95a9fb6027f564d953762"},
        {129, "2699b675922cc84a9b0dfd926eb7f8211c78693d"},
        {130, "d140171ce524e232cc2a6bf07cca693c533d73a1"},
        {183, "7d67d1ee86ed196838922deeedf8e37fa055875a"},
        {184, "f63820441584d227ce8341408c15e413cde16478"},
        {191, "aa097107cd19cee0bbcd90e4a156a95a8b075222"},
        {192, "642762c7e0c923710e1a993abf99f64ce134cd33"},
        {193, "570e7b2d97d4c0b381a43030617fdf2d5e97f5cd"},
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
