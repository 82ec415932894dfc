#include "step02_http/http_exchange.h"

#include "common/clock.h"
#include "common/log.h"
#include "step02_http/http_log.h"
#include "step02_http/page.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const char http_exchange_refusal[] = "HTTP/1.1 503 Service Unavailable\r\n"
                                     "Connection: close\r\n"
                                     "Retry-After: 5\r\n"
                                     "Content-Type: text/plain; charset=utf-8\r\n"
                                     "Content-Length: 50\r\n"
                                     "\r\n"
                                     "The server has all the connections it can serve.\r\n";

void http_exchange_init(struct http_exchange_settings *settings, struct options *options) {
    settings->site = (struct site){options->program, page_html, page_html_size};
    settings->handshake_timeout = 10000;
    options_add_seconds(options, "--handshake-timeout", &settings->handshake_timeout, 1,
                        "time for a request to arrive");
}

void http_exchange_send(struct http_exchange *exchange, const struct reply *reply) {
    struct iovec parts[2] = {{(char *)reply->head, reply->head_size},
                             {(void *)(uintptr_t)reply->body, reply->body_size}};
    http_log_answer(exchange->tcp->number, reply);
    if (tcp_write(exchange->tcp, parts, reply->body_size > 0 ? 2 : 1) != 0) {
        log_event(exchange->tcp->number, "the answer could not be sent: %s", strerror(errno));
        return;
    }
    tcp_finish(exchange->tcp, TCP_FINISH_TIMEOUT);
}

void http_exchange_page(struct http_exchange *exchange) {
    struct reply reply;
    reply_page(&reply, &exchange->settings->site, &exchange->request, time(NULL));
    http_exchange_send(exchange, &reply);
}

/* Called when a read returned `count`, 0 or -1 with errno, before the head was whole. */
static void answer_broken_off(struct http_exchange *exchange, const char *buffer, ssize_t count) {
    int problem = count < 0 ? errno : 0;
    const struct http_exchange_settings *settings = exchange->settings;
    struct reply reply;
    http_log_first_line(exchange->tcp->number, buffer, exchange->received);
    bool can_answer = problem == ETIMEDOUT || problem == ECANCELED || problem == ENOMEM ||
                      (count == 0 && exchange->received > 0);
    if (!can_answer) {
        log_event(exchange->tcp->number, "ended before its request was complete: %s",
                  count == 0 ? "closed by the peer" : strerror(problem));
        return;
    }
    reply_broken_off(&reply, &settings->site, &exchange->request, time(NULL),
                     problem == ETIMEDOUT   ? REPLY_LATE
                     : problem == ECANCELED ? REPLY_STOPPING
                     : problem == ENOMEM    ? REPLY_NO_MEMORY
                                            : REPLY_CUT_SHORT,
                     settings->handshake_timeout);
    http_exchange_send(exchange, &reply);
}

/* Answers bytes that break the rules of a request, or are no request at all. */
static void answer_invalid(struct http_exchange *exchange, const char *buffer,
                           enum http_verdict verdict) {
    int status = http_verdict_status(verdict);
    const char *sentence = http_verdict_sentence(verdict);
    struct reply reply;
    if (status == 0) { /* a client that speaks TLS could not read an answer */
        log_event(exchange->tcp->number, "ended: %s", sentence);
        tcp_finish(exchange->tcp, TCP_FINISH_TIMEOUT);
        return;
    }
    http_log_first_line(exchange->tcp->number, buffer, exchange->received);
    reply_sentence(&reply, &exchange->settings->site, &exchange->request, time(NULL), status, "",
                   sentence);
    http_exchange_send(exchange, &reply);
}

/* Waits until `deadline` for more of the head. Returns what tcp_read does, or -1 with ENOMEM if the
 * buffer is full and cannot grow. */
static ssize_t receive_some(struct http_exchange *exchange, struct buffer *buffer,
                            int64_t deadline) {
    int64_t left = deadline - clock_now();
    if (left <= 0) {
        errno = ETIMEDOUT;
        return -1;
    }
    if (exchange->received == buffer->capacity) {
        size_t doubled = 2 * buffer->capacity;
        size_t capacity = doubled < HTTP_HEAD_MAX ? doubled : HTTP_HEAD_MAX;
        if (buffer_resize(buffer, capacity, exchange->received) != 0) {
            errno = ENOMEM;
            return -1;
        }
        http_request_moved(&exchange->request, (const char *)buffer->data);
    }
    return tcp_read(exchange->tcp, buffer->data + exchange->received,
                    buffer->capacity - exchange->received, left);
}

int http_exchange_receive(struct http_exchange *exchange, struct buffer *buffer) {
    int64_t deadline = clock_now() + exchange->settings->handshake_timeout;
    enum http_verdict verdict = HTTP_INCOMPLETE;
    http_request_init(&exchange->request);
    exchange->received = 0;
    while (verdict == HTTP_INCOMPLETE) {
        ssize_t count = receive_some(exchange, buffer, deadline);
        if (count <= 0) {
            answer_broken_off(exchange, (const char *)buffer->data, count);
            return -1;
        }
        exchange->received += (size_t)count;
        verdict =
            http_request_parse(&exchange->request, (const char *)buffer->data, exchange->received);
    }
    if (verdict != HTTP_COMPLETE) {
        answer_invalid(exchange, (const char *)buffer->data, verdict);
        return -1;
    }
    return 0;
}
