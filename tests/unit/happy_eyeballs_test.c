/* The happy_eyeballs module: which address when, with times that are only numbers. */
#include "step06_client/happy_eyeballs.h"

#include "tests/support/test.h"

#include <string.h>

enum { DEADLINE = 10000, NEVER = -1 };

/* What the module says at a time: "start 2", "wait 250" or "give up". */
static void expect(struct happy_eyeballs *eyeballs, int64_t now, enum happy_eyeballs_verdict wanted,
                   int64_t number, int line) {
    size_t which = 99;
    int64_t until = NEVER;
    enum happy_eyeballs_verdict got = happy_eyeballs_next(eyeballs, now, &which, &until);
    test_check(got == wanted, __FILE__, line, "verdict %d instead of %d", (int)got, (int)wanted);
    if (got == HAPPY_EYEBALLS_START) {
        test_check_equal((long long)which, number, "the address", __FILE__, line);
    } else if (got == HAPPY_EYEBALLS_WAIT) {
        test_check_equal(until, number, "the time to wait until", __FILE__, line);
    }
}

#define EXPECT_START(now, which) expect(&eyeballs, now, HAPPY_EYEBALLS_START, which, __LINE__)
#define EXPECT_WAIT(now, until) expect(&eyeballs, now, HAPPY_EYEBALLS_WAIT, until, __LINE__)
#define EXPECT_GIVE_UP(now) expect(&eyeballs, now, HAPPY_EYEBALLS_GIVE_UP, 0, __LINE__)

/* The order of attempts for families such as "6644", as digits. */
static void check_order(const char *families, const char *wanted) {
    struct happy_eyeballs eyeballs;
    int numbers[HAPPY_EYEBALLS_MAX] = {0};
    size_t count = strlen(families);
    for (size_t i = 0; i < count; i++) {
        numbers[i] = families[i] - '0';
    }
    happy_eyeballs_init(&eyeballs, numbers, count, DEADLINE);
    CHECK_EQUAL(eyeballs.count, count);
    for (size_t i = 0; i < count; i++) {
        CHECK_FOR(eyeballs.order[i] == (size_t)(wanted[i] - '0'), "%s: attempt %zu is address %zu",
                  families, i, eyeballs.order[i]);
    }
}

TEST("happy_eyeballs: families take turns, the resolver's first begins") {
    check_order("6", "0");
    check_order("46", "01");
    check_order("64", "01"); /* the resolver's first is the first */
    check_order("6644", "0213");
    check_order("4466", "0213");
    check_order("66644", "03142");
    check_order("466666", "012345");
    check_order("666664", "051234");
    check_order("444", "012");
    check_order("6446", "0132");
}

static struct happy_eyeballs start(size_t count) {
    static const int families[HAPPY_EYEBALLS_MAX] = {0};
    struct happy_eyeballs eyeballs;
    happy_eyeballs_init(&eyeballs, families, count, DEADLINE);
    return eyeballs;
}

TEST("happy_eyeballs: the next starts after 250 ms while the first goes on") {
    struct happy_eyeballs eyeballs = start(3);
    EXPECT_START(1000, 0);
    EXPECT_WAIT(1000, 1250);
    EXPECT_WAIT(1249, 1250);
    EXPECT_START(1250, 1);
    EXPECT_WAIT(1250, 1500);
    EXPECT_START(1500, 2);
    EXPECT_WAIT(1500, DEADLINE);
    EXPECT_WAIT(DEADLINE - 1, DEADLINE);
}

TEST("happy_eyeballs: a failure starts the next at once") {
    struct happy_eyeballs eyeballs = start(4);
    EXPECT_START(0, 0);
    EXPECT_WAIT(3, 250);
    happy_eyeballs_failed(&eyeballs);
    EXPECT_START(4, 1);
    EXPECT_WAIT(4, 254); /* the delay counts from the last start */
    EXPECT_START(254, 2);
    happy_eyeballs_failed(&eyeballs); /* of either; the other goes on */
    EXPECT_START(255, 3);
    EXPECT_WAIT(255, DEADLINE);
    happy_eyeballs_failed(&eyeballs);
    EXPECT_WAIT(256, DEADLINE);
    happy_eyeballs_failed(&eyeballs);
    EXPECT_GIVE_UP(257);
}

/* Two failures that are seen together start one attempt, and its failure the next. */
TEST("happy_eyeballs: failures that are seen together start one attempt") {
    struct happy_eyeballs eyeballs = start(4);
    EXPECT_START(0, 0);
    EXPECT_START(250, 1);
    happy_eyeballs_failed(&eyeballs);
    happy_eyeballs_failed(&eyeballs);
    EXPECT_START(260, 2);
    EXPECT_WAIT(260, 510);
}

/* A late call does not make up for it with several attempts at once. */
TEST("happy_eyeballs: a late start is followed by a whole delay") {
    struct happy_eyeballs eyeballs = start(3);
    EXPECT_START(0, 0);
    EXPECT_START(1000, 1);
    EXPECT_WAIT(1000, 1250);
}

TEST("happy_eyeballs: it ends when all have failed") {
    struct happy_eyeballs eyeballs = start(1);
    EXPECT_START(0, 0);
    EXPECT_WAIT(0, DEADLINE);
    happy_eyeballs_failed(&eyeballs);
    EXPECT_GIVE_UP(1);
    eyeballs = start(0);
    EXPECT_GIVE_UP(0);
}

TEST("happy_eyeballs: one deadline is for all of them") {
    struct happy_eyeballs eyeballs = start(3);
    EXPECT_START(DEADLINE - 300, 0);
    EXPECT_START(DEADLINE - 50, 1);
    EXPECT_WAIT(DEADLINE - 50, DEADLINE); /* and not 200 ms later */
    EXPECT_GIVE_UP(DEADLINE);
    eyeballs = start(3);
    EXPECT_GIVE_UP(DEADLINE); /* the look-up has taken all the time */
}

TEST("happy_eyeballs: as many as there may be") {
    struct happy_eyeballs eyeballs = start(HAPPY_EYEBALLS_MAX);
    for (int64_t i = 0; i < HAPPY_EYEBALLS_MAX; i++) {
        EXPECT_START(i * HAPPY_EYEBALLS_DELAY, i);
    }
    EXPECT_WAIT(5000, DEADLINE);
}
