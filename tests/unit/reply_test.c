/* reply: what is answered to requests, good, bad and broken off. */
#include "step02_http/reply.h"

#include "tests/support/test.h"

#include <string.h>

static const struct site site = {"program", "<p>", 3};

/* Parses what has arrived of a request, makes the reply, and checks its parts. */
static void expect(const char *arrived, void (*make)(struct reply *, const struct http_request *),
                   int status, const char *header, const char *body, const char *log) {
    struct http_request request;
    struct reply reply;
    http_request_init(&request);
    http_request_parse(&request, arrived, strlen(arrived));
    make(&reply, &request);
    char head[HTTP_RESPONSE_HEAD_MAX + 1];
    memcpy(head, reply.head, reply.head_size);
    head[reply.head_size] = '\0';
    CHECK_EQUAL(reply.status, status);
    CHECK_FOR(strstr(head, header) != NULL, "no %s in %s", header, head);
    CHECK(strstr(head, "\r\nServer: program\r\n") != NULL);
    CHECK(strstr(head, "\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n") != NULL);
    CHECK_BYTES(reply.body, reply.body_size, body, strlen(body));
    CHECK_BYTES(reply.log, (size_t)reply.log_length, log, strlen(log));
}

static void page(struct reply *reply, const struct http_request *request) {
    reply_page(reply, &site, request, 0);
}

TEST("reply: the page, with and without its body") {
    expect("GET / HTTP/1.1\r\nHost: a\r\n\r\n", page, 200, "\r\nContent-Length: 3\r\n", "<p>",
           "the page");
    expect("GET /?query HTTP/1.1\r\nHost: a\r\n\r\n", page, 200, "text/html", "<p>", "the page");
    expect("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", page, 200, "\r\nContent-Length: 3\r\n", "",
           "the head of the page");
}

TEST("reply: no such page, no such method") {
    static const char nothing[] = "There is nothing here; the page is at /.";
    expect("GET /x HTTP/1.1\r\nHost: a\r\n\r\n", page, 404, "\r\nContent-Length: 41\r\n",
           "There is nothing here; the page is at /.\n", nothing);
    expect("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n", page, 404, "\r\nContent-Length: 41\r\n", "",
           nothing);
    expect("POST / HTTP/1.1\r\nHost: a\r\n\r\n", page, 405, "\r\nAllow: GET, HEAD\r\n",
           "This server answers GET and HEAD only.\n", "This server answers GET and HEAD only.");
}

static enum reply_cause cause;

static void broken_off(struct reply *reply, const struct http_request *request) {
    reply_broken_off(reply, &site, request, 0, cause, 2500);
}

TEST("reply: requests that never became whole") {
    static const struct {
        enum reply_cause cause;
        int status;
        const char *line, *body;
    } cases[] = {
        {REPLY_LATE, 408, "HTTP/1.1 408 Request Timeout\r\n",
         "The request did not arrive within 2.5 seconds (--handshake-timeout).\n"},
        {REPLY_CUT_SHORT, 400, "HTTP/1.1 400 Bad Request\r\n",
         "The request did not arrive in full.\n"},
        {REPLY_STOPPING, 503, "HTTP/1.1 503 Service Unavailable\r\n",
         "The server is shutting down.\n"},
        {REPLY_NO_MEMORY, 503, "HTTP/1.1 503 Service Unavailable\r\n",
         "The server is out of memory.\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char log[REPLY_SENTENCE_MAX];
        size_t length = strlen(cases[i].body) - 1;
        memcpy(log, cases[i].body, length);
        log[length] = '\0';
        cause = cases[i].cause;
        expect("", broken_off, cases[i].status, cases[i].line, cases[i].body, log);
        expect("GET / HT", broken_off, cases[i].status, "\r\nConnection: close\r\n", cases[i].body,
               log);
        expect("HEAD / HTTP/1.1\r\nHo", broken_off, cases[i].status, cases[i].line, "", log);
    }
}
