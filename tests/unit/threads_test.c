/* The threads of step 1, with socket pairs instead of clients from the network. */
#include "step01_tcp/threads.h"

#include "common/log.h"
#include "tests/support/raw_client.h"
#include "tests/support/test.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char refusal[] = "too many\n";
static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/* Starts a thread for one half of a socket pair; returns the other. If there is a greeting, it is
 * sent before. */
static int join(struct threads *threads, const char *greeting) {
    static uint64_t number;
    int fds[2] = {-1, -1};
    struct tcp_connection connection;
    CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    CHECK(raw_client_send_text(fds[1], greeting));
    tcp_init(&connection, fds[0]);
    connection.number = ++number;
    threads_serve(threads, &connection);
    return fds[1];
}

static void say(struct tcp_connection *connection, const char *text) {
    struct iovec part = {(void *)(uintptr_t)text, strlen(text)};
    tcp_write(connection, &part, 1);
}

/* What most connections do here: say that they are served, then wait for the end of the peer or of
 * the server. */
static void serve(struct tcp_connection *connection, void *context) {
    char byte;
    (void)context;
    say(connection, "served\n");
    while (tcp_read(connection, &byte, 1, PROCESS_WAIT) > 0) {
    }
}

static bool is_served(int fd) {
    char text[64];
    bool served =
        raw_client_read_until(fd, "\n", text, sizeof text) && strcmp(text, "served\n") == 0;
    CHECK_FOR(served, "not served but: %s", text);
    return served;
}

/* Checks that the whole refusal has come, with an orderly end after it. */
static void check_refused(int fd) {
    char text[64];
    CHECK_FOR(raw_client_read_all(fd, text, sizeof text), "no orderly end: %s", strerror(errno));
    CHECK_FOR(strcmp(text, refusal) == 0, "not refused but: %s", text);
}

/* This many connections are served, or closed. */
static void join_all(struct threads *threads, int *fds, size_t count) {
    for (size_t i = 0; i < count; i++) {
        fds[i] = join(threads, "");
        CHECK(is_served(fds[i]));
    }
}

static void close_all(const int *fds, size_t count) {
    for (size_t i = 0; i < count; i++) {
        close(fds[i]);
    }
}

static struct threads_settings make_settings(uint64_t max_connections) {
    return (struct threads_settings){
        .max_connections = max_connections, .refusal = refusal, .handle = serve};
}

/* The address space of this process in KiB, or -1 where there is no /proc. */
static long address_space(void) {
    struct process self = {.pid = getpid()};
    return process_status(&self, "VmSize:");
}

/* A thread of a usual size takes megabytes, or far more than this with musl. */
TEST("threads: a thread takes a small stack") {
    enum { THREADS = 50, BUFFER = 4096, MANAGEMENT = 32 * 1024 };
    long least = sysconf(_SC_THREAD_STACK_MIN), guard = 2 * sysconf(_SC_PAGESIZE);
    long stack = THREADS_STACK_SIZE + BUFFER > least ? THREADS_STACK_SIZE + BUFFER : least;
    long most = (stack + guard + MANAGEMENT) / 1024;
    struct threads_settings settings = make_settings(THREADS);
    int fds[THREADS];
    if (address_space() < 0 || process_is_instrumented()) {
        printf("no /proc, or an instrumented program: the stacks are not looked at\n");
        return;
    }
    settings.buffer_size = BUFFER;
    struct threads *threads = threads_new(&settings);
    long before = address_space();
    join_all(threads, fds, THREADS);
    long each = (address_space() - before) / THREADS;
    CHECK_FOR(each <= most, "%ld KiB for each, more than %ld", each, most);
    close_all(fds, THREADS);
    threads_stop(threads);
}

