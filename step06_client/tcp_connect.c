#include "step06_client/tcp_connect.h"

#include "common/clock.h"
#include "common/text.h"
#include "step01_tcp/tcp.h"
#include "step06_client/happy_eyeballs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* An attempt to connect to one address of the name. */
struct attempt {
    struct sockaddr_storage address;
    socklen_t size;
    int fd;
    bool running;
    int problem; /* EINPROGRESS while it is not decided, or why it failed; otherwise 0 */
};

/* Prepares an attempt for each address. Returns their number. */
static size_t prepare(const struct addrinfo *found, struct attempt attempts[HAPPY_EYEBALLS_MAX]) {
    size_t count = 0;
    for (; found != NULL && count < HAPPY_EYEBALLS_MAX; found = found->ai_next) {
        struct attempt *attempt = &attempts[count++];
        memset(attempt, 0, sizeof *attempt);
        memcpy(&attempt->address, found->ai_addr, found->ai_addrlen);
        attempt->size = found->ai_addrlen;
    }
    return count;
}

/* Starts an attempt. Afterwards its `problem` is 0 if it has connected already. */
static void start(struct attempt *attempt) {
    int on = 1;
    attempt->running = true;
    attempt->fd = socket(attempt->address.ss_family, SOCK_STREAM, 0);
    if (attempt->fd < 0 || fcntl(attempt->fd, F_SETFL, O_NONBLOCK) != 0) {
        attempt->problem = errno;
        return;
    }
    setsockopt(attempt->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* as the server does */
    int result = connect(attempt->fd, (struct sockaddr *)&attempt->address, attempt->size);
    attempt->problem = result == 0 ? 0 : errno == EINTR ? EINPROGRESS : errno;
}

/* Waits until an attempt has connected or failed, at most until `until`, and sets `problem` of
 * those that run: 0 if an attempt has connected. */
static void wait_for_results(struct attempt *attempts, size_t count, int64_t until) {
    struct pollfd wait[HAPPY_EYEBALLS_MAX];
    for (size_t i = 0; i < count; i++) {
        wait[i] = (struct pollfd){attempts[i].running ? attempts[i].fd : -1, POLLOUT, 0};
    }
    int64_t left = until - clock_now();
    int ready = poll(wait, (nfds_t)count, left <= 0 ? 0 : left < INT_MAX ? (int)left : INT_MAX);
    int problem = ready < 0 && errno != EINTR ? errno : EINPROGRESS;
    for (size_t i = 0; i < count; i++) {
        socklen_t size = sizeof problem;
        if (attempts[i].running) {
            attempts[i].problem = problem;
        }
        if (ready > 0 && wait[i].revents != 0) {
            getsockopt(wait[i].fd, SOL_SOCKET, SO_ERROR, &attempts[i].problem, &size);
        }
    }
}

/* Ends the attempts that have failed. Returns the descriptor of one that has connected, or -1. */
static int take_results(struct attempt *attempts, size_t count, struct happy_eyeballs *eyeballs) {
    for (struct attempt *attempt = attempts; attempt < attempts + count; attempt++) {
        if (attempt->running && attempt->problem != EINPROGRESS) {
            attempt->running = false;
            if (attempt->problem == 0) {
                return attempt->fd;
            }
            if (attempt->fd >= 0) {
                close(attempt->fd);
            }
            happy_eyeballs_failed(eyeballs);
        }
    }
    return -1;
}

/* Does what the module happy_eyeballs says, until an attempt has connected or it gives up, and ends
 * all others. Returns the descriptor of the one that has connected, or -1. */
static int connect_first(struct attempt *attempts, size_t count, int64_t deadline) {
    struct happy_eyeballs eyeballs;
    int families[HAPPY_EYEBALLS_MAX], fd = -1;
    for (size_t i = 0; i < count; i++) {
        families[i] = attempts[i].address.ss_family;
    }
    happy_eyeballs_init(&eyeballs, families, count, deadline);
    while (fd < 0) {
        size_t which = 0;
        int64_t until = deadline;
        enum happy_eyeballs_verdict verdict =
            happy_eyeballs_next(&eyeballs, clock_now(), &which, &until);
        if (verdict == HAPPY_EYEBALLS_START) {
            start(&attempts[which]);
        } else if (verdict == HAPPY_EYEBALLS_WAIT) {
            wait_for_results(attempts, count, until);
        } else {
            break;
        }
        fd = take_results(attempts, count, &eyeballs);
    }
    for (size_t i = 0; i < count; i++) {
        if (attempts[i].running) {
            close(attempts[i].fd);
        }
    }
    return fd;
}

/* Appends to `error`, of `size` bytes, why each attempt failed, as far as there is room. */
static void explain(const struct attempt *attempts, size_t count, char *error, size_t size) {
    static const char more[] = ", and more";
    size_t told = 0, refused = 0;
    if (strlen(error) + sizeof more > size) {
        return;
    }
    struct text_builder text = {error, size - sizeof more, strlen(error), true};
    for (const struct attempt *attempt = attempts; attempt < attempts + count; attempt++) {
        char name[TCP_NAME_SIZE], reason[TCP_NAME_SIZE + 128];
        if (attempt->problem == 0) {
            continue;
        }
        snprintf(reason, sizeof reason, "%s%s%s%s", told++ > 0 ? ", " : ": ",
                 count > 1 ? tcp_name(&attempt->address, name) : "", count > 1 ? ": " : "",
                 strerror(attempt->problem == EINPROGRESS ? ETIMEDOUT : attempt->problem));
        refused += attempt->problem == ECONNREFUSED;
        text_add(&text, reason);
        if (!text.fits) {
            memcpy(error + text.length, more, sizeof more);
            return;
        }
    }
    text.capacity = size;
    if (told == 0) {
        text_add(&text, ": no time was left when the name had been looked up");
    } else if (refused == told) {
        text_add(&text, "; nothing listens there (make run starts the echo server on port 8000)");
    }
}

int tcp_connect(const char *host, const char *port, int64_t deadline, char *error,
                size_t error_size) {
    struct addrinfo hints = {0}, *found;
    struct attempt attempts[HAPPY_EYEBALLS_MAX];
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    int problem = getaddrinfo(host, port, &hints, &found);
    if (problem != 0) {
        snprintf(error, error_size, "cannot find the host '%s': %s", host,
                 problem == EAI_SYSTEM ? strerror(errno) : gai_strerror(problem));
        return -1;
    }
    size_t count = prepare(found, attempts);
    freeaddrinfo(found);
    int fd = connect_first(attempts, count, deadline);
    if (fd < 0) {
        snprintf(error, error_size, "cannot connect to %s port %s", host, port);
        explain(attempts, count, error, error_size);
    }
    return fd;
}
