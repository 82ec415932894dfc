/* Calls that fail while the echo server serves: the process lives, the connection concerned ends
 * cleanly or does not even notice, another one notices nothing, and nothing leaks. And if each read
 * and each write moves one byte, clients see no difference. */
#include "tests/faults/scenario.h"
#include "tests/support/test.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct scenario whole; /* one that nothing disturbed */

static bool begin(struct stage *stage) {
    return stage_begin(stage, "faults_step05_echo", "--max-connections=100");
}

TEST("faults: the scenario is answered as it should") {
    struct stage stage;
    if (begin(&stage)) {
        scenario_play(&whole, stage.process.port, SCENARIO_LARGE);
        scenario_check_whole(&whole, SCENARIO_LARGE);
        driver_wait_until_held(stage.held, "without a fault");
        stage_end(&stage);
    }
}

/* Plays the scenario while a call fails. Returns whether the call was made. */
static bool disturb(struct stage *stage, enum faults_call call, unsigned at, int error,
                    enum scenario_verdict worst) {
    char what[128];
    struct scenario scenario;
    snprintf(what, sizeof what, "%s number %u fails with %s", driver_name(call), at,
             strerror(error));
    driver_arm(call, at, error, false);
    scenario_play(&scenario, stage->process.port, SCENARIO_LARGE);
    driver_wait_until_held(stage->held, what);
    bool reached = driver_disarm() > 0;
    enum scenario_verdict verdict = scenario_compare(&scenario, &whole);
    CHECK_FOR(verdict <= worst, "%s: the client noticed (%d), page %zu, echo %zu of %zu bytes",
              what, (int)verdict, scenario.page.got.len, scenario.echo.got.len, whole.echo.got.len);
    bystander_echo(stage->bystander);
    scenario_free(&scenario);
    return reached;
}

/* Fails the first call, then the second, and so on, until the scenario has no more of them. It
 * stops after a failed check: more calls would fail it, too, each after a long wait. */
static void sweep(const struct driver_fault *faults, size_t count, enum scenario_verdict worst) {
    for (size_t i = 0; i < count; i++) {
        struct stage stage;
        if (!begin(&stage)) {
            continue;
        }
        unsigned tried = 0;
        for (size_t e = 0; faults[i].errors[e] != 0; e++) {
            unsigned most = e == 0 || driver_tries_all() ? UINT_MAX : 1, at = 1;
            while (at <= most && !test_has_failed() &&
                   disturb(&stage, faults[i].call, at, faults[i].errors[e], worst)) {
                at++;
            }
            tried += at - 1;
        }
        CHECK_FOR(tried > 0, "%s is never called", driver_name(faults[i].call));
        if (getenv("VERBOSE") != NULL) {
            printf("%-26s failed %u times\n", driver_name(faults[i].call), tried);
        }
        stage_end(&stage);
    }
}

TEST("faults: no client notices what the server can repeat or do without") {
    static const struct driver_fault faults[] = {
        {FAULTS_accept,
         {ECONNABORTED, EINTR, EAGAIN, EMFILE, ENFILE, ENOBUFS, ENOMEM, EPERM, EPROTO, ENETDOWN,
          EHOSTUNREACH}},
        {FAULTS_close, {EINTR, EIO}},
        {FAULTS_fcntl, {EPERM, EINTR}},
        {FAULTS_poll, {EINTR, ENOMEM, EINVAL}},
        {FAULTS_pthread_attr_setstacksize, {EINVAL}},
        {FAULTS_recv, {EINTR}},
        {FAULTS_send, {EINTR, EAGAIN}},
        {FAULTS_sendmsg, {EINTR, EAGAIN}},
        {FAULTS_shutdown, {ENOTCONN, ENOBUFS}},
        {FAULTS_sysconf, {EINVAL}},
        {FAULTS_write, {EAGAIN, EINTR, EIO, ENOSPC, EPIPE, EFBIG, EDQUOT}},
    };
    sweep(faults, sizeof faults / sizeof faults[0], SCENARIO_SAME);
}

TEST("faults: any other failure ends one connection") {
    static const struct driver_fault faults[] = {
        {FAULTS_malloc, {ENOMEM}},
        {FAULTS_pthread_attr_init, {ENOMEM}},
        {FAULTS_pthread_create, {EAGAIN, EPERM}},
        {FAULTS_realloc, {ENOMEM}},
        {FAULTS_recv, {EAGAIN, ECONNRESET, ETIMEDOUT, ENOMEM, ENOTCONN, EHOSTUNREACH}},
        {FAULTS_send, {ECONNRESET, EPIPE, ENOBUFS, ENOMEM, ETIMEDOUT, EHOSTUNREACH}},
        {FAULTS_sendmsg, {ECONNRESET, EPIPE, ENOBUFS, ENOMEM, EMSGSIZE, EHOSTUNREACH}},
        {FAULTS_setsockopt, {ENOMEM, ENOBUFS, EDOM}},
    };
    sweep(faults, sizeof faults / sizeof faults[0], SCENARIO_CUT);
}

/* While a call fails again and again, the server may not serve, but it uses little processor time,
 * and the connection that stays notices nothing. */
