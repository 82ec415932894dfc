/* The poller with epoll(7), on Linux. */
#include "step08_loop/poller_parts.h"

#ifdef POLLER_HAS_EPOLL

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { AT_ONCE = 256 }; /* events from one call */

struct epoll {
    struct poller poller;
    int fd;
};

static struct poller *open_epoll(void) {
    struct epoll *epoll = malloc(sizeof *epoll);
    if (epoll == NULL) {
        return NULL;
    }
    epoll->poller.kind = &poller_epoll;
    epoll->fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll->fd < 0) {
        int problem = errno;
        free(epoll);
        errno = problem;
        return NULL;
    }
    return (struct poller *)epoll;
}

static int control(struct poller *poller, int operation, int fd, unsigned wanted, void *owner) {
    struct epoll_event event = {.data.ptr = owner};
    event.events = ((wanted & POLLER_READ) != 0 ? (uint32_t)EPOLLIN : 0) |
                   ((wanted & POLLER_WRITE) != 0 ? (uint32_t)EPOLLOUT : 0);
    return epoll_ctl(((struct epoll *)poller)->fd, operation, fd, &event);
}

static int add(struct poller *poller, int fd, unsigned wanted, void *owner) {
    return control(poller, EPOLL_CTL_ADD, fd, wanted, owner);
}

static int change(struct poller *poller, int fd, unsigned wanted, void *owner) {
    return control(poller, EPOLL_CTL_MOD, fd, wanted, owner);
}

static void remove_fd(struct poller *poller, int fd) {
    control(poller, EPOLL_CTL_DEL, fd, 0, NULL);
}

static int wait_for(struct poller *poller, struct poller_event *events, size_t most, int wait) {
    struct epoll_event found[AT_ONCE];
    int room = most < AT_ONCE ? (int)most : AT_ONCE;
    int count = epoll_wait(((struct epoll *)poller)->fd, found, room, wait);
    for (int i = 0; i < count; i++) {
        uint32_t bits = found[i].events;
        bool broken = (bits & ~(uint32_t)(EPOLLIN | EPOLLOUT)) != 0;
        events[i] = (struct poller_event){
            found[i].data.ptr, (broken || (bits & EPOLLIN) != 0 ? POLLER_READ : 0) |
                                   (broken || (bits & EPOLLOUT) != 0 ? POLLER_WRITE : 0)};
    }
    return count;
}

static void close_epoll(struct poller *poller) {
    close(((struct epoll *)poller)->fd);
    free(poller);
}

const struct poller_kind poller_epoll = {"epoll",   open_epoll, add,        change,
                                         remove_fd, wait_for,   close_epoll};

#endif
