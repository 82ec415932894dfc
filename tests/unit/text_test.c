/* text and hexdump: whatever a peer sent, a log line shows it and a terminal takes no harm. */
#include "common/text.h"

#include "common/hexdump.h"
#include "tests/support/test.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void check_shown(const char *bytes, const char *wanted) {
    char shown[200];
    CHECK(text_printable(bytes, strlen(bytes), shown, sizeof shown) == shown);
    CHECK_FOR(strcmp(shown, wanted) == 0, "shows %s, not %s", shown, wanted);
}

/* What is not UTF-8, or must not be shown: each of its bytes appears in hexadecimal. */
static void check_hex(const char *const *texts) {
    for (; *texts != NULL; texts++) {
        char wanted[200] = "";
        for (size_t i = 0; (*texts)[i] != '\0'; i++) {
            snprintf(wanted + 4 * i, sizeof wanted - 4 * i, "\\x%02x", (uint8_t)(*texts)[i]);
        }
        check_shown(*texts, wanted);
    }
}

TEST("text: printable ASCII stays as it is") {
    char every[128] = "";
    for (int character = ' '; character <= '~'; character++) {
        if (character != '\\') {
            every[strlen(every)] = (char)character;
        }
    }
    check_shown(every, every);
    check_shown("", "");
    check_shown("GET /chat?room=\"1\" HTTP/1.1", "GET /chat?room=\"1\" HTTP/1.1");
}

TEST("text: control characters are escaped") {
    check_shown("one\r\ntwo\tthree", "one\\r\\ntwo\\tthree");
    check_shown("\x1b[2J\x07", "\\x1b[2J\\x07"); /* clears a terminal and rings its bell */
    for (unsigned byte = 0; byte < 0x80; byte++) {
        char character = (char)byte, shown[8], hex[8];
        bool is_control = byte < 0x20 || byte == 0x7f;
        if (is_control && strchr("\n\r\t", character) == NULL) {
            snprintf(hex, sizeof hex, "\\x%02x", byte);
            text_printable(&character, 1, shown, sizeof shown);
            CHECK_FOR(strcmp(shown, hex) == 0, "0x%02x is shown as %s", byte, shown);
        }
    }
    char shown[16];
    CHECK(strcmp(text_printable("a\0b", 3, shown, sizeof shown), "a\\x00b") == 0);
}

/* A peer cannot make a log line look as if a byte had been escaped. */
TEST("text: a backslash is doubled") {
    check_shown("\\", "\\\\");
    check_shown("\\x1b", "\\\\x1b");
}

/* Writes the UTF-8 form of a code point, surrogates included; returns its length. */
static size_t encode(uint32_t point, char *out) {
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, point /= 64) {
        out[i] = (char)(0x80 + point % 64);
    }
    out[0] = (char)((length == 2 ? 0xc0 : length == 3 ? 0xe0 : 0xf0) + point);
    return length;
}

/* Whether a character is invisible, or turns the direction or the lines of those around it
 * (Unicode Standard Annex 9, 2; section 23.2 and 23.8 of the standard). */
static bool is_misleading(uint32_t point) {
    static const uint32_t points[] = {
        0x061c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, /* bidirectional */
        0x2066, 0x2067, 0x2068, 0x2069, 0x206a, 0x206b, 0x206c, 0x206d,
        0x206e, 0x206f, 0x2028, 0x2029,                 /* separators of lines and paragraphs */
        0x200b, 0x2060, 0x2061, 0x2062, 0x2063, 0x2064, /* no width */
        0x2065, 0xfeff,
    };
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        if (point == points[i]) {
            return true;
        }
    }
    return point >= 0xe0000 && point <= 0xe007f; /* tags */
}

TEST("text: every other character of Unicode stays as it is") {
    for (uint32_t point = 0xa0; point <= 0x10ffff; point++) {
        char bytes[5] = "", shown[8];
        size_t len = encode(point, bytes);
        if ((point < 0xd800 || point > 0xdfff) && !is_misleading(point)) {
            text_printable(bytes, len, shown, sizeof shown);
            CHECK_FOR(strcmp(shown, bytes) == 0, "U+%04X is shown as %s", point, shown);
        }
    }
}

TEST("text: characters that change how a line reads are escaped") {
    for (uint32_t point = 0; point <= 0x10ffff; point++) {
        char bytes[5] = "";
        encode(point, bytes);
        if (is_misleading(point)) {
            check_hex(TEXTS(bytes));
        }
    }
    /* A name whose end would be read backwards, and a line that nobody has logged. */
    check_shown("a\xe2\x80\xaegnp.exe\xe2\x80\xa9", "a\\xe2\\x80\\xaegnp.exe\\xe2\\x80\\xa9");
    check_shown("x\xe2\x80\xa8#1 closed", "x\\xe2\\x80\\xa8#1 closed");
    /* Languages and emoji are written with the joiner and the non-joiner. */
    check_shown("\u0645\u06cc\u200c\u062e\u0648", "\u0645\u06cc\u200c\u062e\u0648");
    check_shown("\U0001f469\u200d\U0001f680", "\U0001f469\u200d\U0001f680");
}

