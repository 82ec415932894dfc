/* http_response: the head of an HTTP/1.1 response. Step 2.
 *
 *     HTTP/1.1 404 Not Found CR LF         version SP status code SP reason phrase
 *     Server: step02_http CR LF
 *     Content-Length: 29 CR LF
 *     CR LF                                an empty line ends the head; the body follows
 */
#ifndef STEP02_HTTP_HTTP_RESPONSE_H
#define STEP02_HTTP_HTTP_RESPONSE_H

#include "common/text.h"

#include <stddef.h>
#include <time.h>

enum { HTTP_RESPONSE_HEAD_MAX = 512 };

struct http_response {
    int status;
    const char *program; /* the value of Server */
    time_t now;          /* the value of Date */
    const char *headers; /* more lines, each ending with CR LF; "" for none */
    const char *content_type;
    size_t content_length;
};

/* Begins a head: adds the status line, Date and Server. The caller adds more header lines and the
 * empty line. */
void http_response_begin(struct text_builder *head, int status, const char *program, time_t now);

/* Writes the head of a response with a body, and a NUL after it, to `out`, which has room for
 * `capacity` bytes, at least 1. It says "Connection: close", since every connection here carries
 * one request. Returns its length, or 0 if it does not fit. */
size_t http_response_head(const struct http_response *response, char *out, size_t capacity);

/* Returns the reason phrase of a status code, such as "Not Found". */
const char *http_response_reason(int status);

#endif
