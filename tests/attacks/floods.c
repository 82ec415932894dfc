/* Attacks with very many small things, which cost their sender next to nothing. */
#include "tests/attacks/attack.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BATCH = 10000, CROWD = 400, SERVED = 50, REFUSED = 64 };

static const char *const no_options[] = {NULL};

/* What a helper sends: the beginning once, the batch many times. */
struct flood {
    int fd, batches;
    struct wire beginning, batch;
};

static void send_flood(void *context) {
    const struct flood *flood = context;
    bool good = raw_client_send(flood->fd, flood->beginning.bytes, flood->beginning.len);
    for (int i = 0; i < flood->batches && good; i++) {
        good = raw_client_send(flood->fd, flood->batch.bytes, flood->batch.len);
    }
    _exit(good ? 0 : 1);
}

/* Sends a message of `batches` times BATCH fragments with this payload, and then its end, while
 * another client goes on with its echoes. All of that is legal, so in the end there is an echo. */
static void check_fragments(int batches, const char *payload, double cpu_bound) {
    struct flood flood = {.fd = raw_client_open(attack_server.port), .batches = batches};
    int other = raw_client_open(attack_server.port), echoes = 0, status = -1;
    double before = attack_cpu(), slowest = 0;
    wire_add_client_text(&flood.beginning, 0x02, "");
    for (int i = 0; i < BATCH; i++) {
        wire_add_client_text(&flood.batch, 0x00, payload);
    }
    pid_t sender = attack_helper(send_flood, &flood);
    int64_t begin = now();
    for (; !attack_helper_ended(sender, &status) && now() - begin < PROCESS_WAIT; echoes++) {
        double took = (double)attack_echo(other, 125);
        CHECK(took >= 0);
        slowest = took > slowest ? took : slowest;
    }
    CHECK_EQUAL(status, 0);
    flood.beginning.len = 0;
    wire_add_client_text(&flood.beginning, 0x80, "");
    CHECK(raw_client_send(flood.fd, flood.beginning.bytes, flood.beginning.len));
    uint8_t head[2];
    CHECK(recv(flood.fd, head, sizeof head, MSG_WAITALL) == sizeof head && head[0] == 0x82);
    attack_cost("cpu", (attack_cpu() - before) / 1000, cpu_bound, "ms");
    attack_note("meanwhile %d other echoes", echoes);
    attack_bound("slowest", slowest / 1000, 1000, "ms");
    close(flood.fd);
    close(other);
    wire_free(&flood.beginning);
    wire_free(&flood.batch);
}

/* Ten million continuation frames without a byte in them. */
static void empty_fragments(void) {
    if (attack_begin(no_options)) {
        check_fragments(1000, "", 5000);
        attack_peak_bound(1024);
        attack_end();
    }
}

/* Five million of a byte each: what is kept of them must be 5 MB, not one object for each. */
static void tiny_fragments(void) {
    if (attack_begin(no_options)) {
        check_fragments(500, "x", 5000);
        attack_peak_bound(2.5 * 5000000 / 1024);
        attack_end();
    }
}

/* Sends this batch until the server takes nothing of it for `wait_ms`, or has given up. Returns how
 * many bytes it took, and in `*last` when it took the last of them. */
static uint64_t send_until_stuck(int fd, const struct wire *batch, int wait_ms, int64_t *last) {
    uint64_t total = 0;
    int64_t deadline = now() + PROCESS_WAIT;
    struct pollfd wait = {fd, POLLOUT, 0};
    while (now() < deadline && poll(&wait, 1, wait_ms) > 0) {
        ssize_t count = send(fd, batch->bytes, batch->len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0) {
            break;
        }
        total += (uint64_t)count;
        *last = now();
    }
    return total;
}

/* Every ping has a right to a pong of its size, and this peer reads none of them. What does not fit
 * into the kernel's buffers must not be kept elsewhere: the server stops reading, and gives up. */
static void pings(void) {
    struct wire batch = {0};
    char payload[126] = "";
    if (!attack_begin(no_options)) {
        return;
    }
    memset(payload, 'p', sizeof payload - 1);
    while (batch.len % 131 == 0 && batch.len < 131 * 1000) { /* nothing is lost by a part of one */
        wire_add_client_text(&batch, 0x89, payload);
    }
    int fd = raw_client_open(attack_server.port), other = raw_client_open(attack_server.port);
    int64_t last = now();
    uint64_t taken = send_until_stuck(fd, &batch, 500, &last);
    CHECK(attack_echo(other, 125) >= 0);
    taken += send_until_stuck(fd, &batch, PROCESS_WAIT, &last); /* it may only have been slow */
    attack_note("%.1f MB of pings", (double)taken / 1e6);
    attack_peak_bound(1024);
    CHECK(process_logs(&attack_server, "lost after 0 messages: the peer does not read"));
    attack_bound("given up after", (double)(now() - last) / 1000, 15, "s");
    CHECK(attack_echo(other, 125) >= 0);
    attack_peak_bound(1024);
    close(fd);
    close(other);
    wire_free(&batch);
    attack_end();
}

/* Far more connections than the server is to serve. Those that have a place keep it. */
static void crowd(void) {
    static const char *const options[] = {"--max-connections", "50", NULL};
    int inside[SERVED], outside[CROWD];
    char answer[1024];
    size_t told = 0;
    if (!attack_begin(options)) {
        return;
    }
    for (size_t i = 0; i < SERVED; i++) {
        inside[i] = raw_client_open(attack_server.port);
    }
    long descriptors = process_descriptors(&attack_server);
    for (size_t i = 0; i < CROWD; i++) {
        outside[i] = raw_client_connect(attack_server.port);
    }
    CHECK(attack_echo(inside[0], 125) >= 0 && attack_echo(inside[SERVED - 1], 125) >= 0);
    long threads = attack_threads();
    long more = process_descriptors(&attack_server) - descriptors;
    for (size_t i = 0; i < CROWD; i++) {
        raw_client_read_all(outside[i], answer, sizeof answer);
        told += strncmp(answer, "HTTP/1.1 503 ", 13) == 0;
        close(outside[i]);
    }
    CHECK(attack_echo(inside[0], 125) >= 0 && attack_echo(inside[SERVED - 1], 125) >= 0);
    attack_note("%zu of %d were told 503", told, CROWD);
    CHECK_FOR(told > 0, "nobody was told");
    attack_bound("threads", (double)threads, SERVED + REFUSED + 1, "");
    attack_bound("descriptors +", (double)more, REFUSED + 2, "");
    attack_cost("memory +", attack_peak_growth(), 16.0 * (SERVED + REFUSED), "KiB");
    for (size_t i = 0; i < SERVED; i++) {
        close(inside[i]);
    }
    attack_end();
}

const struct attack flood_attacks[] = {{"empty_fragments", empty_fragments, false},
                                       {"tiny_fragments", tiny_fragments, false},
                                       {"ping_flood", pings, false},
                                       {"crowd", crowd, false},
                                       {NULL, NULL, false}};
