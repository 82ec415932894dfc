#include "tests/support/memory_channel.h"

#include <string.h>

size_t memory_channel_cut;
bool memory_channel_everywhere;

static size_t limit(size_t size, size_t passed) {
    size_t most = memory_channel_everywhere     ? 1
                  : passed < memory_channel_cut ? memory_channel_cut - passed
                                                : size;
    return size < most ? size : most;
}

size_t memory_channel_read(struct memory_channel *channel, uint8_t *bytes, size_t size) {
    size_t count = limit(size < channel->length ? size : channel->length, channel->read);
    memcpy(bytes, channel->bytes, count);
    channel->length -= count;
    memmove(channel->bytes, channel->bytes + count, channel->length);
    channel->read += count;
    return count;
}

size_t memory_channel_write(struct memory_channel *channel, const void *bytes, size_t size) {
    size_t room = MEMORY_CHANNEL_SIZE - channel->length;
    size_t count = limit(size < room ? size : room, channel->written);
    memcpy(channel->bytes + channel->length, bytes, count);
    channel->length += count;
    channel->written += count;
    return count;
}

bool memory_channel_receive(struct connection *connection, struct memory_channel *from) {
    size_t size;
    uint8_t *space = connection_space(connection, &size);
    size_t count = memory_channel_read(from, space, size);
    connection_received(connection, count);
    return count > 0;
}

bool memory_channel_flush(struct connection *connection, struct memory_channel *to) {
    const struct iovec *parts;
    while (connection_output(connection, &parts) > 0) {
        size_t length = parts[0].iov_len,
               count = memory_channel_write(to, parts[0].iov_base, length);
        connection_sent(connection, count);
        if (count < length) {
            return false;
        }
    }
    return true;
}
