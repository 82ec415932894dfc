#include "step08_loop/peer_parts.h"

#include "common/clock.h"
#include "common/log.h"
#include "step05_echo/connection_lend.h"
#include "step08_loop/poller.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)CONNECTION_OUTPUT_PARTS_MAX <= (int)TCP_PARTS_MAX,
               "one write takes the whole output");

void peer_init(struct peer *peer, int fd, uint64_t number, const struct peer_settings *settings,
               int64_t now) {
    *peer = (struct peer){.channel = {.fd = fd}, .waits_for = POLLER_READ};
    peer->timer.owner = peer;
    peer->events.number = number;
    peer->deadline = now + settings->upgrade.exchange.handshake_timeout;
}

void peer_free(struct peer *peer) {
    peer_opening_free(peer);
    if (peer->kept != NULL) {
        connection_free(peer->kept);
        free(peer->kept);
    }
    if (peer->deflate != NULL) {
        permessage_deflate_free(peer->deflate);
        free(peer->deflate);
    }
}

size_t peer_memory(const struct peer *peer) {
    return (peer->opening != NULL ? sizeof *peer->opening : 0) +
           (peer->deflate != NULL ? sizeof *peer->deflate : 0) +
           (peer->kept != NULL ? sizeof *peer->kept + peer->kept->input.buffer.capacity : 0);
}

void peer_begin(struct peer *peer, struct peer_shared *shared, size_t received) {
    struct connection_settings rules =
        session_events_rules(&shared->settings->session, peer_layer(peer));
    struct buffer buffer;
    buffer_init(&buffer, shared->bytes, sizeof shared->bytes);
    connection_init(&shared->connection, &rules, &buffer, received);
}

/* Ends a peer whose connection is lost. */
static bool lost(struct peer *peer, const char *why) {
    if (peer->opening != NULL && !peer->opening->opening.is_open) {
        log_event(peer->events.number, "the answer could not be sent: %s", why);
    } else {
        session_events_lost(&peer->events, why);
    }
    peer->state = PEER_ENDED;
    return false;
}

/* The output waits until the socket takes more of it. As with tcp_write, one bound is for a peer
 * that takes nothing, the other for one that takes a byte now and then. */
static bool wait_to_write(struct peer_turn *turn, size_t left, bool has_moved) {
    struct peer *peer = turn->peer;
    if (peer->write_deadline == 0) {
        int64_t seconds_for_size = (int64_t)(left / TCP_WRITE_LEAST_RATE);
        peer->write_deadline = turn->now + TCP_WRITE_TIMEOUT + seconds_for_size * 1000;
        has_moved = true;
    }
    peer->write_progress = has_moved ? turn->now : peer->write_progress;
    int64_t no_progress = peer->write_progress + TCP_WRITE_TIMEOUT;
    turn->due = no_progress < peer->write_deadline ? no_progress : peer->write_deadline;
    peer->waits_for = POLLER_WRITE; /* not for bytes: their answers would find no room */
    return turn->now < turn->due ? false : lost(peer, "the peer does not read");
}

/* Writes the output. Returns whether all of it is written; if not, the peer waits or has ended. */
static bool flush(struct peer_turn *turn) {
    struct peer *peer = turn->peer;
    struct connection *connection = &turn->shared->connection;
    const struct iovec *parts;
    size_t count = connection_output(connection, &parts);
    ssize_t sent = count > 0 ? channel_write(&peer->channel, parts, count) : 0;
    if (sent < 0 && errno != EAGAIN) {
        return lost(peer, strerror(errno));
    }
    connection_sent(connection, sent > 0 ? (size_t)sent : 0);
    if (connection->output.total > 0) {
        return wait_to_write(turn, connection->output.total, sent > 0);
    }
    peer->write_deadline = 0;
    peer->waits_for = POLLER_READ;
    peer_opening_free(peer);
    return true;
}

static bool is_over(const struct peer_turn *turn) {
    return clock_microseconds() >= turn->end;
}

/* Reads once, or does what is due, or finds that the connection has to wait. Returns whether there
 * may be another event. */
