/* What all step programs have in common: the command line, the line that says where they listen,
 * and the way they stop and survive. */
#include "tests/support/raw_client.h"
#include "tests/support/test.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const programs[] = {"step01_tcp", "step02_http", "step03_handshake",
                                       "step04_frames", "step05_echo"};
enum { PROGRAMS = sizeof programs / sizeof programs[0] };

static const char *const no_arguments[] = {NULL};

TEST("programs: --help lists the options") {
    static const char *const arguments[] = {"--help", NULL};
    for (size_t i = 0; i < PROGRAMS; i++) {
        char printed[4096];
        CHECK_EQUAL(process_run(programs[i], arguments, printed, sizeof printed), 0);
        CHECK(strstr(printed, "usage: step0") != NULL);
        CHECK(strstr(printed, "--port PORT") != NULL);
    }
}

/* A bad command line gets one line that contains `wanted`, and exit status 2. */
static void check_usage(const char *first, const char *second, const char *wanted) {
    const char *const arguments[] = {first, second, NULL};
    for (size_t i = 0; i < PROGRAMS; i++) {
        char printed[1024];
        CHECK_EQUAL(process_run(programs[i], arguments, printed, sizeof printed), 2);
        CHECK_FOR(strstr(printed, wanted) != NULL, "%s says: %s", programs[i], printed);
        const char *newline = strchr(printed, '\n');
        CHECK_FOR(newline != NULL && newline[1] == '\0', "not one line: %s", printed);
    }
}

TEST("programs: a bad command line is refused") {
    check_usage("--prot", "80", "did you mean '--port'?");
    check_usage("--port", "65536", "from 0 to 65535, not '65536'");
    check_usage("--port", "http", "not 'http'");
    check_usage("--port", NULL, "--port needs a value");
    check_usage("--max-connections", "0", "from 1 to");
    check_usage("stray", NULL, "unexpected argument 'stray'");
    check_usage("--quiet=yes", NULL, "--quiet takes no value");
}

/* A host or port that cannot be had: one line that says what to do, and exit status 1. */
static void check_no_listener(const char *option, const char *value, const char *wanted) {
    const char *const arguments[] = {"--port=0", option, value, NULL};
    char printed[1024];
    CHECK_EQUAL(process_run("step05_echo", arguments, printed, sizeof printed), 1);
    CHECK_FOR(strstr(printed, wanted) != NULL, "it says: %s", printed);
}

TEST("programs: a host or port that cannot be had") {
    struct process process;
    if (process_start(&process, "step01_tcp", no_arguments)) {
        char port[16];
        snprintf(port, sizeof port, "%u", process.port);
        check_no_listener("--port", port, "is in use by another program; try --port ");
        CHECK_EQUAL(process_stop(&process), 0);
    }
    check_no_listener("--host", "192.0.2.1", "is not an address of this machine");
    check_no_listener("--host", "no such host", "cannot find the host 'no such host'");
}

TEST("programs: the first line says where it listens") {
    for (size_t i = 0; i < PROGRAMS; i++) {
        struct process process;
        char wanted[128];
        if (process_start(&process, programs[i], no_arguments)) {
            snprintf(wanted, sizeof wanted,
                     "listening on http://127.0.0.1:%u/ (ws://127.0.0.1:%u/)\n", process.port,
                     process.port);
            CHECK(strncmp(process.output, wanted, strlen(wanted)) == 0);
            CHECK_EQUAL(process_stop(&process), 0);
        }
    }
}

