/* http_request: what Host may be, and that the length of a body is beyond doubt. */
#include "step02_http/http_request.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

static void expect_hosts(bool wanted, const char *const *values) {
    for (; *values != NULL; values++) {
        CHECK_FOR(http_is_host((struct http_text){*values, strlen(*values)}) == wanted,
                  "Host: %s is %s", *values, wanted ? "refused" : "let pass");
    }
}

/* RFC 3986, 3.2.2. An address of IPv4 is a name like others. */
TEST("http: Host is a name") {
    expect_hosts(true, TEXTS("a", "localhost", "127.0.0.1", "999.1.1.1", "a.b.", "under_s", "%41",
                             "a%e9%FFz", "!$&'()*+;=-._~"));
    expect_hosts(false, TEXTS("a b", "a/", "a?", "a#", "u@a", "a,b", "a%", "a%4", "%4g", "%g4",
                              "%%41", "a\\b", "\xc3\xa9", "<a>", "]", "a]", "a[", "a[::1]"));
}

TEST("http: Host is an address in brackets") {
    expect_hosts(true,
                 TEXTS("[::]", "[::1]", "[2001:DB8::1]", "[1:2:3:4:5:6:7:8]", "[::ffff:192.0.2.1]",
                       "[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]", "[v1.a:b]", "[VFf.!~]"));
    expect_hosts(false, TEXTS("[]", "[", "[::1", "::1", "[::1]]", "[[::1]]", "]][:", "[:1]",
                              "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]", "[::12345]", "[::g]",
                              "[::1%25eth0]", "[::1%eth0]", "[127.0.0.1]", "[localhost]", "[::1]a",
                              "[::1]80", "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]",
                              "[v.a]", "[v1]", "[v1.]", "[v1a]", "[vg.a]", "[v1.a,b]"));
}

/* RFC 3986, 3.2.3: digits, or none; and TCP has 65535 ports. */
TEST("http: Host has a port of TCP") {
    expect_hosts(true, TEXTS("a:80", "a:", "a:0", "a:65535", "a:00080", "[::1]:", "[::1]:443"));
    expect_hosts(false,
                 TEXTS("a:65536", "a:99999", "a:port", "a:80:80", "a::", "a:80:", "a:-1", "a:+1",
                       "a:8 0", "a:0x50", "a:18446744073709551696", "[::1]:x", "[::1]::80"));
}

/* An empty value says that the target has no authority (RFC 9112, 3.2). Then the server may take
 * the site it is set up for (3.3). A port alone is no authority of http (RFC 9110, 4.2.1). */
TEST("http: Host may be empty, but not before a port") {
    expect_hosts(true, TEXTS(""));
    expect_hosts(false, TEXTS(":80", ":"));
}

/* A value that ends where its memory ends; the address sanitizer sees who looks further. */
TEST("http: nothing past the end of Host is looked at") {
    for (const char *const *host = TEXTS("[::1]:80", "a%41:80", "[v1.a]:1"); *host != NULL;
         host++) {
        for (size_t length = 0; length <= strlen(*host); length++) {
            char room[16];
            char *start = room + sizeof room - length;
            memcpy(start, *host, length);
            http_is_host((struct http_text){start, length});
        }
    }
    CHECK(!http_is_host((struct http_text){"a%41", 3}));
    CHECK(!http_is_host((struct http_text){"[::1]", 4}));
}

/* Judges requests with each of these header lines before Host. */
static void expect(const char *version, enum http_verdict wanted, bool with_body,
                   const char *const *lines) {
    for (; *lines != NULL; lines++) {
        char text[400];
        struct http_request request;
        snprintf(text, sizeof text, "GET / HTTP/%s\r\n%s\r\nHost: a\r\n\r\n", version, *lines);
        http_request_init(&request);
        enum http_verdict verdict = http_request_parse(&request, text, strlen(text));
        bool has_body = verdict == HTTP_COMPLETE && http_request_has_body(&request);
        CHECK_FOR(verdict == wanted, "verdict %d, not %d, for %s", verdict, wanted, *lines);
        CHECK_FOR(has_body == with_body, "%s body for %s", has_body ? "a" : "no", *lines);
    }
}