/* Two buffers of the size that was asked for are too much for the stack of a thread, one is not. */
static void fill_a_buffer(struct tcp_connection *connection, void *context) {
    uint8_t buffer[1 << 20];
    struct iovec part = {buffer, sizeof buffer};
    (void)context;
    memset(buffer, 'b', sizeof buffer);
    tcp_write(connection, &part, 1);
}

TEST("threads: a stack has room for the buffer") {
    static char text[(1 << 20) + 1];
    struct threads_settings settings = make_settings(2);
    settings.buffer_size = 1 << 20;
    settings.handle = fill_a_buffer;
    struct threads *threads = threads_new(&settings);
    int fd = join(threads, "");
    CHECK(raw_client_read_all(fd, text, sizeof text));
    CHECK_EQUAL(strlen(text), 1 << 20);
    close(fd);
    threads_stop(threads);
}

/* Its request is in the socket already, unread: closing that at once would be a reset. */
TEST("threads: a refusal arrives at a client that has sent its request") {
    struct threads_settings settings = make_settings(1);
    struct threads *threads = threads_new(&settings);
    int first = join(threads, "");
    CHECK(is_served(first));
    int second = join(threads, request);
    check_refused(second);
    /* Nor is what it sends now an error: the server reads on until the client is done as well. */
    CHECK(raw_client_send_text(second, request));
    close(second);
    close(first);
    threads_stop(threads);
}

/* They are told so while others wait to be told; only places that are taken count. */
TEST("threads: a refusal takes no place") {
    struct threads_settings settings = make_settings(2);
    struct threads *threads = threads_new(&settings);
    int first = join(threads, ""), second = join(threads, "");
    CHECK(is_served(first) && is_served(second));
    int refused[3];
    for (size_t i = 0; i < 3; i++) {
        refused[i] = join(threads, "");
    }
    shutdown(first, SHUT_WR);
    raw_client_expect_end(
        first); /* its place is free from now on; the refusals wait for their peers */
    int third = join(threads, "");
    CHECK(is_served(third));
    for (size_t i = 0; i < 3; i++) {
        check_refused(refused[i]);
        close(refused[i]);
    }
    close(first);
    close(second);
    close(third);
    threads_stop(threads);
}

/* However many were refused before, a place is a place. */
TEST("threads: a refusal that is over leaves no trace") {
    struct threads_settings settings = make_settings(1);
    struct threads *threads = threads_new(&settings);
    int first = join(threads, "");
    CHECK(is_served(first));
    for (size_t i = 0; i < THREADS_REFUSALS_MAX + 10; i++) {
        int fd = join(threads, "");
        check_refused(fd);
        close(fd);
    }
    shutdown(first, SHUT_WR);
    raw_client_expect_end(first);
    int next = join(threads, "");
    CHECK(is_served(next));
    close(first);
    close(next);
    threads_stop(threads);
}

/* THREADS_REFUSALS_MAX clients are told that there is no place; those beyond are closed at once,
 * since there is no place either for telling them. */
TEST("threads: refusals have their limit too") {
    struct threads_settings settings = make_settings(1);
    struct threads *threads = threads_new(&settings);
    int fds[1 + 2 * THREADS_REFUSALS_MAX];
    size_t told = 0, closed = 0;
    int64_t start = now();
    for (size_t i = 0; i < 1 + 2 * THREADS_REFUSALS_MAX; i++) {
        fds[i] = join(threads, "");
    }
    bool in_time = now() - start < TCP_FINISH_TIMEOUT; /* then the first refusals are let go */
    CHECK(is_served(fds[0]));
    for (size_t i = 1; i < 1 + 2 * THREADS_REFUSALS_MAX; i++) {
        char text[64];
        CHECK(raw_client_read_all(fds[i], text, sizeof text));
        told += strcmp(text, refusal) == 0;
        closed += text[0] == '\0';
    }
    CHECK_EQUAL(told + closed, 2 * THREADS_REFUSALS_MAX);
    CHECK(in_time ? told == THREADS_REFUSALS_MAX : told >= THREADS_REFUSALS_MAX);
    close_all(fds, 1 + 2 * THREADS_REFUSALS_MAX);
    threads_stop(threads);
}

