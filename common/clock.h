/* clock: the time with which deadlines are measured. */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Returns the milliseconds since some moment in the past. Setting the time of day does not change
 * this clock, so a deadline is `clock_now() + limit`. It cannot fail. */
int64_t clock_now(void);

/* The same in microseconds, for work that is cut into slices. */
int64_t clock_microseconds(void);

/* Waits on a condition as pthread_cond_wait does, but for at most `wait` ms. Returns whether that
 * time has passed. It is measured by the time of day, so it is shorter or longer if somebody sets
 * that: the caller compares clock_now() with its deadline and waits again. */
bool clock_wait(pthread_cond_t *changed, pthread_mutex_t *mutex, int64_t wait);

#endif
