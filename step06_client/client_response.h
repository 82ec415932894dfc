/* client_response: the head of an HTTP response, as a client reads it. Step 6.
 *
 *     HTTP/1.1 101 Switching Protocols CR LF     version SP status code SP reason phrase
 *     Upgrade: websocket CR LF                   headers, as in a request
 *     CR LF
 *
 * Only the first line differs from that of a request; http_head reads the others.
 */
#ifndef STEP06_CLIENT_CLIENT_RESPONSE_H
#define STEP06_CLIENT_CLIENT_RESPONSE_H

#include "step02_http/http_head.h"

struct client_response {
    int status;                /* 100 to 999 */
    struct http_text reason;   /* may be empty */
    size_t reason_length;      /* known before all of the head, whose bytes may move */
    struct http_head head;     /* the headers and the size */
    enum http_verdict problem; /* what is wrong with the headers */
};

enum client_response_verdict {
    CLIENT_RESPONSE_COMPLETE,
    CLIENT_RESPONSE_INCOMPLETE,
    CLIENT_RESPONSE_NOT_HTTP,        /* it does not begin with "HTTP/1." */
    CLIENT_RESPONSE_TLS,             /* it begins with a TLS alert instead */
    CLIENT_RESPONSE_BAD_STATUS_LINE, /* it begins with "HTTP/1.", but its first line is wrong */
    CLIENT_RESPONSE_BAD_HEADERS      /* `problem` says what is wrong */
};

/* Starts an answer. There is nothing to free. */
void client_response_init(struct client_response *answer);

/* Goes on parsing. `bytes` holds the `len` bytes of the answer that have arrived so far, from its
 * first byte on; they may have moved since the last call. Returns CLIENT_RESPONSE_INCOMPLETE until
 * the head is complete or wrong; call it no more after another verdict. After
 * CLIENT_RESPONSE_COMPLETE the reason and the headers point into `bytes`, and head.size says where
 * the head ends. */
enum client_response_verdict client_response_parse(struct client_response *answer,
                                                   const char *bytes, size_t len);

/* One sentence for people about the verdict that client_response_parse returned last. */
const char *client_response_sentence(const struct client_response *answer,
                                     enum client_response_verdict verdict);

#endif
