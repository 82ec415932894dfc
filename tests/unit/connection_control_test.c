/* The connection of step 5: Pings and Pongs, how it is closed from either side, and the client's
 * part in it. */
#include "tests/support/connection_pump.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

TEST("connection: control frames between fragments (5.4)") {
    struct wire in = {0}, out = {0};
    wire_add_client_text(&in, 0x02, "one ");
    wire_add_client_text(&in, 0x89, "ping");
    wire_add_client_text(&in, 0x00, "two ");
    wire_add_client_text(&in, 0x8a, "pong");
    wire_add_client_text(&in, 0x89, "");
    wire_add_client_text(&in, 0x80, "three");
    wire_add_server_text(&out, 0x8a, "ping");
    wire_add_server_text(&out, 0x8a, "");
    wire_add_server_text(&out, 0x82, "one two three");
    connection_pump_play(&in, "ping:ping pong:pong ping: binary:one two three ", &out);
}

TEST("connection: the longest ping (5.5.2)") {
    struct wire in = {0}, out = {0};
    char payload[125];
    memset(payload, 'p', sizeof payload);
    wire_add_client_frame(&in, 0x89, payload, sizeof payload);
    wire_add_server_frame(&out, 0x8a, payload, sizeof payload);
    connection_pump_play(&in, "ping:pppppppppppppppppppppppppppppppppppppppp ", &out);
}

TEST("connection: a Close is answered with its code (5.5.1)") {
    static const unsigned codes[] = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010,
                                     1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        struct wire in = {0}, out = {0};
        char events[32];
        wire_add_client_close(&in, codes[i], "bye");
        wire_add_client_text(&in, 0x81, "after the end");
        wire_add_server_close(&out, codes[i], "");
        snprintf(events, sizeof events, "closed %u:bye ", codes[i]);
        connection_pump_play(&in, events, &out);
    }
}

TEST("connection: a Close without a code (7.1.5)") {
    struct wire in = {0}, out = {0};
    wire_add_client_text(&in, 0x88, "");
    wire_add_client_text(&in, 0x88, ""); /* a second one does not count */
    wire_add_hex(&out, "88 00");
    connection_pump_play(&in, "closed 1005: ", &out);
}

TEST("connection: a Close in the middle of a message") {
    struct wire in = {0}, out = {0};
    wire_add_client_text(&in, 0x81, "whole");
    wire_add_client_text(&in, 0x01, "half");
    wire_add_client_close(&in, 1000, "");
    wire_add_client_text(&in, 0x80, "the rest");
    wire_add_server_text(&out, 0x81, "whole");
    wire_add_server_close(&out, 1000, "");
    connection_pump_play(&in, "text:whole closed 1000: ", &out);
}

/* Wherever a frame is cut, its payload is not taken for a frame. */
TEST("connection: a ping with a frame in it") {
    struct wire in = {0}, out = {0};
    wire_add_hex(&in, "89 8c 00000000  8280 00000000 8280 00000000");
    wire_add_client_text(&in, 0x81, "next");
    wire_add_hex(&out, "8a 0c  8280 00000000 8280 00000000");
    wire_add_server_text(&out, 0x81, "next");
    connection_pump_play(&in, "ping:\x82\x80 text:next ", &out);
}

TEST("connection: a pong that nobody asked for") {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    struct connection connection;
    struct connection_pump run = {.ended = false};
    connection_pump_start(&connection, &connection_pump_server, lent, sizeof lent, 0);
    CHECK_EQUAL(connection_pong(&connection, (const uint8_t *)"here", 4), 0);
    connection_pump_drain(&connection, &run, 100);
    CHECK_BYTES(run.output.bytes, run.output.len, "\x8a\x04here", 6);
    wire_free(&run.output);
    connection_free(&connection);
}

TEST("connection: pings wait for output in bounded memory") {
    static uint8_t lent[64 * 1024];
    struct connection connection;
    struct connection_message message;
    struct wire in = {0};
    uint8_t payload[125] = {0};
    for (int i = 0; i < 400; i++) {
        wire_add_client_frame(&in, 0x89, payload, sizeof payload);
    }
    memcpy(lent, in.bytes, in.len);
    connection_pump_start(&connection, &connection_pump_server, lent, sizeof lent, in.len);
    int pings = 0, waits = 0;
    for (enum connection_event event = CONNECTION_PING; event != CONNECTION_NEEDS_INPUT;) {
        event = connection_next(&connection, &message);
        pings += event == CONNECTION_PING;
        if (event == CONNECTION_NEEDS_OUTPUT) {
            waits++;
            CHECK(connection.output.total <= CONNECTION_OUTPUT_COPY_SIZE);
            CHECK_EQUAL(connection_next(&connection, &message), CONNECTION_NEEDS_OUTPUT);
            connection_sent(&connection, connection.output.total);
        }
    }
    CHECK_EQUAL(pings, 400);
    CHECK(waits > 0);
    wire_free(&in);
    connection_free(&connection);
}

