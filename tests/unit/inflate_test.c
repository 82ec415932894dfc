/* inflate: good data, in streams written by hand (tests/support/inflate_case.h tells how), RFC 1951
 * section 3.2 and RFC 7692 section 7.2.3. */
#include "step07_deflate/inflate.h"

#include "tests/support/inflate_case.h"
#include "tests/support/test.h"

#include <string.h>

TEST("inflate: stored blocks") {
    expect("0 2:0 | x0500 xfaff x48656c6c6f", "Hello"); /* BFINAL, BTYPE; LEN, NLEN, the bytes */
    expect(SYNC, "");
    expect("0 2:0 | x0100 xfeff x61 " SYNC "0 2:0 | x0300 xfcff x626364", "abcd");
    expect(FIXED A_ END_ "0 2:0 | x0200 xfdff x6263 " FIXED A_ END_ SYNC, "abca");
    expect("0 2:0 11111 x0100 xfeff x61", "a"); /* the rest of the byte is not looked at */
}

TEST("inflate: fixed blocks") {
    expect(FIXED END_ SYNC, "");
    expect(FIXED A_ B_ END_ SYNC, "ab");
    expect(FIXED A_ LEN3 "00000 " END_ SYNC, "aaaa");     /* distance symbol 0: 1 back */
    expect(FIXED A_ B_ LEN3 "00001 " END_ SYNC, "ababa"); /* symbol 1: 2 back, overlapping */
    expect(FIXED A_ B_ "0001000 00001 " END_ SYNC, "abababababab");   /* 264: a length of 10 */
    expect(FIXED A_ "0001001 1:1 00000 " END_ SYNC, "aaaaaaaaaaaaa"); /* 265: 11 and 1 more */
    /* Literals of eight bits and of nine: 0x8f is 10111111, 0x90 is 110010000, 0xff 111111111. */
    expect(FIXED "10111111 110010000 111111111 " END_ SYNC, "\x8f\x90\xff");
}

TEST("inflate: the longest length") {
    char text[600];
    memset(text, 'a', sizeof text);
    text[259] = '\0';
    /* 285, 11000101, is 258; so is 284, 11000100, with 31 of 31, which nobody needs to write. */
    expect(FIXED A_ "11000101 00000 " END_ SYNC, text);
    expect(FIXED A_ "11000100 5:31 00000 " END_ SYNC, text);
    text[259] = 'a';
    text[1 + 2 * 257] = '\0';
    expect(FIXED A_ "11000100 5:30 00000 11000100 5:30 00000 " END_ SYNC, text);
}

TEST("inflate: dynamic blocks") {
    expect(A_END_LEN3 "0 11 0 10 " SYNC, "aaaa");
    expect(A_END_LEN3 "0 0 0 0 0 10 " A_END_LEN3 "11 0 10 " SYNC, "aaaaaaaa");
    expect(A_END_LEN3 "0 10 " FIXED B_ END_ A_END_LEN3 "0 10 " FIXED B_ END_ SYNC, "abab");
    expect(ONLY_END "0 " SYNC, "");
    expect(NO_DISTANCE "0 0 10 " SYNC, "aa");
    /* 286 literals and lengths, 30 distances, which is as many as there may be; all but 'a' and the
     * end are 0, 29 and 30 of them written at once. */
    expect(DYNAMIC HLIT(29) HDIST(29) LENGTHS_CODE TO_A IS_1 TO_END IS_1 ZEROS "48 "
                                                                               "0 0 1 " SYNC,
           "aa");
}

/* Repetitions of all kinds: the lengths of 16, 17, 18, 0, 8 and 1 are 2 3 3 2 3 3, and the codes of
 * 0: 00, 16: 01, 1: 100, 8: 101, 17: 110, 18: 111. */
#define REPETITIONS "4:14 3:2 3:3 3:3 3:2 3:3 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:3 "
#define SIX_TIMES "01 2:3 "

TEST("inflate: repeated code lengths") {
#define SEVEN_TIMES_SIX SIX_TIMES SIX_TIMES SIX_TIMES SIX_TIMES SIX_TIMES SIX_TIMES SIX_TIMES
    /* 0 to 127 have 8 bits: one, 21 times 6 and one; they are 10000000 and on. */
#define ASCII_8                                                                                    \
    DYNAMIC HLIT(0) HDIST(0) REPETITIONS "101 " SEVEN_TIMES_SIX SEVEN_TIMES_SIX SEVEN_TIMES_SIX    \
                                         "101 "
    /* 128 zeros by symbol 18; 1 for the end, which is 0; 1 for a distance. */
    expect(ASCII_8 "111 7:117 100 100 11100001 11100010 0 " SYNC, "ab");
    /* 124 by 18, 3 by 17, and a 0. */
    expect(ASCII_8 "111 7:113 110 3:0 00 100 100 11100001 0 " SYNC, "a");
    /* Repetitions that go on from literals to distances: 1 for the end and 3 more for a length and
     * two distances; and 14 zeros for 10 lengths and 4 distances. */
    expect(FIXED A_ END_ DYNAMIC HLIT(1) HDIST(1) REPETITIONS
           "111 7:127 111 7:107 100 01 2:0 1 0 0 " SYNC, /* the length, a distance of 1, the end */
           "aaaa");
    expect(DYNAMIC HLIT(10) HDIST(3) REPETITIONS "111 7:127 111 7:107 100 111 7:3 0 " SYNC, "");
}

