#include "step06_client/connect.h"

#include "common/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Waits until the connection has come about or failed. Returns 0, or what went wrong. */
static int wait_for(int fd, int64_t deadline) {
    int problem = 0;
    socklen_t size = sizeof problem;
    struct pollfd wait = {fd, POLLOUT, 0};
    int ready;
    do {
        int64_t left = deadline - clock_now();
        ready = poll(&wait, 1, left <= 0 ? 0 : left < INT_MAX ? (int)left : INT_MAX);
    } while (ready < 0 && errno == EINTR);
    if (ready == 0) {
        return ETIMEDOUT;
    }
    return ready < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &size) != 0 ? errno
                                                                                   : problem;
}

/* Tries one address. Returns a descriptor, or -1 with errno. */
static int connect_one(const struct addrinfo *address, int64_t deadline) {
    int fd = socket(address->ai_family, SOCK_STREAM, 0);
    if (fd < 0) {
        return -1;
    }
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* as on the server's side */
    int problem = 0;
    if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
        problem = errno;
    } else if (connect(fd, address->ai_addr, address->ai_addrlen) != 0) {
        problem = errno == EINPROGRESS || errno == EINTR ? wait_for(fd, deadline) : errno;
    }
    if (problem == 0) {
        return fd;
    }
    close(fd);
    errno = problem;
    return -1;
}

int connect_to(const char *host, const char *port, int64_t deadline, char *error,
               size_t error_size) {
    struct addrinfo hints = {0}, *addresses;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    int problem = getaddrinfo(host, port, &hints, &addresses);
    if (problem != 0) {
        snprintf(error, error_size, "cannot find the host '%s': %s", host,
                 problem == EAI_SYSTEM ? strerror(errno) : gai_strerror(problem));
        return -1;
    }
    int fd = -1;
    for (struct addrinfo *next = addresses; next != NULL && fd < 0; next = next->ai_next) {
        fd = connect_one(next, deadline);
    }
    problem = errno;
    freeaddrinfo(addresses);
    if (fd < 0) {
        snprintf(error, error_size, "cannot connect to %s port %s: %s%s", host, port,
                 strerror(problem),
                 problem == ECONNREFUSED ? "; nothing listens there (make run starts the echo "
                                           "server on port 8000)"
                                         : "");
    }
    return fd;
}
