/* frame: RFC 6455 section 5.2, against tables and loops that are written another way. */
#include "step04_frames/frame.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

enum { CLOSE_REASON_MAX = 123, RSV_ALL = 7, TRAILING = 8 };

static const struct frame_rules server = {.masked = true, .allowed_rsv = 0};
static const struct frame_rules client = {.masked = false, .allowed_rsv = 0};
static const uint8_t example_key[4] = {0x37, 0xfa, 0x21, 0x3d}; /* of section 5.7 */

/* The registry of section 11.8. */
static const struct {
    const char *name;
    bool defined, control;
} opcodes[16] = {
    {"continuation", true, false}, {"text", true, false},      {"binary", true, false},
    {"reserved", false, false},    {"reserved", false, false}, {"reserved", false, false},
    {"reserved", false, false},    {"reserved", false, false}, {"close", true, true},
    {"ping", true, true},          {"pong", true, true},       {"reserved", false, true},
    {"reserved", false, true},     {"reserved", false, true},  {"reserved", false, true},
    {"reserved", false, true},
};

/* What the first byte breaks by itself, in the order of its bits. */
static enum frame_verdict oracle_first(unsigned byte, unsigned allowed_rsv) {
    for (unsigned bit = 64; bit >= 16; bit /= 2) {
        if (byte / bit % 2 == 1 && allowed_rsv / (bit / 16) % 2 == 0) {
            return FRAME_RESERVED_BIT;
        }
    }
    if (!opcodes[byte % 16].defined) {
        return FRAME_RESERVED_OPCODE;
    }
    return opcodes[byte % 16].control && byte < 128 ? FRAME_FRAGMENTED_CONTROL : FRAME_OK;
}

/* What the first two bytes break. */
static enum frame_verdict oracle_second(unsigned first, unsigned second,
                                        const struct frame_rules *rules) {
    enum frame_verdict verdict = oracle_first(first, rules->allowed_rsv);
    if (verdict != FRAME_OK) {
        return verdict;
    }
    if (rules->masked && second < 128) {
        return FRAME_NOT_MASKED;
    }
    if (!rules->masked && second >= 128) {
        return FRAME_MASKED;
    }
    return opcodes[first % 16].control && second % 128 >= 126 ? FRAME_CONTROL_TOO_LONG : FRAME_OK;
}

/* Decodes a header that begins with these two bytes. The length after them, if any, is good, so
 * that nothing else can be wrong. */
static void check_first_two_bytes(unsigned first, unsigned second,
                                  const struct frame_rules *rules) {
    uint8_t bytes[FRAME_HEADER_MAX] = {(uint8_t)first, (uint8_t)second};
    uint64_t length = second % 128;
    size_t size = 2;
    if (length == 126) {
        length = 0x3039;
        bytes[2] = 0x30;
        bytes[3] = 0x39;
        size = 4;
    } else if (length == 127) {
        length = 0x100000102;
        bytes[5] = 0x01;
        bytes[8] = 0x01;
        bytes[9] = 0x02;
        size = 10;
    }
    if (second >= 128) {
        memcpy(bytes + size, example_key, 4);
        size += 4;
    }
    struct frame_header header;
    enum frame_verdict wanted = oracle_first(first, rules->allowed_rsv);
    enum frame_verdict verdict = frame_decode_header(bytes, 1, rules, &header);
    CHECK_FOR(verdict == (wanted == FRAME_OK ? FRAME_INCOMPLETE : wanted),
              "%02x alone, rsv %d: verdict %d", first, rules->allowed_rsv, verdict);
    wanted = oracle_second(first, second, rules);
    verdict = frame_decode_header(bytes, 2, rules, &header);
    CHECK_FOR(verdict == (wanted == FRAME_OK && size > 2 ? FRAME_INCOMPLETE : wanted),
              "%02x %02x alone, rsv %d: verdict %d", first, second, rules->allowed_rsv, verdict);
    verdict = frame_decode_header(bytes, size, rules, &header);
    CHECK_FOR(verdict == wanted, "%02x %02x, rsv %d: verdict %d, not %d", first, second,
              rules->allowed_rsv, verdict, wanted);
    if (verdict == FRAME_OK) {
        bool same = header.fin == (first >= 128) && header.rsv == first / 16 % 8 &&
                    header.opcode == first % 16 && header.masked == (second >= 128) &&
                    header.payload_length == length && frame_header_size(&header) == size &&
                    (!header.masked || memcmp(header.masking_key, example_key, 4) == 0);
        CHECK_FOR(same, "%02x %02x has wrong fields", first, second);
    }
}

