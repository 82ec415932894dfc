/* soak: mixed traffic for a long time, without growth.
 *
 * usage: soak SECONDS [SEED]
 * $SERVER: another server than step05_echo, from $BUILD; with step07_deflate some clients compress
 *
 * The time is cut into rounds. In each of them many client processes do all that clients do; when
 * it is over they have left, and the server is looked at while it is at rest. A few connections
 * stay open from the first round to the last, so a loss for each message would be seen as well as
 * one for each connection. Busy, its memory goes up and down by what is under way; at rest it must
 * come back to the same. */
#include "bench/payload.h"
#include "tests/scale/sample.h"
#include "tests/scale/traffic.h"
#include "tests/support/test.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    ROUNDS_MAX = 40,
    ROUNDS_LEAST = 4,   /* however long they take on a busy machine */
    ROUND_LEAST = 3000, /* ms */
    ROUND_MOST = 15000, /* ms */
    OVERTIME = 60000,   /* ms that clients may need to bring to its end what they have begun */
    SAMPLE_EVERY = 500, /* ms */
    GROWTH_MAX = 512,   /* kB that the line through the rounds after the warm-up may rise */
    HOLES_MAX = 1024,   /* and by as much more where connections that compress stay: memory in front
                           of their blocks is free, but the C library cannot give it back. Without
                           them nothing rises, and at the end none of it may be left */
    KEPT_MAX = 2 * 1024 /* kB that may be more than at the start: what the C library keeps */
};

/* The clients of a round. */
static const struct crew {
    const char *name;
    bool (*serve)(struct traffic *);
    unsigned count;
    bool compresses; /* only if the server does */
} crews[] = {
    {"ordinary client", traffic_ordinary, 4, false},
    {"slow writer", traffic_slow_writer, 4, false},
    {"slow reader", traffic_slow_reader, 3, false},
    {"deserter", traffic_deserter, 2, false},
    {"wscheck", traffic_wscheck, 2, false},
    {"compressing ordinary client", traffic_ordinary, 3, true},
    {"compressing slow writer", traffic_slow_writer, 2, true},
    {"compressing slow reader", traffic_slow_reader, 2, true},
    {"compressing deserter", traffic_deserter, 2, true},
    {"compressing sleeper", traffic_sleeper, 1, true},
    {"spoiler", traffic_spoiler, 2, true},
};
enum { CREWS = sizeof crews / sizeof crews[0], CLIENTS_MAX = 32 };

struct client {
    pid_t pid;
    int report; /* a pipe: the client's struct traffic when it has ended */
    const struct crew *crew;
};

/* The server that must accept permessage-deflate, so that its memory is part of the soak. */
static const char compressing_server[] = "step07_deflate";

static struct process server;
static bool server_compresses;
static struct sample start; /* before the first client */
static uint64_t seed;
static int64_t begin, duration, round_length;
static unsigned long connections, messages, cases;

/* What the rounds have shown. */
static struct sample rest[ROUNDS_MAX];
static size_t rounds;

/* Every client of every round gets numbers of its own from the one seed. */
static uint64_t seed_for(unsigned client) {
    uint64_t state = seed ^ (uint64_t)(client + 1) * UINT64_C(0x9e3779b97f4a7c15);
    state = state != 0 ? state : 1;
    payload_random(&state);
    return state;
}

static int stay[2]; /* a pipe that this process closes when those that stay shall go */

static struct client start_client(const struct crew *crew, unsigned number, int64_t deadline) {
    struct client client = {-1, -1, crew};
    int report[2];
    if (pipe(report) != 0) {
        CHECK_FOR(false, "no pipe: %s", strerror(errno));
        return client;
    }
    fflush(stdout);
    client.pid = fork();
    if (client.pid == 0) {
        struct traffic traffic = {
            .port = server.port,
            .random = seed_for(number),
            .deadline = deadline,
            .stay = stay[0],
            .compresses = crew->compresses,
        };
        close(stay[1]);
        bool good = crew->serve(&traffic);
        good = write(report[1], &traffic, sizeof traffic) == (ssize_t)sizeof traffic && good;
        fflush(stdout);
        _exit(good && !test_has_failed() ? 0 : 1);
    }
    close(report[1]);
    client.report = report[0];
    CHECK_FOR(client.pid > 0, "no process for a %s: %s", crew->name, strerror(errno));
    return client;
}

