/* poller: tells which of many descriptors are ready. Step 8.
 *
 * Three system calls do this. poll(2) is the plain one, which every system has; each call hands
 * the kernel the whole list. With epoll (Linux) and kqueue (macOS, BSD) the kernel keeps the list,
 * and a call costs only as much as there is to tell.
 *
 * All are used level-triggered: a descriptor is reported again, at each wait, for as long as it is
 * ready.
 */
#ifndef STEP08_LOOP_POLLER_H
#define STEP08_LOOP_POLLER_H

#include <stddef.h>
#include <stdint.h>

enum { POLLER_READ = 1, POLLER_WRITE = 2 };

struct poller_event {
    void *owner; /* that of poller_add */
    unsigned
        ready; /* POLLER_READ, POLLER_WRITE or both; an error or hang-up is both, since the next
                     * read or write tells more */
};

struct poller;

/* Returns a poller that waits with "poll", "epoll" or "kqueue"; NULL stands for the best of this
 * system. Returns NULL with errno, which is EINVAL for a name that this system does not have. */
struct poller *poller_open(const char *name);

/* From now on waits for `wanted` on a descriptor, POLLER_READ, POLLER_WRITE or both. `owner` is not
 * NULL. Returns 0, or -1 with errno. */
int poller_add(struct poller *poller, int fd, unsigned wanted, void *owner);

/* Changes what is waited for. Returns as poller_add. */
int poller_change(struct poller *poller, int fd, unsigned wanted, void *owner);

/* Forgets a descriptor, if it is there. Call it before the descriptor is closed. */
void poller_remove(struct poller *poller, int fd);

/* Waits up to `wait` ms, without a limit if it is below 0, and stores up to `most` events. Returns
 * how many there are, 0 also after a signal, or -1 with errno. */
int poller_wait(struct poller *poller, struct poller_event *events, size_t most, int64_t wait);

void poller_close(struct poller *poller);

#endif
