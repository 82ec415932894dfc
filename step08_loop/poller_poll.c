/* The poller with poll(2). */
#include "step08_loop/poller_parts.h"

#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct list {
    struct poller poller;
    /* Entries without gaps, in any order: what poll wants, and whose they are. */
    struct pollfd *entries;
    void **owners;
    size_t count, capacity;
    size_t next;    /* the entry after the one that was reported last */
    size_t *places; /* by descriptor: where its entry is */
    size_t descriptors;
};

static struct poller *open_list(void) {
    struct list *list = calloc(1, sizeof *list);
    if (list == NULL) {
        return NULL;
    }
    list->poller.kind = &poller_poll;
    return (struct poller *)list;
}

/* Makes an array larger, for `count` elements or more. Returns 0, or -1 without memory. */
static int grow(void **array, size_t size, size_t count) {
    void *larger = realloc(*array, size * count);
    if (larger == NULL) {
        return -1;
    }
    *array = larger;
    return 0;
}

/* Makes room for one more entry, and for the place of a descriptor. */
static int make_room(struct list *list, size_t fd) {
    if (list->count == list->capacity) {
        size_t wanted = list->capacity > 0 ? 2 * list->capacity : 64;
        if (grow((void **)&list->entries, sizeof *list->entries, wanted) != 0 ||
            grow((void **)&list->owners, sizeof *list->owners, wanted) != 0) {
            return -1;
        }
        list->capacity = wanted;
    }
    if (fd >= list->descriptors) {
        size_t wanted = 2 * fd + 64, had = list->descriptors;
        if (grow((void **)&list->places, sizeof *list->places, wanted) != 0) {
            return -1;
        }
        memset(list->places + had, 0, (wanted - had) * sizeof *list->places);
        list->descriptors = wanted;
    }
    return 0;
}

static short events_for(unsigned wanted) {
    return (short)(((wanted & POLLER_READ) != 0 ? POLLIN : 0) |
                   ((wanted & POLLER_WRITE) != 0 ? POLLOUT : 0));
}

static int add(struct poller *poller, int fd, unsigned wanted, void *owner) {
    struct list *list = (struct list *)poller;
    if (make_room(list, (size_t)fd) != 0) {
        return -1;
    }
    list->places[fd] = list->count;
    list->owners[list->count] = owner;
    list->entries[list->count++] = (struct pollfd){fd, events_for(wanted), 0};
    return 0;
}

static int change(struct poller *poller, int fd, unsigned wanted, void *owner) {
    struct list *list = (struct list *)poller;
    size_t place = list->places[fd];
    list->entries[place].events = events_for(wanted);
    list->owners[place] = owner;
    return 0;
}

/* The last entry fills the gap. */
static void remove_entry(struct poller *poller, int fd) {
    struct list *list = (struct list *)poller;
    size_t gap = (size_t)fd < list->descriptors ? list->places[fd] : 0;
    if (gap >= list->count || list->entries[gap].fd != fd) {
        return; /* it is not there */
    }
    size_t last = --list->count;
    list->entries[gap] = list->entries[last];
    list->owners[gap] = list->owners[last];
    list->places[list->entries[gap].fd] = gap;
}

static unsigned ready_for(short events) {
    bool broken = (events & ~(POLLIN | POLLOUT)) != 0;
    return (broken || (events & POLLIN) != 0 ? POLLER_READ : 0) |
           (broken || (events & POLLOUT) != 0 ? POLLER_WRITE : 0);
}

/* If more entries are ready than there is room for, the next call goes on after them, so that those
 * at the end of the list get their turn. */
static int wait_for(struct poller *poller, struct poller_event *events, size_t most, int wait) {
    struct list *list = (struct list *)poller;
    int ready = poll(list->entries, (nfds_t)list->count, wait);
    size_t found = 0, looked_at = 0;
    while (ready > 0 && found < most && found < (size_t)ready && looked_at < list->count) {
        size_t place = (list->next + looked_at++) % list->count;
        if (list->entries[place].revents != 0) {
            events[found++] =
                (struct poller_event){list->owners[place], ready_for(list->entries[place].revents)};
        }
    }
    list->next = list->count > 0 ? (list->next + looked_at) % list->count : 0;
    return ready < 0 ? -1 : (int)found;
}

static void close_list(struct poller *poller) {
    struct list *list = (struct list *)poller;
    free(list->entries);
    free(list->owners);
    free(list->places);
    free(list);
}

const struct poller_kind poller_poll = {"poll",       open_list, add,       change,
                                        remove_entry, wait_for,  close_list};
