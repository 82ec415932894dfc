/* The pollers of step 8: the same tests for poll(2) and for what this system has besides. */
#include "step08_loop/poller.h"

#include "tests/support/test.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAIRS = 20 };

static const char *const names[] = {"poll", NULL};
static struct poller *poller;
static int pair[PAIRS][2];
static char owner[PAIRS];

static void begin(const char *name) {
    poller = poller_open(name);
    CHECK(poller != NULL);
    for (size_t i = 0; i < PAIRS; i++) {
        CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, pair[i]), 0);
    }
}

static void end(void) {
    for (size_t i = 0; i < PAIRS; i++) {
        close(pair[i][0]);
        close(pair[i][1]);
    }
    poller_close(poller);
}

static void send_to(size_t i) {
    CHECK_EQUAL(write(pair[i][1], "x", 1), 1);
}

/* The next wait tells just this: `ready` of owner i, or nothing if that is 0. */
static void check_next(size_t i, unsigned ready) {
    struct poller_event event = {NULL, 0};
    CHECK_EQUAL(poller_wait(poller, &event, 1, 0), ready != 0);
    CHECK_EQUAL(event.ready, ready);
    CHECK(ready == 0 || event.owner == &owner[i]);
}

#define FOR_EACH_POLLER for (size_t kind = 0; kind < 2; kind++)

TEST("poller: a name that this system does not have") {
    errno = 0;
    CHECK(poller_open("telepathy") == NULL);
    CHECK_EQUAL(errno, EINVAL);
}

TEST("poller: a descriptor is reported again for as long as it is ready") {
    FOR_EACH_POLLER {
        char byte;
        begin(names[kind]);
        CHECK_EQUAL(poller_add(poller, pair[3][0], POLLER_READ, &owner[3]), 0);
        check_next(3, 0);
        send_to(3);
        check_next(3, POLLER_READ);
        check_next(3, POLLER_READ);
        CHECK_EQUAL(read(pair[3][0], &byte, 1), 1);
        check_next(3, 0);
        end();
    }
}

TEST("poller: what is waited for can change") {
    FOR_EACH_POLLER {
        begin(names[kind]);
        CHECK_EQUAL(poller_add(poller, pair[0][0], POLLER_WRITE, &owner[0]), 0);
        check_next(0, POLLER_WRITE);
        CHECK_EQUAL(poller_change(poller, pair[0][0], POLLER_READ, &owner[1]), 0);
        check_next(0, 0);
        send_to(0);
        check_next(1, POLLER_READ);
        poller_remove(poller, pair[0][0]);
        check_next(0, 0);
        end();
    }
}

TEST("poller: an end of the stream is something to read, and after it nothing can be written") {
    FOR_EACH_POLLER {
        struct poller_event event;
        begin(names[kind]);
        CHECK_EQUAL(poller_add(poller, pair[0][0], POLLER_READ, &owner[0]), 0);
        shutdown(pair[0][1], SHUT_WR);
        check_next(0, POLLER_READ);
        CHECK_EQUAL(poller_change(poller, pair[0][0], POLLER_WRITE, &owner[0]), 0);
        close(pair[0][1]);
        pair[0][1] = dup(pair[0][0]);
        CHECK_EQUAL(poller_wait(poller, &event, 1, 0), 1);
        CHECK((event.ready & POLLER_WRITE) != 0);
        end();
    }
}

TEST("poller: with little room for events, all that are ready get their turn") {
    FOR_EACH_POLLER {
        size_t told[PAIRS] = {0};
        begin(names[kind]);
        for (size_t i = 0; i < PAIRS; i++) {
            CHECK_EQUAL(poller_add(poller, pair[i][0], POLLER_READ, &owner[i]), 0);
            send_to(i);
        }
        for (size_t i = 0; i < PAIRS / 5; i++) {
            struct poller_event events[5];
            CHECK_EQUAL(poller_wait(poller, events, 5, -1), 5);
            for (size_t at = 0; at < 5; at++) {
                told[(char *)events[at].owner - owner]++;
            }
        }
        for (size_t i = 0; i < PAIRS; i++) {
            CHECK_EQUAL(told[i], 1);
        }
        end();
    }
}

TEST("poller: a number that is used again belongs to its new owner") {
    FOR_EACH_POLLER {
        begin(names[kind]);
        for (size_t i = 0; i < 3; i++) {
            CHECK_EQUAL(poller_add(poller, pair[i][0], POLLER_READ, &owner[i]), 0);
        }
        poller_remove(poller, pair[0][0]);
        close(pair[0][0]);
        pair[0][0] = dup(pair[5][0]);
        CHECK_EQUAL(poller_add(poller, pair[0][0], POLLER_READ, &owner[5]), 0);
        send_to(5);
        check_next(5, POLLER_READ);
        end();
    }
}

TEST("poller: to forget a descriptor that is not there changes nothing") {
    FOR_EACH_POLLER {
        begin(names[kind]);
        poller_remove(poller, pair[1][0]);
        CHECK_EQUAL(poller_add(poller, pair[0][0], POLLER_READ, &owner[0]), 0);
        poller_remove(poller, pair[1][0]);
        poller_remove(poller, 100000);
        send_to(0);
        check_next(0, POLLER_READ);
        CHECK_EQUAL(poller_add(poller, pair[2][0], POLLER_READ, &owner[2]), 0);
        poller_remove(poller, pair[2][0]);
        poller_remove(poller, pair[2][0]);
        check_next(0, POLLER_READ);
        end();
    }
}

TEST("poller: many descriptors, with large numbers") {
    FOR_EACH_POLLER {
        int copy[300];
        begin(names[kind]);
        for (size_t i = 0; i < 300; i++) {
            copy[i] = dup(pair[i % PAIRS][0]);
            CHECK_EQUAL(poller_add(poller, copy[i], POLLER_READ, &owner[i % PAIRS]), 0);
        }
        for (size_t i = 0; i < 300; i++) {
            if (i != 293) {
                poller_remove(poller, copy[i]);
                close(copy[i]);
            }
        }
        check_next(0, 0);
        send_to(293 % PAIRS);
        check_next(293 % PAIRS, POLLER_READ);
        close(copy[293]);
        end();
    }
}

TEST("poller: a wait ends when its time is over") {
    FOR_EACH_POLLER {
        struct poller_event event;
        begin(names[kind]);
        CHECK_EQUAL(poller_wait(poller, &event, 1, 1), 0);
        end();
    }
}
