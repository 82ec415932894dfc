/* http: a good request head is read the same in whatever pieces it arrives, and each byte is
 * scanned once; damaged ones are read the same, too. */
#include "tests/support/http_feed.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

/* What was read, in one line: method, target, version, and every header as |name=value. */
static void describe(const struct http_request *request, char *out, size_t capacity) {
    size_t used = (size_t)snprintf(out, capacity, "%.*s %.*s %d", (int)request->method.length,
                                   request->method.start, (int)request->target.length,
                                   request->target.start, request->head.version);
    for (size_t i = 0; i < request->head.header_count; i++) {
        struct http_header header = http_header_at(&request->head, i);
        used += (size_t)snprintf(out + used, capacity - used, "|%.*s=%.*s", (int)header.name.length,
                                 header.name.start, (int)header.value.length, header.value.start);
    }
}

static const char *const good_requests[][2] = {
    {"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", "GET / 11|Host=example.com"},
    {"GET /chat HTTP/1.1\r\n"
     "Host: server.example.com\r\n"
     "Upgrade: websocket\r\n"
     "Connection: keep-alive, Upgrade\r\n"
     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
     "Origin: http://example.com\r\n"
     "Sec-WebSocket-Protocol: chat, superchat\r\n"
     "Sec-WebSocket-Version: 13\r\n\r\n",
     "GET /chat 11|Host=server.example.com|Upgrade=websocket|Connection=keep-alive, Upgrade"
     "|Sec-WebSocket-Key=dGhlIHNhbXBsZSBub25jZQ==|Origin=http://example.com"
     "|Sec-WebSocket-Protocol=chat, superchat|Sec-WebSocket-Version=13"},
    /* White space around a value is not part of it; within it, it is. */
    {"GET /a?b=c HTTP/1.1\r\nhost:a\r\nX-One: \t b  c\t \r\nX-Two:\r\nX-Three: \t\r\n\r\n",
     "GET /a?b=c 11|host=a|X-One=b  c|X-Two=|X-Three="},
    {"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / 11|Host=a"}, /* RFC 9112, 2.2 */
    {"GET / HTTP/1.0\r\n\r\n", "GET / 10"},                       /* needs no Host */
    {"GET / HTTP/1.0\r\nHost: a\r\n\r\n", "GET / 10|Host=a"},
    {"GET / HTTP/1.9\r\nHost: a\r\n\r\n", "GET / 11|Host=a"}, /* answered as 1.1 (RFC 9110, 2.5) */
    {"OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n", "OPTIONS * 11|Host="},
    {"CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", "CONNECT a:80 11|Host=a:80"},
    {"HEAD http://[::1]:8000/x HTTP/1.1\r\nHOST: [::1]:8000\r\n\r\n",
     "HEAD http://[::1]:8000/x 11|HOST=[::1]:8000"},
    {"x!#$%&'*+-.^_`|~ / HTTP/1.1\r\nHost: a\r\n!#$%&'*+-.^_`|~9: b:c:\r\n\r\n",
     "x!#$%&'*+-.^_`|~ / 11|Host=a|!#$%&'*+-.^_`|~9=b:c:"},
    {"GET / HTTP/1.1\r\nHost: a\r\nCookie: n\xc3\xa9=\x80\xff\tx\r\nA: 1\r\nA: 2\r\na: 3\r\n\r\n",
     "GET / 11|Host=a|Cookie=n\xc3\xa9=\x80\xff\tx|A=1|A=2|a=3"},
};
enum { GOOD_REQUESTS = sizeof good_requests / sizeof good_requests[0] };

TEST("http: good requests are complete, with the right parts") {
    for (size_t i = 0; i < GOOD_REQUESTS; i++) {
        const char *text = good_requests[i][0];
        char description[600];
        struct http_feed stream;
        http_feed_expect_text(text, HTTP_COMPLETE);
        http_feed_whole(&stream, text, strlen(text));
        describe(&stream.request, description, sizeof description);
        CHECK_FOR(strcmp(description, good_requests[i][1]) == 0, "reads %s, not %s", description,
                  good_requests[i][1]);
        CHECK_EQUAL(stream.request.head.size, strlen(text));
    }
}

TEST("http: every prefix of a good request is incomplete") {
    for (size_t i = 0; i < GOOD_REQUESTS; i++) {
        const char *text = good_requests[i][0];
        for (size_t length = 0; length < strlen(text); length++) {
            struct http_feed stream;
            http_feed_whole(&stream, text, length);
            CHECK_FOR(stream.verdict == HTTP_INCOMPLETE, "verdict %d after %zu bytes of %s",
                      stream.verdict, length, text);
        }
    }
}

