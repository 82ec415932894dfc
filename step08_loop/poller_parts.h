/* What poller.c needs of the three kinds of poller. */
#ifndef STEP08_LOOP_POLLER_PARTS_H
#define STEP08_LOOP_POLLER_PARTS_H

#include "step08_loop/poller.h"

/* The functions of poller.h, under the same contracts; `wait` fits into an int. Each kind has a
 * struct that begins with a struct poller. */
struct poller_kind {
    const char *name;
    struct poller *(*open)(void);
    int (*add)(struct poller *poller, int fd, unsigned wanted, void *owner);
    int (*change)(struct poller *poller, int fd, unsigned wanted, void *owner);
    void (*remove)(struct poller *poller, int fd);
    int (*wait)(struct poller *poller, struct poller_event *events, size_t most, int wait);
    void (*close)(struct poller *poller);
};

struct poller {
    const struct poller_kind *kind;
};

#if defined(__linux__)
#define POLLER_HAS_EPOLL 1
#elif defined(__APPLE__) || defined(__FreeBSD__) || defined(__NetBSD__) || defined(__OpenBSD__) || \
    defined(__DragonFly__)
#define POLLER_HAS_KQUEUE 1
#endif

extern const struct poller_kind poller_poll, poller_epoll, poller_kqueue;

#endif
