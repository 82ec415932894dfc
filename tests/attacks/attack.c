#define _GNU_SOURCE /* for SCHED_IDLE */
#include "tests/attacks/attack.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { NOTES_SIZE = 1024, GREATEST_ECHO = 65536 };

struct process attack_server;

/* What the server used when it had just started. */
static struct {
    long peak, data, descriptors, threads;
    double cpu;
} start;

static char notes[NOTES_SIZE];

int64_t attack_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

void attack_pause(int milliseconds) {
    poll(NULL, 0, milliseconds);
}

/* The clock of another process: all threads of it, those that have ended too. */
static double cpu_microseconds(void) {
    clockid_t clock;
    struct timespec time = {0};
    if (clock_getcpuclockid(attack_server.pid, &clock) != 0 || clock_gettime(clock, &time) != 0) {
        return 0;
    }
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

bool attack_begin(const char *const *options) {
    return attack_begin_program("step05_echo", options);
}

bool attack_begin_program(const char *program, const char *const *options) {
    if (!process_start(&attack_server, program, options)) {
        return false;
    }
    start.threads = process_status(&attack_server, "Threads:"); /* a sanitizer has one, too */
    /* The first connection makes the C library allocate what it keeps for good. */
    int fd = attack_open();
    CHECK(attack_echo(fd, 2000) >= 0);
    close(fd);
    attack_settle(0);
    start.peak = process_status(&attack_server, "VmHWM:");
    start.data = process_status(&attack_server, "VmData:");
    start.descriptors = process_descriptors(&attack_server);
    start.cpu = cpu_microseconds();
    return fd >= 0;
}

long attack_threads(void) {
    return process_status(&attack_server, "Threads:") - start.threads;
}

/* One look decides: at the next one a connection that came late may just have been accepted. */
bool attack_settle(long open) {
    int64_t deadline = now() + PROCESS_WAIT;
    long threads = attack_threads();
    while (threads > open && now() < deadline) {
        attack_pause(1);
        threads = attack_threads();
    }
    return threads == open;
}

void attack_end(void) {
    CHECK_FOR(attack_settle(0), "threads are left: %ld",
              process_status(&attack_server, "Threads:"));
    int64_t deadline = now() + PROCESS_WAIT; /* a thread may end just before its socket is gone */
    long descriptors = process_descriptors(&attack_server);
    while (descriptors > start.descriptors && now() < deadline) {
        attack_pause(1);
        descriptors = process_descriptors(&attack_server);
    }
    CHECK_EQUAL(descriptors, start.descriptors);
    int fd = attack_open();
    CHECK_FOR(attack_echo(fd, 125) >= 0, "an ordinary client is not served after the attack");
    close(fd);
    CHECK_EQUAL(process_stop(&attack_server), 0);
}

void attack_note(const char *format, ...) {
    size_t length = strlen(notes);
    va_list arguments;
    va_start(arguments, format);
    if (length > 0 && length + 3 < sizeof notes) {
        memcpy(notes + length, "; ", 3);
        length += 2;
    }
    vsnprintf(notes + length, sizeof notes - length, format, arguments);
    va_end(arguments);
}

void attack_clear_notes(void) {
    notes[0] = '\0';
}

const char *attack_notes(void) {
    return notes;
}

void attack_bound(const char *what, double got, double bound, const char *unit) {
    attack_note("%s %.4g %s %.6g%s%s", what, got, got < bound ? "<" : "not <", bound,
                unit[0] != '\0' ? " " : "", unit);
    CHECK_FOR(got < bound, "%s: %.6g, which must be less than %.6g %s", what, got, bound, unit);
}

void attack_cost(const char *what, double got, double bound, const char *unit) {
    if (process_is_instrumented()) {
        attack_note("%s not judged (sanitizer)", what);
        return;
    }
    attack_bound(what, got, bound, unit);
}

double attack_peak_growth(void) {
    return (double)(process_status(&attack_server, "VmHWM:") - start.peak);
}

double attack_data_growth(void) {
    return (double)(process_status(&attack_server, "VmData:") - start.data);
}

double attack_cpu(void) {
    return cpu_microseconds() - start.cpu;
}

void attack_peak_bound(double bound) {
    attack_cost("memory +", attack_peak_growth(), bound, "KiB");
}

void attack_request(struct wire *request, const char *lines) {
    wire_add(request, raw_client_handshake, strlen(raw_client_handshake) - 2);
    wire_add(request, lines, strlen(lines));
    wire_add(request, "\r\n", 2);
}

int attack_open(void) {
    struct wire request = {0};
    char answer[1024] = "";
    int fd = raw_client_connect(attack_server.port);
    attack_request(&request, "Origin: https://good.example\r\n");
    bool good = raw_client_send(fd, request.bytes, request.len) &&
                raw_client_read_until(fd, "\r\n\r\n", answer, sizeof answer) &&
                strncmp(answer, "HTTP/1.1 101 ", 13) == 0;
    CHECK_FOR(good, "no 101 but: %s", answer);
    wire_free(&request);
    return fd;
}

int attack_ask(const void *request, size_t len) {
    char answer[4096] = "";
    int status = ATTACK_BROKEN;
    int fd = raw_client_connect(attack_server.port);
    if (fd < 0) {
        return ATTACK_BROKEN;
    }
    raw_client_send(fd, request, len); /* the server may have had enough before all of it is sent */
    if (raw_client_read_until(fd, "\r\n", answer, sizeof answer)) {
        status = (int)strtol(answer + strlen("HTTP/1.1 "), NULL, 10);
    }
    if (status != ATTACK_OPEN) {
        bool ended = raw_client_read_all(fd, answer, sizeof answer);
        CHECK_FOR(ended, "no orderly end after the answer %d", status);
        CHECK_FOR(strstr(answer, "HTTP/1.1 ") == NULL, "a second answer: %s", answer);
    }
    close(fd);
    return status;
}

/* Waits for so many bytes; returns whether they came. */
static bool receive(int fd, uint8_t *bytes, size_t len) {
    int64_t deadline = now() + PROCESS_WAIT;
    for (size_t have = 0; have < len;) {
        struct pollfd wait = {fd, POLLIN, 0};
        int64_t left = deadline - now();
        ssize_t count =
            left > 0 && poll(&wait, 1, (int)left) > 0 ? recv(fd, bytes + have, len - have, 0) : -1;
        if (count <= 0) {
            return false;
        }
        have += (size_t)count;
    }
    return true;
}

int64_t attack_echo(int fd, size_t size) {
    static const uint8_t payload[GREATEST_ECHO];
    static uint8_t echo[GREATEST_ECHO + 14];
    struct wire sent = {0}, wanted = {0};
    wire_add_client_frame(&sent, 0x82, payload, size);
    wire_add_server_frame(&wanted, 0x82, payload, size);
    int64_t begin = attack_now();
    bool good =
        fd >= 0 && raw_client_send(fd, sent.bytes, sent.len) && receive(fd, echo, wanted.len);
    int64_t end = attack_now();
    good = good && memcmp(echo, wanted.bytes, wanted.len) == 0;
    wire_free(&sent);
    wire_free(&wanted);
    return good ? end - begin : -1;
}

int attack_close_code(int fd) {
    static uint8_t payload[GREATEST_ECHO];
    uint8_t header[4];
    while (receive(fd, header, 2)) {
        size_t len = header[1];
        if (len == 126 && receive(fd, header + 2, 2)) {
            len = (size_t)(header[2] << 8 | header[3]);
        }
        if (len > sizeof payload || !receive(fd, payload, len)) {
            break;
        }
        if (header[0] == 0x88) {
            raw_client_expect_end(fd);
            return len < 2 ? 1005 : payload[0] << 8 | payload[1];
        }
    }
    return ATTACK_BROKEN;
}

pid_t attack_helper(void (*body)(void *context), void *context) {
    fflush(stdout);
    pid_t helper = fork();
    if (helper == 0) {
        struct sched_param none = {0};
        signal(SIGTERM, SIG_DFL);
        sched_setscheduler(0, SCHED_IDLE, &none);
        body(context);
        _exit(0);
    }
    return helper;
}

int attack_stop_helper(pid_t helper) {
    int status = 0;
    kill(helper, SIGKILL);
    waitpid(helper, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool attack_helper_ended(pid_t helper, int *status) {
    int ended = 0;
    if (waitpid(helper, &ended, WNOHANG) != helper) {
        return false;
    }
    *status = WIFEXITED(ended) ? WEXITSTATUS(ended) : -1;
    return true;
}

int attack_wait_helper(pid_t helper) {
    int64_t deadline = now() + PROCESS_WAIT;
    int status;
    while (now() < deadline) {
        if (attack_helper_ended(helper, &status)) {
            return status;
        }
        attack_pause(2);
    }
    return attack_stop_helper(helper);
}
