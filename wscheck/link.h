/* link: one TCP connection to who is under test, which never blocks without a bound. */
#ifndef WSCHECK_LINK_H
#define WSCHECK_LINK_H

#include <netdb.h>
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
    bool ended;  /* the server's stream has ended: */
    bool reset;  /* with a reset, and not as it should */
    bool broken; /* what is written does not arrive any more */
    uint8_t buffer[LINK_BUFFER_SIZE];
    size_t start, end; /* the bytes that have been read and not yet been taken */
};

enum link_wait { LINK_READABLE = 1, LINK_WRITABLE = 2 };

/* Finds the address of a host and a port; of several, as `localhost` has them, the first that
 * accepts a connection. Returns NULL, or what went wrong. */
const char *link_find(const char *host, const char *port, struct link_address *address);

/* Connects until `deadline` (clock_now). Returns 0, or -1 with errno. */
int link_open(struct link *link, const struct link_address *address, int64_t deadline);

/* Takes over a connection that was accepted. */
void link_adopt(struct link *link, int fd);

/* Waits until the link can be read or written, or until the deadline. Returns a combination of
 * enum link_wait, 0 when the time is over. */
int link_wait(const struct link *link, int wanted, int64_t deadline);

/* Reads what is there into the empty buffer; sets `ended` at the end. Returns whether any came. */
bool link_read(struct link *link);

/* Writes what the kernel takes of the bytes at once; sets `broken` when the server is gone. Returns
 * how many were taken. */
size_t link_write(struct link *link, const uint8_t *bytes, size_t len);

/* Ends the own half of the stream. The server's half stays open. */
void link_finish(struct link *link);

/* Closes with a reset instead of an end, as a crashed client does. */
void link_reset(struct link *link);

/* Closes. May be called at any time, also twice. */
void link_close(struct link *link);

#endif
