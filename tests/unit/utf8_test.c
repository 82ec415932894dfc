/* UTF-8 against an oracle that works the other way round: it decodes the bytes to a code point by
 * arithmetic, encodes that again, and compares (RFC 3629, section 3). */
#include "common/utf8.h"

#include "common/utf8_plain.h"
#include "common/utf8_vector.h"
#include "tests/support/test.h"

#include <string.h>

/* There are two ways through a long text; the tests take both. */
static bool with_vectors = true;
static size_t walk_with_vectors(const uint8_t *bytes, size_t len);
#define utf8_vector_walk walk_with_vectors
#include "common/utf8_vector.c" /* NOLINT(bugprone-suspicious-include): on purpose, see above */
#undef utf8_vector_walk

size_t utf8_vector_walk(const uint8_t *bytes, size_t len) {
    return with_vectors ? walk_with_vectors(bytes, len) : 0;
}

/* Encodes a code point in as few bytes as it needs; returns their number. */
static size_t encode(uint32_t point, uint8_t out[4]) {
    static const uint8_t lead[] = {0, 0x00, 0xc0, 0xe0, 0xf0};
    size_t length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--) {
        out[i] = (uint8_t)(0x80 | (point & 0x3f));
        point >>= 6;
    }
    out[0] = (uint8_t)(lead[length] | point);
    return length;
}

/* Whether exactly these bytes are one character. */
static bool is_character(const uint8_t *bytes, size_t len) {
    static const uint8_t payload_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint8_t again[4];
    if (len < 1 || len > 4) {
        return false;
    }
    uint32_t point = bytes[0] & payload_bits[len];
    for (size_t i = 1; i < len; i++) {
        point = point << 6 | (bytes[i] & 0x3f);
    }
    bool in_range = point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
    return in_range && encode(point, again) == len && memcmp(again, bytes, len) == 0;
}

/* The bytes that are left when whole characters are taken off the front. */
static size_t unfinished(const uint8_t **bytes, size_t len) {
    for (size_t length = 1; length <= 4 && length <= len;) {
        if (is_character(*bytes, length)) {
            *bytes += length;
            len -= length;
            length = 1;
        } else {
            length++;
        }
    }
    return len;
}

/* Whether some further bytes could make a character of these, of which none begins with another. */
static bool is_beginning(const uint8_t *bytes, size_t len) {
    static const uint8_t tails[][3] = {{0x80, 0x80, 0x80}, {0x90, 0x80, 0x80}, {0xa0, 0x80, 0x80}};
    uint8_t longer[8];
    memcpy(longer, bytes, len);
    for (size_t extra = 1; len + extra <= 4; extra++) {
        for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
            memcpy(longer + len, tails[i], extra);
            if (is_character(longer, len + extra)) {
                return true;
            }
        }
    }
    return false;
}

static void compare(const uint8_t *bytes, size_t len) {
    struct utf8 utf8;
    const uint8_t *rest = bytes;
    size_t rest_len = unfinished(&rest, len);
    bool wanted = rest_len == 0 || is_beginning(rest, rest_len);
    utf8_init(&utf8);
    bool good = utf8_update(&utf8, bytes, len);
    bool complete = good && utf8_is_complete(&utf8);
    if (good != wanted || complete != (rest_len == 0)) {
        CHECK_FOR(false, "%02x %02x %02x %02x, %zu bytes: accepted %d, complete %d", bytes[0],
                  bytes[1], bytes[2], bytes[3], len, good, complete);
    }
}

TEST("utf8: every sequence of up to three bytes") {
    for (size_t len = 1; len <= 3; len++) {
        for (uint32_t value = 0; value < (uint32_t)1 << 8 * len; value++) {
            uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), 0};
            compare(bytes, len);
        }
    }
}

TEST("utf8: the edges of four bytes") {
    static const uint8_t edges[] = {0x00, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x9f,
                                    0xa0, 0xbe, 0xbf, 0xc0, 0xc2, 0xff};
    const size_t count = sizeof edges;
    for (uint32_t lead = 0xec; lead <= 0xff; lead++) {
        for (size_t i = 0; i < count * count * count; i++) {
            uint8_t bytes[4] = {(uint8_t)lead, edges[i % count], edges[i / count % count],
                                edges[i / count / count]};
            compare(bytes, 4);
        }
    }
}

TEST("utf8: every character, whole and in pieces") {
    for (uint32_t point = 0; point <= 0x10ffff; point++) {
        uint8_t bytes[4];
        size_t length = encode(point, bytes);
        bool surrogate = point >= 0xd800 && point <= 0xdfff;
        struct utf8 utf8;
        utf8_init(&utf8);
        bool good = true;
        for (size_t i = 0; i < length && good; i++) {
            good = utf8_update(&utf8, bytes + i, 1);
            CHECK_FOR(!good || utf8_is_complete(&utf8) == (i + 1 == length),
                      "U+%04X is complete after %zu bytes", point, i + 1);
        }
        CHECK_FOR(good != surrogate, "U+%04X byte by byte: accepted %d", point, good);
    }
}

/* ASCII is skipped sixteen bytes at a time, but not for a while after other text. A bad byte must
 * be found at every place around that. */
TEST("utf8: a bad byte anywhere in a long text") {
    static uint8_t text[3000];
    for (size_t len = 1; len <= sizeof text; len += len < 64 ? 1 : 419) {
        for (size_t bad = 0; bad < len; bad++) {
            struct utf8 utf8;
            memset(text, 'a', sizeof text);
            memcpy(text, "\xc3\xa9", len % 2 == 0 ? 2 : 0);
            text[bad] = 0xff;
            utf8_init(&utf8);
            CHECK_FOR(!utf8_update(&utf8, text, len), "ff at %zu of %zu is accepted", bad, len);
        }
    }
}

