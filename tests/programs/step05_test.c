/* Step 5 from outside: the echo server over real sockets. The protocol's rules are tested in
 * the connection tests; here it is about time, many peers at once, and answers that arrive. */
#include "step01_tcp/tcp.h"
#include "tests/support/raw_client.h"
#include "tests/support/test.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct process server;

/* Sends a message, a text without blanks, and checks that it comes back. */
static void echo(int fd, const char *text) {
    char frame[64];
    snprintf(frame, sizeof frame, "81:%s", text);
    raw_client_send_frames(fd, frame);
    raw_client_expect_frames(fd, frame);
}

/* Closes properly: both Close frames, then the server ends TCP. */
static void close_properly(int fd) {
    raw_client_send_frames(fd, "88=03e8");
    raw_client_expect_frames(fd, "88=03e8");
    raw_client_expect_end(fd);
    close(fd);
}

/* Starts a server of its own with one option for a test, or returns false. */
static bool start(struct process *process, const char *option, const char *value) {
    const char *const arguments[] = {option, value, NULL};
    return process_start(process, "step05_echo", arguments);
}

TEST("step05: messages come back") {
    int fd = raw_client_open(server.port);
    echo(fd, "hello");
    echo(fd, "");
    echo(fd, "Gr\xc3\xbc\xc3\x9f"
             "e\xe2\x82\xac\xf0\x9f\x98\x80");
    close_properly(fd);
    CHECK(process_logs(&server, "closed with 1000 after 3 messages"));
}

TEST("step05: large messages come back") {
    static uint8_t payload[3 << 20];
    struct wire sent = {0}, wanted = {0};
    for (size_t i = 0; i < sizeof payload; i++) {
        payload[i] = (uint8_t)(i * 13 + i / 249);
    }
    wire_add_client_frame(&sent, 0x82, payload, sizeof payload);
    for (size_t at = 0; at < sizeof payload; at += 1 << 16) { /* and in 48 fragments */
        unsigned fin = at + (1 << 16) == sizeof payload ? 0x80 : 0;
        wire_add_client_frame(&sent, (uint8_t)(fin | (at == 0 ? 2 : 0)), payload + at, 1 << 16);
    }
    wire_add_server_frame(&wanted, 0x82, payload, sizeof payload);
    wire_add_server_frame(&wanted, 0x82, payload, sizeof payload);
    int fd = raw_client_open(server.port);
    /* A second process sends, since this one reads at the same time. */
    pid_t child = fork();
    if (child == 0) {
        bool good = raw_client_send(fd, sent.bytes, sent.len);
        close(fd);
        close(server.output_fd);
        _exit(good ? 0 : 1);
    }
    raw_client_expect(fd, &wanted);
    wire_free(&sent);
    close_properly(fd);
}

/* One after the other, then all at once: freed blocks may make the C library keep later ones. */
TEST("step05: the memory of large messages is given back") {
    enum { CROWD = 6, KEPT_MAX = 8 * 1024 /* kB; one message alone is half of that */ };
    static const uint8_t payload[4 << 20];
    struct process own;
    struct wire large = {0};
    int fds[CROWD];
    if (process_is_instrumented()) {
        printf("instrumented: the memory of such a program says nothing; not tried\n");
        return;
    }
    if (!start(&own, "--quiet", NULL)) {
        return;
    }
    long before = process_status(&own, "RssAnon:"), kept = 0;
    wire_add_client_frame(&large, 0x82, payload, sizeof payload);
    for (size_t crowd = 1; crowd <= CROWD; crowd += CROWD - 1) {
        for (size_t i = 0; i < crowd; i++) {
            fds[i] = raw_client_open(own.port);
            CHECK(raw_client_send(fds[i], large.bytes, large.len));
        }
        for (size_t i = 0; i < crowd; i++) {
            struct wire wanted = {0};
            wire_add_server_frame(&wanted, 0x82, payload, sizeof payload);
            raw_client_expect(fds[i], &wanted);
        }
        for (size_t i = 0; i < crowd; i++) {
            close_properly(fds[i]);
        }
    }
    for (int64_t end = now() + 2000; now() < end; poll(NULL, 0, 10)) {
        kept = process_status(&own, "RssAnon:") - before;
        if (kept <= KEPT_MAX) {
            break;
        }
    }
    CHECK_FOR(kept <= KEPT_MAX, "%ld kB stay", kept);
    wire_free(&large);
    CHECK_EQUAL(process_stop(&own), 0);
}

