#include "step08_loop/poller_parts.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* The best one first. */
static const struct poller_kind *const kinds[] = {
#ifdef POLLER_HAS_EPOLL
    &poller_epoll,
#endif
#ifdef POLLER_HAS_KQUEUE
    &poller_kqueue,
#endif
    &poller_poll,
};

struct poller *poller_open(const char *name) {
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (name == NULL || strcmp(name, kinds[i]->name) == 0) {
            return kinds[i]->open();
        }
    }
    errno = EINVAL;
    return NULL;
}

int poller_add(struct poller *poller, int fd, unsigned wanted, void *owner) {
    return poller->kind->add(poller, fd, wanted, owner);
}

int poller_change(struct poller *poller, int fd, unsigned wanted, void *owner) {
    return poller->kind->change(poller, fd, wanted, owner);
}

void poller_remove(struct poller *poller, int fd) {
    poller->kind->remove(poller, fd);
}

int poller_wait(struct poller *poller, struct poller_event *events, size_t most, int64_t wait) {
    int count = poller->kind->wait(poller, events, most,
                                   wait < 0         ? -1
                                   : wait < INT_MAX ? (int)wait
                                                    : INT_MAX);
    return count < 0 && errno == EINTR ? 0 : count;
}

void poller_close(struct poller *poller) {
    poller->kind->close(poller);
}
