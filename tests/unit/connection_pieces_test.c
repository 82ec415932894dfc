/* The connection of step 5 for relays and extensions: messages that come and go in pieces, marked
 * ones, pings that are left to the caller, frames that are encoded already, an observer, and an end
 * from outside. */
#include "tests/support/pump.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

static struct pump pump;
static struct connection *const connection = &pump.connection;
static const struct connection_settings in_pieces = {.max_message = PUMP_MAX_MESSAGE,
                                                     .in_pieces = true};
/* RSV2, 0x20 in the first byte of a frame, is the mark of some extension. */
static const struct connection_settings with_mark = {.max_message = PUMP_MAX_MESSAGE,
                                                     .allowed_rsv = FRAME_RSV2};

TEST("connection: pieces join to the message") {
    pump_play(&in_pieces,
              "81:Hello 01: 89:x 00:1\xe2 00: 8a:y 00:\x82\xac 89: 80: 82: 02: 80: 02:\xff 80:\xfe",
              "(text):Hello ping:x pong:y ping: (text):1\xe2\x82\xac (binary): (binary): "
              "(binary):\xff\xfe ",
              "text:Hello pong:x pong: text:1\xe2\x82\xac binary: binary: binary:\xff\xfe ");
}

/* What the mark means is not known here: neither UTF-8 nor the limit counts. */
TEST("connection: a marked message comes in pieces") {
    static char frames[2 * PUMP_MAX_MESSAGE], events[200], sent[2 * PUMP_MAX_MESSAGE];
    char large[PUMP_MAX_MESSAGE + 2] = "";
    memset(large, 'm', sizeof large - 1);
    snprintf(frames, sizeof frames, "81:a a1:\xff 21: 89:x 00:b\xc0 80:c 01:d 80:e a2: 82:f a2:%s",
             large);
    snprintf(events, sizeof events,
             "text:a (text+2):\xff ping:x (text+2):b\xc0"
             "c text:de (binary+2): binary:f (binary+2):%.40s ",
             large);
    snprintf(sent, sizeof sent,
             "text:a text+2:\xff pong:x text+2:b\xc0"
             "c text:de binary+2: binary:f binary+2:%s ",
             large);
    pump_play(&with_mark, frames, events, sent);
}

static void play_bad(const struct connection_settings *settings, const char *frames,
                     const char *sentence) {
    char all[64], sent[200];
    snprintf(all, sizeof all, "%s 89:too-late", frames);
    snprintf(sent, sizeof sent, "close 1002:%s ", sentence);
    pump_play(settings, all, "failed 1002: ", sent);
}

TEST("connection: the mark stands in a message's first frame only (5.2)") {
    static const char misplaced[] = "a reserved bit is set beyond a message's first frame (5.2)";
    static const char *const in_others[] = {"a8:", "a9:", "aa:", "21: a0:", "01: 20:"};
    static const char *const foreign[] = {"c1:", "91:", "e1:", "c9:", "40:"};
    static const char *const not_allowed[] = {"91:", "a1:", "c1:"};
    const char *reserved = frame_verdict_sentence(FRAME_RESERVED_BIT);
    for (size_t i = 0; i < 5; i++) {
        play_bad(&with_mark, in_others[i], misplaced);
        play_bad(&with_mark, foreign[i], reserved);
        play_bad(&in_pieces, not_allowed[i % 3], reserved);
    }
}

TEST("connection: text in pieces is checked as it comes (8.1)") {
    pump_open(&pump, &in_pieces, CONNECTION_BUFFER_MIN);
    pump_feed(&pump, "x018a00000000 x676f6f6420"); /* "good " of ten bytes */
    CHECK(!pump.has_ended);
    pump_feed(&pump, "xc0");
    CHECK(pump.has_ended);
    CHECK_EQUAL(connection->close_code, 1007);
    pump_close(&pump);
    pump_play(&in_pieces, "01:good 89: 80:\xe2", "ping: failed 1007: ", NULL);
}

