#include "step02_http/exchange.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/text.h"
#include "step02_http/page.h"
#include "step02_http/response.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { SENTENCE_MAX = 300 };

const char exchange_refusal[] = "HTTP/1.1 503 Service Unavailable\r\n"
                                "Connection: close\r\n"
                                "Retry-After: 5\r\n"
                                "Content-Type: text/plain; charset=utf-8\r\n"
                                "Content-Length: 50\r\n"
                                "\r\n"
                                "The server has all the connections it can serve.\r\n";

void exchange_init(struct exchange_settings *settings, struct options *options) {
    settings->program = options->program;
    settings->handshake_timeout = 10000;
    options_add_seconds(options, "--handshake-timeout", &settings->handshake_timeout, 1,
                        "time for a request to arrive (default 10)");
}

static bool is_head(const struct exchange *exchange) {
    return http_text_is(exchange->request.method, "HEAD");
}

/* Sends a response and ends the stream behind it. Bytes that the client is still sending are read
 * and thrown away for a while, so that no reset destroys the answer on its way. */
static void send_response(struct exchange *exchange, const struct response *response,
                          const void *body) {
    char head[RESPONSE_HEAD_MAX];
    bool head_only = is_head(exchange);
    struct iovec parts[2] = {{head, response_head(response, head, sizeof head)},
                             {(void *)(uintptr_t)body, response->content_length}};
    if (tcp_write(exchange->tcp, parts, head_only ? 1 : 2) != 0) {
        log_event(exchange->tcp->number, "the answer could not be sent: %s", strerror(errno));
        return;
    }
    tcp_finish(exchange->tcp, TCP_FINISH_TIMEOUT);
}

void exchange_answer(struct exchange *exchange, int status, const char *headers,
                     const char *sentence) {
    char body[SENTENCE_MAX];
    snprintf(body, sizeof body, "%s\n", sentence); /* cut if need be */
    struct response response = {status,  exchange->settings->program, time(NULL),
                                headers, "text/plain; charset=utf-8", strlen(body)};
    log_event(exchange->tcp->number, "answered %d %s: %s", status, response_reason(status),
              sentence);
    send_response(exchange, &response, body);
}

/* Shows what a request began with that will be refused: its first line, as far as it has come. */
static void log_first_line(const struct exchange *exchange, const char *buffer) {
    char shown[120];
    size_t start = 0;
    while (start < exchange->received && (buffer[start] == '\r' || buffer[start] == '\n')) {
        start++;
    }
    size_t end = start;
    while (end < exchange->received && buffer[end] != '\r' && buffer[end] != '\n') {
        end++;
    }
    if (end > start) {
        log_event(exchange->tcp->number, "refused: \"%s\"",
                  text_printable(buffer + start, end - start, shown, sizeof shown));
    }
}

/* A read failed or found the end before the head was whole. */
static void answer_broken_off(struct exchange *exchange, const char *buffer, ssize_t count) {
    int problem = count < 0 ? errno : 0;
    log_first_line(exchange, buffer);
    if (problem == ETIMEDOUT) {
        char sentence[SENTENCE_MAX];
        snprintf(sentence, sizeof sentence,
                 "The request did not arrive within %g seconds (--handshake-timeout).",
                 (double)exchange->settings->handshake_timeout / 1000);
        exchange_answer(exchange, 408, "", sentence);
    } else if (problem == ECANCELED) {
        exchange_answer(exchange, 503, "", "The server is shutting down.");
    } else if (problem == ENOMEM) {
        exchange_answer(exchange, 503, "", "The server is out of memory.");
    } else if (count == 0 && exchange->received > 0) {
        exchange_answer(exchange, 400, "", http_verdict_sentence(HTTP_INCOMPLETE));
    } else {
        log_event(exchange->tcp->number, "ended before its request was complete: %s",
                  count == 0 ? "closed by the peer" : strerror(problem));
    }
}

/* Waits until `deadline` for more of the head. Returns as tcp_read does, -1 with ENOMEM when the
 * buffer is full and cannot grow. */
static ssize_t receive_some(struct exchange *exchange, struct buffer *buffer, int64_t deadline) {
    int64_t left = deadline - clock_now();
    if (left <= 0) {
        errno = ETIMEDOUT;
        return -1;
    }
    if (exchange->received == buffer->capacity) {
        size_t twice = 2 * buffer->capacity;
        size_t capacity = twice < HTTP_HEAD_MAX ? twice : HTTP_HEAD_MAX;
        if (buffer_grow(buffer, capacity, exchange->received) != 0) {
            errno = ENOMEM;
            return -1;
        }
    }
    return tcp_read(exchange->tcp, buffer->data + exchange->received,
                    buffer->capacity - exchange->received, left);
}

int exchange_receive(struct exchange *exchange, struct buffer *buffer) {
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
        log_first_line(exchange, (const char *)buffer->data);
        exchange_answer(exchange, http_verdict_status(verdict), "", http_verdict_sentence(verdict));
        return -1;
    }
    return 0;
}

void exchange_log_headers(const struct exchange *exchange, const char *name) {
    for (size_t i = 0; i < exchange->request.head.header_count; i++) {
        struct http_header header = http_header_at(&exchange->request.head, i);
        char left[64], right[256];
        if (name == NULL || http_text_is_nocase(header.name, name)) {
            log_event(exchange->tcp->number, "  %s: %s",
                      text_printable(header.name.start, header.name.length, left, sizeof left),
                      text_printable(header.value.start, header.value.length, right, sizeof right));
        }
    }
}

void exchange_page(struct exchange *exchange) {
    const struct http_request *request = &exchange->request;
    if (!http_text_is(request->method, "GET") && !http_text_is(request->method, "HEAD")) {
        exchange_answer(exchange, 405, "Allow: GET, HEAD\r\n",
                        "This server answers GET and HEAD only.");
    } else if (!http_text_is(http_request_path(request), "/")) {
        exchange_answer(exchange, 404, "", "There is nothing here; the page is at /.");
    } else {
        struct response response = {200,
                                    exchange->settings->program,
                                    time(NULL),
                                    "Cache-Control: no-cache\r\n",
                                    "text/html; charset=utf-8",
                                    page_html_size};
        log_event(exchange->tcp->number, "answered 200 OK: the %s",
                  is_head(exchange) ? "head of the page" : "page");
        send_response(exchange, &response, page_html);
    }
}
