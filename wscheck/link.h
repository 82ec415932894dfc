/* link: one TCP connection to the side under test, which never blocks without a bound. */
#ifndef WSCHECK_LINK_H
#define WSCHECK_LINK_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum { LINK_BUFFER_SIZE = 64 * 1024 };

struct link_address {
    struct sockaddr_storage address;
    socklen_t size;
};

struct link {
    int fd;      /* -1 when it is not open */
    bool ended;  /* the other side's stream has ended: */
    bool reset;  /* with a reset, and not as it should */
    bool broken; /* what is written does not arrive any more */
    uint8_t buffer[LINK_BUFFER_SIZE];
    size_t start, end; /* the bytes that have been read and not yet been taken */
};

enum link_wait { LINK_READABLE = POLLIN, LINK_WRITABLE = POLLOUT };

/* Finds the address of a host and a port; of several, as `localhost` has them, the first that
 * accepts a connection, or the last one. Returns NULL, or what went wrong. */
const char *link_find(const char *host, const char *port, struct link_address *address);

/* Connects until `deadline` (clock_now). Returns 0, or -1 with errno. */
int link_open(struct link *link, const struct link_address *address, int64_t deadline);

/* Whether a connection is accepted there before the deadline; it is closed at once. */
bool link_accepts(const struct link_address *address, int64_t deadline);

/* Takes over a socket: one that was accepted, or is about to connect. */
void link_adopt(struct link *link, int fd);

/* Waits until the link can be read or written, or until the deadline. Returns a combination of
 * enum link_wait, 0 when the time is over. */
int link_wait(const struct link *link, int wanted, int64_t deadline);

/* Reads what is there into the empty buffer; sets `ended` at the end. Returns whether any came. */
bool link_read(struct link *link);

/* What the other side did at the end: "ended the TCP stream", or "reset the TCP connection". */
const char *link_end_words(const struct link *link);

/* Writes what the kernel takes of the bytes at once; sets `broken` when the other side is gone.
 * Returns how many were taken. */
size_t link_write(struct link *link, const uint8_t *bytes, size_t len);

/* Ends our half of the stream. The other side's half stays open. */
void link_finish(struct link *link);

/* Closes with a reset instead of an end, as a crashed client does. */
void link_reset(struct link *link);

/* Closes. May be called at any time, also twice. */
void link_close(struct link *link);

#endif
