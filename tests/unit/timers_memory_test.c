/* The timers of step 8 when there is no memory, in a copy of the module. */
#include <stdlib.h>

static void *no_memory(void *block, size_t size) {
    (void)block;
    (void)size;
    return NULL;
}

#define realloc no_memory
#include "step08_loop/timers.c" /* NOLINT(bugprone-suspicious-include): on purpose, see above */
#undef realloc

#include "tests/support/test.h"

TEST("timers: without memory none is added") {
    struct timers timers = {0};
    struct timer timer;
    CHECK_EQUAL(timers_add(&timers, &timer, 1), -1);
    CHECK_EQUAL(timers.count, 0);
    timers_free(&timers);
}
