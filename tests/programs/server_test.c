/* What server.c does for every program, from outside: signals, descriptors, what is printed, and a
 * stop in the middle of a request. */
#define _XOPEN_SOURCE 700 /* pseudo-terminals */

#include "step01_tcp/server.h"

#include "tests/support/raw_client.h"
#include "tests/support/test.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const no_arguments[] = {NULL};

static const char request[] = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

/* Asks for a page that is not there, and checks that this is what the server says. */
static void ask(const struct process *process) {
    char response[1024];
    raw_client_ask(process->port, request, response, sizeof response);
    CHECK_FOR(strncmp(response, "HTTP/1.1 404 ", 13) == 0, "%s", response);
}

static const int stop_signals[] = {SIGINT, SIGTERM, SIGHUP};
enum { STOP_SIGNALS = sizeof stop_signals / sizeof stop_signals[0] };

/* A program starts with what its parent does with a signal. The others are as usual, although a
 * shell that runs this test in the background has SIGINT ignored. */
static bool start_with_signal(struct process *process, int number, void (*handler)(int)) {
    struct sigaction wanted = {0}, before[STOP_SIGNALS];
    for (size_t i = 0; i < STOP_SIGNALS; i++) {
        wanted.sa_handler = stop_signals[i] == number ? handler : SIG_DFL;
        sigaction(stop_signals[i], &wanted, &before[i]);
    }
    bool started = process_start(process, "step02_http", no_arguments);
    for (size_t i = 0; i < STOP_SIGNALS; i++) {
        sigaction(stop_signals[i], &before[i], NULL);
    }
    return started;
}

