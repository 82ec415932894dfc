/* Connect, upgrade, close, again and again: the mode handshake.
 *
 * A cycle with a WebSocket server is: connect, send the request, read the 101, send a Close, read
 * the Close, wait until the server ends the TCP connection, close. With a raw echo the client sends
 * the same bytes, waits for the echo of each, and closes.
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

/* A connection, and how far its cycle is. */
struct cycle {
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
    struct cycle *cycle;
    int epoll;
    unsigned begun;     /* cycles so far */
    int64_t begin, end; /* of the time that counts */
};

static int send_all(struct churn *churn, const struct cycle *cycle, const void *bytes, size_t len) {
    if (send(cycle->client.fd, bytes, len, MSG_NOSIGNAL) == (ssize_t)len) {
        return 0;
    }
    load_clients_error(churn->clients, "cannot send: %s", strerror(errno));
    return -1;
}

static int begin_cycle(struct churn *churn, struct cycle *cycle) {
    cycle->stage = AWAITS_RESPONSE;
    cycle->size = 0;
    cycle->began = measure_now();
    if (load_client_connect(churn->clients, &cycle->client, churn->begun++ % SOURCES) != 0) {
        return -1;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = cycle};
    epoll_ctl(churn->epoll, EPOLL_CTL_ADD, cycle->client.fd, &event);
    return send_all(churn, cycle, load_client_request, strlen(load_client_request));
}

/* Returns 1 if the whole response has arrived, 0 if some is missing, -1 if it is wrong. */
static int check_response(struct churn *churn, struct cycle *cycle) {
    if (churn->clients->raw) {
        return cycle->size >= strlen(load_client_request);
    }
    cycle->received[cycle->size] = '\0';
    char *end = strstr(cycle->received, "\r\n\r\n");
    if (end == NULL) {
        return 0;
    }
    bool good =
        load_client_response_is_good(cycle->received) && end + 4 == cycle->received + cycle->size;
    return good ? 1 : -1;
}

/* The same for the Close, in which the server repeats the code. */
static int check_close(struct churn *churn, struct cycle *cycle) {
    static const uint8_t reply[] = {0x88, 0x02, 0x03, 0xe8};
    if (churn->clients->raw) {
        return cycle->size >= sizeof close_frame;
    }
    if (cycle->size < sizeof reply) {
        return 0;
    }
    return memcmp(cycle->received, reply, sizeof reply) == 0 ? 1 : -1;
}

/* Goes on with a cycle as far as the bytes received allow. Returns 1 at its end, -1 on an error. */
static int advance(struct churn *churn, struct cycle *cycle, bool ended) {
    int checked = 0;
    if (cycle->stage == AWAITS_RESPONSE) {
        checked = check_response(churn, cycle);
        if (checked > 0) {
            cycle->stage = AWAITS_CLOSE;
            cycle->size = 0;
            return send_all(churn, cycle, close_frame, sizeof close_frame);
        }
    } else if (cycle->stage == AWAITS_CLOSE) {
        checked = check_close(churn, cycle);
        if (checked > 0) {
            cycle->stage = AWAITS_END;
        }
    }
    if (cycle->stage == AWAITS_END) {
        return ended || churn->clients->raw;
    }
    if (checked < 0 || ended) {
        load_clients_error(churn->clients, "the server %s",
                           cycle->stage == AWAITS_CLOSE
                               ? "did not answer a Close with the same code"
                               : "did not answer the handshake");
        return -1;
    }
    return 0;
}

static int on_readable(struct churn *churn, struct cycle *cycle) {
    size_t room = sizeof cycle->received - 1 - cycle->size;
    ssize_t count = recv(cycle->client.fd, cycle->received + cycle->size, room, 0);
    if (count < 0) {
        load_clients_error(churn->clients, "cannot read: %s", load_client_problem(errno));
        return -1;
    }
    cycle->size += (size_t)count;
    int over = advance(churn, cycle, count == 0);
    if (over <= 0) {
        return over;
    }
    int64_t now = measure_now();
    load_client_close(&cycle->client);
    if (now >= churn->begin && now <= churn->end) {
        churn->figures->messages++;
        histogram_add(&churn->figures->latency, now - cycle->began);
    }
    return begin_cycle(churn, cycle);
}

static void run(struct churn *churn) {
    struct epoll_event event[EVENTS_MAX];
    int64_t now = measure_now(), cpu = -1, own_cpu = 0;
    int64_t warm_until = now + churn->settings->warm_up * 1000000;
    churn->begin = INT64_MAX;
    churn->end = INT64_MAX;
    bool good = true;
    for (uint64_t i = 0; i < churn->settings->connections; i++) {
        good = begin_cycle(churn, &churn->cycle[i]) == 0 && good;
    }
    while (good && now < churn->end) {
        int count = epoll_wait(churn->epoll, event, EVENTS_MAX, (int)churn->clients->timeout);
        if (count == 0) {
            load_clients_error(churn->clients, "nothing comes");
            good = false;
        }
        for (int i = 0; good && i < count; i++) {
            good = on_readable(churn, event[i].data.ptr) == 0;
        }
        now = measure_now();
        if (churn->begin == INT64_MAX && now >= warm_until) {
            cpu = measure_cpu(churn->settings->pid);
            own_cpu = measure_cpu(getpid());
            churn->begin = now;
            churn->end = now + churn->settings->seconds * 1000000;
        }
        uint64_t wanted = churn->settings->messages;
        good = good && (wanted == 0 || churn->figures->messages < wanted);
    }
    churn->figures->own_cpu = measure_cpu(getpid()) - own_cpu;
    churn->figures->elapsed = now > churn->begin ? now - churn->begin : 0;
    churn->figures->cpu = cpu < 0 ? -1 : measure_cpu(churn->settings->pid) - cpu;
}

int load_churn_run(struct load_clients *clients, const struct load_settings *settings,
                   struct load_figures *figures) {
    struct churn churn = {.clients = clients, .settings = settings, .figures = figures};
    churn.cycle = calloc((size_t)settings->connections, sizeof *churn.cycle);
    churn.epoll = epoll_create1(EPOLL_CLOEXEC);
    int result = -1;
    if (churn.cycle != NULL && churn.epoll >= 0) {
        for (uint64_t i = 0; i < settings->connections; i++) {
            churn.cycle[i].client.fd = -1;
        }
        run(&churn);
        result = 0;
        for (uint64_t i = 0; i < settings->connections; i++) {
            load_client_close(&churn.cycle[i].client);
        }
    }
    close(churn.epoll);
    free(churn.cycle);
    return result;
}
