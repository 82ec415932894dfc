/* Step 8 from outside: what a server with a loop has to do for many connections, and for the one
 * that is too many. wscheck_loop_test.sh sees that its answers are those of step 7. */
#include "tests/support/raw_client.h"
#include "tests/support/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MANY = 50 };

static struct process server;

static void begin(const char *const *options) {
    CHECK(process_start(&server, "step08_loop", options));
}

/* Asks for the line of SIGUSR1 and waits until it says this. */
static void check_told(const char *wanted) {
    int64_t end = now() + PROCESS_WAIT;
    bool found = false;
    while (!found && now() < end) {
        kill(server.pid, SIGUSR1);
        CHECK(process_logs(&server, " turns, the longest "));
        found = process_log_count(&server, wanted, " turns, the longest ") > 0;
    }
    CHECK_FOR(found, "SIGUSR1 never told '%s'", wanted);
}

static void check_echo(int fd) {
    raw_client_send_frames(fd, "81:hello");
    raw_client_expect_frames(fd, "81:hello");
}

static void check_refused(unsigned port) {
    char answer[1024];
    int fd = raw_client_connect(port);
    CHECK(raw_client_read_all(fd, answer, sizeof answer));
    CHECK_FOR(strncmp(answer, "HTTP/1.1 503 ", 13) == 0, "%s", answer);
    close(fd);
}

/* Returns whether the server opens a connection; if not, it must have answered 503. */
static bool opens(unsigned port, int *fd) {
    char head[1024];
    *fd = raw_client_connect(port);
    CHECK(raw_client_send_text(*fd, raw_client_handshake));
    CHECK(raw_client_read_until(*fd, "\r\n\r\n", head, sizeof head));
    bool is_open = strncmp(head, "HTTP/1.1 101 ", 13) == 0;
    if (!is_open) {
        CHECK_FOR(strncmp(head, "HTTP/1.1 503 ", 13) == 0, "%s", head);
        close(*fd);
    }
    return is_open;
}

static void serve_many(const char *option, const char *another) {
    int fd[MANY];
    begin((const char *const[]){option, another, NULL});
    for (size_t i = 0; i < MANY; i++) {
        fd[i] = raw_client_open(server.port);
    }
    for (size_t i = 0; i < MANY; i++) {
        check_echo(fd[i]);
    }
    check_told("50 open, 0 opening, 0 draining;");
    kill(server.pid, SIGTERM);
    for (size_t i = 0; i < MANY; i++) {
        raw_client_expect_close(fd[i], 1001, "the server is shutting down");
        close(fd[i]);
    }
    CHECK_EQUAL(process_stop(&server), 0);
}

TEST("step08: many connections in one loop, each told when it stops") {
    serve_many(NULL, NULL);
}

TEST("step08: with poll, and with several loops") {
    serve_many("--poll=poll", "--loops=3");
}

TEST("step08: SIGUSR1 tells in which states the connections are, also with --quiet") {
    begin((const char *const[]){"--quiet", "--handshake-timeout=60", NULL});
    check_told("0 open, 0 opening, 0 draining; 0 kB of memory;");
    int opening = raw_client_connect(server.port), open = raw_client_open(server.port);
    int draining = raw_client_open(server.port);
    CHECK(raw_client_send_text(opening, "GET / HTTP/1.1\r\n"));
    raw_client_send_frames(draining, "83:"); /* a reserved opcode; the end of TCP is ours to send */
    check_told("1 open, 1 opening, 1 draining;");
    close(opening);
    close(draining);
    raw_client_reset(open);
    check_told("0 open, 0 opening, 0 draining; 0 kB of memory;");
    CHECK_EQUAL(process_stop(&server), 0);
}

TEST("step08: a client that is one too many gets a 503, and the next one a place") {
    begin((const char *const[]){"--max-connections=2", NULL});
    int first = raw_client_open(server.port), second = raw_client_open(server.port);
    check_refused(server.port);
    CHECK(process_logs(&server, "#3 refused: 2 connections are open (--max-connections)"));
    raw_client_reset(first);
    CHECK(process_logs(&server, "#1 lost "));
    check_told("1 open, 0 opening, 0 draining;");
    first = raw_client_open(server.port);
    check_echo(first);
    check_echo(second);
    close(first);
    close(second);
    CHECK_EQUAL(process_stop(&server), 0);
}

TEST("step08: when descriptors run out, the client is told with the last one") {
    enum { LIMIT = 40 };
    int fd[LIMIT] = {0};
    size_t count = 0;
    if (getenv("INSTRUMENTED") != NULL) {
        return; /* valgrind does not keep to this limit */
    }
    process_limit_descriptors(LIMIT);
    begin((const char *const[]){NULL});
    while (count < LIMIT && opens(server.port, &fd[count])) {
        count++;
    }
    CHECK(count < LIMIT);
    check_refused(server.port);
    CHECK(process_logs(&server, "cannot accept connections: "));
    check_echo(fd[0]);
    close(fd[--count]);
    check_told(" 0 opening, 0 draining;");
    char wanted[64];
    snprintf(wanted, sizeof wanted, "%zu open, 0 opening, 0 draining;", count);
    check_told(wanted);
    fd[count++] = raw_client_open(server.port);
    check_echo(fd[count - 1]);
    while (count > 0) {
        close(fd[--count]);
    }
    CHECK_EQUAL(process_stop(&server), 0);
    process_limit_descriptors(0);
}

TEST("step08: a peer that does not read holds nobody up, and gets all in the end") {
    enum { LENGTH = 1 << 20, TIMES = 12 };
    static uint8_t payload[LENGTH];
    struct wire message = {0}, answers = {0};
    begin((const char *const[]){"--quiet", NULL});
    int slow = raw_client_open(server.port), other = raw_client_open(server.port);
    wire_add_client_frame(&message, 0x82, payload, LENGTH);
    size_t sent = 0;
    /* As much as the server takes without being read from. */
    for (size_t all = TIMES * message.len; sent < all;) {
        size_t at = sent % message.len;
        ssize_t count = send(slow, message.bytes + at, message.len - at, MSG_DONTWAIT);
        if (count <= 0) {
            break;
        }
        sent += (size_t)count;
        check_echo(other);
    }
    for (size_t i = 0; i < sent / message.len; i++) {
        wire_add_server_frame(&answers, 0x82, payload, LENGTH);
    }
    raw_client_expect(slow, &answers);
    check_echo(other);
    close(slow);
    close(other);
    CHECK_EQUAL(process_stop(&server), 0);
    wire_free(&message);
}

TEST("step08: a port in use is an error, also for several loops") {
    char printed[1024], port[32];
    begin((const char *const[]){NULL});
    snprintf(port, sizeof port, "--port=%u", server.port);
    CHECK_EQUAL(process_run("step08_loop", (const char *const[]){port, "--loops=2", NULL}, printed,
                            sizeof printed),
                1);
    CHECK(strstr(printed, "is in use by another program") != NULL);
    CHECK_EQUAL(process_stop(&server), 0);
}