TEST("step05: frames in the segment of the request are answered") {
    struct wire segment = {0};
    char response[1024];
    wire_add(&segment, raw_client_handshake, strlen(raw_client_handshake));
    wire_add_frames(&segment, true, "81:early 89:bird");
    int fd = raw_client_connect(server.port);
    CHECK(raw_client_send(fd, segment.bytes, segment.len));
    CHECK(raw_client_read_until(fd, "\r\n\r\n", response, sizeof response));
    raw_client_expect_frames(fd, "81:early 8a:bird");
    wire_free(&segment);
    close_properly(fd);
}

TEST("step05: TCP ends at once after the closing handshake (7.1.1)") {
    int64_t took = TCP_FINISH_TIMEOUT;
    for (int i = 0; i < 10 && took >= TCP_FINISH_TIMEOUT; i++) { /* the machine may be slow */
        int fd = raw_client_open(server.port);
        int64_t begin = now();
        close_properly(fd);
        took = now() - begin;
    }
    CHECK_FOR(took < TCP_FINISH_TIMEOUT, "it took %lld ms", (long long)took);
}

/* Sends `bad`, then goes on sending megabytes as if nothing had happened, and reads only then: the
 * Close must be there, with the right code, and after it an orderly end. */
static void check_failure_arrives(const char *bad, unsigned code, const char *sentence) {
    static const uint8_t more[1 << 20];
    int fd = raw_client_open(server.port);
    raw_client_send_frames(fd, bad);
    for (int i = 0; i < 8; i++) {
        CHECK(raw_client_send(fd, more, sizeof more));
    }
    raw_client_expect_close(fd, code, sentence);
    raw_client_expect_end(fd);
    close(fd);
}

TEST("step05: the reason of a failure arrives (7.1.7)") {
    check_failure_arrives("x810548656c6c6f", 1002, "a client must mask its frames (5.1)");
    check_failure_arrives("x81ff0000000000800000 x00000000 x61ff", /* the second byte of 8 MiB */
                          1007, "a text message must be UTF-8 (8.1)");
    check_failure_arrives("x82ff0000000001000001 x00000000", /* 16 MiB and one byte */
                          1009, "the message is larger than the limit");
    CHECK(process_logs(&server, "failed with 1002 after 0 messages: a client must mask"));
}

TEST("step05: an end without Close is logged") {
    struct wire half = {0};
    wire_add_client_text(&half, 0x81, "cut off");
    int fd = raw_client_open(server.port);
    CHECK(raw_client_send(fd, half.bytes, half.len - 3));
    close(fd);
    CHECK(process_logs(&server, "lost after 0 messages: closed by the peer without a Close\n"));
    fd = raw_client_open(server.port);
    CHECK(raw_client_send(fd, half.bytes, half.len - 3));
    raw_client_reset(fd);
    CHECK(process_logs(&server, "lost after 0 messages: Connection reset by peer\n"));
    wire_free(&half);
}

/* Connections that stall in every phase, and one that asks for much and reads nothing: another one
 * is served as if they were not there. */
TEST("step05: a stalled connection delays no other") {
    static const char *const frames[] = {
        "", "x81", "x81fe01", "x81ff00000000", "x818537fa", "x818537fa213d7f9f", "01:Hello"};
    enum { FRAMES = sizeof frames / sizeof frames[0] };
    int stalled[FRAMES + 3];
    stalled[FRAMES] = raw_client_connect(server.port); /* says nothing */
    stalled[FRAMES + 1] = raw_client_connect(server.port);
    CHECK(raw_client_send(stalled[FRAMES + 1], raw_client_handshake, 40)); /* half a request */
    for (size_t i = 0; i < FRAMES; i++) {
        stalled[i] = raw_client_open(server.port);
        raw_client_send_frames(stalled[i], frames[i]);
    }
    static const uint8_t payload[12 << 20];
    struct wire large = {0};
    wire_add_client_frame(&large, 0x82, payload, sizeof payload);
    stalled[FRAMES + 2] = raw_client_open(server.port); /* reads nothing of 12 MiB */
    CHECK(raw_client_send(stalled[FRAMES + 2], large.bytes, large.len));
    wire_free(&large);

    for (int i = 0; i < 20; i++) {
        int64_t begin = now();
        int fd = raw_client_open(server.port);
        echo(fd, "not-delayed");
        close_properly(fd);
        CHECK_FOR(now() - begin < 5000, "it took %lld ms", (long long)(now() - begin));
    }
    for (size_t i = 0; i < FRAMES + 3; i++) {
        close(stalled[i]);
    }
}

