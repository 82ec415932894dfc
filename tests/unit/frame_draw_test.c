/* frame_draw: pictures of frames, line by line as a person sees them. */
#include "step04_frames/frame_draw.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

enum { LINES_MAX = 40, LINE_MAX_COLUMNS = 80 };

/* The lines of a picture. */
struct picture {
    char line[LINES_MAX][LINE_MAX_COLUMNS + 1];
    size_t count;
};

static void add_line(void *context, const char *text) {
    struct picture *picture = context;
    CHECK_FOR(strlen(text) <= LINE_MAX_COLUMNS, "a line of %zu characters: %s", strlen(text), text);
    CHECK_FOR(strchr(text, '\n') == NULL, "a newline in %s", text);
    CHECK(picture->count < LINES_MAX);
    if (picture->count < LINES_MAX) {
        snprintf(picture->line[picture->count++], LINE_MAX_COLUMNS + 1, "%s", text);
    }
}

/* Draws a frame of which `len` bytes are there, header and payload. */
static void draw(struct picture *picture, const uint8_t *bytes, size_t len, bool masked) {
    struct frame_rules rules = {.masked = masked, .allowed_rsv = 7};
    struct frame_header header;
    picture->count = 0;
    CHECK_EQUAL(frame_decode_header(bytes, len, &rules, &header), FRAME_OK);
    frame_draw(&header, bytes, len - frame_header_size(&header), add_line, picture);
}

/* Draws a frame, which must give these lines: a list that ends with NULL. */
static void check_picture(const uint8_t *bytes, size_t len, bool masked,
                          const char *const *wanted) {
    struct picture picture;
    size_t i = 0;
    draw(&picture, bytes, len, masked);
    for (; i < picture.count && wanted[i] != NULL; i++) {
        CHECK_FOR(strcmp(picture.line[i], wanted[i]) == 0, "line %zu is\n%s, not\n%s", i,
                  picture.line[i], wanted[i]);
    }
    CHECK(wanted[i] == NULL && i == picture.count);
}

/* clang-format off */

TEST("frame_draw: the masked \"Hello\" of RFC 6455, 5.7") {
    static const uint8_t frame[] = {
        0x81,                        /* FIN, text */
        0x85,                        /* MASK, length 5 */
        0x37, 0xfa, 0x21, 0x3d,      /* masking key */
        0x7f, 0x9f, 0x4d, 0x51, 0x58 /* "Hello" */
    };
    static const char *const wanted[] = {
        "       0               1               2               3",
        "      +-+-+-+-+-------+-+-------------+---------------+---------------+",
        "    0 |1|0|0|0|0 0 0 1|1|0 0 0 0 1 0 1|      37       |      fa       |",
        "      |F|R|R|R| text  |M|  length 5   |  masking key  |  masking key  |",
        "      +-+-+-+-+-------+-+-------------+---------------+---------------+",
        "    4 |      21       |      3d       | 7f ^ 37 = 48  | 9f ^ fa = 65  |",
        "      |  masking key  |  masking key  |       H       |       e       |",
        "      +---------------+---------------+---------------+---------------+",
        "    8 | 4d ^ 21 = 6c  | 51 ^ 3d = 6c  | 58 ^ 37 = 6f  |",
        "      |       l       |       l       |       o       |",
        "      +---------------+---------------+---------------+",
        NULL,
    };
    check_picture(frame, sizeof frame, true, wanted);
}

TEST("frame_draw: an unmasked frame") {
    static const uint8_t frame[] = {
        0x8a,                  /* FIN, pong */
        0x04,                  /* length 4 */
        0x20, 0x7e, 0x7f, 0xff /* a space, a tilde, and two bytes that cannot be shown */
    };
    static const char *const wanted[] = {
        "       0               1               2               3",
        "      +-+-+-+-+-------+-+-------------+---------------+---------------+",
        "    0 |1|0|0|0|1 0 1 0|0|0 0 0 0 1 0 0|      20       |      7e       |",
        "      |F|R|R|R| pong  |M|  length 4   |       _       |       ~       |",
        "      +-+-+-+-+-------+-+-------------+---------------+---------------+",
        "    4 |      7f       |      ff       |",
        "      |       .       |       .       |",
        "      +---------------+---------------+",
        NULL,
    };
    check_picture(frame, sizeof frame, false, wanted);
}

