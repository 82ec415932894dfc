/* base64 against RFC 4648 and against an oracle that picks out every bit by itself. */
#include "common/base64.h"

#include "tests/support/test.h"

#include <string.h>

/* Decodes a C string into `out`, which has room for `capacity` bytes. */
static enum base64_verdict decode(const char *text, uint8_t *out, size_t capacity,
                                  size_t *decoded) {
    *decoded = 77;
    return base64_decode(text, strlen(text), out, capacity, decoded);
}

/* Text that does not decode gets its verdict, and no bytes. */
static void check_refused(const char *text, enum base64_verdict wanted) {
    uint8_t bytes[64];
    size_t decoded;
    enum base64_verdict verdict = decode(text, bytes, sizeof bytes, &decoded);
    CHECK_FOR(verdict == wanted, "\"%s\" gives verdict %d, not %d", text, verdict, wanted);
    CHECK_FOR(decoded == 0, "\"%s\" is refused and yet gives %zu bytes", text, decoded);
}

/* The character for six bits, by the ranges of RFC 4648, table 1. */
static char oracle_character(unsigned value) {
    return (char)(value < 26   ? 'A' + value
                  : value < 52 ? 'a' + value - 26
                  : value < 62 ? '0' + value - 52
                               : (unsigned)(value == 62 ? '+' : '/'));
}

/* Encodes bit by bit: bit 0 is the highest of the first byte, and bits past the end are 0. */
static void oracle_encode(const uint8_t *bytes, size_t len, char *out) {
    size_t written = 0;
    for (size_t bit = 0; bit < 8 * len; bit += 6) {
        unsigned value = 0;
        for (size_t i = bit; i < bit + 6; i++) {
            value = value * 2 + (i < 8 * len && (bytes[i / 8] & 128 >> i % 8) != 0);
        }
        out[written++] = oracle_character(value);
    }
    while (written % 4 != 0) {
        out[written++] = '=';
    }
    out[written] = '\0';
}

static void check_both_ways(const uint8_t *bytes, size_t len) {
    char text[100], wanted[100];
    uint8_t back[100];
    size_t decoded;
    oracle_encode(bytes, len, wanted);
    memset(text, '#', sizeof text);
    base64_encode(bytes, len, text);
    CHECK_BYTES(text, strlen(text), wanted, strlen(wanted));
    CHECK_EQUAL(text[strlen(wanted) + 1], '#');
    CHECK_EQUAL(base64_encoded_length(len), strlen(wanted));
    CHECK_EQUAL(decode(text, back, sizeof back, &decoded), BASE64_OK);
    CHECK_BYTES(back, decoded, bytes, len);
}

TEST("base64: the examples of RFC 4648, section 10, both ways") {
    static const char *const examples[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        const char *plain = examples[i][0], *encoded = examples[i][1];
        char text[16];
        uint8_t bytes[16];
        size_t decoded;
        base64_encode((const uint8_t *)plain, strlen(plain), text);
        CHECK_FOR(strcmp(text, encoded) == 0, "\"%s\" gives %s, not %s", plain, text, encoded);
        CHECK_EQUAL(decode(encoded, bytes, sizeof bytes, &decoded), BASE64_OK);
        CHECK_BYTES(bytes, decoded, plain, strlen(plain));
    }
}

TEST("base64: every length from 0 to 64, both ways") {
    uint8_t bytes[64];
    for (size_t len = 0; len <= sizeof bytes; len++) {
        for (size_t i = 0; i < len; i++) {
            bytes[i] = (uint8_t)(i * 151 + len * 83 + 200);
        }
        check_both_ways(bytes, len);
        memset(bytes, 0xff, len);
        check_both_ways(bytes, len);
        memset(bytes, 0x00, len);
        check_both_ways(bytes, len);
    }
}

TEST("base64: every byte in every place, both ways") {
    for (unsigned byte = 0; byte < 256; byte++) {
        for (size_t place = 0; place < 6; place++) {
            uint8_t bytes[6] = {0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a};
            bytes[place] = (uint8_t)byte;
            for (size_t len = place + 1; len <= sizeof bytes; len++) {
                check_both_ways(bytes, len);
            }
        }
    }
}

