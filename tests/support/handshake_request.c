#include "tests/support/handshake_request.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

const char *const handshake_request_spoken[3] = {"chat", "superchat", "v2.example"};
const struct handshake_policy handshake_request_any_origin = {
    .subprotocols = handshake_request_spoken, .subprotocol_count = 3};

static const char *const good_lines[] = {
    "GET /chat HTTP/1.1",  "Host: server.example.com",          "Upgrade: websocket",
    "Connection: Upgrade", ("Sec-WebSocket-Key: " EXAMPLE_KEY), "Sec-WebSocket-Version: 13",
};

enum handshake_verdict handshake_request_verdict(const char *text,
                                                 const struct handshake_policy *policy,
                                                 struct handshake *handshake) {
    struct http_request request;
    http_request_init(&request);
    enum http_verdict verdict = http_request_parse(&request, text, strlen(text));
    CHECK_FOR(verdict == HTTP_COMPLETE, "verdict %d of http for\n%s", verdict, text);
    *handshake = (struct handshake){"leftover", "leftover", "leftover"};
    return handshake_check(&request, policy, handshake);
}

static size_t add_line(char text[HANDSHAKE_REQUEST_TEXT_SIZE], size_t used, const char *line) {
    return used + (size_t)snprintf(text + used, HANDSHAKE_REQUEST_TEXT_SIZE - used, "%s%s", line,
                                   line[0] != '\0' ? "\r\n" : "");
}

void handshake_request_write(char text[HANDSHAKE_REQUEST_TEXT_SIZE], const char *start,
                             const char *lines) {
    size_t used = 0;
    for (size_t i = 0; i < sizeof good_lines / sizeof good_lines[0]; i++) {
        bool replaced = start != NULL && strncmp(good_lines[i], start, strlen(start)) == 0;
        used = add_line(text, used, replaced ? lines : good_lines[i]);
    }
    used = add_line(text, used, start == NULL ? lines : "");
    snprintf(text + used, HANDSHAKE_REQUEST_TEXT_SIZE - used, "\r\n");
}

void handshake_request_expect_by(const struct handshake_policy *policy,
                                 enum handshake_verdict wanted, const char *start,
                                 const char *const *lines) {
    for (; *lines != NULL; lines++) {
        char text[HANDSHAKE_REQUEST_TEXT_SIZE];
        struct handshake handshake;
        handshake_request_write(text, start, *lines);
        enum handshake_verdict verdict = handshake_request_verdict(text, policy, &handshake);
        CHECK_FOR(verdict == wanted, "verdict %d, not %d, for\n%s", verdict, wanted, text);
        if (verdict == HANDSHAKE_ACCEPTED && strstr(text, EXAMPLE_KEY) != NULL) {
            CHECK_FOR(strcmp(handshake.accept, EXAMPLE_ACCEPT) == 0, "accept value %s",
                      handshake.accept);
        }
    }
}

void handshake_request_expect(enum handshake_verdict wanted, const char *start,
                              const char *const *lines) {
    handshake_request_expect_by(&handshake_request_any_origin, wanted, start, lines);
}