TEST("frame_draw: a frame without payload, all reserved bits set") {
    static const uint8_t frame[] = {
        0x70, /* RSV1, RSV2 and RSV3, continuation, more to follow */
        0x00  /* length 0 */
    };
    static const char *const wanted[] = {
        "       0               1               2               3",
        "      +-+-+-+-+-------+-+-------------+",
        "    0 |0|1|1|1|0 0 0 0|0|0 0 0 0 0 0 0|",
        "      |F|R|R|R|contin.|M|  length 0   |",
        "      +-+-+-+-+-------+-+-------------+",
        NULL,
    };
    check_picture(frame, sizeof frame, false, wanted);
}

TEST("frame_draw: a length of 16 bits and a long payload") {
    uint8_t frame[4 + 256] = {
        0x82,      /* FIN, binary */
        0x7e,      /* the length follows in 16 bits */
        0x01, 0x00 /* 256 */
    };
    static const char *const wanted[] = {
        "       0               1               2               3",
        "      +-+-+-+-+-------+-+-------------+---------------+---------------+",
        "    0 |1|0|0|0|0 0 1 0|0|1 1 1 1 1 1 0|      01       |      00       |",
        "      |F|R|R|R|binary |M| 126: next 2 |    length     |    length     |",
        "      +-+-+-+-+-------+-+-------------+---------------+---------------+",
        "    4 |      30       |      31       |      32       |      33       |",
        "      |       0       |       1       |       2       |       3       |",
        "      +---------------+---------------+---------------+---------------+",
        "    8 |      34       |      35       |      36       |      37       |",
        "      |       4       |       5       |       6       |       7       |",
        "      +---------------+---------------+---------------+---------------+",
        "   12 |      38       |      39       |      3a       |      3b       |",
        "      |       8       |       9       |       :       |       ;       |",
        "      +---------------+---------------+---------------+---------------+",
        "   16 |      3c       |      3d       |      3e       |      3f       |",
        "      |       <       |       =       |       >       |       ?       |",
        "      +---------------+---------------+---------------+---------------+",
        "      ... and 240 more bytes of payload",
        NULL,
    };
    for (size_t i = 4; i < sizeof frame; i++) {
        frame[i] = (uint8_t)('0' + i - 4);
    }
    check_picture(frame, sizeof frame, false, wanted);
}

/* Of a payload that has not arrived yet, what is there is drawn and the rest is counted. */
TEST("frame_draw: a length of 64 bits and a payload on its way") {
    static const uint8_t frame[] = {
        0x02,                                           /* binary, more to follow */
        0xff,                                           /* MASK, the length follows in 64 bits */
        0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* 2^63 - 1 */
        0x01, 0x02, 0x03, 0x04,                         /* masking key */
        0x40, 0x40, 0x40, 0x40, 0x40                    /* five of the bytes */
    };
    static const char *const wanted[] = {
        "       0               1               2               3",
        "      +-+-+-+-+-------+-+-------------+---------------+---------------+",
        "    0 |0|0|0|0|0 0 1 0|1|1 1 1 1 1 1 1|      7f       |      ff       |",
        "      |F|R|R|R|binary |M| 127: next 8 |    length     |    length     |",
        "      +-+-+-+-+-------+-+-------------+---------------+---------------+",
        "    4 |      ff       |      ff       |      ff       |      ff       |",
        "      |    length     |    length     |    length     |    length     |",
        "      +---------------+---------------+---------------+---------------+",
        "    8 |      ff       |      ff       |      01       |      02       |",
        "      |    length     |    length     |  masking key  |  masking key  |",
        "      +---------------+---------------+---------------+---------------+",
        "   12 |      03       |      04       | 40 ^ 01 = 41  | 40 ^ 02 = 42  |",
        "      |  masking key  |  masking key  |       A       |       B       |",
        "      +---------------+---------------+---------------+---------------+",
        "   16 | 40 ^ 03 = 43  | 40 ^ 04 = 44  | 40 ^ 01 = 41  |",
        "      |       C       |       D       |       A       |",
        "      +---------------+---------------+---------------+",
        "      ... and 9223372036854775802 more bytes of payload",
        NULL,
    };
    check_picture(frame, sizeof frame, true, wanted);
}

/* clang-format on */

