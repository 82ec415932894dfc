/* tcp_connect: connects to a host and a port in a limited time. Step 6.
 *
 * connect(2) may block for minutes when nothing answers. If the socket does not block, connect
 * returns at once, and poll waits for the result, of several sockets at a time and only as long as
 * it should. The module happy_eyeballs says when to try which address of a name.
 */
#ifndef STEP06_CLIENT_TCP_CONNECT_H
#define STEP06_CLIENT_TCP_CONNECT_H

#include <stddef.h>
#include <stdint.h>

/* Connects to `host`, a name or an address, IPv4 or IPv6, and gives up when clock_now() reaches
 * `deadline`. Of the first HAPPY_EYEBALLS_MAX addresses of a name it takes the one that connects
 * first. The time for looking up a name is limited only by the system. Returns the descriptor of a
 * socket that does not block, which the caller closes; or -1, and writes to `error`, of
 * `error_size` bytes, one sentence that says for each address that was tried what went wrong. */
int tcp_connect(const char *host, const char *port, int64_t deadline, char *error,
                size_t error_size);

#endif
