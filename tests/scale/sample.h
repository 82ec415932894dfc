/* sample: what a server holds at one moment, and whether it comes to rest again. */
#ifndef TESTS_SCALE_SAMPLE_H
#define TESTS_SCALE_SAMPLE_H

#include "tests/support/process.h"

struct sample {
    long memory; /* kB of anonymous memory in RAM, from /proc/PID/smaps_rollup: heap and stacks */
    long threads;
    long descriptors;
};

/* Servers that are started from here on give the stacks of threads back at once. By default glibc
 * keeps them for later threads, up to 40 MiB of address space. How many it keeps depends on how
 * many threads there happened to be at once, and a loss could hide behind that. */
void sample_keep_no_stacks(void);

/* The same, and they have one heap for all threads. By default glibc makes up to eight for each
 * core, and what each of them keeps creeps up for a long while, as if something were lost. */
void sample_keep_one_heap(void);

/* Looks at a server now; what cannot be had is -1. */
struct sample sample_take(const struct process *process);

/* Waits until the server has as many threads and descriptors as in `wanted`, for `patience` ms at
 * most, then until its memory does not change any more. Returns what it has at the end. */
struct sample sample_at_rest(const struct process *process, const struct sample *wanted,
                             int64_t patience);

/* Raises the limit of descriptors of this process, and of those that it starts, as far as it may be
 * raised. Returns how many of `wanted` can be had at once, beside a few that everybody needs; if
 * those are less, it says so and how to have more. */
unsigned sample_allowed_descriptors(unsigned wanted);

/* The growth of a value for each turn: the slope of the straight line that lies nearest to `count`
 * values, one for each turn (least squares). 0 for less than two. */
double sample_slope(const long *values, size_t count);

#endif
