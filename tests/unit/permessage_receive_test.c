/* Compressed messages as they come, RFC 7692: the examples of the RFC, empty ones, what is
 * malformed, and where the mark may stand. */
#include "tests/support/deflate_pair.h"
#include "tests/support/test.h"

#include <string.h>

/* The examples of RFC 7692, 7.2.3, as payloads of one frame; all mean the same message. */
static const char *const examples[] = {
    "f248cdc9c90700",              /* 7.2.3.1: one block */
    "000500faff48656c6c6f00",      /* 7.2.3.3: a block without compression */
    "f348cdc9c9070000",            /* 7.2.3.4: a block with BFINAL */
    "f248050000 00ffff cac9c90700" /* 7.2.3.5: two blocks */
};

/* Starts one side alone, with nothing before. */
static void open_alone(struct deflate_pair *side, bool is_server,
                       const struct permessage_parameters *wishes) {
    deflate_pair_open_both(wishes, DEFLATE_PAIR_MAX_MESSAGE);
    deflate_pair_close(is_server ? &deflate_pair_client : &deflate_pair_server);
    CHECK(side == (is_server ? &deflate_pair_server : &deflate_pair_client));
}

/* Feeds frames to a new server and a new client, in pieces of all sizes; the message must come as
 * often as wanted. */
static void check_messages(void (*frames)(struct wire *wire, bool is_server), const char *text,
                           size_t count) {
    for (int is_server = 0; is_server < 2; is_server++) {
        struct wire wire = {0};
        frames(&wire, is_server);
        for (size_t piece = 1; piece <= wire.len; piece++) {
            struct deflate_pair *side = is_server ? &deflate_pair_server : &deflate_pair_client;
            open_alone(side, is_server, &deflate_pair_most);
            struct deflate_pair_result result =
                deflate_pair_feed(side, wire.bytes, wire.len, piece, false);
            CHECK_EQUAL(result.messages, count);
            CHECK_EQUAL(result.opcode, FRAME_TEXT);
            CHECK_FOR(result.event != CONNECTION_FAILED, "%s", result.failure);
            CHECK_BYTES(result.payload.bytes, result.payload.len, text, strlen(text));
            deflate_pair_result_free(&result);
            deflate_pair_close(side);
        }
        wire_free(&wire);
    }
}

static size_t example;

static void frame_example(struct wire *wire, bool is_server) {
    deflate_pair_add_hex(wire, is_server, 0xc1, examples[example]);
}

static void frame_fragments(struct wire *wire, bool is_server) {
    deflate_pair_add_hex(wire, is_server, 0x41, "f248cd");
    deflate_pair_add_hex(wire, is_server, 0x80, "c9c90700");
}

/* 7.2.3.2; the second message refers to the first, however that came. */
static void frame_shared(struct wire *wire, bool is_server) {
    deflate_pair_add_hex(wire, is_server, 0xc1, examples[example]);
    deflate_pair_add_hex(wire, is_server, 0x81, "6e6f"); /* not compressed: not in the window */
    deflate_pair_add_hex(wire, is_server, 0xc1, "f200110000");
}

TEST("compression: the examples are taken (RFC 7692, 7.2.3)") {
    for (example = 0; example < 4; example++) {
        check_messages(frame_example, "Hello", 1);
        check_messages(frame_shared, "Hello", 3);
    }
    check_messages(frame_fragments, "Hello", 1);
}

static void frame_empty(struct wire *wire, bool is_server) {
    deflate_pair_add_hex(wire, is_server, 0xc1, "f248cdc9c90700");
    deflate_pair_add_hex(wire, is_server, 0xc1, "00"); /* 7.2.3.6 */
    deflate_pair_add_hex(wire, is_server, 0xc1, "");   /* as who uses zlib sends it */
    deflate_pair_add_hex(wire, is_server, 0x41, "");
    deflate_pair_add_hex(wire, is_server, 0x00, "");
    deflate_pair_add_hex(wire, is_server, 0x80, "");
    deflate_pair_add_hex(wire, is_server, 0x41, "00");
    deflate_pair_add_hex(wire, is_server, 0x80, "");
    deflate_pair_add_hex(wire, is_server, 0x41, "");
    deflate_pair_add_hex(wire, is_server, 0x80, "0200"); /* an empty fixed block before the other */
}