TEST("programs: IPv6") {
    static const char *const arguments[] = {"--host", "::1", NULL};
    struct sockaddr_in6 loopback = {.sin6_family = AF_INET6};
    struct process process;
    char response[512];
    loopback.sin6_addr = (struct in6_addr)IN6ADDR_LOOPBACK_INIT;
    int probe = socket(AF_INET6, SOCK_STREAM, 0);
    bool available = probe >= 0 && bind(probe, (struct sockaddr *)&loopback, sizeof loopback) == 0;
    close(probe);
    if (!available) {
        printf("this machine has no IPv6; not tried\n");
        return;
    }
    if (process_start(&process, "step02_http", arguments)) {
        CHECK(strncmp(process.output, "listening on http://[::1]:", 26) == 0);
        CHECK(process_prints(&process, "curl -v http://[::1]:"));
        CHECK(process_prints(&process, "| nc ::1 "));
        loopback.sin6_port = htons((uint16_t)process.port);
        int fd = socket(AF_INET6, SOCK_STREAM, 0);
        CHECK_EQUAL(connect(fd, (struct sockaddr *)&loopback, sizeof loopback), 0);
        CHECK(raw_client_send_text(fd, "GET /x HTTP/1.1\r\nHost: [::1]\r\n\r\n"));
        CHECK(raw_client_read_all(fd, response, sizeof response));
        CHECK(strncmp(response, "HTTP/1.1 404 ", 13) == 0);
        close(fd);
        CHECK_EQUAL(process_stop(&process), 0);
    }
}

/* Nobody can connect to 0.0.0.0 or ::, so the URL names an address of this machine. */
static void check_wildcard(const char *host, const char *shown) {
    const char *const arguments[] = {"--host", host, NULL};
    struct process process;
    char wanted[256];
    if (process_start(&process, "step01_tcp", arguments)) {
        snprintf(wanted, sizeof wanted,
                 "listening on http://%s:%u/ (ws://%s:%u/), on all addresses of this machine\n",
                 shown, process.port, shown, process.port);
        CHECK_FOR(strncmp(process.output, wanted, strlen(wanted)) == 0, "it prints %s",
                  process.output);
        CHECK_EQUAL(process_stop(&process), 0);
    }
}

