/* close: the payload that a Close is sent with. What arrives in one: see connection_control_test
 * and connection_violations_test. */
#include "step04_frames/close.h"

#include "common/utf8.h"
#include "tests/support/test.h"

#include <string.h>

TEST("close: a code, a reason, or neither") {
    static const uint8_t wanted[] = {0x03, 0xe8, 'b', 'y', 'e'};
    uint8_t payload[CLOSE_PAYLOAD_MAX];
    size_t length = close_encode(CLOSE_NORMAL, "bye", payload);
    CHECK_BYTES(payload, length, wanted, sizeof wanted);
    CHECK_EQUAL(close_encode(4999, "", payload), 2);
    CHECK(payload[0] == 0x13 && payload[1] == 0x87);
    CHECK_EQUAL(close_encode(CLOSE_NO_CODE, "not sent", payload), 0);
}

/* A control frame holds 125 bytes (5.5), the code takes two. */
TEST("close: the longest reason, and a longer one") {
    char reason[CLOSE_REASON_MAX + 10];
    for (size_t length = CLOSE_REASON_MAX - 1; length < sizeof reason; length++) {
        struct {
            uint8_t payload[CLOSE_PAYLOAD_MAX], after;
        } out = {.after = '#'};
        memset(reason, 'x', length);
        reason[length] = '\0';
        size_t kept = length < CLOSE_REASON_MAX ? length : CLOSE_REASON_MAX;
        CHECK_EQUAL(close_encode(CLOSE_NORMAL, reason, out.payload), 2 + kept);
        CHECK(memcmp(out.payload + 2, reason, kept) == 0);
        CHECK_EQUAL(out.after, '#');
    }
}

/* A reason is UTF-8 (5.5.1), so a character that does not fit is left out whole. The cut falls in
 * front of each of its bytes in turn, and after the last of them. */
TEST("close: a reason is cut between characters (5.5.1)") {
    static const char *const characters[] = {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x91\x8b"};
    for (size_t i = 0; i < 3; i++) {
        size_t size = strlen(characters[i]);
        for (size_t inside = 0; inside <= size; inside++) {
            char reason[CLOSE_REASON_MAX + 10];
            uint8_t payload[CLOSE_PAYLOAD_MAX];
            struct utf8 utf8;
            size_t start = CLOSE_REASON_MAX - inside;
            memset(reason, 'x', start);
            memcpy(reason + start, characters[i], size);
            strcpy(reason + start + size, "tail");
            size_t length = close_encode(CLOSE_NORMAL, reason, payload);
            CHECK_EQUAL(length, 2 + (inside == size ? CLOSE_REASON_MAX : start));
            CHECK(memcmp(payload + 2, reason, length - 2) == 0);
            utf8_init(&utf8);
            CHECK(utf8_update(&utf8, payload + 2, length - 2) && utf8_is_complete(&utf8));
        }
    }
}
