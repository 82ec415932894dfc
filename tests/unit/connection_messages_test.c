/* The connection of step 5: messages, whole and in fragments, come and are echoed, and the short
 * way of those that come whole agrees with the long one. */
#include "tests/support/connection_pump.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TEST("connection: a text and a binary message (5.6)") {
    struct wire in = {0}, out = {0};
    wire_add_hex(&in, "81"               /* FIN, text */
                      "85"               /* masked, 5 bytes */
                      "37 fa 21 3d"      /* masking key */
                      "7f 9f 4d 51 58"); /* "Hello", masked: RFC 6455, 5.7 */
    wire_add_client_text(&in, 0x82, "\x01\xff");
    wire_add_hex(&out, "81 05 48 65 6c 6c 6f");
    wire_add_hex(&out, "82 02 01 ff");
    connection_pump_play(&in, "text:Hello binary:\x01\xff ", &out);
}

TEST("connection: empty messages") {
    struct wire in = {0}, out = {0};
    wire_add_client_text(&in, 0x81, "");
    wire_add_client_text(&in, 0x82, "");
    wire_add_client_text(&in, 0x01, ""); /* three empty fragments */
    wire_add_client_text(&in, 0x00, "");
    wire_add_client_text(&in, 0x80, "");
    wire_add_hex(&out, "81 00  82 00  81 00");
    connection_pump_play(&in, "text: binary: text: ", &out);
}

TEST("connection: fragments join (5.4)") {
    struct wire in = {0}, out = {0};
    wire_add_client_text(&in, 0x01, "frag");
    wire_add_client_text(&in, 0x00, "");
    wire_add_client_text(&in, 0x00, "men");
    wire_add_client_text(&in, 0x80, "ts");
    wire_add_client_text(&in, 0x81, "next");
    wire_add_server_text(&out, 0x81, "fragments");
    wire_add_server_text(&out, 0x81, "next");
    connection_pump_play(&in, "text:fragments text:next ", &out);
}

TEST("connection: text split within characters") {
    struct wire in = {0}, out = {0};
    wire_add_client_text(&in, 0x01, "1 \xe2");
    wire_add_client_text(&in, 0x89, "");
    wire_add_client_text(&in, 0x00, "\x82");
    wire_add_client_text(&in, 0x80, "\xac");
    wire_add_client_text(&in, 0x82, "\xc0\xaf"); /* binary may be anything */
    wire_add_hex(&out, "8a 00");
    wire_add_server_text(&out, 0x81, "1 \xe2\x82\xac");
    wire_add_server_text(&out, 0x82, "\xc0\xaf");
    connection_pump_play(&in, "ping: text:1 \xe2\x82\xac binary:\xc0\xaf ", &out);
}

TEST("connection: the largest message is taken") {
    struct wire in = {0}, out = {0};
    uint8_t payload[CONNECTION_PUMP_MAX_MESSAGE];
    memset(payload, 'm', sizeof payload);
    wire_add_client_frame(&in, 0x82, payload, sizeof payload);
    wire_add_client_frame(&in, 0x02, payload, 1); /* and in fragments */
    wire_add_client_frame(&in, 0x00, payload, CONNECTION_PUMP_MAX_MESSAGE - 2);
    wire_add_client_frame(&in, 0x80, payload, 1);
    wire_add_server_frame(&out, 0x82, payload, sizeof payload);
    wire_add_server_frame(&out, 0x82, payload, sizeof payload);
    connection_pump_play(&in,
                         "binary:mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm "
                         "binary:mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm ",
                         &out);
}

static void look_away(void *context, bool sent, const struct frame_header *frame,
                      const uint8_t *bytes, size_t count) {
    (void)context, (void)sent, (void)frame, (void)bytes, (void)count;
}

enum { SHORT_WAY, LATE_BYTE, OBSERVED, WAYS, MIDDLE_MAX = UINT16_MAX };

/* Feeds two frames of the same size to a connection on one of the ways. */
static const char *go(int way, const struct wire *in, uint64_t max_message,
                      struct connection_pump *run) {
    static uint8_t lent[3 * MIDDLE_MAX];
    struct connection connection;
    struct connection_settings settings = connection_pump_server;
    size_t missing = way == LATE_BYTE ? 1 : 0;
    settings.max_message = max_message;
    settings.observe = way == OBSERVED ? look_away : NULL;
    connection_pump_start(&connection, &settings, lent, sizeof lent, 0);
    connection_pump_feed(&connection, run, in->bytes, in->len / 2 - missing, 1000);
    connection_pump_feed(&connection, run, in->bytes + in->len / 2 - missing, in->len / 2, 1000);
    connection_pump_feed(&connection, run, in->bytes + in->len - missing, missing, 1000);
    connection_free(&connection);
    return connection.failure != NULL ? connection.failure : "none";
}