TEST("programs: all addresses are shown as one that works") {
    check_wildcard("0.0.0.0", "127.0.0.1");
    int probe = socket(AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_in6 any = {.sin6_family = AF_INET6};
    if (probe >= 0 && bind(probe, (struct sockaddr *)&any, sizeof any) == 0) {
        check_wildcard("::", "[::1]");
    }
    close(probe);
}

/* Silent connections hold a thread each until the stop, which must not wait for them. Stores how
 * long it takes. */
static void stop_beside_silence(const char *program, int64_t *took) {
    struct process process;
    int fds[5];
    if (!process_start(&process, program, no_arguments)) {
        return;
    }
    for (size_t k = 0; k < 5; k++) {
        fds[k] = raw_client_connect(process.port);
    }
    CHECK(process_logs(&process, "#5 connected"));
    int64_t start = now();
    CHECK_EQUAL(process_stop(&process), 0);
    *took = now() - start;
    for (size_t k = 0; k < 5; k++) {
        close(fds[k]);
    }
}

/* On a busy machine one stop may be slow; if it waits for them, each is. */
TEST("programs: SIGTERM ends silent connections") {
    for (size_t i = 0; i < PROGRAMS; i++) {
        int64_t took = PROCESS_WAIT;
        for (int tries = 0; tries < 5 && took >= 2500; tries++) {
            stop_beside_silence(programs[i], &took);
        }
        CHECK_FOR(took < 2500, "%s took %lld ms to stop", programs[i], (long long)took);
    }
}

/* Connects until a connection is not refused; one that is accepted hears nothing yet. */
static bool place_is_free_again(const struct process *process) {
    int64_t deadline = now() + PROCESS_WAIT;
    bool accepted = false;
    while (!accepted && now() < deadline) {
        int fd = raw_client_connect(process->port);
        struct pollfd wait = {fd, POLLIN, 0};
        accepted = poll(&wait, 1, 200) == 0;
        close(fd);
    }
    return accepted;
}

TEST("programs: too many connections are told so") {
    static const char *const arguments[] = {"--max-connections", "2", NULL};
    for (size_t i = 0; i < PROGRAMS; i++) {
        struct process process;
        if (!process_start(&process, programs[i], arguments)) {
            continue;
        }
        char answer[512];
        int first = raw_client_connect(process.port), second = raw_client_connect(process.port);
        CHECK(process_logs(&process, "#2 connected"));
        int third = raw_client_connect(process.port);
        CHECK(raw_client_read_all(third, answer, sizeof answer));
        CHECK_FOR(strncmp(answer, i == 0 ? "too many connections" : "HTTP/1.1 503 ", 13) == 0,
                  "%s answers: %s", programs[i], answer);
        const char *body = strstr(answer, "\r\n\r\n");
        const char *length = strstr(answer, "Content-Length: ");
        if (i > 0 && body != NULL && length != NULL) {
            CHECK_EQUAL(strlen(body + 4), strtoul(length + 16, NULL, 10));
        }
        close(third);
        CHECK(process_logs(&process, "#3 refused: 2 connections are open (--max-connections)"));
        int fourth = raw_client_connect(process.port); /* one that was refused does not make room */
        CHECK(raw_client_read_all(fourth, answer, sizeof answer));
        close(fourth);
        CHECK(process_logs(&process, "#4 refused: "));
        /* The place of one that leaves can be taken again, as soon as its thread is done. */
        close(first);
        CHECK(place_is_free_again(&process));
        close(second);
        CHECK_EQUAL(process_stop(&process), 0);
    }
}

/* With few descriptors accept fails with EMFILE. The server says so once, goes on without spinning,
 * and serves again when descriptors are free. */
TEST("programs: it survives the lack of descriptors") {
    if (getenv("INSTRUMENTED") != NULL) {
        puts("valgrind has a limit of descriptors of its own; not tried");
        return;
    }
    static const char *const arguments[] = {"--max-connections", "100", "--verbose", NULL};
    struct process process;
    int fds[30];
    process_limit_descriptors(20);
    bool started = process_start(&process, "step05_echo", arguments);
    process_limit_descriptors(0);
    if (!started) {
        return;
    }
    CHECK(process_logs(&process, "only 20 descriptors are allowed"));
    fds[0] = raw_client_open(process.port);
    for (size_t i = 1; i < 30; i++) {
        fds[i] = raw_client_connect(process.port);
    }
    CHECK(process_logs(&process, "cannot accept connections: "));
    long before = process_cpu_ms(&process);
    poll(NULL, 0, 300); /* the time that is measured */
    CHECK(process_cpu_ms(&process) - before < 100);
    raw_client_send_frames(fds[0], "81:one-more-line");
    CHECK_EQUAL(process_log_count(&process, "cannot accept", "#1 text, 13 bytes"), 1);
    for (size_t i = 0; i < 30; i++) {
        close(fds[i]);
    }
    char response[512];
    raw_client_ask(process.port, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n", response, sizeof response);
    CHECK(strncmp(response, "HTTP/1.1 404 ", 13) == 0);
    CHECK_EQUAL(process_stop(&process), 0);
}

/* Whether the system holds a process to a limit of its address space: macOS and emulators do
 * not. */
static bool address_space_has_a_limit(void) {
    int status = -1;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit = {24 << 20, 24 << 20};
        void *volatile block = NULL;
        setrlimit(RLIMIT_AS, &limit);
        block = malloc(48 << 20);
        _exit(block == NULL ? 0 : 1);
    }
    waitpid(child, &status, 0);
    return status == 0;
}

/* With little address space the stacks of threads run out. Those that get none are told so, the
 * others are served, and when they leave there is room again. */
TEST("programs: it survives the lack of threads") {
    struct process process;
    int fds[400];
    char response[512];
    if (process_is_instrumented() || !address_space_has_a_limit()) {
        printf(
            "an instrumented program needs its address space, or nothing limits it; not tried\n");
        return;
    }
    process_limit_memory(24 << 20);
    bool started = process_start(&process, "step05_echo", no_arguments);
    process_limit_memory(0);
    if (!started) {
        return;
    }
    for (size_t i = 0; i < 400; i++) {
        fds[i] = raw_client_connect(process.port);
    }
    CHECK(process_logs(&process, "no thread for connection #"));
    CHECK(raw_client_read_all(fds[399], response, sizeof response));
    CHECK_FOR(strncmp(response, "HTTP/1.1 503 ", 13) == 0, "%s", response);
    /* The same for one whose request is there already, unread, when it is accepted: the server
     * sleeps until then. Closing its socket at once would be a reset. */
    kill(process.pid, SIGSTOP);
    int asking = raw_client_connect(process.port);
    CHECK(raw_client_send_text(asking, raw_client_handshake));
    kill(process.pid, SIGCONT);
    CHECK_FOR(raw_client_read_all(asking, response, sizeof response), "no orderly end");
    CHECK_FOR(strncmp(response, "HTTP/1.1 503 ", 13) == 0, "%s", response);
    close(asking);
    for (size_t i = 0; i < 400; i++) {
        close(fds[i]);
    }
    CHECK(place_is_free_again(&process));
    CHECK_EQUAL(process_stop(&process), 0);
}

/* Connections that stall before and within a request, and after it, delay no other. */
TEST("programs: a stalled connection delays no other") {
    static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    for (size_t i = 0; i < PROGRAMS; i++) {
        static char answer[65536];
        struct process process;
        if (!process_start(&process, programs[i], no_arguments)) {
            continue;
        }
        int silent = raw_client_connect(process.port), half = raw_client_connect(process.port);
        int open = i >= 2 ? raw_client_open(process.port) : -1;
        CHECK(raw_client_send(half, request, sizeof request / 2));
        CHECK(open < 0 || raw_client_send(open, "\x81", 1));
        int64_t begin = now();
        int fd = raw_client_connect(process.port);
        CHECK(raw_client_send_text(fd, request));
        if (i == 0) {
            CHECK(process_logs(&process, "|GET / HTTP/1.1..|"));
        } else {
            CHECK(raw_client_read_all(fd, answer, sizeof answer));
            CHECK(strncmp(answer, "HTTP/1.1 200 ", 13) == 0);
        }
        CHECK_FOR(now() - begin < 5000, "%s took %lld ms", programs[i], (long long)(now() - begin));
        close(fd);
        close(silent);
        close(half);
        if (open >= 0) {
            close(open);
        }
        CHECK_EQUAL(process_stop(&process), 0);
    }
}

/* A port that nobody uses at this moment. */
static unsigned free_port(void) {
    unsigned port;
    close(raw_client_listen(&port));
    return port;
}

/* Starts step 2 by a shell that redirects its descriptors. Returns the first connection to it. */
static int start_redirected(struct process *process, const char *redirections) {
    char command[512];
    process->port = free_port();
    snprintf(command, sizeof command, "exec \"${BUILD:-build}/step02_http\" --port %u %s",
             process->port, redirections);
    process->pid = fork();
    if (process->pid == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    int fd = -1;
    for (int64_t end = now() + PROCESS_WAIT; fd < 0 && now() < end; poll(NULL, 0, 10)) {
        fd = raw_client_try_connect(process->port);
    }
    return fd;
}

/* Without standard descriptors, the numbers 0 to 2 must not go to sockets: log lines would be sent
 * to the peers. */
TEST("programs: it serves with its standard descriptors closed") {
    struct process process = {0};
    char response[1024];
    int fd = start_redirected(&process, "<&- >&- 2>&-");
    for (int i = 0; i < 3; i++) {
        CHECK(raw_client_send_text(fd, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"));
        CHECK(raw_client_read_all(fd, response, sizeof response));
        CHECK_FOR(strncmp(response, "HTTP/1.1 404 ", 13) == 0, "%s", response);
        close(fd);
        fd = raw_client_try_connect(process.port);
        CHECK(fd >= 0);
    }
    close(fd);
    CHECK_EQUAL(process_stop(&process), 0);
}