static void all_first_two_bytes(bool masked) {
    for (unsigned allowed_rsv = 0; allowed_rsv <= RSV_ALL; allowed_rsv++) {
        struct frame_rules rules = {masked, (uint8_t)allowed_rsv};
        for (unsigned both = 0; both < 65536; both++) {
            check_first_two_bytes(both / 256, both % 256, &rules);
        }
    }
}

TEST("frame: all 65,536 first two bytes, to a server") {
    all_first_two_bytes(true);
}

TEST("frame: all 65,536 first two bytes, to a client") {
    all_first_two_bytes(false);
}

/* The bytes, of which the last decides, get the verdict; without the last they are incomplete, and
 * with anything after them nothing changes. */
static void expect(const uint8_t *bytes, size_t len, const struct frame_rules *rules,
                   enum frame_verdict wanted) {
    for (int filler = 0; filler < 256; filler += 51) {
        uint8_t more[FRAME_HEADER_MAX + TRAILING];
        struct frame_header header;
        memset(more, filler, sizeof more);
        memcpy(more, bytes, len);
        for (size_t part = 0; part < sizeof more; part++) {
            enum frame_verdict verdict = frame_decode_header(more, part, rules, &header);
            CHECK_FOR(verdict == (part < len ? FRAME_INCOMPLETE : wanted),
                      "verdict %d after %zu bytes of %02x %02x %02x ...", verdict, part, more[0],
                      more[1], more[2]);
        }
    }
}

