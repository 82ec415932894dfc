#include "step01_tcp/tcp.h"

#include "common/clock.h"
#include "common/process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

void tcp_init(struct tcp_connection *connection, int fd) {
    memset(connection, 0, sizeof *connection);
    connection->fd = fd;
    connection->write_timeout = TCP_WRITE_TIMEOUT;
    connection->idle_timeout = TCP_IDLE_TIMEOUT;
    connection->deadline = clock_now() + TCP_TOTAL_TIMEOUT;
}

/* A listening socket carries no bytes itself. Each accept takes the first connection out of the
 * queue and returns a new socket for it. */
int tcp_accept(int listener, struct tcp_connection *connection, struct sockaddr_storage *peer) {
    socklen_t size = sizeof *peer;
    memset(peer, 0, sizeof *peer); /* macOS gives no address for a peer that is gone already */
    int fd = accept(listener, (struct sockaddr *)peer, &size);
    if (fd < 0) {
        return -1;
    }
    tcp_init(connection, fd);
    /* On Linux an accepted socket blocks; on BSD it inherits O_NONBLOCK from the listener. */
    fcntl(fd, F_SETFL, 0);
    return 0;
}

/* macOS returns EINVAL if both sides have ended the connection. That is no failure: the read or
 * write that follows does not wait, and says more. */
static int set_timeout(int fd, int option, int64_t milliseconds) {
    struct timeval time;
    time.tv_sec = (time_t)(milliseconds / 1000);
    time.tv_usec = (suseconds_t)(milliseconds % 1000 * 1000);
    return setsockopt(fd, SOL_SOCKET, option, &time, sizeof time) == 0 || errno == EINVAL ? 0 : -1;
}

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

ssize_t tcp_read(struct tcp_connection *connection, void *buffer, size_t capacity,
                 int64_t timeout) {
    /* The time-out is kept in the socket, so an ordinary read is one system call, without a poll
     * before it, and only a new time-out costs another call. */
    if (timeout != connection->read_timeout) {
        if (set_timeout(connection->fd, SO_RCVTIMEO, timeout) != 0) {
            return -1;
        }
        connection->read_timeout = timeout;
    }
    for (;;) {
        /* Report the stop once; after that, reads work again for the goodbye. */
        if (connection->stop != NULL && atomic_load(connection->stop) &&
            !atomic_exchange(&connection->stop_seen, true)) {
            errno = ECANCELED;
            return -1;
        }
        ssize_t count = recv(connection->fd, buffer, capacity, 0); /* read(2), a little cheaper */
        if (count >= 0) {
            return count;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            errno = ETIMEDOUT;
        }
        if (errno != EINTR) {
            return -1;
        }
    }
}

ssize_t tcp_read_limited(struct tcp_connection *connection, void *buffer, size_t capacity) {
    int64_t idle = connection->idle_timeout, left = connection->deadline - clock_now();
    ssize_t count = -1;
    errno = ETIMEDOUT;
    if (left > 0) {
        count = tcp_read(connection, buffer, capacity, smaller(idle, left));
    }
    if (count < 0 && errno == ETIMEDOUT && left < idle) {
        errno = EDQUOT; /* a quota of time */
    }
    return count;
}

/* An iovec is one piece of memory: a pointer and a length. The kernel sends several of them with
 * one call as if they were one block, so a head and a body need not be copied together first. It
 * may also take only some of the bytes, and then another call has to send the rest.
 *
 * Stores in `rest` what is left of the parts after their first `done` bytes. Returns how many parts
 * that are. */
static size_t skip_parts(const struct iovec *parts, size_t count, size_t done,
                         struct iovec rest[TCP_PARTS_MAX]) {
    size_t left = 0;
    for (size_t i = 0; i < count && i < TCP_PARTS_MAX; i++) {
        size_t skip = done < parts[i].iov_len ? done : parts[i].iov_len;
        done -= skip;
        if (skip < parts[i].iov_len) {
            rest[left].iov_base = (uint8_t *)parts[i].iov_base + skip;
            rest[left++].iov_len = parts[i].iov_len - skip;
        }
    }
    return left;
}

ssize_t tcp_send_parts(int fd, const struct iovec *parts, size_t count, int flags) {
    if (count == 1) {
        return send(fd, parts->iov_base, parts->iov_len,
                    flags | MSG_NOSIGNAL); /* a little cheaper */
    }
    struct msghdr message = {0};
    message.msg_iov = (struct iovec *)parts;
    message.msg_iovlen = (uint8_t)count; /* size_t in glibc, int in musl; at most TCP_PARTS_MAX */
    return sendmsg(fd, &message, flags | MSG_NOSIGNAL);
}

