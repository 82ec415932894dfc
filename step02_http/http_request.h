/* http_request: one HTTP/1.1 request: its first line, and the headers that every request is judged
 * by. Step 2.
 *
 *     GET /chat HTTP/1.1          method SP request-target SP version (RFC 9112, 3)
 *     Host: example.com:8000      a name or an address, and a port (RFC 9110, 7.2; RFC 3986, 3.2.2)
 *     Host: [2001:db8::1]         an IPv6 address stands in brackets
 *     Content-Length: 5           bytes of body after the head (RFC 9112, 6.2)
 *     Transfer-Encoding: chunked  a body in pieces, each with its length (RFC 9112, 6.1)
 *
 * No server here reads a body. But two servers in a row that disagree on where a request ends can
 * be made to read the body of one as another request, so a length that is in doubt is an error.
 */
#ifndef STEP02_HTTP_HTTP_REQUEST_H
#define STEP02_HTTP_HTTP_REQUEST_H

#include "step02_http/http_head.h"

struct http_request {
    struct http_head head;
    struct http_text method, target;
    size_t method_from, target_from; /* where those begin in the head */
};

/* Starts a request. There is nothing to free. */
void http_request_init(struct http_request *request);

/* Goes on parsing, under the contract of http_head_parse, and judges the request line as soon as it
 * has come, and Host and the length of the body at the end of the head. Never returns
 * HTTP_START_LINE. The texts of `request` point into `bytes`. */
enum http_verdict http_request_parse(struct http_request *request, const char *bytes, size_t len);

/* The path of the target without its query: of "/a?b" and of "http://host/a?b" it is "/a". */
struct http_text http_request_path(const struct http_request *request);

/* Whether a body follows the head of a request that is complete. */
bool http_request_has_body(const struct http_request *request);

/* Whether a value of Host is a host with or without a port. It may be empty, as for a target that
 * has no authority; this server has a single site and serves that. */
bool http_is_host(struct http_text value);

/* The value of Content-Length, of a request or an answer; 0 if it has none. Returns false if that
 * is not one number (RFC 9112, 6.3, item 5). */
bool http_content_length(const struct http_head *head, uint64_t *length);

/* Judges the codings of a head that has Transfer-Encoding: HTTP_COMPLETE for chunked alone, or
 * HTTP_NOT_CHUNKED or HTTP_UNKNOWN_CODING. */
enum http_verdict http_transfer_encoding(const struct http_head *head);

#endif
