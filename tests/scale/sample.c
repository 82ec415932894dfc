#include "tests/scale/sample.h"

#include "bench/measure.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum {
    INTERVAL = 20,   /* ms between two looks */
    STILL = 10,      /* looks without a change of memory that are rest */
    REST_MAX = 3000, /* ms to wait for that */
    SPARE = 200      /* descriptors beside those of the connections, on both sides */
};

void sample_keep_no_stacks(void) {
    setenv("GLIBC_TUNABLES", "glibc.pthread.stack_cache_size=0", 1);
}

void sample_keep_one_heap(void) {
    setenv("GLIBC_TUNABLES", "glibc.pthread.stack_cache_size=0:glibc.malloc.arena_max=1", 1);
}

struct sample sample_take(const struct process *process) {
    struct sample sample = {measure_memory(process->pid), measure_threads(process->pid),
                            process_descriptors(process)};
    return sample;
}

struct sample sample_at_rest(const struct process *process, const struct sample *wanted,
                             int64_t patience) {
    int64_t deadline = now() + patience;
    struct sample sample = sample_take(process);
    while ((sample.threads != wanted->threads || sample.descriptors != wanted->descriptors) &&
           now() < deadline) {
        poll(NULL, 0, INTERVAL);
        sample = sample_take(process);
    }
    deadline = now() + REST_MAX;
    for (int still = 0; still < STILL && now() < deadline;) {
        long before = sample.memory;
        poll(NULL, 0, INTERVAL);
        sample = sample_take(process);
        still = sample.memory == before ? still + 1 : 0;
    }
    return sample;
}

unsigned sample_allowed_descriptors(unsigned wanted) {
    struct rlimit limit;
    rlim_t needed = (rlim_t)wanted + SPARE;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return wanted;
    }
    if (limit.rlim_cur < needed) {
        limit.rlim_cur = limit.rlim_max < needed ? limit.rlim_max : needed;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur >= needed) {
        return wanted;
    }
    unsigned allowed = limit.rlim_cur > 2 * SPARE ? (unsigned)limit.rlim_cur - SPARE : SPARE / 2;
    printf("SKIPPED in part: a process may have only %lu descriptors here, so there are %u "
           "connections instead of %u; raise the limit first: ulimit -n %lu\n",
           (unsigned long)limit.rlim_cur, allowed, wanted, (unsigned long)needed);
    return allowed;
}

double sample_slope(const long *values, size_t count) {
    double middle = ((double)count - 1) / 2, mean = 0, above = 0, below = 0;
    for (size_t i = 0; i < count; i++) {
        mean += (double)values[i] / (double)count;
    }
    for (size_t i = 0; i < count; i++) {
        double turn = (double)i - middle;
        above += turn * ((double)values[i] - mean);
        below += turn * turn;
    }
    return below > 0 ? above / below : 0;
}
