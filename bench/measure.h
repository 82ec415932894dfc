/* measure: time, latencies, and the resources that a process has used.
 *
 * Latencies are counted in a histogram whose steps are a 64th of the value. So a percentile is
 * exact to about 1.6 %, and to record a latency takes a few nanoseconds however many there are.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdint.h>
#include <sys/types.h>

enum { HISTOGRAM_FINE = 64, HISTOGRAM_SIZE = 40 * HISTOGRAM_FINE };

struct histogram {
    uint64_t count[HISTOGRAM_SIZE];
    uint64_t total;
};

/* Nanoseconds of a monotonic clock. */
int64_t measure_now(void);

/* Adds one latency in nanoseconds. A negative one counts as 0, one of more than 9 minutes as 9
 * minutes. */
void histogram_add(struct histogram *histogram, int64_t nanoseconds);

/* The latency in nanoseconds that a share of all latencies (0.5, 0.99) does not exceed; 0 if there
 * are none. */
double histogram_quantile(const struct histogram *histogram, double share);

/* Processor time in nanoseconds that all threads of a process have used, including threads that
 * have ended; -1 if it is not known. */
int64_t measure_cpu(pid_t pid);

/* Kilobytes of anonymous memory of a process that are in RAM: heap and stacks, but neither the
 * program file nor the kernel's socket buffers; -1 without /proc. */
long measure_memory(pid_t pid);

/* How many threads a process has; -1 without /proc. */
long measure_threads(pid_t pid);

#endif
