/* answer: the head of a response, whole and cut at every byte. */
#include "step06_client/client_response.h"

#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

/* The verdict about the first `len` bytes, which are copied so that a sanitizer sees a read past
 * their end. */
static enum client_response_verdict parse(struct client_response *answer, const char *text,
                                          size_t len) {
    char *copy = malloc(len + (len == 0));
    if (copy == NULL) {
        abort();
    }
    memcpy(copy, text, len);
    enum client_response_verdict verdict = client_response_parse(answer, copy, len);
    if (verdict == CLIENT_RESPONSE_COMPLETE) {
        CHECK(answer->reason.start >= copy &&
              answer->reason.start + answer->reason.length <= copy + len);
    }
    free(copy);
    return verdict;
}

/* The verdict must not depend on the pieces in which the bytes come. */
static enum client_response_verdict verdict_of(const char *text) {
    struct client_response whole, pieces;
    size_t len = strlen(text);
    client_response_init(&whole);
    client_response_init(&pieces);
    enum client_response_verdict verdict = parse(&whole, text, len);
    enum client_response_verdict piecewise = CLIENT_RESPONSE_INCOMPLETE;
    for (size_t i = 0; i <= len && piecewise == CLIENT_RESPONSE_INCOMPLETE; i++) {
        piecewise = parse(&pieces, text, i);
    }
    CHECK_FOR(verdict == piecewise, "whole %d, in pieces %d: %s", (int)verdict, (int)piecewise,
              text);
    CHECK(client_response_sentence(&whole, verdict)[0] != '\0');
    return verdict;
}

TEST("answer: status, reason and headers are found") {
    static const char text[] = "HTTP/1.1 101 Switching Protocols\r\n"
                               "Upgrade: websocket\r\n"
                               "Connection: Upgrade\r\n"
                               "\r\n"
                               "\x81\x02hi";
    struct client_response answer;
    size_t from = 0;
    struct http_text value;
    CHECK_EQUAL(verdict_of(text), CLIENT_RESPONSE_COMPLETE);
    client_response_init(&answer);
    CHECK_EQUAL(client_response_parse(&answer, text, sizeof text - 1), CLIENT_RESPONSE_COMPLETE);
    CHECK_EQUAL(answer.status, 101);
    CHECK_EQUAL(answer.head.version, 11);
    CHECK(http_text_is(answer.reason, "Switching Protocols"));
    CHECK_EQUAL(answer.head.size, sizeof text - 1 - 4);
    CHECK_EQUAL(answer.head.header_count, 2);
    CHECK(http_header_next(&answer.head, "upgrade", &from, &value) &&
          http_text_is(value, "websocket"));
}

TEST("answer: a reason phrase may be missing") {
    struct client_response answer;
    static const char *const texts[] = {"HTTP/1.0 404\r\n\r\n", "HTTP/1.0 404 \r\n\r\n"};
    for (size_t i = 0; i < 2; i++) {
        client_response_init(&answer);
        CHECK_EQUAL(verdict_of(texts[i]), CLIENT_RESPONSE_COMPLETE);
        CHECK_EQUAL(client_response_parse(&answer, texts[i], strlen(texts[i])),
                    CLIENT_RESPONSE_COMPLETE);
        CHECK_EQUAL(answer.status, 404);
        CHECK_EQUAL(answer.head.version, 10);
        CHECK_EQUAL(answer.reason.length, 0);
    }
}

TEST("answer: what is not HTTP/1 is noticed at its first wrong byte") {
    CHECK_EQUAL(verdict_of("SSH-2.0-OpenSSH_9.2\r\n"), CLIENT_RESPONSE_NOT_HTTP);
    CHECK_EQUAL(verdict_of("HTTQ"), CLIENT_RESPONSE_NOT_HTTP);
    CHECK_EQUAL(verdict_of("HTTP/2 200\r\n"), CLIENT_RESPONSE_NOT_HTTP);
    CHECK_EQUAL(verdict_of("http/1.1 101 x\r\n"), CLIENT_RESPONSE_NOT_HTTP);
    CHECK_EQUAL(verdict_of("\x15\x03\x01"),
                CLIENT_RESPONSE_TLS); /* an alert: it speaks TLS alone */
    CHECK_EQUAL(verdict_of("\r\nHTTP/1.1 101 x\r\n\r\n"), CLIENT_RESPONSE_NOT_HTTP);
    CHECK_EQUAL(verdict_of("HTTP/1."), CLIENT_RESPONSE_INCOMPLETE);
    CHECK_EQUAL(verdict_of(""), CLIENT_RESPONSE_INCOMPLETE);
}

TEST("answer: a bad status line is refused") {
    static const char *const lines[] = {
        "HTTP/1.1 101 x\n",    "HTTP/1.1\r\n",        "HTTP/1.1 10\r\n",     "HTTP/1.1 1x1 y\r\n",
        "HTTP/1.x 101 y\r\n",  "HTTP/1.1  101\r\n",   "HTTP/1.1 1010 y\r\n", "HTTP/1.1 001 y\r\n",
        "HTTP/1.1\t101 y\r\n", "HTTP/1.11 101 y\r\n", "HTTP/1.1 10: y\r\n",  "HTTP/1.1 /01 y\r\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        CHECK_FOR(verdict_of(lines[i]) == CLIENT_RESPONSE_BAD_STATUS_LINE, "%s", lines[i]);
    }
}

TEST("answer: a status line has a bound") {
    char text[1100] = "HTTP/1.1 101 ";
    memset(text + strlen(text), 'x', sizeof text - 1 - strlen(text));
    CHECK_EQUAL(verdict_of(text), CLIENT_RESPONSE_BAD_STATUS_LINE);
}

TEST("answer: headers follow the rules of requests") {
    static const struct {
        const char *headers;
        enum http_verdict problem;
    } cases[] = {
        {"A: b\n\r\n", HTTP_BARE_LF},
        {"A: \rb\r\n\r\n", HTTP_BARE_CR},
        {" folded\r\n\r\n", HTTP_FOLDED_HEADER},
        {"nonsense\r\n\r\n", HTTP_NO_COLON},
        {"A : b\r\n\r\n", HTTP_BAD_HEADER_NAME},
        {"A: \x01\r\n\r\n", HTTP_BAD_HEADER_VALUE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[128] = "HTTP/1.1 200 OK\r\n";
        struct client_response answer;
        strcat(text, cases[i].headers);
        CHECK_EQUAL(verdict_of(text), CLIENT_RESPONSE_BAD_HEADERS);
        client_response_init(&answer);
        client_response_parse(&answer, text, strlen(text));
        CHECK_EQUAL(answer.problem, cases[i].problem);
        CHECK(strcmp(client_response_sentence(&answer, CLIENT_RESPONSE_BAD_HEADERS),
                     http_verdict_sentence(cases[i].problem)) == 0);
    }
    CHECK_EQUAL(verdict_of("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"),
                CLIENT_RESPONSE_COMPLETE);
}
