/* happy_eyeballs: when to try which of a name's addresses. Step 6.
 *
 * A name may have several addresses, and one of them may not answer: no route, no server, or IPv6
 * that is set up and leads nowhere. Whoever waits for that address to fail before he tries the next
 * waits for minutes. RFC 8305 ("Happy Eyeballs") starts the next attempt after a moment instead,
 * while the earlier ones go on, and takes the first that connects:
 *
 *     ms             0           250          500
 *     [2001:db8::1]  |------------------------x    given up when another has connected
 *     192.0.2.1                  |------------*    connected
 *     [2001:db8::2]                                not needed
 *
 * This module decides. It has no sockets and no clock; whoever has them is told what to do next:
 *
 *     happy_eyeballs_init(&eyeballs, families, count, deadline);
 *     for (;;) {
 *         switch (happy_eyeballs_next(&eyeballs, clock_now(), &which, &until)) { ... }
 *     }
 */
#ifndef STEP06_CLIENT_HAPPY_EYEBALLS_H
#define STEP06_CLIENT_HAPPY_EYEBALLS_H

#include <stddef.h>
#include <stdint.h>

enum {
    HAPPY_EYEBALLS_MAX = 16,   /* addresses of a name that are tried */
    HAPPY_EYEBALLS_DELAY = 250 /* ms until the next attempt; RFC 8305, 5 */
};

struct happy_eyeballs {
    size_t order[HAPPY_EYEBALLS_MAX]; /* the address that each attempt takes */
    size_t count, started, failed;    /* attempts in all; those begun; those of them that failed */
    int64_t next_start;               /* when the next one starts */
    int64_t deadline;                 /* of all together */
};

enum happy_eyeballs_verdict {
    HAPPY_EYEBALLS_START,  /* start an attempt with the address number `*which` */
    HAPPY_EYEBALLS_WAIT,   /* wait until an attempt has come out, or until `*until` */
    HAPPY_EYEBALLS_GIVE_UP /* all have failed, or the deadline is reached */
};

/* Starts with `count` addresses, HAPPY_EYEBALLS_MAX at most, in the order of the resolver, which
 * puts the best first; `families` says of each which one it is of (AF_INET or AF_INET6, but any
 * numbers will do). The families take turns, so that one that leads nowhere costs no more than one
 * delay (RFC 8305, 4). Times are milliseconds of any clock. */
void happy_eyeballs_init(struct happy_eyeballs *eyeballs, const int *families, size_t count,
                         int64_t deadline);

/* Says what to do now. After HAPPY_EYEBALLS_START it counts on the attempt having been started, at
 * `now`. */
enum happy_eyeballs_verdict happy_eyeballs_next(struct happy_eyeballs *eyeballs, int64_t now,
                                                size_t *which, int64_t *until);

/* One of the attempts that were started has failed: the next need not wait for its time. Nobody
 * needs to tell of one that has connected; that is the end. */
void happy_eyeballs_failed(struct happy_eyeballs *eyeballs);

#endif
