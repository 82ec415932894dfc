/* measure: time, latencies, and what a process has used.
 *
 * Latencies go into a histogram whose steps are a 64th of the value, so a percentile is exact to
 * about 1.6 % and recording one costs a few nanoseconds however many there are.
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

/* Nanoseconds of a clock that only goes forward. */
int64_t measure_now(void);

/* Adds one latency in nanoseconds; less than nothing counts as nothing, more than 9 minutes as
 * that. */
void histogram_add(struct histogram *histogram, int64_t nanoseconds);

/* The latency in nanoseconds that this share (0.5, 0.99) of all stays within; 0 without any. */
double histogram_quantile(const struct histogram *histogram, double share);

/* Processor time in nanoseconds that all threads of a process have used, of those that ended as
 * well; -1 when the process cannot be asked. */
int64_t measure_cpu(pid_t pid);

/* Kilobytes of anonymous memory that a process has in RAM: heap and stacks, not the program file or
 * the kernel's socket buffers; -1 without /proc. */
long measure_memory(pid_t pid);

/* The number of its threads; -1 without /proc. */
long measure_threads(pid_t pid);

#endif
