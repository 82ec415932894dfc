#include "tests/scale/traffic.h"

#include "bench/payload.h"
#include "step05_echo/session.h"
#include "tests/scale/flow.h"
#include "tests/support/test.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SIZE_MAX_BITS = 16,                 /* most messages are shorter than 64 KiB, */
    LARGE_ONE_IN = 40,                  /* one in so many is up to 1 MiB, */
    LARGEST_ONE_IN = 2000,              /* and one in so many as large as may be */
    MESSAGES_MAX = 30,                  /* of one ordinary connection */
    IN_FLIGHT_MAX = 8,                  /* of them at once */
    SLEEPING = 20,                      /* connections of a sleeper */
    SLEEPING_SIZE = 40000,              /* bytes of its messages at most: more than a window */
    SILENCE = LIMITS_RELAX_AFTER + 200, /* ms */
    STAYER_SIZE = 200,                  /* bytes at most, */
    STAYER_PAUSE = 5,                   /* and ms between them, */
    STAYER_LONG_SIZE = 10000,           /* and the same when it compresses */
    STAYER_LONG_PAUSE = 50,
    DESERTER_PAUSE = 3 /* ms, so that the others have the machine as well */
};

static uint64_t below(struct traffic *traffic, uint64_t limit) {
    return payload_random(&traffic->random) % limit;
}

/* Every length of a number of bits is as likely as the others: many short messages, few long. */
static size_t random_size(struct traffic *traffic) {
    if (below(traffic, LARGEST_ONE_IN) == 0) {
        return TRAFFIC_LARGEST;
    }
    bool large = below(traffic, LARGE_ONE_IN) == 0;
    uint64_t bits = large ? 20 : below(traffic, SIZE_MAX_BITS + 1);
    return (size_t)below(traffic, (UINT64_C(1) << bits) + 1);
}

void traffic_add_frames(struct traffic *traffic, uint8_t first, const uint8_t *payload, size_t size,
                        struct wire *sent, struct wire *wanted) {
    size_t pieces = below(traffic, 4) == 0 ? 1 + (size_t)below(traffic, 8) : 1, at = 0;
    for (size_t i = 0; i < pieces; i++) {
        bool last = i + 1 == pieces;
        size_t length = last ? size - at : (size_t)below(traffic, size - at + 1);
        wire_add_client_frame(sent, (uint8_t)((last ? 0x80 : 0) | (i == 0 ? first : 0)),
                              payload + at, length);
        at += length;
        if (wanted != NULL && !last && below(traffic, 2) == 0) {
            wire_add_client_text(sent, 0x89, "between");
            wire_add_server_text(wanted, 0x8a, "between");
        }
    }
}

/* One connection of a client. */
struct visit {
    int fd;
    struct compression *compression; /* NULL without */
};

/* Adds a message, and what must come back, in the end uncompressed. One in ten of those that could
 * be compressed is not: RFC 7692, 6.1 leaves that to the sender. */
static void add_message(struct traffic *traffic, const struct visit *visit, size_t size,
                        struct wire *sent, struct wire *wanted) {
    enum payload_kind kind = (enum payload_kind)below(traffic, 3);
    uint8_t opcode = kind == PAYLOAD_BINARY ? 2 : 1;
    uint8_t *payload = malloc(size + 1);
    if (payload == NULL) {
        abort();
    }
    payload_fill(kind, &traffic->random, payload, size);
    if (visit->compression != NULL && below(traffic, 10) != 0) {
        struct wire packed = {0};
        compression_pack(visit->compression, payload, size, &packed);
        traffic_add_frames(traffic, COMPRESSION_MARK | opcode, packed.bytes, packed.len, sent,
                           wanted);
        wire_free(&packed);
    } else {
        traffic_add_frames(traffic, opcode, payload, size, sent, wanted);
    }
    wire_add_server_frame(wanted, (uint8_t)(0x80 | opcode), payload, size);
    traffic->messages++;
    free(payload);
}

