/* http: every malformed or too large request head gets the verdict that belongs to it. */
#include "tests/support/http_feed.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

/* The same line at the place of a header, between good ones. */
static void expect_header(const char *line, enum http_verdict wanted) {
    char text[HTTP_FEED_SPLIT_MAX];
    snprintf(text, sizeof text, "GET / HTTP/1.1\r\nHost: a\r\n%s\r\nX: b\r\n\r\n", line);
    http_feed_expect_text(text, wanted);
}

static void expect_request_line(const char *line, enum http_verdict wanted) {
    char text[HTTP_FEED_SPLIT_MAX];
    snprintf(text, sizeof text, "%s\r\nHost: a\r\n\r\n", line);
    http_feed_expect_text(text, wanted);
}

TEST("http: every line ends with CR LF") {
    http_feed_expect_text("\n", HTTP_BARE_LF);
    http_feed_expect_text("GET / HTTP/1.1\n", HTTP_BARE_LF);
    http_feed_expect_text("GET / HTTP/1.1\r\nHost: a\n\r\n", HTTP_BARE_LF);
    http_feed_expect_text("GET / HTTP/1.1\r\nHost: a\r\n\n", HTTP_BARE_LF);
    http_feed_expect_text("\rGET / HTTP/1.1\r\n", HTTP_BARE_CR);
    http_feed_expect_text("\r\r\n", HTTP_BARE_CR);
    http_feed_expect_text("GET / HTTP/1.1\r\r\n", HTTP_BARE_CR);
    http_feed_expect_text("GET / HTTP/1.1\rHost: a\r\n\r\n", HTTP_BARE_CR);
    http_feed_expect_text("GET / HTTP/1.1\r\nHost: a\r\n\rX", HTTP_BARE_CR);
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
    http_feed_expect_text("\x16\x04 / HTTP/1.1\r\n", HTTP_BAD_METHOD);
    http_feed_expect_text("G\x16\x03 / HTTP/1.1\r\n", HTTP_BAD_METHOD);
    expect_request_line("G\x16T / HTTP/1.1", HTTP_BAD_METHOD);
    http_feed_expect_text("\r\n\x16 / HTTP/1.1\r\n", HTTP_BAD_METHOD);
}

TEST("http: the request line has three words") {
    static const char *const bad[] = {"GET",
                                      "GET ",
                                      "GET /",
                                      "GET  / HTTP/1.1",
                                      "GET /  HTTP/1.1",
                                      "GET / HTTP/1.1 ",
                                      "GET / a HTTP/1.1",
                                      "GET\t/\tHTTP/1.1",
                                      "GET /\tHTTP/1.1",
                                      "HTTP/1.1",
                                      "GET / HTTP 1.1",
                                      "  ",
                                      "GET  "};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        expect_request_line(bad[i], HTTP_BAD_REQUEST_LINE);
    }
    http_feed_expect_text("\r\n\r\nGET / HTTP/1.1\r\n",
                          HTTP_BAD_REQUEST_LINE); /* one empty line, not two */
}

TEST("http: the method is a token") {
    expect_request_line("G(T / HTTP/1.1", HTTP_BAD_METHOD);
    expect_request_line("G\x80T / HTTP/1.1", HTTP_BAD_METHOD);
    expect_request_line(" GET / HTTP/1.1", HTTP_BAD_METHOD);
    expect_request_line("\"GET\" / HTTP/1.1", HTTP_BAD_METHOD);
    expect_request_line("get / HTTP/1.1", HTTP_COMPLETE); /* a method, if not a known one */
}

TEST("http: the target has no foreign characters") {
    expect_request_line("GET /\x7f HTTP/1.1", HTTP_BAD_TARGET);
    expect_request_line("GET /\xc3\xa9 HTTP/1.1", HTTP_BAD_TARGET);
    expect_request_line("GET \x01/ HTTP/1.1", HTTP_BAD_TARGET);
    expect_request_line("GET /~ HTTP/1.1", HTTP_COMPLETE);
    expect_request_line("GET /! HTTP/1.1", HTTP_COMPLETE);
}

TEST("http: the version is HTTP/1.x") {
    static const char *const bad[] = {
        "HTTP/1.",   "HTTP/1",    "HTTP/",    "HTTP",      "HTTP/11",  "http/1.1",
        "HTTP/1.10", "HTTP/01.1", "HTTP/1,1", "HTTP/a.1",  "HTTP/1.a", "HTTPS/1.1",
        "XTTP/1.1",  "HTTP/1.1x", "HTTP-1.1", "HTTP/-1.1", ""};
    char line[40];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snprintf(line, sizeof line, "GET / %s", bad[i]);
        expect_request_line(line, HTTP_BAD_VERSION);
    }
    expect_request_line("GET / HTTP/0.9", HTTP_UNSUPPORTED_VERSION);
    expect_request_line("GET / HTTP/2.0", HTTP_UNSUPPORTED_VERSION);
    http_feed_expect_text("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                          HTTP_UNSUPPORTED_VERSION); /* HTTP/2's preface */
    expect_request_line("GET / HTTP/9.9", HTTP_UNSUPPORTED_VERSION);
}

