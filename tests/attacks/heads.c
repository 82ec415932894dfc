/* Attacks on what a head means: who is let in, where a request ends, and what the log shows. */
#include "tests/attacks/attack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const no_options[] = {NULL};

/* A handshake with these further lines, which may hold anything, gets this status. */
static void check_bytes(const char *lines, size_t len, int status) {
    struct wire request = {0};
    wire_add(&request, raw_client_handshake, strlen(raw_client_handshake) - 2);
    wire_add(&request, lines, len);
    wire_add(&request, "\r\n", 2);
    int got = attack_ask(request.bytes, request.len);
    CHECK_FOR(got == status, "%d instead of %d for %s", got, status, lines);
    wire_free(&request);
}

static void check_status(const char *lines, int status) {
    check_bytes(lines, strlen(lines), status);
}

static void origins(void) {
    static const char *const options[] = {"--origin", "https://good.example", NULL};
    static const struct {
        const char *lines;
        int status;
    } cases[] = {
        {"Origin: https://good.example\r\n", 101},
        {"Origin: https://evil.example\r\n", 403},
        {"", 403},
        {"Origin:\r\n", 403},
        {"Origin: null\r\n", 403},
        {"Origin: http://good.example\r\n", 403},
        {"Origin: https://good.example:444\r\n", 403},
        {"Origin: https://good.example.evil.example\r\n", 403},
        {"Origin: https://evilgood.example\r\n", 403},
        {"Origin: https://evil.example/https://good.example\r\n", 403},
        {"Origin: https://good.example@evil.example\r\n", 403},
        {"Origin: https://evil.example https://good.example\r\n", 403},
        {"Origin: https://good.example\r\nOrigin: https://evil.example\r\n", 400},
        {"Origin: https://evil.example\r\nOrigin: https://good.example\r\n", 400},
        {"Origin: https://[good.example\r\n", 403},
        {"Origin: ://\r\n", 403},
        {"X-Origin: https://good.example\r\n", 403},
    };
    if (!attack_begin(options)) {
        return;
    }
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_status(cases[i].lines, cases[i].status);
    }
    attack_note("1 of %zu let in, the right one", sizeof cases / sizeof cases[0]);
    attack_end();
}

static void control_characters(void) {
    static const struct {
        const char *lines;
        size_t len;
    } cases[] = {
        {"X: a\0b\r\n", 8},  {"X: a\rb\r\n", 8},    {"X: a\nb: c\r\n", 11},
        {"X: a\n\r\n", 7},   {"X: a\r\r\n", 7},     {"X: a\x1b[2J\r\n", 10},
        {"X: a\x7f\r\n", 7}, {"X\0: a\r\n", 7},     {"X: a\r\n folded: b\r\n", 18},
        {"X : a\r\n", 7},    {" X: a\r\n", 7},      {": a\r\n", 5},
        {"X\r\n", 3},        {"X: a\r\n\0\r\n", 9},
    };
    if (!attack_begin(no_options)) {
        return;
    }
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_bytes(cases[i].lines, cases[i].len, 400);
    }
    attack_note("%zu heads, all answered 400", sizeof cases / sizeof cases[0]);
    attack_end();
}

/* A body makes it a matter of opinion where the request ends and the frames, or another request,
 * begin. A proxy's opinion may be another one. */