/* Takes what a client that has ended did, and whether all was well. */
static void finish_client(struct client *client, int status) {
    struct traffic traffic = {0};
    bool reported = read(client->report, &traffic, sizeof traffic) == (ssize_t)sizeof traffic;
    CHECK_FOR(reported && status == 0, "a %s has failed", client->crew->name);
    connections += traffic.connections;
    messages += client->crew->serve != traffic_wscheck ? traffic.messages : 0;
    cases += client->crew->serve == traffic_wscheck ? traffic.messages : 0;
    close(client->report);
    client->pid = -1;
}

/* Takes note of the clients that have ended; ends those that take too long. Returns how many are
 * left. */
static unsigned look_after(struct client *clients, unsigned count, int64_t deadline) {
    unsigned left = 0;
    for (unsigned i = 0; i < count; i++) {
        int status = 0;
        if (clients[i].pid <= 0) {
            continue;
        }
        if (now() > deadline + OVERTIME) {
            CHECK_FOR(false, "a %s does not come to its end", clients[i].crew->name);
            kill(clients[i].pid, SIGKILL);
            waitpid(clients[i].pid, &status, 0);
            finish_client(&clients[i], -1);
        } else if (waitpid(clients[i].pid, &status, WNOHANG) == clients[i].pid) {
            finish_client(&clients[i], status);
        } else {
            left++;
        }
    }
    return left;
}

static void keep_most(struct sample *most, const struct sample *sample) {
    most->memory = sample->memory > most->memory ? sample->memory : most->memory;
    most->threads = sample->threads > most->threads ? sample->threads : most->threads;
    most->descriptors =
        sample->descriptors > most->descriptors ? sample->descriptors : most->descriptors;
}

static void print_round(const struct sample *most, const struct sample *quiet) {
    printf("%6.0f %11lu %9lu %7lu | %9ld %5ld %5ld | %9ld %5ld %5ld\n",
           (double)(now() - begin) / 1000, connections, messages, cases, most->memory,
           most->threads, most->descriptors, quiet->memory, quiet->threads, quiet->descriptors);
    fflush(stdout);
}

/* One round: all clients, then rest. `stayed` is what the server has when only those that stay are
 * there. */
static void run_round(const struct sample *stayed) {
    struct client clients[CLIENTS_MAX];
    struct sample most = {0};
    unsigned count = 0;
    int64_t deadline = now() + round_length;
    for (unsigned crew = 0; crew < CREWS; crew++) {
        unsigned wanted = server_compresses || !crews[crew].compresses ? crews[crew].count : 0;
        for (unsigned i = 0; i < wanted; i++, count++) {
            unsigned number = (unsigned)(rounds + 1) * CLIENTS_MAX + count;
            clients[count] = start_client(&crews[crew], number, deadline);
        }
    }
    unsigned left;
    while ((left = look_after(clients, count, deadline)) > 0) {
        struct sample sample = sample_take(&server);
        keep_most(&most, &sample);
        if (isatty(STDOUT_FILENO)) {
            printf("\r%6.0f of %.0f s, %u clients ...\r", (double)(now() - begin) / 1000,
                   (double)duration / 1000, left);
            fflush(stdout);
        }
        poll(NULL, 0, SAMPLE_EVERY);
    }
    rest[rounds] = sample_at_rest(&server, stayed, PROCESS_WAIT);
    print_round(&most, &rest[rounds]);
    CHECK_EQUAL(rest[rounds].threads, stayed->threads);
    CHECK_EQUAL(rest[rounds].descriptors, stayed->descriptors);
    rounds++;
}

