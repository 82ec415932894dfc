/* answer: the head of an HTTP response, as a client reads it. Step 6.
 *
 *     HTTP/1.1 101 Switching Protocols CR LF     version SP status code SP reason phrase
 *     Upgrade: websocket CR LF                   headers, as in a request
 *     CR LF
 *
 * Only the first line differs from a request, so http_head reads the others.
 */
#ifndef STEP06_CLIENT_ANSWER_H
#define STEP06_CLIENT_ANSWER_H

#include "step02_http/http_head.h"

struct answer {
    int status;              /* 100 to 999 */
    struct http_text reason; /* may be empty */
    size_t reason_length;
    struct http_head head;     /* the headers and the size */
    enum http_verdict problem; /* what is wrong with the headers */
};

enum answer_verdict {
    ANSWER_COMPLETE,
    ANSWER_INCOMPLETE,
    ANSWER_NOT_HTTP,        /* it does not begin with a status line of HTTP/1 */
    ANSWER_TLS,             /* nor that, but with an alert of TLS */
    ANSWER_BAD_STATUS_LINE, /* a version of HTTP/1, and something wrong after it */
    ANSWER_BAD_HEADERS      /* see answer_sentence */
};

/* Starts an answer. There is nothing to free. */
void answer_init(struct answer *answer);

/* Goes on parsing, under the contract of http_head_parse. */
enum answer_verdict answer_parse(struct answer *answer, const char *bytes, size_t len);

/* One sentence for people about what answer_parse returned last. */
const char *answer_sentence(const struct answer *answer, enum answer_verdict verdict);

#endif
