/* scale: ten thousand WebSocket connections open at once, each echoing, and what is left of them
 * when they are gone. The server is another process, so each of the two needs a descriptor for
 * every connection. */
#include "step01_tcp/threads.h"
#include "step05_echo/session.h"
#include "tests/scale/sample.h"
#include "tests/support/raw_client.h"
#include "tests/support/test.h"

#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    CONNECTIONS = 10000,
    INSTRUMENTED = 500,  /* connections when a sanitizer makes a thread expensive */
    KEPT_MAX = 8 * 1024, /* kB that the C library may keep in its heaps */
    CROWDS = 40,         /* that come and go, to see whether more is kept each time */
    CROWD = 1000,        /* connections in each */
    LEAKED_MAX = 16,     /* bytes for each connection by which what is kept may grow: no block */
    LARGE = 4096,        /* bytes of a message that the first buffer has no room for */
    STOP_MAX = THREADS_STOP_GRACE + THREADS_STOP_LAST + 1000 /* ms */
};

static const double each_max = 9;        /* kB of an idle connection: two pages, and its place */
static const double library_each = 0.75; /* kB that glibc keeps for a thread that used the heap */

static struct process server;
static struct sample start; /* before the crowd comes, after one connection has come and gone */
static unsigned count;
static int fds[CONNECTIONS];

static void print_stage(const char *stage) {
    struct sample sample = sample_take(&server);
    printf("  %-50s %8ld kB %6.2f kB each %7ld threads %7ld descriptors\n", stage, sample.memory,
           (double)(sample.memory - start.memory) / count, sample.threads, sample.descriptors);
    fflush(stdout);
}

/* kB of memory for each connection beyond the start. */
static double memory_of_each(void) {
    return (double)(sample_take(&server).memory - start.memory) / count;
}

static void connect_all(void) {
    for (unsigned i = 0; i < count; i++) {
        fds[i] = raw_client_connect(server.port);
    }
    for (int64_t end = now() + PROCESS_WAIT; now() < end; poll(NULL, 0, 10)) {
        if (sample_take(&server).threads >= start.threads + (long)count) {
            break;
        }
    }
    CHECK_EQUAL(sample_take(&server).threads, start.threads + (long)count);
}

static void open_all(void) {
    for (unsigned i = 0; i < count; i++) {
        CHECK(raw_client_send_text(fds[i], raw_client_handshake));
    }
    for (unsigned i = 0; i < count; i++) {
        char response[1024];
        CHECK(raw_client_read_until(fds[i], "\r\n\r\n", response, sizeof response));
        CHECK_FOR(strncmp(response, "HTTP/1.1 101 ", 13) == 0, "no 101 but: %s", response);
    }
}

/* A message that no other connection sends. */
static void make_payload(unsigned number, unsigned turn, uint8_t *payload, size_t size) {
    for (size_t i = 0; i < size; i++) {
        payload[i] = (uint8_t)(i * 7 + number * 31 + (number >> 8) * 5 + turn);
    }
}

/* Sends a message on every connection before the first echo is read. */
static void echo_on_all(unsigned turn, size_t size) {
    uint8_t payload[LARGE];
    for (unsigned i = 0; i < count; i++) {
        struct wire sent = {0};
        make_payload(i, turn, payload, size);
        wire_add_client_frame(&sent, 0x82, payload, size);
        CHECK(raw_client_send(fds[i], sent.bytes, sent.len));
        wire_free(&sent);
    }
    for (unsigned i = 0; i < count; i++) {
        struct wire wanted = {0};
        make_payload(i, turn, payload, size);
        wire_add_server_frame(&wanted, 0x82, payload, size);
        raw_client_expect(fds[i], &wanted);
    }
}

/* Those from `first` on, every `step`th, close properly: both Close frames, then the server ends
 * TCP. */
static void close_properly(unsigned first, unsigned step) {
    struct wire goodbye = {0};
    wire_add_client_close(&goodbye, 1000, "");
    for (unsigned i = first; i < count; i += step) {
        CHECK(raw_client_send(fds[i], goodbye.bytes, goodbye.len));
    }
    for (unsigned i = first; i < count; i += step) {
        struct wire wanted = {0};
        wire_add_server_close(&wanted, 1000, "");
        raw_client_expect(fds[i], &wanted);
        raw_client_expect_end(fds[i]);
        close(fds[i]);
    }
    wire_free(&goodbye);
}

static void reset(unsigned first, unsigned step) {
    for (unsigned i = first; i < count; i += step) {
        raw_client_reset(fds[i]);
    }
}

/* All threads and descriptors are gone again, and memory but for what the C library keeps. Returns
 * how much that is, in kB. */
static long check_all_gone(void) {
    struct sample end = sample_at_rest(&server, &start, PROCESS_WAIT);
    CHECK_EQUAL(end.threads, start.threads);
    CHECK_EQUAL(end.descriptors, start.descriptors);
    long kept = end.memory - start.memory;
    CHECK_FOR(process_is_instrumented() || kept <= KEPT_MAX, "%ld kB stay", kept);
    return kept;
}

static void a_crowd_is_served(void) {
    connect_all();
    print_stage("connected: a thread that waits for a request");
    open_all();
    print_stage("open");
    echo_on_all(1, 20);
    print_stage("after an echo of 20 bytes");
    double small = memory_of_each();
    echo_on_all(2, LARGE);
    print_stage("after an echo of 4096 bytes");
    poll(NULL, 0, LIMITS_RELAX_AFTER + 500); /* the silence that is measured */
    print_stage("after a second of silence");
    double silent = memory_of_each();
    echo_on_all(3, 20);
    print_stage("after another echo of 20 bytes");
    if (process_is_instrumented()) {
        printf("  instrumented: the memory of such a program says nothing, it is not judged\n");
        return;
    }
    CHECK_FOR(small <= each_max, "%.2f kB after a message, more than %.2f", small, each_max);
    CHECK_FOR(silent <= each_max + library_each, "%.2f kB after a silence, more than %.2f", silent,
              each_max + library_each);
}