/* The first quarter of the rounds is the warm-up: the C library collects what it keeps. */
static void judge_growth(void) {
    long memory[ROUNDS_MAX];
    size_t warm = rounds / 4 > 0 ? rounds / 4 : 1, judged = 0;
    for (size_t i = warm; i < rounds; i++) {
        memory[judged++] = rest[i].memory;
    }
    int most = GROWTH_MAX + (server_compresses ? HOLES_MAX : 0);
    double rise = judged > 1 ? sample_slope(memory, judged) * (double)(judged - 1) : 0;
    printf("memory at rest: %+.0f kB over the %zu rounds after the warm-up (at most %d)\n", rise,
           judged, most);
    CHECK_FOR(judged > 1, "%zu rounds are too few", rounds);
    CHECK_FOR(process_is_instrumented() || rise <= most, "memory grows by %.0f kB", rise);
}

static void mixed_traffic_leaves_no_growth(void) {
    static const struct crew staying[] = {{"stayer", traffic_stayer, 1, false},
                                          {"compressing stayer", traffic_stayer, 1, true}};
    struct sample stayed = start;
    struct client stayers[2];
    unsigned stayers_count = server_compresses ? 2 : 1;
    stayed.threads += TRAFFIC_STAYING * stayers_count;
    stayed.descriptors += TRAFFIC_STAYING * stayers_count;
    CHECK_EQUAL(pipe(stay), 0);
    for (unsigned i = 0; i < stayers_count; i++) {
        stayers[i] = start_client(&staying[i], i, 0);
    }
    printf("%6s %11s %9s %7s | %9s %5s %5s | %9s %5s %5s\n", "", "", "", "", "busy:", "", "",
           "at rest:", "", "");
    printf("%6s %11s %9s %7s | %9s %5s %5s | %9s %5s %5s\n", "s", "connections", "messages",
           "cases", "kB", "thr", "fds", "kB", "thr", "fds");
    int64_t last = begin + duration - round_length / 2; /* so late a round may still begin */
    while (!test_has_failed() && rounds < ROUNDS_MAX && (rounds < ROUNDS_LEAST || now() < last)) {
        run_round(&stayed);
    }
    if (!test_has_failed()) {
        judge_growth();
    }
    close(stay[1]);
    for (int64_t end = now(); look_after(stayers, stayers_count, end) > 0;) {
        poll(NULL, 0, SAMPLE_EVERY);
    }
}

static void all_is_as_before(void) {
    struct sample end = sample_at_rest(&server, &start, PROCESS_WAIT);
    printf("at the start %ld kB, %ld thread, %ld descriptors; at the end %ld kB, %ld, %ld\n",
           start.memory, start.threads, start.descriptors, end.memory, end.threads,
           end.descriptors);
    CHECK_EQUAL(end.threads, start.threads);
    CHECK_EQUAL(end.descriptors, start.descriptors);
    CHECK_FOR(process_is_instrumented() || end.memory <= start.memory + KEPT_MAX, "%ld kB stay",
              end.memory - start.memory);
    CHECK_EQUAL(process_stop(&server), 0);
}

int main(int argc, char **argv) {
    static const char *const arguments[] = {"--quiet", NULL};
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    duration = argc > 1 ? strtol(argv[1], NULL, 10) * 1000 : 0;
    seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)time.tv_nsec / 1000;
    if (duration < ROUNDS_LEAST * ROUND_LEAST || argc > 3) {
        fprintf(stderr, "usage: %s SECONDS [SEED], with %d seconds at least\n", argv[0],
                ROUNDS_LEAST * ROUND_LEAST / 1000);
        return 2;
    }
    round_length = duration / ROUNDS_MAX;
    round_length = round_length > ROUND_MOST    ? ROUND_MOST
                   : round_length < ROUND_LEAST ? ROUND_LEAST
                                                : round_length;
    printf("mixed traffic for %.0f s with seed %llu; the same again: make soak SECONDS=%.0f "
           "SEED=%llu\n",
           (double)duration / 1000, (unsigned long long)seed, (double)duration / 1000,
           (unsigned long long)seed);
    sample_keep_one_heap();
    const char *named = getenv("SERVER"), *program = named != NULL ? named : "step05_echo";
    server_compresses = strcmp(program, compressing_server) == 0;
    if (!process_start(&server, program, arguments)) {
        return 1;
    }
    start = sample_take(&server);
    begin = now();
    test_run("soak: mixed traffic leaves no growth", mixed_traffic_leaves_no_growth);
    test_run("soak: at the end all is as before", all_is_as_before);
    return test_report();
}
