/* Every read of a socket returns one byte, and every write takes one: nothing that a client sees
 * may change. */
#include "tests/faults/scenario.h"
#include "tests/support/test.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LARGE = 20000 };

static const char *const arguments[] = {NULL};

TEST("faults: a byte at a time, the same bytes come") {
    struct process process;
    struct scenario whole, bytewise;
    driver_reset();
    if (!process_start(&process, "faults_step05_echo", arguments)) {
        return;
    }
    scenario_play(&whole, process.port, LARGE);
    scenario_check_whole(&whole, LARGE);
    unsigned before = atomic_load(&driver_control->calls[FAULTS_recv]);
    atomic_store(&driver_control->one_byte, UINT_MAX);
    scenario_play(&bytewise, process.port, LARGE);
    CHECK(atomic_load(&driver_control->calls[FAULTS_recv]) - before > bytewise.echo.got.len);
    CHECK(scenario_compare(&bytewise, &whole) == SCENARIO_SAME);
    CHECK_EQUAL(process_stop(&process), 0);
    scenario_free(&whole);
    scenario_free(&bytewise);
}

/* Asks a step for its page, and with another connection for what the opening handshake gets. */
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

TEST("faults: the steps before answer the same, too") {
    static const char *const programs[] = {"faults_step02_http", "faults_step03_handshake",
                                           "faults_step04_frames"};
    enum { SIZE = 65536 };
    char *whole = malloc(SIZE), *bytewise = malloc(SIZE);
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        struct process process;
        driver_reset();
        if (whole != NULL && bytewise != NULL && process_start(&process, programs[i], arguments)) {
            talk(process.port, whole, SIZE);
            atomic_store(&driver_control->one_byte, UINT_MAX);
            talk(process.port, bytewise, SIZE);
            CHECK_BYTES(bytewise, strlen(bytewise), whole, strlen(whole));
            CHECK_EQUAL(process_stop(&process), 0);
        }
    }
    free(whole);
    free(bytewise);
}