TEST("step05: a silent peer is pinged and then given up") {
    struct process own;
    if (!start(&own, "--ping-interval", "1")) { /* this test may be late by as much */
        return;
    }
    int fd = raw_client_open(own.port);
    for (int i = 0; i < 2; i++) { /* as long as it answers, it stays */
        raw_client_expect_frames(fd, "89:");
        raw_client_send_frames(fd, "8a:");
    }
    int64_t begin = now();
    raw_client_expect_frames(fd, "89:");
    raw_client_expect_end(fd);
    CHECK_FOR(now() - begin >= 1750 && now() - begin < PROCESS_WAIT / 2, "after %lld ms",
              (long long)(now() - begin));
    CHECK(process_logs(&own, "lost after 0 messages: no answer to a ping\n"));
    close(fd);
    CHECK_EQUAL(process_stop(&own), 0);
}

TEST("step05: an idle peer is told 1001, whatever it answers") {
    struct process own;
    if (!start(&own, "--idle-timeout", "2")) {
        return;
    }
    int fd = raw_client_open(own.port);
    int64_t begin = now();
    struct pollfd wait = {fd, POLLIN, 0};
    for (int i = 0; i < 3; i++) { /* each message starts the time anew */
        echo(fd, "message");
        CHECK_EQUAL(poll(&wait, 1, 800), 0); /* there is time left, also on a slow machine */
    }
    while (poll(&wait, 1, 50) == 0 && now() - begin < PROCESS_WAIT) {
        raw_client_send_frames(fd, "8a:"); /* pongs are no messages */
    }
    CHECK_FOR(now() - begin >= 3500 && now() - begin < PROCESS_WAIT / 2, "after %lld ms",
              (long long)(now() - begin));
    raw_client_expect_close(fd, 1001, "no message for too long");
    /* This peer never replies to the Close and goes on sending; that does not hold the server. */
    begin = now();
    while (poll(&wait, 1, 20) == 0 && now() - begin < PROCESS_WAIT) {
        raw_client_send_frames(fd, "8a:");
    }
    CHECK_FOR(now() - begin >= 1500 && now() - begin < PROCESS_WAIT / 2, "it took %lld ms",
              (long long)(now() - begin));
    char more[16];
    raw_client_read_all(fd, more, sizeof more); /* by a reset, if it has not read the last pong */
    CHECK_EQUAL(more[0], '\0');
    CHECK(process_logs(&own, "lost after 3 messages: no reply to our Close\n"));
    close(fd);
    CHECK_EQUAL(process_stop(&own), 0);
}

/* SIGTERM: an open connection is told 1001 and may finish; one that does not read is cut off in the
 * end; the process is gone in bounded time, and its port can be taken at once. */
TEST("step05: SIGTERM says goodbye") {
    static const uint8_t payload[12 << 20];
    struct process own, next;
    struct wire large = {0};
    char port[16];
    if (!start(&own, "--quiet", NULL)) {
        return;
    }
    int polite = raw_client_open(own.port), deaf = raw_client_open(own.port);
    wire_add_client_frame(&large, 0x82, payload, sizeof payload);
    CHECK(raw_client_send(deaf, large.bytes, large.len));
    echo(polite, "before");
    kill(own.pid, SIGTERM);
    raw_client_expect_close(polite, 1001, "the server is shutting down");
    raw_client_send_frames(polite, "88=03e9");
    raw_client_expect_end(polite);
    int64_t begin = now();
    CHECK_EQUAL(process_stop(&own), 0);
    CHECK_FOR(now() - begin < 6000, "it took %lld ms", (long long)(now() - begin));
    snprintf(port, sizeof port, "%u", own.port);
    if (start(&next, "--port", port)) {
        CHECK_EQUAL(next.port, own.port);
        CHECK_EQUAL(process_stop(&next), 0);
    }
    wire_free(&large);
    close(polite);
    close(deaf);
}

int main(void) {
    return process_test_main(&server, "step05_echo", (const char *const[]){NULL});
}
