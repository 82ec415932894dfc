/* Calls that fail while the echo server starts: it ends with status 1 and one sentence that says
 * why, or it can do without and serves. And calls that fail while it stops: it stops even so. */
#include "tests/faults/scenario.h"
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char program[] = "faults_step05_echo";
static const char *const arguments[] = {NULL};

/* How often each call is made while the program starts and nothing fails. */
static unsigned calls[FAULTS_CALLS];

TEST("faults: a start without a fault is counted") {
    struct process process;
    driver_reset();
    if (process_start(&process, program, arguments)) {
        for (int i = 0; i < FAULTS_CALLS; i++) {
            calls[i] = atomic_load(&driver_control->calls[i]);
        }
        CHECK_EQUAL(process_stop(&process), 0);
        CHECK_EQUAL(driver_holds().blocks, 0);
    }
}

/* Returns what the sentence must contain: what the error means, or what to do about it. */
static const char *reason(enum faults_call call, int error) {
    if (call == FAULTS_getaddrinfo) {
        return error == EAI_SYSTEM ? strerror(EMFILE) : gai_strerror(error);
    }
    switch (error) {
    case EADDRINUSE:
        return "in use";
    case EACCES:
        return "needs more rights";
    case EADDRNOTAVAIL:
        return "not an address of this machine";
    default:
        return strerror(error);
    }
}

static void check_end(enum faults_call call, unsigned at, int error) {
    static const char *const with_port[] = {"--port=0", NULL};
    char printed[1024];
    driver_reset();
    driver_arm(call, at, error, false);
    int status = process_run(program, with_port, printed, sizeof printed);
    const char *end_of_line = strchr(printed, '\n');
    CHECK_FOR(status == 1, "%s number %u fails with %d: status %d", driver_name(call), at, error,
              status);
    CHECK_FOR(strncmp(printed, "step05_echo: ", 13) == 0 && end_of_line != NULL &&
                  end_of_line[1] == '\0' && strstr(printed, reason(call, error)) != NULL,
              "%s number %u fails with %d (%s), but it says: %s", driver_name(call), at, error,
              reason(call, error), printed);
    CHECK_EQUAL(driver_holds().blocks, 0);
}

static void check_serves(enum faults_call call, unsigned at, int error) {
    struct process process;
    driver_reset();
    driver_arm(call, at, error, false);
    if (process_start(&process, program, arguments)) {
        CHECK(driver_disarm() == 1);
        close(bystander_open(process.port));
        CHECK_EQUAL(process_log_count(&process, "descriptors are allowed", "#1 "),
                    call == FAULTS_setrlimit);
        CHECK_EQUAL(process_stop(&process), 0);
    }
}

/* Starts the program once for each error at each of the calls that it makes. */
static void sweep(const struct driver_fault *faults, size_t count,
                  void (*check)(enum faults_call call, unsigned at, int error)) {
    for (size_t i = 0; i < count; i++) {
        enum faults_call call = faults[i].call;
        /* Under valgrind a child does not inherit the limit that this program has lowered. */
        bool asks = call != FAULTS_setrlimit || !process_is_instrumented();
        CHECK_FOR(calls[call] > 0 || !asks, "%s is never called", driver_name(call));
        for (unsigned at = 1; at <= calls[call]; at++) {
            for (size_t e = 0; faults[i].errors[e] != 0; e++) {
                check(call, at, faults[i].errors[e]);
            }
        }
    }
}

TEST("faults: a sentence says what the server cannot start without, and the status is 1") {
    static const struct driver_fault faults[] = {
        {FAULTS_bind, {EACCES, EADDRINUSE, EADDRNOTAVAIL, EINVAL, ENOMEM}},
        {FAULTS_calloc, {ENOMEM}},
        {FAULTS_fcntl, {EPERM, EINTR}},
        {FAULTS_getaddrinfo,
         {EAI_AGAIN, EAI_FAIL, EAI_FAMILY, EAI_MEMORY, EAI_NONAME, EAI_SERVICE, EAI_SYSTEM}},
        {FAULTS_getsockname, {ENOBUFS}},
        {FAULTS_listen, {EADDRINUSE, EOPNOTSUPP}},
        {FAULTS_pipe, {EMFILE, ENFILE}},
        {FAULTS_pthread_create, {EAGAIN}},
        {FAULTS_socket,
         {EACCES, EAFNOSUPPORT, EINVAL, EMFILE, ENFILE, ENOBUFS, ENOMEM, EPROTONOSUPPORT}},
    };
    sweep(faults, sizeof faults / sizeof faults[0], check_end);
}