/* Whether the plain version says the same of a text in two pieces. */
static bool is_judged_the_same(const uint8_t *text, size_t len, size_t cut) {
    struct utf8_plain plain = {0, 0, 0};
    struct utf8 utf8;
    utf8_init(&utf8);
    bool good = utf8_update(&utf8, text, cut), wanted = utf8_plain_update(&plain, text, cut);
    if (good && wanted) {
        good = utf8_update(&utf8, text + cut, len - cut);
        wanted = utf8_plain_update(&plain, text + cut, len - cut);
    }
    return good == wanted && (!good || utf8_is_complete(&utf8) == (plain.needed == 0));
}

/* A long text is walked through in two halves, which meet in front of a character. */
TEST("utf8: the plain version says the same where two halves meet") {
    static const uint8_t others[] = {'a', 0x80, 0xbf, 0xc3, 0xed, 0xf0, 0xff};
    static uint8_t text[2400];
    with_vectors = false;
    for (size_t letters = 1; letters <= 4; letters++) {
        for (size_t changed = 1000; changed < 1060; changed++) {
            for (size_t other = 0; other < sizeof others; other++) {
                static const uint8_t note[] = {0xf0, 0x9d, 0x84, 0x9e};
                for (size_t i = 0; i < sizeof text; i++) {
                    text[i] = i < letters ? 'a' : note[(i - letters) % 4];
                }
                text[changed] = others[other];
                CHECK(is_judged_the_same(text, sizeof text, 0));
            }
        }
    }
    with_vectors = true;
}

/* Puts bytes from both sides of each edge of the table in utf8.h at every place of two vectors. */
TEST("utf8: the plain version says the same of every edge at every place") {
    static const uint8_t firsts[] = {0x61, 0x80, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1,
                                     0xec, 0xed, 0xee, 0xf0, 0xf1, 0xf4, 0xf5};
    static const uint8_t others[] = {0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0};
    for (size_t i = 0; i < sizeof firsts * 8 * 8 * 8; i++) {
        const uint8_t edge[] = {firsts[i / 512], others[i / 64 % 8], others[i / 8 % 8],
                                others[i % 8]};
        uint8_t text[80];
        for (size_t place = 0; place + sizeof edge <= sizeof text; place++) {
            for (size_t j = 0; j < sizeof text; j++) {
                text[j] = (j + place) % 2 == 0 ? 0xc3 : 0xa9; /* no ASCII, which is skipped */
            }
            text[0] = place % 2 == 0 ? 0xc3 : 'a';
            memcpy(text + place, edge, sizeof edge);
            CHECK_FOR(is_judged_the_same(text, sizeof text, 0), "%02x %02x %02x %02x at %zu",
                      edge[0], edge[1], edge[2], edge[3], place);
        }
    }
}

TEST("utf8: the plain version says the same of a text that is cut anywhere") {
    static const char good[] = "\xd0\xb6\xe2\x82\xac\xf0\x9d\x84\x9e"
                               "a\xed\x9f\xbf\xf4\x8f\xbf\xbf\xe0\xa0\x80";
    static const uint8_t others[] = {'a', 0x80, 0xbf, 0xc3, 0xed, 0xf0, 0xff};
    for (size_t i = 0; i < 100 * sizeof others; i++) {
        uint8_t text[100];
        for (size_t j = 0; j < sizeof text; j++) {
            text[j] = (uint8_t)good[j % (sizeof good - 1)];
        }
        text[i % sizeof text] = others[i / sizeof text];
        for (size_t cut = 0; cut <= sizeof text; cut++) {
            CHECK_FOR(is_judged_the_same(text, sizeof text, cut), "%02x at %zu, cut at %zu",
                      others[i / sizeof text], i % sizeof text, cut);
        }
    }
}

/* A text of many scripts with long ASCII runs, and sometimes one byte in it that is another. */
static size_t some_text(uint8_t *out, size_t capacity) {
    static const uint32_t limits[] = {0x80, 0x80, 0x80, 0x800, 0x10000, 0x110000};
    size_t length = 0;
    uint32_t limit = limits[test_random(6)];
    while (length + 4 <= capacity) {
        uint32_t point = (uint32_t)test_random(limit);
        length += encode(point >= 0xd800 && point <= 0xdfff ? 0x20ac : point, out + length);
        limit = test_random(24) == 0 ? limits[test_random(6)] : limit;
    }
    if (test_random(2) == 0) {
        out[test_random(length)] = (uint8_t)test_random(256);
    }
    return length;
}

TEST("utf8: the plain version says the same of any text in any pieces") {
    size_t accepted = 0, texts = 20000;
    for (size_t i = 0; i < texts; i++) {
        static uint8_t text[6000];
        size_t most = i % 16 == 0 ? sizeof text : 160;
        size_t len = some_text(text, 16 + test_random(most - 16));
        struct utf8_plain plain = {0, 0, 0};
        struct utf8 utf8;
        with_vectors = i % 2 == 0;
        utf8_init(&utf8);
        bool good = true;
        for (size_t done = 0; done < len && good;) {
            size_t piece = 1 + test_random(len - done);
            good = utf8_update(&utf8, text + done, piece);
            CHECK(good == utf8_plain_update(&plain, text + done, piece));
            CHECK(!good || utf8_is_complete(&utf8) == (plain.needed == 0));
            done += piece;
        }
        accepted += good;
    }
    CHECK(accepted > texts / 4 && accepted < texts); /* both answers have been seen */
}