static void smuggled_requests(void) {
    static const char second[] = "GET /second HTTP/1.1\r\nHost: a\r\n\r\n";
    static const struct {
        const char *lines;
        int handshake, page; /* the status in a handshake, and in a request for the page */
    } cases[] = {
        {"Content-Length: 34\r\n", 400, 200},
        {"Transfer-Encoding: chunked\r\n", 400, 200},
        {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400, 400},
        {"Transfer-Encoding: xchunked\r\n", 400, 400},
        {"Transfer-Encoding: chunked, identity\r\n", 400, 400},
        {"Transfer-Encoding: identity, chunked\r\n", 501, 501},
        {"Transfer-Encoding : chunked\r\n", 400, 400},
        {"Content-Length: 0\r\nContent-Length: 34\r\n", 400, 400},
        {"Content-Length: 0, 34\r\n", 400, 400},
        {"Content-Length: +0\r\n", 400, 400},
        {"Content-Length: -34\r\n", 400, 400},
        {"Content-Length: 0x0\r\n", 400, 400},
        {"Content-Length: 18446744073709551616\r\n", 400, 400},
        {"Content-Length:\r\n", 400, 400},
        {"Host: other\r\n", 400, 400},
    };
    if (!attack_begin(no_options)) {
        return;
    }
    for (size_t i = 0; i < 2 * (sizeof cases / sizeof cases[0]); i++) {
        struct wire request = {0};
        const char *lines = cases[i / 2].lines;
        int wanted = i % 2 == 0 ? cases[i / 2].handshake : cases[i / 2].page;
        if (i % 2 == 0) {
            attack_request(&request, lines);
        } else {
            wire_add(&request, "GET / HTTP/1.1\r\nHost: a\r\n", 25);
            wire_add(&request, lines, strlen(lines));
            wire_add(&request, "\r\n", 2);
        }
        wire_add(&request, second, strlen(second));
        int got = attack_ask(request.bytes, request.len); /* which allows one answer only */
        CHECK_FOR(got == wanted, "%d instead of %d for %s", got, wanted, lines);
        wire_free(&request);
    }
    attack_note("%zu heads, one answer each", 2 * (sizeof cases / sizeof cases[0]));
    attack_end();
}

static void keys(void) {
    static const char *const bad[] = {
        "",
        "dGhlIHNhbXBsZSBub25j",     /* 15 bytes */
        "dGhlIHNhbXBsZSBub25jZXg=", /* 17 */
        "dGhlIHNhbXBsZSBub25jZXh4", /* 18 in 24 characters, no padding */
        "dGhlIHNhbXBsZSBub25jZQ",   /* 16, not padded */
        "====dGhlIHNhbXBsZSBub25j", /* padded in front */
        "dGhlIHNhbXBsZSBub25\xff=="};
    static char request[16384], key[8001];
    const char *mark = strstr(raw_client_handshake, "Sec-WebSocket-Key: ");
    if (!attack_begin(no_options)) {
        return;
    }
    memset(key, 'A', sizeof key - 1);
    for (size_t i = 0; i <= sizeof bad / sizeof bad[0]; i++) {
        const char *value = i < sizeof bad / sizeof bad[0] ? bad[i] : key;
        snprintf(request, sizeof request, "%.*sSec-WebSocket-Key: %s%s",
                 (int)(mark - raw_client_handshake), raw_client_handshake, value,
                 strstr(mark, "\r\n"));
        int got = attack_ask(request, strlen(request));
        CHECK_FOR(got == 400, "%d instead of 400 for the key %.40s", got, value);
    }
    attack_note("%zu keys, all refused", sizeof bad / sizeof bad[0] + 1);
    attack_end();
}

/* Whether all of the log could be shown on a terminal: lines that each begin with the number of
 * their connection, and no control characters, of 7 bits, of 8, or of two bytes of UTF-8. */
static void check_log(void) {
    uint8_t before = '\n';
    size_t bad = 0, lines = 0;
    int byte;
    FILE *log = fopen(attack_server.log, "r");
    CHECK(log != NULL);
    while (log != NULL && (byte = fgetc(log)) != EOF) {
        bad += before == '\n' && byte != '#';
        bad += (byte < 0x20 && byte != '\n') || byte == 0x7f;
        bad += before == 0xc2 && byte < 0xa0;
        bad += byte >= 0x80 && byte < 0xc0 && before < 0x80;
        lines += byte == '\n';
        before = (uint8_t)byte;
    }
    if (log != NULL) {
        fclose(log);
    }
    CHECK_FOR(bad == 0, "%zu bytes or beginnings of lines in the log", bad);
    attack_note("%zu lines of log, nothing in them that a terminal obeys", lines);
}

