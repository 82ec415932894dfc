/* SIGTERM under full load: clients that do all kinds of things, each in a process of its own, when
 * the server is told to stop. Each of them must hear 1001 where that is possible.
 *
 * It is possible when the client has finished its handshake, and reads what was sent to it before:
 * the goodbye lies after that in the stream. A client that has not been
 * upgraded cannot be told; one that leaves the echo of a message unread for longer than
 * THREADS_STOP_GRACE is cut off within it. */
#include "step01_tcp/threads.h"
#include "tests/support/raw_client.h"
#include "tests/support/test.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    STOP_MAX = THREADS_STOP_GRACE + THREADS_STOP_LAST + 1000, /* ms */
    LATE = 1000,                                              /* ms, within the grace */
    LARGE = 12 << 20,   /* more than the kernel's buffers hold */
    WINDOW = 64 * 1024, /* bytes in flight of a busy client */
    CLIENTS_MAX = 100
};

static struct process server;
static struct wire large, large_echo; /* a message of LARGE bytes, and what comes back */

/* What tells a client's process where it stands. */
struct scene {
    int fd;      /* the connection, after its handshake */
    int ready;   /* a pipe: a byte says that the client is where it wants to be at the stop */
    int stopped; /* a pipe that ends when the signal has been sent */
};

static void say_ready(const struct scene *scene) {
    CHECK_EQUAL(write(scene->ready, "", 1), 1);
}

/* Waits for the signal; returns whether it has been sent already after at most `wait` ms. */
static bool stop_is_sent(const struct scene *scene, int wait) {
    struct pollfd end = {scene->stopped, POLLIN, 0};
    return poll(&end, 1, wait) > 0;
}

static void expect_goodbye(const struct scene *scene) {
    raw_client_expect_close(scene->fd, 1001, "the server is shutting down");
}

/* Nothing more comes. On a machine that is too busy the reply is too late, perhaps, and then the
 * end is a reset. */
static void reply_and_expect_end(const struct scene *scene) {
    static const uint8_t reply[] = {0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe9};
    char more[64];
    raw_client_send(scene->fd, reply, sizeof reply);
    raw_client_read_all(scene->fd, more, sizeof more);
    CHECK_EQUAL(more[0], '\0');
}

static void be_idle(const struct scene *scene) {
    say_ready(scene);
    expect_goodbye(scene);
    reply_and_expect_end(scene);
}

/* Half of a message is sent. The rest of it may still come before the reply, but it is not echoed:
 * nothing may follow a Close (5.5.1). */
static void be_within_a_message(const struct scene *scene) {
    raw_client_send_frames(scene->fd, "01:one-half-and x8089 x00000000 x746865");
    say_ready(scene);
    expect_goodbye(scene);
    raw_client_send(scene->fd, "-other", 6);
    reply_and_expect_end(scene);
}

/* Reads what is there and counts whole echoes of `echo`. Returns false when something else comes:
 * its first byte is left to be read. */
static bool take_echoes(int fd, const struct wire *echo, size_t *taken) {
    uint8_t got[16384];
    ssize_t seen = recv(fd, got, sizeof got, MSG_PEEK | MSG_DONTWAIT);
    if (seen < 0 && (errno == EAGAIN || errno == EINTR)) {
        return true;
    }
    size_t same = 0;
    while ((ssize_t)same < seen && got[same] == echo->bytes[(*taken + same) % echo->len]) {
        same++;
    }
    *taken += same;
    CHECK(same == 0 || recv(fd, got, same, 0) == (ssize_t)same);
    return same > 0 && (ssize_t)same == seen;
}

/* Sends the batch again and again from where it stopped, as far as the window allows. */
static void send_on(int fd, const struct wire *batch, size_t *sent, size_t taken) {
    size_t at = *sent % batch->len;
    if (*sent < taken + WINDOW) {
        ssize_t count = send(fd, batch->bytes + at, batch->len - at, MSG_DONTWAIT | MSG_NOSIGNAL);
        *sent += count > 0 ? (size_t)count : 0;
    }
}

/* Sends as fast as it can, in the middle of a frame or not, and reads as fast as it can. All that
 * was answered comes before the goodbye, whole. */
