/* link: a TCP connection to the server or client under test. No function blocks without a bound. */
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
    int fd;      /* -1 if it is not open */
    bool ended;  /* the other side's stream has ended */
    bool reset;  /* it has ended with a reset */
    bool broken; /* nothing that is written arrives any more */
    uint8_t buffer[LINK_BUFFER_SIZE];
    size_t start, end; /* the part of the buffer that has been read from TCP and not been used */
};

enum link_wait { LINK_READABLE = POLLIN, LINK_WRITABLE = POLLOUT };

/* Finds the address of a host and a port. If there are several, as for `localhost`, it is the first
 * that accepts a connection, or else the last. Returns NULL, or what went wrong. */
const char *link_find(const char *host, const char *port, struct link_address *address);

/* Connects until `deadline` (clock_now). Returns 0, or -1 with errno. */
int link_open(struct link *link, const struct link_address *address, int64_t deadline);

/* Whether the address accepts a connection before the deadline. It is closed at once. */
bool link_accepts(const struct link_address *address, int64_t deadline);

/* Takes over a socket that was accepted or is about to connect, and makes it non-blocking. */
void link_adopt(struct link *link, int fd);

/* Waits until the link can be read or written, whichever is `wanted`, or until the deadline.
 * Returns a combination of enum link_wait; 0 if the time is over. */
int link_wait(const struct link *link, int wanted, int64_t deadline);

/* Reads once into the empty buffer; sets `ended` at the end of the stream. Returns whether bytes
 * came. */
bool link_read(struct link *link);

/* What the other side did at the end: "ended the TCP stream", or "reset the TCP connection". */
const char *link_end_words(const struct link *link);

/* Writes as many of the bytes as the kernel takes at once; sets `broken` if the other side is gone.
 * Returns how many were taken. */
size_t link_write(struct link *link, const uint8_t *bytes, size_t len);

/* Ends wscheck's half of the connection. The other side's half stays open. */
void link_finish(struct link *link);

/* Closes with a reset, as a crashed client does. */
void link_reset(struct link *link);

/* Closes the connection. May be called again. */
void link_close(struct link *link);

#endif
