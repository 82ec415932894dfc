/* The connection of step 5: Pings and Pongs, how it is closed from either side, and the client's
 * part in it. */
#include "tests/support/pump.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

static struct pump pump;

TEST("connection: control frames between fragments (5.4)") {
    pump_play(&pump_server, "02:one 89:ping 00:two 8a:pong 89: 80:three",
              "ping:ping pong:pong ping: binary:onetwothree ",
              "pong:ping pong: binary:onetwothree ");
}

TEST("connection: the longest ping (5.5.2)") {
    char most[FRAME_CONTROL_MAX + 1] = "", frames[200], events[100], sent[200];
    memset(most, 'p', FRAME_CONTROL_MAX);
    snprintf(frames, sizeof frames, "89:%s", most);
    snprintf(events, sizeof events, "ping:%.40s ", most);
    snprintf(sent, sizeof sent, "pong:%s ", most);
    pump_play(&pump_server, frames, events, sent);
}

TEST("connection: a Close is answered with its code (5.5.1)") {
    static const unsigned codes[] = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010,
                                     1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        char frames[64], events[32], sent[32];
        snprintf(frames, sizeof frames, "88=%04x627965 81:after-the-end", codes[i]);
        snprintf(events, sizeof events, "closed %u:bye ", codes[i]);
        snprintf(sent, sizeof sent, "close %u: ", codes[i]);
        pump_play(&pump_server, frames, events, sent);
    }
}

TEST("connection: a Close without a code (7.1.5)") {
    pump_play(&pump_server, "88: 88:", "closed 1005: ", "close: "); /* a second does not count */
}

TEST("connection: a Close in the middle of a message") {
    pump_play(&pump_server, "81:whole 01:half 88=03e8 80:the-rest",
              "text:whole closed 1000: ", "text:whole close 1000: ");
}

/* Wherever a frame is cut, its payload is not taken for a frame. */
TEST("connection: a ping with a frame in it") {
    pump_play(&pump_server, "89:\x82\x80\x82\x80\x82\x80 81:next",
              "ping:\x82\x80\x82\x80\x82\x80 text:next ",
              "pong:\x82\x80\x82\x80\x82\x80 text:next ");
}

TEST("connection: a pong that nobody asked for") {
    pump_open(&pump, &pump_server, CONNECTION_BUFFER_MIN);
    CHECK_EQUAL(connection_pong(&pump.connection, (const uint8_t *)"here", 4), 0);
    pump_drain(&pump);
    CHECK_BYTES(pump.output.bytes, pump.output.len, "\x8a\x04here", 6);
    pump_close(&pump);
}

TEST("connection: pings wait for output in bounded memory") {
    struct connection_message message;
    struct wire in = {0};
    uint8_t payload[125] = {0};
    for (int i = 0; i < 400; i++) {
        wire_add_client_frame(&in, 0x89, payload, sizeof payload);
    }
    pump_open(&pump, &pump_server, PUMP_MEMORY);
    pump_put_bytes(&pump, in.bytes, in.len);
    int pings = 0, waits = 0;
    for (enum connection_event event = CONNECTION_PING; event != CONNECTION_NEEDS_INPUT;) {
        event = pump_next(&pump, &message);
        pings += event == CONNECTION_PING;
        if (event == CONNECTION_NEEDS_OUTPUT) {
            waits++;
            CHECK(pump.connection.output.total <= CONNECTION_OUTPUT_COPY_SIZE);
            CHECK_EQUAL(pump_next(&pump, &message), CONNECTION_NEEDS_OUTPUT);
            connection_sent(&pump.connection, pump.connection.output.total);
        }
    }
    CHECK_EQUAL(pings, 400);
    CHECK(waits > 0);
    wire_free(&in);
    pump_close(&pump);
}

TEST("connection: our Close waits for the reply (7.1.2)") {
    struct connection *connection = &pump.connection;
    pump_open(&pump, &pump_server, CONNECTION_BUFFER_MIN);
    CHECK_EQUAL(connection_close(connection, 1001, "going away"), 0);
    CHECK_EQUAL(connection_close(connection, 1001, "again"), -1);
    CHECK_EQUAL(connection_ping(connection, NULL, 0), -1);
    CHECK_EQUAL(connection_send(connection, FRAME_BINARY, NULL, 0), -1);
    pump_handle(&pump);
    /* What was on its way is still received, but nothing is sent any more. */
    pump_feed(&pump, "89:ping 81:late 88=03e9");
    pump_expect(&pump, "ping:ping text:late closed 1001: ", "close 1001:going away ");
    pump_close(&pump);
}

TEST("connection: a violation after our Close sends no second") {
    pump_open(&pump, &pump_server, CONNECTION_BUFFER_MIN);
    connection_close(&pump.connection, CLOSE_NO_CODE, "");
    pump_feed(&pump, "83:");
    pump_expect(&pump, "failed 1002: ", "close: ");
    pump_close(&pump);
}

TEST("connection: the end stays the end") {
    struct connection_message message;
    pump_open(&pump, &pump_server, CONNECTION_BUFFER_MIN);
    pump_put(&pump, "88: 81:ignored");
    for (int i = 0; i < 3; i++) {
        CHECK_EQUAL(pump_next(&pump, &message), CONNECTION_CLOSED);
    }
    CHECK_EQUAL(pump.connection.output.total, 2);
    pump_close(&pump);
}

/* Gives keys that tell how often they were asked for. */
static void next_key(void *context, uint8_t key[4]) {
    uint8_t *count = context;
    ++*count;
    memcpy(key, (const uint8_t[]){*count, 0x5a, 0xa5, 0xff}, 4);
}

TEST("connection: a client masks, and takes no masked frames (5.1)") {
    static const uint8_t wanted[] = {
        0x8a, 0x81, 1, 0x5a, 0xa5, 0xff, 'p' ^ 1,                           /* pong */
        0x81, 0x83, 2, 0x5a, 0xa5, 0xff, 'A' ^ 2,  'B' ^ 0x5a,  'C' ^ 0xa5, /* echo */
        0x81, 0x81, 3, 0x5a, 0xa5, 0xff, 'D' ^ 3,                           /* echo */
        0x88, 0xa9, 4, 0x5a, 0xa5, 0xff, 0x03 ^ 4, 0xea ^ 0x5a, 'a' ^ 0xa5, /* close 1002 */
    };
    uint8_t keys = 0;
    struct connection_settings settings = {.role = CONNECTION_CLIENT,
                                           .max_message = PUMP_MAX_MESSAGE,
                                           .new_masking_key = next_key,
                                           .context = &keys};
    pump_open(&pump, &settings, CONNECTION_BUFFER_MIN);
    pump_feed(&pump, "01:AB 89:p 80:C 81:D x818600000000");
    pump_expect(&pump, "ping:p text:ABC text:D failed 1002: ", NULL);
    CHECK(pump.output.len > sizeof wanted);
    CHECK_BYTES(pump.output.bytes, sizeof wanted, wanted, sizeof wanted);
    pump_close(&pump);
}
