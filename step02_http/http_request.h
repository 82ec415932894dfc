/* http_request: an HTTP/1.1 request: its first line, and the headers that are checked in every
 * request. Step 2.
 *
 *     GET /chat HTTP/1.1          method SP request-target SP version (RFC 9112, 3)
 *     Host: example.com:8000      a name or an address, and a port (RFC 9110, 7.2; RFC 3986, 3.2.2)
 *     Host: [2001:db8::1]         an IPv6 address stands in brackets
 *     Content-Length: 5           bytes of body after the head (RFC 9112, 6.2)
 *     Transfer-Encoding: chunked  a body in pieces, each with its length (RFC 9112, 6.1)
 *
 * No server here reads a body. But if a proxy and a server disagree on where a request ends, an
 * attacker can hide a second request in the body of the first. So a body whose length is in doubt
 * is an error.
 */
#ifndef STEP02_HTTP_HTTP_REQUEST_H
#define STEP02_HTTP_HTTP_REQUEST_H

#include "step02_http/http_head.h"

struct http_request {
    struct http_head head;
    struct http_text method, target;
    size_t method_offset, target_offset; /* where they begin in the head */
};

/* Starts a request. There is nothing to free. */
void http_request_init(struct http_request *request);

/* Continues parsing, under the contract of http_head_parse, but never returns HTTP_START_LINE: it
 * checks the request line as soon as that is there, and Host and the length of the body at the end
 * of the head. The texts of `request` point into `bytes`. */
enum http_verdict http_request_parse(struct http_request *request, const char *bytes, size_t len);

/* Tells that the bytes parsed so far are at `bytes` now, so that the texts point there. A later
 * http_request_parse does the same. */
void http_request_moved(struct http_request *request, const char *bytes);

/* Returns the path of the target without its query: of "/a?b" and of "http://host/a?b" it is
 * "/a". */
struct http_text http_request_path(const struct http_request *request);

/* Returns whether a body follows the head of a request that is complete. */
bool http_request_has_body(const struct http_request *request);

/* Returns whether a value of Host is a host, with or without a port. It may be empty, since a
 * target may have no host (RFC 9112, 3.2); this server has only one site and serves that. */
bool http_is_host(struct http_text value);

/* Stores the value of Content-Length of a request or a response, 0 if it has none. Returns false if
 * the value is not one number (RFC 9112, 6.3, item 5). */
bool http_content_length(const struct http_head *head, uint64_t *length);

/* Checks the codings of a head that has Transfer-Encoding. Returns HTTP_COMPLETE for chunked alone,
 * HTTP_NOT_CHUNKED or HTTP_UNKNOWN_CODING. */
enum http_verdict http_transfer_encoding(const struct http_head *head);

#endif
