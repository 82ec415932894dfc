#include "wscheck/listener.h"

#include "common/clock.h"
#include "wscheck/address.h"
#include "wscheck/head.h"
#include "wscheck/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    EXPECTED_MAX = 256,   /* as many as --jobs allows */
    PENDING_MAX = 64,     /* connections that have not sent their request line yet */
    PENDING_TIME = 10000, /* ms that they may take for that */
    TURN = 20,            /* ms of a wait, after which a stop is noticed */
    LINE_MAX_LENGTH = 2048
};

enum { TO_COME = -1, TAKEN = -2 };

struct expected {
    char path[80]; /* "": nothing is expected here */
    int fd;        /* or TO_COME, or TAKEN by listener_wait */
};

struct pending {
    int fd;
    int64_t deadline;
};

struct listener {
    int fd;
    char host[80];
    pthread_t thread;
    struct pending pending[PENDING_MAX]; /* of the thread alone */
    size_t pending_count;
    atomic_bool stopped;
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t changed;
    struct expected expected[EXPECTED_MAX];
};

/* Whether a request line names this path, and not a longer one that begins with it. */
static bool names(struct head_text line, const char *path) {
    const char *found = head_text_find(line, path), *end = line.start + line.length;
    const char *next = found != NULL ? found + strlen(path) : end;
    return next < end && (*next == ' ' || *next == '?');
}

/* Gives a connection to the case whose path the request line names, or to the only case if it names
 * none. Closes it if there is no such case or the case has a connection already. */
static void hand_over(struct listener *listener, int fd, struct head_text line) {
    struct expected *named = NULL, *any = NULL;
    size_t count = 0;
    pthread_mutex_lock(&listener->mutex);
    for (size_t i = 0; i < EXPECTED_MAX; i++) {
        struct expected *expected = &listener->expected[i];
        bool is_used = expected->path[0] != '\0';
        any = is_used ? expected : any;
        named = is_used && names(line, expected->path) ? expected : named;
        count += is_used;
    }
    if (named == NULL && count == 1 && head_text_find(line, "/6455/") == NULL) {
        named = any;
    }
    if (named != NULL && named->fd == TO_COME) {
        named->fd = fd;
        pthread_cond_broadcast(&listener->changed);
    } else {
        close(fd);
    }
    pthread_mutex_unlock(&listener->mutex);
}

/* Peeks at the request line and gives the connection to its case. Returns false if the line is not
 * whole yet. */
static bool assign(struct listener *listener, const struct pending *pending) {
    char line[LINE_MAX_LENGTH];
    ssize_t count = recv(pending->fd, line, sizeof line, MSG_PEEK);
    size_t length = count > 0 ? (size_t)count : 0;
    bool waits = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    const char *end = memchr(line, '\n', length);
    if (end == NULL && (waits || count > 0) && length < sizeof line &&
        clock_now() < pending->deadline) {
        return false;
    }
    hand_over(listener, pending->fd,
              (struct head_text){line, end != NULL ? (size_t)(end - line) : length});
    return true;
}

static void accept_one(struct listener *listener) {
    child_hold_forks();
    int fd = accept(listener->fd, NULL, NULL);
    if (fd >= 0) {
        fcntl(fd, F_SETFD, FD_CLOEXEC);
        fcntl(fd, F_SETFL, O_NONBLOCK);
    }
    child_release_forks();
    if (fd >= 0) {
        listener->pending[listener->pending_count++] =
            (struct pending){fd, clock_now() + PENDING_TIME};
    }
}

static void *serve(void *argument) {
    struct listener *listener = argument;
    struct timespec pause = {0, 1000000};
    while (!listener->stopped) {
        struct pollfd waits[PENDING_MAX + 1];
        size_t count = listener->pending_count, kept = 0;
        waits[0] = (struct pollfd){listener->fd, count < PENDING_MAX ? POLLIN : 0, 0};
        for (size_t i = 0; i < count; i++) {
            waits[i + 1] = (struct pollfd){listener->pending[i].fd, POLLIN, 0};
        }
        poll(waits, (unsigned)count + 1, TURN);
        for (size_t i = 0; i < count; i++) {
            if (!assign(listener, &listener->pending[i])) {
                listener->pending[kept++] = listener->pending[i];
            }
        }
        listener->pending_count = kept;
        if ((waits[0].revents & POLLIN) != 0) {
            accept_one(listener);
        } else if (kept > 0) {
            nanosleep(&pause, NULL); /* since poll returns at once if half a line has come */
        }
    }
    for (size_t i = 0; i < listener->pending_count; i++) {
        close(listener->pending[i].fd);
    }
    return NULL;
}

