/* timers: deadlines, the earliest first. Step 8.
 *
 * A binary heap: an array in which the timer at place n is not earlier than the one at (n - 1) / 2,
 * so the first is the earliest, and putting one in its place takes as many steps as the heap has
 * levels.
 *
 * The deadlines are lazy. Most of them only ever move away: each message of a peer moves the time
 * when it will have been silent for too long. Such a move is one store, to `due`; the timer keeps
 * its place, which belongs to `key`, an earlier time. When that comes, it is put into its new
 * place.
 *
 * The module has no clock. Times are in ms, as clock_now() gives them.
 */
#ifndef STEP08_LOOP_TIMERS_H
#define STEP08_LOOP_TIMERS_H

#include <stddef.h>
#include <stdint.h>

/* It must not be moved while it is in a heap. */
struct timer {
    int64_t due;
    int64_t key;  /* at most `due` */
    size_t place; /* in the heap */
    void *owner;  /* for the caller */
};

/* Starts with all 0. */
struct timers {
    struct timer **heap;
    size_t count, capacity;
};

/* Adds a timer. Returns 0, or -1 without memory. */
int timers_add(struct timers *timers, struct timer *timer, int64_t due);

/* Changes the deadline of a timer. */
void timers_set(struct timers *timers, struct timer *timer, int64_t due);

/* Takes a timer out. */
void timers_remove(struct timers *timers, struct timer *timer);

/* Returns the first timer, if the time of its place has come, or NULL. If its `due` has come, too,
 * the caller does what is due, and sets or removes the timer. If its `due` is later, the caller
 * calls timers_postpone. */
struct timer *timers_first(const struct timers *timers, int64_t now);

/* Puts a timer where its `due` belongs. */
void timers_postpone(struct timers *timers, struct timer *timer);

/* Returns the time of the first place, or INT64_MAX if there is no timer: until then timers_first
 * finds none. */
int64_t timers_next(const struct timers *timers);

/* Frees the heap, but no timer. */
void timers_free(struct timers *timers);

#endif
