/* fields: the header fields that every request is judged by: Host, and the two that say how long a
 * body is. Step 2.
 *
 *     Host: example.com:8000      a name or an address, and a port (RFC 9110, 7.2; RFC 3986, 3.2.2)
 *     Host: [2001:db8::1]         an IPv6 address stands in brackets
 *     Content-Length: 5           bytes of body behind the head (RFC 9112, 6.2)
 *     Transfer-Encoding: chunked  a body in pieces, each with its length (RFC 9112, 6.1)
 *
 * No program here reads a body. But two servers in a row that disagree on where a request ends can
 * be made to read the body of one as another request, so a length that is in doubt is an error.
 */
#ifndef STEP02_HTTP_FIELDS_H
#define STEP02_HTTP_FIELDS_H

#include "step02_http/http.h"

/* Judges the headers of a request whose lines are all parsed. Returns HTTP_COMPLETE; or
 * HTTP_MISSING_HOST, HTTP_REPEATED_HOST or HTTP_BAD_HOST (RFC 9112, 3.2); or
 * HTTP_BAD_CONTENT_LENGTH, HTTP_TWO_BODY_LENGTHS, HTTP_NOT_CHUNKED or HTTP_UNKNOWN_CODING (RFC
 * 9112, 6.1 and 6.3). http_parse calls it at the end of the head. */
enum http_verdict fields_check(const struct http_request *request);

/* Whether a value of Host is a host with or without a port. It may be empty, as for a target that
 * has no authority; this server has a single site and serves that. */
bool fields_is_host(struct http_text value);

/* The value of Content-Length, of a request or a response; 0 if it has none. Returns false if that
 * is not one number (RFC 9112, 6.3, item 5). */
bool fields_content_length(const struct http_request *head, uint64_t *length);

/* Judges the codings of a head that has Transfer-Encoding: HTTP_COMPLETE for chunked alone, or
 * HTTP_NOT_CHUNKED or HTTP_UNKNOWN_CODING. */
enum http_verdict fields_transfer_encoding(const struct http_request *head);

/* Whether a body follows the head of a request that fields_check found complete. */
bool fields_has_body(const struct http_request *request);

#endif