bool tcp_is_temporary(int problem) {
    return problem == EINTR || problem == EAGAIN || problem == EWOULDBLOCK;
}

/* The slow half of tcp_write: the kernel's buffer is full, so the peer has to read first. One bound
 * is for a peer that takes nothing, the other for one that takes a byte now and then. This is a
 * function of its own, so that its array is not on the stack in every write. */
__attribute__((noinline)) static int write_rest(struct tcp_connection *connection,
                                                const struct iovec *parts, size_t count,
                                                size_t done, size_t total) {
    int64_t seconds_for_size = (int64_t)(total / TCP_WRITE_LEAST_RATE);
    int64_t last_progress = clock_now();
    int64_t deadline = last_progress + connection->write_timeout + seconds_for_size * 1000;
    while (done < total) {
        int64_t left = smaller(last_progress + connection->write_timeout, deadline) - clock_now();
        if (left <= 0) {
            errno = ETIMEDOUT;
            return -1;
        }
        if (set_timeout(connection->fd, SO_SNDTIMEO, left) != 0) {
            return -1;
        }
        struct iovec rest[TCP_PARTS_MAX];
        size_t rest_count = skip_parts(parts, count, done, rest);
        ssize_t sent = tcp_send_parts(connection->fd, rest, rest_count, 0);
        if (sent < 0 && !tcp_is_temporary(errno)) {
            return -1;
        }
        if (sent > 0) {
            done += (size_t)sent;
            last_progress = clock_now();
        }
    }
    return 0;
}

int tcp_write(struct tcp_connection *connection, const struct iovec *parts, size_t count) {
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += parts[i].iov_len;
    }
    /* Nearly every write fits into the kernel's buffer, and this one call is enough. */
    ssize_t sent = tcp_send_parts(connection->fd, parts, count, MSG_DONTWAIT);
    if (sent < 0 && !tcp_is_temporary(errno)) {
        return -1;
    }
    size_t done = sent > 0 ? (size_t)sent : 0;
    return done == total ? 0 : write_rest(connection, parts, count, done, total);
}

void tcp_finish(struct tcp_connection *connection, int64_t timeout) {
    if (shutdown(connection->fd, SHUT_WR) != 0) {
        return;
    }
    int64_t deadline = clock_now() + timeout;
    bool stopping = false;
    char thrown_away[4096];
    for (;;) {
        if (!stopping && connection->stop != NULL && atomic_load(connection->stop)) {
            stopping = true;
            deadline = smaller(deadline, clock_now() + TCP_FINISH_STOPPING);
        }
        ssize_t count = recv(connection->fd, thrown_away, sizeof thrown_away, MSG_DONTWAIT);
        int64_t left = deadline - clock_now();
        if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) && left > 0) {
            count = tcp_read(connection, thrown_away, sizeof thrown_away, left);
        }
        bool go_on = count > 0 || (count < 0 && (errno == EINTR || errno == ECANCELED));
        if (!go_on || left < 0) {
            return;
        }
    }
}

const char *tcp_problem(int problem) {
    switch (problem) {
    case ETIMEDOUT:
        return "nothing moved for too long";
    case EDQUOT:
        return "its time is up";
    case ECANCELED:
        return "the server is stopping";
    default:
        return strerror(problem);
    }
}

void tcp_close(struct tcp_connection *connection) {
    close(connection->fd);
    connection->fd = -1;
}

char *tcp_name(const struct sockaddr_storage *address, char name[TCP_NAME_SIZE]) {
    char host[INET6_ADDRSTRLEN] = "?";
    if (address->ss_family == AF_INET6) {
        const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)address;
        inet_ntop(AF_INET6, &ipv6->sin6_addr, host, sizeof host);
        snprintf(name, TCP_NAME_SIZE, "[%s]:%u", host, (unsigned)ntohs(ipv6->sin6_port));
    } else {
        const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)address;
        inet_ntop(AF_INET, &ipv4->sin_addr, host, sizeof host);
        snprintf(name, TCP_NAME_SIZE, "%s:%u", host, (unsigned)ntohs(ipv4->sin_port));
    }
    return name;
}
