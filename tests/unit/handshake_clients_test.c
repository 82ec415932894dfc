/* handshake: requests as the clients of the world send them, as proxies change them, and those that
 * are none. */
#include "tests/support/handshake_request.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

/* What the clients of the world send, with the example's key. */
static const char *const client_requests[] = {
    /* Chromium */
    "GET /chat HTTP/1.1\r\nHost: localhost:8000\r\nConnection: Upgrade\r\nPragma: no-cache\r\n"
    "Cache-Control: no-cache\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36\r\nUpgrade: websocket\r\n"
    "Origin: http://localhost:8000\r\nSec-WebSocket-Version: 13\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en-US,en;q=0.9\r\n"
    "Sec-WebSocket-Key: " EXAMPLE_KEY "\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n",
    /* Firefox */
    "GET /chat HTTP/1.1\r\nHost: localhost:8000\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; "
    "rv:153.0) Gecko/20100101 Firefox/153.0\r\nAccept: */*\r\nAccept-Language: en-US,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\nSec-WebSocket-Version: 13\r\n"
    "Origin: http://localhost:8000\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"
    "Sec-WebSocket-Key: " EXAMPLE_KEY "\r\nConnection: keep-alive, Upgrade\r\n"
    "Sec-Fetch-Dest: empty\r\nSec-Fetch-Mode: websocket\r\nSec-Fetch-Site: same-origin\r\n"
    "Pragma: no-cache\r\nCache-Control: no-cache\r\nUpgrade: websocket\r\n\r\n",
    /* Safari of 2016 */
    "GET /chat HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nHost: localhost:8000\r\n"
    "Origin: http://localhost:8000\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n"
    "Sec-WebSocket-Key: " EXAMPLE_KEY "\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Extensions: x-webkit-deflate-frame\r\nUser-Agent: Mozilla/5.0 (Macintosh) "
    "AppleWebKit/601.7.7 (KHTML, like Gecko) Version/9.1.2 Safari/601.7.7\r\n\r\n",
    /* Postman, and ws for Node: no Origin */
    "GET /chat HTTP/1.1\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " EXAMPLE_KEY "\r\n"
    "Connection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    "Host: localhost:8000\r\n\r\n",
    /* curl: neither Origin nor extensions */
    "GET /chat HTTP/1.1\r\nHost: localhost:8000\r\nUser-Agent: curl/8.22.0\r\nAccept: */*\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: " EXAMPLE_KEY "\r\n\r\n",
    /* a page from file:// */
    "GET / HTTP/1.1\r\nHost: localhost:8000\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Origin: null\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " EXAMPLE_KEY "\r\n\r\n",
};

/* How a proxy writes the names of headers. */
enum name_case { AS_SENT, LOWER, CAPITALS_AFTER_HYPHENS, UPPER };

static char change_case(char character, enum name_case name_case, bool first) {
    bool upper = name_case == UPPER || (name_case == CAPITALS_AFTER_HYPHENS && first);
    if (upper && character >= 'a' && character <= 'z') {
        return (char)(character - 'a' + 'A');
    }
    if (!upper && character >= 'A' && character <= 'Z') {
        return (char)(character - 'A' + 'a');
    }
    return character;
}

/* Copies a request with its header names in another case. */
static void copy_request(char text[HANDSHAKE_REQUEST_TEXT_SIZE], const char *request,
                         enum name_case name_case) {
    bool in_name = false, first = false;
    size_t i = 0;
    for (; request[i] != '\0'; i++) {
        in_name = in_name && request[i] != ':';
        text[i] = in_name && name_case != AS_SENT ? change_case(request[i], name_case, first)
                                                  : request[i];
        first = request[i] == '-' || request[i] == '\n';
        in_name = in_name || request[i] == '\n';
    }
    text[i] = '\0';
}

TEST("handshake: real clients, behind any proxy") {
    for (size_t i = 0; i < sizeof client_requests / sizeof client_requests[0]; i++) {
        for (int name_case = AS_SENT; name_case <= UPPER; name_case++) {
            char text[HANDSHAKE_REQUEST_TEXT_SIZE];
            struct handshake handshake;
            copy_request(text, client_requests[i], (enum name_case)name_case);
            enum handshake_verdict verdict =
                handshake_request_verdict(text, &handshake_request_any_origin, &handshake);
            CHECK_FOR(verdict == HANDSHAKE_ACCEPTED, "verdict %d for\n%s", verdict, text);
            CHECK(strcmp(handshake.accept, EXAMPLE_ACCEPT) == 0);
            CHECK(handshake.subprotocol == NULL);
        }
    }
    char text[HANDSHAKE_REQUEST_TEXT_SIZE];
    copy_request(text, "GET /A HTTP/1.1\r\nSec-WebSocket-Key: A\r\n", CAPITALS_AFTER_HYPHENS);
    CHECK(strcmp(text, "GET /A HTTP/1.1\r\nSec-Websocket-Key: A\r\n") == 0); /* Caddy */
}

