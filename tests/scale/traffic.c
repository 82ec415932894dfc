#include "tests/scale/traffic.h"

#include "bench/payload.h"
#include "tests/scale/flow.h"
#include "tests/test.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SIZE_MAX_BITS = 16,    /* most messages are shorter than 64 KiB, */
    LARGE_ONE_IN = 40,     /* one in so many is up to 1 MiB, */
    LARGEST_ONE_IN = 2000, /* and one in so many as large as may be */
    LARGEST = 16777216,    /* the server's --max-message */
    MESSAGES_MAX = 30,     /* of one ordinary connection */
    IN_FLIGHT_MAX = 8,     /* of them at once */
    STAYER_PAUSE = 5,      /* ms */
    DESERTER_PAUSE = 3     /* ms, so that the others have the machine as well */
};

static uint64_t below(struct traffic *traffic, uint64_t limit) {
    return payload_random(&traffic->random) % limit;
}

/* Every length of a number of bits is as likely as the others: many short messages, few long. */
static size_t random_size(struct traffic *traffic) {
    if (below(traffic, LARGEST_ONE_IN) == 0) {
        return LARGEST;
    }
    bool large = below(traffic, LARGE_ONE_IN) == 0;
    uint64_t bits = large ? 20 : below(traffic, SIZE_MAX_BITS + 1);
    return (size_t)below(traffic, (UINT64_C(1) << bits) + 1);
}

/* Adds a message in one frame or in several, with pings between them, and what must come back. */
static void add_message(struct traffic *traffic, size_t size, struct wire *sent,
                        struct wire *wanted) {
    enum payload_kind kind = (enum payload_kind)below(traffic, 3);
    uint8_t opcode = kind == PAYLOAD_BINARY ? 2 : 1;
    uint8_t *payload = malloc(size + 1);
    if (payload == NULL) {
        abort();
    }
    payload_fill(kind, &traffic->random, payload, size);
    size_t pieces = below(traffic, 4) == 0 ? 1 + (size_t)below(traffic, 8) : 1, at = 0;
    for (size_t i = 0; i < pieces; i++) {
        bool last = i + 1 == pieces;
        size_t length = last ? size - at : (size_t)below(traffic, size - at + 1);
        uint8_t first = (uint8_t)((last ? 0x80 : 0) | (i == 0 ? opcode : 0));
        wire_add_client_frame(sent, first, payload + at, length);
        at += length;
        if (!last && below(traffic, 2) == 0) {
            wire_add_client_text(sent, 0x89, "between");
            wire_add_server_text(wanted, 0x8a, "between");
        }
    }
    wire_add_server_frame(wanted, (uint8_t)(0x80 | opcode), payload, size);
    traffic->messages++;
    free(payload);
}

/* Opens a connection, or returns -1. */
static int open_one(struct traffic *traffic) {
    traffic->connections++;
    return peer_open(traffic->port);
}

/* Both Close frames, then the server ends TCP. Closes the descriptor. */
static bool close_properly(int fd) {
    struct wire sent = {0}, wanted = {0};
    wire_add_client_close(&sent, 1000, "");
    wire_add_server_close(&wanted, 1000, "");
    bool good = peer_send(fd, sent.bytes, sent.len);
    CHECK(good);
    peer_expect(fd, &wanted);
    peer_expect_end(fd);
    wire_free(&sent);
    close(fd);
    return !test_has_failed();
}

/* Opens a connection, exchanges messages at a pace, and closes. */
static bool visit(struct traffic *traffic, const struct wire *sent, const struct wire *wanted,
                  const struct flow_pace *pace) {
    int fd = open_one(traffic);
    if (fd < 0) {
        return false;
    }
    if (!flow_exchange(fd, sent, wanted, pace)) {
        close(fd);
        return false;
    }
    return close_properly(fd);
}

bool traffic_ordinary(struct traffic *traffic) {
    const struct flow_pace fast = {0};
    bool good = true;
    while (good && now() < traffic->deadline) {
        int fd = open_one(traffic);
        uint64_t left = 1 + below(traffic, MESSAGES_MAX);
        good = fd >= 0;
        while (good && left > 0 && now() < traffic->deadline) {
            struct wire sent = {0}, wanted = {0};
            uint64_t batch = 1 + below(traffic, IN_FLIGHT_MAX);
            for (batch = batch < left ? batch : left; batch > 0; batch--, left--) {
                add_message(traffic, random_size(traffic), &sent, &wanted);
            }
            good = flow_exchange(fd, &sent, &wanted, &fast);
            wire_free(&sent);
            wire_free(&wanted);
        }
        good = good && close_properly(fd);
    }
    return good;
}