TEST("connection: the limit counts pieces, too") {
    static char frames[2 * PUMP_MAX_MESSAGE + 50], events[200], sent[PUMP_MAX_MESSAGE + 100];
    char most[PUMP_MAX_MESSAGE + 1] = "";
    memset(most, 'm', PUMP_MAX_MESSAGE);
    snprintf(frames, sizeof frames, "02:%s 80: 02:%s 00:m", most, most);
    snprintf(events, sizeof events, "(binary):%.40s failed 1009: ", most);
    pump_play(&in_pieces, frames, events, NULL);
    pump_open(&pump, &in_pieces, CONNECTION_BUFFER_MIN);
    pump_feed(&pump, frames);
    snprintf(sent, sizeof sent, "binary:%s close 1009:%s ", most, connection_too_big);
    CHECK(pump.output.len > sizeof most);
    pump_close(&pump);
}

TEST("connection: pings may be left to the caller") {
    static const struct connection_settings settings = {.max_message = PUMP_MAX_MESSAGE,
                                                        .leave_pings = true};
    pump_play(&settings, "89:one 81:x 89:two", "ping:one text:x ping:two ", "text:x ");
}

/* The first piece of a frame has the room of its header before it, and goes back as it lies; later
 * ones are lent with a header of their own. */
TEST("connection: pieces go back without being copied") {
    uint8_t payload[600];
    struct connection_message piece;
    const struct iovec *parts;
    struct wire in = {0};
    memset(payload, 'p', sizeof payload);
    pump_open(&pump, &in_pieces, CONNECTION_BUFFER_MIN);
    wire_add_client_frame(&in, 0x82, payload, sizeof payload);
    pump_put_bytes(&pump, in.bytes, 8 + 300);
    CHECK_EQUAL(pump_next(&pump, &piece), CONNECTION_PIECE);
    CHECK(piece.payload == pump.memory + 8 && piece.length == 300 && !piece.fin);
    CHECK_EQUAL(connection_send_piece(connection, &piece), 0);
    CHECK_EQUAL(connection_output(connection, &parts), 1);
    CHECK(parts[0].iov_base == pump.memory + 4 && parts[0].iov_len == 4 + 300);
    CHECK_EQUAL(pump_next(&pump, &piece), CONNECTION_NEEDS_INPUT);
    memcpy(pump.memory + 8 + 300, in.bytes + 8 + 300, 200); /* nothing of it is written yet */
    connection_received(connection, 200);
    CHECK_EQUAL(pump_next(&pump, &piece), CONNECTION_PIECE);
    CHECK(piece.payload == pump.memory + 8 + 300 && piece.length == 200 && !piece.fin);
    CHECK_EQUAL(connection_send_piece(connection, &piece), 0);
    CHECK_EQUAL(connection_output(connection, &parts), 3);
    CHECK(parts[2].iov_base == piece.payload && parts[2].iov_len == 200);
    pump_drain(&pump);
    pump_feed_bytes(&pump, in.bytes + 8 + 500, 100, SIZE_MAX);
    wire_free(&in);
    wire_add_server_frame(&in, 0x02, payload, 300);
    wire_add_server_frame(&in, 0x00, payload, 200);
    wire_add_server_frame(&in, 0x80, payload, 100);
    CHECK_BYTES(pump.output.bytes, pump.output.len, in.bytes, in.len);
    wire_free(&in);
    pump_close(&pump);
}

static void note_sent(void *context, bool sent, const struct frame_header *frame,
                      const uint8_t *bytes, size_t count) {
    CHECK(sent && frame != NULL);
    wire_add(context, bytes, count);
}

