/* tcp_connect: a TCP connection to a host and a port, within a bound. Step 6.
 *
 * connect(2) alone may wait for minutes when nothing answers. A socket that does not block returns
 * from it at once, and poll then waits for as long as it should, for several of them if need be:
 * the module happy_eyeballs says when to try which address of a name.
 */
#ifndef STEP06_CLIENT_TCP_CONNECT_H
#define STEP06_CLIENT_TCP_CONNECT_H

#include <stddef.h>
#include <stdint.h>

/* Connects to `host`, a name or an address, IPv4 or IPv6, until clock_now() reaches `deadline`. Of
 * the first HAPPY_EYEBALLS_MAX addresses of a name it takes the one that connects first. How long a
 * name takes to be looked up is up to the system. Returns the descriptor of a socket that does not
 * block, which the caller closes, or -1 with one sentence in `error` that says of each address that
 * was tried what is wrong. */
int tcp_connect(const char *host, const char *port, int64_t deadline, char *error,
                size_t error_size);

#endif
