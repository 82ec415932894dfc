/* inflate_case: compressed data as a test writes it, bit for bit, and what becomes of it. */
#ifndef TESTS_SUPPORT_INFLATE_CASE_H
#define TESTS_SUPPORT_INFLATE_CASE_H

#include <stddef.h>
#include <stdint.h>

enum { STREAM_MAX = 70000, OUTPUT_MAX = 140000 };

/* A stream as it is being written. */
struct stream {
    uint8_t bytes[STREAM_MAX];
    size_t bits;
};

/* Adds words with blanks between them:
 *     0110      these bits, in this order: Huffman codes, which have their first bit first
 *     5:17      the number 17 in 5 bits, which has its lowest bit first
 *     |         zeros up to the next byte
 *     xf248     bytes in hexadecimal */
void stream_add(struct stream *stream, const char *words);

/* Adds a Huffman code of this many bits. */
void stream_add_code(struct stream *stream, unsigned code, unsigned bits);

/* The stream becomes these bytes, and it ends between blocks: whole, in pieces and a byte at a
 * time, with as much room as it needs and with less, down to a byte at a time. */
void expect_in_window(struct stream *stream, unsigned window_bits, const void *wanted,
                      size_t wanted_length);

/* The same with 32 kB of window, and text. */
void expect(const char *words, const char *text);

/* The stream is bad for a reason in which `problem` occurs, and stays so, when the bytes have come
 * out. */
void expect_bad_in_window(struct stream *stream, unsigned window_bits, const char *problem,
                          const void *wanted, size_t wanted_length);
void expect_bad(const char *words, const char *problem, const char *text);

/* The fixed code (3.2.6): 0 to 143 are 00110000 and on, 256 to 279 are 0000000 and on, 280 to 287
 * are 11000000 and on; distances have five bits. */
#define FIXED "0 2:1 "            /* BFINAL 0, BTYPE 1 */
#define FIXED_FINAL "1 2:1 "      /* BFINAL 1 */
#define A_ "10010001 "            /* 'a', 97: 48 + 97 = 145 */
#define B_ "10010010 "            /* 'b' */
#define LEN3 "0000001 "           /* 257: a length of 3 */
#define END_ "0000000 "           /* 256: the end of the block */
#define SYNC "0 2:0 | x0000ffff " /* an empty stored block, as after every message */

/* The head of a dynamic block. */
#define DYNAMIC "0 2:2 "
#define HLIT(number) "5:" #number " "  /* literal/length codes beyond 257 */
#define HDIST(number) "5:" #number " " /* distance codes beyond 1 */
/* Its code for code lengths: in the order 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1 the lengths
 * of 18 and 2 are 2 and that of 1 is 1. */
#define LENGTHS_CODE "4:14 3:0 3:0 3:2 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:2 3:0 3:1 "
#define IS_1 "0 "
#define IS_2 "10 "
#define ZEROS "11 7:" /* and how many more than 11 */
/* Zeros for the symbols 0 to 96, 98 to 255 (without 'a'), and 0 to 255. */
#define TO_A ZEROS "86 "
#define TO_END ZEROS "127 " ZEROS "9 "
#define ALL_TO_END ZEROS "127 " ZEROS "107 "

/* Whole heads: 'a' is 0, the end 10, a length of 3 is 11; a distance of 1 is 0. */
#define A_END_LEN3 DYNAMIC HLIT(1) HDIST(0) LENGTHS_CODE TO_A IS_1 TO_END IS_2 IS_2 IS_1
/* 'a' is 0, the end 10, a length of 3 is 11; no distances (11 lengths of 0). */
#define NO_DISTANCE DYNAMIC HLIT(1) HDIST(10) LENGTHS_CODE TO_A IS_1 TO_END IS_2 IS_2 ZEROS "0 "
/* The end is 0, and there is nothing else. */
#define ONLY_END DYNAMIC HLIT(0) HDIST(10) LENGTHS_CODE ALL_TO_END IS_1 ZEROS "0 "

#endif