static bool receive(struct peer_turn *turn) {
    struct peer *peer = turn->peer;
    struct connection *connection = &turn->shared->connection;
    if (turn->stopping && !peer->goodbye_said) {
        peer->goodbye_said = true;
        session_events_goodbye(&peer->events, connection, "the server is shutting down");
        return true;
    }
    if (!turn->has_read && (peer->ready & POLLER_READ) != 0) {
        size_t size;
        uint8_t *space = connection_space(connection, &size);
        ssize_t count = space != NULL ? channel_read(&peer->channel, space, size) : -1;
        turn->has_read = true;
        if (count > 0) {
            connection_received(connection, (size_t)count);
            peer->events.limits.heard = true;
        } else if (space != NULL && (count == 0 || errno != EAGAIN)) {
            return lost(peer, count == 0 ? "closed by the peer without a Close" : strerror(errno));
        }
        return true;
    }
    int64_t wait = 0;
    switch (session_events_due(&peer->events, connection, peer_layer(peer), turn->now, &wait)) {
    case SESSION_LOST:
        peer->state = PEER_ENDED;
        return false;
    case SESSION_WAIT:
        turn->due = turn->now + wait;
        turn->rests = true;
        return false;
    default:
        return true;
    }
}

/* The loop of step 5's session, which ends where that one would wait, and when its time is over. */
static void run(struct peer_turn *turn) {
    struct peer *peer = turn->peer;
    struct connection *connection = &turn->shared->connection;
    const struct layer *layer = peer_layer(peer);
    struct connection_message message;
    for (unsigned messages = 0;;) {
        enum connection_event event = layer_next(layer, connection, &message);
        bool may_pause = event == CONNECTION_NEEDS_TURN || event == CONNECTION_NEEDS_OUTPUT;
        switch (event) {
        case CONNECTION_MESSAGE:
            session_events_message(&peer->events, &message);
            turn->shared->settings->on_message(peer, connection, &message);
            may_pause = ++messages % PEER_MESSAGES_BETWEEN == 0;
            break;
        case CONNECTION_PIECE:
        case CONNECTION_NEEDS_TURN:
            break;
        case CONNECTION_PING:
        case CONNECTION_PONG:
            session_events_control(&peer->events, connection, &message);
            break;
        case CONNECTION_CLOSED:
        case CONNECTION_FAILED:
            session_events_ended(&peer->events, connection, event, &message);
            peer->drains = event == CONNECTION_FAILED;
            peer->state = PEER_LEAVING;
            return;
        case CONNECTION_NEEDS_OUTPUT:
        case CONNECTION_NEEDS_INPUT:
            /* Every message here has been answered; one write sends all answers. */
            if (!flush(turn) || (event == CONNECTION_NEEDS_INPUT && !receive(turn))) {
                return;
            }
            break;
        }
        if (may_pause && is_over(turn)) {
            peer->is_unfinished = true;
            turn->due = turn->now;
            return;
        }
    }
}

void peer_drain(struct peer_turn *turn) {
    struct peer *peer = turn->peer;
    shutdown(peer->channel.fd, SHUT_WR);
    peer->state = PEER_DRAINING;
    peer->waits_for = POLLER_READ;
    peer->deadline = turn->now + TCP_FINISH_TIMEOUT;
    turn->due = peer->deadline;
    peer_opening_free(peer);
}

/* Throws away what has arrived. */
static void drain(struct peer_turn *turn) {
    struct peer *peer = turn->peer;
    int64_t soon = turn->now + TCP_FINISH_STOPPING;
    ssize_t count = recv(peer->channel.fd, turn->shared->bytes, sizeof turn->shared->bytes, 0);
    if (turn->stopping && soon < peer->deadline) {
        peer->deadline = soon;
    }
    bool has_ended = count == 0 || (count < 0 && !tcp_is_temporary(errno));
    if (has_ended || turn->now >= peer->deadline) {
        peer->state = PEER_ENDED;
    }
    turn->due = peer->deadline;
}

/* Writes the last bytes and ends TCP from our side (7.1.1). After a Close of the peer nothing more
 * comes, and what it sent all the same is thrown away first, so that closing sends no reset. */
