#include "step02_http/reply.h"

#include <stdio.h>
#include <string.h>

static bool is_head(const struct http_request *request) {
    return http_text_is(request->method, "HEAD");
}

/* Fills in a reply: its head, its body, and what the log says. */
static void finish(struct reply *reply, const struct http_request *request,
                   const struct http_response *response, const void *body, const char *log,
                   size_t log_length) {
    reply->status = response->status;
    reply->head_size = http_response_head(response, reply->head, sizeof reply->head);
    reply->body = body;
    reply->body_size = is_head(request) ? 0 : response->content_length;
    reply->log = log;
    reply->log_length = (int)log_length;
}

void reply_sentence(struct reply *reply, const struct site *site,
                    const struct http_request *request, time_t now, int status, const char *headers,
                    const char *sentence) {
    struct text_builder body;
    text_begin(&body, reply->sentence, sizeof reply->sentence);
    text_add(&body, sentence);
    text_add(&body, "\n");
    struct http_response response = {
        status, site->program, now, headers, "text/plain; charset=utf-8", body.length};
    finish(reply, request, &response, body.out, body.out, body.length - 1);
}

void reply_broken_off(struct reply *reply, const struct site *site,
                      const struct http_request *request, time_t now, enum reply_cause cause,
                      int64_t timeout) {
    static const struct {
        int status;
        const char *sentence;
    } replies[] = {
        [REPLY_LATE] = {408, ""}, /* its sentence says the time */
        [REPLY_CUT_SHORT] = {400, "The request did not arrive in full."},
        [REPLY_STOPPING] = {503, "The server is shutting down."},
        [REPLY_NO_MEMORY] = {503, "The server is out of memory."},
    };
    char late[REPLY_SENTENCE_MAX];
    const char *sentence = replies[cause].sentence;
    if (cause == REPLY_LATE) {
        snprintf(late, sizeof late,
                 "The request did not arrive within %g seconds (--handshake-timeout).",
                 (double)timeout / 1000);
        sentence = late;
    }
    reply_sentence(reply, site, request, now, replies[cause].status, "", sentence);
}

void reply_page(struct reply *reply, const struct site *site, const struct http_request *request,
                time_t now) {
    if (!http_text_is(request->method, "GET") && !is_head(request)) {
        reply_sentence(reply, site, request, now, 405, "Allow: GET, HEAD\r\n",
                       "This server answers GET and HEAD only.");
    } else if (!http_text_is(http_request_path(request), "/")) {
        reply_sentence(reply, site, request, now, 404, "",
                       "There is nothing here; the page is at /.");
    } else {
        struct http_response response = {200,
                                         site->program,
                                         now,
                                         "Cache-Control: no-cache\r\n",
                                         "text/html; charset=utf-8",
                                         site->page_size};
        const char *log = is_head(request) ? "the head of the page" : "the page";
        finish(reply, request, &response, site->page, log, strlen(log));
    }
}
