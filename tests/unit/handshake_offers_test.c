/* handshake: the subprotocols that a request offers, of which one is chosen, and its extensions. */
#include "tests/support/handshake_request.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

/* The client's list of subprotocols leads to the choice, or to none. */
static void expect_subprotocol(const char *lines, const char *wanted) {
    char text[HANDSHAKE_REQUEST_TEXT_SIZE];
    struct handshake handshake;
    handshake_request_write(text, NULL, lines);
    CHECK_EQUAL(handshake_request_verdict(text, &handshake_request_any_origin, &handshake),
                HANDSHAKE_ACCEPTED);
    const char *got = handshake.subprotocol;
    bool good = got == wanted || (got != NULL && wanted != NULL && strcmp(got, wanted) == 0);
    CHECK_FOR(good, "chose %s, not %s, from\n%s", got != NULL ? got : "none",
              wanted != NULL ? wanted : "none", lines);
    for (size_t i = 0; i < 3 && got != NULL; i++) {
        good = got == handshake_request_spoken[i];
        got = good ? NULL : got;
    }
    CHECK(got == NULL); /* the choice is one of the policy's own strings */
}

/* Items 8 of 4.2.1 and 5 of 4.2.2. The order is the client's wish. */
TEST("handshake: the first subprotocol of the client's list") {
    static const char *const cases[][2] = {
        {"Sec-WebSocket-Protocol: chat", "chat"},
        {"Sec-WebSocket-Protocol: chat, superchat", "chat"},
        {"Sec-WebSocket-Protocol: superchat, chat", "superchat"},
        {"Sec-WebSocket-Protocol: soap,v2.example,chat", "v2.example"},
        {"sec-websocket-protocol: ,, superchat ,", "superchat"},
        {"Sec-WebSocket-Protocol: chat, chat", "chat"},
        {"Sec-WebSocket-Protocol: soap\r\nSec-WebSocket-Protocol: superchat, chat", "superchat"},
        {"Sec-WebSocket-Protocol: superchat\r\nX: y\r\nSec-WebSocket-Protocol: chat", "superchat"},
        {"", NULL},
        {"Sec-WebSocket-Protocol: soap, wamp", NULL},
        {"Sec-WebSocket-Protocol: Chat, CHAT", NULL}, /* case counts (11.5) */
        {"Sec-WebSocket-Protocol: chats, cha, chat.v1", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_subprotocol(cases[i][0], cases[i][1]);
    }
}

TEST("handshake: a server without subprotocols") {
    static const struct handshake_policy none = {.subprotocol_count = 0};
    char text[HANDSHAKE_REQUEST_TEXT_SIZE];
    struct handshake handshake;
    handshake_request_write(text, NULL, "Sec-WebSocket-Protocol: chat");
    CHECK_EQUAL(handshake_request_verdict(text, &none, &handshake), HANDSHAKE_ACCEPTED);
    CHECK(handshake.subprotocol == NULL);
}

TEST("handshake: subprotocols are tokens") {
    for (const char *const *bad = TEXTS("chat room", "chat/1", "a;b", "\"chat\"", "chat, a b",
                                        "a b, chat", "ch\xc3\xa9t", "chat(1)", "a=b", "chat\tchat",
                                        "", ",", "chat\r\nSec-WebSocket-Protocol: a b");
         *bad != NULL; bad++) {
        char line[80];
        snprintf(line, sizeof line, "Sec-WebSocket-Protocol: %s", *bad);
        handshake_request_expect(HANDSHAKE_BAD_SUBPROTOCOLS, NULL, TEXTS(line));
    }
}

/* Item 9, and section 9.1. */
TEST("handshake: extensions are well-formed") {
    handshake_request_expect(
        HANDSHAKE_ACCEPTED, NULL,
        TEXTS("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
              "Sec-WebSocket-Extensions: a; b=\"1\"\r\nSec-WebSocket-Extensions: c, d"));
    handshake_request_expect(
        HANDSHAKE_BAD_EXTENSIONS, NULL,
        TEXTS("Sec-WebSocket-Extensions:", "Sec-WebSocket-Extensions: a;",
              "Sec-WebSocket-Extensions: a b",
              "Sec-WebSocket-Extensions: a\r\nSec-WebSocket-Extensions: b; c="));
}