/* Prepares a connection that is not open yet. */
static struct visit plan_visit(struct traffic *traffic) {
    struct visit visit = {-1, NULL};
    if (traffic->compresses) {
        visit.compression = malloc(sizeof *visit.compression);
        if (visit.compression == NULL) {
            abort();
        }
        compression_init(visit.compression, &traffic->random);
    }
    traffic->connections++;
    return visit;
}

/* Opens a connection; its descriptor may be -1. */
static struct visit open_visit(struct traffic *traffic) {
    struct visit visit = plan_visit(traffic);
    visit.fd = visit.compression != NULL ? compression_open(visit.compression, traffic->port)
                                         : raw_client_open(traffic->port);
    return visit;
}

static bool exchange(const struct visit *visit, const struct wire *sent, const struct wire *wanted,
                     const struct flow_pace *pace) {
    return flow_exchange(visit->fd, sent, wanted, pace, visit->compression);
}

/* Gives back all but the descriptor. */
static void forget_visit(struct visit *visit) {
    if (visit->compression != NULL) {
        compression_free(visit->compression);
        free(visit->compression);
        visit->compression = NULL;
    }
}

/* Ends a connection: if all was `good`, with both Close frames, after which the server ends TCP.
 * Returns whether all still is. */
static bool end_visit(struct visit *visit, bool good) {
    struct wire sent = {0}, wanted = {0};
    forget_visit(visit);
    if (visit->fd < 0) {
        return false;
    }
    if (good) {
        wire_add_client_close(&sent, 1000, "");
        wire_add_server_close(&wanted, 1000, "");
        CHECK(raw_client_send(visit->fd, sent.bytes, sent.len));
        raw_client_expect(visit->fd, &wanted);
        raw_client_expect_end(visit->fd);
        wire_free(&sent);
    }
    close(visit->fd);
    return good && !test_has_failed();
}

bool traffic_ordinary(struct traffic *traffic) {
    const struct flow_pace fast = {0};
    bool good = true;
    while (good && now() < traffic->deadline) {
        struct visit visit = open_visit(traffic);
        uint64_t left = 1 + below(traffic, MESSAGES_MAX);
        good = visit.fd >= 0;
        while (good && left > 0 && now() < traffic->deadline) {
            struct wire sent = {0}, wanted = {0};
            uint64_t batch = 1 + below(traffic, IN_FLIGHT_MAX);
            for (batch = batch < left ? batch : left; batch > 0; batch--, left--) {
                add_message(traffic, &visit, random_size(traffic), &sent, &wanted);
            }
            good = exchange(&visit, &sent, &wanted, &fast);
            wire_free(&sent);
            wire_free(&wanted);
        }
        good = end_visit(&visit, good);
    }
    return good;
}

bool traffic_slow_writer(struct traffic *traffic) {
    bool good = true;
    while (good && now() < traffic->deadline) {
        struct wire sent = {0}, wanted = {0};
        struct flow_pace slow = {.write_pause = 5};
        struct visit visit = open_visit(traffic);
        add_message(traffic, &visit, (size_t)below(traffic, 20000), &sent, &wanted);
        add_message(traffic, &visit, (size_t)below(traffic, 200), &sent, &wanted);
        slow.write_step = sent.len / 200 + 1;
        good = visit.fd >= 0 && exchange(&visit, &sent, &wanted, &slow);
        good = end_visit(&visit, good);
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
        struct visit visit = open_visit(traffic);
        /* One large message blocks the server within a write, many small ones between two. */
        size_t size = turn % 8 == 0 ? MORE_THAN_FITS : 64 * 1024;
        for (size_t i = 0; i < (turn % 8 == 0 ? 1 : 8); i++) {
            add_message(traffic, &visit, size - (size_t)below(traffic, 1000), &sent, &wanted);
        }
        slow.read_step = wanted.len / 300 + 1;
        good = visit.fd >= 0 && exchange(&visit, &sent, &wanted, &slow);
        good = end_visit(&visit, good);
        wire_free(&sent);
        wire_free(&wanted);
    }
    return good;
}

