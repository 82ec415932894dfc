/* answer_body: where the body of an answer ends, whole and cut at every byte (RFC 9112, 6.3). */
#include "step06_client/client_response_body.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

/* Reads the head and then the body, `step` bytes at a time, until there is a verdict. */
static enum client_response_body_verdict read_body(const char *text, size_t step,
                                                   struct client_response_body *body) {
    struct client_response answer;
    size_t length = strlen(text);
    client_response_init(&answer);
    CHECK_FOR(client_response_parse(&answer, text, length) == CLIENT_RESPONSE_COMPLETE, "%s", text);
    enum client_response_body_verdict verdict = client_response_body_init(body, &answer);
    for (size_t at = answer.head.size; verdict == CLIENT_RESPONSE_BODY_INCOMPLETE && at < length;
         at += step) {
        verdict =
            client_response_body_take(body, text + at, step < length - at ? step : length - at);
    }
    return verdict;
}

enum {
    COMPLETE = CLIENT_RESPONSE_BODY_COMPLETE,
    INCOMPLETE = CLIENT_RESPONSE_BODY_INCOMPLETE,
    BAD = CLIENT_RESPONSE_BODY_BAD
};

/* The verdict and the text do not depend on the pieces in which the bytes come. */
static void expect(int wanted_verdict, const char *head, const char *bytes, const char *wanted) {
    char text[4096];
    struct client_response_body whole, pieces;
    int length = snprintf(text, sizeof text, "%s\r\n%s", head, bytes);
    CHECK(length > 0 && (size_t)length < sizeof text);
    enum client_response_body_verdict verdict = read_body(text, sizeof text, &whole);
    CHECK_FOR(read_body(text, 1, &pieces) == verdict, "in pieces otherwise: %s", text);
    CHECK_BYTES(pieces.text, pieces.length, whole.text, whole.length);
    CHECK_FOR((int)verdict == wanted_verdict, "verdict %d for %s", (int)verdict, text);
    if (wanted_verdict != BAD) {
        CHECK_BYTES(whole.text, whole.length, wanted, strlen(wanted));
    }
}

#define OK "HTTP/1.1 403 Forbidden\r\n"
#define CHUNKED OK "Transfer-Encoding: chunked\r\n"

TEST("body: Content-Length ends it") {
    expect(COMPLETE, OK "Content-Length: 5\r\n", "hello", "hello");
    expect(COMPLETE, OK "Content-Length: 5\r\n", "hello, more", "hello");
    expect(INCOMPLETE, OK "Content-Length: 5\r\n", "hell", "hell");
    expect(COMPLETE, OK "Content-Length: 0\r\n", "x", "");
    expect(COMPLETE, OK "Content-Length: 5, 5\r\nContent-Length: 005\r\n", "hello", "hello");
    expect(COMPLETE, "HTTP/1.0 403 x\r\nContent-Length: 2\r\n", "hi", "hi");
    expect(INCOMPLETE, OK "Content-Length: 18446744073709551615\r\n", "hi", "hi");
}

TEST("body: a bad Content-Length is noticed") {
    static const char *const lengths[] = {
        "", "-1", "+5", "5x", "0x5", "5, 6", ",", "5 5", "18446744073709551616"};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char head[200];
        snprintf(head, sizeof head, OK "Content-Length: %s\r\n", lengths[i]);
        expect(BAD, head, "hello", "");
    }
}

TEST("body: 1xx, 204 and 304 have none") {
    expect(COMPLETE, "HTTP/1.1 204 No Content\r\n", "x", "");
    expect(COMPLETE, "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n", "x", "");
    expect(COMPLETE, "HTTP/1.1 103 Early Hints\r\n", "x", "");
}

TEST("body: without a length it goes on to the end") {
    expect(INCOMPLETE, OK, "hello", "hello");
    expect(INCOMPLETE, OK, "", "");
}

TEST("body: chunks are joined (RFC 9112, 7.1)") {
    expect(COMPLETE, CHUNKED, "5\r\nhello\r\n0\r\n\r\n", "hello");
    expect(COMPLETE, CHUNKED, "2\r\nhe\r\n003;a=\"b\"\r\nllo\r\n000\r\nX: y\r\n\r\n", "hello");
    expect(COMPLETE, CHUNKED, "A \t\r\n0123456789\r\n0;x\r\n", "0123456789");
    expect(COMPLETE, CHUNKED, "a\r\n\r\n0\r\n\r\nxyz\r\n0\r\n", "\r\n0\r\n\r\nxyz");
    expect(INCOMPLETE, CHUNKED, "5\r\nhell", "hell");
    expect(INCOMPLETE, CHUNKED, "5\r\nhello\r\n", "hello");
    expect(INCOMPLETE, CHUNKED, "ffffffffffffffff\r\nhi", "hi");
}

TEST("body: bad chunks are noticed") {
    for (const char *const *body =
             TEXTS("\r\n", "x\r\n", ";a\r\n", "-1\r\n", "5\n", "0x5\r\n", " 5\r\n", "5\rhello",
                   "5;a\nhello", "5 ;a\r\r\n", "2\r\nhello\r\n", "2\r\nhi\n0\r\n", "2\r\nhi\rx",
                   "1ffffffffffffffff\r\n", "5;\x01\r\nhello");
         *body != NULL; body++) {
        expect(BAD, CHUNKED, *body, "");
    }
}

TEST("body: the line before a chunk has a bound") {
    char body[CLIENT_RESPONSE_BODY_LINE_MAX + 20];
    memset(body, '0', sizeof body - 1);
    body[sizeof body - 1] = '\0';
    expect(BAD, CHUNKED, body, "");
    memcpy(body, "5;", 2);
    expect(BAD, CHUNKED, body, "");
    memcpy(body + CLIENT_RESPONSE_BODY_LINE_MAX - 2, "\r\nhello\r\n0\r\n", 13);
    expect(COMPLETE, CHUNKED, body, "hello");
}

TEST("body: Transfer-Encoding goes before Content-Length") {
    expect(COMPLETE, CHUNKED "Content-Length: 1\r\n", "2\r\nhi\r\n0\r\n\r\n", "hi");
    expect(BAD, OK "Transfer-Encoding: gzip, chunked\r\n", "0\r\n", "");
    expect(BAD, OK "Transfer-Encoding: gzip\r\n", "x", "");
    expect(BAD, OK "Transfer-Encoding: chunked, gzip\r\n", "x", "");
    expect(BAD, "HTTP/1.0 403 x\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n", "0\r\n",
           "");
}

TEST("body: its beginning is enough") {
    char many[CLIENT_RESPONSE_BODY_TEXT_MAX + 101];
    char begin[CLIENT_RESPONSE_BODY_TEXT_MAX + 1];
    memset(many, 'x', sizeof many - 1);
    many[sizeof many - 1] = '\0';
    memset(begin, 'x', sizeof begin - 1);
    begin[sizeof begin - 1] = '\0';
    expect(COMPLETE, OK, many, begin);
    expect(COMPLETE, OK "Content-Length: 1000000\r\n", many, begin);
}