static void endure(const struct stage *stage, enum faults_call call, int error) {
    enum { WINDOW = 200 };
    char answer[4096];
    driver_arm(call, 1, error, true);
    int fd = raw_client_connect(stage->process.port);
    raw_client_send_text(fd, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
    long before = process_cpu_ms(&stage->process);
    poll(NULL, 0, WINDOW);
    long used = process_cpu_ms(&stage->process) - before;
    CHECK_FOR(used < WINDOW / 2, "%s always fails with %s: %ld ms of processor time in %d ms",
              driver_name(call), strerror(error), used, WINDOW);
    bystander_echo(stage->bystander);
    CHECK_FOR(driver_disarm() > 0, "%s is never called", driver_name(call));
    raw_client_read_all(fd, answer, sizeof answer);
    close(fd);
}

TEST("faults: a call that goes on failing takes little time and disturbs no other connection") {
    static const struct driver_fault faults[] = {
        {FAULTS_accept, {EMFILE, ENOMEM}}, {FAULTS_poll, {ENOMEM}},
        {FAULTS_pthread_create, {EAGAIN}}, {FAULTS_recv, {ENOMEM}},
        {FAULTS_sendmsg, {ENOBUFS}},       {FAULTS_setsockopt, {ENOMEM}},
        {FAULTS_shutdown, {ENOBUFS}},      {FAULTS_write, {ENOSPC}},
    };
    struct stage stage;
    if (!begin(&stage)) {
        return;
    }
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        for (size_t e = 0; faults[i].errors[e] != 0; e++) {
            endure(&stage, faults[i].call, faults[i].errors[e]);
            driver_wait_until_held(stage.held, driver_name(faults[i].call));
        }
        disturb(&stage, FAULTS_NONE, 1, 0, SCENARIO_SAME);
    }
    stage_end(&stage);
}

TEST("faults: it stops although poll goes on failing") {
    struct stage stage;
    if (begin(&stage)) {
        driver_arm(FAULTS_poll, 1, ENOMEM, true);
        stage_end(&stage);
    }
}

/* A buffer allocates for the head of a request, then for a message, and then more for that. */
TEST("faults: without memory the answer is 503 or a Close with 1011") {
    static const struct {
        enum faults_call call;
        unsigned at;
    } growths[] = {{FAULTS_malloc, 1}, {FAULTS_malloc, 2}, {FAULTS_realloc, 1}};
    struct stage stage;
    if (!begin(&stage)) {
        return;
    }
    for (size_t i = 0; i < sizeof growths / sizeof growths[0]; i++) {
        struct scenario scenario;
        driver_arm(growths[i].call, growths[i].at, ENOMEM, true);
        scenario_play(&scenario, stage.process.port, SCENARIO_LARGE);
        driver_wait_until_held(stage.held, "without memory");
        CHECK(driver_disarm() > 0);
        const struct wire *got = &scenario.echo.got;
        if (i == 0) {
            CHECK(got->len > 12 && memcmp(got->bytes, "HTTP/1.1 503", 12) == 0);
        } else {
            CHECK_FOR(scenario_closed_with(&scenario, 1011), "growth %zu: no Close 1011", i);
        }
        scenario_free(&scenario);
    }
    stage_end(&stage);
}

TEST("faults: reads and writes of one byte change nothing") {
    enum { LARGE = 20000 };
    struct process process;
    struct scenario at_once, bytewise;
    driver_reset();
    if (!process_start(&process, "faults_step05_echo", TEXTS(NULL))) {
        return;
    }
    scenario_play(&at_once, process.port, LARGE);
    scenario_check_whole(&at_once, LARGE);
    unsigned before = atomic_load(&driver_control->calls[FAULTS_recv]);
    atomic_store(&driver_control->one_byte, UINT_MAX);
    scenario_play(&bytewise, process.port, LARGE);
    CHECK(atomic_load(&driver_control->calls[FAULTS_recv]) - before > bytewise.echo.got.len);
    CHECK(scenario_compare(&bytewise, &at_once) == SCENARIO_SAME);
    CHECK_EQUAL(process_stop(&process), 0);
    scenario_free(&at_once);
    scenario_free(&bytewise);
}

/* Reads the page of a step and, on another connection, its answer to the opening handshake. */
static void talk(unsigned port, char *text, size_t size) {
    static const char page[] = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    int fd = raw_client_connect(port);
    CHECK(raw_client_send_text(fd, page));
    CHECK(raw_client_read_all(fd, text, size));
    close(fd);
    size_t len = strlen(text);
    fd = raw_client_connect(port);
    CHECK(raw_client_send_text(fd, raw_client_handshake));
    CHECK(raw_client_read_until(fd, "\r\n\r\n", text + len, size - len));
    close(fd);
    for (char *date = text; (date = strstr(date, "\r\nDate: ")) != NULL; date += 8) {
        memset(date + 8, '-', 29);
    }
}

TEST("faults: nor do they in the steps before") {
    static const char *const programs[] = {"faults_step02_http", "faults_step03_handshake",
                                           "faults_step04_frames"};
    enum { SIZE = 65536 };
    char *at_once = malloc(SIZE), *bytewise = malloc(SIZE);
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        struct process process;
        driver_reset();
        if (at_once != NULL && bytewise != NULL &&
            process_start(&process, programs[i], TEXTS(NULL))) {
            talk(process.port, at_once, SIZE);
            atomic_store(&driver_control->one_byte, UINT_MAX);
            talk(process.port, bytewise, SIZE);
            CHECK_BYTES(bytewise, strlen(bytewise), at_once, strlen(at_once));
            CHECK_EQUAL(process_stop(&process), 0);
        }
    }
    free(at_once);
    free(bytewise);
}
