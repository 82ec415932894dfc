/* What the clock demands of an open connection, asked with times that are made up. */
#include "step05_echo/limits.h"

#include "tests/support/test.h"

enum { START = 5000, SECOND = 1000 };

/* A connection in which only the fields that limits read are filled in. */
struct scene {
    struct limits_settings settings;
    struct limits limits;
    struct connection connection;
    bool can_relax;
};

static void begin(struct scene *scene) {
    scene->limits = (struct limits){.settings = &scene->settings, .heard = true, .message = true};
    int64_t wait;
    CHECK_EQUAL(limits_due(&scene->limits, &scene->connection, false, START, &wait),
                LIMITS_NOTHING);
}

/* Asks at this moment, counted from the start; `wait` is looked at only if nothing is due. */
static void check(struct scene *scene, int64_t at, enum limits_due due, int64_t wait) {
    int64_t got = -1;
    enum limits_due is_due =
        limits_due(&scene->limits, &scene->connection, scene->can_relax, START + at, &got);
    CHECK_FOR(is_due == due, "after %lld ms %d is due and not %d", (long long)at, (int)is_due,
              (int)due);
    CHECK_FOR(due != LIMITS_NOTHING || got == wait, "after %lld ms the wait is %lld and not %lld",
              (long long)at, (long long)got, (long long)wait);
}

TEST("limits: nothing is due without limits") {
    struct scene scene = {.settings = {0, 0, 0}};
    begin(&scene);
    check(&scene, 0, LIMITS_NOTHING, LIMITS_LONGEST_WAIT);
    scene.connection.in_frame = true;
    check(&scene, 1000000 * (int64_t)SECOND, LIMITS_NOTHING, LIMITS_LONGEST_WAIT);
}

TEST("limits: silence gets a ping, and more of it is the end") {
    struct scene scene = {.settings = {30 * SECOND, 0, 0}};
    begin(&scene);
    check(&scene, 0, LIMITS_NOTHING, 30 * SECOND);
    check(&scene, 29999, LIMITS_NOTHING, 1);
    check(&scene, 30001, LIMITS_PING, 0);
    check(&scene, 30001, LIMITS_NOTHING, 30 * SECOND);
    check(&scene, 60001, LIMITS_NOTHING, 1);
    check(&scene, 60002, LIMITS_NO_PONG, 0);
}

/* A caller that was busy for long, or stopped, finds the pong as soon as it reads. */
TEST("limits: a pong that nobody has read yet counts") {
    struct scene scene = {.settings = {30 * SECOND, 0, 0}};
    begin(&scene);
    check(&scene, 30000, LIMITS_PING, 0);
    check(&scene, 90000, LIMITS_NOTHING, 1);
    scene.limits.heard = true;
    check(&scene, 90000, LIMITS_NOTHING, 30000);
    check(&scene, 120000, LIMITS_PING, 0);
}

TEST("limits: whatever comes answers a ping") {
    struct scene scene = {.settings = {30 * SECOND, 0, 0}};
    begin(&scene);
    check(&scene, 30000, LIMITS_PING, 0);
    scene.limits.heard = true;
    check(&scene, 59000, LIMITS_NOTHING, 30 * SECOND);
    check(&scene, 89000, LIMITS_PING, 0);
}

TEST("limits: no ping is due while output waits") {
    struct scene scene = {.settings = {30 * SECOND, 0, 0}};
    begin(&scene);
    scene.connection.output.total = 1;
    check(&scene, 40000, LIMITS_NOTHING, LIMITS_LONGEST_WAIT);
    scene.connection.output.total = 0;
    check(&scene, 40001, LIMITS_PING, 0);
}

TEST("limits: only a message renews the idle time") {
    struct scene scene = {.settings = {0, 10 * SECOND, 0}};
    begin(&scene);
    check(&scene, 4000, LIMITS_NOTHING, 6000);
    scene.limits.heard = scene.limits.control = true;
    check(&scene, 5000, LIMITS_NOTHING, 5000);
    scene.limits.heard = scene.limits.message = true;
    check(&scene, 9000, LIMITS_NOTHING, 10000);
    check(&scene, 18999, LIMITS_NOTHING, 1);
    check(&scene, 19000, LIMITS_IDLE, 0);
}

