/* The connection of step 5: messages, whole and in fragments, come and are echoed, and the fast
 * path of those that come whole agrees with the slow one. */
#include "tests/support/pump.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct pump pump;

TEST("connection: a text and a binary message (5.6)") {
    /* FIN and text; masked, 5 bytes; masking key; "Hello", masked: RFC 6455, 5.7 */
    pump_play_server(&pump_server, "x8185 x37fa213d x7f9f4d5158 82:\x01\xff",
                     "text:Hello binary:\x01\xff ", "text:Hello binary:\x01\xff ");
    pump_open(&pump, &pump_server, CONNECTION_BUFFER_MIN);
    pump_feed(&pump, "81:Hello 82:\x01\xff");
    CHECK_BYTES(pump.output.bytes, pump.output.len, "\x81\x05Hello\x82\x02\x01\xff", 11);
    pump_close(&pump);
}

TEST("connection: empty messages") {
    pump_play(&pump_server, "81: 82: 01: 00: 80:", "text: binary: text: ", "text: binary: text: ");
}

TEST("connection: fragments join (5.4)") {
    pump_play(&pump_server, "01:frag 00: 00:men 80:ts 81:next", "text:fragments text:next ",
              "text:fragments text:next ");
}

TEST("connection: text split within characters") {
    /* Binary may be anything. */
    pump_play(&pump_server, "01:1\xe2 89: 00:\x82 80:\xac 82:\xc0\xaf",
              "ping: text:1\xe2\x82\xac binary:\xc0\xaf ",
              "pong: text:1\xe2\x82\xac binary:\xc0\xaf ");
}

TEST("connection: the largest message is taken") {
    static char frames[3 * PUMP_MAX_MESSAGE], events[200], sent[3 * PUMP_MAX_MESSAGE];
    char most[PUMP_MAX_MESSAGE + 1] = "";
    memset(most, 'm', PUMP_MAX_MESSAGE);
    snprintf(frames, sizeof frames, "82:%s 02:m 00:%s 80:m", most, most + 2);
    snprintf(events, sizeof events, "binary:%.40s binary:%.40s ", most, most);
    snprintf(sent, sizeof sent, "binary:%s binary:%s ", most, most);
    pump_play_server(&pump_server, frames, events, sent);
}

static void look_away(void *context, bool sent, const struct frame_header *frame,
                      const uint8_t *bytes, size_t count) {
    (void)context, (void)sent, (void)frame, (void)bytes, (void)count;
}

enum { FAST_PATH, LATE_BYTE, OBSERVED, PATHS, MIDDLE_MAX = UINT16_MAX };

/* A binary message and a text of `len` bytes with this end, on each of the paths. */
static void check_paths(size_t len, const char *end, uint64_t max_message) {
    static char text[MIDDLE_MAX + 1];
    static struct pump pumps[PATHS];
    struct wire in = {0};
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = len % 2 == 0 ? "\xc3\xa9"[i % 2] : 'a';
    }
    memcpy(text + len - strlen(end), end, strlen(end));
    wire_add_client_frame(&in, 0x82, text, len);
    wire_add_client_frame(&in, 0x81, text, len);
    for (int path = 0; path < PATHS; path++) {
        struct pump *one = &pumps[path];
        size_t half = in.len / 2, missing = path == LATE_BYTE ? 1 : 0;
        struct connection_settings settings = {.max_message = max_message};
        settings.observe = path == OBSERVED ? look_away : NULL;
        pump_open(one, &settings, PUMP_MEMORY);
        pump_feed_bytes(one, in.bytes, half - missing, SIZE_MAX);
        pump_feed_bytes(one, in.bytes + half - missing, half, SIZE_MAX);
        pump_feed_bytes(one, in.bytes + in.len - missing, missing, SIZE_MAX);
        CHECK_FOR(strcmp(pumps[0].events, one->events) == 0, "%zu bytes: %s or %s", len,
                  pumps[0].events, one->events);
        CHECK(pumps[0].connection.failure == one->connection.failure);
        CHECK_BYTES(one->output.bytes, one->output.len, pumps[0].output.bytes, pumps[0].output.len);
    }
    for (int path = 0; path < PATHS; path++) {
        pump_close(&pumps[path]);
    }
    wire_free(&in);
}

/* A message whose frame has come whole takes the fast path; with its last byte still missing, or
 * with an observer, it takes the slow one. Every length up to where the header changes its form,
 * and some around the next change and the largest that is allowed; ASCII and not, good and bad. */
TEST("connection: the fast path agrees with the slow one") {
    static const char *const ends[] = {"", "\xc3\xa9", "\xc3", "\xff", "\xc3\xff"};
    for (size_t end = 0; end < 5; end++) {
        for (size_t len = strlen(ends[end]); len <= FRAME_CONTROL_MAX + 3; len++) {
            check_paths(len, ends[end], PUMP_MAX_MESSAGE);
        }
        for (size_t more = 0; more < 2; more++) {
            check_paths(PUMP_MAX_MESSAGE + more, ends[end], PUMP_MAX_MESSAGE);
            check_paths(MIDDLE_MAX + more, ends[end], MIDDLE_MAX);
            check_paths(MIDDLE_MAX + more, ends[end], MIDDLE_MAX + 1);
        }
    }
}