TEST("base64: a length that is not a multiple of four is refused") {
    const char *text = "AAAAAAAAAAAAAAAA";
    uint8_t bytes[16];
    for (size_t len = 0; len <= strlen(text); len++) {
        size_t decoded = 77;
        enum base64_verdict verdict = base64_decode(text, len, bytes, sizeof bytes, &decoded);
        CHECK_EQUAL(verdict, len % 4 == 0 ? BASE64_OK : BASE64_BAD_LENGTH);
        CHECK_EQUAL(decoded, len % 4 == 0 ? len / 4 * 3 : 0);
    }
    check_refused("Zg", BASE64_BAD_LENGTH);
    check_refused("Zg=", BASE64_BAD_LENGTH);
    check_refused("Zg===", BASE64_BAD_LENGTH);
    check_refused("Zm9v\n", BASE64_BAD_LENGTH);
}

/* Every character in every place of two groups: 64 are good, and '=' is good only at the end. */
TEST("base64: characters outside the alphabet are refused") {
    for (unsigned value = 0; value < 256; value++) {
        bool known = false;
        for (unsigned i = 0; i < 64; i++) {
            known = known || (uint8_t)oracle_character(i) == value;
        }
        for (size_t place = 0; place < 8; place++) {
            char text[8] = {'Z', 'm', '9', 'v', 'Z', 'm', '9', 'v'};
            uint8_t bytes[6];
            size_t decoded = 77;
            text[place] = (char)value;
            enum base64_verdict wanted = known                        ? BASE64_OK
                                         : value == '=' && place == 7 ? BASE64_STRAY_BITS
                                         : value == '='               ? BASE64_BAD_PADDING
                                                                      : BASE64_BAD_CHARACTER;
            enum base64_verdict verdict = base64_decode(text, 8, bytes, sizeof bytes, &decoded);
            CHECK_FOR(verdict == wanted, "0x%02x in place %zu gives verdict %d, not %d", value,
                      place, verdict, wanted);
            CHECK_EQUAL(decoded, known ? 6 : wanted == BASE64_STRAY_BITS ? 5 : 0);
        }
    }
}

/* All 256 ways to put '=' into eight places: three of them are right. */
TEST("base64: padding in every wrong place is refused") {
    for (unsigned places = 0; places < 256; places++) {
        char text[9] = "AAAAAAAA"; /* zeros throughout, so that there are no stray bits */
        uint8_t bytes[8];
        size_t decoded;
        for (size_t i = 0; i < 8; i++) {
            text[i] = (places >> i & 1) != 0 ? '=' : 'A';
        }
        bool good = places == 0 || places == 0x80 || places == 0xc0;
        size_t size = places == 0 ? 6 : places == 0x80 ? 5 : 4;
        enum base64_verdict verdict = decode(text, bytes, sizeof bytes, &decoded);
        CHECK_FOR(verdict == (good ? BASE64_OK : BASE64_BAD_PADDING), "%s gives verdict %d", text,
                  verdict);
        CHECK_EQUAL(decoded, good ? size : 0);
    }
}

/* The last character before the padding has bits that no byte uses; they must be zero, or several
 * texts would stand for the same bytes. */
TEST("base64: stray bits are noticed, and the bytes are complete") {
    for (unsigned value = 0; value < 64; value++) {
        char text[5] = {'A', 'A', oracle_character(value), '=', '\0'};
        uint8_t bytes[3];
        uint8_t wanted[2] = {0, (uint8_t)(value / 4)};
        size_t decoded;
        enum base64_verdict verdict = decode(text, bytes, sizeof bytes, &decoded);
        CHECK_FOR(verdict == (value % 4 == 0 ? BASE64_OK : BASE64_STRAY_BITS), "%s: verdict %d",
                  text, verdict);
        CHECK_BYTES(bytes, decoded, wanted, 2);

        text[1] = text[2];
        text[2] = '=';
        wanted[0] = (uint8_t)(value / 16);
        verdict = decode(text, bytes, sizeof bytes, &decoded);
        CHECK_FOR(verdict == (value % 16 == 0 ? BASE64_OK : BASE64_STRAY_BITS), "%s: verdict %d",
                  text, verdict);
        CHECK_BYTES(bytes, decoded, wanted, 1);
    }
}

TEST("base64: more bytes than there is room for are refused") {
    static const char *const texts[] = {"Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        for (size_t capacity = 0; capacity < 8; capacity++) {
            uint8_t bytes[9];
            size_t decoded;
            size_t size = i + 1;
            memset(bytes, '#', sizeof bytes);
            enum base64_verdict verdict = decode(texts[i], bytes, capacity, &decoded);
            CHECK_EQUAL(verdict, capacity >= size ? BASE64_OK : BASE64_BAD_LENGTH);
            CHECK_EQUAL(decoded, capacity >= size ? size : 0);
            CHECK_BYTES(bytes + capacity, sizeof bytes - capacity, "#########",
                        sizeof bytes - capacity);
        }
    }
}