TEST("connection: our Close waits for the reply (7.1.2)") {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    struct connection connection;
    struct connection_pump run = {.ended = false};
    struct wire in = {0}, out = {0};
    connection_pump_start(&connection, &connection_pump_server, lent, sizeof lent, 0);
    CHECK_EQUAL(connection_close(&connection, 1001, "going away"), 0);
    CHECK_EQUAL(connection_close(&connection, 1001, "again"), -1);
    CHECK_EQUAL(connection_ping(&connection, lent, 0), -1);
    CHECK_EQUAL(connection_send(&connection, FRAME_BINARY, lent, 0), -1);
    connection_pump_handle(&connection, &run, 100);
    /* What was on its way is still received, but nothing is sent any more. */
    wire_add_client_text(&in, 0x89, "ping");
    wire_add_client_text(&in, 0x81, "late");
    wire_add_client_close(&in, 1001, "");
    connection_pump_feed(&connection, &run, in.bytes, in.len, 100);
    CHECK_FOR(strcmp(run.events, "ping:ping text:late closed 1001: ") == 0, "%s", run.events);
    wire_add_server_close(&out, 1001, "going away");
    CHECK_BYTES(run.output.bytes, run.output.len, out.bytes, out.len);
    wire_free(&in);
    wire_free(&out);
    wire_free(&run.output);
    connection_free(&connection);
}

TEST("connection: a violation after our Close sends no second") {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    struct connection connection;
    struct connection_pump run = {.ended = false};
    struct wire in = {0};
    connection_pump_start(&connection, &connection_pump_server, lent, sizeof lent, 0);
    connection_close(&connection, CLOSE_NO_CODE, "");
    wire_add_hex(&in, "83 80 00000000");
    connection_pump_feed(&connection, &run, in.bytes, in.len, 100);
    CHECK_FOR(strcmp(run.events, "failed 1002: ") == 0, "%s", run.events);
    CHECK_BYTES(run.output.bytes, run.output.len, "\x88\x00", 2);
    wire_free(&in);
    wire_free(&run.output);
    connection_free(&connection);
}

TEST("connection: the end stays the end") {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    struct connection connection;
    struct connection_message message;
    struct wire in = {0};
    wire_add_client_text(&in, 0x88, "");
    wire_add_client_text(&in, 0x81, "ignored");
    memcpy(lent, in.bytes, in.len);
    connection_pump_start(&connection, &connection_pump_server, lent, sizeof lent, in.len);
    for (int i = 0; i < 3; i++) {
        CHECK_EQUAL(connection_next(&connection, &message), CONNECTION_CLOSED);
    }
    CHECK_EQUAL(connection.output.total, 2);
    wire_free(&in);
    connection_free(&connection);
}

/* Gives keys that tell how often they were asked for. */
static void next_key(void *context, uint8_t key[4]) {
    uint8_t *count = context;
    ++*count;
    key[0] = *count;
    key[1] = 0x5a;
    key[2] = 0xa5;
    key[3] = 0xff;
}

TEST("connection: a client masks, and takes no masked frames (5.1)") {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    uint8_t keys = 0;
    struct connection_settings settings = {.role = CONNECTION_CLIENT,
                                           .max_message = CONNECTION_PUMP_MAX_MESSAGE,
                                           .new_masking_key = next_key,
                                           .context = &keys};
    struct connection connection;
    struct connection_pump run = {.ended = false};
    struct wire in = {0};
    wire_add_server_text(&in, 0x01, "AB");
    wire_add_server_text(&in, 0x89, "p");
    wire_add_server_text(&in, 0x80, "C");
    wire_add_server_text(&in, 0x81, "D");
    wire_add_client_text(&in, 0x81, "masked");
    connection_pump_start(&connection, &settings, lent, sizeof lent, 0);
    connection_pump_feed(&connection, &run, in.bytes, in.len, 3);
    CHECK_FOR(strcmp(run.events, "ping:p text:ABC text:D failed 1002: ") == 0, "%s", run.events);
    static const uint8_t wanted[] = {
        0x8a, 0x81, 1, 0x5a, 0xa5, 0xff, 'p' ^ 1,                           /* pong */
        0x81, 0x83, 2, 0x5a, 0xa5, 0xff, 'A' ^ 2,  'B' ^ 0x5a,  'C' ^ 0xa5, /* echo */
        0x81, 0x81, 3, 0x5a, 0xa5, 0xff, 'D' ^ 3,                           /* echo */
        0x88, 0xa9, 4, 0x5a, 0xa5, 0xff, 0x03 ^ 4, 0xea ^ 0x5a, 'a' ^ 0xa5, /* close 1002 */
    };
    CHECK(run.output.len > sizeof wanted);
    CHECK_BYTES(run.output.bytes, sizeof wanted, wanted, sizeof wanted);
    wire_free(&in);
    wire_free(&run.output);
    connection_free(&connection);
}
