/* Many connections: a thousand at once, and two thousand that come and go. Afterwards the server
 * must hold no more descriptors and threads than before, and not much more memory; `make scale`
 * looks at forty thousand, and notices a single byte that leaks with each. */
#include "common/process.h"
#include "tests/support/raw_client.h"
#include "tests/support/test.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { AT_ONCE = 1000, COME_AND_GO = 1000, GROWTH_KB = 1024 };

static struct process server;
static long descriptors,
    threads; /* of the server before anybody came; -1 where there is no /proc */

TEST("load: a thousand connections at once") {
    int *fds = calloc(AT_ONCE, sizeof *fds);
    for (int i = 0; fds != NULL && i < AT_ONCE; i++) {
        fds[i] = raw_client_open(server.port);
    }
    /* All ask before anybody is answered, and the answers are collected in another order. */
    for (int i = 0; fds != NULL && i < AT_ONCE; i++) {
        char text[32];
        snprintf(text, sizeof text, "81:I-am-number-%d", i);
        raw_client_send_frames(fds[i], text);
    }
    for (int i = AT_ONCE - 1; fds != NULL && i >= 0; i--) {
        char text[32];
        snprintf(text, sizeof text, "81:I-am-number-%d", i);
        raw_client_expect_frames(fds[i], text);
    }
    for (int i = 0; fds != NULL && i < AT_ONCE; i++) {
        close(fds[i]);
    }
    free(fds);
}

/* Waits until the server holds no more descriptors and threads than at first, and checks it. */
static void check_settled(void) {
    int64_t deadline = now() + PROCESS_WAIT;
    long open, running; /* one look decides: later a connection may just have been accepted */
    while (open = process_descriptors(&server), running = process_status(&server, "Threads:"),
           (open > descriptors || running > threads) && now() < deadline) {
        poll(NULL, 0, 10);
    }
    CHECK_EQUAL(open, descriptors);
    CHECK(running <= threads);
}

/* Connects, does one of several things, and leaves. */
static void come_and_go(int i) {
    int fd = raw_client_open(server.port);
    switch (i % 8) {
    case 0: /* an echo, and a reset in the middle of a frame */
        raw_client_send_frames(fd, "81:message x8187");
        raw_client_expect_frames(fd, "81:message");
        raw_client_reset(fd);
        return;
    case 1: /* the end in the middle of a frame */
        raw_client_send_frames(fd, "x8187 x00000000 x6d65");
        close(fd);
        return;
    case 2: /* a violation */
        CHECK(raw_client_send(fd, "\xff\xff", 2));
        raw_client_reset(fd);
        return;
    case 3: /* a reset at once */
        raw_client_reset(fd);
        return;
    default: /* an echo and a proper end */
        raw_client_send_frames(fd, "81:message 88=03e8");
        raw_client_expect_frames(fd, "81:message 88=03e8");
        raw_client_expect_end(fd);
        raw_client_reset(fd); /* no TIME_WAIT here, so that the test does not run out of ports */
        return;
    }
}

TEST("load: thousands come and go, and nothing is left") {
    for (int i = 0; i < 1000; i++) { /* the first thousand fill caches that stay */
        come_and_go(i);
    }
    check_settled();
    long memory = process_status(&server, "VmRSS:");
    for (int i = 0; i < COME_AND_GO; i++) {
        come_and_go(i);
    }
    check_settled();
    if (descriptors < 0 || process_is_instrumented()) {
        printf("no /proc, or an instrumented program: the memory is not looked at\n");
        return;
    }
    long growth = process_status(&server, "VmRSS:") - memory;
    CHECK_FOR(growth < GROWTH_KB, "it has grown by %ld kB", growth);
}

TEST("load: SIGTERM ends it with status 0") {
    CHECK_EQUAL(process_stop(&server), 0);
}

int main(void) {
    /* No pings: on a slow machine the last of a thousand comes long after the first. */
    static const char *const arguments[] = {"--quiet", "--ping-interval", "0", NULL};
    process_allow_descriptors(AT_ONCE + 64);
    if (process_start(&server, "step05_echo", arguments)) {
        descriptors = process_descriptors(&server);
        threads = process_is_instrumented() ? 3 : 2; /* accepting, the log, and a sanitizer */
        test_run_all();
    }
    return test_report();
}
