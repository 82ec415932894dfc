#include "tests/support/raw_client.h"

#include "tests/support/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

const char raw_client_handshake[] = "GET /test HTTP/1.1\r\n"
                                    "Host: 127.0.0.1\r\n"
                                    "Upgrade: websocket\r\n"
                                    "Connection: Upgrade\r\n"
                                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                    "Sec-WebSocket-Version: 13\r\n"
                                    "\r\n";

int raw_client_try_connect(unsigned port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd >= 0) {
        fcntl(fd, F_SETFD, FD_CLOEXEC); /* a server that is started later must not have it */
    }
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        int problem = errno;
        close(fd);
        errno = problem;
        return -1;
    }
    return fd;
}

int raw_client_connect(unsigned port) {
    int fd = raw_client_try_connect(port);
    CHECK_FOR(fd >= 0, "cannot connect to port %u: %s", port, strerror(errno));
    return fd;
}

/* Waits until the socket is ready; returns whether it is in time. */
static bool wait_for(int fd, short events, int64_t deadline) {
    struct pollfd wait = {fd, events, 0};
    int64_t left = deadline - now();
    return left > 0 && poll(&wait, 1, (int)left) > 0;
}

bool raw_client_send(int fd, const void *bytes, size_t len) {
    int64_t deadline = now() + PROCESS_WAIT;
    const uint8_t *next = bytes;
    while (len > 0) {
        if (!wait_for(fd, POLLOUT, deadline)) {
            return false;
        }
        ssize_t count = send(fd, next, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0 && errno != EAGAIN && errno != EINTR) {
            return false;
        }
        next += count > 0 ? count : 0;
        len -= count > 0 ? (size_t)count : 0;
    }
    return true;
}

bool raw_client_send_text(int fd, const char *text) {
    return raw_client_send(fd, text, strlen(text));
}

bool raw_client_read_all(int fd, char *text, size_t size) {
    int64_t deadline = now() + PROCESS_WAIT;
    size_t len = 0;
    text[0] = '\0';
    while (wait_for(fd, POLLIN, deadline)) {
        char rest[4096];
        ssize_t count = recv(fd, rest, sizeof rest, 0);
        if (count <= 0) {
            return count == 0;
        }
        size_t take = (size_t)count < size - 1 - len ? (size_t)count : size - 1 - len;
        memcpy(text + len, rest, take);
        len += take;
        text[len] = '\0';
    }
    return false;
}

void raw_client_ask(unsigned port, const char *request, char *answer, size_t size) {
    int fd = raw_client_connect(port);
    CHECK(raw_client_send_text(fd, request));
    CHECK_FOR(raw_client_read_all(fd, answer, size), "no orderly end after: %.60s", request);
    close(fd);
}

bool raw_client_read_until(int fd, const char *until, char *text, size_t size) {
    int64_t deadline = now() + PROCESS_WAIT;
    size_t len = 0;
    text[0] = '\0';
    while (len + 1 < size && wait_for(fd, POLLIN, deadline)) {
        /* A look at what is there, and then only as much of it is taken as is wanted. */
        ssize_t seen = recv(fd, text + len, size - 1 - len, MSG_PEEK);
        if (seen <= 0) {
            return false;
        }
        text[len + (size_t)seen] = '\0';
        const char *found = strstr(text, until);
        size_t take = found != NULL ? (size_t)(found - text) + strlen(until) - len : (size_t)seen;
        if (recv(fd, text + len, take, 0) != (ssize_t)take) {
            return false;
        }
        len += take;
        text[len] = '\0';
        if (found != NULL) {
            return true;
        }
    }
    return false;
}

void raw_client_expect(int fd, struct wire *wanted) {
    int64_t deadline = now() + PROCESS_WAIT;
    uint8_t *got = malloc(wanted->len + 1);
    size_t len = 0;
    while (got != NULL && len < wanted->len && wait_for(fd, POLLIN, deadline)) {
        ssize_t count = recv(fd, got + len, wanted->len - len, 0);
        if (count <= 0) {
            break;
        }
        len += (size_t)count;
    }
    CHECK_BYTES(got, len, wanted->bytes, wanted->len);
    free(got);
    wire_free(wanted);
}

void raw_client_send_frames(int fd, const char *frames) {
    struct wire wire = {0};
    wire_add_frames(&wire, true, frames);
    CHECK(raw_client_send(fd, wire.bytes, wire.len));
    wire_free(&wire);
}

void raw_client_expect_frames(int fd, const char *frames) {
    struct wire wanted = {0};
    wire_add_frames(&wanted, false, frames);
    raw_client_expect(fd, &wanted);
}

void raw_client_expect_close(int fd, unsigned code, const char *reason) {
    struct wire wanted = {0};
    wire_add_server_close(&wanted, code, reason);
    raw_client_expect(fd, &wanted);
}

void raw_client_expect_end(int fd) {
    uint8_t byte;
    bool ready = wait_for(fd, POLLIN, now() + PROCESS_WAIT);
    ssize_t count = ready ? recv(fd, &byte, 1, 0) : -2;
    CHECK_FOR(count == 0, "instead of the end of the stream: %s",
              count == -2  ? "nothing"
              : count == 1 ? "more bytes"
                           : strerror(errno));
}

int raw_client_listen(unsigned *port) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(bind(listener, (struct sockaddr *)&address, sizeof address) == 0 &&
          listen(listener, 1) == 0 &&
          getsockname(listener, (struct sockaddr *)&address, &size) == 0);
    *port = ntohs(address.sin_port);
    return listener;
}

int raw_client_open(unsigned port) {
    char response[1024];
    int fd = raw_client_connect(port);
    if (fd < 0) {
        return -1;
    }
    bool good = raw_client_send_text(fd, raw_client_handshake) &&
                raw_client_read_until(fd, "\r\n\r\n", response, sizeof response) &&
                strncmp(response, "HTTP/1.1 101 ", 13) == 0 &&
                strstr(response, "\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
    CHECK_FOR(good, "no 101 but: %s", response);
    if (!good) {
        close(fd);
        return -1;
    }
    return fd;
}

void raw_client_reset(int fd) {
    struct linger linger = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(fd);
}
