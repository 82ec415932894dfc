/* listeners: the sockets at which a server can be called, one for each address of its host. Step 1.
 *
 * A name may stand for several addresses: "localhost" is 127.0.0.1 and ::1 on most machines, and
 * clients use either. A socket listens at one address, so a name needs as many as it has.
 */
#ifndef STEP01_TCP_LISTENERS_H
#define STEP01_TCP_LISTENERS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum {
    LISTENERS_MAX = 16,       /* addresses of a name; "localhost" has two or three */
    LISTENERS_TRIES = 16,     /* free ports that are tried for several addresses */
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
 * (0: any that is free at all of them). An address that this machine lacks, as ::1 where IPv6 is
 * turned off, is left out with a line in the log, if another one is left. Returns 0; or -1 with
 * nothing open and one sentence in `error` that says what is wrong and what to try.
 *
 * "::" alone takes IPv4 as well where that is the system's rule; beside other addresses it does
 * not. */
int listeners_open(struct listeners *listeners, const char *host, uint16_t port, char *error,
                   size_t error_size);

/* Closes all of them. */
void listeners_close(struct listeners *listeners);

#endif
