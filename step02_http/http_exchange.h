/* http_exchange: one HTTP request and its reply over a TCP connection. Step 2.
 *
 * Other modules know what a request is and what is answered to it; this one waits for the bytes,
 * with a bound, and sends replies in such a way that they arrive.
 */
#ifndef STEP02_HTTP_HTTP_EXCHANGE_H
#define STEP02_HTTP_HTTP_EXCHANGE_H

#include "step01_tcp/server.h"
#include "step02_http/buffer.h"
#include "step02_http/reply.h"

struct http_exchange_settings {
    struct site site;
    int64_t handshake_timeout; /* ms for the whole head, however slowly it drips */
};

struct http_exchange {
    struct tcp_connection *tcp;
    const struct http_exchange_settings *settings;
    struct http_request request;
    size_t received;
};

/* What a server sends, before it reads anything, to a client that is one too many: a whole
 * response for the field `refusal` of struct threads_settings. */
extern const char http_exchange_refusal[];

/* Fills in the defaults, the page of step 2 and 10 s, and adds --handshake-timeout to the
 * options. */
void http_exchange_init(struct http_exchange_settings *settings, struct options *options);

/* Reads one request head into `buffer`, which is empty and may grow to HTTP_HEAD_MAX. The texts of
 * exchange->request then point into it, and exchange->received counts the bytes that came in all:
 * more than request.head.size when the client sent more after it. The caller sets `tcp` and
 * `settings` before. Returns 0, or -1 when there is no request to serve: then a bad or late one has
 * been answered already and the reason logged. */
int http_exchange_receive(struct http_exchange *exchange, struct buffer *buffer);

/* Logs the headers of this name, in any case, or all of them if `name` is NULL. */
void http_exchange_log_headers(const struct http_exchange *exchange, const char *name);

/* Logs a reply, sends it and ends the stream after it. Bytes that the client is still sending are
 * read and thrown away for a while, so that no reset destroys the reply on its way. The caller
 * closes the connection then. */
void http_exchange_send(struct http_exchange *exchange, const struct reply *reply);

/* Answers an ordinary request so: the page for GET and HEAD of "/", 404 for other paths, 405 for
 * other methods. */
void http_exchange_page(struct http_exchange *exchange);

#endif