TEST("http: folded headers are refused") {
    expect_header(" folded", HTTP_FOLDED_HEADER);
    expect_header("\tfolded: b", HTTP_FOLDED_HEADER);
    expect_header(" ", HTTP_FOLDED_HEADER);
    http_feed_expect_text("GET / HTTP/1.1\r\n Host: a\r\n\r\n", HTTP_FOLDED_HEADER);
}

TEST("http: a header has a colon") {
    expect_header("Upgrade", HTTP_NO_COLON);
    expect_header("Upgrade websocket", HTTP_NO_COLON);
    expect_header("GET / HTTP/1.1", HTTP_NO_COLON);
    expect_header("Upgrade:", HTTP_COMPLETE);
}

TEST("http: a header's name is a token") {
    expect_header(": b", HTTP_BAD_HEADER_NAME);
    expect_header(":", HTTP_BAD_HEADER_NAME);
    expect_header("Upgrade : websocket", HTTP_BAD_HEADER_NAME); /* RFC 9112, 5.1: 400 */
    expect_header("Upgrade\t: websocket", HTTP_BAD_HEADER_NAME);
    expect_header("Up grade: websocket", HTTP_BAD_HEADER_NAME);
    expect_header("(a): b", HTTP_BAD_HEADER_NAME);
    expect_header("\xc3\xa9: b", HTTP_BAD_HEADER_NAME);
}

TEST("http: a header's value has no control characters") {
    expect_header("A: \x1b[2J", HTTP_BAD_HEADER_VALUE);
    expect_header("A: b\x01", HTTP_BAD_HEADER_VALUE);
    expect_header("A:\x7f", HTTP_BAD_HEADER_VALUE);
    expect_header("A: b\vc", HTTP_BAD_HEADER_VALUE);
    expect_header("A: b\tc", HTTP_COMPLETE);
}

TEST("http: exactly one Host") {
    http_feed_expect_text("GET / HTTP/1.1\r\n\r\n", HTTP_MISSING_HOST);
    http_feed_expect_text("GET / HTTP/1.2\r\n\r\n", HTTP_MISSING_HOST);
    http_feed_expect_text("GET / HTTP/1.1\r\nHosts: a\r\nHos: a\r\nX-Host: a\r\n\r\n",
                          HTTP_MISSING_HOST);
    http_feed_expect_text("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", HTTP_REPEATED_HOST);
    http_feed_expect_text("GET / HTTP/1.1\r\nhost: a\r\nX: b\r\nHOST:\r\n\r\n", HTTP_REPEATED_HOST);
    http_feed_expect_text("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", HTTP_REPEATED_HOST);
}

static void expect_host(const char *host, enum http_verdict wanted) {
    char text[HTTP_FEED_SPLIT_MAX];
    snprintf(text, sizeof text, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", host);
    http_feed_expect_text(text, wanted);
}

TEST("http: Host is a host and a port") {
    expect_host("", HTTP_COMPLETE); /* RFC 9112, 3.2: when the target has no authority */
    expect_host("localhost", HTTP_COMPLETE);
    expect_host("localhost:8000", HTTP_COMPLETE);
    expect_host("127.0.0.1:", HTTP_COMPLETE); /* a port may be empty (RFC 3986, 3.2.3) */
    expect_host("[2001:db8::1]:443", HTTP_COMPLETE);
    expect_host("xn--bcher-kva.example.", HTTP_COMPLETE);
    expect_host("a b", HTTP_BAD_HOST);
    expect_host("a, b", HTTP_BAD_HOST);
    expect_host("a,b", HTTP_BAD_HOST);
    expect_host("http://a", HTTP_BAD_HOST);
    expect_host("a/", HTTP_BAD_HOST);
    expect_host("user@a", HTTP_BAD_HOST);
    expect_host("a:80:80", HTTP_BAD_HOST);
    expect_host("[::1", HTTP_BAD_HOST);
}

/* Each rule of these is tested in http_fields_test. */
TEST("http: the length of a body is beyond doubt") {
    expect_header("Content-Length: 5", HTTP_COMPLETE);
    expect_header("Content-Length: -5", HTTP_BAD_CONTENT_LENGTH);
    expect_header("Content-Length: 5\r\ncontent-length: 6", HTTP_BAD_CONTENT_LENGTH);
    expect_header("Transfer-Encoding: chunked", HTTP_COMPLETE);
    expect_header("Transfer-Encoding: chunked, gzip", HTTP_NOT_CHUNKED);
    expect_header("Transfer-Encoding:", HTTP_NOT_CHUNKED);
    expect_header("Transfer-Encoding: gzip, chunked", HTTP_UNKNOWN_CODING);
    expect_header("Transfer-Encoding: br\r\nTransfer-Encoding: chunked", HTTP_UNKNOWN_CODING);
    expect_header("Content-Length: 5\r\nTransfer-Encoding: chunked", HTTP_TWO_BODY_LENGTHS);
    expect_header("Transfer-Encoding: x\r\nContent-Length: x", HTTP_TWO_BODY_LENGTHS);
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