/* A binary message and a text of `len` bytes with this end. */
static void check_ways(size_t len, const char *end, uint64_t max_message) {
    static char text[MIDDLE_MAX + 1];
    struct wire in = {0};
    struct connection_pump runs[WAYS] = {{.ended = false}};
    const char *failures[WAYS];
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = len % 2 == 0 ? "\xc3\xa9"[i % 2] : 'a';
    }
    memcpy(text + len - strlen(end), end, strlen(end));
    wire_add_client_frame(&in, 0x82, text, len);
    wire_add_client_frame(&in, 0x81, text, len);
    for (int way = 0; way < WAYS; way++) {
        failures[way] = go(way, &in, max_message, &runs[way]);
        CHECK_FOR(strcmp(runs[0].events, runs[way].events) == 0, "%zu bytes: %s or %s", len,
                  runs[0].events, runs[way].events);
        CHECK(strcmp(failures[0], failures[way]) == 0);
        CHECK_BYTES(runs[0].output.bytes, runs[0].output.len, runs[way].output.bytes,
                    runs[way].output.len);
    }
    for (int way = 0; way < WAYS; way++) {
        wire_free(&runs[way].output);
    }
    wire_free(&in);
}

/* A message whose frame has come whole takes a short way; with its last byte still missing, or with
 * an observer, it takes the long one. Every length up to where the header changes its form, and
 * some around the next change and the largest that is allowed; ASCII and not, good and bad. */
TEST("connection: the short way agrees with the long one") {
    static const char *const ends[] = {"", "\xc3\xa9", "\xc3", "\xff", "\xc3\xff"};
    for (size_t end = 0; end < 5; end++) {
        for (size_t len = strlen(ends[end]); len <= FRAME_CONTROL_MAX + 3; len++) {
            check_ways(len, ends[end], CONNECTION_PUMP_MAX_MESSAGE);
        }
        for (size_t more = 0; more < 2; more++) {
            check_ways(CONNECTION_PUMP_MAX_MESSAGE + more, ends[end], CONNECTION_PUMP_MAX_MESSAGE);
            check_ways(MIDDLE_MAX + more, ends[end], MIDDLE_MAX);
            check_ways(MIDDLE_MAX + more, ends[end], MIDDLE_MAX + 1);
        }
    }
}

TEST("connection: many small frames at once") {
    struct wire in = {0}, out = {0};
    char events[CONNECTION_PUMP_EVENTS_SIZE] = "";
    for (int i = 0; i < 300; i++) {
        char payload[16];
        snprintf(payload, sizeof payload, "%d", i);
        uint8_t first = i % 3 == 0 ? 0x89 : 0x81;
        wire_add_client_text(&in, first, payload);
        wire_add_server_text(&out, i % 3 == 0 ? 0x8a : 0x81, payload);
        size_t used = strlen(events);
        snprintf(events + used, sizeof events - used, "%s:%s ", i % 3 == 0 ? "ping" : "text",
                 payload);
    }
    connection_pump_cut(&in, events, &out, in.len, in.len, 2 * CONNECTION_INPUT_READ_SIZE);
    connection_pump_cut(&in, events, &out, in.len, in.len, CONNECTION_BUFFER_MIN);
    connection_pump_cut(&in, events, &out, 1, 1, CONNECTION_BUFFER_MIN);
    connection_pump_cut(&in, events, &out, 997, 997, CONNECTION_BUFFER_MIN);
    wire_free(&in);
    wire_free(&out);
}

/* Large messages, whole and in fragments, at all the lengths where a header changes its form. */
TEST("connection: large messages come back byte for byte") {
    static const size_t sizes[] = {125, 126, 127, 1023, 65535, 65536, 65537, 300000, 1 << 20};
    static const size_t fragments[] = {1 << 30, 40000, 997};
    static uint8_t lent[16 * 1024];
    static const struct connection_settings settings = {.role = CONNECTION_SERVER,
                                                        .max_message = 1 << 20};
    uint8_t *payload = malloc(1 << 20);
    for (size_t i = 0; payload != NULL && i < 1 << 20; i++) {
        payload[i] = (uint8_t)(i * 31 + i / 257);
    }
    for (size_t i = 0; payload != NULL && i < 9 * 3; i++) {
        size_t size = sizes[i / 3], fragment = fragments[i % 3];
        struct wire in = {0}, out = {0};
        struct connection connection;
        struct connection_pump run = {.ended = false};
        for (size_t at = 0; at < size; at += fragment) {
            size_t take = size - at < fragment ? size - at : fragment;
            unsigned fin = at + take == size ? 0x80 : 0;
            wire_add_client_frame(&in, (uint8_t)(fin | (at == 0 ? 0x2 : 0)), payload + at, take);
        }
        wire_add_client_text(&in, 0x81, "after it");
        wire_add_server_frame(&out, 0x82, payload, size);
        wire_add_server_text(&out, 0x81, "after it");
        connection_pump_start(&connection, &settings, lent, sizeof lent, 0);
        connection_pump_feed(&connection, &run, in.bytes, in.len, 100000);
        CHECK_BYTES(run.output.bytes, run.output.len, out.bytes, out.len);
        wire_free(&run.output);
        wire_free(&in);
        wire_free(&out);
        connection_free(&connection);
    }
    free(payload);
}

