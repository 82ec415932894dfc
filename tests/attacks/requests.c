/* Attacks on the request: heads that are costly to read, or too large. */
#include "tests/attacks/attack.h"

#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUESTS = 25, ROUNDS = 5, SMALL = 8000, LARGE = 16000, DRIPPED = 1000 };

static const char *const no_options[] = {NULL};

/* A header that is filled up with something, over and over. */
struct filler {
    const char *name, *before, *unit, *after;
    int status; /* of the answer */
};

/* Opens a connection with a header of this size. Returns whether the answer was the right one. */
static bool ask_filled(const struct filler *filler, size_t size) {
    struct wire request = {0};
    wire_add(&request, raw_client_handshake, strlen(raw_client_handshake) - 2);
    wire_add(&request, filler->before, strlen(filler->before));
    for (size_t at = 0; at < size; at += strlen(filler->unit)) {
        wire_add(&request, filler->unit, strlen(filler->unit));
    }
    wire_add(&request, filler->after, strlen(filler->after));
    wire_add(&request, "\r\n\r\n", 4);
    bool good = attack_ask(request.bytes, request.len) == filler->status;
    wire_free(&request);
    return good;
}

/* The processor time of one request in microseconds. Other work on the machine only ever adds to
 * it, through colder caches, so the least of some rounds is the best guess. */
static void measure(const struct filler *filler, double *small, double *large) {
    double *const best[2] = {small, large};
    const size_t sizes[2] = {SMALL, LARGE};
    *small = *large = 1e12;
    for (int round = 0; round < 2 * ROUNDS; round++) {
        double before = attack_cpu();
        for (int i = 0; i < REQUESTS; i++) {
            CHECK_FOR(ask_filled(filler, sizes[round % 2]), "%s: not answered with %d",
                      filler->name, filler->status);
        }
        attack_settle(0);
        double each = (attack_cpu() - before) / REQUESTS;
        *best[round % 2] = each < *best[round % 2] ? each : *best[round % 2];
    }
}

/* For twice the bytes, less than three times the time. */
static void check_fillers(const struct filler *fillers, size_t count) {
    double worst = 0, dearest = 0;
    const char *worst_name = "";
    if (!attack_begin(no_options)) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        double small = 0, large = 0;
        measure(&fillers[i], &small, &large);
        dearest = large > dearest ? large : dearest;
        if (large / small > worst) {
            worst = large / small;
            worst_name = fillers[i].name;
        }
    }
    attack_note("worst of %zu: %s", count, worst_name);
    attack_cost("cpu 16 KB : 8 KB", worst, 3, "");
    attack_cost("at 16 KB", dearest, 5000, "us cpu");
    attack_end();
}

static void spaces(void) {
    static const struct filler fillers[] = {
        {"before a value", "X-Pad: ", " ", "x", 101},
        {"after a value", "X-Pad: x", " ", "", 101},
        {"tabs and spaces", "X-Pad:", "\t ", "", 101},
        {"in Connection", "Connection: b", " ", "x", 101},
        {"in Sec-WebSocket-Protocol", "Sec-WebSocket-Protocol: b", " ", "x", 400},
        {"in Sec-WebSocket-Extensions", "Sec-WebSocket-Extensions: b", " ", "x", 400},
    };
    check_fillers(fillers, sizeof fillers / sizeof fillers[0]);
}

static void lists(void) {
    static const struct filler fillers[] = {
        {"commas, Protocol", "Sec-WebSocket-Protocol: chat", ",", "", 101},
        {"commas and spaces, Protocol", "Sec-WebSocket-Protocol: ", ", ", "chat", 101},
        {"names, Protocol", "Sec-WebSocket-Protocol: a", ",b", "", 101},
        {"commas, Connection", "Connection: ", ",", "x", 101},
        {"numbers, Content-Length", "Content-Length: 0", ",0", "", 101},
    };
    check_fillers(fillers, sizeof fillers / sizeof fillers[0]);
}

static void quotes(void) {
    static const struct filler fillers[] = {
        {"an open quotation", "Sec-WebSocket-Extensions: a;b=\"", "\\c", "", 400},
        {"backslashes", "Sec-WebSocket-Extensions: a;b=\"", "\\\\", "\"", 400},
        {"quotation marks", "Sec-WebSocket-Extensions: a;b=", "\"", "", 400},
        {"commas", "Sec-WebSocket-Extensions: a", ",", "", 101},
        {"parameters", "Sec-WebSocket-Extensions: a", ";b=\"c\"", "", 101},
        {"extensions", "Sec-WebSocket-Extensions: a", ", a;b", "", 101},
    };
    check_fillers(fillers, sizeof fillers / sizeof fillers[0]);
}

