#include "bench/measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t measure_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Each value below 2 * HISTOGRAM_FINE has a step of its own. Above that, each power of two is
 * divided into HISTOGRAM_FINE steps. */
static size_t step_of(uint64_t value) {
    unsigned shift = 0;
    while (value >> shift >= (uint64_t)2 * HISTOGRAM_FINE) {
        shift++;
    }
    size_t step = shift * (size_t)HISTOGRAM_FINE + (size_t)(value >> shift);
    return step < HISTOGRAM_SIZE ? step : HISTOGRAM_SIZE - 1;
}

/* The middle of a step: the inverse of step_of. */
static double value_of(size_t step) {
    if (step < (size_t)2 * HISTOGRAM_FINE) {
        return (double)step;
    }
    unsigned shift = (unsigned)(step / HISTOGRAM_FINE - 1);
    return ((double)(step - shift * (size_t)HISTOGRAM_FINE) + 0.5) * (double)(UINT64_C(1) << shift);
}

void histogram_add(struct histogram *histogram, int64_t nanoseconds) {
    histogram->count[step_of(nanoseconds > 0 ? (uint64_t)nanoseconds : 0)]++;
    histogram->total++;
}

double histogram_quantile(const struct histogram *histogram, double share) {
    double wanted = share * (double)histogram->total;
    uint64_t seen = 0;
    for (size_t step = 0; step < HISTOGRAM_SIZE; step++) {
        seen += histogram->count[step];
        if (seen > 0 && (double)seen >= wanted) {
            return value_of(step);
        }
    }
    return 0;
}

int64_t measure_cpu(pid_t pid) {
    clockid_t clock;
    struct timespec used;
    if (pid == 0 || clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0) {
        return -1;
    }
    return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

/* The number after `name` in /proc/PID/FILE. */
static long number_in(pid_t pid, const char *file, const char *name) {
    char path[64], line[256];
    long number = -1;
    snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, file);
    FILE *stream = pid != 0 ? fopen(path, "r") : NULL;
    if (stream == NULL) {
        return -1;
    }
    while (number < 0 && fgets(line, sizeof line, stream) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0) {
            number = strtol(line + strlen(name), NULL, 10);
        }
    }
    fclose(stream);
    return number;
}

long measure_memory(pid_t pid) {
    return number_in(pid, "smaps_rollup", "Anonymous:");
}

long measure_threads(pid_t pid) {
    return number_in(pid, "status", "Threads:");
}
