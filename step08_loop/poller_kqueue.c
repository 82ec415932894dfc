/* The poller with kqueue(2), on macOS and the BSDs. `make portable` compiles it for macOS; the
 * project's tests have not run it. */
#include "step08_loop/poller_parts.h"

#ifdef POLLER_HAS_KQUEUE

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/event.h>
#include <sys/time.h>
#include <sys/types.h>
#include <unistd.h>

enum { AT_ONCE = 256 }; /* events from one call */

struct kqueue {
    struct poller poller;
    int fd;
};

static struct poller *open_kqueue(void) {
    struct kqueue *queue = malloc(sizeof *queue);
    if (queue == NULL) {
        return NULL;
    }
    queue->poller.kind = &poller_kqueue;
    queue->fd = kqueue();
    if (queue->fd < 0) {
        int problem = errno;
        free(queue);
        errno = problem;
        return NULL;
    }
    fcntl(queue->fd, F_SETFD, FD_CLOEXEC);
    return (struct poller *)queue;
}

/* Reading and writing are two filters. One that is not wanted is deleted; if it was never there,
 * that fails, which does not matter. */
static int set(struct poller *poller, int fd, int filter, bool wanted, void *owner) {
    struct kevent change;
    EV_SET(&change, (uintptr_t)fd, (int16_t)filter, wanted ? EV_ADD : EV_DELETE, 0, 0, owner);
    int result = kevent(((struct kqueue *)poller)->fd, &change, 1, NULL, 0, NULL);
    return wanted ? result : 0;
}

static int change(struct poller *poller, int fd, unsigned wanted, void *owner) {
    bool failed = set(poller, fd, EVFILT_READ, (wanted & POLLER_READ) != 0, owner) != 0 ||
                  set(poller, fd, EVFILT_WRITE, (wanted & POLLER_WRITE) != 0, owner) != 0;
    return failed ? -1 : 0;
}

static void remove_fd(struct poller *poller, int fd) {
    change(poller, fd, 0, NULL);
}

static int wait_for(struct poller *poller, struct poller_event *events, size_t most, int wait) {
    struct kevent found[AT_ONCE];
    struct timespec limit = {wait / 1000, wait % 1000 * 1000000L};
    int room = most < AT_ONCE ? (int)most : AT_ONCE;
    int count =
        kevent(((struct kqueue *)poller)->fd, NULL, 0, found, room, wait < 0 ? NULL : &limit);
    for (int i = 0; i < count; i++) {
        unsigned ready = found[i].filter == EVFILT_READ ? POLLER_READ : POLLER_WRITE;
        events[i] = (struct poller_event){found[i].udata, ready};
    }
    return count;
}

static void close_kqueue(struct poller *poller) {
    close(((struct kqueue *)poller)->fd);
    free(poller);
}

const struct poller_kind poller_kqueue = {"kqueue",  open_kqueue, change,      change,
                                          remove_fd, wait_for,    close_kqueue};

#endif