/* How often the thread of the one connection that there is has gone to sleep, to wait for bytes. */
static long times_asleep(void) {
    static const char name[] = "voluntary_ctxt_switches:";
    char path[300], line[128];
    long times = 0;
    snprintf(path, sizeof path, "/proc/%ld/task", (long)attack_server.pid);
    DIR *folder = opendir(path);
    struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        long thread = strtol(entry->d_name, NULL, 10);
        snprintf(path, sizeof path, "/proc/%ld/task/%ld/status", (long)attack_server.pid, thread);
        FILE *file = thread > attack_server.pid ? fopen(path, "r") : NULL;
        while (file != NULL && fgets(line, sizeof line, file) != NULL) {
            if (strncmp(line, name, sizeof name - 1) == 0) {
                times = strtol(line + sizeof name - 1, NULL, 10);
            }
        }
        if (file != NULL) {
            fclose(file);
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
    return times;
}

/* Sends a request, `first` bytes of it at once, then `count` one by one, each when the last one has
 * been read, and then the rest. Returns the processor time that those in the middle took, in
 * milliseconds. */
static double drip_bytes(const struct wire *request, size_t first, size_t count) {
    char answer[1024];
    int on = 1, fd = raw_client_connect(attack_server.port);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    CHECK(raw_client_send(fd, request->bytes, first));
    attack_pause(20);
    double before = attack_cpu();
    int64_t deadline = now() + PROCESS_WAIT;
    for (size_t i = first; i < first + count; i++) {
        long asleep = times_asleep();
        CHECK(raw_client_send(fd, request->bytes + i, 1));
        while (times_asleep() == asleep && i + 1 < request->len && now() < deadline) {
        }
    }
    double after = attack_cpu();
    CHECK(raw_client_send(fd, request->bytes + first + count, request->len - first - count));
    CHECK(raw_client_read_until(fd, "\r\n\r\n", answer, sizeof answer));
    CHECK(strncmp(answer, "HTTP/1.1 101 ", 13) == 0);
    close(fd);
    CHECK(attack_settle(0));
    return (after - before) / 1000;
}

/* Every byte wakes the thread, which has its price. But a parser that starts anew with every read
 * pays more for each byte the more there are before it. */
static void drip(void) {
    static char line[LARGE];
    struct wire ordinary = {0}, large = {0};
    if (!attack_begin(no_options)) {
        return;
    }
    memset(line, 'x', sizeof line - 3);
    memcpy(line, "X-Pad: ", 7);
    memcpy(line + sizeof line - 3, "\r\n", 3);
    attack_request(&ordinary, "");
    attack_request(&large, line);
    attack_note("%zu bytes", ordinary.len);
    attack_cost("cpu", drip_bytes(&ordinary, 0, ordinary.len), 50, "ms");
    double early = 1e9, late = 1e9;
    for (int i = 0; i < 3 || (i < 12 && late >= 1.6 * early);
         i++) { /* the least of each, as above */
        double one = drip_bytes(&large, 0, DRIPPED);
        double other = drip_bytes(&large, large.len - DRIPPED, DRIPPED);
        early = one < early ? one : early;
        late = other < late ? other : late;
    }
    attack_note("first %d of %zu bytes %.1f ms", DRIPPED, large.len, early);
    attack_cost("last : first", late / early, 1.6, "");
    wire_free(&ordinary);
    wire_free(&large);
    attack_end();
}

static void many_headers(void) {
    struct wire request = {0}, lines = {0};
    if (!attack_begin(no_options)) {
        return;
    }
    for (int i = 0; i < 2000; i++) {
        wire_add(&lines, "a:b\r\n", 5);
    }
    wire_add(&lines, "", 1);
    attack_request(&request, (const char *)lines.bytes);
    int64_t begin = attack_now();
    CHECK_EQUAL(attack_ask(request.bytes, request.len), 431);
    attack_bound("answer", (double)(attack_now() - begin) / 1000, 2000, "ms");
    attack_settle(0);
    attack_cost("cpu", attack_cpu() / 1000, 20, "ms");
    attack_peak_bound(256);
    wire_free(&request);
    wire_free(&lines);
    attack_end();
}

/* One header line, or one request line, that never ends. It must be answered when it is too long,
 * not when it is over, and who goes on sending all the same must be gone soon. */
static void check_endless(const char *beginning, int status) {
    static char chunk[4096], answer[1024];
    struct pollfd wait = {raw_client_connect(attack_server.port), POLLIN, 0};
    memset(chunk, 'x', sizeof chunk);
    int64_t begin = now();
    CHECK(raw_client_send_text(wait.fd, beginning));
    while (poll(&wait, 1, 0) == 0 && now() - begin < PROCESS_WAIT) {
        CHECK(raw_client_send(wait.fd, chunk, sizeof chunk));
    }
    attack_bound("answer", (double)(now() - begin), 2000, "ms");
    CHECK(raw_client_read_until(wait.fd, "\r\n", answer, sizeof answer));
    CHECK_EQUAL(strtol(answer + strlen("HTTP/1.1 "), NULL, 10), status);
    while (send(wait.fd, chunk, sizeof chunk, MSG_NOSIGNAL) > 0 && now() - begin < PROCESS_WAIT) {
    }
    attack_bound("gone", (double)(now() - begin), 4000, "ms");
    close(wait.fd);
}

static void endless_line(void) {
    if (!attack_begin(no_options)) {
        return;
    }
    check_endless("GET / HTTP/1.1\r\nX-Endless: ", 431);
    check_endless("GET /", 414);
    attack_peak_bound(256);
    attack_end();
}

const struct attack request_attacks[] = {{"header_of_spaces", spaces, false},
                                         {"header_of_lists", lists, false},
                                         {"header_of_quotes", quotes, false},
                                         {"request_dripped", drip, false},
                                         {"2000_headers", many_headers, true},
                                         {"endless_line", endless_line, false},
                                         {NULL, NULL, false}};