static void frame_after_empty(struct wire *wire, bool is_server) {
    frame_empty(wire, is_server);
    deflate_pair_add_hex(wire, is_server, 0xc1, "f200110000");
}

TEST("compression: empty messages are taken (RFC 7692, 7.2.3.6)") {
    check_messages(frame_empty, "", 6);
    check_messages(frame_after_empty, "Hello", 7);
}

static void frame_first_empty(struct wire *wire, bool is_server) {
    deflate_pair_add_hex(wire, is_server, 0xc1, "");
}

static void frame_after_final(struct wire *wire, bool is_server) {
    deflate_pair_add_hex(wire, is_server, 0xc1, "f348cdc9c9070000");
    deflate_pair_add_hex(wire, is_server, 0xc1, "f300110000"); /* final again */
    deflate_pair_add_hex(wire, is_server, 0xc1, "f200110000");
}

TEST("compression: an empty message may be the first") {
    check_messages(frame_first_empty, "", 1);
}

TEST("compression: a final block does not end the window (RFC 7692, 7.2.3.4)") {
    check_messages(frame_after_final, "Hello", 3);
}

/* What a payload is failed with, as a server and as a client, whole and byte by byte. */
static void check_failure(const struct permessage_parameters *wishes, uint8_t first,
                          const char *hex, unsigned code, const char *sentence) {
    for (int way = 0; way < 4; way++) {
        struct wire wire = {0};
        bool is_server = way % 2 == 0;
        struct deflate_pair *side = is_server ? &deflate_pair_server : &deflate_pair_client;
        open_alone(side, is_server, wishes);
        deflate_pair_add_hex(&wire, is_server, first, hex);
        struct deflate_pair_result result =
            deflate_pair_feed(side, wire.bytes, wire.len, way < 2 ? 1 : 1000, false);
        CHECK_FOR(result.event == CONNECTION_FAILED && result.code == code &&
                      strstr(result.failure, sentence) != NULL,
                  "%s as %s: event %d, %u, %s", hex, is_server ? "server" : "client",
                  (int)result.event, result.code, result.failure);
        deflate_pair_result_free(&result);
        wire_free(&wire);
        deflate_pair_close(side);
    }
}

/* Wherever it is cut, but where what is missing happens to be like what is added (7.2.2). */
TEST("compression: data that is cut short is 1007 (RFC 7692, 7.2.2)") {
    static const char cut[] = "the compressed data is cut short (RFC 7692, 7.2.2)";
    static const char *const payloads[] = {
        "f2",
        "f248",
        "f248cd",
        "f248cdc9",
        "f248cdc9c9",
        "f248cdc9c907",
        "000500faff",
        "f348cdc9c907",
        "f348cdc9c90700", /* a final block alone; 7.2.3.4 says why another byte is needed */
        "f24805",
        "f248050000 00ffff ca",
        "f248050000 00ffff cac9c9",
    };
    for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
        check_failure(&deflate_pair_most, 0xc2, payloads[i], 1007, cut);
    }
}

TEST("compression: malformed data is 1007") {
    check_failure(&deflate_pair_most, 0xc2, "07", 1007,
                  "block type 3 is reserved (RFC 1951, 3.2.3)");
    check_failure(&deflate_pair_most, 0x42, "06", 1007,
                  "block type 3 is reserved (RFC 1951, 3.2.3)");
    check_failure(&deflate_pair_most, 0xc2, "000500fbff48656c6c6f00", 1007, "NLEN");
    check_failure(&deflate_pair_most, 0xc2, "f200110000", 1007, "before the first byte");
    check_failure(&deflate_pair_most, 0xc1, "000100feffff00", 1007,
                  "a text message must be UTF-8 (8.1)");
    check_failure(&deflate_pair_most, 0xc1, "000100feffc300", 1007, "within a character (8.1)");
}

