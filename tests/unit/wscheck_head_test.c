/* wscheck: heads that a peer sends, which may hold any byte. */
#include "tests/support/test.h"
#include "wscheck/request.h"
#include "wscheck/request_rules.h"
#include "wscheck/response_rules.h"

#include <stdlib.h>
#include <string.h>

enum { RIGHT = 9999 }; /* in place of the first wrong byte */

#define UPGRADE "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
/* The key and its answer of RFC 6455, 1.3. */
#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"

/* A head of exactly these bytes, in memory of its own so that a sanitizer sees who reads on. */
#define HEAD(text) make((text), sizeof(text) - 1)

static struct head make(const char *text, size_t length) {
    struct head head = {malloc(length), length, 0};
    if (head.bytes == NULL) {
        abort();
    }
    memcpy(head.bytes, text, length);
    return head;
}

/* The first wrong byte of an answer. */
static size_t wrong_byte(struct head answer) {
    struct request request;
    struct head_fault fault = {"", 0};
    request_init(&request, "127.0.0.1", "/", 1);
    request_set(&request, (const uint8_t *)"Sec-WebSocket-Key: " KEY, 19 + 24);
    struct head asked = {NULL, 0, 0};
    asked.bytes = request_bytes(&request, &asked.length);
    bool good =
        head_parse(&answer, &fault) && response_rules_judge(&answer, &asked, &fault) == CAUSE_NONE;
    free(asked.bytes);
    CHECK(good || fault.what[0] != '\0');
    CHECK(fault.wrong <= answer.length);
    request_free(&request);
    free(answer.bytes);
    return good ? RIGHT : fault.wrong;
}

TEST("wscheck: an answer is judged") {
    CHECK_EQUAL(wrong_byte(HEAD("HTTP/1.1 101 S\r\n" UPGRADE ACCEPT "\r\n")), RIGHT);
    CHECK_EQUAL(wrong_byte(HEAD("HTTP/1.1 101\r\n" UPGRADE ACCEPT "\r\n")), RIGHT);
    CHECK_EQUAL(wrong_byte(HEAD("HTTP/1.1 200 S\r\n" UPGRADE ACCEPT "\r\n")), 7);
    CHECK_EQUAL(wrong_byte(HEAD("HTTP/1.1 1O1 S\r\n" UPGRADE ACCEPT "\r\n")), 9);
    CHECK_EQUAL(wrong_byte(HEAD("HTTP/1.1 101 S\r\nUpgrade: h2c\r\n" ACCEPT "\r\n")), 25);
    CHECK_EQUAL(wrong_byte(HEAD("HTTP/1.1 101 S\r\n: no name\r\n\r\n")), 16);
}

TEST("wscheck: a NUL is a byte") {
    CHECK_EQUAL(wrong_byte(HEAD("HTTP/1.1 101 \0S\r\n" UPGRADE ACCEPT "\r\n")), RIGHT);
    CHECK_EQUAL(wrong_byte(HEAD("HTTP/1.1 101 S\r\nA: b\0c\r\n" UPGRADE ACCEPT "\r\n")), 20);
    CHECK_EQUAL(wrong_byte(HEAD("HTTP/1.1 101 S\r\n\0\r\n\r\n")), 16);
    CHECK_EQUAL(wrong_byte(HEAD("\0\r\n\r\n")), 0);
    CHECK_EQUAL(wrong_byte(HEAD("HTTP/1.\0 101 S\r\n" UPGRADE "A\0: b\r\n" ACCEPT "\r\n")), 69);
}

/* The first byte of a client's request that a rule of 4.1 forbids. */
static size_t wrong_request(struct head head, const char *rule) {
    struct head_fault fault = {"", 0};
    bool good = request_rules_judge(&head, rule, "/a?b", "127.0.0.1:80", &fault);
    CHECK(fault.wrong <= head.length);
    free(head.bytes);
    return good ? RIGHT : fault.wrong;
}

TEST("wscheck: a request is judged") {
    CHECK_EQUAL(wrong_request(HEAD("GET /a?b HTTP/1.1\r\n\r\n"), "target"), RIGHT);
    CHECK_EQUAL(wrong_request(HEAD("GET /a?b\0 HTTP/1.1\r\n\r\n"), "target"), 4);
    CHECK_EQUAL(wrong_request(HEAD("GET /a?b HTTP/1.1\r\n\r\n"), "version"), RIGHT);
    CHECK_EQUAL(wrong_request(HEAD("GET /a?b HTTP/1.\0\r\n\r\n"), "version"), 9);
    CHECK_EQUAL(wrong_request(HEAD("GET\r\n\r\n"), "method"), 0);
    CHECK_EQUAL(wrong_request(HEAD("G\r\nSec-WebSocket-Key: " KEY "\r\n\r\n"), "key"), RIGHT);
    CHECK_EQUAL(wrong_request(HEAD("G\r\nSec-WebSocket-Key: \0Ghl\r\n\r\n"), "key"), 22);
    CHECK_EQUAL(wrong_request(HEAD("G\r\nHost: 127.0.0.1:80\0\r\n\r\n"), "host"), 9);
    CHECK_EQUAL(wrong_request(HEAD("G\r\nSec-WebSocket-Protocol: a, b\0\r\n\r\n"), "subprotocols"),
                30);
    CHECK_EQUAL(wrong_request(HEAD("G\r\nSec-WebSocket-Protocol: a,,b\r\n\r\n"), "subprotocols"),
                29);
    CHECK_EQUAL(
        wrong_request(HEAD("G\r\nSec-WebSocket-Extensions: a; b=\"\0\"\r\n\r\n"), "extensions"),
        35);
}
