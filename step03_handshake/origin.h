/* origin: the site that a page comes from, in the form that browsers write. Step 3.
 *
 *     https://example.com           scheme "://" host, all in lower case; no path, not even "/"
 *     http://localhost:8000         with a port, unless it is the default port of the scheme
 *     null                          a page without an origin, such as one from a file
 *
 * RFC 6454, 6.2. People also write origins in other forms that mean the same. Such an origin must
 * be brought into this form before it is compared with the header Origin.
 */
#ifndef STEP03_HANDSHAKE_ORIGIN_H
#define STEP03_HANDSHAKE_ORIGIN_H

#include "step02_http/http_head.h"

#include <stdbool.h>
#include <stddef.h>

/* Rewrites an origin, a C string, in place, as a browser would send it: in lower case, and without
 * the default port of its scheme (80 for http and ws, 443 for https and wss). It never becomes
 * longer. Returns false and leaves the text as it is if no browser would send it: if it has no
 * scheme or host, a path, a user, a port that is not a number from 1 to 65535, or a host with a
 * `*`, a `%` or characters beyond ASCII (browsers send "xn--bcher-kva.example"). An IPv6 address
 * stands in brackets; it is not shortened. */
bool origin_normalize(char *origin);

enum origin_verdict { ORIGIN_ALLOWED, ORIGIN_FORBIDDEN, ORIGIN_REPEATED };

/* Judges the header Origin of a request (RFC 6455, 10.2): a browser says there which site's script
 * opens the connection, and a script cannot forge it. `origins` are the `count` that may connect,
 * compared ignoring case; a request without an origin may not. If count is 0, all may. */
enum origin_verdict origin_check(const struct http_head *head, const char *const *origins,
                                 size_t count);

#endif