/* With a bit in the wrong place the header alone is enough. */
TEST("compression: the mark is RSV1 of the first frame (RFC 7692, 6)") {
    check_failure(&deflate_pair_most, 0xa2, "00", 1002, "");
    check_failure(&deflate_pair_most, 0x92, "00", 1002, "");
    check_failure(&deflate_pair_most, 0xc9, "00", 1002, "");
    check_failure(&deflate_pair_most, 0xc8, "03e8", 1002, "");
}

/* A message of fragments is echoed as one frame, and relaxing within it changes nothing. */
TEST("compression: silence in the middle of a message is harmless") {
    struct wire wire = {0};
    struct deflate_pair_result result;
    deflate_pair_open_both(&deflate_pair_most, DEFLATE_PAIR_MAX_MESSAGE);
    frame_fragments(&wire, true);
    for (size_t i = 0; i < wire.len; i++) {
        result = deflate_pair_feed(&deflate_pair_server, wire.bytes + i, 1, 1, false);
        deflate_pair_relax(&deflate_pair_server);
        CHECK_EQUAL(result.messages, i + 1 == wire.len);
        if (i + 1 == wire.len) {
            CHECK_BYTES(result.payload.bytes, result.payload.len, "Hello", 5);
        }
        deflate_pair_result_free(&result);
    }
    wire_free(&wire);
    deflate_pair_close_both();
}

/* Blocks of nothing with codes of their own, each with an empty stored block that aligns it. A
 * message may have so many tables without anything that comes out, and one more is too much
 * work. */
TEST("compression: tables without end are 1009") {
    static const uint8_t block[] = {0x04, 0xc0, 0x81, 0x08, 0x00, 0x00, 0x00, 0x00,
                                    0x20, 0x7f, 0xeb, 0x07, 0x00, 0x00, 0xff, 0xff};
    enum { MOST = 4096 };
    for (size_t count = MOST; count <= MOST + 1; count++) {
        struct wire payload = {0}, frame = {0};
        for (size_t i = 0; i < count; i++) {
            wire_add(&payload, block, sizeof block);
        }
        wire_add_client_frame(&frame, 0xc2, payload.bytes, payload.len - 4);
        open_alone(&deflate_pair_server, true, &deflate_pair_most);
        struct deflate_pair_result result =
            deflate_pair_feed(&deflate_pair_server, frame.bytes, frame.len, frame.len, false);
        CHECK_EQUAL(result.messages, count == MOST);
        CHECK_EQUAL(result.event == CONNECTION_FAILED, count > MOST);
        CHECK_EQUAL(count > MOST ? result.code : CLOSE_TOO_BIG, CLOSE_TOO_BIG);
        deflate_pair_result_free(&result);
        deflate_pair_close(&deflate_pair_server);
        wire_free(&payload);
        wire_free(&frame);
    }
}

/* After a large message that was not compressed the buffer is as large, but no more is read at once
 * than is needed before a compressed one would have the memory. */
TEST("compression: a large buffer is not filled at once") {
    enum { LARGE = 1000000 };
    static uint8_t message[LARGE];
    struct wire frame = {0};
    size_t size;
    wire_add_client_frame(&frame, 0x82, message, sizeof message);
    open_alone(&deflate_pair_server, true, &deflate_pair_most);
    struct deflate_pair_result result =
        deflate_pair_feed(&deflate_pair_server, frame.bytes, frame.len, frame.len, false);
    CHECK_EQUAL(result.messages, 1);
    CHECK(connection_space(&deflate_pair_server.connection, &size) != NULL);
    CHECK(deflate_pair_server.connection.input.buffer.capacity >= LARGE &&
          size == CONNECTION_INPUT_READ_SIZE);
    deflate_pair_result_free(&result);
    deflate_pair_close(&deflate_pair_server);
    wire_free(&frame);
}