TEST("connection: messages that are not answered leave no trace") {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    struct connection connection;
    struct connection_message message;
    struct wire in = {0};
    wire_add_client_text(&in, 0x81, "one");
    wire_add_client_text(&in, 0x81, "two");
    memcpy(lent, in.bytes, in.len);
    connection_pump_start(&connection, &connection_pump_server, lent, sizeof lent, in.len);
    CHECK_EQUAL(connection_next(&connection, &message), CONNECTION_MESSAGE);
    CHECK_BYTES(message.payload, message.length, "one", 3);
    CHECK_EQUAL(connection_next(&connection, &message), CONNECTION_MESSAGE);
    CHECK_BYTES(message.payload, message.length, "two", 3);
    CHECK_EQUAL(connection.output.total, 0);
    wire_free(&in);
    connection_free(&connection);
}

/* What is sent may be any part of the message received, in any order, and none is overwritten: not
 * even one that lies where the header of another would. */
TEST("connection: parts of a message are sent") {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    struct connection connection;
    struct connection_message message;
    struct connection_pump run = {.ended = false};
    struct wire in = {0}, out = {0};
    wire_add_client_text(&in, 0x81, "onexytwo");
    memcpy(lent, in.bytes, in.len);
    connection_pump_start(&connection, &connection_pump_server, lent, sizeof lent, in.len);
    CHECK_EQUAL(connection_next(&connection, &message), CONNECTION_MESSAGE);
    CHECK_EQUAL(connection_send(&connection, FRAME_TEXT, message.payload, 3), 0);
    CHECK_EQUAL(connection_send(&connection, FRAME_TEXT, message.payload + 5, 3), 0);
    CHECK_EQUAL(connection_send(&connection, FRAME_TEXT, message.payload + 3, 2), 0);
    connection_pump_drain(&connection, &run, 100);
    wire_add_server_text(&out, 0x81, "one");
    wire_add_server_text(&out, 0x81, "two");
    wire_add_server_text(&out, 0x81, "xy");
    CHECK_BYTES(run.output.bytes, run.output.len, out.bytes, out.len);
    wire_free(&run.output);
    wire_free(&in);
    wire_free(&out);
    connection_free(&connection);
}

/* A small message gets its echo only when a large one would, too. */
TEST("connection: the short way waits for the output") {
    static uint8_t lent[CONNECTION_BUFFER_MIN], frame[2][200] = {{0x82, 126, 0, 196}};
    struct connection connection;
    struct connection_message message;
    struct wire in = {0};
    for (int i = 0; i < CONNECTION_OUTPUT_PARTS_MAX; i++) {
        wire_add_client_text(&in, 0x81, "small");
    }
    memcpy(lent, in.bytes, in.len);
    connection_pump_start(&connection, &connection_pump_server, lent, sizeof lent, in.len);
    while (connection_next(&connection, &message) == CONNECTION_MESSAGE) {
        connection_ping(&connection, NULL, 0); /* lies somewhere else than the echo */
        CHECK_EQUAL(connection_send(&connection, FRAME_TEXT, message.payload, message.length), 0);
    }
    CHECK_EQUAL(connection_next(&connection, &message), CONNECTION_NEEDS_OUTPUT);
    connection_sent(&connection, connection.output.total);
    CHECK_EQUAL(connection_next(&connection, &message), CONNECTION_MESSAGE);
    for (int i = 0; connection_send_encoded(&connection, frame[i % 2], 200) == 0; i++) {
    }
    CHECK_EQUAL(connection_ping(&connection, NULL, 0), 0);
    CHECK_EQUAL(connection.output.count, CONNECTION_OUTPUT_PARTS_MAX);
    CHECK_EQUAL(connection_send(&connection, FRAME_TEXT, message.payload, message.length), -1);
    connection_sent(&connection, connection.output.total);
    struct connection_message piece = {FRAME_TEXT, 0, false, frame[0], 0};
    CHECK_EQUAL(connection_send_piece(&connection, &piece), 0);
    CHECK_EQUAL(connection_send(&connection, FRAME_TEXT, message.payload, message.length), -1);
    wire_free(&in);
    connection_free(&connection);
}