/* U+0080 to U+009F: in UTF-8, c2 9b is what ESC [ is in ASCII. */
TEST("text: U+0080 to U+009F are escaped") {
    for (uint32_t point = 0x80; point < 0xa0; point++) {
        char bytes[5] = "";
        encode(point, bytes);
        check_hex(TEXTS(bytes));
    }
    check_shown("a\xc2\x9b"
                "2J",
                "a\\xc2\\x9b2J");
}

TEST("text: malformed UTF-8 is escaped byte by byte") {
    for (unsigned byte = 0x80; byte < 0x100; byte++) {
        char alone[2] = {(char)byte, '\0'};
        check_hex(TEXTS(alone)); /* a continuation without a beginning, or a beginning alone */
    }
    check_shown("\xc3\x28", "\\xc3("); /* followed by something that is no continuation */
    check_shown("\xe2\x82\x28", "\\xe2\\x82(");
    check_shown("\xf0\x9f\x98\x28", "\\xf0\\x9f\\x98(");
    check_shown("\xe2\x28\xac", "\\xe2(\\xac");
    check_shown("\xe2\xc3\xa9", "\\xe2\xc3\xa9"); /* the second of them is whole */
    check_shown("\xc3\xc3\xa9", "\\xc3\xc3\xa9");
    check_shown("\xc3\xa9\xa9", "\xc3\xa9\\xa9");
    check_hex(TEXTS("\xc0\x80", "\xc1\xbf")); /* overlong forms of U+0000 and U+007F */
    check_hex(TEXTS("\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xfe\xff")); /* f5 to ff */
}

TEST("text: truncated UTF-8 is escaped byte by byte") {
    check_hex(TEXTS("\xc3", "\xe2\x82", "\xf0\x9f\x98"));
    /* The length counts, not what lies after it. */
    char shown[16];
    CHECK(strcmp(text_printable("\xe2\x82\xac", 2, shown, sizeof shown), "\\xe2\\x82") == 0);
    CHECK(strcmp(text_printable("abc", 2, shown, sizeof shown), "ab") == 0);
}

/* These have the form of UTF-8 and are none of it (RFC 3629, section 3). A terminal that decodes
 * them all the same would see e0 82 9b as U+009B, a control character. */
TEST("text: overlong forms, surrogates and beyond U+10FFFF are escaped") {
    check_hex(TEXTS("\xe0\x80\x8a", "\xe0\x82\x9b", "\xe0\x9f\xbf")); /* U+000A, U+009B */
    check_hex(TEXTS("\xed\xa0\x80", "\xed\xbf\xbf"));                 /* U+D800, U+DFFF */
    check_hex(TEXTS("\xf0\x80\x82\x9b", "\xf0\x8f\xbf\xbf"));
    check_hex(TEXTS("\xf4\x90\x80\x80", "\xf4\xbf\xbf\xbf")); /* U+110000 */
}

/* Bytes that belong together, and what stands for them in the output. */
static const char *const pieces[][2] = {
    {"a", "a"},        {"\xc3\xa9", "\xc3\xa9"},
    {"\\", "\\\\"},    {"b", "b"},
    {"\n", "\\n"},     {"\xe2\x82\xac", "\xe2\x82\xac"},
    {"\xff", "\\xff"}, {"c", "c"},
    {"d", "d"},        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
    {"\x1b", "\\x1b"},
};
enum { PIECES = sizeof pieces / sizeof pieces[0] };

/* Shows all pieces from the one at `first` on, around the end, in `capacity` bytes. */
static void check_cut(size_t first, size_t capacity) {
    char bytes[100] = "", whole[100] = "", wanted[100] = "", shown[100];
    for (size_t i = 0; i < PIECES; i++) {
        strcat(bytes, pieces[(first + i) % PIECES][0]);
        strcat(whole, pieces[(first + i) % PIECES][1]);
        if (strlen(whole) + strlen("...") < capacity) {
            strcpy(wanted, whole); /* as many whole pieces as leave room for the dots */
        }
    }
    strcat(wanted, "...");
    if (strlen(whole) < capacity) {
        strcpy(wanted, whole);
    }
    memset(shown, '#', sizeof shown);
    text_printable(bytes, strlen(bytes), shown, capacity);
    CHECK_BYTES(shown, strlen(wanted) + 1, wanted, strlen(wanted) + 1);
    for (size_t i = capacity; i < sizeof shown; i++) {
        CHECK_FOR(shown[i] == '#', "byte %zu of %zu was written", i, capacity);
    }
}

TEST("text: what does not fit is cut between characters, at every capacity") {
    for (size_t first = 0; first < PIECES; first++) {
        for (size_t capacity = 8; capacity < 50; capacity++) {
            check_cut(first, capacity);
        }
    }
}

/* Anything at all in any capacity: a C string that fits. */
TEST("text: random bytes never overflow") {
    for (int round = 0; round < 20000; round++) {
        uint8_t bytes[32];
        char shown[48];
        test_random_bytes(bytes, sizeof bytes, 256);
        size_t len = test_random(33), capacity = 8 + test_random(40);
        memset(shown, '#', sizeof shown);
        text_printable(bytes, len, shown, capacity);
        CHECK(memchr(shown, '\0', capacity) != NULL);
        CHECK(capacity == sizeof shown || shown[capacity] == '#');
    }
}