/* Goes, by a reset or a plain end, perhaps after a look at what has come. */
static void leave(struct traffic *traffic, int fd) {
    if (below(traffic, 4) == 0) {
        char got[4096];
        struct pollfd wait = {fd, POLLIN, 0};
        ssize_t count = poll(&wait, 1, 2) > 0 ? read(fd, got, sizeof got) : 0;
        (void)count; /* some of the reply is read, perhaps */
    }
    if (below(traffic, 4) == 0) {
        close(fd);
    } else {
        raw_client_reset(fd);
    }
}

/* What a deserter sends before it goes: all of a handshake and some messages, cut anywhere. */
static void desert(struct traffic *traffic) {
    struct wire sent = {0}, wanted = {0};
    bool early = below(traffic, 8) == 0;
    struct visit visit = early ? plan_visit(traffic) : open_visit(traffic);
    if (early) {
        visit.fd = raw_client_connect(traffic->port);
    }
    if (early && visit.compression != NULL) {
        compression_request(visit.compression, &sent);
    } else if (early) {
        wire_add(&sent, raw_client_handshake, strlen(raw_client_handshake));
    }
    do {
        add_message(traffic, &visit, random_size(traffic) / 4, &sent, &wanted);
    } while (below(traffic, 3) != 0);
    size_t header = 14;
    size_t cut = below(traffic, 2) == 0 ? header : sent.len;
    cut = (size_t)below(traffic, cut < sent.len ? cut : sent.len) + 1;
    struct wire some = {sent.bytes, cut, 0}, nothing = {0};
    if (visit.fd >= 0 && exchange(&visit, &some, &nothing, &(struct flow_pace){0})) {
        leave(traffic, visit.fd);
    } /* a check has failed if not */
    forget_visit(&visit);
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

/* Opens so many connections. Returns whether all are open; each has to be ended in any case. */
static bool open_visits(struct traffic *traffic, struct visit *visits, size_t count) {
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        visits[i] = open_visit(traffic);
        good = good && visits[i].fd >= 0;
    }
    return good;
}

/* Exchanges one short message on a connection. */
static bool chat(struct traffic *traffic, const struct visit *visit, size_t most) {
    struct wire sent = {0}, wanted = {0};
    add_message(traffic, visit, (size_t)below(traffic, most), &sent, &wanted);
    bool good = exchange(visit, &sent, &wanted, &(struct flow_pace){0});
    wire_free(&sent);
    wire_free(&wanted);
    return good;
}

bool traffic_sleeper(struct traffic *traffic) {
    bool good = true;
    while (good && now() < traffic->deadline) {
        struct visit visits[SLEEPING];
        good = open_visits(traffic, visits, SLEEPING);
        for (size_t i = 0; good && i < SLEEPING; i++) {
            good = chat(traffic, &visits[i], SLEEPING_SIZE);
        }
        poll(NULL, 0, SILENCE); /* which is what a sleeper is for */
        for (size_t i = 0; i < SLEEPING; i++) {
            bool goes_on = below(traffic, 2) == 0;
            good = good && (!goes_on || chat(traffic, &visits[i], SLEEPING_SIZE));
            good = end_visit(&visits[i], good);
        }
    }
    return good;
}

/* The memory of a compression is touched little by little, until twice the window has gone through
 * it. With short messages that would take many rounds, and look like growth; so those that are
 * compressed are longer, and fewer. */
bool traffic_stayer(struct traffic *traffic) {
    struct visit visits[TRAFFIC_STAYING];
    bool good = open_visits(traffic, visits, TRAFFIC_STAYING);
    int pause = traffic->compresses ? STAYER_LONG_PAUSE : STAYER_PAUSE;
    size_t most = traffic->compresses ? STAYER_LONG_SIZE : STAYER_SIZE;
    struct pollfd wait = {traffic->stay, POLLIN, 0};
    while (good && poll(&wait, 1, pause) == 0) {
        for (size_t i = 0; good && i < TRAFFIC_STAYING; i++) {
            good = chat(traffic, &visits[i], most);
        }
    }
    for (size_t i = 0; i < TRAFFIC_STAYING; i++) {
        good = end_visit(&visits[i], good);
    }
    return good;
}
