/* The tcp module: how long it waits for a peer that is slow, silent or never done. step01_test
 * holds the rest. */
#include "step01_tcp/listeners.h"

#include "tests/support/raw_client.h"
#include "tests/support/test.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What no real peer does dependably. */

/* Until this time, in ms, reading finds as much as it has room for, and after it the end. */
static int64_t flood_until;

static ssize_t test_recv(int fd, void *bytes, size_t size, int flags) {
    if (flood_until == 0) {
        return recv(fd, bytes, size, flags);
    }
    memset(bytes, 'x', size);
    return now() < flood_until ? (ssize_t)size : 0;
}

/* Once both sides of a connection are done macOS refuses to set options, and accept knows no
 * address of one that was reset before. */
static bool like_macos;

static int test_setsockopt(int fd, int level, int name, const void *value, socklen_t size) {
    if (like_macos) {
        errno = EINVAL;
        return -1;
    }
    return setsockopt(fd, level, name, value, size);
}

static int test_accept(int listener, struct sockaddr *address, socklen_t *size) {
    if (like_macos) {
        *size = 0;
        return accept(listener, NULL, NULL);
    }
    return accept(listener, address, size);
}

/* The Makefile links this copy of the module instead of the other one. */
#define recv test_recv
#define setsockopt test_setsockopt
#define accept test_accept
#include "step01_tcp/tcp.c" /* NOLINT(bugprone-suspicious-include): on purpose, see above */
#undef recv
#undef setsockopt
#undef accept

/* Two connected sockets, with little memory between them, one of them as the tcp module wants it.
 * */
