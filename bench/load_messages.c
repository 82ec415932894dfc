/* Messages back and forth over connections that stay open: the modes pingpong and pipelined. */
#include "bench/load.h"
#include "step02_http/buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    EVENTS_MAX = 256,
    BUFFER_SIZE = 256 * 1024 /* fits into the cache of a core */
};

#define NEVER INT64_MAX

struct flow {
    struct load_clients *clients;
    const struct load_settings *settings;
    struct load_figures *figures;
    struct load_client *client;
    uint8_t *buffer;
    int epoll;
    uint64_t left;           /* messages that may still be sent */
    uint64_t opened;         /* connections */
    uint64_t open;           /* those of them that are still open */
    int64_t now, begin, end; /* of the time that counts; `begin` is NEVER until it begins */
    int64_t warm_until;
    int64_t cpu, own_cpu; /* processor times at `begin` */
};

static void watch(struct flow *flow, struct load_client *client, bool write, int operation) {
    struct epoll_event event = {.events = EPOLLIN | (write ? (uint32_t)EPOLLOUT : 0)};
    event.data.ptr = client;
    epoll_ctl(flow->epoll, operation, client->fd, &event);
    client->wants_write = write;
}

/* Lets a client send up to `count` more messages, as many as the run has left. */
static void send_more(struct flow *flow, struct load_client *client, uint64_t count) {
    count = count < flow->left ? count : flow->left;
    flow->left -= count;
    client->allowed += count * flow->clients->prepared.frame_size;
    int sent = client->fd < 0 ? -1 : load_client_send(flow->clients, client);
    if (sent < 0) {
        flow->open--;
    } else if (client->wants_write != (sent == 0)) {
        watch(flow, client, sent == 0, EPOLL_CTL_MOD);
    }
}

/* Counts the replies that have just arrived, and sends as many messages again. */
static void on_replies(struct flow *flow, struct load_client *client, uint64_t count) {
    flow->now = measure_now();
    if (flow->now >= flow->begin && flow->now <= flow->end) {
        flow->figures->messages += count;
        if (flow->settings->window == 1) {
            histogram_add(&flow->figures->latency, flow->now - client->sent_at);
        }
    }
    client->sent_at = flow->now;
    if (flow->now < flow->end) {
        send_more(flow, client, count);
    }
}

static void on_readable(struct flow *flow, struct load_client *client, int flags) {
    uint64_t before = client->messages;
    if (load_client_receive(flow->clients, client, flow->buffer, BUFFER_SIZE, flags) != 0) {
        flow->open--;
        return;
    }
    if (client->messages > before) {
        on_replies(flow, client, client->messages - before);
    }
}

/* Waits for events and handles them. If there is one connection and it has nothing to write, it
 * only reads: that waits as well and costs less. Returns false if no events come any more. */
static bool handle_events(struct flow *flow) {
    struct epoll_event event[EVENTS_MAX];
    if (flow->settings->connections == 1 && !flow->client[0].wants_write) {
        on_readable(flow, &flow->client[0], 0);
        return true;
    }
    int count = epoll_wait(flow->epoll, event, EVENTS_MAX, (int)flow->clients->timeout);
    for (int i = 0; i < count; i++) {
        struct load_client *client = event[i].data.ptr;
        if (client->fd >= 0 && (event[i].events & ~(uint32_t)EPOLLOUT) != 0) {
            on_readable(flow, client, MSG_DONTWAIT);
        }
        if (client->fd >= 0 && (event[i].events & EPOLLOUT) != 0) {
            send_more(flow, client, 0);
        }
    }
    if (count == 0) {
        load_clients_error(flow->clients, "no more replies: nothing comes");
    }
    return count > 0 || (count < 0 && errno == EINTR);
}

/* Reads the clock, and notes the begin of the time that counts. Returns false after its end. */
static bool update_clock(struct flow *flow) {
    flow->now = measure_now();
    if (flow->begin == NEVER && flow->now >= flow->warm_until) {
        flow->begin = flow->now;
        flow->cpu = measure_cpu(flow->settings->pid);
        flow->own_cpu = measure_cpu(getpid());
        flow->end =
            flow->settings->messages > 0 ? NEVER : flow->now + flow->settings->seconds * 1000000;
    }
    return flow->now < flow->end;
}

/* Whether every message that was sent has come back. */
static bool is_all_back(const struct flow *flow) {
    for (uint64_t i = 0; i < flow->settings->connections; i++) {
        const struct load_client *client = &flow->client[i];
        if (client->fd >= 0 &&
            client->messages * flow->clients->prepared.frame_size < client->allowed) {
            return false;
        }
    }
    return true;
}

static void run(struct flow *flow) {
    flow->now = measure_now();
    flow->warm_until = flow->now + flow->settings->warm_up * 1000000;
    flow->begin = NEVER;
    flow->end = NEVER;
    update_clock(flow);
    for (uint64_t i = 0; i < flow->settings->connections; i++) {
        flow->client[i].sent_at = measure_now();
        send_more(flow, &flow->client[i], flow->settings->window);
    }
    while (flow->open > 0 && update_clock(flow)) {
        if ((flow->left == 0 && is_all_back(flow)) || !handle_events(flow)) {
            break;
        }
    }
    int64_t cpu = measure_cpu(flow->settings->pid);
    flow->figures->cpu = cpu < 0 || flow->cpu < 0 ? -1 : cpu - flow->cpu;
    flow->figures->own_cpu = measure_cpu(getpid()) - flow->own_cpu;
    flow->figures->elapsed = flow->now > flow->begin ? flow->now - flow->begin : 0;
    flow->end = flow->now; /* messages in flight still come back, but no longer count */
    flow->left = 0;
    while (flow->open > 0 && !is_all_back(flow) && handle_events(flow)) {
    }
}

static int open_all(struct flow *flow) {
    for (uint64_t i = 0; i < flow->settings->connections; i++) {
        if (load_client_upgrade(flow->clients, &flow->client[i], (unsigned)i) != 0) {
            return -1;
        }
        watch(flow, &flow->client[i], false, EPOLL_CTL_ADD);
        flow->opened++;
    }
    flow->open = flow->opened;
    return 0;
}

int load_messages_run(struct load_clients *clients, const struct load_settings *settings,
                      struct load_figures *figures) {
    struct flow flow = {.clients = clients, .settings = settings, .figures = figures};
    flow.left = settings->messages > 0 ? settings->messages : UINT64_MAX;
    flow.client = calloc((size_t)settings->connections, sizeof *flow.client);
    flow.buffer = aligned_alloc(BUFFER_ALIGNMENT, BUFFER_SIZE);
    flow.epoll = epoll_create1(EPOLL_CLOEXEC);
    int result = -1;
    if (flow.client != NULL && flow.buffer != NULL && flow.epoll >= 0 && open_all(&flow) == 0) {
        run(&flow);
        result = 0;
    }
    for (uint64_t i = 0; i < flow.opened; i++) {
        load_client_close(&flow.client[i]);
    }
    close(flow.epoll);
    free(flow.buffer);
    free(flow.client);
    return result;
}
