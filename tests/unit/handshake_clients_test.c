/* handshake: requests as proxies strip them, and those that are none. Those of the clients of the
 * world are in requests_test. */
#include "tests/support/handshake_request.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

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