TEST("faults: what the server can start without makes no difference") {
    static const struct driver_fault faults[] = {
        {FAULTS_close, {EINTR, EIO}},
        {FAULTS_getrlimit, {EINVAL, EPERM}},
        {FAULTS_open, {EACCES, EINTR, EMFILE, ENFILE, ENODEV, ENOENT, ENOMEM}},
        {FAULTS_setrlimit, {EINVAL, EPERM}},
        {FAULTS_setsockopt, {ENOBUFS, ENOMEM, ENOPROTOOPT}},
    };
    sweep(faults, sizeof faults / sizeof faults[0], check_serves);
}

/* Waits until the program listens. Returns the port. */
static unsigned wait_for_port(void) {
    int64_t deadline = now() + PROCESS_WAIT;
    unsigned port;
    while ((port = atomic_load(&driver_control->port)) == 0 && now() < deadline) {
        poll(NULL, 0, 1);
    }
    return port;
}

/* Runs the program with both outputs on a descriptor, -1 for none, and checks that it serves. */
static void check_outputs(int fd) {
    const char *folder = getenv("BUILD");
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder != NULL ? folder : "build", program);
    driver_reset();
    struct process process = {.pid = fork()};
    if (process.pid == 0) {
        close(STDOUT_FILENO);
        close(STDERR_FILENO);
        if (fd >= 0) {
            dup2(fd, STDOUT_FILENO);
            dup2(fd, STDERR_FILENO);
        }
        execl(path, path, "--port=0", (char *)NULL);
        _exit(127);
    }
    int bystander = bystander_open(wait_for_port());
    close(bystander);
    CHECK_EQUAL(process_stop(&process), 0);
}

TEST("faults: it serves without its outputs") {
    int fds[2];
    int full = open("/dev/full", O_WRONLY);
    if (full >= 0) {
        check_outputs(full); /* ENOSPC */
        close(full);
    }
    CHECK_EQUAL(pipe(fds), 0);
    close(fds[0]);
    check_outputs(fds[1]); /* EPIPE */
    close(fds[1]);
    check_outputs(-1); /* EBADF, unless the program does something about it */
}

/* Stops the program while a call fails. Returns whether the call was made. */
static bool stop_with(enum faults_call call, unsigned at, int error) {
    struct process process;
    uint8_t bytes[64];
    driver_reset();
    if (!process_start(&process, program, arguments)) {
        return false;
    }
    int fd = bystander_open(process.port);
    driver_arm(call, at, error, false);
    int64_t begin = now();
    kill(process.pid, SIGTERM);
    struct pollfd wait = {fd, POLLIN, 0};
    CHECK(poll(&wait, 1, PROCESS_WAIT) == 1);
    ssize_t count = recv(fd, bytes, sizeof bytes, 0);
    CHECK_FOR(count <= 0 || (bytes[0] == 0x88 && bytes[2] == 0x03 && bytes[3] == 0xe9),
              "%s number %u fails with %s: no Close 1001", driver_name(call), at, strerror(error));
    close(fd);
    int status = process_stop(&process);
    CHECK_FOR(status == 0, "%s number %u fails with %s: status %d", driver_name(call), at,
              strerror(error), status);
    CHECK_FOR(now() - begin < 2500, "%s number %u fails with %s: the stop took %lld ms",
              driver_name(call), at, strerror(error), (long long)(now() - begin));
    CHECK_EQUAL(driver_holds().blocks, 0);
    return driver_disarm() > 0;
}

TEST("faults: it stops whatever fails") {
    static const struct driver_fault faults[] = {
        {FAULTS_close, {EINTR, EIO}},
        {FAULTS_pthread_kill, {EAGAIN, ESRCH}},
        {FAULTS_recv, {EINTR, ECONNRESET, ENOMEM}},
        {FAULTS_send, {EINTR, EAGAIN, EPIPE, ENOBUFS}},
        {FAULTS_setsockopt, {ENOMEM}},
        {FAULTS_write, {EIO}},
    };
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        unsigned tried = 0;
        for (size_t e = 0; faults[i].errors[e] != 0; e++) {
            unsigned most = e == 0 || driver_tries_all() ? UINT_MAX : 1, at = 1;
            while (at <= most && stop_with(faults[i].call, at, faults[i].errors[e])) {
                at++;
            }
            tried += at - 1;
        }
        CHECK_FOR(tried > 0, "%s is never called", driver_name(faults[i].call));
    }
}
