/* Step 1 from outside: what arrives is shown in the log, and nobody disturbs anybody else. */
#include "tests/support/lesson.h"
#include "tests/support/raw_client.h"
#include "tests/support/test.h"

#include "step01_tcp/tcp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define main lesson_main
#include "step01_tcp/main.c" /* NOLINT(bugprone-suspicious-include): see lesson.h */
#undef main

static struct process server;

TEST("step01: each chunk is shown with its length") {
    int fd = raw_client_connect(server.port);
    CHECK(raw_client_send(fd, "Hello\r\n\x01\xff", 9));
    CHECK(process_logs(&server, "read 9 bytes\n"));
    CHECK(process_logs(&server,
                       "0000  48 65 6c 6c 6f 0d 0a 01  ff                       |Hello....|\n"));
    CHECK(raw_client_send_text(fd, "0123456789abcdefX"));
    CHECK(process_logs(
        &server, "0000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|\n"));
    CHECK(process_logs(&server, "0010  58                                                |X|\n"));
    close(fd);
    CHECK(process_logs(&server, "ended by the peer; 26 bytes in all\n"));
}

TEST("step01: a reset is the end of one connection only") {
    int other = raw_client_connect(server.port);
    int fd = raw_client_connect(server.port);
    CHECK(raw_client_send_text(fd, "soon gone"));
    CHECK(process_logs(&server, "|soon gone|"));
    raw_client_reset(fd);
    CHECK(process_logs(&server, "ended: Connection reset by peer; 9 bytes in all\n"));
    CHECK(raw_client_send_text(other, "still here"));
    CHECK(process_logs(&server, "|still here|"));
    close(other);
}

static const char last_of_long_chunks[] = "; 513 bytes in all\n";

/* Sends a chunk of 512 bytes and one of 513, zeros that end with an X. */
static void send_long_chunks(const struct process *process) {
    static char bytes[514];
    for (size_t zeros = 511; zeros <= 512; zeros++) {
        int fd = raw_client_connect(process->port);
        memset(bytes, 0, zeros);
        bytes[zeros] = 'X';
        CHECK(raw_client_send(fd, bytes, zeros + 1));
        CHECK(process_logs(process, zeros == 511 ? "read 512 bytes\n" : "read 513 bytes\n"));
        close(fd);
        CHECK(process_logs(process, zeros == 511 ? "; 512 bytes in all\n" : last_of_long_chunks));
    }
}

TEST("step01: a long chunk does not flood the terminal") {
    send_long_chunks(&server);
    CHECK_EQUAL(process_log_count(&server, "  01f0  ", last_of_long_chunks), 2);
    CHECK_EQUAL(process_log_count(&server, "|...............X|", last_of_long_chunks), 1);
    CHECK_EQUAL(process_log_count(&server, "  0200  ", last_of_long_chunks), 0);
    CHECK_EQUAL(process_log_count(&server, "  ... 1 more bytes (--verbose shows them)\n",
                                  last_of_long_chunks),
                1);
}

TEST("step01: --verbose shows a long chunk whole") {
    static const char *const arguments[] = {"--verbose", NULL};
    struct process verbose;
    if (process_start(&verbose, "step01_tcp", arguments)) {
        send_long_chunks(&verbose);
        CHECK_EQUAL(process_log_count(&verbose, "  0200  58 ", last_of_long_chunks), 1);
        CHECK_EQUAL(process_log_count(&verbose, "more bytes", last_of_long_chunks), 0);
        CHECK_EQUAL(process_stop(&verbose), 0);
    }
}

/* Two connected sockets, one of them as the tcp module wants it. */
static int make_pair(struct tcp_connection *connection) {
    int fds[2] = {-1, -1};
    CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    tcp_init(connection, fds[0]);
    return fds[1];
}

TEST("tcp: a write to a peer that does not read ends") {
    struct tcp_connection connection;
    int peer = make_pair(&connection);
    static uint8_t bytes[4 << 20];
    struct iovec parts[2] = {{bytes, 100}, {bytes, sizeof bytes}};
    connection.write_timeout = 100;
    int64_t start = now();
    CHECK_EQUAL(tcp_write(&connection, parts, 2), -1);
    CHECK_EQUAL(errno, ETIMEDOUT);
    CHECK(now() - start >= 90 && now() - start < 5000);
    tcp_close(&connection);
    close(peer);
}

TEST("tcp: a write to a peer that is gone fails") {
    struct tcp_connection connection;
    int peer = make_pair(&connection);
    char text[] = "nobody reads this";
    struct iovec part = {text, sizeof text};
    close(peer);
    CHECK_EQUAL(tcp_write(&connection, &part, 1), -1);
    CHECK_EQUAL(errno, EPIPE); /* an error, and not the signal SIGPIPE, which would end this test */
    tcp_close(&connection);
}

TEST("tcp: all parts are written, however slowly they are read") {
    struct tcp_connection connection;
    int peer = make_pair(&connection);
    static uint8_t sent[1 << 20], got[1 << 20];
    for (size_t i = 0; i < sizeof sent; i++) {
        sent[i] = (uint8_t)(i * 7 + i / 251);
    }
    struct iovec parts[3] = {{sent, 1}, {sent + 1, 600000}, {sent + 600001, sizeof sent - 600001}};
    pid_t child = fork();
    if (child == 0) {
        close(peer);
        close(server.output_fd);
        int status = tcp_write(&connection, parts, 3) == 0 ? 0 : 1;
        close(connection.fd);
        _exit(status);
    }
    tcp_close(&connection);
    size_t len = 0;
    for (ssize_t count = 1; count > 0 && len < sizeof got; len += (size_t)count) {
        count = recv(peer, got + len, sizeof got - len < 3001 ? sizeof got - len : 3001, 0);
    }
    CHECK_BYTES(got, len, sent, sizeof sent);
    close(peer);
}

TEST("tcp: a read waits only so long") {
    struct tcp_connection connection;
    int peer = make_pair(&connection);
    char byte;
    int64_t start = now();
    CHECK_EQUAL(tcp_read(&connection, &byte, 1, 50), -1);
    CHECK_EQUAL(errno, ETIMEDOUT);
    CHECK(now() - start >= 40 && now() - start < 5000);
    CHECK(raw_client_send_text(peer, "x"));
    CHECK_EQUAL(tcp_read(&connection, &byte, 1, 20000), 1);
    close(peer);
    CHECK_EQUAL(tcp_read(&connection, &byte, 1, 20000), 0);
    tcp_close(&connection);
}

TEST("tcp: a stop is reported once") {
    struct tcp_connection connection;
    int peer = make_pair(&connection);
    atomic_bool stop = false;
    char byte;
    connection.stop = &stop;
    CHECK(raw_client_send_text(peer, "ab"));
    CHECK_EQUAL(tcp_read(&connection, &byte, 1, 20000), 1);
    atomic_store(&stop, true);
    CHECK_EQUAL(tcp_read(&connection, &byte, 1, 20000), -1);
    CHECK_EQUAL(errno, ECANCELED);
    CHECK_EQUAL(tcp_read(&connection, &byte, 1, 20000), 1);
    tcp_close(&connection);
    close(peer);
}

TEST("step01: no peer is waited for without end") {
    lesson_check_waits(show_chunks, false);
}

int main(void) {
    return process_test_main(&server, "step01_tcp", (const char *const[]){NULL});
}