static void leave(struct peer_turn *turn) {
    struct peer *peer = turn->peer;
    if (!flush(turn)) {
        return;
    }
    if (peer->drains) {
        peer_drain(turn);
    } else {
        recv(peer->channel.fd, turn->shared->bytes, sizeof turn->shared->bytes, 0);
        peer->state = PEER_ENDED;
    }
}

/* Takes the connection into the shared memory. */
static void borrow(struct peer *peer, struct peer_shared *shared) {
    if (peer->kept == NULL) {
        peer_begin(peer, shared, 0);
        return;
    }
    connection_lend(&shared->connection, peer->kept, shared->bytes, sizeof shared->bytes);
}

/* Without memory for what is unfinished, the connection fails with 1011. Its Close is sent if no
 * other output waits and the socket takes it at once. */
static void fail_without_memory(struct peer_turn *turn) {
    struct peer *peer = turn->peer;
    struct connection *connection = &turn->shared->connection;
    const struct iovec *parts;
    bool can_close = connection->output.total == 0;
    struct connection_message none = {0};
    connection_fail(connection, CLOSE_INTERNAL_ERROR, connection_no_memory);
    session_events_ended(&peer->events, connection, CONNECTION_FAILED, &none);
    size_t count = connection_output(connection, &parts);
    if (can_close && count > 0) {
        channel_write(&peer->channel, parts, count);
    }
    connection_free(connection);
    peer_drain(turn);
}

/* Takes what is unfinished out of the shared memory. A connection at rest needs no memory, except
 * that one with large messages has a large buffer until a second of silence. */
static void give_back(struct peer_turn *turn) {
    struct peer *peer = turn->peer;
    struct connection *connection = &turn->shared->connection;
    bool is_over = peer->state == PEER_DRAINING || peer->state == PEER_ENDED;
    if (is_over || (turn->rests && connection_is_at_rest(connection) &&
                    !buffer_has_grown(&connection->input.buffer))) {
        connection_free(connection);
        free(peer->kept);
        peer->kept = NULL;
        return;
    }
    struct connection *kept = peer->kept != NULL ? peer->kept : malloc(sizeof *kept);
    peer->kept = kept;
    if (kept == NULL || connection_keep(kept, connection) != 0) {
        free(kept);
        peer->kept = NULL;
        fail_without_memory(turn);
    }
}

/* A filter may hold bytes that the socket does not tell of. */
static void ask_filter(struct peer *peer) {
    const struct channel_filter *filter = peer->channel.filter;
    short wanted = peer->waits_for == POLLER_READ ? POLLIN : POLLOUT;
    short events = filter->events(filter->context, wanted);
    peer->is_unfinished |= events == 0;
    peer->waits_for = (uint8_t)(((events & POLLIN) != 0 ? POLLER_READ : 0) |
                                ((events & POLLOUT) != 0 ? POLLER_WRITE : 0));
}

void peer_serve(struct peer *peer, struct peer_shared *shared, bool stopping, int64_t now,
                int64_t *due) {
    struct peer_turn turn = {peer,  shared, stopping, false,
                             false, now,    now,      clock_microseconds() + PEER_SLICE};
    peer->is_unfinished = false;
    if (peer->state == PEER_OPENING) {
        peer_open(&turn);
    } else if (peer->state == PEER_DRAINING) {
        drain(&turn);
    } else {
        borrow(peer, shared);
    }
    bool has_connection = peer->state == PEER_OPEN || peer->state == PEER_LEAVING;
    if (peer->state == PEER_OPEN) {
        run(&turn);
    }
    if (peer->state == PEER_LEAVING) {
        leave(&turn);
    }
    if (has_connection) {
        give_back(&turn);
    }
    if (peer->channel.filter != NULL && peer->state != PEER_ENDED) {
        ask_filter(peer);
    }
    peer->ready = 0;
    *due = turn.due;
}

void peer_refuse(struct peer *peer, struct peer_shared *shared, int64_t now) {
    struct iovec refusal = {(void *)(uintptr_t)http_exchange_refusal,
                            strlen(http_exchange_refusal)};
    struct peer_turn turn = {.peer = peer, .shared = shared, .now = now};
    channel_write(&peer->channel, &refusal, 1);
    peer_drain(&turn);
    peer->is_refused = true;
}