static void pipeline(const struct scene *scene) {
    static const char text[] = "as fast as it can be sent, and read as fast as it comes";
    struct wire frame = {0}, batch = {0}, echo = {0};
    size_t sent = 0, taken = 0;
    bool ready = false;
    wire_add_client_text(&frame, 0x81, text);
    wire_add_server_text(&echo, 0x81, text);
    for (int i = 0; i < 200; i++) {
        wire_add(&batch, frame.bytes, frame.len);
    }
    for (int64_t end = now() + 3 * PROCESS_WAIT; now() < end;) {
        short events = sent < taken + WINDOW ? POLLIN | POLLOUT : POLLIN;
        struct pollfd wait = {scene->fd, events, 0};
        poll(&wait, 1, 100);
        send_on(scene->fd, &batch, &sent, taken);
        if ((wait.revents & POLLIN) != 0 && !take_echoes(scene->fd, &echo, &taken)) {
            break;
        }
        if (!ready && taken >= 100 * echo.len) {
            say_ready(scene);
            ready = true;
        }
    }
    CHECK_FOR(taken % echo.len == 0, "an echo is cut off");
    expect_goodbye(scene);
    size_t rest = (frame.len - sent % frame.len) % frame.len;
    raw_client_send(scene->fd, frame.bytes + frame.len - rest, rest);
    reply_and_expect_end(scene);
    wire_free(&frame);
    wire_free(&batch);
    wire_free(&echo);
}

/* Its echoes wait in the kernel's buffers, and there the goodbye reaches it, too; it reads them
 * when the server is long gone. */
static void leave_little_unread(const struct scene *scene) {
    struct wire sent = {0}, wanted = {0};
    for (int i = 0; i < 100; i++) {
        wire_add_client_text(&sent, 0x81, "not read yet");
        wire_add_server_text(&wanted, 0x81, "not read yet");
    }
    CHECK(raw_client_send(scene->fd, sent.bytes, sent.len));
    struct pollfd all = {scene->fd, POLLIN, 0};
    for (int64_t end = now() + PROCESS_WAIT; now() < end; poll(&all, 0, 10)) {
        static uint8_t seen[4096];
        if (recv(scene->fd, seen, sizeof seen, MSG_PEEK) >= (ssize_t)wanted.len) {
            break;
        }
    }
    say_ready(scene);
    CHECK(stop_is_sent(scene, PROCESS_WAIT));
    poll(NULL, 0, STOP_MAX); /* the time in which it does not read */
    raw_client_expect(scene->fd, &wanted);
    expect_goodbye(scene);
    raw_client_expect_end(scene->fd);
    wire_free(&sent);
}

static void ask_for_much(const struct scene *scene) {
    CHECK(raw_client_send(scene->fd, large.bytes, large.len));
    struct pollfd reply = {scene->fd, POLLIN, 0};
    CHECK_EQUAL(poll(&reply, 1, PROCESS_WAIT), 1); /* the server has all, and writes */
    say_ready(scene);
}

/* The server is blocked in a write when it is told to stop. */
static void read_late(const struct scene *scene) {
    ask_for_much(scene);
    CHECK(stop_is_sent(scene, PROCESS_WAIT));
    poll(NULL, 0, LATE); /* the time in which it does not read */
    raw_client_expect(scene->fd, &large_echo);
    expect_goodbye(scene);
    reply_and_expect_end(scene);
}

/* Nothing can be told to one that never reads: its stream ends within the echo. */
static void never_read(const struct scene *scene) {
    ask_for_much(scene);
    CHECK(stop_is_sent(scene, PROCESS_WAIT));
    poll(NULL, 0, STOP_MAX); /* the time in which it does not read */
    uint8_t *got = malloc(large_echo.len);
    size_t len = 0;
    ssize_t count = 1;
    while (got != NULL && count > 0) {
        count = recv(scene->fd, got + len, large_echo.len - len, 0);
        len += count > 0 ? (size_t)count : 0;
    }
    CHECK_FOR(len > 0 && len < large_echo.len && memcmp(got, large_echo.bytes, len) == 0,
              "%zu bytes of %zu, or wrong ones", len, large_echo.len);
    free(got);
}

struct part {
    void (*play)(const struct scene *scene);
    unsigned clients;
};

