/* http_request: what Host may be, and that the length of a body is beyond doubt. */
#include "step02_http/http_request.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

static void expect_host(const char *value, bool wanted) {
    CHECK_FOR(http_is_host((struct http_text){value, strlen(value)}) == wanted, "Host: %s is %s",
              value, wanted ? "refused" : "let pass");
}

static void hosts(const char *const *values, bool wanted) {
    for (; *values != NULL; values++) {
        expect_host(*values, wanted);
    }
}

/* RFC 3986, 3.2.2. An address of IPv4 is a name like others. */
TEST("http: Host is a name") {
    static const char *const good[] = {
        "a",       "localhost", "127.0.0.1", "999.1.1.1",      "a.b.",
        "under_s", "%41",       "a%e9%FFz",  "!$&'()*+;=-._~", NULL};
    static const char *const bad[] = {"a b", "a/",  "a?",  "a#",     "u@a",  "a,b",      "a%",
                                      "a%4", "%4g", "%g4", "%%41",   "a\\b", "\xc3\xa9", "<a>",
                                      "]",   "a]",  "a[",  "a[::1]", NULL};
    hosts(good, true);
    hosts(bad, false);
}

TEST("http: Host is an address in brackets") {
    static const char *const good[] = {"[::]",
                                       "[::1]",
                                       "[2001:DB8::1]",
                                       "[1:2:3:4:5:6:7:8]",
                                       "[::ffff:192.0.2.1]",
                                       "[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]",
                                       "[v1.a:b]",
                                       "[VFf.!~]",
                                       NULL};
    static const char *const bad[] = {"[]",
                                      "[",
                                      "[::1",
                                      "::1",
                                      "[::1]]",
                                      "[[::1]]",
                                      "]][:",
                                      "[:1]",
                                      "[1:2:3:4:5:6:7]",
                                      "[1:2:3:4:5:6:7:8:9]",
                                      "[::12345]",
                                      "[::g]",
                                      "[::1%25eth0]",
                                      "[::1%eth0]",
                                      "[127.0.0.1]",
                                      "[localhost]",
                                      "[::1]a",
                                      "[::1]80",
                                      "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]",
                                      "[v.a]",
                                      "[v1]",
                                      "[v1.]",
                                      "[v1a]",
                                      "[vg.a]",
                                      "[v1.a,b]",
                                      NULL};
    hosts(good, true);
    hosts(bad, false);
}

/* RFC 3986, 3.2.3: digits, or none; and TCP has 65535 ports. */
TEST("http: Host has a port of TCP") {
    static const char *const good[] = {"a:80",    "a:",     "a:0",       "a:65535",
                                       "a:00080", "[::1]:", "[::1]:443", NULL};
    static const char *const bad[] = {"a:65536",
                                      "a:99999",
                                      "a:port",
                                      "a:80:80",
                                      "a::",
                                      "a:80:",
                                      "a:-1",
                                      "a:+1",
                                      "a:8 0",
                                      "a:0x50",
                                      "a:18446744073709551696",
                                      "[::1]:x",
                                      "[::1]::80",
                                      NULL};
    hosts(good, true);
    hosts(bad, false);
}

/* An empty value says that the target has no authority (RFC 9112, 3.2). Then the server may take
 * the site it is set up for (3.3). A port alone is no authority of http (RFC 9110, 4.2.1). */
TEST("http: Host may be empty, but not before a port") {
    expect_host("", true);
    expect_host(":80", false);
    expect_host(":", false);
}

/* A value that ends where its memory ends; the address sanitizer sees who looks further. */
TEST("http: nothing past the end of Host is looked at") {
    static const char *const hosts_to_cut[] = {"[::1]:80", "a%41:80", "[v1.a]:1"};
    for (size_t i = 0; i < sizeof hosts_to_cut / sizeof hosts_to_cut[0]; i++) {
        for (size_t length = 0; length <= strlen(hosts_to_cut[i]); length++) {
            char room[16];
            char *start = room + sizeof room - length;
            memcpy(start, hosts_to_cut[i], length);
            http_is_host((struct http_text){start, length});
        }
    }
    CHECK(!http_is_host((struct http_text){"a%41", 3}));
    CHECK(!http_is_host((struct http_text){"[::1]", 4}));
}

/* Judges a request with these header lines in front of Host. */
static enum http_verdict check(const char *version, const char *lines, bool *has_body) {
    char text[400];
    struct http_request request;
    snprintf(text, sizeof text, "GET / HTTP/%s\r\n%s\r\nHost: a\r\n\r\n", version, lines);
    http_request_init(&request);
    enum http_verdict verdict = http_request_parse(&request, text, strlen(text));
    *has_body = verdict == HTTP_COMPLETE && http_request_has_body(&request);
    return verdict;
}

