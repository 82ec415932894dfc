/* channel: what a client's bytes go through. Step 6.
 *
 * It is a socket that does not block. A program may put a filter between itself and the socket that
 * changes the bytes, as TLS does. A filter may hold bytes of either direction. poll(2) knows
 * nothing of them, so channel_wait asks the filter before each wait.
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
    /* As channel_read and channel_write, on a socket that does not block. Each also writes bytes
     * that the filter holds for the socket, as many as the socket takes. */
    ssize_t (*read)(void *context, int fd, void *bytes, size_t size);
    ssize_t (*write)(void *context, int fd, const struct iovec *parts, size_t count);
    /* Returns what to wait for on the socket when the caller wants to read (POLLIN), to write
     * (POLLOUT), both, or neither (0): the same, and POLLOUT if the filter holds bytes for the
     * socket; or 0 if one of the two can be done without a wait. */
    short (*events)(void *context, short wanted);
    void *context; /* for the three functions */
};

struct channel {
    int fd;
    const struct channel_filter *filter; /* NULL: the bytes go as they are */
};

/* Reads up to `size` of the bytes that have arrived. Returns how many it read, 0 at the end of the
 * stream, or -1 with errno, which is EAGAIN if none have arrived. */
ssize_t channel_read(const struct channel *channel, void *bytes, size_t size);

/* Writes as many bytes of `count` parts, at most TCP_PARTS_MAX, as can be written now. Returns how
 * many, or -1 with errno, which is EAGAIN if there are none. */
ssize_t channel_write(const struct channel *channel, const struct iovec *parts, size_t count);

/* Whether the filter holds bytes that the socket has not taken yet. */
bool channel_holds_output(const struct channel *channel);

/* Waits up to `wait` ms until the channel can be read (POLLIN in `events`) or written (POLLOUT), or
 * another descriptor is ready. `ready` holds `count` descriptors for poll(2): the first place is
 * for the channel and is filled in here, the others are the caller's. Returns those of `events`
 * that may be tried now, and perhaps other events of poll(2), whose cause the next read will tell;
 * or 0 if the channel is not ready; or -1 with errno, which is EINTR after a signal, and then no
 * descriptor is ready. */
int channel_wait(const struct channel *channel, short events, struct pollfd *ready, size_t count,
                 int64_t wait);

#endif