TEST("connection: while a message is sent in part none can begin (5.4)") {
    uint8_t bytes[] = "abcdef";
    const uint8_t encoded[] = {0x81, 0x02, 'o', 'k'};
    struct wire seen = {0}, wanted = {0};
    struct connection_message piece = {FRAME_TEXT, FRAME_RSV2, false, bytes, 2};
    pump_open(&pump,
              &(struct connection_settings){
                  .observe = note_sent, .context = &seen, .allowed_rsv = FRAME_RSV2},
              CONNECTION_BUFFER_MIN);
    CHECK_EQUAL(connection_send_encoded(connection, encoded, sizeof encoded), 0);
    CHECK_EQUAL(connection_send_piece(connection, &piece), 0);
    CHECK_EQUAL(connection_send(connection, FRAME_TEXT, bytes, 2), -1);
    CHECK_EQUAL(connection_send_encoded(connection, encoded, sizeof encoded), -1);
    CHECK_EQUAL(connection_ping(connection, bytes, 1), 0);
    CHECK_EQUAL(connection_send_piece(connection, &piece), 0);
    piece.fin = true;
    CHECK_EQUAL(connection_send_piece(connection, &piece), 0);
    CHECK_EQUAL(connection_send(connection, FRAME_TEXT, bytes, 2), 0);
    CHECK_EQUAL(connection_close(connection, 1000, ""), 0);
    CHECK(!connection_may_send(connection));
    CHECK_EQUAL(connection_send_piece(connection, &piece), -1);
    CHECK_EQUAL(connection_send_encoded(connection, encoded, sizeof encoded), -1);
    pump_drain(&pump);
    CHECK_EQUAL(connection_send_piece(connection, &piece), -1);
    wire_add_frames(&wanted, false, "81:ok 21:ab 89:a 00:ab 80:ab 81:ab 88=03e8");
    CHECK_BYTES(pump.output.bytes, pump.output.len, wanted.bytes, wanted.len);
    CHECK_BYTES(seen.bytes, seen.len, wanted.bytes + sizeof encoded,
                wanted.len - sizeof encoded); /* what is sent encoded is not observed */
    wire_free(&seen);
    wire_free(&wanted);
    pump_close(&pump);
}

TEST("connection: it can be failed from outside (7.1.7)") {
    for (int closed = 0; closed < 2; closed++) {
        pump_open(&pump, &pump_server, CONNECTION_BUFFER_MIN);
        pump_feed(&pump, "01:begun");
        if (closed == 1) {
            connection_close(connection, 1001, "bye");
        }
        CHECK_EQUAL(connection_fail(connection, 1008, "no more"), CONNECTION_FAILED);
        pump_drain(&pump);
        pump_put(&pump, "80:too-late");
        pump_handle(&pump);
        pump_expect(&pump,
                    "failed 1008: ", closed == 1 ? "close 1001:bye " : "close 1008:no more ");
        pump_close(&pump);
    }
}

/* Pieces need no more room than a read, and what a large message that was gathered has needed is
 * given back for them. */
TEST("connection: pieces need no more than a read") {
    enum { LARGE = 4 * CONNECTION_INPUT_READ_SIZE };
    static const uint8_t payload[LARGE];
    for (int gathered = 0; gathered < 2; gathered++) {
        struct connection_settings settings = {
            .max_message = LARGE, .in_pieces = gathered == 0, .allowed_rsv = FRAME_RSV2};
        struct connection_message message;
        struct wire in = {0};
        uint64_t received = 0;
        size_t size;
        int messages = 0;
        pump_open(&pump, &settings, CONNECTION_BUFFER_MIN);
        if (gathered == 1) {
            wire_add_client_frame(&in, 0x82, payload, LARGE);
        }
        wire_add_client_frame(&in, gathered == 1 ? 0xa2 : 0x82, payload, LARGE); /* RSV2 */
        for (size_t at = 0; at < in.len; at += size) {
            connection_space(connection, &size);
            size = size < in.len - at ? size : in.len - at;
            pump_put_bytes(&pump, in.bytes + at, size);
            enum connection_event event;
            while ((event = pump_next(&pump, &message)) != CONNECTION_NEEDS_INPUT) {
                uint64_t told;
                messages += event == CONNECTION_MESSAGE;
                received += event == CONNECTION_PIECE ? message.length : 0;
                CHECK(event == CONNECTION_MESSAGE ||
                      (event == CONNECTION_PIECE &&
                       connection->input.buffer.capacity <= CONNECTION_INPUT_READ_SIZE));
                connection_has_begun(connection, &told);
                CHECK_EQUAL(told, received < LARGE ? received : 0);
            }
        }
        CHECK_EQUAL(messages, gathered);
        CHECK_EQUAL(received, LARGE);
        wire_free(&in);
        pump_close(&pump);
    }
}
