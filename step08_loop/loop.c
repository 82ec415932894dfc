#include "step08_loop/loop_parts.h"

#include "common/clock.h"
#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { QUEUED_AGAIN = 1000 }; /* ms; a queued peer is served long before, which sets its timer */

void loop_queue_add(struct loop_queue *queue, struct peer *peer) {
    peer->next = NULL;
    peer->is_queued = true;
    *(queue->last != NULL ? &queue->last->next : &queue->first) = peer;
    queue->last = peer;
}

static struct peer *queue_take(struct loop_queue *queue) {
    struct peer *peer = queue->first;
    queue->first = peer->next;
    queue->last = queue->first != NULL ? queue->last : NULL;
    peer->is_queued = false;
    return peer;
}

struct loop *loop_new(struct loop_group *group, int report) {
    struct loop *loop = calloc(1, sizeof *loop);
    if (loop == NULL) {
        return NULL;
    }
    loop->group = group;
    loop->report = report;
    loop->shared.settings = group->peers;
    loop->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
    loop->poller = poller_open(group->poller);
    if (loop->poller == NULL || loop->reserve < 0 ||
        poller_add(loop->poller, group->stop, POLLER_READ, &group->stop) != 0 ||
        (report >= 0 && poller_add(loop->poller, report, POLLER_READ, &loop->report) != 0) ||
        loop_listen(loop, true) != 0) {
        int problem = errno;
        loop_free(loop);
        errno = problem;
        return NULL;
    }
    return loop;
}

const struct loop_counts *loop_counts(const struct loop *loop) {
    return &loop->counts;
}

/* Counts a peer by its state and its memory. */
static void count(struct loop *loop, struct peer *peer) {
    size_t held = peer_memory(peer);
    if (peer->state != peer->counted) {
        loop->counts.peers[peer->counted]--;
        loop->counts.peers[peer->state]++;
        peer->counted = peer->state;
    }
    if (held != peer->held) {
        loop->counts.memory += held - peer->held;
        peer->held = held;
    }
}

/* Frees a peer whose socket is closed. */
static void bury(struct loop *loop, struct peer *peer) {
    loop->counts.memory -= peer->held;
    loop->counts.peers[peer->counted]--;
    loop->refusals -= peer->is_refused;
    loop->group->open -= !peer->is_refused;
    timers_remove(&loop->timers, &peer->timer);
    peer_free(peer);
    free(peer);
}

struct peer *loop_add(struct loop *loop, int fd, uint64_t number, int64_t now) {
    struct peer *peer = malloc(sizeof *peer);
    if (peer == NULL) {
        return NULL;
    }
    peer_init(peer, fd, number, loop->group->peers, now);
    peer->registered = peer->waits_for;
    if (timers_add(&loop->timers, &peer->timer, peer->deadline) != 0) {
        free(peer);
        return NULL;
    }
    if (poller_add(loop->poller, fd, peer->waits_for, peer) != 0) {
        timers_remove(&loop->timers, &peer->timer);
        free(peer);
        return NULL;
    }
    loop->counts.peers[peer->counted]++;
    loop->group->open++;
    return peer;
}

void loop_settle(struct loop *loop, struct peer *peer, int64_t due) {
    if (peer->state != PEER_ENDED && peer->waits_for != peer->registered) {
        if (poller_change(loop->poller, peer->channel.fd, peer->waits_for, peer) != 0) {
            log_problem("cannot wait for connection #%llu: %s",
                        (unsigned long long)peer->events.number, strerror(errno));
            peer->state = PEER_ENDED;
        }
        peer->registered = peer->waits_for;
    }
    count(loop, peer);
    if (peer->state == PEER_ENDED) {
        poller_remove(loop->poller, peer->channel.fd);
        close(peer->channel.fd);
        loop_queue_add(&loop->ended, peer);
        return;
    }
    if (peer->is_unfinished) {
        loop_queue_add(&loop->unfinished, peer);
    }
    timers_set(&loop->timers, &peer->timer, peer->is_unfinished ? due + QUEUED_AGAIN : due);
}

static void serve(struct loop *loop, struct peer *peer, int64_t now) {
    int64_t due;
    peer_serve(peer, &loop->shared, loop->stopping, now, &due);
    loop_settle(loop, peer, due);
}

/* From now on no connection is accepted, and every peer says goodbye. */
static void begin_stop(struct loop *loop, int64_t now) {
    loop->stopping = true;
    loop->stop_until = now + LOOP_STOP_GRACE;
    poller_remove(loop->poller, loop->group->stop);
    loop_listen(loop, false);
    loop->accept_again = 0;
    for (size_t i = 0; i < loop->timers.count; i++) {
        struct peer *peer = loop->timers.heap[i]->owner;
        if (!peer->is_queued) {
            loop_queue_add(&loop->ready, peer);
        }
    }
}

