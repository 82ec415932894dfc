/* Where a loop's peers come from. */
#include "step08_loop/loop_parts.h"

#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

int loop_listen(struct loop *loop, bool accepts) {
    const struct listeners *listeners = loop->group->listeners;
    int problem = 0;
    for (size_t i = 0; i < listeners->count && accepts && problem == 0; i++) {
        void *owner = (void *)(uintptr_t)&listeners->at[i];
        if (poller_add(loop->poller, listeners->at[i].fd, POLLER_READ, owner) != 0) {
            problem = errno;
        }
    }
    for (size_t i = 0; i < listeners->count && (!accepts || problem != 0); i++) {
        poller_remove(loop->poller, listeners->at[i].fd);
    }
    errno = problem;
    return problem == 0 ? 0 : -1;
}

/* The peer is one too many: it is told so, and drained. If too many of them are being drained, it
 * is closed at once. */
static void refuse(struct loop *loop, int fd, uint64_t number, int64_t now) {
    struct peer *peer = loop->refusals < LOOP_REFUSALS ? loop_add(loop, fd, number, now) : NULL;
    if (peer == NULL) {
        log_event(number, "refused without a reply: too many at once");
        close(fd);
        return;
    }
    log_event(number, "refused: %" PRIu64 " connections are open (--max-connections)",
              loop->group->max_connections);
    loop->refusals++;
    loop->group->open--;
    peer_refuse(peer, &loop->shared, now);
    loop_settle(loop, peer, peer->deadline);
}

/* Takes in a connection that was accepted. */
static void take_in(struct loop *loop, int fd, const struct sockaddr_storage *address,
                    int64_t now) {
    struct loop_group *group = loop->group;
    uint64_t number = atomic_fetch_add(&group->numbers, 1) + 1;
    char name[TCP_NAME_SIZE];
    log_event(number, "connected from %s", tcp_name(address, name));
    fcntl(fd, F_SETFL, O_NONBLOCK); /* Linux, unlike BSD, does not take it over from the listener */
    if (group->open >= group->max_connections) {
        refuse(loop, fd, number, now);
    } else if (loop_add(loop, fd, number, now) == NULL) {
        log_problem("no memory for connection #%" PRIu64 ": %s; it is refused", number,
                    strerror(errno));
        close(fd);
    }
}

/* When descriptors have run out, a connection would stay in the queue and be reported at every
 * turn. So the reserve is given up for a moment to tell its client. */
static bool refuse_with_reserve(struct loop *loop, const struct listener *listener) {
    close(loop->reserve);
    int fd = accept(listener->fd, NULL, NULL);
    if (fd >= 0) {
        send(fd, http_exchange_refusal, strlen(http_exchange_refusal), MSG_DONTWAIT | MSG_NOSIGNAL);
        shutdown(fd, SHUT_WR);
        recv(fd, loop->shared.bytes, sizeof loop->shared.bytes, MSG_DONTWAIT);
        close(fd);
    }
    loop->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return fd >= 0 && loop->reserve >= 0;
}

/* Called when accept has failed. Returns whether to go on with the next connection. */
static bool accept_failed(struct loop *loop, const struct listener *listener, int64_t now) {
    int problem = errno;
    if (tcp_is_temporary(problem)) {
        return false; /* no more wait, or another loop was quicker */
    }
    if (problem == ECONNABORTED) {
        return true;
    }
    if (!loop->accept_failing) {
        log_problem("cannot accept connections: %s; will keep trying (ulimit -n raises the limit)",
                    strerror(problem));
        loop->accept_failing = true;
    }
    if ((problem == EMFILE || problem == ENFILE) && refuse_with_reserve(loop, listener)) {
        return true;
    }
    loop_listen(loop, false);
    loop->accept_again = now + LOOP_PAUSE;
    return false;
}

void loop_accept(struct loop *loop, const struct listener *listener, int64_t now) {
    struct sockaddr_storage address;
    for (int i = 0; i < LOOP_ACCEPTS && loop->accept_again == 0; i++) {
        socklen_t size = sizeof address;
        memset(&address, 0, sizeof address); /* macOS gives none for a peer that is gone already */
        int fd = accept(listener->fd, (struct sockaddr *)&address, &size);
        if (fd >= 0) {
            loop->accept_failing = false;
            take_in(loop, fd, &address, now);
        } else if (!accept_failed(loop, listener, now)) {
            return;
        }
    }
}
