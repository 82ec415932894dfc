/* Step 3 from outside: the handshake over a real socket. Its rules are tested in
 * handshake_rules_test and its siblings. */
#include "tests/support/lesson.h"
#include "tests/support/raw_client.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define main lesson_main
#include "step03_handshake/main.c" /* NOLINT(bugprone-suspicious-include): see lesson.h */
#undef main

static struct process server;

TEST("step03: the example of RFC 6455, 1.3") {
    static const char request[] = "GET /chat HTTP/1.1\r\n"
                                  "Host: server.example.com\r\n"
                                  "Upgrade: websocket\r\n"
                                  "Connection: keep-alive, Upgrade\r\n"
                                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                  "Origin: https://good.example\r\n"
                                  "Sec-WebSocket-Protocol: superchat, chat\r\n"
                                  "Sec-WebSocket-Extensions: permessage-deflate\r\n"
                                  "Sec-WebSocket-Version: 13\r\n\r\n";
    char response[1024];
    int fd = raw_client_connect(server.port);
    CHECK(raw_client_send_text(fd, request));
    CHECK(raw_client_read_until(fd, "\r\n\r\n", response, sizeof response));
    CHECK(strncmp(response, "HTTP/1.1 101 Switching Protocols\r\n", 34) == 0);
    CHECK(strstr(response, "\r\nUpgrade: websocket\r\n") != NULL);
    CHECK(strstr(response, "\r\nConnection: Upgrade\r\n") != NULL);
    CHECK(strstr(response, "\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") != NULL);
    CHECK(strstr(response, "\r\nSec-WebSocket-Protocol: chat\r\n") != NULL);
    CHECK(strstr(response, "Extensions") == NULL);
    CHECK(strstr(response, "Content-") == NULL);
    close(fd);
}

static void refused(const char *replaced, const char *by, const char *status, const char *part) {
    static const char request[] = "GET / HTTP/1.1\r\n"
                                  "Host: a\r\n"
                                  "Upgrade: websocket\r\n"
                                  "Connection: Upgrade\r\n"
                                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                  "Origin: https://good.example\r\n"
                                  "Sec-WebSocket-Version: 13\r\n\r\n";
    char changed[1024], answer[1024];
    const char *at = strstr(request, replaced);
    CHECK(at != NULL);
    if (at == NULL) {
        return;
    }
    snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - request), request, by,
             at + strlen(replaced));
    raw_client_ask(server.port, changed, answer, sizeof answer);
    CHECK_FOR(strncmp(answer, status, strlen(status)) == 0, "%s gets %s", by, answer);
    CHECK_FOR(strstr(answer, part) != NULL, "%s gets %s", by, answer);
}

TEST("step03: broken handshakes are refused") {
    refused("Version: 13", "Version: 8", "HTTP/1.1 426 ", "\r\nSec-WebSocket-Version: 13\r\n");
    refused("Upgrade: websocket\r\n", "", "HTTP/1.1 426 ", "proxy_set_header Upgrade");
    refused("dGhlIHNhbXBsZSBub25jZQ==", "short", "HTTP/1.1 400 ", "not 16 bytes in base64");
    refused("GET / ", "GET * ", "HTTP/1.1 400 ", "is a path without a fragment");
    refused("GET / ", "GET /a#b ", "HTTP/1.1 400 ", "is a path without a fragment");
    refused("GET", "POST", "HTTP/1.1 405 ", "\r\nAllow: GET\r\n");
    refused("HTTP/1.1", "HTTP/1.0", "HTTP/1.1 400 ", "needs HTTP/1.1");
    refused("https://good.example", "https://evil.example", "HTTP/1.1 403 ", "--origin");
    refused("Origin: https://good.example\r\n", "", "HTTP/1.1 403 ", "--origin");
}

TEST("step03: the page is still there") {
    static char answer[65536];
    raw_client_ask(server.port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", answer, sizeof answer);
    CHECK(strncmp(answer, "HTTP/1.1 200 OK\r\n", 17) == 0);
    CHECK(strstr(answer, "\r\nServer: step03_handshake\r\n") != NULL);
}

TEST("step03: bytes after the request are not lost") {
    struct wire segment = {0};
    char response[1024];
    static const char origin[] = "GET / HTTP/1.1\r\nOrigin: https://good.example\r\n";
    const char *rest = strstr(raw_client_handshake, "Host:");
    wire_add(&segment, origin, sizeof origin - 1);
    wire_add(&segment, rest, strlen(rest));
    wire_add_hex(&segment, "81 85 37fa213d 7f9f4d5158");
    int fd = raw_client_connect(server.port);
    CHECK(raw_client_send(fd, segment.bytes, segment.len));
    CHECK(raw_client_read_until(fd, "\r\n\r\n", response, sizeof response));
    CHECK(process_logs(&server, "read 11 bytes\n"));
    CHECK(process_logs(&server, "0000  81 85 37 fa 21 3d 7f 9f  4d 51 58"));
    CHECK(raw_client_send_text(fd, "more"));
    CHECK(process_logs(&server, "|more|"));
    wire_free(&segment);
    close(fd);
}

TEST("step03: bad options are refused") {
    static const char *const options[][3] = {{"--subprotocol", "two words", NULL},
                                             {"--origin", "https://good.example/", NULL},
                                             {"--origin", "good.example", NULL}};
    for (size_t i = 0; i < 3; i++) {
        char printed[1024];
        CHECK_EQUAL(process_run("step03_handshake", options[i], printed, sizeof printed), 2);
        CHECK_FOR(strstr(printed, options[i][1]) != NULL, "it says: %s", printed);
    }
}

TEST("step03: no peer is waited for without end") {
    lesson_check_waits(show_bytes, true);
}

int main(void) {
    return process_test_main(&server, "step03_handshake",
                             (const char *const[]){"--origin", "https://good.example", NULL});
}