/* Starts a client for each part, and returns when all of them are where they want to be. */
static unsigned start_clients(const struct part *parts, size_t count, const int stopped[2],
                              pid_t *clients) {
    unsigned started = 0;
    int ready[2] = {-1, -1};
    CHECK_EQUAL(pipe(ready), 0);
    fflush(stdout);
    for (size_t i = 0; i < count; i++) {
        for (unsigned k = 0; k < parts[i].clients && started < CLIENTS_MAX; k++) {
            clients[started] = fork();
            if (clients[started] == 0) {
                close(stopped[1]);
                struct scene scene = {raw_client_open(server.port), ready[1], stopped[0]};
                parts[i].play(&scene);
                fflush(stdout);
                _exit(test_has_failed() ? 1 : 0);
            }
            started++;
        }
    }
    close(ready[1]);
    for (unsigned i = 0; i < started; i++) {
        char byte;
        struct pollfd wait = {ready[0], POLLIN, 0};
        CHECK(poll(&wait, 1, PROCESS_WAIT) > 0 && read(ready[0], &byte, 1) == 1);
    }
    close(ready[0]);
    return started;
}

/* Stops the server with all of these clients; returns how long it took. */
static int64_t stop_with(const struct part *parts, size_t count) {
    static const char *const arguments[] = {"--quiet", "--ping-interval", "600", NULL};
    pid_t clients[CLIENTS_MAX];
    int stopped[2];
    if (pipe(stopped) != 0 || !process_start(&server, "step05_echo", arguments)) {
        return 0;
    }
    unsigned started = start_clients(parts, count, stopped, clients);
    int64_t begin = now();
    kill(server.pid, SIGTERM);
    close(stopped[1]);
    CHECK_EQUAL(process_stop(&server), 0);
    int64_t took = now() - begin;
    for (unsigned i = 0; i < started; i++) {
        int status = 1;
        CHECK(waitpid(clients[i], &status, 0) == clients[i] && status == 0);
    }
    close(stopped[0]);
    return took;
}

/* Whether a server can be started at once on the port of the last one. */
static void check_restart(void) {
    struct process next;
    char port[16];
    snprintf(port, sizeof port, "%u", server.port);
    const char *const arguments[] = {"--quiet", "--port", port, NULL};
    if (process_start(&next, "step05_echo", arguments)) {
        CHECK_EQUAL(next.port, server.port);
        close(raw_client_open(next.port));
        CHECK_EQUAL(process_stop(&next), 0);
    }
}

TEST("stop: all who read are told 1001 (7.4.1)") {
    static const struct part parts[] = {{be_idle, 30}, {be_within_a_message, 30}, {pipeline, 10}};
    int64_t took = stop_with(parts, sizeof parts / sizeof parts[0]);
    CHECK_FOR(took <= STOP_MAX, "it took %lld ms", (long long)took);
    check_restart();
}

TEST("stop: those who do not read hold it only so long") {
    static const struct part parts[] = {
        {leave_little_unread, 5}, {read_late, 5}, {never_read, 5}, {be_idle, 5}, {pipeline, 5}};
    int64_t took = stop_with(parts, sizeof parts / sizeof parts[0]);
    CHECK_FOR(took >= THREADS_STOP_GRACE - 100 && took <= STOP_MAX, "it took %lld ms",
              (long long)took);
    check_restart();
}

/* The kernel ends its connections, which were open on both sides. */
TEST("stop: after SIGKILL the port is free") {
    static const char *const arguments[] = {"--quiet", NULL};
    if (!process_start(&server, "step05_echo", arguments)) {
        return;
    }
    int fds[20];
    for (size_t i = 0; i < 20; i++) {
        fds[i] = raw_client_open(server.port);
    }
    kill(server.pid, SIGKILL);
    CHECK_EQUAL(waitpid(server.pid, NULL, 0), server.pid);
    close(server.output_fd);
    unlink(server.log);
    check_restart();
    for (size_t i = 0; i < 20; i++) {
        close(fds[i]);
    }
}

int main(void) {
    static const uint8_t payload[LARGE];
    wire_add_client_frame(&large, 0x82, payload, sizeof payload);
    wire_add_server_frame(&large_echo, 0x82, payload, sizeof payload);
    test_run_all();
    wire_free(&large);
    wire_free(&large_echo);
    return test_report();
}
