/* The connection of step 5: what breaks a rule fails the connection with the code that belongs to
 * it, after the reply to what was good. */
#include "tests/support/connection_pump.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

/* Plays a violation after a good message: the message is echoed, then the connection fails. */
static void play_violation(struct wire *violation, unsigned code, const char *sentence) {
    struct wire in = {0}, out = {0};
    char events[64];
    wire_add_client_text(&in, 0x81, "good");
    wire_add(&in, violation->bytes, violation->len);
    wire_add_client_text(&in, 0x89, "too late");
    wire_add_server_text(&out, 0x81, "good");
    wire_add_server_close(&out, code, sentence);
    snprintf(events, sizeof events, "text:good failed %u: ", code);
    connection_pump_play(&in, events, &out);
    wire_free(violation);
}

TEST("connection: a bad frame header is 1002 (5.1, 5.2, 5.5)") {
    static const struct {
        const char *hex;
        enum frame_verdict verdict;
    } bad[] = {
        {"c1 80 00000000", FRAME_RESERVED_BIT},
        {"a1 80 00000000", FRAME_RESERVED_BIT},
        {"91 80 00000000", FRAME_RESERVED_BIT},
        {"f8 80 00000000", FRAME_RESERVED_BIT},
        {"83 80 00000000", FRAME_RESERVED_OPCODE},
        {"8b 80 00000000", FRAME_RESERVED_OPCODE},
        {"09 80 00000000", FRAME_FRAGMENTED_CONTROL},
        {"08 80 00000000", FRAME_FRAGMENTED_CONTROL},
        {"81 05 48656c6c6f", FRAME_NOT_MASKED},
        {"89 fe 007e 00000000", FRAME_CONTROL_TOO_LONG},
        {"81 fe 007d", FRAME_LENGTH_NOT_MINIMAL},
        {"81 fe 0001 00000000 61", FRAME_LENGTH_NOT_MINIMAL},
        {"81 ff 000000000000ffff", FRAME_LENGTH_NOT_MINIMAL},
        {"82 ff 80", FRAME_LENGTH_TOP_BIT},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct wire violation = {0};
        wire_add_hex(&violation, bad[i].hex);
        play_violation(&violation, 1002, frame_verdict_sentence(bad[i].verdict));
    }
}

TEST("connection: a continuation of nothing is 1002 (5.4)") {
    for (unsigned fin = 0; fin <= 0x80; fin += 0x80) {
        struct wire violation = {0};
        wire_add_client_text(&violation, (uint8_t)fin, "more");
        play_violation(&violation, 1002, "there is no message to continue (5.4)");
    }
}

TEST("connection: a message inside a message is 1002 (5.4)") {
    static const uint8_t first[] = {0x81, 0x01, 0x82, 0x02};
    for (size_t i = 0; i < sizeof first; i++) {
        struct wire violation = {0};
        wire_add_client_text(&violation, 0x02, "begun");
        wire_add_client_text(&violation, first[i], "another");
        play_violation(&violation, 1002, "a message begins before the last one has ended (5.4)");
    }
}

TEST("connection: bad close payloads (5.5.1, 7.4)") {
    static const unsigned codes[] = {0,    999,  1004, 1005, 1006, 1015, 1016,
                                     1100, 1999, 2000, 2999, 5000, 65535};
    struct wire violation = {0};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        wire_add_client_close(&violation, codes[i], "");
        play_violation(&violation, 1002, close_verdict_sentence(CLOSE_BAD_CODE));
    }
    wire_add_client_text(&violation, 0x88, "\x03");
    play_violation(&violation, 1002, close_verdict_sentence(CLOSE_BAD_LENGTH));
    wire_add_client_close(&violation, 1000, "\xce\xba\xed\xa0\x80");
    play_violation(&violation, 1007, close_verdict_sentence(CLOSE_BAD_REASON));
    wire_add_client_close(&violation, 1000, "cut \xe2\x82");
    play_violation(&violation, 1007, close_verdict_sentence(CLOSE_BAD_REASON));
}

TEST("connection: text that is not UTF-8 is 1007 (8.1)") {
    struct wire violation = {0};
    wire_add_client_text(&violation, 0x81, "bad \xc0\xaf text");
    play_violation(&violation, 1007, "a text message must be UTF-8 (8.1)");
    wire_add_client_text(&violation, 0x01, "split \xf4");
    wire_add_client_text(&violation, 0x00, "\x90\x80\x80");
    play_violation(&violation, 1007, "a text message must be UTF-8 (8.1)");
    wire_add_client_text(&violation, 0x01, "an e without its accent \xc3");
    wire_add_client_text(&violation, 0x00, "and ASCII");
    wire_add_client_text(&violation, 0x80, "\xa9");
    play_violation(&violation, 1007, "a text message must be UTF-8 (8.1)");
    wire_add_client_text(&violation, 0x01, "cut \xe2");
    wire_add_client_text(&violation, 0x80, "\x82");
    play_violation(&violation, 1007, "a text message must not end within a character (8.1)");
}

TEST("connection: a bad byte fails in the middle of a frame") {
    struct wire in = {0}, out = {0};
    uint8_t payload[200];
    memset(payload, 'a', sizeof payload);
    payload[100] = 0xff;
    wire_add_client_frame(&in, 0x81, payload, sizeof payload);
    in.len -= sizeof payload - 101; /* the bad byte is the last that has arrived */
    wire_add_server_close(&out, 1007, "a text message must be UTF-8 (8.1)");
    connection_pump_play(&in, "failed 1007: ", &out);
}

TEST("connection: too large is seen in the header, 1009") {
    const char *sentence = "the message is larger than the limit";
    struct wire violation = {0};
    wire_add_hex(&violation, "82 fe 03e9 00000000"); /* 1001 bytes */
    play_violation(&violation, 1009, sentence);
    wire_add_hex(&violation, "82 ff 7fffffffffffffff 00000000"); /* the largest length there is */
    play_violation(&violation, 1009, sentence);
    /* A length of 64 bits whose first 16 are a good one, and as many bytes are here. */
    uint8_t payload[100] = {0};
    wire_add_hex(&violation, "82 ff 007e000000000000 00000000");
    wire_add(&violation, payload, sizeof payload);
    wire_add(&violation, payload, sizeof payload);
    play_violation(&violation, 1009, sentence);
    /* A sum that overflows: 100 bytes are here, and 2^63 - 1 more are announced. */
    wire_add_client_frame(&violation, 0x02, payload, sizeof payload);
    wire_add_hex(&violation, "80 ff 7fffffffffffffff 00000000");
    play_violation(&violation, 1009, sentence);
    wire_add_client_frame(&violation, 0x02, payload, sizeof payload);
    wire_add_hex(&violation, "80 fe 0385 00000000"); /* 100 + 901 */
    play_violation(&violation, 1009, sentence);
}