/* Every length at the edge of a form, and how it is written from the second byte on, unmasked. */
static const struct {
    uint64_t length;
    size_t size; /* of the bytes below */
    uint8_t bytes[9];
} lengths[] = {
    {0, 1, {0x00}},
    {1, 1, {0x01}},
    {124, 1, {0x7c}},
    {125, 1, {0x7d}},
    {126, 3, {0x7e, 0x00, 0x7e}}, /* from here on 16 bits */
    {127, 3, {0x7e, 0x00, 0x7f}},
    {128, 3, {0x7e, 0x00, 0x80}},
    {256, 3, {0x7e, 0x01, 0x00}},
    {65534, 3, {0x7e, 0xff, 0xfe}},
    {65535, 3, {0x7e, 0xff, 0xff}},
    {65536, 9, {0x7f, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00}}, /* from here on 64 bits */
    {0x12345678, 9, {0x7f, 0x00, 0x00, 0x00, 0x00, 0x12, 0x34, 0x56, 0x78}},
    {0xffffffff, 9, {0x7f, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff}},
    {0x100000000, 9, {0x7f, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00}},
    {0x0102030405060708, 9, {0x7f, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08}},
    {INT64_MAX, 9, {0x7f, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
};
enum { LENGTHS = sizeof lengths / sizeof lengths[0] };

/* A binary frame of that length, encoded and decoded. */
static void check_length(size_t index, bool masked) {
    uint8_t wanted[FRAME_HEADER_MAX] = {0x82};
    size_t size = 1 + lengths[index].size;
    memcpy(wanted + 1, lengths[index].bytes, lengths[index].size);
    struct frame_header header = {.fin = true,
                                  .opcode = FRAME_BINARY,
                                  .masked = masked,
                                  .payload_length = lengths[index].length};
    if (masked) {
        wanted[1] |= 0x80;
        memcpy(header.masking_key, example_key, 4);
        memcpy(wanted + size, example_key, 4);
        size += 4;
    }
    uint8_t bytes[FRAME_HEADER_MAX + 1];
    memset(bytes, '#', sizeof bytes);
    CHECK_EQUAL(frame_encode_header(&header, bytes), size);
    CHECK_EQUAL(frame_header_size(&header), size);
    CHECK_BYTES(bytes, size, wanted, size);
    CHECK_EQUAL(bytes[size], '#');

    struct frame_header decoded;
    const struct frame_rules *rules = masked ? &server : &client;
    expect(wanted, size, rules, FRAME_OK);
    CHECK_EQUAL(frame_decode_header(wanted, size, rules, &decoded), FRAME_OK);
    CHECK(decoded.payload_length == lengths[index].length);
    CHECK(!masked || memcmp(decoded.masking_key, example_key, 4) == 0);
}

TEST("frame: lengths at the edges of each form, both ways") {
    for (size_t i = 0; i < LENGTHS; i++) {
        check_length(i, false);
        check_length(i, true);
    }
}

/* Each header that can be encoded comes back as it was. */
TEST("frame: every field, both ways") {
    for (unsigned combination = 0; combination < 512; combination++) {
        for (size_t i = 0; i < LENGTHS; i++) {
            unsigned opcode = combination % 16;
            struct frame_rules rules = {combination >= 256, RSV_ALL};
            struct frame_header decoded, header = {.fin = combination / 16 % 2 == 1,
                                                   .rsv = combination / 32 % 8,
                                                   .opcode = (uint8_t)opcode,
                                                   .masked = rules.masked,
                                                   .masking_key = {1, 2, 3, 4},
                                                   .payload_length = lengths[i].length};
            bool good = opcodes[opcode].defined &&
                        (!opcodes[opcode].control || (header.fin && lengths[i].length <= 125));
            uint8_t bytes[FRAME_HEADER_MAX];
            size_t size = frame_encode_header(&header, bytes);
            enum frame_verdict verdict = frame_decode_header(bytes, size, &rules, &decoded);
            CHECK_EQUAL(verdict == FRAME_OK, good);
            bool same = decoded.fin == header.fin && decoded.rsv == header.rsv &&
                        decoded.opcode == header.opcode && decoded.masked == header.masked &&
                        decoded.payload_length == header.payload_length &&
                        (!header.masked || memcmp(decoded.masking_key, header.masking_key, 4) == 0);
            CHECK_FOR(!good || same, "combination %u of length %zu differs", combination, i);
        }
    }
}

/* All 65,536 values of the 16-bit form: those up to 125 belong into seven bits. */
TEST("frame: a 16-bit length below 126 is not minimal") {
    for (unsigned length = 0; length < 65536; length++) {
        const uint8_t bytes[] = {0x82, 0x7e, (uint8_t)(length / 256), (uint8_t)(length % 256)};
        struct frame_header header;
        enum frame_verdict verdict = frame_decode_header(bytes, 4, &client, &header);
        CHECK_FOR(verdict == (length < 126 ? FRAME_LENGTH_NOT_MINIMAL : FRAME_OK),
                  "length %u gives verdict %d", length, verdict);
        CHECK(length < 126 || header.payload_length == length);
    }
    expect((const uint8_t[]){0x82, 0x7e, 0x00, 0x00}, 4, &client, FRAME_LENGTH_NOT_MINIMAL);
    expect((const uint8_t[]){0x82, 0x7e, 0x00, 0x7d}, 4, &client, FRAME_LENGTH_NOT_MINIMAL);
    expect((const uint8_t[]){0x82, 0xfe, 0x00, 0x7d}, 4, &server, FRAME_LENGTH_NOT_MINIMAL);
}

TEST("frame: a 64-bit length below 65,536 is not minimal") {
    static const uint16_t few[] = {0, 1, 125, 126, 127, 128, 255, 256, 32768, 65535};
    for (size_t i = 0; i < sizeof few / sizeof few[0]; i++) {
        uint8_t bytes[10] = {
            0x82, 0x7f, 0, 0, 0, 0, 0, 0, (uint8_t)(few[i] / 256), (uint8_t)(few[i] % 256)};
        expect(bytes, sizeof bytes, &client, FRAME_LENGTH_NOT_MINIMAL);
        bytes[1] = 0xff; /* masked; the verdict does not wait for the key */
        expect(bytes, sizeof bytes, &server, FRAME_LENGTH_NOT_MINIMAL);
    }
}

TEST("frame: the top bit of a 64-bit length is 0") {
    expect((const uint8_t[]){0x82, 0x7f, 0x80}, 3, &client, FRAME_LENGTH_TOP_BIT);
    expect((const uint8_t[]){0x82, 0xff, 0x80}, 3, &server, FRAME_LENGTH_TOP_BIT);
    expect((const uint8_t[]){0x82, 0x7f, 0xff}, 3, &client, FRAME_LENGTH_TOP_BIT);
    /* Of 16 bits the top bit is an ordinary one. */
    expect((const uint8_t[]){0x82, 0x7e, 0x80, 0x00}, 4, &client, FRAME_OK);
}

/* Byte i of a payload goes with byte i modulo 4 of the key (5.3), whatever has come before. */
TEST("frame: a mask begins where the payload goes on") {
    uint8_t bytes[7] = {0}, wanted[] = {0x21, 0x3d, 0x37, 0xfa, 0x21, 0x3d, 0x37};
    frame_mask(bytes, bytes, sizeof bytes, example_key, 2);
    CHECK_BYTES(bytes, sizeof bytes, wanted, sizeof wanted);
    frame_mask(bytes, bytes, sizeof bytes, example_key, INT64_MAX - 1); /* 2 modulo 4 */
    CHECK_BYTES(bytes, sizeof bytes, (const uint8_t[7]){0}, sizeof bytes);
    frame_mask(bytes, bytes + 3, 4, example_key, 0); /* to a place before */
    CHECK_BYTES(bytes, 4, example_key, 4);
}

/* Decodes a frame of the RFC, compares it, and encodes it again. */
static void check_example(const uint8_t *bytes, size_t len, const struct frame_header *wanted,
                          const char *text) {
    struct frame_rules rules = {.masked = wanted->masked, .allowed_rsv = 0};
    struct frame_header header;
    uint8_t encoded[FRAME_HEADER_MAX], payload[16];
    CHECK_EQUAL(frame_decode_header(bytes, len, &rules, &header), FRAME_OK);
    CHECK(header.fin == wanted->fin && header.rsv == 0 && header.opcode == wanted->opcode);
    CHECK(header.masked == wanted->masked && header.payload_length == wanted->payload_length);
    size_t size = frame_header_size(&header);
    CHECK_BYTES(encoded, frame_encode_header(&header, encoded), bytes, size);
    if (text != NULL) {
        CHECK_EQUAL(len - size, strlen(text));
        memcpy(payload, bytes + size, len - size);
        if (header.masked) {
            frame_mask(payload, payload, len - size, header.masking_key, 0);
        }
        CHECK_BYTES(payload, len - size, text, strlen(text));
    }
}

TEST("frame: the examples of RFC 6455, 5.7") {
    static const uint8_t unmasked[] = {0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f};
    static const uint8_t masked[] = {0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d,
                                     0x7f, 0x9f, 0x4d, 0x51, 0x58};
    static const uint8_t first[] = {0x01, 0x03, 0x48, 0x65, 0x6c};
    static const uint8_t last[] = {0x80, 0x02, 0x6c, 0x6f};
    static const uint8_t ping[] = {0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f};
    static const uint8_t pong[] = {0x8a, 0x85, 0x37, 0xfa, 0x21, 0x3d,
                                   0x7f, 0x9f, 0x4d, 0x51, 0x58};
    static const uint8_t bytes_256[] = {0x82, 0x7e, 0x01, 0x00};
    static const uint8_t bytes_65536[] = {0x82, 0x7f, 0, 0, 0, 0, 0, 0x01, 0x00, 0x00};
    check_example(unmasked, sizeof unmasked, &(struct frame_header){true, 0, 1, false, {0}, 5},
                  "Hello");
    check_example(masked, sizeof masked, &(struct frame_header){true, 0, 1, true, {0}, 5}, "Hello");
    check_example(first, sizeof first, &(struct frame_header){false, 0, 1, false, {0}, 3}, "Hel");
    check_example(last, sizeof last, &(struct frame_header){true, 0, 0, false, {0}, 2}, "lo");
    check_example(ping, sizeof ping, &(struct frame_header){true, 0, 9, false, {0}, 5}, "Hello");
    check_example(pong, sizeof pong, &(struct frame_header){true, 0, 10, true, {0}, 5}, "Hello");
    check_example(bytes_256, sizeof bytes_256, &(struct frame_header){true, 0, 2, false, {0}, 256},
                  NULL);
    check_example(bytes_65536, sizeof bytes_65536,
                  &(struct frame_header){true, 0, 2, false, {0}, 65536}, NULL);
}

TEST("frame: the names of the opcodes") {
    for (uint8_t opcode = 0; opcode < 16; opcode++) {
        const char *name = frame_opcode_name(opcode);
        CHECK_FOR(strcmp(name, opcodes[opcode].name) == 0, "opcode %d is %s", opcode, name);
        CHECK_EQUAL(frame_is_control(opcode), opcodes[opcode].control);
    }
}

TEST("frame: the sentence of every verdict fits into a Close") {
    for (int verdict = FRAME_OK; verdict <= FRAME_LENGTH_TOP_BIT; verdict++) {
        const char *sentence = frame_verdict_sentence((enum frame_verdict)verdict);
        CHECK_FOR(strlen(sentence) > 10 && strlen(sentence) <= CLOSE_REASON_MAX, "\"%s\"",
                  sentence);
        CHECK(strpbrk(sentence, "\r\n") == NULL);
        bool names_section = strstr(sentence, " (5.") != NULL;
        CHECK_EQUAL(names_section, verdict > FRAME_INCOMPLETE);
        for (int other = FRAME_OK; other < verdict; other++) {
            CHECK(strcmp(sentence, frame_verdict_sentence((enum frame_verdict)other)) != 0);
        }
    }
}

/* A caller may always unmask: a key of zeros changes nothing. */
TEST("frame: without a mask the key is zeros") {
    static const uint8_t bytes[] = {0x81, 0x00}, zeros[4] = {0};
    struct frame_header header;
    memset(&header, 0xa5, sizeof header);
    CHECK_EQUAL(frame_decode_header(bytes, sizeof bytes, &client, &header), FRAME_OK);
    CHECK_BYTES(header.masking_key, sizeof header.masking_key, zeros, sizeof zeros);
}