/* Waits until it ends by itself; returns its exit status, or -1. */
static int wait_for_end(const struct process *process) {
    int status = 0;
    pid_t ended = 0;
    for (int64_t end = now() + PROCESS_WAIT; ended == 0 && now() < end; poll(NULL, 0, 5)) {
        ended = waitpid(process->pid, &status, WNOHANG);
    }
    return ended == process->pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST("server: SIGINT, SIGTERM and SIGHUP end it with status 0") {
    for (size_t i = 0; i < STOP_SIGNALS; i++) {
        struct process process;
        if (start_with_signal(&process, stop_signals[i], SIG_DFL)) {
            ask(&process);
            kill(process.pid, stop_signals[i]);
            CHECK_EQUAL(wait_for_end(&process), 0);
            close(process.output_fd);
            unlink(process.log);
        }
    }
}

/* A shell starts what runs in the background with SIGINT ignored, so that ^C does not end it, and
 * nohup does the same with SIGHUP. */
TEST("server: what the parent ignored stays ignored") {
    for (size_t i = 0; i < STOP_SIGNALS; i++) {
        struct process process;
        if (start_with_signal(&process, stop_signals[i], SIG_IGN)) {
            kill(process.pid, stop_signals[i]);
            ask(&process);
            ask(&process);
            kill(process.pid, stop_signals[(i + 1) % STOP_SIGNALS]);
            CHECK_EQUAL(wait_for_end(&process), 0);
            close(process.output_fd);
            unlink(process.log);
        }
    }
}

/* The reader of the log may be gone. A write would then end the process with SIGPIPE. */
TEST("server: it serves when the reader of its log is gone") {
    struct process process;
    int log[2];
    CHECK_EQUAL(pipe(log), 0);
    process_log_to(log[1]);
    bool started = start_with_signal(&process, SIGPIPE, SIG_DFL);
    process_log_to(-1);
    close(log[0]);
    close(log[1]);
    if (started) {
        for (int i = 0; i < 3; i++) {
            ask(&process);
        }
        CHECK_EQUAL(process_stop(&process), 0);
    }
}

/* A terminal that is held with ^S. There is room for a few hundred connections' lines in it. */
TEST("server: it serves when nobody reads its log") {
    struct process process;
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    CHECK(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    int log = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    process_log_to(log);
    bool started = process_start(&process, "step02_http", no_arguments);
    process_log_to(-1);
    close(log);
    if (started) {
        for (int i = 0; i < 1500 && !test_has_failed(); i++) {
            ask(&process);
        }
        int64_t begin = now();
        CHECK_EQUAL(process_stop(&process), 0);
        CHECK_FOR(now() - begin < THREADS_STOP_GRACE, "it took %lld ms",
                  (long long)(now() - begin));
    }
    close(terminal);
}

TEST("server: hints are printed unless --quiet") {
    for (int quiet = 0; quiet <= 1; quiet++) {
        const char *const arguments[] = {quiet ? "--quiet" : NULL, NULL};
        struct process process;
        char hint[64];
        if (process_start(&process, "step02_http", arguments)) {
            snprintf(hint, sizeof hint, "curl -v http://127.0.0.1:%u/", process.port);
            if (quiet) {
                kill(process.pid, SIGTERM); /* so that there is an end of what it prints */
            }
            CHECK_EQUAL(process_prints(&process, hint), !quiet);
            CHECK_EQUAL(process_stop(&process), 0);
        }
    }
}

/* Many systems let a process have 1024 descriptors or fewer, and more if it asks for them. */
TEST("server: the limit of descriptors is raised") {
    static const char *const arguments[] = {"--max-connections", "150", NULL};
    enum { CONNECTIONS = 150 };
    struct process process;
    struct rlimit limit, before;
    int fds[CONNECTIONS];
    getrlimit(RLIMIT_NOFILE, &before);
    limit = before;
    limit.rlim_cur = 64;
    if (limit.rlim_max < 1000 || setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        printf("this machine does not allow enough descriptors; not tried\n");
        return;
    }
    bool started = process_start(&process, "step02_http", arguments);
    setrlimit(RLIMIT_NOFILE, &before);
    if (!started) {
        return;
    }
    for (size_t i = 0; i < CONNECTIONS; i++) {
        fds[i] = raw_client_connect(process.port);
    }
    char response[1024];
    CHECK(raw_client_send_text(fds[CONNECTIONS - 1], request));
    CHECK(raw_client_read_all(fds[CONNECTIONS - 1], response, sizeof response));
    CHECK_FOR(strncmp(response, "HTTP/1.1 404 ", 13) == 0, "%s", response);
    CHECK_EQUAL(process_log_count(&process, "descriptors", "#150 answered 404 "), 0);
    for (size_t i = 0; i < CONNECTIONS; i++) {
        close(fds[i]);
    }
    CHECK_EQUAL(process_stop(&process), 0);
}

/* A client whose request is on its way when the server stops is told so. */
TEST("server: a request in progress at the stop gets 503") {
    static const char *const programs[] = {"step02_http", "step05_echo"};
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        char response[1024];
        struct process process;
        if (!process_start(&process, programs[i], no_arguments)) {
            continue;
        }
        int silent = raw_client_connect(process.port), half = raw_client_connect(process.port);
        CHECK(raw_client_send(half, request, sizeof request / 2));
        CHECK(process_logs(&process, "#2 connected"));
        int64_t start = now();
        kill(process.pid, SIGTERM);
        CHECK(raw_client_read_all(half, response, sizeof response));
        CHECK_FOR(strncmp(response, "HTTP/1.1 503 ", 13) == 0, "%s", response);
        CHECK(strstr(response, "The server is shutting down.") != NULL);
        CHECK(raw_client_read_all(silent, response, sizeof response));
        CHECK_FOR(strncmp(response, "HTTP/1.1 503 ", 13) == 0, "%s", response);
        CHECK_EQUAL(process_stop(&process), 0);
        int64_t most = process_is_instrumented() ? PROCESS_WAIT : 2500;
        CHECK_FOR(now() - start < most, "it took %lld ms", (long long)(now() - start));
        close(silent);
        close(half);
    }
}