/* Fills in the host for URLs. A listener on all addresses is reached at the loopback address. */
static void name_host(struct listener *listener, const struct sockaddr *address, socklen_t size) {
    char host[60] = "", port[8] = "";
    getnameinfo(address, size, host, sizeof host, port, sizeof port,
                NI_NUMERICHOST | NI_NUMERICSERV);
    const char *reachable = strcmp(host, "0.0.0.0") == 0 ? "127.0.0.1"
                            : strcmp(host, "::") == 0    ? "::1"
                                                         : host;
    bool is_ipv6 = strchr(host, ':') != NULL;
    snprintf(listener->host, sizeof listener->host, is_ipv6 ? "[%s]:%s" : "%s:%s", reachable, port);
}

/* Returns 0, or -1 with errno. */
static int listen_on(struct listener *listener, const struct addrinfo *found) {
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    int on = 1;
    listener->fd = socket(found->ai_family, SOCK_STREAM, 0);
    if (listener->fd < 0) {
        return -1;
    }
    fcntl(listener->fd, F_SETFD, FD_CLOEXEC);
    fcntl(listener->fd, F_SETFL, O_NONBLOCK);
    setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener->fd, found->ai_addr, found->ai_addrlen) != 0 ||
        listen(listener->fd, 64) != 0 ||
        getsockname(listener->fd, (struct sockaddr *)&address, &size) != 0) {
        return -1;
    }
    name_host(listener, (struct sockaddr *)&address, size);
    errno = pthread_create(&listener->thread, NULL, serve, listener);
    return errno == 0 ? 0 : -1;
}

struct listener *listener_open(const char *address) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *found;
    struct address parts;
    struct listener *listener = memory_take(sizeof *listener);
    const char *problem = "it is [ADDRESS:]PORT";
    char *text = memory_text("%s%s", strchr(address, ':') != NULL ? "" : "127.0.0.1:", address);
    listener->fd = -1;
    pthread_mutex_init(&listener->mutex, NULL);
    pthread_cond_init(&listener->changed, NULL);
    if (address_split(&parts, text, text + strlen(text))) {
        int error = getaddrinfo(parts.name, parts.port, &hints, &found);
        problem = gai_strerror(error);
        if (error == 0) {
            problem = listen_on(listener, found) == 0 ? NULL : strerror(errno);
            freeaddrinfo(found);
        }
    }
    free(text);
    if (problem != NULL) {
        fprintf(stderr, "wscheck: cannot listen on '%s': %s; --listen 0 picks a free port\n",
                address, problem);
        if (listener->fd >= 0) {
            close(listener->fd);
        }
        free(listener);
        return NULL;
    }
    return listener;
}

const char *listener_host(const struct listener *listener) {
    return listener->host;
}

void listener_close(struct listener *listener) {
    listener->stopped = true;
    pthread_join(listener->thread, NULL);
    close(listener->fd);
    free(listener);
}

unsigned listener_expect(struct listener *listener, const char *path) {
    unsigned place = 0;
    pthread_mutex_lock(&listener->mutex);
    while (place + 1 < EXPECTED_MAX && listener->expected[place].path[0] != '\0') {
        place++;
    }
    struct expected *expected = &listener->expected[place];
    expected->fd = TO_COME;
    snprintf(expected->path, sizeof expected->path, "%s", path);
    pthread_mutex_unlock(&listener->mutex);
    return place + 1;
}

void listener_forget(struct listener *listener, unsigned place) {
    struct expected *expected = &listener->expected[place - 1];
    pthread_mutex_lock(&listener->mutex);
    expected->path[0] = '\0';
    if (expected->fd >= 0) {
        close(expected->fd);
    }
    pthread_mutex_unlock(&listener->mutex);
}

int listener_wait(struct listener *listener, unsigned place, int64_t deadline,
                  struct child *child) {
    struct expected *expected = &listener->expected[place - 1];
    bool has_ended = false;
    pthread_mutex_lock(&listener->mutex);
    while (expected->fd == TO_COME && clock_now() < deadline && !has_ended) {
        if (clock_wait(&listener->changed, &listener->mutex, 100)) {
            has_ended = child != NULL && !child_is_running(child);
        }
    }
    int fd = expected->fd;
    if (fd >= 0) {
        expected->fd = TAKEN;
    }
    pthread_mutex_unlock(&listener->mutex);
    return fd;
}
