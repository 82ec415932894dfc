#include "step06_client/client.h"

#include "common/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Sets `problem`. Returns CLIENT_LOST. */
static enum client_event lost(struct client *client, const char *sentence) {
    snprintf(client->problem, sizeof client->problem, "%s", sentence);
    return CLIENT_LOST;
}

static bool has_output(struct client *client) {
    const struct iovec *parts;
    return connection_output(&client->connection, &parts) > 0;
}

/* Draws the frames in the first `count` bytes of the output, which have been written. */
static void trace_sent(struct client *client, const struct iovec *parts, size_t count) {
    for (; client->tracing && count > 0; parts++) {
        size_t here = parts->iov_len < count ? parts->iov_len : count;
        frame_trace_bytes(&client->sent, parts->iov_base, here);
        count -= here;
    }
}

/* The earlier of two times, of which 0 means never. */
static int64_t earlier(int64_t one, int64_t other) {
    return one == 0 || (other != 0 && other < one) ? other : one;
}

/* Moves the write deadline when the server has taken `sent` bytes: by the time that they may take
 * at CLIENT_WRITE_LEAST_RATE, so that a server cannot keep the client waiting with single bytes. */
static void move_write_deadline(struct client *client, int64_t sent) {
    int64_t latest = clock_now() + CLIENT_WRITE_TIMEOUT;
    int64_t moved = client->write_deadline + sent * 1000 / CLIENT_WRITE_LEAST_RATE;
    client->write_deadline = !has_output(client)           ? 0
                             : client->write_deadline == 0 ? latest
                                                           : earlier(latest, moved);
}

/* Writes as much of the output as the channel takes now. Returns 0, or -1 with errno. */
static int send_some(struct client *client) {
    const struct iovec *parts;
    size_t count = connection_output(&client->connection, &parts);
    if (count == 0) {
        client->write_deadline = 0;
        return 0;
    }
    if (client->random_failed) {
        errno = EIO;
        return -1; /* the output is masked with a key that somebody may know */
    }
    ssize_t sent = channel_write(&client->channel, parts, count);
    if (sent < 0 && errno != EAGAIN) {
        return -1;
    }
    if (sent > 0) {
        trace_sent(client, parts, (size_t)sent);
        connection_sent(&client->connection, (size_t)sent);
    }
    move_write_deadline(client, sent > 0 ? sent : 0);
    return 0;
}

/* Reads the bytes that have arrived. Returns false and sets `problem` if the connection is lost. */
static bool receive_some(struct client *client) {
    size_t size;
    uint8_t *space = connection_space(&client->connection, &size);
    if (space == NULL) {
        return true; /* the next event is CONNECTION_FAILED */
    }
    ssize_t count = channel_read(&client->channel, space, size);
    if (count == 0 || (count < 0 && errno != EAGAIN)) {
        lost(client,
             count == 0 ? "the server ended the connection without a Close" : strerror(errno));
        return false;
    }
    if (count > 0) {
        if (client->tracing) {
            frame_trace_bytes(&client->received, space, (size_t)count);
        }
        connection_received(&client->connection, (size_t)count);
        client->limits.heard = true;
    }
    return true;
}

/* Whether the caller may send more: no output waits, and no Close has been sent. */
static bool may_send(struct client *client) {
    return !has_output(client) && !client->connection.close_sent;
}

/* Does what is due. Returns true and sets `problem` if the connection is lost; otherwise `*left` is
 * how many ms to wait at most. */
static bool expired(struct client *client, const struct client_wait *wait, int64_t *left) {
    int64_t now = clock_now();
    enum limits_due due = limits_due(&client->limits, &client->connection, false, now, left);
    if (due == LIMITS_NO_CLOSE || due == LIMITS_NO_PONG) {
        lost(client, due == LIMITS_NO_CLOSE ? "the server did not reply to our Close"
                                            : "no answer to a ping (--ping-interval)");
        return true;
    }
    if (client->write_deadline != 0 && now >= client->write_deadline) {
        lost(client, "the server does not read what is sent to it");
        return true;
    }
    if (due == LIMITS_PING) {
        connection_ping(&client->connection, (const uint8_t *)"", 0);
        *left = 0;
    }
    int64_t until = earlier(client->write_deadline, wait->deadline >= 0 ? wait->deadline : 0);
    *left = until != 0 && until - now < *left ? until - now : *left;
    return false;
}