/* The first frame may come in the same segment. It is not HTTP's, whatever it holds. */
TEST("http: bytes after the head do not matter") {
    static const char frame[] = "\x81\x85\x00\n\r\n\n\r\0\x16 GET\r\n\r\n"; /* with its NUL */
    for (size_t i = 0; i < GOOD_REQUESTS; i++) {
        char text[600], description[600];
        size_t head = strlen(good_requests[i][0]);
        struct http_feed stream;
        memcpy(text, good_requests[i][0], head);
        memcpy(text + head, frame, sizeof frame);
        http_feed_expect(text, head + sizeof frame, HTTP_COMPLETE);
        http_feed_whole(&stream, text, head + sizeof frame);
        describe(&stream.request, description, sizeof description);
        CHECK(strcmp(description, good_requests[i][1]) == 0);
        CHECK_EQUAL(stream.request.head.size, head);
    }
}

/* A call without new bytes changes nothing. */
TEST("http: a call without new bytes changes nothing") {
    struct http_feed stream;
    http_feed_start(&stream, good_requests[0][0], strlen(good_requests[0][0]));
    for (size_t end = 0; end < stream.len; end++) {
        http_feed_more(&stream, end);
        http_feed_more(&stream, end);
        CHECK_EQUAL(stream.verdict, HTTP_INCOMPLETE);
    }
    http_feed_more(&stream, stream.len);
    CHECK_EQUAL(stream.verdict, HTTP_COMPLETE);
}

TEST("http: the texts of a request that is not complete follow its bytes") {
    static const char start[] = "HEAD /path HTTP/1.1\r\nHost: a";
    char first[sizeof start], second[sizeof start];
    struct http_request request;
    memcpy(first, start, sizeof start);
    http_request_init(&request);
    CHECK_EQUAL(http_request_parse(&request, first, sizeof start - 1), HTTP_INCOMPLETE);
    memcpy(second, start, sizeof start);
    memset(first, 'x', sizeof first);
    http_request_moved(&request, second);
    CHECK(http_text_is(request.method, "HEAD"));
    CHECK(http_text_is(request.target, "/path"));
}

/* The work is linear: each byte is scanned when it arrives, and a line is read once, when its end
 * is there. Until then NULs in place of the scanned bytes, but for the last, go unnoticed. */
static void check_linear(const char *start, size_t limit) {
    static char arrived[HTTP_HEAD_MAX];
    struct http_request request;
    size_t len = strlen(start);
    http_request_init(&request);
    memcpy(arrived, start, len);
    CHECK_EQUAL(http_request_parse(&request, arrived, len), HTTP_INCOMPLETE);
    while (len < limit) {
        memset(arrived, '\0', len - 1);
        arrived[len++] = 'x';
        CHECK_EQUAL(http_request_parse(&request, arrived, len), HTTP_INCOMPLETE);
    }
}

TEST("http: scanned bytes are not looked at again") {
    check_linear("GET /", HTTP_LINE_MAX);
    check_linear("\r\nGET /", HTTP_LINE_MAX);
    check_linear("GET / HTTP/1.1\r\nHost: a\r\nCookie: ", HTTP_HEAD_MAX - 1);
}

/* The bytes get the same verdict in pieces cut at random, and not before the last byte that the
 * whole needed. */
static enum http_verdict check_cuts(const char *bytes, size_t len) {
    struct http_feed whole, pieces, shorter;
    http_feed_whole(&whole, bytes, len);
    http_feed_start(&pieces, bytes, len);
    while (pieces.verdict == HTTP_INCOMPLETE && pieces.arrived_len < len) {
        http_feed_more(&pieces, pieces.arrived_len + 1 + test_random(len - pieces.arrived_len));
    }
    CHECK_FOR(http_feed_alike(&whole, &pieces), "verdict %d whole, %d in pieces", whole.verdict,
              pieces.verdict);
    if (whole.verdict != HTTP_INCOMPLETE) {
        http_feed_whole(&shorter, bytes, whole.request.head.scanned - 1);
        CHECK_FOR(shorter.verdict == HTTP_INCOMPLETE, "verdict %d whole, %d one byte before",
                  whole.verdict, shorter.verdict);
    }
    return whole.verdict;
}

/* Good requests in which one to three bytes were changed, put in or taken out. */
TEST("http: mutated requests, whole and in pieces") {
    static const char bytes_of_interest[] = "\r\n\r\n :,\t\0aZ/1\x16\x7f\x80";
    size_t given[HTTP_FEED_VERDICTS] = {0};
    for (int round = 0; round < 100000; round++) {
        char bytes[600];
        const char *text = good_requests[test_random(GOOD_REQUESTS)][0];
        size_t len = strlen(text);
        memcpy(bytes, text, len);
        for (size_t count = 1 + test_random(3); count > 0 && len > 0; count--) {
            size_t at = test_random(len), kind = test_random(3);
            if (kind == 0) {
                memmove(bytes + at, bytes + at + 1, --len - at);
                continue;
            }
            if (kind == 1) {
                memmove(bytes + at + 1, bytes + at, len++ - at);
            }
            bytes[at] = bytes_of_interest[test_random(sizeof bytes_of_interest)];
        }
        given[check_cuts(bytes, len)]++;
    }
    CHECK(given[HTTP_COMPLETE] > 1000 && given[HTTP_BAD_HEADER_NAME] > 1000);
    CHECK(given[HTTP_BAD_HEADER_VALUE] > 100 && given[HTTP_FOLDED_HEADER] > 10);
}
