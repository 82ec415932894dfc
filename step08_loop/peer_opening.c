/* The first state of a peer: http_exchange and upgrade_accept, without the waiting. */
#include "step08_loop/peer_parts.h"

#include "common/log.h"
#include "step02_http/http_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct peer_opening *begin_opening(struct peer *peer) {
    struct peer_opening *opening = malloc(sizeof *opening);
    if (opening != NULL) {
        http_request_init(&opening->request);
        buffer_init(&opening->buffer, opening->first, sizeof opening->first);
        opening->received = 0;
        opening->opening.is_open = false;
        peer->opening = opening;
    }
    return opening;
}

void peer_opening_free(struct peer *peer) {
    if (peer->opening != NULL) {
        buffer_free(&peer->opening->buffer);
        free(peer->opening);
        peer->opening = NULL;
    }
}

/* Puts a reply into the output. It stays in peer->opening until it is written. */
static void answer(struct peer_turn *turn) {
    struct peer *peer = turn->peer;
    struct connection *connection = &turn->shared->connection;
    const struct reply *reply = &peer->opening->opening.reply;
    http_log_answer(peer->events.number, reply);
    peer_begin(peer, turn->shared, 0);
    connection_send_encoded(connection, (const uint8_t *)reply->head, reply->head_size);
    if (reply->body_size > 0) {
        connection_send_encoded(connection, reply->body, reply->body_size);
    }
    peer->drains = true;
    peer->state = PEER_LEAVING;
}

static void answer_broken_off(struct peer_turn *turn, enum reply_cause cause) {
    const struct http_exchange_settings *exchange = &turn->shared->settings->upgrade.exchange;
    struct peer_opening *opening = turn->peer->opening;
    http_log_first_line(turn->peer->events.number, (const char *)opening->buffer.data,
                        opening->received);
    reply_broken_off(&opening->opening.reply, &exchange->site, &opening->request, time(NULL), cause,
                     exchange->handshake_timeout);
    answer(turn);
}

/* Answers bytes that break the rules of a request, or are no request at all. */
static void answer_invalid(struct peer_turn *turn, enum http_verdict verdict) {
    struct peer *peer = turn->peer;
    struct peer_opening *opening = peer->opening;
    int status = http_verdict_status(verdict);
    if (status == 0) { /* a client that speaks TLS could not read an answer */
        log_event(peer->events.number, "ended: %s", http_verdict_sentence(verdict));
        peer_drain(turn);
        return;
    }
    http_log_first_line(peer->events.number, (const char *)opening->buffer.data, opening->received);
    reply_sentence(&opening->opening.reply, &turn->shared->settings->upgrade.exchange.site,
                   &opening->request, time(NULL), status, "", http_verdict_sentence(verdict));
    answer(turn);
}

/* Ends a peer that can get no answer. */
static void give_up(struct peer *peer, const char *why) {
    log_event(peer->events.number, "ended before its request was complete: %s", why);
    peer->state = PEER_ENDED;
}

/* Reads once. Returns the verdict on the request so far; or, when it has been answered or the peer
 * has ended, HTTP_INCOMPLETE with another state. */
static enum http_verdict read_some(struct peer_turn *turn) {
    struct peer *peer = turn->peer;
    struct peer_opening *opening = peer->opening;
    struct buffer *buffer = &opening->buffer;
    if (opening->received == buffer->capacity) {
        size_t doubled = 2 * buffer->capacity;
        size_t capacity = doubled < HTTP_HEAD_MAX ? doubled : HTTP_HEAD_MAX;
        if (buffer_resize(buffer, capacity, opening->received) != 0) {
            answer_broken_off(turn, REPLY_NO_MEMORY);
            return HTTP_INCOMPLETE;
        }
        http_request_moved(&opening->request, (const char *)buffer->data);
    }
    ssize_t count = channel_read(&peer->channel, buffer->data + opening->received,
                                 buffer->capacity - opening->received);
    turn->has_read = true;
    if (count > 0) {
        opening->received += (size_t)count;
        return http_request_parse(&opening->request, (const char *)buffer->data, opening->received);
    }
    if (count == 0 && opening->received > 0) {
        answer_broken_off(turn, REPLY_CUT_SHORT);
    } else if (count == 0 || errno != EAGAIN) {
        const char *why = count == 0 ? "closed by the peer" : strerror(errno);
        http_log_first_line(peer->events.number, (const char *)buffer->data, opening->received);
        give_up(peer, why);
    }
    return HTTP_INCOMPLETE;
}

/* Agrees on compression, if the client offers it and there is memory for it. */
static struct extensions_chooser begin_compression(struct peer_turn *turn) {
    struct peer *peer = turn->peer;
    struct extensions_chooser none = {0};
    bool offers = http_header_count(&peer->opening->request.head, "Sec-WebSocket-Extensions") > 0;
    if (!offers) {
        return none;
    }
    peer->deflate = malloc(sizeof *peer->deflate);
    if (peer->deflate == NULL) {
        return none;
    }
    permessage_deflate_init(peer->deflate, &turn->shared->settings->compression, true);
    return permessage_deflate_chooser(peer->deflate);
}

/* Answers a request that is complete. */
static void decide(struct peer_turn *turn) {
    struct peer *peer = turn->peer;
    struct peer_opening *opening = peer->opening;
    struct opening *decided = &opening->opening;
    const struct upgrade_settings *upgrade = &turn->shared->settings->upgrade;
    struct handshake_policy policy = upgrade_policy(upgrade);
    policy.chooser = begin_compression(turn);
    opening_decide(decided, &upgrade->exchange.site, &policy, &opening->request, time(NULL));
    if (peer->deflate != NULL && permessage_deflate_layer(peer->deflate) == NULL) {
        free(peer->deflate);
        peer->deflate = NULL;
    }
    if (decided->is_open || decided->verdict != HANDSHAKE_ACCEPTED) {
        upgrade_log_request(peer->events.number, &opening->request, decided->verdict);
    }
    if (!decided->is_open) {
        answer(turn);
        return;
    }
    log_event(peer->events.number, "%.*s", decided->reply.log_length, decided->reply.log);
    log_verbose(peer->events.number, "  Sec-WebSocket-Accept: %s", decided->handshake.accept);
    size_t head = opening->request.head.size, rest = opening->received - head;
    memcpy(turn->shared->bytes, opening->buffer.data + head, rest);
    peer_begin(peer, turn->shared, rest);
    connection_send_encoded(&turn->shared->connection, (const uint8_t *)decided->reply.head,
                            decided->reply.head_size);
    session_events_init(&peer->events, &turn->shared->settings->session, peer->events.number);
    peer->state = PEER_OPEN;
}

void peer_open(struct peer_turn *turn) {
    struct peer *peer = turn->peer;
    bool is_late = turn->now >= peer->deadline;
    turn->due = peer->deadline;
    if (peer->opening == NULL && begin_opening(peer) == NULL) {
        give_up(peer, "out of memory");
    } else if (turn->stopping || is_late) {
        answer_broken_off(turn, turn->stopping ? REPLY_STOPPING : REPLY_LATE);
    } else {
        enum http_verdict verdict = read_some(turn);
        if (verdict == HTTP_COMPLETE) {
            decide(turn);
        } else if (verdict != HTTP_INCOMPLETE) {
            answer_invalid(turn, verdict);
        }
    }
}
