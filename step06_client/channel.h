/* channel: what a client's bytes go through. Step 6.
 *
 * That is a socket which does not block, and nothing else, unless the program puts a filter between
 * that makes other bytes of them, as TLS does. A filter may hold bytes of both directions: poll
 * knows nothing of those, so it is asked before each wait.
 */
#ifndef STEP06_CLIENT_CHANNEL_H
#define STEP06_CLIENT_CHANNEL_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

struct channel_filter {
    /* As channel_read and channel_write, on a socket that does not block. Each also writes what
     * the filter holds for the socket, as far as it takes it. */
    ssize_t (*read)(void *context, int fd, void *bytes, size_t size);
    ssize_t (*write)(void *context, int fd, const struct iovec *parts, size_t count);
    /* What to wait for on the socket, if the caller wants to read (POLLIN), to write (POLLOUT),
     * both or nothing (0): the same, and POLLOUT if the filter holds bytes for the socket; 0 if
     * something of it can be done without a wait. */
    short (*events)(void *context, short wanted);
    void *context;
};

struct channel {
    int fd;
    const struct channel_filter *filter; /* NULL: the bytes go as they are */
};

/* Reads up to `size` bytes, of those that are there. Returns how many, 0 at the end, or -1 with
 * errno: EAGAIN if nothing is there now. */
ssize_t channel_read(const struct channel *channel, void *bytes, size_t size);

/* Writes what can be written now of `count` parts, at most TCP_PARTS_MAX. Returns how many bytes,
 * or -1 with errno: EAGAIN if nothing can be. */
ssize_t channel_write(const struct channel *channel, const struct iovec *parts, size_t count);

/* Whether the filter holds bytes that the socket has not taken yet. */
bool channel_holds_output(const struct channel *channel);

/* Waits up to `wait` ms until the channel can be read (POLLIN in `events`) or written (POLLOUT), or
 * one of the others is ready: `ready` has `count` places, the first of which is the channel's and
 * is filled in here. Returns the events of those it wanted that may be tried now, others of
 * poll(2)'s, all of which a read will explain, or 0; or -1 with errno, EINTR after a signal, and
 * nothing is ready then. */
int channel_wait(const struct channel *channel, short events, struct pollfd *ready, size_t count,
                 int64_t wait);

#endif