bool traffic_slow_writer(struct traffic *traffic) {
    bool good = true;
    while (good && now() < traffic->deadline) {
        struct wire sent = {0}, wanted = {0};
        struct flow_pace slow = {.write_pause = 5};
        add_message(traffic, (size_t)below(traffic, 20000), &sent, &wanted);
        add_message(traffic, (size_t)below(traffic, 200), &sent, &wanted);
        slow.write_step = sent.len / 200 + 1;
        good = visit(traffic, &sent, &wanted, &slow);
        wire_free(&sent);
        wire_free(&wanted);
    }
    return good;
}

bool traffic_slow_reader(struct traffic *traffic) {
    enum { MORE_THAN_FITS = 12 << 20 };
    bool good = true;
    for (unsigned turn = 0; good && now() < traffic->deadline; turn++) {
        struct wire sent = {0}, wanted = {0};
        struct flow_pace slow = {.read_pause = 5};
        /* One large message blocks the server within a write, many small ones between two. */
        size_t size = turn % 8 == 0 ? MORE_THAN_FITS : 64 * 1024;
        for (size_t i = 0; i < (turn % 8 == 0 ? 1 : 8); i++) {
            add_message(traffic, size - (size_t)below(traffic, 1000), &sent, &wanted);
        }
        slow.read_step = wanted.len / 300 + 1;
        good = visit(traffic, &sent, &wanted, &slow);
        wire_free(&sent);
        wire_free(&wanted);
    }
    return good;
}

/* What a deserter sends before it goes: all of a handshake and some messages, cut anywhere. */
static void desert(struct traffic *traffic) {
    struct wire sent = {0}, wanted = {0};
    bool early = below(traffic, 8) == 0;
    traffic->connections++;
    int fd = early ? peer_connect(traffic->port) : peer_open(traffic->port);
    if (early) {
        wire_add(&sent, peer_handshake, strlen(peer_handshake));
    }
    do {
        add_message(traffic, random_size(traffic) / 4, &sent, &wanted);
    } while (below(traffic, 3) != 0);
    size_t header = 14;
    size_t cut = below(traffic, 2) == 0 ? header : sent.len;
    cut = (size_t)below(traffic, cut < sent.len ? cut : sent.len) + 1;
    struct wire some = {sent.bytes, cut, 0}, nothing = {0};
    bool sends_fast = flow_exchange(fd, &some, &nothing, &(struct flow_pace){0});
    (void)sends_fast; /* a check has failed if not */
    if (below(traffic, 4) == 0) {
        char got[4096];
        struct pollfd wait = {fd, POLLIN, 0};
        ssize_t count = poll(&wait, 1, 2) > 0 ? read(fd, got, sizeof got) : 0;
        (void)count; /* some of the reply is read, perhaps */
    }
    if (below(traffic, 4) == 0) {
        close(fd);
    } else {
        peer_reset(fd);
    }
    wire_free(&sent);
    wire_free(&wanted);
}

bool traffic_deserter(struct traffic *traffic) {
    while (!test_has_failed() && now() < traffic->deadline) {
        desert(traffic);
        poll(NULL, 0, DESERTER_PAUSE);
    }
    return !test_has_failed();
}

bool traffic_stayer(struct traffic *traffic) {
    const struct flow_pace fast = {0};
    int fds[TRAFFIC_STAYING];
    bool good = true;
    for (size_t i = 0; i < TRAFFIC_STAYING; i++) {
        fds[i] = open_one(traffic);
        good = good && fds[i] >= 0;
    }
    struct pollfd wait = {traffic->stay, POLLIN, 0};
    while (good && poll(&wait, 1, STAYER_PAUSE) == 0) {
        for (size_t i = 0; good && i < TRAFFIC_STAYING; i++) {
            struct wire sent = {0}, wanted = {0};
            add_message(traffic, (size_t)below(traffic, 200), &sent, &wanted);
            good = flow_exchange(fds[i], &sent, &wanted, &fast);
            wire_free(&sent);
            wire_free(&wanted);
        }
    }
    for (size_t i = 0; i < TRAFFIC_STAYING; i++) {
        good = good && close_properly(fds[i]);
    }
    return good;
}
