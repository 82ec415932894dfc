/* clock: the time that limits are measured with. */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Milliseconds since some moment in the past. This clock never jumps when somebody sets the time of
 * day, so a deadline is `clock_now() + limit`. It cannot fail. */
int64_t clock_now(void);

/* Waits on a condition as pthread_cond_wait does, but for no longer than `wait` ms, which are
 * counted by the time of day: they may be more or fewer when somebody sets it, so the caller looks
 * at clock_now() and waits again. Returns whether they are over. */
bool clock_wait(pthread_cond_t *changed, pthread_mutex_t *mutex, int64_t wait);

#endif