static void expect_wanted(const char *lines, bool wanted) {
    char text[HANDSHAKE_REQUEST_TEXT_SIZE];
    struct http_request request;
    snprintf(text, sizeof text, "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n", lines);
    http_request_init(&request);
    CHECK_EQUAL(http_request_parse(&request, text, strlen(text)), HTTP_COMPLETE);
    CHECK_FOR(handshake_is_wanted(&request) == wanted, "%s for\n%s",
              wanted ? "not wanted" : "wanted", text);
}

TEST("handshake: plain requests are told apart") {
    expect_wanted("", false);
    expect_wanted("Connection: keep-alive\r\nUpgrade-Insecure-Requests: 1\r\n", false);
    expect_wanted("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n", false);
    expect_wanted("Connection: Upgrade\r\n", false);
    expect_wanted("Connection: upgrade\r\nVia: 1.1 proxy\r\n", false); /* nginx, always "upgrade" */

    expect_wanted("Upgrade: websocket\r\n", true);
    expect_wanted("upgrade: h2c, WebSocket\r\n", true);
    expect_wanted("Sec-WebSocket-Key: " EXAMPLE_KEY "\r\n", true);
    expect_wanted("sec-websocket-key:\r\n", true);
    expect_wanted("Sec-WebSocket-Version: 13\r\n", true);
    expect_wanted("Sec-WebSocket-Protocol: chat\r\n", true);
    expect_wanted("Sec-WebSocket-Extensions: permessage-deflate\r\n", true);
}

#define SETTING_VERSION "proxy_http_version 1.1"
#define SETTING_UPGRADE "proxy_set_header Upgrade $http_upgrade"
#define SETTING_CONNECTION "proxy_set_header Connection \"upgrade\""

/* What is left of a handshake behind a proxy still shows that one was meant, and the sentence names
 * the settings that are missing. The first line stands for nginx without any of them. */
TEST("handshake: requests that a proxy has stripped") {
    static const struct {
        const char *version, *headers;
        enum handshake_verdict verdict;
        const char *settings[3];
    } rows[] = {
        {"1.0",
         "Connection: close\r\n",
         HANDSHAKE_NO_UPGRADE,
         {SETTING_VERSION, SETTING_UPGRADE, SETTING_CONNECTION}},
        {"1.1", "", HANDSHAKE_NO_UPGRADE, {SETTING_UPGRADE, SETTING_CONNECTION, ""}},
        {"1.1", "Connection: close\r\n", HANDSHAKE_NO_UPGRADE, {SETTING_UPGRADE, "", ""}},
        {"1.1", "Connection: upgrade\r\n", HANDSHAKE_NO_UPGRADE, {SETTING_UPGRADE, "", ""}},
        {"1.0",
         "Upgrade: websocket\r\nConnection: upgrade\r\n",
         HANDSHAKE_BAD_HTTP_VERSION,
         {SETTING_VERSION, "", ""}},
        {"1.1",
         "Upgrade: websocket\r\n",
         HANDSHAKE_NO_CONNECTION_UPGRADE,
         {SETTING_CONNECTION, "", ""}},
        {"1.1",
         "Upgrade: websocket\r\nConnection: close\r\n",
         HANDSHAKE_NO_CONNECTION_UPGRADE,
         {SETTING_CONNECTION, "", ""}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[HANDSHAKE_REQUEST_TEXT_SIZE];
        struct http_request request;
        struct handshake handshake;
        snprintf(text, sizeof text,
                 "GET / HTTP/%s\r\nHost: 127.0.0.1:8000\r\n%sSec-WebSocket-Key: " EXAMPLE_KEY
                 "\r\nSec-WebSocket-Version: 13\r\nOrigin: http://example.com\r\n\r\n",
                 rows[i].version, rows[i].headers);
        http_request_init(&request);
        CHECK_EQUAL(http_request_parse(&request, text, strlen(text)), HTTP_COMPLETE);
        CHECK_FOR(handshake_is_wanted(&request), "not wanted:\n%s", text);
        enum handshake_verdict verdict =
            handshake_request_verdict(text, &handshake_request_any_origin, &handshake);
        CHECK_FOR(verdict == rows[i].verdict, "verdict %d for\n%s", verdict, text);
        for (size_t setting = 0; setting < 3; setting++) {
            CHECK_FOR(strstr(handshake_sentence(verdict), rows[i].settings[setting]) != NULL,
                      "%s lacks %s", handshake_sentence(verdict), rows[i].settings[setting]);
        }
    }
}
