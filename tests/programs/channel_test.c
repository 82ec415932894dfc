/* The client with a filter in front of its socket, as TLS would be: it talks to the echo server
 * through a relay that changes every byte in both directions, and the filter changes them back. */
#include "step06_client/client_open.h"

#include "tests/support/raw_client.h"
#include "tests/support/test.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SIZE = 200000, HELD = 3000, CHANGE = 0x5a };

/* It holds back what it is given until it is called again, and reads more than it is asked for. */
struct filter {
    uint8_t in[HELD], out[HELD];
    size_t in_start, in_end, out_start, out_end;
};

static void change(uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        bytes[i] ^= CHANGE;
    }
}

static void flush(struct filter *filter, int fd) {
    size_t left = filter->out_end - filter->out_start;
    ssize_t count = left > 0 ? send(fd, filter->out + filter->out_start, left, MSG_NOSIGNAL) : 0;
    filter->out_start += count > 0 ? (size_t)count : 0;
    if (filter->out_start == filter->out_end) {
        filter->out_start = filter->out_end = 0;
    }
}

static ssize_t filter_read(void *context, int fd, void *bytes, size_t size) {
    struct filter *filter = context;
    flush(filter, fd);
    if (filter->in_start == filter->in_end) {
        ssize_t count = recv(fd, filter->in, sizeof filter->in, 0);
        if (count <= 0) {
            return count;
        }
        filter->in_start = 0;
        filter->in_end = (size_t)count;
        change(filter->in, filter->in_end);
    }
    size_t here = filter->in_end - filter->in_start;
    size_t most = 1 + here / 2; /* never all of it but for the last byte */
    size = size < most ? size : most;
    memcpy(bytes, filter->in + filter->in_start, size);
    filter->in_start += size;
    return (ssize_t)size;
}

static ssize_t filter_write(void *context, int fd, const struct iovec *parts, size_t count) {
    struct filter *filter = context;
    flush(filter, fd);
    if (filter->out_end > 0) {
        errno = EAGAIN;
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        size_t room = sizeof filter->out - filter->out_end;
        size_t size = parts[i].iov_len < room ? parts[i].iov_len : room;
        memcpy(filter->out + filter->out_end, parts[i].iov_base, size);
        filter->out_end += size;
    }
    change(filter->out, filter->out_end);
    return (ssize_t)filter->out_end;
}

static short filter_events(void *context, short wanted) {
    const struct filter *filter = context;
    if ((wanted & POLLIN) != 0 && filter->in_start < filter->in_end) {
        return 0;
    }
    return (short)(wanted | (filter->out_end > 0 ? POLLOUT : 0));
}

/* Between the client and the echo server. */
struct relay {
    int listener, client, server;
};

static void pump(int from, int to) {
    uint8_t bytes[4096];
    ssize_t count;
    while ((count = recv(from, bytes, sizeof bytes, 0)) > 0) {
        change(bytes, (size_t)count);
        raw_client_send(to, bytes, (size_t)count);
    }
    shutdown(to, SHUT_WR);
}

static void *pump_back(void *argument) {
    const struct relay *relay = argument;
    pump(relay->server, relay->client);
    return NULL;
}

static void *run_relay(void *argument) {
    struct relay *relay = argument;
    pthread_t back;
    relay->client = accept(relay->listener, NULL, NULL);
    CHECK_EQUAL(pthread_create(&back, NULL, pump_back, relay), 0);
    pump(relay->client, relay->server);
    pthread_join(back, NULL);
    close(relay->client);
    close(relay->server);
    return NULL;
}

/* Listens, and returns the port. */
static unsigned relay_open(struct relay *relay, unsigned server_port) {
    unsigned port;
    relay->server = raw_client_connect(server_port);
    relay->listener = raw_client_listen(&port);
    return port;
}

/* Sends a message, waits until it is back, closes, and waits for the end of that. */
static void echo_and_close(struct client *client) {
    static uint8_t sent[SIZE], kept[SIZE];
    struct client_wait wait = {-1, -1, false, now() + PROCESS_WAIT};
    struct connection_message message;
    for (size_t i = 0; i < sizeof sent; i++) {
        sent[i] = kept[i] = (uint8_t)(i * 7 + i / 251);
    }
    CHECK_EQUAL(connection_send(&client->connection, FRAME_BINARY, sent, sizeof sent), 0);
    CHECK_EQUAL(client_next(client, &wait, &message), CLIENT_MESSAGE);
    CHECK_BYTES(message.payload, message.length, kept, sizeof kept);
    CHECK_EQUAL(connection_close(&client->connection, CLOSE_NORMAL, "bye"), 0);
    CHECK_EQUAL(client_next(client, &wait, &message), CLIENT_CLOSED);
}

/* Sends a message whose echo is larger than the client takes. */
static void fail_the_connection(struct client *client) {
    static uint8_t sent[SIZE];
    struct client_wait wait = {-1, -1, false, now() + PROCESS_WAIT};
    struct connection_message message;
    CHECK_EQUAL(connection_send(&client->connection, FRAME_BINARY, sent, sizeof sent), 0);
    CHECK_EQUAL(client_next(client, &wait, &message), CLIENT_LOST);
}

/* Opens a connection through a filter, and lets it be used. The server must log `wanted` then. */
static void check(uint64_t max_message, void (*use)(struct client *client), const char *wanted) {
    static struct client client;
    struct filter filter = {0};
    const struct channel_filter functions = {filter_read, filter_write, filter_events, &filter};
    const struct client_settings settings = {
        .handshake_timeout = PROCESS_WAIT, .max_message = max_message, .filter = &functions};
    const struct client_offer offer = {0};
    struct process echo_server;
    struct relay relay;
    struct url url;
    pthread_t thread;
    char text[64];
    if (!process_start(&echo_server, "step05_echo", (const char *const[]){NULL})) {
        return;
    }
    snprintf(text, sizeof text, "ws://127.0.0.1:%u/", relay_open(&relay, echo_server.port));
    CHECK_EQUAL(url_parse(text, &url), URL_OK);
    CHECK_EQUAL(pthread_create(&thread, NULL, run_relay, &relay), 0);
    bool open = client_open(&client, &url, &offer, &settings) == 0;
    CHECK_FOR(open, "%s", client.problem);
    if (open) {
        use(&client);
        client_free(&client);
    }
    pthread_join(thread, NULL);
    close(relay.listener);
    CHECK(process_logs(&echo_server, wanted));
    CHECK_EQUAL(process_stop(&echo_server), 0);
}

TEST("channel: a filter changes all bytes in both directions") {
    check(SIZE, echo_and_close, "closed with 1000 after 1 messages: bye");
}

TEST("channel: what a filter holds goes out before the end") {
    check(SIZE - 1, fail_the_connection, "closed with 1009 after 1 messages");
}
