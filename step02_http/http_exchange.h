/* http_exchange: one HTTP request and its reply over a TCP connection. Step 2.
 *
 * Other modules parse the request and make the reply. This one waits for the bytes, for a bounded
 * time, and sends the reply so that it arrives.
 */
#ifndef STEP02_HTTP_HTTP_EXCHANGE_H
#define STEP02_HTTP_HTTP_EXCHANGE_H

#include "step01_tcp/server.h"
#include "step02_http/buffer.h"
#include "step02_http/reply.h"

struct http_exchange_settings {
    struct site site;
    int64_t handshake_timeout; /* ms for the whole head, however slowly it arrives */
};

struct http_exchange {
    struct tcp_connection *tcp;
    const struct http_exchange_settings *settings;
    struct http_request request;
    size_t received;
};

/* The whole response to a client that is one too many, which is sent before its request is read;
 * for the field `refusal` of struct threads_settings. */
extern const char http_exchange_refusal[];

/* Fills in the defaults, the page of step 2 and 10 s, and adds --handshake-timeout to the options.
 * `settings` must outlive them. */
void http_exchange_init(struct http_exchange_settings *settings, struct options *options);

/* Reads one request head into `buffer`, which is empty and may grow to HTTP_HEAD_MAX. The caller
 * has set `tcp` and `settings`. The texts of exchange->request then point into the buffer, and
 * exchange->received is the number of bytes that came in all, more than request.head.size if the
 * client sent more after the head. Returns 0; or -1 if there is no request to serve: then it has
 * answered a bad or late one, and logged the reason. */
int http_exchange_receive(struct http_exchange *exchange, struct buffer *buffer);

/* Logs a reply, sends it and ends the stream with tcp_finish, so that no reset destroys the reply
 * on its way. The caller closes the connection afterwards. */
void http_exchange_send(struct http_exchange *exchange, const struct reply *reply);

/* Answers an ordinary request with reply_page. */
void http_exchange_page(struct http_exchange *exchange);

#endif