TEST("text: dots for every byte that is not printable ASCII") {
    for (unsigned byte = 0; byte < 256; byte++) {
        char bytes[3] = {'<', (char)byte, '>'};
        char wanted[5] = {'<', byte >= ' ' && byte <= '~' ? (char)byte : '.', '>', '\0', '#'};
        char shown[5] = {'#', '#', '#', '#', '#'};
        CHECK(text_dots(bytes, 3, shown) == shown);
        CHECK_BYTES(shown, 5, wanted, 5);
    }
    char shown[2] = "#";
    CHECK(strcmp(text_dots("", 0, shown), "") == 0);
}

static void check_line(size_t offset, const char *bytes, size_t len, const char *wanted) {
    char line[HEXDUMP_LINE_SIZE];
    CHECK(hexdump_line(offset, (const uint8_t *)bytes, len, line) == line);
    CHECK_FOR(strcmp(line, wanted) == 0, "shows\n%s, not\n%s", line, wanted);
}

TEST("hexdump: the layout of a line, full or not") {
    const char *bytes = "Host: local\r\n\x00\xff~tail";
    check_line(0, bytes, 1, "0000  48                                                |H|");
    check_line(0, bytes, 8, "0000  48 6f 73 74 3a 20 6c 6f                           |Host: lo|");
    check_line(0, bytes, 9, "0000  48 6f 73 74 3a 20 6c 6f  63                       |Host: loc|");
    check_line(0x10, bytes, 13,
               "0010  48 6f 73 74 3a 20 6c 6f  63 61 6c 0d 0a           |Host: local..|");
    check_line(0xfff0, bytes, 16,
               "fff0  48 6f 73 74 3a 20 6c 6f  63 61 6c 0d 0a 00 ff 7e  |Host: local....~|");
}

TEST("hexdump: offsets of more than four digits") {
    check_line(0x10000, "A", 1, "10000  41                                                |A|");
    check_line(0xfffffff0, "0123456789abcdef", 16,
               "fffffff0  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|");
}

/* For suggestions after "unknown option": letters typed anew, added, taken out. */
TEST("text: the distance between two words") {
    char longest[TEXT_DISTANCE_MAX + 1] = "", too_long[TEXT_DISTANCE_MAX + 2] = "";
    CHECK_EQUAL(text_distance("port", "port"), 0);
    CHECK_EQUAL(text_distance("pord", "port"), 1);
    CHECK_EQUAL(text_distance("prt", "port"), 1);
    CHECK_EQUAL(text_distance("pport", "port"), 1);
    CHECK_EQUAL(text_distance("kitten", "sitting"), 3);
    CHECK_EQUAL(text_distance("", "port"), 4);
    CHECK_EQUAL(text_distance("port", ""), 4);
    memset(longest, 'a', TEXT_DISTANCE_MAX);
    memset(too_long, 'a', TEXT_DISTANCE_MAX + 1);
    CHECK_EQUAL(text_distance("", longest), TEXT_DISTANCE_MAX);
    CHECK_EQUAL(text_distance(longest, longest), 0);
    CHECK_EQUAL(text_distance(too_long, too_long), TEXT_DISTANCE_MAX); /* not even tried */
}

static void expect_built(const struct text_builder *builder, const char *wanted, bool fits) {
    CHECK_BYTES(builder->out, strlen(builder->out), wanted, strlen(wanted));
    CHECK_EQUAL(builder->length, strlen(wanted));
    CHECK_EQUAL(builder->fits, fits);
}

TEST("text: built piece by piece") {
    char out[8];
    struct text_builder builder;
    text_begin(&builder, out, sizeof out);
    expect_built(&builder, "", true);
    text_add(&builder, "abc");
    text_add(&builder, "");
    text_add(&builder, "defg"); /* with the NUL it is full */
    expect_built(&builder, "abcdefg", true);
    text_add(&builder, "");
    expect_built(&builder, "abcdefg", true);
    text_add(&builder, "h");
    expect_built(&builder, "abcdefg", false);
}

/* What comes after a piece that does not fit is left out as well, or a line would lack its middle.
 */
TEST("text: nothing after what does not fit") {
    char out[8];
    struct text_builder builder;
    text_begin(&builder, out, sizeof out);
    text_add(&builder, "abc");
    text_add(&builder, "defgh");
    text_add(&builder, "x");
    expect_built(&builder, "abc", false);
}

TEST("text: built with numbers") {
    char out[40];
    struct text_builder builder;
    text_begin(&builder, out, sizeof out);
    text_add_number(&builder, 7, 2);
    text_add_number(&builder, 0, 1);
    text_add(&builder, " ");
    text_add_number(&builder, UINT32_MAX, 1);
    text_add(&builder, " ");
    text_add_number(&builder, 120, 2);
    expect_built(&builder, "070 4294967295 120", true);
}
