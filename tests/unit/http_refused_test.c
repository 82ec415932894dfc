/* http: every malformed or too large request head gets the verdict that belongs to it. */
#include "tests/support/http_feed.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

/* Each of these texts, in its place in a request, gets the verdict. */
static void expect_each(const char *before, const char *after, enum http_verdict wanted,
                        const char *const *texts) {
    for (; *texts != NULL; texts++) {
        char request[HTTP_FEED_SPLIT_MAX];
        snprintf(request, sizeof request, "%s%s%s", before, *texts, after);
        http_feed_expect_text(request, wanted);
    }
}

static void expect_headers(enum http_verdict wanted, const char *const *lines) {
    expect_each("GET / HTTP/1.1\r\nHost: a\r\n", "\r\nX: b\r\n\r\n", wanted, lines);
}

static void expect_request_lines(enum http_verdict wanted, const char *const *lines) {
    expect_each("", "\r\nHost: a\r\n\r\n", wanted, lines);
}

TEST("http: every line ends with CR LF") {
    expect_each("", "", HTTP_BARE_LF,
                TEXTS("\n", "GET / HTTP/1.1\n", "GET / HTTP/1.1\r\nHost: a\n\r\n",
                      "GET / HTTP/1.1\r\nHost: a\r\n\n"));
    expect_each("", "", HTTP_BARE_CR,
                TEXTS("\rGET / HTTP/1.1\r\n", "\r\r\n", "GET / HTTP/1.1\r\r\n",
                      "GET / HTTP/1.1\rHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\rX"));
    http_feed_expect_text("GET / HTTP/1.1\r", HTTP_INCOMPLETE); /* the LF may be still to come */
}