static void expect(const char *lines, enum http_verdict wanted, bool with_body) {
    bool has_body;
    enum http_verdict verdict = check("1.1", lines, &has_body);
    CHECK_FOR(verdict == wanted, "verdict %d, not %d, for %s", verdict, wanted, lines);
    CHECK_FOR(has_body == with_body, "%s body for %s", has_body ? "a" : "no", lines);
}

TEST("http: Content-Length is a number") {
    static const char *const bad[] = {"",
                                      "-1",
                                      "+1",
                                      "-0",
                                      "0x5",
                                      "5x",
                                      "5 5",
                                      "five",
                                      "5.0",
                                      "1e3",
                                      "5;",
                                      "\"5\"",
                                      ",",
                                      ", ,",
                                      "/",
                                      ":",
                                      "5, x",
                                      "x,5",
                                      "5\t5",
                                      "18446744073709551616",
                                      "99999999999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char line[80];
        snprintf(line, sizeof line, "Content-Length: %s", bad[i]);
        expect(line, HTTP_BAD_CONTENT_LENGTH, false);
    }
    expect("X: y", HTTP_COMPLETE, false);
    expect("Content-Length: 0", HTTP_COMPLETE, false);
    expect("content-length:5", HTTP_COMPLETE, true);
    expect("Content-Length: 18446744073709551615", HTTP_COMPLETE, true);
}

/* RFC 9112, 6.3, item 5. */
TEST("http: several Content-Lengths are the same") {
    expect("Content-Length: 5, 5", HTTP_COMPLETE, true);
    expect("Content-Length: 5,05 ,, 5", HTTP_COMPLETE, true);
    expect("Content-Length: 5\r\nX: y\r\nCONTENT-LENGTH: 5", HTTP_COMPLETE, true);
    expect("Content-Length: 0, 0", HTTP_COMPLETE, false);
    expect("Content-Length: 5, 6", HTTP_BAD_CONTENT_LENGTH, false);
    expect("Content-Length: 0, 5", HTTP_BAD_CONTENT_LENGTH, false);
    expect("Content-Length: 5\r\nContent-Length: 6", HTTP_BAD_CONTENT_LENGTH, false);
    expect("Content-Length: 0\r\nContent-Length: 5", HTTP_BAD_CONTENT_LENGTH, false);
    expect("Content-Length: 5\r\nContent-Length:", HTTP_BAD_CONTENT_LENGTH, false);
    expect("Content-Length:\r\nContent-Length: 5", HTTP_BAD_CONTENT_LENGTH, false);
}

TEST("http: Transfer-Encoding ends with chunked") {
    expect("Transfer-Encoding: chunked", HTTP_COMPLETE, true);
    expect("transfer-encoding: , CHUNKED,", HTTP_COMPLETE, true);
    expect("Transfer-Encoding: gzip, chunked", HTTP_UNKNOWN_CODING, false);
    expect("Transfer-Encoding: x;y=z\r\nTransfer-Encoding: chunked", HTTP_UNKNOWN_CODING, false);
    static const char *const bad[] = {"",
                                      "gzip",
                                      "identity",
                                      "chunked, gzip",
                                      "chunked, chunked",
                                      "xchunked",
                                      "chunked;a=b",
                                      ",",
                                      "\"chunked\"",
                                      "chunked x",
                                      "gzip chunked"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char line[80];
        snprintf(line, sizeof line, "Transfer-Encoding: %s", bad[i]);
        expect(line, HTTP_NOT_CHUNKED, false);
    }
    expect("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip", HTTP_NOT_CHUNKED, false);
    expect("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", HTTP_NOT_CHUNKED, false);
}

/* RFC 9112, 6.1: the framing of such a message is faulty. */
TEST("http: HTTP/1.0 has no Transfer-Encoding") {
    bool has_body;
    CHECK_EQUAL(check("1.0", "Transfer-Encoding: chunked", &has_body), HTTP_NOT_CHUNKED);
    CHECK_EQUAL(check("1.0", "Content-Length: 5", &has_body), HTTP_COMPLETE);
    CHECK(has_body);
}

/* RFC 9112, 6.1: a server may go by Transfer-Encoding alone, or refuse as this one does. */
TEST("http: Content-Length or Transfer-Encoding, not both") {
    expect("Content-Length: 5\r\nTransfer-Encoding: chunked", HTTP_TWO_BODY_LENGTHS, false);
    expect("Transfer-Encoding: chunked\r\nContent-Length: 0", HTTP_TWO_BODY_LENGTHS, false);
    expect("Transfer-Encoding: gzip\r\nContent-Length: x", HTTP_TWO_BODY_LENGTHS, false);
}