TEST("connection: many small frames at once") {
    static const size_t pieces[] = {SIZE_MAX, 1, 997},
                        sizes[] = {CONNECTION_BUFFER_MIN, PUMP_MEMORY};
    char frames[PUMP_EVENTS] = "", events[PUMP_EVENTS] = "", sent[PUMP_EVENTS] = "";
    for (int i = 0; i < 300; i++) {
        bool is_ping = i % 3 == 0;
        sprintf(frames + strlen(frames), "%s:%d ", is_ping ? "89" : "81", i);
        sprintf(events + strlen(events), "%s:%d ", is_ping ? "ping" : "text", i);
        sprintf(sent + strlen(sent), "%s:%d ", is_ping ? "pong" : "text", i);
    }
    for (size_t i = 0; i < 6; i++) {
        struct wire in = {0};
        wire_add_frames(&in, true, frames);
        pump_open(&pump, &pump_server, sizes[i % 2]);
        pump_feed_bytes(&pump, in.bytes, in.len, pieces[i / 2]);
        pump_expect(&pump, events, sent);
        pump_close(&pump);
        wire_free(&in);
    }
}

/* Large messages, whole and in fragments, at all the lengths where a header changes its form. */
TEST("connection: large messages come back byte for byte") {
    static const size_t sizes[] = {125, 126, 127, 1023, 65535, 65536, 65537, 300000, 1 << 20};
    static const size_t fragments[] = {1 << 30, 40000, 997};
    static const struct connection_settings settings = {.max_message = 1 << 20};
    static uint8_t payload[1 << 20];
    for (size_t i = 0; i < sizeof payload; i++) {
        payload[i] = (uint8_t)(i * 31 + i / 257);
    }
    for (size_t i = 0; i < 9 * 3; i++) {
        size_t size = sizes[i / 3], fragment = fragments[i % 3];
        struct wire in = {0}, out = {0};
        for (size_t at = 0; at < size; at += fragment) {
            size_t take = size - at < fragment ? size - at : fragment;
            unsigned fin = at + take == size ? 0x80 : 0;
            wire_add_client_frame(&in, (uint8_t)(fin | (at == 0 ? 0x2 : 0)), payload + at, take);
        }
        wire_add_client_text(&in, 0x81, "after it");
        wire_add_server_frame(&out, 0x82, payload, size);
        wire_add_server_text(&out, 0x81, "after it");
        pump_open(&pump, &settings, 16384);
        pump.at_once = 100000;
        pump_feed_bytes(&pump, in.bytes, in.len, SIZE_MAX);
        CHECK_BYTES(pump.output.bytes, pump.output.len, out.bytes, out.len);
        pump_close(&pump);
        wire_free(&in);
        wire_free(&out);
    }
}

TEST("connection: messages that are not answered leave no trace") {
    struct connection_message message;
    pump_open(&pump, &pump_server, CONNECTION_BUFFER_MIN);
    pump_put(&pump, "81:one 81:two");
    CHECK_EQUAL(pump_next(&pump, &message), CONNECTION_MESSAGE);
    CHECK_BYTES(message.payload, message.length, "one", 3);
    CHECK_EQUAL(pump_next(&pump, &message), CONNECTION_MESSAGE);
    CHECK_BYTES(message.payload, message.length, "two", 3);
    CHECK_EQUAL(pump.connection.output.total, 0);
    pump_close(&pump);
}

/* What is sent may be any part of the message received, in any order, and none is overwritten: not
 * even one that lies where the header of another would. */
TEST("connection: parts of a message are sent") {
    struct connection_message message;
    pump_open(&pump, &pump_server, CONNECTION_BUFFER_MIN);
    pump_put(&pump, "81:onexytwo");
    CHECK_EQUAL(pump_next(&pump, &message), CONNECTION_MESSAGE);
    CHECK_EQUAL(pump_send(&pump, FRAME_TEXT, message.payload, 3), 0);
    CHECK_EQUAL(pump_send(&pump, FRAME_TEXT, message.payload + 5, 3), 0);
    CHECK_EQUAL(pump_send(&pump, FRAME_TEXT, message.payload + 3, 2), 0);
    pump_drain(&pump);
    pump_expect(&pump, "", "text:one text:two text:xy ");
    pump_close(&pump);
}

/* A small message gets its echo only when a large one would, too. */
TEST("connection: the fast path waits for the output") {
    static uint8_t frame[2][200] = {{0x82, 126, 0, 196}};
    struct connection *connection = &pump.connection;
    struct connection_message message;
    struct wire in = {0};
    for (int i = 0; i < CONNECTION_OUTPUT_PARTS_MAX; i++) {
        wire_add_client_text(&in, 0x81, "small");
    }
    pump_open(&pump, &pump_server, CONNECTION_BUFFER_MIN);
    pump_put_bytes(&pump, in.bytes, in.len);
    while (pump_next(&pump, &message) == CONNECTION_MESSAGE) {
        connection_ping(connection, NULL, 0); /* lies somewhere else than the echo */
        CHECK_EQUAL(pump_send(&pump, FRAME_TEXT, message.payload, message.length), 0);
    }
    CHECK_EQUAL(pump_next(&pump, &message), CONNECTION_NEEDS_OUTPUT);
    pump_drain(&pump);
    CHECK_EQUAL(pump_next(&pump, &message), CONNECTION_MESSAGE);
    for (int i = 0; connection_send_encoded(connection, frame[i % 2], 200) == 0; i++) {
    }
    CHECK_EQUAL(connection_ping(connection, NULL, 0), 0);
    CHECK_EQUAL(connection->output.count, CONNECTION_OUTPUT_PARTS_MAX);
    CHECK_EQUAL(pump_send(&pump, FRAME_TEXT, message.payload, message.length), -1);
    pump_drain(&pump);
    struct connection_message piece = {FRAME_TEXT, 0, false, frame[0], 0};
    CHECK_EQUAL(connection_send_piece(connection, &piece), 0);
    CHECK_EQUAL(pump_send(&pump, FRAME_TEXT, message.payload, message.length), -1);
    wire_free(&in);
    pump_close(&pump);
}