TEST("threads: a stop lets connections say goodbye") {
    struct threads_settings settings = make_settings(10);
    struct threads *threads = threads_new(&settings);
    int fds[10];
    join_all(threads, fds, 10);
    int64_t start = now();
    threads_stop(threads);
    CHECK_FOR(now() - start < THREADS_STOP_GRACE - 500, "it took %lld ms",
              (long long)(now() - start));
    for (size_t i = 0; i < 10; i++) {
        raw_client_expect_end(fds[i]);
        close(fds[i]);
    }
}

/* Counts in its context how often it is woken while it waits outside of tcp_read. */
static void be_woken_three_times(struct tcp_connection *connection, void *context) {
    atomic_int *woken = context;
    say(connection, "served\n");
    while (atomic_load(woken) < 3) {
        char byte;
        if (read(connection->fd, &byte, 1) >= 0 || errno != EINTR) {
            return;
        }
        atomic_fetch_add(woken, 1);
    }
}

/* The signal may come when its thread is not blocked yet, and be lost on it. */
TEST("threads: a thread is woken until it has noticed the stop") {
    struct threads_settings settings = make_settings(1);
    atomic_int woken = 0;
    settings.handle = be_woken_three_times;
    settings.context = &woken;
    struct threads *threads = threads_new(&settings);
    int fd = join(threads, "");
    CHECK(is_served(fd));
    threads_stop(threads);
    CHECK_EQUAL(atomic_load(&woken), 3);
    close(fd);
}

/* A thread that does not listen to anything: not to signals, and not to the end of its socket. */
struct stubborn {
    int release[2];          /* a pipe; its end is the end of the thread */
    atomic_llong ended;      /* when the socket was shut down */
    struct threads *unused;  /* what such threads leave behind */
    atomic_bool is_released; /* whether its end of the pipe is closed */
};

static void be_stubborn(struct tcp_connection *connection, void *context) {
    struct stubborn *stubborn = context;
    char byte;
    say(connection, "served\n");
    while (read(connection->fd, &byte, 1) < 0) {
    }
    atomic_store(&stubborn->ended, now());
    struct pollfd wait = {stubborn->release[0], POLLIN, 0};
    int64_t end = now() + PROCESS_WAIT;
    while (poll(&wait, 1, 100) <= 0 && now() < end) {
    }
    close(stubborn->release[0]);
    atomic_store(&stubborn->is_released, true);
}

TEST("threads: a stop has an end") {
    static struct stubborn stubborn;
    static struct threads_settings settings;
    settings = make_settings(1);
    settings.handle = be_stubborn;
    settings.context = &stubborn;
    CHECK_EQUAL(pipe(stubborn.release), 0);
    struct threads *threads = threads_new(&settings);
    stubborn.unused = threads;
    int fd = join(threads, "");
    CHECK(is_served(fd));
    int64_t start = now();
    threads_stop(threads);
    int64_t took = now() - start, after = atomic_load(&stubborn.ended) - start;
    CHECK_FOR(after >= THREADS_STOP_GRACE - 100 && after < THREADS_STOP_GRACE + 900,
              "its socket was shut down after %lld ms", (long long)after);
    CHECK_FOR(took >= THREADS_STOP_GRACE + THREADS_STOP_LAST - 100 && took < PROCESS_WAIT / 2,
              "it took %lld ms", (long long)took);
    close(stubborn.release[1]);
    raw_client_expect_end(fd);
    for (int64_t end = now() + PROCESS_WAIT; !atomic_load(&stubborn.is_released) && now() < end;) {
        poll(NULL, 0, 5);
    }
    close(fd);
}

int main(void) {
    log_set_level(LOG_QUIET);
    test_run_all();
    return test_report();
}
