/* Step 2 from outside: every request gets its exact answer, and the answer arrives. */
#include "tests/support/raw_client.h"
#include "tests/support/test.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct process server;

/* Sends a request and reads the whole answer. It must start with `status` and hold `part`. */
static void ask_at(unsigned port, const char *request, const char *status, const char *part) {
    static char answer[65536];
    raw_client_ask(port, request, answer, sizeof answer);
    CHECK_FOR(strncmp(answer, status, strlen(status)) == 0, "%.60s\n  gets: %.60s", request,
              answer);
    CHECK_FOR(strstr(answer, part) != NULL, "%.60s\n  gets: %s", request, answer);
}

static void ask(const char *request, const char *status, const char *part) {
    ask_at(server.port, request, status, part);
}

TEST("step02: the page and other paths") {
    ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\n", "</html>");
    ask("GET /?query HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\n",
        "text/html; charset=utf-8");
    ask("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\n", "</html>");
    ask("GET / HTTP/1.0\r\n\r\n", "HTTP/1.1 200 OK\r\n", "</html>");
    ask("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404 Not Found\r\n",
        "the page is at /");
}

TEST("step02: HEAD has the same head and no body") {
    static char get[65536], head[65536];
    raw_client_ask(server.port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", get, sizeof get);
    raw_client_ask(server.port, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", head, sizeof head);
    char *length = strstr(head, "Content-Length: "), *body = strstr(get, "\r\n\r\n");
    CHECK(length != NULL && body != NULL);
    if (length != NULL && body != NULL) {
        CHECK_EQUAL(strtoul(length + 16, NULL, 10), strlen(body + 4));
        CHECK(strcmp(strstr(head, "\r\n\r\n"), "\r\n\r\n") == 0);
    }
    ask("HEAD /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404 ", "Content-Length: 41\r\n\r\n");
}

TEST("step02: other methods get 405 with Allow") {
    ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 405 Method Not Allowed", "\r\nAllow: GET, HEAD\r\n");
    ask("DELETE /x HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405 ", "answers GET and HEAD only");
}

/* One of each status; which requests get them, and with what sentence, is tested in
 * http_refused_test and http_status_test. */
TEST("step02: malformed requests get 400, 414, 431, 501 or 505") {
    static char request[9100] = "GET /";
    ask("GET / HTTP/1.1\nHost: a\r\n\r\n", "HTTP/1.1 400 ", "LF alone");
    ask("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "HTTP/1.1 501 Not Implemented\r\n", "known here is chunked");
    ask("GET / HTTP/2.0\r\nHost: a\r\n\r\n", "HTTP/1.1 505 ", "HTTP/1.1 only");
    memset(request + 5, 'x', 9000);
    ask(request, "HTTP/1.1 414 ", "longer than 8192 bytes");
    size_t len = (size_t)snprintf(request, sizeof request, "GET / HTTP/1.1\r\n");
    for (int i = 0; i < 200; i++) {
        len += (size_t)snprintf(request + len, sizeof request - len, "a: b\r\n");
    }
    ask(request, "HTTP/1.1 431 ", "more than 100 headers");
}

TEST("step02: a request in single bytes") {
    static const char request[] = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";
    char answer[1024];
    int fd = raw_client_connect(server.port);
    for (size_t i = 0; i < sizeof request - 1; i++) {
        CHECK(raw_client_send(fd, request + i, 1));
    }
    CHECK(raw_client_read_all(fd, answer, sizeof answer));
    CHECK(strncmp(answer, "HTTP/1.1 404 ", 13) == 0);
    close(fd);
}

/* Sends one byte a time without end; only the deadline for the whole head can stop that. */
TEST("step02: a dripping request gets 408") {
    char answer[1024];
    int fd = raw_client_connect(server.port);
    int64_t start = now();
    struct pollfd wait = {fd, POLLIN, 0};
    CHECK(raw_client_send_text(fd, "GET / HTTP/1.1\r\nHost: a\r\nX: "));
    while (poll(&wait, 1, 20) == 0 && now() - start < PROCESS_WAIT) {
        CHECK(raw_client_send_text(fd, "x"));
    }
    CHECK(raw_client_read_all(fd, answer, sizeof answer));
    CHECK_FOR(strncmp(answer, "HTTP/1.1 408 ", 13) == 0, "%s", answer);
    CHECK(strstr(answer, "within 0.4 seconds (--handshake-timeout)") != NULL);
    CHECK(now() - start >= 350 && now() - start < 5000);
    close(fd);
}

TEST("step02: a silent connection gets 408") {
    char answer[1024];
    int fd = raw_client_connect(server.port);
    CHECK(raw_client_read_all(fd, answer, sizeof answer));
    CHECK_FOR(strncmp(answer, "HTTP/1.1 408 ", 13) == 0, "%s", answer);
    close(fd);
}

/* The buffer is full, grows and moves before the read that finds nothing more; then the method is
 * looked at once more. */
TEST("step02: a HEAD that is late gets 408 without a body, wherever its bytes are") {
    static char request[16384 + 1];
    static const char end[] = "\r\n\r\n";
    memset(request, 'a', sizeof request - 1);
    memcpy(request, "HEAD / HTTP/1.1\r\nA:", 19);
    for (size_t length = 2048; length < sizeof request - 1; length *= 2) {
        char answer[1024];
        int fd = raw_client_connect(server.port);
        CHECK(raw_client_send(fd, request, length));
        CHECK(raw_client_read_all(fd, answer, sizeof answer));
        CHECK_FOR(strncmp(answer, "HTTP/1.1 408 ", 13) == 0, "%s", answer);
        const char *rest = strstr(answer, end);
        CHECK_FOR(rest != NULL && strcmp(rest, end) == 0, "%s", answer);
        close(fd);
    }
}

/* The client is still sending when the answer comes. Closing the socket at once would reset the
 * connection, and the reset could overtake the answer. */
TEST("step02: an answer arrives though the client still sends") {
    static char body[1 << 20], answer[1024];
    memset(body, 'x', sizeof body);
    int fd = raw_client_connect(server.port);
    CHECK(
        raw_client_send_text(fd, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8388608\r\n\r\n"));
    for (int i = 0; i < 8; i++) {
        CHECK(raw_client_send(fd, body, sizeof body));
    }
    CHECK(raw_client_read_all(fd, answer, sizeof answer));
    CHECK(strncmp(answer, "HTTP/1.1 405 ", 13) == 0);
    close(fd);
}

TEST("step02: a client that ends its side still gets the answer") {
    char answer[1024];
    int fd = raw_client_connect(server.port);
    CHECK(raw_client_send_text(fd, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"));
    shutdown(fd, SHUT_WR);
    CHECK(raw_client_read_all(fd, answer, sizeof answer));
    CHECK(strncmp(answer, "HTTP/1.1 404 ", 13) == 0);
    close(fd);
    fd = raw_client_connect(server.port);
    CHECK(raw_client_send_text(fd, "GET /x HTTP/1.1\r\nHost: a\r\n")); /* the end is missing */
    shutdown(fd, SHUT_WR);
    CHECK(raw_client_read_all(fd, answer, sizeof answer));
    CHECK(strncmp(answer, "HTTP/1.1 400 ", 13) == 0);
    CHECK(strstr(answer, "did not arrive in full") != NULL);
    close(fd);
}

TEST("step02: the request is shown") {
    ask("GET /shown HTTP/1.1\r\nhOST: a\r\nX-Evil: \xc2\x9b \xff\r\n\r\n", "HTTP/1.1 404 ", "");
    CHECK(process_logs(&server, " GET /shown HTTP/1.1, "));
    CHECK(process_logs(&server, "   hOST: a\n"));
    CHECK(process_logs(&server, "   X-Evil: \\xc2\\x9b \\xff\n"));
}

TEST("step02: a refused request is shown") {
    ask("\r\nGET /no-host HTTP/1.1\r\nA: b\r\n\r\n", "HTTP/1.1 400 ", "no Host");
    CHECK(process_logs(&server, " refused: \"GET /no-host HTTP/1.1\"\n"));
    CHECK(process_logs(&server, " answered 400 Bad Request: The request has no Host header.\n"));
    ask("GET /\x1b[2J\xff HTTP/1.1\r\n", "HTTP/1.1 400 ", "no URI may hold");
    CHECK(process_logs(&server, " refused: \"GET /\\x1b[2J\\xff HTTP/1.1\"\n"));
    char request[400];
    snprintf(request, sizeof request, "GET /%0300d HTTP/1.1\r\n\r\n", 0);
    ask(request, "HTTP/1.1 400 ", "no Host");
    CHECK(process_logs(&server, "0000...\"\n"));
    int fd = raw_client_connect(server.port);
    CHECK(raw_client_send_text(fd, "GET /cut-off"));
    shutdown(fd, SHUT_WR);
    CHECK(process_logs(&server, " refused: \"GET /cut-off\"\n"));
    close(fd);
}

/* The first bytes of a ClientHello. What speaks TLS could not read an answer in HTTP; the log has a
 * line that people can, and not the bytes. */
TEST("step02: a client that speaks TLS gets an end and no answer") {
    static const uint8_t hello[] = {0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc};
    static const char *const arguments[] = {NULL};
    static const char last[] = "#2 answered 404 ";
    struct process other;
    if (!process_start(&other, "step02_http", arguments)) {
        return;
    }
    int fd = raw_client_connect(other.port);
    CHECK(raw_client_send(fd, hello, sizeof hello));
    raw_client_expect_end(fd);
    close(fd);
    CHECK(process_logs(&other, "#1 ended: This server does not speak TLS: use ws:// and http://"));
    ask_at(other.port, "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404 ", "");
    CHECK_EQUAL(process_log_count(&other, "refused: ", last), 0);
    CHECK_EQUAL(process_log_count(&other, "answered ", last), 1);
    CHECK_EQUAL(process_stop(&other), 0);
}

TEST("step02: GET and HEAD are told apart in the log") {
    static const char *const arguments[] = {NULL};
    struct process other;
    if (process_start(&other, "step02_http", arguments)) {
        ask_at(other.port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\n", "</html>");
        CHECK(process_logs(&other, "#1 answered 200 OK: the page\n"));
        ask_at(other.port, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\n", "");
        CHECK(process_logs(&other, "#2 answered 200 OK: the head of the page\n"));
        CHECK_EQUAL(process_stop(&other), 0);
    }
}

/* With no time at all every request would get a 408. */
TEST("step02: no time for a request is refused") {
    static const char *const options[] = {"--handshake-timeout", "0", NULL};
    char printed[1024];
    CHECK_EQUAL(process_run("step02_http", options, printed, sizeof printed), 2);
    CHECK_FOR(strstr(printed, "needs seconds from 0.001 to") != NULL, "it says: %s", printed);
}

int main(void) {
    return process_test_main(&server, "step02_http",
                             (const char *const[]){"--handshake-timeout", "0.4", NULL});
}
