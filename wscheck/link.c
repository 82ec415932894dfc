#include "wscheck/link.h"

#include "common/clock.h"
#include "common/process.h"
#include "wscheck/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIND_TIMEOUT = 1000 }; /* ms for each of several addresses */

const char *link_find(const char *host, const char *port, struct link_address *address) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
    int problem = getaddrinfo(host, port, &hints, &found);
    if (problem != 0) {
        return gai_strerror(problem);
    }
    bool chosen = false;
    for (const struct addrinfo *next = found; next != NULL && !chosen; next = next->ai_next) {
        memset(address, 0, sizeof *address);
        memcpy(&address->address, next->ai_addr, next->ai_addrlen);
        address->size = next->ai_addrlen;
        chosen = found->ai_next == NULL || link_accepts(address, clock_now() + FIND_TIMEOUT);
    }
    freeaddrinfo(found);
    return NULL;
}

bool link_accepts(const struct link_address *address, int64_t deadline) {
    struct link *link = memory_take(sizeof *link);
    bool open = link_open(link, address, deadline) == 0;
    link_close(link);
    free(link);
    return open;
}

void link_adopt(struct link *link, int fd) {
    int on = 1;
    link->ended = link->reset = link->broken = false;
    link->start = link->end = 0;
    link->fd = fd;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    /* Each write is sent at once, so that a case decides what arrives together. */
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int link_open(struct link *link, const struct link_address *address, int64_t deadline) {
    int problem = 0;
    socklen_t size = sizeof problem;
    link->fd = socket(address->address.ss_family, SOCK_STREAM, 0);
    if (link->fd < 0) {
        return -1;
    }
    link_adopt(link, link->fd);
    if (connect(link->fd, (const struct sockaddr *)&address->address, address->size) != 0) {
        problem = errno;
        if (problem == EINPROGRESS && link_wait(link, LINK_WRITABLE, deadline) != 0) {
            getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &problem, &size);
        } else if (problem == EINPROGRESS) {
            problem = ETIMEDOUT;
        }
    }
    if (problem != 0) {
        link_close(link);
        errno = problem;
        return -1;
    }
    return 0;
}

int link_wait(const struct link *link, int wanted, int64_t deadline) {
    struct pollfd poller = {link->fd, (short)wanted, 0};
    for (;;) {
        int64_t left = deadline - clock_now();
        int count = poll(&poller, 1, left > 0 ? (int)left : 0);
        if (count > 0) {
            bool has_ended = (poller.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
            return has_ended ? wanted : poller.revents; /* a read or write tells how */
        }
        if (count == 0 || errno != EINTR) {
            return 0;
        }
    }
}

bool link_read(struct link *link) {
    ssize_t count;
    do {
        count = recv(link->fd, link->buffer, sizeof link->buffer, 0);
    } while (count < 0 && errno == EINTR);
    link->start = 0;
    link->end = count > 0 ? (size_t)count : 0;
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK)) {
        link->ended = true;
        link->reset = link->reset || count < 0;
    }
    return count > 0;
}

const char *link_end_words(const struct link *link) {
    return link->reset ? "reset the TCP connection" : "ended the TCP stream";
}

size_t link_write(struct link *link, const uint8_t *bytes, size_t len) {
    ssize_t count;
    do {
        count = send(link->fd, bytes, len, MSG_NOSIGNAL);
    } while (count < 0 && errno == EINTR);
    if (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
        link->broken = true;
        link->reset = true; /* the error is reported only once, so a read may see a plain end */
    }
    return count > 0 ? (size_t)count : 0;
}

void link_finish(struct link *link) {
    shutdown(link->fd, SHUT_WR);
}

void link_reset(struct link *link) {
    struct linger at_once = {1, 0};
    setsockopt(link->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    link_close(link);
}

void link_close(struct link *link) {
    if (link->fd >= 0) {
        close(link->fd);
        link->fd = -1;
    }
}
