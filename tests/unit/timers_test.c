/* The timers of step 8: a heap of lazy deadlines. */
#include "step08_loop/timers.h"

#include "tests/support/test.h"

#include <stdbool.h>
#include <stdint.h>

enum { COUNT = 200 };

static struct timers timers;
static struct timer timer[COUNT];

static void add_all(const int64_t *due, size_t count) {
    for (size_t i = 0; i < count; i++) {
        CHECK_EQUAL(timers_add(&timers, &timer[i], due[i]), 0);
    }
}

TEST("timers: without any, there is nothing to wait for") {
    CHECK_EQUAL(timers_next(&timers), INT64_MAX);
    CHECK(timers_first(&timers, INT64_MAX - 1) == NULL);
    timers_free(&timers);
}

TEST("timers: the earliest is the first, when its time has come") {
    add_all((const int64_t[]){50, 20, 40}, 3);
    CHECK_EQUAL(timers_next(&timers), 20);
    CHECK(timers_first(&timers, 19) == NULL);
    CHECK(timers_first(&timers, 20) == &timer[1]);
    timers_remove(&timers, &timer[1]);
    CHECK(timers_first(&timers, 100) == &timer[2]);
    timers_free(&timers);
}

TEST("timers: a later deadline is one store, an earlier one moves at once") {
    add_all((const int64_t[]){10, 20, 30}, 3);
    timers_set(&timers, &timer[0], 100);
    CHECK_EQUAL(timers_next(&timers), 10); /* still in its place */
    CHECK(timers_first(&timers, 10) == &timer[0]);
    timers_postpone(&timers, &timer[0]);
    CHECK_EQUAL(timers_next(&timers), 20);
    timers_set(&timers, &timer[2], 5);
    CHECK(timers_first(&timers, 5) == &timer[2]);
    timers_free(&timers);
}

/* Whether the heap has the timers that are in use, each with its earliest time first. */
static void check_against(const bool *used) {
    int64_t earliest = INT64_MAX;
    size_t count = 0;
    for (size_t i = 0; i < COUNT; i++) {
        if (used[i]) {
            count++;
            earliest = timer[i].key < earliest ? timer[i].key : earliest;
            CHECK(timers.heap[timer[i].place] == &timer[i]);
            CHECK(timer[i].key <= timer[i].due);
        }
    }
    CHECK_EQUAL(timers.count, count);
    CHECK_EQUAL(timers_next(&timers), earliest);
}

/* A number below `most`, the same ones in each run. */
static unsigned roll(unsigned most) {
    static uint32_t state = 1;
    state = state * 1664525 + 1013904223;
    return (unsigned)(((uint64_t)state * most) >> 32);
}

TEST("timers: any order of changes leaves the earliest first") {
    static bool used[COUNT];
    for (int step = 0; step < 20000; step++) {
        size_t i = roll(COUNT);
        int64_t due = roll(10000);
        if (!used[i]) {
            CHECK_EQUAL(timers_add(&timers, &timer[i], due), 0);
            used[i] = true;
        } else if (roll(3) == 0) {
            timers_remove(&timers, &timer[i]);
            used[i] = false;
        } else {
            timers_set(&timers, &timer[i], due);
            if (timers.heap[0] == &timer[i]) {
                timers_postpone(&timers, &timer[i]);
            }
        }
        if (step % 50 == 0) {
            check_against(used);
        }
    }
    timers_free(&timers);
}
