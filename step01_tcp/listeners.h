/* listeners: the sockets at which a server listens, one for each address of its host. Step 1.
 *
 * A name may have several addresses: "localhost" is 127.0.0.1 and ::1 on most machines, and clients
 * use either. A socket listens at one address, so a server needs as many as the name has addresses.
 */
#ifndef STEP01_TCP_LISTENERS_H
#define STEP01_TCP_LISTENERS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum {
    LISTENERS_MAX = 16,       /* addresses of a name; "localhost" has two or three */
    LISTENERS_TRIES = 16,     /* attempts to find a port that is free at all addresses */
    LISTENERS_BACKLOG = 1024, /* connections that may wait at each address to be accepted */
};

struct listener {
    int fd; /* accept(2) on it never blocks */
    struct sockaddr_storage address;
};

struct listeners {
    struct listener at[LISTENERS_MAX]; /* in the order that the system gives the addresses */
    size_t count;
};

/* Listens on every address of `host` (a name or an address, IPv4 or IPv6), all with the same `port`
 * (0: any that is free at all of them). Addresses that this machine does not have, such as ::1
 * where IPv6 is turned off, are left out with a line in the log, unless no other is left. Returns
 * 0; or -1 with nothing open and one sentence in `error` that says what is wrong and what to try.
 *
 * If "::" is the only address, it takes IPv4 as well where the system's default says so; beside
 * other addresses it does not. */
int listeners_open(struct listeners *listeners, const char *host, uint16_t port, char *error,
                   size_t error_size);

/* Closes all of them. */
void listeners_close(struct listeners *listeners);

#endif
