/* client_response: the head of an HTTP response, as a client reads it. Step 6.
 *
 *     HTTP/1.1 101 Switching Protocols CR LF     version SP status code SP reason phrase
 *     Upgrade: websocket CR LF                   headers, as in a request
 *     CR LF
 *
 * Only the first line differs from a request, so http_head reads the others.
 */
#ifndef STEP06_CLIENT_CLIENT_RESPONSE_H
#define STEP06_CLIENT_CLIENT_RESPONSE_H

#include "step02_http/http_head.h"

struct client_response {
    int status;              /* 100 to 999 */
    struct http_text reason; /* may be empty */
    size_t reason_length;
    struct http_head head;     /* the headers and the size */
    enum http_verdict problem; /* what is wrong with the headers */
};

enum client_response_verdict {
    CLIENT_RESPONSE_COMPLETE,
    CLIENT_RESPONSE_INCOMPLETE,
    CLIENT_RESPONSE_NOT_HTTP,        /* it does not begin with a status line of HTTP/1 */
    CLIENT_RESPONSE_TLS,             /* nor that, but with an alert of TLS */
    CLIENT_RESPONSE_BAD_STATUS_LINE, /* a version of HTTP/1, and something wrong after it */
    CLIENT_RESPONSE_BAD_HEADERS      /* see client_response_sentence */
};

/* Starts an answer. There is nothing to free. */
void client_response_init(struct client_response *answer);

/* Goes on parsing, under the contract of http_head_parse. */
enum client_response_verdict client_response_parse(struct client_response *answer,
                                                   const char *bytes, size_t len);

/* One sentence for people about what client_response_parse returned last. */
const char *client_response_sentence(const struct client_response *answer,
                                     enum client_response_verdict verdict);

#endif
