#include "step06_client/channel.h"

#include "step01_tcp/tcp.h"

#include <errno.h>
#include <limits.h>

/* Gives all errors after which one may try again the name EAGAIN. Returns `count`. */
static ssize_t name_error(ssize_t count) {
    if (count < 0 && tcp_is_temporary(errno)) {
        errno = EAGAIN;
    }
    return count;
}

ssize_t channel_read(const struct channel *channel, void *bytes, size_t size) {
    const struct channel_filter *filter = channel->filter;
    return name_error(filter != NULL ? filter->read(filter->context, channel->fd, bytes, size)
                                     : recv(channel->fd, bytes, size, 0));
}

ssize_t channel_write(const struct channel *channel, const struct iovec *parts, size_t count) {
    const struct channel_filter *filter = channel->filter;
    return name_error(filter != NULL ? filter->write(filter->context, channel->fd, parts, count)
                                     : tcp_send_parts(channel->fd, parts, count, 0));
}

bool channel_holds_output(const struct channel *channel) {
    return channel->filter != NULL && channel->filter->events(channel->filter->context, 0) != 0;
}

int channel_wait(const struct channel *channel, short events, struct pollfd *ready, size_t count,
                 int64_t wait) {
    const struct channel_filter *filter = channel->filter;
    short on_socket = filter != NULL ? filter->events(filter->context, events) : events;
    bool at_once = events != 0 && on_socket == 0;
    ready[0] = (struct pollfd){channel->fd, on_socket, 0};
    if (wait < 0 || at_once) {
        wait = 0;
    }
    if (poll(ready, (nfds_t)count, wait < INT_MAX ? (int)wait : INT_MAX) < 0) {
        for (size_t i = 0; i < count; i++) {
            ready[i].revents = 0;
        }
        return -1;
    }
    /* The filter may have waited to write so that it can read, or the other way round. */
    return filter != NULL && (at_once || ready[0].revents != 0) ? events : ready[0].revents;
}
