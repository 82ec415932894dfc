/* Connect, upgrade, close, and once more: see load.h.
 *
 * With a WebSocket server a cycle is: connect, send the request, read the 101, send a Close, read
 * the Close, wait until the server ends the TCP connection, close. With a raw echo the client
 * sends as many bytes at the same places, waits for their echo, and closes.
 */
#include "bench/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS_MAX = 64, SOURCES = 250 };

/* A Close with code 1000, masked with the key 0x37fa213d. */
static const uint8_t close_frame[] = {0x88, 0x82, 0x37, 0xfa, 0x21, 0x3d, 0x34, 0x12};

enum stage { AWAITS_RESPONSE, AWAITS_CLOSE, AWAITS_END };

struct visitor {
    struct load_client client;
    enum stage stage;
    char received[2048];
    size_t size;
    int64_t began;
};

struct churn {
    struct load_clients *clients;
    const struct load_settings *settings;
    struct load_figures *figures;
    struct visitor *visitor;
    int epoll;
    unsigned visits;
    int64_t begin, end;
};

static int say(struct churn *churn, const struct visitor *visitor, const void *bytes, size_t len) {
    if (send(visitor->client.fd, bytes, len, MSG_NOSIGNAL) == (ssize_t)len) {
        return 0;
    }
    load_clients_error(churn->clients, "cannot send: %s", strerror(errno));
    return -1;
}

/* Starts a new cycle. */
static int visit(struct churn *churn, struct visitor *visitor) {
    visitor->stage = AWAITS_RESPONSE;
    visitor->size = 0;
    visitor->began = measure_now();
    if (load_client_connect(churn->clients, &visitor->client, churn->visits++ % SOURCES) != 0) {
        return -1;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = visitor};
    epoll_ctl(churn->epoll, EPOLL_CTL_ADD, visitor->client.fd, &event);
    return say(churn, visitor, load_client_request, strlen(load_client_request));
}

/* Whether all of the response is there. Returns -1 when it is wrong. */
static int response_is_here(struct churn *churn, struct visitor *visitor) {
    if (churn->clients->raw) {
        return visitor->size >= strlen(load_client_request);
    }
    visitor->received[visitor->size] = '\0';
    char *end = strstr(visitor->received, "\r\n\r\n");
    if (end == NULL) {
        return 0;
    }
    bool good = load_client_response_is_good(visitor->received) &&
                end + 4 == visitor->received + visitor->size;
    return good ? 1 : -1;
}

/* The same for the Close: the server repeats the code. */
static int close_is_here(struct churn *churn, struct visitor *visitor) {
    static const uint8_t reply[] = {0x88, 0x02, 0x03, 0xe8};
    if (churn->clients->raw) {
        return visitor->size >= sizeof close_frame;
    }
    if (visitor->size < sizeof reply) {
        return 0;
    }
    return memcmp(visitor->received, reply, sizeof reply) == 0 ? 1 : -1;
}

static void leave(struct churn *churn, struct visitor *visitor) {
    int64_t now = measure_now();
    load_client_close(&visitor->client);
    if (now >= churn->begin && now <= churn->end) {
        churn->figures->messages++;
        histogram_add(&churn->figures->latency, now - visitor->began);
    }
}

/* Goes on as far as the bytes received allow. Returns 1 when the cycle is over, -1 on an error. */
static int go_on(struct churn *churn, struct visitor *visitor, bool ended) {
    int here = 0;
    if (visitor->stage == AWAITS_RESPONSE) {
        here = response_is_here(churn, visitor);
        if (here > 0) {
            visitor->stage = AWAITS_CLOSE;
            visitor->size = 0;
            return say(churn, visitor, close_frame, sizeof close_frame);
        }
    } else if (visitor->stage == AWAITS_CLOSE) {
        here = close_is_here(churn, visitor);
        if (here > 0) {
            visitor->stage = AWAITS_END;
        }
    }
    if (visitor->stage == AWAITS_END) {
        return ended || churn->clients->raw;
    }
    if (here < 0 || ended) {
        load_clients_error(churn->clients, "the server %s",
                           visitor->stage == AWAITS_CLOSE
                               ? "did not answer a Close with the same code"
                               : "did not answer the handshake");
        return -1;
    }
    return 0;
}

static int on_readable(struct churn *churn, struct visitor *visitor) {
    size_t room = sizeof visitor->received - 1 - visitor->size;
    ssize_t count = recv(visitor->client.fd, visitor->received + visitor->size, room, 0);
    if (count < 0) {
        load_clients_error(churn->clients, "cannot read: %s", load_client_problem(errno));
        return -1;
    }
    visitor->size += (size_t)count;
    int over = go_on(churn, visitor, count == 0);
    if (over > 0) {
        leave(churn, visitor);
        return visit(churn, visitor);
    }
    return over;
}

static void run(struct churn *churn) {
    struct epoll_event event[EVENTS_MAX];
    int64_t now = measure_now(), cpu = -1, own_cpu = 0;
    int64_t warm_until = now + churn->settings->warm_up * 1000000;
    churn->begin = INT64_MAX;
    churn->end = INT64_MAX;
    bool well = true;
    for (uint64_t i = 0; i < churn->settings->connections; i++) {
        well = visit(churn, &churn->visitor[i]) == 0 && well;
    }
    while (well && now < churn->end) {
        int count = epoll_wait(churn->epoll, event, EVENTS_MAX, (int)churn->clients->timeout);
        if (count == 0) {
            load_clients_error(churn->clients, "nothing comes");
            well = false;
        }
        for (int i = 0; well && i < count; i++) {
            well = on_readable(churn, event[i].data.ptr) == 0;
        }
        now = measure_now();
        if (churn->begin == INT64_MAX && now >= warm_until) {
            cpu = measure_cpu(churn->settings->pid);
            own_cpu = measure_cpu(getpid());
            churn->begin = now;
            churn->end = now + churn->settings->seconds * 1000000;
        }
        uint64_t wanted = churn->settings->messages;
        well = well && (wanted == 0 || churn->figures->messages < wanted);
    }
    churn->figures->own_cpu = measure_cpu(getpid()) - own_cpu;
    churn->figures->elapsed = now > churn->begin ? now - churn->begin : 0;
    churn->figures->cpu = cpu < 0 ? -1 : measure_cpu(churn->settings->pid) - cpu;
}

int load_churn_run(struct load_clients *clients, const struct load_settings *settings,
                   struct load_figures *figures) {
    struct churn churn = {.clients = clients, .settings = settings, .figures = figures};
    churn.visitor = calloc((size_t)settings->connections, sizeof *churn.visitor);
    churn.epoll = epoll_create1(EPOLL_CLOEXEC);
    int result = -1;
    if (churn.visitor != NULL && churn.epoll >= 0) {
        for (uint64_t i = 0; i < settings->connections; i++) {
            churn.visitor[i].client.fd = -1;
        }
        run(&churn);
        result = 0;
        for (uint64_t i = 0; i < settings->connections; i++) {
            load_client_close(&churn.visitor[i].client);
        }
    }
    close(churn.epoll);
    free(churn.visitor);
    return result;
}
