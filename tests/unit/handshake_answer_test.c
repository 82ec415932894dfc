/* handshake: what is answered to a request: the accept value, the headers, and the status and the
 * sentence of every verdict. */
#include "tests/support/handshake_request.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

enum { VERDICTS = HANDSHAKE_BAD_EXTENSIONS + 1, HEADERS_MAX = 512 };

TEST("handshake: the accept value of known keys (1.3)") {
    static const char *const examples[][2] = {
        {EXAMPLE_KEY, EXAMPLE_ACCEPT},
        {"x3JJHMbDL1EzLkh9GBhXDw==", "HSmrc0sMlYUkAGmm5OPpG2HaGWk="},
        {"AQIDBAUGBwgJCgsMDQ4PEC==", "OfS0wDaT5NoxF2gqm7Zj2YtetzM="},
        {"", "Kfh9QIsMVZcl6xEPYxPHzW8SZ8w="},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        char accept[HANDSHAKE_ACCEPT_SIZE];
        handshake_accept((struct http_text){examples[i][0], strlen(examples[i][0])}, accept);
        CHECK_FOR(strcmp(accept, examples[i][1]) == 0, "the key %s gives %s, not %s",
                  examples[i][0], accept, examples[i][1]);
    }
}

/* The answer to every verdict. A 426 names the protocol and the version that would do (4.4), a 405
 * the method (RFC 9110, 15.5.6). */
TEST("handshake: status and headers of every verdict") {
    static const char upgrade[] =
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";
    static const struct {
        int status;
        const char *headers;
    } wanted[VERDICTS] = {
        [HANDSHAKE_ACCEPTED] = {101, ""},         [HANDSHAKE_BAD_METHOD] = {405, "Allow: GET\r\n"},
        [HANDSHAKE_BAD_TARGET] = {400, ""},       [HANDSHAKE_BAD_HTTP_VERSION] = {400, ""},
        [HANDSHAKE_NO_UPGRADE] = {426, upgrade},  [HANDSHAKE_NO_CONNECTION_UPGRADE] = {400, ""},
        [HANDSHAKE_HAS_BODY] = {400, ""},         [HANDSHAKE_NO_KEY] = {400, ""},
        [HANDSHAKE_REPEATED_KEY] = {400, ""},     [HANDSHAKE_BAD_KEY] = {400, ""},
        [HANDSHAKE_NO_VERSION] = {426, upgrade},  [HANDSHAKE_REPEATED_VERSION] = {400, ""},
        [HANDSHAKE_BAD_VERSION] = {426, upgrade}, [HANDSHAKE_REPEATED_ORIGIN] = {400, ""},
        [HANDSHAKE_FORBIDDEN_ORIGIN] = {403, ""}, [HANDSHAKE_BAD_SUBPROTOCOLS] = {400, ""},
        [HANDSHAKE_BAD_EXTENSIONS] = {400, ""},
    };
    for (int i = 0; i < VERDICTS; i++) {
        enum handshake_verdict verdict = (enum handshake_verdict)i;
        CHECK_FOR(handshake_status(verdict) == wanted[i].status, "verdict %d has status %d", i,
                  handshake_status(verdict));
        CHECK_FOR(strcmp(handshake_error_headers(verdict), wanted[i].headers) == 0,
                  "verdict %d has the headers\n%s", i, handshake_error_headers(verdict));
    }
}

TEST("handshake: a sentence for every verdict") {
    for (int i = 0; i < VERDICTS; i++) {
        const char *sentence = handshake_sentence((enum handshake_verdict)i);
        CHECK_FOR(strlen(sentence) > 10 && sentence[strlen(sentence) - 1] == '.', "\"%s\"",
                  sentence);
        CHECK(strpbrk(sentence, "\r\n") == NULL);
        for (int other = 0; other < i; other++) {
            CHECK(strcmp(sentence, handshake_sentence((enum handshake_verdict)other)) != 0);
        }
    }
}

static void check_headers(const char *subprotocol, const char *wanted) {
    struct handshake handshake = {EXAMPLE_ACCEPT, subprotocol, NULL};
    char headers[HEADERS_MAX];
    struct text_builder built;
    text_begin(&built, headers, sizeof headers);
    handshake_add_headers(&built, &handshake);
    CHECK_FOR(strcmp(headers, wanted) == 0, "the headers are\n%s", headers);
}

/* A header without a value is never sent: browsers fail the connection on it. */
TEST("handshake: the headers of the answer") {
    check_headers(NULL, "Upgrade: websocket\r\n"
                        "Connection: Upgrade\r\n"
                        "Sec-WebSocket-Accept: " EXAMPLE_ACCEPT "\r\n");
    check_headers("chat", "Upgrade: websocket\r\n"
                          "Connection: Upgrade\r\n"
                          "Sec-WebSocket-Accept: " EXAMPLE_ACCEPT "\r\n"
                          "Sec-WebSocket-Protocol: chat\r\n");
}
