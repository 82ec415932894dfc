/* opening: the whole answer to a request, whether it opens a WebSocket or not. */
#include "step03_handshake/opening.h"

#include "tests/support/test.h"

#include <string.h>

static const struct site site = {"program", "<p>", 3};

#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" /* of RFC 6455, 1.3 */
#define A_HUNDRED                                                                                  \
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
#define UPGRADE "Host: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"

static const char *choose(void *context, struct http_text list) {
    (void)list;
    return context;
}

static struct opening opening;
static struct http_request request;

static void decide(const char *text, const struct handshake_policy *policy) {
    http_request_init(&request);
    CHECK_EQUAL(http_request_parse(&request, text, strlen(text)), HTTP_COMPLETE);
    opening_decide(&opening, &site, policy, &request, 0);
}

static void expect_log(const char *wanted) {
    CHECK_BYTES(opening.reply.log, (size_t)opening.reply.log_length, wanted, strlen(wanted));
}

TEST("opening: the example of RFC 6455, 1.3") {
    static const char wanted[] = "HTTP/1.1 101 Switching Protocols\r\n"
                                 "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
                                 "Server: program\r\n"
                                 "Upgrade: websocket\r\n"
                                 "Connection: Upgrade\r\n"
                                 "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                                 "\r\n";
    static const struct handshake_policy policy = {0};
    decide("GET /chat HTTP/1.1\r\n" UPGRADE KEY "Sec-WebSocket-Version: 13\r\n\r\n", &policy);
    CHECK(opening.is_open);
    CHECK_EQUAL(opening.reply.status, 101);
    CHECK_BYTES(opening.reply.head, opening.reply.head_size, wanted, strlen(wanted));
    CHECK_EQUAL(opening.reply.body_size, 0);
    expect_log("open: /chat");
}

/* The longest of everything fits into the head, and into the line of the log. */
TEST("opening: a subprotocol and an extension") {
    static char extension[EXTENSIONS_ANSWER_MAX + 1], subprotocol[HANDSHAKE_SUBPROTOCOL_MAX + 1];
    char text[1024] =
        "GET /" A_HUNDRED "?and-some-more-to-be-cut-in-the-log HTTP/1.1\r\n" UPGRADE KEY
        "Sec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Extensions: e\r\nSec-WebSocket-Protocol: ";
    memset(extension, 'e', sizeof extension - 1);
    memset(subprotocol, 's', sizeof subprotocol - 1);
    strcat(strcat(text, subprotocol), "\r\n\r\n");
    const char *const spoken[] = {subprotocol};
    struct handshake_policy policy = {
        .subprotocols = spoken, .subprotocol_count = 1, .chooser = {choose, extension}};
    decide(text, &policy);
    CHECK(opening.is_open);
    char head[HTTP_RESPONSE_HEAD_MAX + 1];
    memcpy(head, opening.reply.head, opening.reply.head_size);
    head[opening.reply.head_size] = '\0';
    const char *at = strstr(head, "\r\nSec-WebSocket-Protocol: sss");
    CHECK(at != NULL && strstr(at, "sss\r\nSec-WebSocket-Extensions: eee") != NULL);
    CHECK_EQUAL(strlen(head), opening.reply.head_size);
    CHECK(strcmp(head + opening.reply.head_size - 5, "e\r\n\r\n") == 0);
    const char *log = opening.reply.log;
    CHECK(strstr(log, ", subprotocol sss") != NULL && strstr(log, "sss, extension eee") != NULL);
    CHECK(log[opening.reply.log_length - 1] == 'e' && log[opening.reply.log_length] == '\0');
    CHECK_EQUAL(opening.reply.log_length, strlen("open: ") + 127 + strlen(", subprotocol ") +
                                              HANDSHAKE_SUBPROTOCOL_MAX + strlen(", extension ") +
                                              EXTENSIONS_ANSWER_MAX);
}

TEST("opening: a subprotocol that nobody speaks") {
    static const struct handshake_policy policy = {0};
    decide("GET / HTTP/1.1\r\n" UPGRADE KEY "Sec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Protocol: chat\r\n\r\n",
           &policy);
    CHECK(opening.is_open);
    expect_log("open: /, none of the subprotocols asked for (--subprotocol)");
}

TEST("opening: a wrong handshake") {
    static const struct handshake_policy policy = {0};
    decide("GET / HTTP/1.1\r\n" UPGRADE KEY "Sec-WebSocket-Version: 8\r\n\r\n", &policy);
    CHECK(!opening.is_open);
    CHECK_EQUAL(opening.verdict, HANDSHAKE_BAD_VERSION);
    CHECK_EQUAL(opening.reply.status, 426);
    CHECK(strstr(opening.reply.head, "\r\nSec-WebSocket-Version: 13\r\n") != NULL);
    CHECK(opening.reply.body_size > 0);
}

TEST("opening: plain HTTP gets the page") {
    static const struct handshake_policy policy = {0};
    decide("GET / HTTP/1.1\r\nHost: a\r\n\r\n", &policy);
    CHECK(!opening.is_open);
    CHECK_EQUAL(opening.verdict, HANDSHAKE_ACCEPTED);
    CHECK_EQUAL(opening.reply.status, 200);
    CHECK_BYTES(opening.reply.body, opening.reply.body_size, "<p>", 3);
}