TEST("frame_draw: each bit of the first byte, and the names of the opcodes") {
    static const struct {
        uint8_t byte;
        const char *bits, *names;
    } cases[] = {
        {0x00, "|0|0|0|0|0 0 0 0|", "|F|R|R|R|contin.|M|"},
        {0x80, "|1|0|0|0|0 0 0 0|", "|F|R|R|R|contin.|M|"},
        {0x41, "|0|1|0|0|0 0 0 1|", "|F|R|R|R| text  |M|"},
        {0x22, "|0|0|1|0|0 0 1 0|", "|F|R|R|R|binary |M|"},
        {0x12, "|0|0|0|1|0 0 1 0|", "|F|R|R|R|binary |M|"},
        {0x88, "|1|0|0|0|1 0 0 0|", "|F|R|R|R| close |M|"},
        {0x89, "|1|0|0|0|1 0 0 1|", "|F|R|R|R| ping  |M|"},
        {0x8a, "|1|0|0|0|1 0 1 0|", "|F|R|R|R| pong  |M|"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const uint8_t frame[] = {cases[i].byte, 0x00};
        struct picture picture;
        draw(&picture, frame, sizeof frame, false);
        CHECK_FOR(strncmp(picture.line[2] + 6, cases[i].bits, strlen(cases[i].bits)) == 0 &&
                      strncmp(picture.line[3] + 6, cases[i].names, strlen(cases[i].names)) == 0,
                  "byte %02x:\n%s\n%s", cases[i].byte, picture.line[2], picture.line[3]);
    }
}

/* One, two or three digits have the same place. */
TEST("frame_draw: every length of seven bits") {
    for (size_t length = 0; length <= 125; length++) {
        uint8_t frame[2 + 125] = {0x81, (uint8_t)length};
        char wanted[40];
        struct picture picture;
        draw(&picture, frame, 2 + length, false);
        snprintf(wanted, sizeof wanted, "|M|  length %-3zu |", length);
        CHECK_FOR(strncmp(picture.line[3] + 22, wanted, strlen(wanted)) == 0, "%s",
                  picture.line[3]);
        snprintf(wanted, sizeof wanted, "      ... and %zu more bytes of payload", length - 16);
        const char *last = picture.line[picture.count - 1];
        CHECK_FOR((strcmp(last, wanted) == 0) == (length > FRAME_DRAW_PAYLOAD_MAX),
                  "length %zu ends with %s", length, last);
    }
}

/* The rows of a picture are as wide as their borders, and four bytes stand in each. */
static void check_shape(const struct picture *picture, size_t cells) {
    size_t rows = (cells + 3) / 4;
    CHECK(picture->count >= 2 + 3 * rows);
    for (size_t row = 0; row < rows && picture->count >= 2 + 3 * rows; row++) {
        size_t width = 7 + 16 * (cells - 4 * row < 4 ? cells - 4 * row : 4);
        CHECK_EQUAL(strlen(picture->line[2 + 3 * row]), width);
        CHECK_EQUAL(strlen(picture->line[3 + 3 * row]), width);
        CHECK(strlen(picture->line[1 + 3 * row]) >= width);
        if (row + 1 == rows) {
            CHECK_EQUAL(strlen(picture->line[4 + 3 * row]), width);
        }
    }
}

TEST("frame_draw: every kind of header keeps its shape, within 80 columns") {
    static const uint64_t lengths[] = {0,   1,   9,     10,    99,         100,      125,
                                       126, 999, 65535, 65536, 0xffffffff, INT64_MAX};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        for (unsigned bits = 0; bits < 64; bits++) {
            struct frame_header header = {.fin = bits / 32 == 1,
                                          .rsv = bits / 32 == 1 ? 7 : 0,
                                          .opcode = bits % 16,
                                          .masked = bits / 16 % 2 == 1,
                                          .masking_key = {0xff, 0x00, 0xa5, 0x5a},
                                          .payload_length = lengths[i]};
            uint8_t frame[FRAME_HEADER_MAX + 40] = {0};
            size_t size = frame_encode_header(&header, frame);
            for (size_t len = 0; len <= 20 && len <= lengths[i]; len++) {
                struct picture picture = {.count = 0};
                memset(frame + size, (int)(len * 13), len);
                frame_draw(&header, frame, len, add_line, &picture);
                check_shape(&picture, size + (len < 16 ? len : 16));
            }
        }
    }
}