TEST("http: no NUL anywhere") {
    http_feed_expect("\0", 1, HTTP_NUL);
    http_feed_expect("GET /\0 HTTP/1.1\r\n", 17, HTTP_NUL);
    http_feed_expect("GET / HTTP/1.1\r\0", 16, HTTP_NUL);
    http_feed_expect("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 30, HTTP_NUL);
    http_feed_expect("GET / HTTP/1.1\r\nHost: a\r\n\0", 26, HTTP_NUL);
}

/* wss:// or https:// spoken to a port that has no TLS. */
TEST("http: a TLS handshake is told apart") {
    http_feed_expect("\x16", 1, HTTP_INCOMPLETE);
    http_feed_expect("\x16\x03", 2, HTTP_TLS);
    http_feed_expect("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11, HTTP_TLS);
    http_feed_expect("\x15\x03", 2, HTTP_INCOMPLETE); /* an alert, which no client begins with */
    expect_each("", " / HTTP/1.1\r\n", HTTP_BAD_METHOD,
                TEXTS("\x16\x04", "G\x16\x03", "G\x16T", "\r\n\x16"));
}

TEST("http: the request line has three words") {
    expect_request_lines(HTTP_BAD_REQUEST_LINE,
                         TEXTS("GET", "GET ", "GET /", "GET  / HTTP/1.1", "GET /  HTTP/1.1",
                               "GET / HTTP/1.1 ", "GET / a HTTP/1.1", "GET\t/\tHTTP/1.1",
                               "GET /\tHTTP/1.1", "HTTP/1.1", "GET / HTTP 1.1", "  ", "GET  "));
    http_feed_expect_text("\r\n\r\nGET / HTTP/1.1\r\n",
                          HTTP_BAD_REQUEST_LINE); /* one empty line, not two */
}

/* "get" is a method, if not a known one. */
TEST("http: the method is a token") {
    expect_request_lines(HTTP_BAD_METHOD, TEXTS("G(T / HTTP/1.1", "G\x80T / HTTP/1.1",
                                                " GET / HTTP/1.1", "\"GET\" / HTTP/1.1"));
    expect_request_lines(HTTP_COMPLETE, TEXTS("get / HTTP/1.1"));
}

TEST("http: the target has no foreign characters") {
    expect_request_lines(HTTP_BAD_TARGET, TEXTS("GET /\x7f HTTP/1.1", "GET /\xc3\xa9 HTTP/1.1",
                                                "GET \x01/ HTTP/1.1"));
    expect_request_lines(HTTP_COMPLETE, TEXTS("GET /~ HTTP/1.1", "GET /! HTTP/1.1"));
}

TEST("http: the version is HTTP/1.x") {
    expect_each("GET / ", "\r\nHost: a\r\n\r\n", HTTP_BAD_VERSION,
                TEXTS("HTTP/1.", "HTTP/1", "HTTP/", "HTTP", "HTTP/11", "http/1.1", "HTTP/1.10",
                      "HTTP/01.1", "HTTP/1,1", "HTTP/a.1", "HTTP/1.a", "HTTPS/1.1", "XTTP/1.1",
                      "HTTP/1.1x", "HTTP-1.1", "HTTP/-1.1", ""));
    expect_request_lines(HTTP_UNSUPPORTED_VERSION,
                         TEXTS("GET / HTTP/0.9", "GET / HTTP/2.0", "GET / HTTP/9.9"));
    http_feed_expect_text("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                          HTTP_UNSUPPORTED_VERSION); /* HTTP/2's preface */
}

TEST("http: folded headers are refused") {
    expect_headers(HTTP_FOLDED_HEADER, TEXTS(" folded", "\tfolded: b", " "));
    http_feed_expect_text("GET / HTTP/1.1\r\n Host: a\r\n\r\n", HTTP_FOLDED_HEADER);
}

TEST("http: a header has a colon") {
    expect_headers(HTTP_NO_COLON, TEXTS("Upgrade", "Upgrade websocket", "GET / HTTP/1.1"));
    expect_headers(HTTP_COMPLETE, TEXTS("Upgrade:"));
}

/* A blank before the colon is a 400 (RFC 9112, 5.1). */
TEST("http: a header's name is a token") {
    expect_headers(HTTP_BAD_HEADER_NAME,
                   TEXTS(": b", ":", "Upgrade : websocket", "Upgrade\t: websocket",
                         "Up grade: websocket", "(a): b", "\xc3\xa9: b"));
}

TEST("http: a header's value has no control characters") {
    expect_headers(HTTP_BAD_HEADER_VALUE, TEXTS("A: \x1b[2J", "A: b\x01", "A:\x7f", "A: b\vc"));
    expect_headers(HTTP_COMPLETE, TEXTS("A: b\tc"));
}

TEST("http: exactly one Host") {
    expect_each("GET / HTTP/1.", "\r\n\r\n", HTTP_MISSING_HOST,
                TEXTS("1", "2", "1\r\nHosts: a\r\nHos: a\r\nX-Host: a"));
    expect_each("GET / HTTP/1.", "\r\n\r\n", HTTP_REPEATED_HOST,
                TEXTS("1\r\nHost: a\r\nHost: a",
                      "1\r\nhost: a\r\nX: b\r\nHOST:", "0\r\nHost: a\r\nHost: b"));
}

/* Each rule of Host, and of a body's length, is tested in http_fields_test. Host may be empty when
 * the target has no authority (RFC 9112, 3.2). */
TEST("http: Host is a host and a port") {
    expect_each("GET / HTTP/1.1\r\nHost: ", "\r\n\r\n", HTTP_COMPLETE,
                TEXTS("", "localhost:8000", "[2001:db8::1]:443", "xn--bcher-kva.example."));
    expect_each("GET / HTTP/1.1\r\nHost: ", "\r\n\r\n", HTTP_BAD_HOST,
                TEXTS("a b", "a, b", "http://a", "a/", "a:80:80", "[::1"));
}

TEST("http: the length of a body is beyond doubt") {
    expect_headers(HTTP_COMPLETE, TEXTS("Content-Length: 5", "Transfer-Encoding: chunked"));
    expect_headers(HTTP_BAD_CONTENT_LENGTH,
                   TEXTS("Content-Length: -5", "Content-Length: 5\r\ncontent-length: 6"));
    expect_headers(HTTP_NOT_CHUNKED,
                   TEXTS("Transfer-Encoding: chunked, gzip", "Transfer-Encoding:"));
    expect_headers(HTTP_UNKNOWN_CODING,
                   TEXTS("Transfer-Encoding: gzip, chunked",
                         "Transfer-Encoding: br\r\nTransfer-Encoding: chunked"));
    expect_headers(HTTP_TWO_BODY_LENGTHS, TEXTS("Content-Length: 5\r\nTransfer-Encoding: chunked",
                                                "Transfer-Encoding: x\r\nContent-Length: x"));
}

/* A long request, put together piece by piece. */
static char big[HTTP_FEED_MAX];
static size_t big_len;

static void big_start(const char *text) {
    big_len = strlen(text);
    memcpy(big, text, big_len);
}

static void big_add(const char *text) {
    memcpy(big + big_len, text, strlen(text));
    big_len += strlen(text);
}

static void big_fill(size_t count) {
    memset(big + big_len, 'x', count);
    big_len += count;
}

/* Builds a request with a request line of `length` bytes, its CR LF included. */
static void big_request_line(size_t length) {
    big_start("GET /");
    big_fill(length - strlen("GET / HTTP/1.1\r\n"));
    big_add(" HTTP/1.1\r\n");
    CHECK_EQUAL(big_len, length);
}

TEST("http: the longest request line, and one byte more") {
    big_request_line(HTTP_LINE_MAX);
    big_add("Host: a\r\n\r\n");
    http_feed_expect(big, big_len, HTTP_COMPLETE);
    big_request_line(HTTP_LINE_MAX + 1);
    http_feed_expect(big, big_len, HTTP_LINE_TOO_LONG);
    big_start("\r\nGET /"); /* the ignored empty line does not count */
    big_fill(HTTP_LINE_MAX - strlen("GET / HTTP/1.1\r\n"));
    big_add(" HTTP/1.1\r\nHost: a\r\n\r\n");
    http_feed_expect(big, big_len, HTTP_COMPLETE);
}

/* The verdict does not wait for the end of the line, which may never come. */
TEST("http: a request line without an end") {
    big_start("");
    big_fill(HTTP_LINE_MAX);
    http_feed_expect(big, big_len, HTTP_INCOMPLETE);
    big_fill(1);
    http_feed_expect(big, big_len, HTTP_LINE_TOO_LONG);
    big_fill(HTTP_HEAD_MAX - HTTP_LINE_MAX);
    http_feed_expect(big, big_len, HTTP_LINE_TOO_LONG);
}

/* Builds a head of `size` bytes with one long header. */
static void big_head(size_t size) {
    big_start("GET / HTTP/1.1\r\nHost: a\r\nCookie: ");
    big_fill(size - big_len - strlen("\r\n\r\n"));
    big_add("\r\n\r\n");
    CHECK_EQUAL(big_len, size);
}

TEST("http: the largest head, and one byte more") {
    big_head(HTTP_LINE_MAX + 100); /* only the request line has that limit */
    http_feed_expect(big, big_len, HTTP_COMPLETE);
    big_head(HTTP_HEAD_MAX - 1);
    http_feed_expect(big, big_len, HTTP_COMPLETE);
    big_head(HTTP_HEAD_MAX);
    http_feed_expect(big, big_len, HTTP_COMPLETE);
    big_fill(10); /* frames after it do not count */
    http_feed_expect(big, big_len, HTTP_COMPLETE);
    big_head(HTTP_HEAD_MAX + 1);
    http_feed_expect(big, big_len, HTTP_HEAD_TOO_LARGE);
}

TEST("http: a head without an end") {
    big_head(HTTP_HEAD_MAX + 1);
    http_feed_expect(big, HTTP_HEAD_MAX - 1, HTTP_INCOMPLETE);
    http_feed_expect(big, HTTP_HEAD_MAX,
                     HTTP_HEAD_TOO_LARGE); /* one more byte at least would follow */
}

/* Builds a request with `count` headers, Host among them. */
static void big_headers(size_t count) {
    big_start("GET / HTTP/1.1\r\nHost: a\r\n");
    for (size_t i = 1; i < count; i++) {
        big_add("A:\r\n");
    }
    big_add("\r\n");
}

TEST("http: the most headers, and one more") {
    struct http_feed stream;
    big_headers(HTTP_HEADERS_MAX - 1);
    http_feed_expect(big, big_len, HTTP_COMPLETE);
    big_headers(HTTP_HEADERS_MAX);
    http_feed_expect(big, big_len, HTTP_COMPLETE);
    http_feed_whole(&stream, big, big_len);
    CHECK_EQUAL(stream.request.head.header_count, HTTP_HEADERS_MAX);
    big_headers(HTTP_HEADERS_MAX + 1);
    http_feed_expect(big, big_len, HTTP_TOO_MANY_HEADERS);
    http_feed_expect(big, big_len - 2,
                     HTTP_TOO_MANY_HEADERS); /* without waiting for the end of the head */
    big_headers(10 * HTTP_HEADERS_MAX);
    http_feed_expect(big, big_len, HTTP_TOO_MANY_HEADERS);
}

TEST("http: every verdict was given at least twice above") {
    for (int verdict = 0; verdict < HTTP_FEED_VERDICTS; verdict++) {
        CHECK_FOR(http_feed_seen[verdict] >= 2, "verdict %d was seen %zu times", verdict,
                  http_feed_seen[verdict]);
    }
}