static int make_pair(struct tcp_connection *connection) {
    struct listeners listeners;
    struct sockaddr_storage from;
    char error[256] = "";
    int size = 4096, opened = listeners_open(&listeners, "127.0.0.1", 0, error, sizeof error);
    CHECK_FOR(opened == 0, "%s", error);
    const struct listener *listener = &listeners.at[0];
    int peer = socket(AF_INET, SOCK_STREAM, 0);
    *connection = (struct tcp_connection){.fd = -1};
    setsockopt(peer, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    CHECK_EQUAL(
        connect(peer, (const struct sockaddr *)&listener->address, sizeof(struct sockaddr_in)), 0);
    struct pollfd wait = {listener->fd, POLLIN, 0};
    CHECK_EQUAL(poll(&wait, 1, PROCESS_WAIT), 1);
    CHECK_EQUAL(tcp_accept(listener->fd, connection, &from), 0);
    setsockopt(connection->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    listeners_close(&listeners);
    return peer;
}

/* A peer that reads `piece` bytes every `interval` ms, until the end or until it has `total`. */
struct reader {
    pthread_t thread;
    int fd, interval;
    size_t piece, total;
};

static void *read_slowly(void *argument) {
    struct reader *reader = argument;
    static char bytes[65536];
    for (ssize_t count = 1; count > 0 && reader->total > 0;) {
        poll(NULL, 0, reader->interval); /* the pace that the test is about */
        count = recv(reader->fd, bytes, reader->piece, 0);
        size_t taken = count > 0 ? (size_t)count : 0;
        reader->total -= taken < reader->total ? taken : reader->total;
    }
    return NULL;
}

/* 160 KiB at 80 KiB a second: no pause is as long as write_timeout, the whole takes twice as long,
 * and that is allowed, since it is more than TCP_WRITE_LEAST_RATE. */
TEST("tcp: a write may be slow but steady") {
    static uint8_t bytes[10 * TCP_WRITE_LEAST_RATE];
    struct tcp_connection connection;
    int peer = make_pair(&connection);
    struct reader reader = {.fd = peer, .interval = 50, .piece = 4096, .total = sizeof bytes};
    struct iovec part = {bytes, sizeof bytes};
    connection.write_timeout = 1000;
    CHECK_EQUAL(pthread_create(&reader.thread, NULL, read_slowly, &reader), 0);
    int64_t start = now();
    CHECK_EQUAL(tcp_write(&connection, &part, 1), 0);
    CHECK_FOR(now() - start > 1500, "it took only %lld ms", (long long)(now() - start));
    tcp_close(&connection);
    pthread_join(reader.thread, NULL);
    close(peer);
}

/* The peer reads 6 KiB a second, and there is progress all the time. A write of less than
 * TCP_WRITE_LEAST_RATE has no more than write_timeout ms nevertheless. */
TEST("tcp: a write does not last for ever at a drip") {
    static uint8_t bytes[TCP_WRITE_LEAST_RATE - 1];
    struct tcp_connection connection;
    int peer = make_pair(&connection);
    while (send(connection.fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0) {
    }
    struct reader reader = {.fd = peer, .interval = 20, .piece = 128, .total = 1 << 20};
    struct iovec part = {bytes, sizeof bytes};
    connection.write_timeout = 1000;
    CHECK_EQUAL(pthread_create(&reader.thread, NULL, read_slowly, &reader), 0);
    int64_t start = now();
    CHECK_EQUAL(tcp_write(&connection, &part, 1), -1);
    CHECK_EQUAL(errno, ETIMEDOUT);
    CHECK_FOR(now() - start >= 900, "it took only %lld ms", (long long)(now() - start));
    raw_client_reset(connection.fd); /* the reader need not read what is on its way */
    pthread_join(reader.thread, NULL);
    close(peer);
}

/* What the peer sent before it left can be read, and then its end. */
TEST("tcp: a socket that takes no options is read") {
    struct tcp_connection connection;
    char bytes[8];
    int peer = make_pair(&connection);
    CHECK(raw_client_send_text(peer, "last"));
    close(peer);
    like_macos = true;
    CHECK_EQUAL(tcp_read(&connection, bytes, sizeof bytes, 1000), 4);
    CHECK_EQUAL(tcp_read(&connection, bytes, sizeof bytes, 1000), 0);
    like_macos = false;
    tcp_close(&connection);
}

TEST("tcp: a peer without an address has a name") {
    struct listeners listeners;
    struct tcp_connection connection = {.fd = -1};
    struct sockaddr_storage from;
    char name[TCP_NAME_SIZE], error[256];
    memset(&from, 'x', sizeof from);
    CHECK_EQUAL(listeners_open(&listeners, "127.0.0.1", 0, error, sizeof error), 0);
    int peer =
        raw_client_connect(ntohs(((struct sockaddr_in *)&listeners.at[0].address)->sin_port));
    struct pollfd wait = {listeners.at[0].fd, POLLIN, 0};
    CHECK_EQUAL(poll(&wait, 1, PROCESS_WAIT), 1);
    like_macos = true;
    CHECK_EQUAL(tcp_accept(listeners.at[0].fd, &connection, &from), 0);
    like_macos = false;
    CHECK_FOR(strcmp(tcp_name(&from, name), "0.0.0.0:0") == 0, "%s", name);
    tcp_close(&connection);
    listeners_close(&listeners);
    close(peer);
}

TEST("tcp: a finish ends though bytes keep coming") {
    struct tcp_connection connection;
    int peer = make_pair(&connection);
    int64_t start = now();
    flood_until = start + 3000;
    tcp_finish(&connection, 200);
    flood_until = 0;
    CHECK_FOR(now() - start >= 150 && now() - start < 2000, "it took %lld ms",
              (long long)(now() - start));
    tcp_close(&connection);
    close(peer);
}

TEST("tcp: a finish ends with the peer") {
    struct tcp_connection connection;
    int peer = make_pair(&connection);
    CHECK(raw_client_send_text(peer, "the last words"));
    shutdown(peer, SHUT_WR);
    int64_t start = now();
    tcp_finish(&connection, PROCESS_WAIT);
    CHECK_FOR(now() - start < PROCESS_WAIT / 2, "it took %lld ms", (long long)(now() - start));
    raw_client_expect_end(peer); /* this side has been ended as well */
    tcp_close(&connection);
    close(peer);
}

TEST("tcp: a finish is short while the server stops") {
    struct tcp_connection connection;
    int peer = make_pair(&connection);
    atomic_bool stop = true;
    connection.stop = &stop;
    int64_t start = now();
    tcp_finish(&connection, PROCESS_WAIT);
    CHECK_FOR(now() - start >= TCP_FINISH_STOPPING - 50 && now() - start < PROCESS_WAIT / 2,
              "it took %lld ms", (long long)(now() - start));
    tcp_close(&connection);
    close(peer);
}

/* Otherwise the second of two small writes would wait until the peer has acknowledged the first. */
TEST("tcp: accepted sockets send at once (TCP_NODELAY)") {
    struct tcp_connection connection;
    int peer = make_pair(&connection), no_delay = 0;
    socklen_t size = sizeof no_delay;
    CHECK_EQUAL(getsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size), 0);
    CHECK(no_delay != 0);
    tcp_close(&connection);
    close(peer);
}
