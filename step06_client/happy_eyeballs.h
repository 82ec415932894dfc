/* happy_eyeballs: when to try which of a name's addresses. Step 6.
 *
 * A name may have several addresses, and one of them may not answer: no route, no server, or IPv6
 * that is set up and leads nowhere. A client that tries the next address only when that one has
 * failed waits for minutes. RFC 8305 ("Happy Eyeballs") starts the next attempt after a moment,
 * while the earlier ones go on, and takes the first that connects:
 *
 *     ms             0           250          500
 *     [2001:db8::1]  |------------------------x    given up when another has connected
 *     192.0.2.1                  |------------*    connected
 *     [2001:db8::2]                                not needed
 *
 * This module decides what to do next. The caller does it, with its sockets and its clock:
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
    size_t order[HAPPY_EYEBALLS_MAX]; /* the number of the address for each attempt */
    size_t count;                     /* attempts in all */
    size_t started, failed;           /* attempts so far; those of them that have failed */
    int64_t next_start;               /* when the next attempt starts */
    int64_t deadline;                 /* for all attempts together */
};

enum happy_eyeballs_verdict {
    HAPPY_EYEBALLS_START,  /* start an attempt with the address number `*which` */
    HAPPY_EYEBALLS_WAIT,   /* wait until an attempt has connected or failed, or until `*until` */
    HAPPY_EYEBALLS_GIVE_UP /* all have failed, or the deadline has been reached */
};

/* Starts with `count` addresses, at most HAPPY_EYEBALLS_MAX, in the order of the resolver, which
 * puts the best first. `families` has the family of each address: AF_INET, AF_INET6 or any other
 * number. The families take turns, so that a family that leads nowhere costs only one delay (RFC
 * 8305, 4). All times are in ms, by one clock. */
void happy_eyeballs_init(struct happy_eyeballs *eyeballs, const int *families, size_t count,
                         int64_t deadline);

/* Returns what to do at the time `now`, and sets the one of `*which` and `*until` that goes with
 * it. After HAPPY_EYEBALLS_START the attempt counts as started at `now`. */
enum happy_eyeballs_verdict happy_eyeballs_next(struct happy_eyeballs *eyeballs, int64_t now,
                                                size_t *which, int64_t *until);

/* Notes that an attempt has failed: the next one starts at once. When an attempt has connected, the
 * work of this module is done, and there is nothing to note. */
void happy_eyeballs_failed(struct happy_eyeballs *eyeballs);

#endif