/* The same with one header of this name and these values. */
static void expect_values(const char *name, enum http_verdict wanted, const char *const *values) {
    for (; *values != NULL; values++) {
        char line[80];
        snprintf(line, sizeof line, "%s: %s", name, *values);
        expect("1.1", wanted, false, TEXTS(line));
    }
}

TEST("http: Content-Length is a number") {
    expect_values("Content-Length", HTTP_BAD_CONTENT_LENGTH,
                  TEXTS("", "-1", "+1", "-0", "0x5", "5x", "5 5", "five", "5.0", "1e3", "5;",
                        "\"5\"", ",", ", ,", "/", ":", "5, x", "x,5", "5\t5",
                        "18446744073709551616", "99999999999999999999999999"));
    expect("1.1", HTTP_COMPLETE, false, TEXTS("X: y", "Content-Length: 0"));
    expect("1.1", HTTP_COMPLETE, true,
           TEXTS("content-length:5", "Content-Length: 18446744073709551615"));
}

/* RFC 9112, 6.3, item 5. */
TEST("http: several Content-Lengths are the same") {
    expect("1.1", HTTP_COMPLETE, true,
           TEXTS("Content-Length: 5, 5", "Content-Length: 5,05 ,, 5",
                 "Content-Length: 5\r\nX: y\r\nCONTENT-LENGTH: 5"));
    expect("1.1", HTTP_COMPLETE, false, TEXTS("Content-Length: 0, 0"));
    expect("1.1", HTTP_BAD_CONTENT_LENGTH, false,
           TEXTS("Content-Length: 5, 6", "Content-Length: 0, 5",
                 "Content-Length: 5\r\nContent-Length: 6", "Content-Length: 0\r\nContent-Length: 5",
                 "Content-Length: 5\r\nContent-Length:", "Content-Length:\r\nContent-Length: 5"));
}

TEST("http: Transfer-Encoding ends with chunked") {
    expect("1.1", HTTP_COMPLETE, true,
           TEXTS("Transfer-Encoding: chunked", "transfer-encoding: , CHUNKED,"));
    expect("1.1", HTTP_UNKNOWN_CODING, false,
           TEXTS("Transfer-Encoding: gzip, chunked",
                 "Transfer-Encoding: x;y=z\r\nTransfer-Encoding: chunked"));
    expect_values("Transfer-Encoding", HTTP_NOT_CHUNKED,
                  TEXTS("", "gzip", "identity", "chunked, gzip", "chunked, chunked", "xchunked",
                        "chunked;a=b", ",", "\"chunked\"", "chunked x", "gzip chunked",
                        "chunked\r\nTransfer-Encoding: gzip",
                        "chunked\r\nTransfer-Encoding: chunked"));
}

/* RFC 9112, 6.1: the framing of such a message is faulty. */
TEST("http: HTTP/1.0 has no Transfer-Encoding") {
    expect("1.0", HTTP_NOT_CHUNKED, false, TEXTS("Transfer-Encoding: chunked"));
    expect("1.0", HTTP_COMPLETE, true, TEXTS("Content-Length: 5"));
}

/* RFC 9112, 6.1: a server may go by Transfer-Encoding alone, or refuse as this one does. */
TEST("http: Content-Length or Transfer-Encoding, not both") {
    expect("1.1", HTTP_TWO_BODY_LENGTHS, false,
           TEXTS("Content-Length: 5\r\nTransfer-Encoding: chunked",
                 "Transfer-Encoding: chunked\r\nContent-Length: 0",
                 "Transfer-Encoding: gzip\r\nContent-Length: x"));
}
