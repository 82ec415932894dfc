/* clock: the time that limits are measured with. */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stdint.h>

/* Milliseconds since some moment in the past. This clock never jumps when somebody sets the time of
 * day, so a deadline is `clock_now() + limit`. It cannot fail. */
int64_t clock_now(void);

#endif
