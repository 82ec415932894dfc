/* origin: who a page belongs to, written as browsers write it. Step 3.
 *
 *     https://example.com           scheme "://" host, all in lower case; no path, not even "/"
 *     http://localhost:8000         with a port, unless it is the scheme's own
 *     null                          a page that belongs to nobody, as one from a file
 *
 * RFC 6454, 6.2. People write it in other ways that mean the same, and whatever is compared with
 * the header Origin has to be written as the header is.
 */
#ifndef STEP03_HANDSHAKE_ORIGIN_H
#define STEP03_HANDSHAKE_ORIGIN_H

#include <stdbool.h>

/* Writes an origin, a C string, as a browser would send it, in its own place, since it grows no
 * longer: in lower case, and without the port that its scheme has anyhow (80 for http and ws, 443
 * for https and wss). Returns false, with the text as it was, for what no browser would send: no
 * scheme or host, a path, a user, a port that is no number from 1 to 65535, or a host with a `*`, a
 * `%` or characters beyond ASCII (browsers send "xn--bcher-kva.example"). An IPv6 address stands in
 * brackets; it is not shortened. */
bool origin_normalize(char *origin);

#endif
