#include "step08_loop/timers.h"

#include <stdlib.h>

static void put(struct timers *timers, size_t place, struct timer *timer) {
    timers->heap[place] = timer;
    timer->place = place;
}

/* Puts a timer at `place`, or at the place above where it is not too late. */
static void rise(struct timers *timers, size_t place, struct timer *timer) {
    while (place > 0 && timers->heap[(place - 1) / 2]->key > timer->key) {
        put(timers, place, timers->heap[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    put(timers, place, timer);
}

/* Puts a timer at `place`, or at the place below where it is not too early. */
static void sink(struct timers *timers, size_t place, struct timer *timer) {
    size_t below;
    while ((below = 2 * place + 1) < timers->count) {
        if (below + 1 < timers->count && timers->heap[below + 1]->key < timers->heap[below]->key) {
            below++;
        }
        if (timers->heap[below]->key >= timer->key) {
            break;
        }
        put(timers, place, timers->heap[below]);
        place = below;
    }
    put(timers, place, timer);
}

int timers_add(struct timers *timers, struct timer *timer, int64_t due) {
    if (timers->count == timers->capacity) {
        size_t capacity = timers->capacity > 0 ? 2 * timers->capacity : 64;
        size_t size = sizeof timers->heap[0]; /* NOLINT(bugprone-sizeof-expression): a pointer */
        struct timer **heap = realloc(timers->heap, capacity * size);
        if (heap == NULL) {
            return -1;
        }
        timers->heap = heap;
        timers->capacity = capacity;
    }
    timer->due = timer->key = due;
    rise(timers, timers->count++, timer);
    return 0;
}

void timers_set(struct timers *timers, struct timer *timer, int64_t due) {
    timer->due = due;
    if (due < timer->key) {
        timer->key = due;
        rise(timers, timer->place, timer);
    }
}

void timers_remove(struct timers *timers, struct timer *timer) {
    struct timer *last = timers->heap[--timers->count];
    if (last != timer) {
        rise(timers, timer->place, last);
        sink(timers, last->place, last);
    }
}

struct timer *timers_first(const struct timers *timers, int64_t now) {
    return timers_next(timers) <= now ? timers->heap[0] : NULL;
}

void timers_postpone(struct timers *timers, struct timer *timer) {
    timer->key = timer->due;
    sink(timers, timer->place, timer);
}

int64_t timers_next(const struct timers *timers) {
    return timers->count > 0 ? timers->heap[0]->key : INT64_MAX;
}

void timers_free(struct timers *timers) {
    free(timers->heap);
    *timers = (struct timers){0};
}
