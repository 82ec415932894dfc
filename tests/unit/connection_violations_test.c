/* The connection of step 5: what breaks a rule fails the connection with the code that belongs to
 * it, after the reply to what was good. */
#include "tests/support/pump.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

/* Plays a violation after a good message: the message is echoed, then the connection fails. */
static void play_violation(const char *frames, unsigned code, const char *sentence) {
    char all[1200], events[64], sent[256];
    snprintf(all, sizeof all, "81:good %s 89:too-late", frames);
    snprintf(events, sizeof events, "text:good failed %u: ", code);
    snprintf(sent, sizeof sent, "text:good close %u:%s ", code, sentence);
    pump_play_server(&pump_server, all, events, sent);
}

TEST("connection: a bad frame header is 1002 (5.1, 5.2, 5.5)") {
    static const struct {
        const char *frames;
        enum frame_verdict verdict;
    } bad[] = {
        {"c1:", FRAME_RESERVED_BIT},
        {"a1:", FRAME_RESERVED_BIT},
        {"91:", FRAME_RESERVED_BIT},
        {"f8:", FRAME_RESERVED_BIT},
        {"83:", FRAME_RESERVED_OPCODE},
        {"8b:", FRAME_RESERVED_OPCODE},
        {"09:", FRAME_FRAGMENTED_CONTROL},
        {"08:", FRAME_FRAGMENTED_CONTROL},
        {"x810548656c6c6f", FRAME_NOT_MASKED},
        {"x89fe007e00000000", FRAME_CONTROL_TOO_LONG},
        {"x81fe007d", FRAME_LENGTH_NOT_MINIMAL},
        {"x81fe00010000000061", FRAME_LENGTH_NOT_MINIMAL},
        {"x81ff000000000000ffff", FRAME_LENGTH_NOT_MINIMAL},
        {"x82ff80", FRAME_LENGTH_TOP_BIT},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        play_violation(bad[i].frames, 1002, frame_verdict_sentence(bad[i].verdict));
    }
}

TEST("connection: a continuation of nothing is 1002 (5.4)") {
    play_violation("00:more", 1002, "there is no message to continue (5.4)");
    play_violation("80:more", 1002, "there is no message to continue (5.4)");
}

TEST("connection: a message inside a message is 1002 (5.4)") {
    static const char *const second[] = {"81", "01", "82", "02"};
    for (size_t i = 0; i < 4; i++) {
        char frames[32];
        snprintf(frames, sizeof frames, "02:begun %s:another", second[i]);
        play_violation(frames, 1002, "a message begins before the last one has ended (5.4)");
    }
}

TEST("connection: bad close payloads (5.5.1, 7.4)") {
    static const unsigned codes[] = {0,    999,  1004, 1005, 1006, 1015, 1016,
                                     1100, 1999, 2000, 2999, 5000, 65535};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        char frame[16];
        snprintf(frame, sizeof frame, "88=%04x", codes[i]);
        play_violation(frame, 1002, close_verdict_sentence(CLOSE_BAD_CODE));
    }
    play_violation("88:\x03", 1002, close_verdict_sentence(CLOSE_BAD_LENGTH));
    play_violation("88:\x03\xe8\xce\xba\xed\xa0\x80", 1007,
                   close_verdict_sentence(CLOSE_BAD_REASON));
    play_violation("88:\x03\xe8"
                   "cut\xe2\x82",
                   1007, close_verdict_sentence(CLOSE_BAD_REASON));
}

TEST("connection: text that is not UTF-8 is 1007 (8.1)") {
    play_violation("81:bad\xc0\xaftext", 1007, connection_not_utf8);
    play_violation("01:split\xf4 00:\x90\x80\x80", 1007, connection_not_utf8);
    play_violation("01:an-e-without-its-accent\xc3 00:and-ASCII 80:\xa9", 1007,
                   connection_not_utf8);
    play_violation("01:cut\xe2 80:\x82", 1007, connection_cut_character);
}

/* The bad byte is the last that has arrived of a frame of 200. */
TEST("connection: a bad byte fails in the middle of a frame") {
    char frame[300];
    snprintf(frame, sizeof frame, "x81fe00c8 x00000000 x%0200dff", 0);
    pump_play_server(&pump_server, frame,
                     "failed 1007: ", "close 1007:a text message must be UTF-8 (8.1) ");
}

TEST("connection: too large is seen in the header, 1009") {
    char frames[600];
    play_violation("x82fe03e900000000", 1009, connection_too_big);             /* 1001 bytes */
    play_violation("x82ff7fffffffffffffff00000000", 1009, connection_too_big); /* the largest */
    /* A length of 64 bits whose first 16 are a good one, and as many bytes are here. */
    snprintf(frames, sizeof frames, "x82ff007e00000000000000000000%0400d", 0);
    play_violation(frames, 1009, connection_too_big);
    /* A sum that overflows: 100 bytes are here, and 2^63 - 1 more are announced. */
    snprintf(frames, sizeof frames, "02=%0200d x80ff7fffffffffffffff00000000", 0);
    play_violation(frames, 1009, connection_too_big);
    snprintf(frames, sizeof frames, "02=%0200d x80fe038500000000", 0); /* 100 + 901 */
    play_violation(frames, 1009, connection_too_big);
}