/* Pings within a message do not renew its time, and neither do its own pieces. */
TEST("limits: a message that has begun has a time in all") {
    struct scene scene = {.settings = {0, 0, 60 * SECOND}};
    begin(&scene);
    scene.connection.in_message = true;
    check(&scene, 1000, LIMITS_NOTHING, 60000);
    scene.limits.heard = true;
    check(&scene, 41000, LIMITS_NOTHING, 20000);
    check(&scene, 61000, LIMITS_SLOW_MESSAGE, 0);
}

TEST("limits: the bytes of a message earn time") {
    struct scene scene = {.settings = {0, 0, 60 * SECOND}};
    begin(&scene);
    scene.connection.in_message = true;
    check(&scene, 0, LIMITS_NOTHING, 60000);
    scene.connection.message_received = 10 * LIMITS_LEAST_RATE + LIMITS_LEAST_RATE / 2;
    check(&scene, 60000, LIMITS_NOTHING, 10500);
    check(&scene, 70500, LIMITS_SLOW_MESSAGE, 0);
}

TEST("limits: a frame between messages has a time, too") {
    struct scene scene = {.settings = {0, 0, 60 * SECOND}};
    begin(&scene);
    scene.connection.input.end = 1; /* a byte of a header */
    check(&scene, 0, LIMITS_NOTHING, 60000);
    scene.connection.input.end = 0;
    check(&scene, 59000, LIMITS_NOTHING, LIMITS_LONGEST_WAIT);
    scene.connection.in_frame = true;
    check(&scene, 59500, LIMITS_NOTHING, 60000);
}

/* Each read ends one thing and begins another. */
TEST("limits: what ends gives its time to the next") {
    struct scene scene = {.settings = {0, 0, 60 * SECOND}};
    begin(&scene);
    scene.connection.in_frame = true;
    check(&scene, 0, LIMITS_NOTHING, 60000);
    scene.limits.message = true;
    check(&scene, 50000, LIMITS_NOTHING, 60000);
    scene.limits.control = true;
    check(&scene, 100000, LIMITS_NOTHING, 60000);
    check(&scene, 160000, LIMITS_SLOW_MESSAGE, 0);
}

TEST("limits: our Close leaves a time for the peer's and ends all others (7.1.3)") {
    struct scene scene = {.settings = {1000, 1000, 1000}, .can_relax = true};
    begin(&scene);
    scene.connection.close_sent = true;
    scene.connection.in_frame = true;
    check(&scene, 5000, LIMITS_NOTHING, LIMITS_CLOSE_TIMEOUT);
    scene.limits.heard = scene.limits.message = true;
    check(&scene, 6999, LIMITS_NOTHING, 1);
    check(&scene, 7000, LIMITS_NO_CLOSE, 0);
}

TEST("limits: memory goes back once in each silence") {
    struct scene scene = {.settings = {30 * SECOND, 0, 0}, .can_relax = true};
    begin(&scene);
    check(&scene, 0, LIMITS_NOTHING, LIMITS_RELAX_AFTER);
    check(&scene, 1000, LIMITS_RELAX, 0);
    check(&scene, 1000, LIMITS_NOTHING, 29000);
    scene.limits.heard = true;
    check(&scene, 2000, LIMITS_NOTHING, LIMITS_RELAX_AFTER);
    scene.can_relax = false;
    check(&scene, 9000, LIMITS_NOTHING, 23000);
}

/* A loop may come late, when several things are due; each is told, the most urgent first. */
TEST("limits: several things are due one after the other") {
    struct scene scene = {.settings = {2000, 3000, 0}, .can_relax = true};
    begin(&scene);
    check(&scene, 2500, LIMITS_RELAX, 0);
    check(&scene, 2500, LIMITS_PING, 0);
    check(&scene, 2500, LIMITS_NOTHING, 500);
    check(&scene, 9000, LIMITS_IDLE, 0);
    scene.connection.close_sent = true;
    check(&scene, 9000, LIMITS_NOTHING, LIMITS_CLOSE_TIMEOUT);
}