/* Writes the rest of the output and waits, for at most LIMITS_CLOSE_TIMEOUT ms, until the server
 * has ended TCP, which it should do first (7.1.1). A server that broke a rule may not know that the
 * connection is over; this side then ends its half of TCP. */
static void end_tcp(struct client *client, bool failed) {
    char discarded[4096];
    int64_t deadline = clock_now() + LIMITS_CLOSE_TIMEOUT, left;
    bool shut_down = false;
    while ((left = deadline - clock_now()) > 0 && send_some(client) == 0) {
        bool writing = has_output(client) || channel_holds_output(&client->channel);
        struct pollfd ready;
        if (failed && !writing && !shut_down) {
            shutdown(client->channel.fd, SHUT_WR);
            shut_down = true;
        }
        short events = writing ? POLLIN | POLLOUT : POLLIN;
        int found = channel_wait(&client->channel, events, &ready, 1, left);
        if (found > 0 && (found & ~POLLOUT) != 0) {
            ssize_t count = channel_read(&client->channel, discarded, sizeof discarded);
            if (count == 0 || (count < 0 && errno != EAGAIN)) {
                return;
            }
        }
    }
}

static enum client_event finish(struct client *client, enum connection_event event) {
    end_tcp(client, event == CONNECTION_FAILED);
    if (event == CONNECTION_CLOSED) {
        return CLIENT_CLOSED;
    }
    snprintf(client->problem, sizeof client->problem, "the server broke a rule, %u was sent: %s",
             (unsigned)client->connection.close_code, client->connection.failure);
    return CLIENT_LOST;
}

/* Writes, waits and reads once; reads nothing if the output is full. Returns true with an event for
 * the caller, or false if connection_next may find more events. */
static bool write_and_read(struct client *client, const struct client_wait *wait, bool full,
                           enum client_event *event) {
    struct pollfd ready[3];
    int64_t left;
    *event = CLIENT_LOST;
    if (send_some(client) != 0) {
        lost(client, client->random_failed ? "the system gives no random bytes" : strerror(errno));
        return true;
    }
    bool writing = has_output(client);
    if (full && !writing) {
        return false;
    }
    if (expired(client, wait, &left)) {
        return true;
    }
    bool can_send = may_send(client);
    ready[1] = (struct pollfd){wait->stop, POLLIN, 0};
    ready[2] = (struct pollfd){can_send && !wait->more ? wait->input : -1, POLLIN, 0};
    short events = (short)((full ? 0 : POLLIN) | (writing ? POLLOUT : 0));
    int found = channel_wait(&client->channel, events, ready, 3, wait->more && can_send ? 0 : left);
    bool readable = found > 0 && (found & ~POLLOUT) != 0 && !full;
    if (readable && !receive_some(client)) {
        return true;
    }
    *event = ready[1].revents != 0            ? CLIENT_STOP
             : ready[2].revents != 0          ? CLIENT_INPUT
             : wait->more && may_send(client) ? CLIENT_READY
                                              : CLIENT_SILENCE;
    bool silence = wait->deadline >= 0 && clock_now() >= wait->deadline;
    return *event != CLIENT_SILENCE || silence;
}

enum client_event client_next(struct client *client, const struct client_wait *wait,
                              struct connection_message *message) {
    for (;;) {
        enum connection_event event = layer_next(client->layer, &client->connection, message);
        enum client_event result;
        switch (event) {
        case CONNECTION_MESSAGE:
            return CLIENT_MESSAGE;
        case CONNECTION_PING:
            return CLIENT_PING;
        case CONNECTION_PONG:
            return CLIENT_PONG;
        case CONNECTION_PIECE:
        case CONNECTION_NEEDS_TURN:
            break;
        case CONNECTION_CLOSED:
        case CONNECTION_FAILED:
            return finish(client, event);
        case CONNECTION_NEEDS_OUTPUT:
        case CONNECTION_NEEDS_INPUT:
            if (write_and_read(client, wait, event == CONNECTION_NEEDS_OUTPUT, &result)) {
                return result;
            }
            break;
        }
    }
}

void client_free(struct client *client) {
    close(client->channel.fd);
    connection_free(&client->connection);
}
