#include "wscheck/listener.h"

#include "common/clock.h"
#include "wscheck/child.h"
#include "wscheck/head.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    EXPECTED_MAX = 256,   /* as many as --jobs */
    PENDING_MAX = 64,     /* connections that have not said yet where they belong */
    PENDING_TIME = 10000, /* ms that they may take for it */
    TURN = 20,            /* ms; also how soon a stop is noticed */
    LINE_MAX_LENGTH = 2048
};

struct expected {
    bool used;
    char path[80];
    int fd;     /* -1 until it has come */
    bool taken; /* by listener_wait */
};

struct pending {
    int fd;
    int64_t deadline;
};

struct listener {
    int fd;
    unsigned port;
    pthread_t thread;
    struct pending pending[PENDING_MAX]; /* of the thread alone */
    size_t pending_count;
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t changed;
    bool stopped, takes_any;
    struct expected expected[EXPECTED_MAX];
};

/* Whether a request line names the path, and not only one that begins with it. */
static bool names(struct head_text line, const char *path) {
    const char *found = head_text_find(line, path), *end = line.start + line.length;
    const char *next = found != NULL ? found + strlen(path) : end;
    return next < end && (*next == ' ' || *next == '?');
}

/* The one whose path this is, or the only one if that will do. */
static struct expected *find(struct listener *listener, struct head_text line) {
    struct expected *only = NULL;
    size_t used = 0;
    for (size_t i = 0; i < EXPECTED_MAX; i++) {
        struct expected *expected = &listener->expected[i];
        if (!expected->used) {
            continue;
        }
        if (names(line, expected->path)) {
            return expected;
        }
        only = expected;
        used++;
    }
    return listener->takes_any && used == 1 && head_text_find(line, "/6455/") == NULL ? only : NULL;
}

static void hand_over(struct listener *listener, int fd, struct head_text line) {
    pthread_mutex_lock(&listener->mutex);
    struct expected *expected = find(listener, line);
    if (expected != NULL && expected->fd < 0) {
        expected->fd = fd;
        pthread_cond_broadcast(&listener->changed);
    } else {
        close(fd);
    }
    pthread_mutex_unlock(&listener->mutex);
}

/* Looks at the first line without taking it. Returns whether the connection is settled. */
static bool settle(struct listener *listener, const struct pending *pending) {
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

static bool is_stopped(struct listener *listener) {
    pthread_mutex_lock(&listener->mutex);
    bool stopped = listener->stopped;
    pthread_mutex_unlock(&listener->mutex);
    return stopped;
}

static void *serve(void *argument) {
    struct listener *listener = argument;
    struct timespec pause = {0, 1000000};
    while (!is_stopped(listener)) {
        struct pollfd waits[PENDING_MAX + 1];
        size_t count = listener->pending_count, kept = 0;
        waits[0] = (struct pollfd){listener->fd, count < PENDING_MAX ? POLLIN : 0, 0};
        for (size_t i = 0; i < count; i++) {
            waits[i + 1] = (struct pollfd){listener->pending[i].fd, POLLIN, 0};
        }
        poll(waits, (unsigned)count + 1, TURN);
        for (size_t i = 0; i < count; i++) {
            if (!settle(listener, &listener->pending[i])) {
                listener->pending[kept++] = listener->pending[i];
            }
        }
        listener->pending_count = kept;
        if ((waits[0].revents & POLLIN) != 0) {
            accept_one(listener);
        } else if (kept > 0) {
            nanosleep(&pause, NULL); /* half a line makes poll return at once */
        }
    }
    for (size_t i = 0; i < listener->pending_count; i++) {
        close(listener->pending[i].fd);
    }
    return NULL;
}

static bool listen_on(struct listener *listener, unsigned port) {
    struct sockaddr_in address = {0};
    socklen_t size = sizeof address;
    int on = 1;
    listener->fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)port);
    if (listener->fd < 0) {
        return false;
    }
    fcntl(listener->fd, F_SETFD, FD_CLOEXEC);
    fcntl(listener->fd, F_SETFL, O_NONBLOCK);
    setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bool listens = bind(listener->fd, (struct sockaddr *)&address, size) == 0 &&
                   listen(listener->fd, 64) == 0 &&
                   getsockname(listener->fd, (struct sockaddr *)&address, &size) == 0;
    listener->port = ntohs(address.sin_port);
    return listens;
}

struct listener *listener_open(unsigned port) {
    struct listener *listener = calloc(1, sizeof *listener);
    if (listener == NULL) {
        return NULL;
    }
    pthread_mutex_init(&listener->mutex, NULL);
    pthread_cond_init(&listener->changed, NULL);
    if (!listen_on(listener, port) ||
        pthread_create(&listener->thread, NULL, serve, listener) != 0) {
        int problem = errno;
        if (listener->fd >= 0) {
            close(listener->fd);
        }
        free(listener);
        errno = problem;
        return NULL;
    }
    return listener;
}

unsigned listener_port(const struct listener *listener) {
    return listener->port;
}

void listener_close(struct listener *listener) {
    pthread_mutex_lock(&listener->mutex);
    listener->stopped = true;
    pthread_mutex_unlock(&listener->mutex);
    pthread_join(listener->thread, NULL);
    close(listener->fd);
    free(listener);
}

unsigned listener_expect(struct listener *listener, const char *path) {
    unsigned place = 0;
    pthread_mutex_lock(&listener->mutex);
    while (place + 1 < EXPECTED_MAX && listener->expected[place].used) {
        place++;
    }
    struct expected *expected = &listener->expected[place];
    expected->used = true;
    expected->fd = -1;
    expected->taken = false;
    snprintf(expected->path, sizeof expected->path, "%s", path);
    pthread_mutex_unlock(&listener->mutex);
    return place;
}

int listener_wait(struct listener *listener, unsigned place, int64_t deadline,
                  bool (*is_hopeless)(void *context), void *context) {
    struct expected *expected = &listener->expected[place];
    bool hopeless = false;
    pthread_mutex_lock(&listener->mutex);
    while (expected->fd < 0 && clock_now() < deadline && !hopeless) {
        if (clock_wait(&listener->changed, &listener->mutex, 100)) {
            hopeless = is_hopeless(context);
        }
    }
    int fd = expected->fd;
    expected->taken = fd >= 0;
    pthread_mutex_unlock(&listener->mutex);
    return fd;
}

void listener_forget(struct listener *listener, unsigned place) {
    pthread_mutex_lock(&listener->mutex);
    struct expected *expected = &listener->expected[place];
    expected->used = false;
    if (expected->fd >= 0 && !expected->taken) {
        close(expected->fd);
    }
    pthread_mutex_unlock(&listener->mutex);
}

void listener_take_any(struct listener *listener) {
    pthread_mutex_lock(&listener->mutex);
    listener->takes_any = true;
    pthread_mutex_unlock(&listener->mutex);
}