static void log_lines(void) {
    static const char *const options[] = {"--verbose", "--origin", "https://good.example", NULL};
    static const char evil[] = "\x1b]0;owned\x07\x1b[2J\r\n#1 forged\n\xc2\x9b"
                               "31m\x7f\\\xe2\x80\xae\xe2\x80\xa9";
    struct wire frames = {0};
    char request[512];
    if (!attack_begin(options)) {
        return;
    }
    int length = snprintf(request, sizeof request, "GET /%s HTTP/1.1\r\n\r\n", evil);
    attack_ask(request, (size_t)length);
    length = snprintf(request, sizeof request, "%s / HTTP/1.1\r\nHost: a\r\n\r\n", evil);
    attack_ask(request, (size_t)length);
    check_status("Origin: \x9b\xc2\x9b"
                 "31m\r\n",
                 403);
    check_status("X-\xc2\x9b: a\r\n", 400);
    check_status("Origin: https://good.example\r\nSec-WebSocket-Protocol: chat%0d%0aX:b\r\n", 400);
    /* Text messages and the reason of a Close are UTF-8, and may hold any character of it. */
    wire_add(&frames, raw_client_handshake, strlen(raw_client_handshake) - 2);
    wire_add(&frames, "Origin: https://good.example\r\n\r\n", 32);
    wire_add_client_text(&frames, 0x81, evil);
    wire_add_client_close(&frames, 4000, evil);
    int fd = raw_client_connect(attack_server.port);
    CHECK(raw_client_send(fd, frames.bytes, frames.len));
    CHECK(process_logs(&attack_server, "closed with 4000 after 1 messages: \\x1b]0;owned\\x07"));
    close(fd);
    wire_free(&frames);
    attack_settle(0);
    check_log();
    /* U+202E turns the rest of a line round, and U+2029 begins another one. */
    CHECK_EQUAL(process_log_count(&attack_server, "\xe2\x80", "closed with 4000 "), 0);
    attack_end();
}

/* What a client asks for comes back in the head of the answer only if the server knows it. */
static void split_response(void) {
    static const char *const asked[] = {
        "Sec-WebSocket-Protocol: chat%0d%0aSet-Cookie:a=b\r\n",
        "Sec-WebSocket-Protocol: chat\\r\\nSet-Cookie:a=b\r\n",
        "Sec-WebSocket-Protocol: x-unknown, chat\"\r\n",
        "Sec-WebSocket-Protocol: \xe5\x98\x8a\xe5\x98\x8dSet-Cookie:a=b, chat\r\n",
    };
    char request[512], answer[2048];
    if (!attack_begin(no_options)) {
        return;
    }
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        check_status(asked[i], 400);
    }
    snprintf(request, sizeof request,
             "GET /%%0d%%0aSet-Cookie:%%20a=b HTTP/1.1\r\nSec-WebSocket-Protocol: x-b, chat\r\n%s",
             strstr(raw_client_handshake, "Host:"));
    int fd = raw_client_connect(attack_server.port);
    CHECK(raw_client_send_text(fd, request));
    CHECK(raw_client_read_until(fd, "\r\n\r\n", answer, sizeof answer));
    CHECK(strncmp(answer, "HTTP/1.1 101 ", 13) == 0);
    CHECK(strstr(answer, "Set-Cookie") == NULL && strstr(answer, "x-b") == NULL);
    close(fd);
    attack_note("nothing of the client's in the answer");
    attack_end();
}

const struct attack head_attacks[] = {{"foreign_origin", origins, true},
                                      {"control_characters", control_characters, true},
                                      {"smuggled_request", smuggled_requests, true},
                                      {"key_of_wrong_length", keys, true},
                                      {"log_escapes", log_lines, true},
                                      {"split_response", split_response, true},
                                      {NULL, NULL, false}};