/* RFC 7692, 7.2.3, each with the 00 00 ff ff that 7.2.2 has the receiver append. */
TEST("inflate: the examples of RFC 7692, 7.2.3") {
    expect("xf248cdc9c907000000ffff", "Hello");                          /* 7.2.3.1 */
    expect("xf248cdc9c907000000ffff xf2001100000000ffff", "HelloHello"); /* 7.2.3.2 */
    expect("x000500faff48656c6c6f00 x0000ffff", "Hello");                /* 7.2.3.3 */
    expect("xf348cdc9c9070000 x0000ffff", "Hello");                      /* 7.2.3.4 */
    expect("xf24805000000ffffcac9c90700 x0000ffff", "Hello");            /* 7.2.3.5 */
    expect("x00 x0000ffff", "");                                         /* 7.2.3.6 */
}

TEST("inflate: a final block does not end the data") {
    /* Stored, fixed, dynamic; the rest of the last byte is skipped, whatever it is. */
    expect("1 2:0 | x0100 xfeff x61 " SYNC, "a");
    expect("1 2:0 | x0100 xfeff x61 "
           "1 2:0 | x0100 xfeff x62 " SYNC,
           "ab");
    expect(FIXED_FINAL A_ END_ "| " FIXED_FINAL B_ END_ "| " SYNC, "ab");
    expect(FIXED_FINAL A_ END_ "111111 " FIXED A_ END_ SYNC, "aa");
    expect("1 2:2 " HLIT(1) HDIST(0) LENGTHS_CODE TO_A IS_1 TO_END IS_2 IS_2 IS_1
           "0 11 0 10 | " SYNC,
           "aaaa");
    /* It may end with a byte. 3 bits of header, 7 of the end, literals of 8 9 9: 36, and 4 more. */
    expect(FIXED_FINAL A_ "110010000 110010000 0000000 1111 " SYNC, "a\x90\x90");
    expect(FIXED_FINAL "110010000 110010000 110010000 110010000 110010000 110010000 0000000 " SYNC,
           "\x90\x90\x90\x90\x90\x90"); /* 3 + 6 * 9 + 7 = 64 */
    /* References reach back across it. */
    expect(FIXED_FINAL A_ B_ END_ "| " FIXED LEN3 "00001 " END_ SYNC, "ababa");
}

/* Inflates all, and says whether the data may end there. */
static bool may_end(const char *words) {
    static struct stream stream;
    static struct inflate inflate;
    uint8_t bytes[10];
    struct inflate_output output = {bytes, 0, sizeof bytes};
    stream.bits = 0;
    stream_add(&stream, words);
    inflate_init(&inflate, 15);
    const uint8_t *next = stream.bytes;
    size_t left = (stream.bits + 7) / 8;
    CHECK_EQUAL(inflate_run(&inflate, &next, &left, &output), INFLATE_NEEDS_INPUT);
    return inflate_is_between_blocks(&inflate);
}

TEST("inflate: where the data may end") {
    CHECK(may_end(""));
    CHECK(may_end(SYNC));
    CHECK(!may_end("0 2:0 |"));
    CHECK(!may_end("0 2:0 | x0000ff"));
    CHECK(!may_end("0 2:0 | x0200fdff"));
    CHECK(!may_end("0 2:0 | x0200fdff61"));
    CHECK(may_end("0 2:0 | x0200fdff6161"));
    CHECK(may_end(FIXED_FINAL A_ END_ "|"));
    CHECK(!may_end(FIXED A_ END_ "|")); /* 18 bits, and the header of a stored block after it */
    CHECK(!may_end(FIXED A_ "110010000 110010000 110010000 " END_ "|")); /* 45 of 48 */
    CHECK(!may_end(FIXED A_ A_ A_ A_ "110010000 110010000 110010000 110010000 " END_ "|")); /* 78 */
    CHECK(may_end(FIXED A_ "110010000 110010000 110010000 110010000 110010000 110010000 " END_));
    CHECK(!may_end(FIXED A_));
    CHECK(!may_end(A_END_LEN3));
    CHECK(!may_end(DYNAMIC HLIT(1) HDIST(1)));
    CHECK(!may_end(DYNAMIC HLIT(1) HDIST(0) LENGTHS_CODE));
}
