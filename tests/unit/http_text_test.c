/* http: what is asked of a parsed request: its headers by name, their lists, its path. */
#include "step02_http/http_request.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

/* Parses a good request, whose text outlives `request`. */
static void read_request(struct http_request *request, const char *text) {
    http_request_init(request);
    CHECK_EQUAL(http_request_parse(request, text, strlen(text)), HTTP_COMPLETE);
}

TEST("http: header names in any case") {
    struct http_request request;
    size_t from = 0;
    read_request(&request, "GET / HTTP/1.1\r\nHOST: a\r\nsec-websocket-KEY: 1\r\nX: 2\r\n"
                           "Sec-Websocket-Key: 3\r\nSec-WebSocket-Key2: 4\r\n\r\n");
    CHECK_EQUAL(http_header_count(&request.head, "host"), 1);
    CHECK_EQUAL(http_header_count(&request.head, "Sec-WebSocket-Key"), 2);
    CHECK_EQUAL(http_header_count(&request.head, "Sec-WebSocket-Ke"), 0);
    CHECK_EQUAL(http_header_count(&request.head, "Origin"), 0);
    struct http_text value;
    CHECK(http_header_next(&request.head, "SEC-WEBSOCKET-KEY", &from, &value));
    CHECK(http_text_is(value, "1") && from == 2);
    CHECK(http_header_next(&request.head, "SEC-WEBSOCKET-KEY", &from, &value));
    CHECK(http_text_is(value, "3") && from == 4);
    CHECK(!http_header_next(&request.head, "SEC-WEBSOCKET-KEY", &from, &value));
    CHECK(!http_header_next(&request.head, "SEC-WEBSOCKET-KEY", &from, &value));
}

/* A-Z and a-z are 32 apart, and so are some characters that are no letters. */
TEST("http: texts compared with and without regard to case") {
    CHECK(http_text_is_nocase((struct http_text){"WebSocket!", 9}, "websocket"));
    CHECK(http_text_is_nocase((struct http_text){"AZaz@[`{", 8}, "azAZ@[`{"));
    CHECK(!http_text_is_nocase((struct http_text){"@", 1}, "`"));
    CHECK(!http_text_is_nocase((struct http_text){"[", 1}, "{"));
    CHECK(!http_text_is_nocase((struct http_text){"^", 1}, "~"));
    CHECK(!http_text_is_nocase((struct http_text){"websocket", 8}, "websocket"));
    CHECK(!http_text_is_nocase((struct http_text){"websocket", 9}, "websocke"));
    CHECK(http_text_is((struct http_text){"GETx", 3}, "GET"));
    CHECK(!http_text_is((struct http_text){"get", 3}, "GET"));
    CHECK(!http_text_is((struct http_text){"GET", 2}, "GET"));
    CHECK(!http_text_is((struct http_text){"GET", 3}, "GE"));
    CHECK(http_text_is((struct http_text){"", 0}, ""));
    CHECK(!http_is_token((struct http_text){"", 0}));
}

TEST("http: comma-separated lists") {
    static const char *const lists[][2] = {
        {"a", "<a>"},
        {"a,b", "<a><b>"},
        {"keep-alive, Upgrade", "<keep-alive><Upgrade>"},
        {" \ta \t,\t b\t ", "<a><b>"},
        {"a b, c", "<a b><c>"},
        {"", ""},
        {" \t", ""},
        {",", ""},
        {" , ,,\t,", ""},
        {",a,,b, ,", "<a><b>"},
    };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct http_text list = {lists[i][0], strlen(lists[i][0])}, element;
        char elements[80] = "";
        while (http_list_next(&list, &element)) {
            size_t used = strlen(elements);
            snprintf(elements + used, sizeof elements - used, "<%.*s>", (int)element.length,
                     element.start);
        }
        CHECK_FOR(strcmp(elements, lists[i][1]) == 0, "\"%s\" lists %s", lists[i][0], elements);
        CHECK(!http_list_next(&list, &element));
    }
}

TEST("http: tokens listed over repeated headers") {
    struct http_request request;
    read_request(&request,
                 "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive,, TE\r\n"
                 "Upgrade: foo, WebSocket\r\nCONNECTION:\r\nconnection: ,UPGRADE ,\r\n\r\n");
    CHECK(http_header_lists(&request.head, "Connection", "upgrade"));
    CHECK(http_header_lists(&request.head, "Connection", "Keep-Alive"));
    CHECK(http_header_lists(&request.head, "connection", "te"));
    CHECK(http_header_lists(&request.head, "Upgrade", "websocket"));
    CHECK(http_header_lists(&request.head, "Upgrade", "foo"));
    CHECK(!http_header_lists(&request.head, "Upgrade", "upgrade")); /* that is listed elsewhere */
    CHECK(!http_header_lists(&request.head, "Connection", "keep"));
    CHECK(!http_header_lists(&request.head, "Connection", "upgrades"));
    CHECK(!http_header_lists(&request.head, "Connection", ""));
    CHECK(!http_header_lists(&request.head, "Origin", "a"));
}

TEST("http: the path of every form of target") {
    static const char *const targets[][2] = {
        {"/", "/"}, /* the origin form (RFC 9112, 3.2.1) */
        {"/a/b", "/a/b"},
        {"/a?b", "/a"},
        {"/a?b?c", "/a"},
        {"/?", "/"},
        {"/a:b//c", "/a:b//c"},
        {"//a/b", "//a/b"},
        {"/a?b=http://c/d", "/a"},
        {"http://host/path?x", "/path"}, /* the absolute form (3.2.2) */
        {"http://host:80/", "/"},
        {"http://host", "/"},
        {"http://host?x", "/"},
        {"http://host?x=/y", "/"},
        {"http://", "/"},
        {"ws://[::1]:80/chat?a://b/c", "/chat"},
        {"host:80", "host:80"}, /* the authority form (3.2.3) */
        {"*", "*"},             /* the asterisk form (3.2.4) */
        {"a", "a"},
        {"http:", "http:"},
        {"http:/a", "http:/a"},
    };
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        struct http_request request;
        http_request_init(&request);
        request.target = (struct http_text){targets[i][0], strlen(targets[i][0])};
        struct http_text path = http_request_path(&request);
        CHECK_FOR(http_text_is(path, targets[i][1]), "\"%s\" has the path \"%.*s\", not \"%s\"",
                  targets[i][0], (int)path.length, path.start, targets[i][1]);
    }
}
