/* reply: what a server answers to a request: the page, or a status and one sentence. Step 2.
 *
 * This module only makes the reply. The module that has the connection sends it, be that a thread
 * that blocks or an event loop.
 */
#ifndef STEP02_HTTP_REPLY_H
#define STEP02_HTTP_REPLY_H

#include "step02_http/http_request.h"
#include "step02_http/http_response.h"

enum { REPLY_SENTENCE_MAX = 416 }; /* the longest is the log line of opening.h */

/* What a server serves. The memory belongs to the caller and outlives all replies. */
struct site {
    const char *program; /* sent in the Server header */
    const void *page;    /* HTML, served at "/" */
    size_t page_size;    /* bytes of it */
};

/* A reply to be sent: the head, then the body. After it the connection ends. It must not be moved,
 * since `body` may point into it. */
struct reply {
    char head[HTTP_RESPONSE_HEAD_MAX];
    size_t head_size;
    const void *body;
    size_t body_size; /* 0 also in the reply to HEAD */
    int status;
    const char *log; /* what the log says after the status, */
    int log_length;  /* this many characters */
    char sentence[REPLY_SENTENCE_MAX];
};

/* Makes a reply with a status and one plain sentence of less than REPLY_SENTENCE_MAX - 1 bytes.
 * `request` may be incomplete; the reply to HEAD has no body. `headers` are more header lines that
 * end with CR LF, or "". `now` is the time of day, for Date. */
void reply_sentence(struct reply *reply, const struct site *site,
                    const struct http_request *request, time_t now, int status, const char *headers,
                    const char *sentence);

/* Why a request that is not complete is answered. */
enum reply_cause {
    REPLY_LATE,      /* 408: it did not come in time */
    REPLY_CUT_SHORT, /* 400: the client's stream ended in the middle of it */
    REPLY_STOPPING,  /* 503: the server is asked to stop */
    REPLY_NO_MEMORY  /* 503 */
};

/* Makes the reply to a request that is not complete. It had `timeout` ms to arrive. */
void reply_broken_off(struct reply *reply, const struct site *site,
                      const struct http_request *request, time_t now, enum reply_cause cause,
                      int64_t timeout);

/* Makes the reply to an ordinary request: the page for GET and HEAD of "/", 404 for other paths,
 * 405 for other methods. */
void reply_page(struct reply *reply, const struct site *site, const struct http_request *request,
                time_t now);

#endif
