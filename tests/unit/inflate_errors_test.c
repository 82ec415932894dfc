/* inflate: every way to break the format, in streams written by hand
 * (tests/support/inflate_case.h). */
#include "tests/support/inflate_case.h"
#include "tests/support/test.h"

TEST("inflate: block type 3") {
    expect_bad("0 2:3", "block type 3", "");
    expect_bad("1 2:3", "block type 3", "");
    expect_bad(FIXED A_ END_ "0 2:3", "block type 3", "a");
}

TEST("inflate: LEN and NLEN of a stored block") {
    expect_bad("0 2:0 | x0500 xfbff x48656c6c6f", "NLEN", "");
    expect_bad("0 2:0 | x0500 x0500 x48656c6c6f", "NLEN", "");
    expect_bad("0 2:0 | x0000 xff7f", "NLEN", "");
    expect_bad("0 2:0 | x0001 xfffd", "NLEN", "");
}

TEST("inflate: HLIT and HDIST too large") {
    expect_bad(DYNAMIC HLIT(30) HDIST(0) "4:0", "HLIT", ""); /* 287 */
    expect_bad(DYNAMIC HLIT(31) HDIST(0) "4:0", "HLIT", "");
    expect_bad(DYNAMIC HLIT(0) HDIST(30) "4:0", "HDIST", ""); /* 31 */
    expect_bad(DYNAMIC HLIT(29) HDIST(31) "4:0", "HDIST", "");
}

/* HCLEN 0: the lengths of 16, 17, 18 and 0. */
TEST("inflate: a bad code for code lengths") {
    expect_bad(DYNAMIC HLIT(0) HDIST(0) "4:0 3:1 3:1 3:1 3:0", "lengths is over-subscribed", "");
    expect_bad(DYNAMIC HLIT(0) HDIST(0) "4:0 3:1 3:2 3:2 3:7", "lengths is over-subscribed", "");
    expect_bad(DYNAMIC HLIT(0) HDIST(0) "4:0 3:2 3:2 3:2 3:3", "lengths is incomplete", "");
    expect_bad(DYNAMIC HLIT(0) HDIST(0) "4:0 3:1 3:0 3:0 3:0", "lengths is incomplete", "");
    expect_bad(DYNAMIC HLIT(0) HDIST(0) "4:0 3:0 3:0 3:0 3:0", "lengths is incomplete", "");
}

/* 16 is 0, and 18 is 1. */
#define SIXTEEN_18 "4:0 3:1 3:0 3:1 3:0 "

TEST("inflate: bad repetitions of code lengths") {
    expect_bad(DYNAMIC HLIT(0) HDIST(0) SIXTEEN_18 "0 2:0", "no code length to repeat", "");
    /* 258 lengths: 138 and 138; 138, 117 and 6 of 16; 138, 119 and 3. */
    expect_bad(DYNAMIC HLIT(0) HDIST(0) SIXTEEN_18 "1 7:127 1 7:127", "a repetition", "");
    expect_bad(DYNAMIC HLIT(0) HDIST(0) SIXTEEN_18 "1 7:127 1 7:106 0 2:3", "a repetition", "");
    expect_bad(DYNAMIC HLIT(0) HDIST(0) SIXTEEN_18 "1 7:127 1 7:107 0 2:0", "a repetition", "");
    expect_bad(DYNAMIC HLIT(0) HDIST(0) SIXTEEN_18 "1 7:127 1 7:110", "a repetition", "");
    expect_bad(DYNAMIC HLIT(0) HDIST(0) SIXTEEN_18 "1 7:127 1 7:106 0 2:0", "end of the block", "");
}

TEST("inflate: no end-of-block code") {
    expect_bad(DYNAMIC HLIT(0) HDIST(0) SIXTEEN_18 "1 7:127 1 7:109", "end of the block", "");
    /* 'a' and a length are there, each with 1 bit. */
    expect_bad(DYNAMIC HLIT(1) HDIST(0) LENGTHS_CODE TO_A IS_1 TO_END ZEROS "0", "a repetition",
               "");
    expect_bad(DYNAMIC HLIT(11) HDIST(0) LENGTHS_CODE TO_A IS_1 IS_1 ZEROS "127 " ZEROS "18 " IS_1,
               "end of the block", "");
}

TEST("inflate: a bad literal/length code") {
    /* 'a' 1, the end 1, a length 1; 2 2 1 1. */
    expect_bad(DYNAMIC HLIT(1) HDIST(0) LENGTHS_CODE TO_A IS_1 TO_END IS_1 IS_1 IS_1,
               "literal/length code is over-subscribed", "");
    expect_bad(DYNAMIC HLIT(2) HDIST(0) LENGTHS_CODE TO_A IS_2 TO_END IS_2 IS_1 IS_1 IS_1,
               "literal/length code is over-subscribed", "");
    /* 'a' 1, the end 2; the end 2 alone; 'a' 2, the end 2, a length 2. */
    expect_bad(DYNAMIC HLIT(0) HDIST(0) LENGTHS_CODE TO_A IS_1 TO_END IS_2 IS_1,
               "literal/length code is incomplete", "");
    expect_bad(DYNAMIC HLIT(0) HDIST(0) LENGTHS_CODE ALL_TO_END IS_2 IS_1,
               "literal/length code is incomplete", "");
    expect_bad(DYNAMIC HLIT(1) HDIST(0) LENGTHS_CODE TO_A IS_2 TO_END IS_2 IS_2 IS_1,
               "literal/length code is incomplete", "");
}

#define LITERALS_AND(hdist) DYNAMIC HLIT(1) hdist LENGTHS_CODE TO_A IS_1 TO_END IS_2 IS_2

TEST("inflate: a bad distance code") {
    expect_bad(LITERALS_AND(HDIST(2)) IS_1 IS_1 IS_1, "distance code is over-subscribed", "");
    expect_bad(LITERALS_AND(HDIST(2)) IS_1 IS_1 IS_2, "distance code is over-subscribed", "");
    expect_bad(LITERALS_AND(HDIST(0)) IS_2, "distance code is incomplete", "");
    expect_bad(LITERALS_AND(HDIST(1)) IS_1 IS_2, "distance code is incomplete", "");
    expect_bad(LITERALS_AND(HDIST(2)) IS_2 IS_2 IS_2, "distance code is incomplete", "");
}

TEST("inflate: codes without a meaning") {
    /* 286 is 11000110 in the fixed code, 287 11000111; 30 is 11110, 31 11111. */
    expect_bad(FIXED A_ "11000110", "no literal and no length", "a");
    expect_bad(FIXED A_ "11000111", "no literal and no length", "a");
    expect_bad(FIXED A_ LEN3 "11110", "stands for no distance", "a");
    expect_bad(FIXED A_ LEN3 "11111", "stands for no distance", "a");
    expect_bad(A_END_LEN3 "0 11 1", "stands for no distance", "a"); /* the code of one bit is 0 */
    expect_bad(NO_DISTANCE "0 11 0", "stands for no distance", "a");
    expect_bad(NO_DISTANCE "0 11 1", "stands for no distance", "a");
    expect_bad(ONLY_END "1", "no literal and no length", "");
}

TEST("inflate: distances that go back too far") {
    expect_bad(FIXED LEN3 "00000", "before the first byte", "");
    expect_bad(FIXED A_ LEN3 "00001", "before the first byte", "a");
    expect_bad(FIXED A_ B_ LEN3 "00010", "before the first byte", "ab");
    expect_bad(FIXED A_ B_ A_ B_ A_ LEN3 "00100 1:1", "before the first byte", "ababa"); /* 6 */
}