static void nothing_stays_after_close(void) {
    close_properly(0, 1);
    check_all_gone();
    print_stage("after they left with a Close");
}

/* Reads the goodbye on every connection, and answers it. */
static void read_goodbyes(void) {
    struct wire reply = {0};
    wire_add_client_close(&reply, 1001, "");
    for (unsigned i = 0; i < count; i++) {
        struct wire wanted = {0};
        wire_add_server_close(&wanted, 1001, "the server is shutting down");
        raw_client_expect(fds[i], &wanted);
        raw_client_send(fds[i], reply.bytes, reply.len); /* too late for the last ones, perhaps */
    }
    wire_free(&reply);
}

/* Starts a server again on the port of the one before. */
static void check_restart(void) {
    char port[16];
    unsigned before = server.port;
    snprintf(port, sizeof port, "%u", before);
    const char *const arguments[] = {"--quiet", "--port", port, NULL};
    if (process_start(&server, "step05_echo", arguments)) {
        CHECK_EQUAL(server.port, before);
        close(raw_client_open(server.port));
    }
}

static void sigterm_tells_all_of_them(void) {
    connect_all();
    open_all();
    echo_on_all(5, 20);
    fflush(stdout);
    pid_t reader = fork(); /* reads while this one waits for the end of the server */
    if (reader == 0) {
        read_goodbyes();
        fflush(stdout);
        _exit(test_has_failed() ? 1 : 0);
    }
    int64_t begin = now();
    CHECK_EQUAL(process_stop(&server), 0);
    int64_t took = now() - begin;
    int status = 1;
    CHECK(waitpid(reader, &status, 0) == reader && status == 0);
    printf("  SIGTERM with %u connections open: gone after %lld ms\n", count, (long long)took);
    CHECK_FOR(took <= STOP_MAX, "it took %lld ms", (long long)took);
    check_restart(); /* all of them are still open on this side */
    for (unsigned i = 0; i < count; i++) {
        close(fds[i]);
    }
}

static void sigkill_leaves_the_port_free(void) {
    enum { FEW = 100 };
    for (unsigned i = 0; i < FEW; i++) {
        fds[i] = raw_client_open(server.port);
    }
    kill(server.pid, SIGKILL);
    waitpid(server.pid, NULL, 0);
    close(server.output_fd);
    unlink(server.log);
    check_restart();
    for (unsigned i = 0; i < FEW; i++) {
        close(fds[i]);
    }
    CHECK_EQUAL(process_stop(&server), 0);
}

/* Two connections come and go, so that what the server sets up once does not count. */
static bool start_server(void) {
    char places[16];
    snprintf(places, sizeof places, "%u", count);
    /* No time-out of the server ends a connection while this program is busy with the others. */
    const char *const arguments[] = {"--quiet", "--max-connections",   places, "--ping-interval",
                                     "600",     "--handshake-timeout", "600",  NULL};
    if (!process_start(&server, "step05_echo", arguments)) {
        return false;
    }
    struct sample empty = sample_take(&server);
    for (int i = 0; i < 2; i++) {
        close(raw_client_open(server.port));
    }
    start = sample_at_rest(&server, &empty, PROCESS_WAIT);
    return true;
}

/* What the C library keeps goes up and down with each crowd, by more the larger the crowd was. What
 * is lost, is lost with each. So many small crowds come, and the straight line through what is kept
 * after them must not rise. */
static void nothing_is_lost_with_another_crowd(void) {
    long kept[CROWDS], least = LONG_MAX, most = 0;
    count = CROWD < count ? CROWD : count;
    sample_keep_one_heap();
    if (!start_server()) {
        return;
    }
    for (unsigned crowd = 0; crowd < CROWDS; crowd++) {
        connect_all();
        open_all();
        echo_on_all(4, 20);
        echo_on_all(5, LARGE);
        reset(0, 2);
        close_properly(1, 2);
        kept[crowd] = check_all_gone();
        least = kept[crowd] < least ? kept[crowd] : least;
        most = kept[crowd] > most ? kept[crowd] : most;
    }
    double more = sample_slope(kept, CROWDS) * 1024 / count;
    printf("  %u times %u connections that left, every other with a reset: %ld to %ld kB stay, "
           "%.1f bytes more for each\n",
           (unsigned)CROWDS, count, least, most, more);
    CHECK_FOR(process_is_instrumented() || more <= LEAKED_MAX,
              "%.0f bytes are lost with each connection", more);
    CHECK_EQUAL(process_stop(&server), 0);
}

int main(void) {
    unsigned wanted = process_is_instrumented() ? INSTRUMENTED : CONNECTIONS;
    if (wanted < CONNECTIONS) {
        printf("SKIPPED in part: instrumented, so there are %u connections instead of %u\n", wanted,
               (unsigned)CONNECTIONS);
    }
    count = sample_allowed_descriptors(wanted);
    sample_keep_no_stacks();
    if (!start_server()) {
        return 1;
    }
    printf("%u connections, and the server's user-space memory:\n", count);
    print_stage("before");
    test_run("scale: a crowd is served, each in little memory", a_crowd_is_served);
    test_run("scale: nothing stays after they closed", nothing_stays_after_close);
    test_run("scale: SIGTERM tells all of them, and is over in time", sigterm_tells_all_of_them);
    test_run("scale: SIGKILL leaves the port free", sigkill_leaves_the_port_free);
    test_run("scale: nothing is lost with another crowd", nothing_is_lost_with_another_crowd);
    return test_report();
}