static void tell(struct loop *loop) {
    char byte;
    while (read(loop->report, &byte, 1) > 0) {
    }
    loop->group->tell(loop->group);
}

/* Queues whoever is ready. Nobody is served before all events are taken, so no event can be for a
 * descriptor that was closed, and perhaps given to another connection, in this turn. */
static void take_events(struct loop *loop, const struct poller_event *events, size_t count,
                        int64_t now) {
    const struct listeners *listeners = loop->group->listeners;
    for (size_t i = 0; i < count; i++) {
        void *owner = events[i].owner;
        const struct listener *listener = owner;
        if (owner == &loop->group->stop) {
            begin_stop(loop, now);
        } else if (owner == &loop->report) {
            tell(loop);
        } else if (listener >= listeners->at && listener < listeners->at + listeners->count) {
            if (!loop->stopping) {
                loop_accept(loop, listener, now);
            }
        } else {
            struct peer *peer = owner;
            peer->ready |= (uint8_t)events[i].ready;
            if (!peer->is_queued) {
                loop_queue_add(&loop->ready, peer);
            }
        }
    }
}

/* Serves the peers whose time has come. A peer whose deadline has moved since it was put into the
 * heap is only put into its new place. */
static void fire_timers(struct loop *loop, int64_t now, int64_t end) {
    struct timer *timer;
    while ((timer = timers_first(&loop->timers, now)) != NULL && clock_microseconds() < end) {
        struct peer *peer = timer->owner;
        if (timer->due > now) {
            timers_postpone(&loop->timers, timer);
        } else if (peer->is_queued) {
            timers_set(&loop->timers, timer, now + QUEUED_AGAIN);
            timers_postpone(&loop->timers, timer);
        } else {
            serve(loop, peer, now);
        }
    }
}

static void note_turn(struct loop *loop, int64_t begin) {
    int64_t took = clock_microseconds() - begin;
    loop->counts.turns++;
    if (took > loop->counts.longest) {
        loop->counts.longest = took;
    }
}

static void turn(struct loop *loop, const struct poller_event *events, size_t count) {
    int64_t now = clock_now(), begin = clock_microseconds(), end = begin + LOOP_TURN;
    struct peer *last = loop->unfinished.last, *peer;
    take_events(loop, events, count, now);
    while (loop->ready.first != NULL && clock_microseconds() < end) {
        serve(loop, queue_take(&loop->ready), now);
    }
    /* One of the unfinished is served in each turn, however many others are ready. */
    if (last != NULL) {
        do {
            peer = queue_take(&loop->unfinished);
            serve(loop, peer, now);
        } while (peer != last && clock_microseconds() < end);
    }
    fire_timers(loop, now, clock_microseconds() + LOOP_TIMERS);
    while (loop->ended.first != NULL) {
        bury(loop, queue_take(&loop->ended));
    }
    note_turn(loop, begin);
}

/* How long nothing has to be done, in ms; -1: for ever. */
static int64_t idle_time(const struct loop *loop) {
    int64_t next = timers_next(&loop->timers), now = clock_now();
    if (loop->ready.first != NULL || loop->unfinished.first != NULL) {
        return 0;
    }
    if (loop->accept_again != 0 && loop->accept_again < next) {
        next = loop->accept_again;
    }
    if (loop->stopping && loop->stop_until < next) {
        next = loop->stop_until;
    }
    return next == INT64_MAX ? -1 : next > now ? next - now : 0;
}

void loop_run(struct loop *loop) {
    struct poller_event events[LOOP_EVENTS];
    while (!loop->stopping || (loop->timers.count > 0 && clock_now() < loop->stop_until)) {
        int count = poller_wait(loop->poller, events, LOOP_EVENTS, idle_time(loop));
        if (loop->accept_again != 0 && clock_now() >= loop->accept_again) {
            loop->accept_again = loop_listen(loop, true) == 0 ? 0 : clock_now() + LOOP_PAUSE;
        }
        turn(loop, events, count > 0 ? (size_t)count : 0);
    }
}

void loop_free(struct loop *loop) {
    while (loop->timers.count > 0) {
        struct peer *peer = loop->timers.heap[0]->owner;
        close(peer->channel.fd);
        bury(loop, peer);
    }
    timers_free(&loop->timers);
    if (loop->poller != NULL) {
        poller_close(loop->poller);
    }
    if (loop->reserve >= 0) {
        close(loop->reserve);
    }
    free(loop);
}
