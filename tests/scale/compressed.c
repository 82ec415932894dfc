/* compressed: what connections that compress hold: open, busy, and after a moment of silence. The
 * messages come in stored blocks (RFC 1951, 3.2.4) and go back in as few bits as letters take. */
#include "step05_echo/session.h"
#include "tests/scale/sample.h"
#include "tests/support/raw_client.h"
#include "tests/support/test.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS = 500, TURNS = 3, SMALL = 100, LARGE = 32768 };

/* A server, the messages that it gets, and the kB that a connection may have. The silent ones have
 * a place, the windows, and up to 32 kB that the C library keeps of what was freed. */
static const struct setting {
    const char *name;
    size_t size; /* of a message */
    const char *const options[6];
    double open, busy, silent;
} settings[] = {
    {"window 2^15, messages of 100 bytes", SMALL, {"--quiet"}, 14, 320, 46},
    {"window 2^15, messages of 32 KiB", LARGE, {"--quiet"}, 14, 560, 110},
    {"the same without context takeover", LARGE, {"--quiet", "--no-context-takeover"}, 14, 560, 46},
    {"window 2^9, messages of 100 bytes", SMALL, {"--quiet", "--window-bits", "9"}, 14, 70, 46},
    {"window 2^9, messages of 32 KiB", LARGE, {"--quiet", "--window-bits", "9"}, 14, 320, 46},
};

static const struct setting *setting;
static struct process server;
static struct sample start;
static int fds[CONNECTIONS];

static void open_all(void) {
    struct wire request = {0};
    const char *line = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
    wire_add(&request, raw_client_handshake, strlen(raw_client_handshake) - 2);
    wire_add(&request, line, strlen(line));
    wire_add(&request, "\r\n", 2);
    for (unsigned i = 0; i < CONNECTIONS; i++) {
        char response[1024] = "";
        fds[i] = raw_client_connect(server.port);
        CHECK(raw_client_send(fds[i], request.bytes, request.len));
        CHECK(raw_client_read_until(fds[i], "\r\n\r\n", response, sizeof response));
        CHECK_FOR(strstr(response, ": permessage-deflate") != NULL, "agreed on: %s", response);
    }
    wire_free(&request);
}

/* One frame with a message of letters that nobody else sends, in a stored block. */
static void make_message(unsigned number, struct wire *frame) {
    struct wire payload = {0};
    size_t size = setting->size;
    uint32_t state = number * 2654435761u + 1;
    uint8_t header[] = {0, (uint8_t)size, (uint8_t)(size >> 8), (uint8_t)~size,
                        (uint8_t)(~size >> 8)};
    wire_add(&payload, header, sizeof header);
    for (size_t i = 0; i < size; i++) {
        state = state * 1664525u + 1013904223u;
        uint8_t letter = (uint8_t)('@' + (state >> 24) % 32);
        wire_add(&payload, &letter, 1);
    }
    wire_add(&payload, "", 1); /* the header of another, whose rest the receiver adds */
    wire_add_client_frame(frame, 0xc2, payload.bytes, payload.len);
    wire_free(&payload);
}

/* Reads an echo, which must be compressed and shorter. */
static void read_echo(int fd) {
    uint8_t header[4];
    static uint8_t payload[LARGE];
    bool good = recv(fd, header, 2, MSG_WAITALL) == 2 && header[0] == 0xc2 && header[1] < 127;
    size_t length = header[1];
    if (good && length == 126) {
        good = recv(fd, header + 2, 2, MSG_WAITALL) == 2;
        length = (size_t)(header[2] << 8 | header[3]);
    }
    good =
        good && length < setting->size && recv(fd, payload, length, MSG_WAITALL) == (ssize_t)length;
    CHECK_FOR(good, "no compressed echo but %02x %02x", header[0], header[1]);
}

static void echo_on_all(unsigned turn) {
    for (unsigned i = 0; i < CONNECTIONS; i++) {
        struct wire frame = {0};
        make_message(turn * CONNECTIONS + i, &frame);
        CHECK(raw_client_send(fds[i], frame.bytes, frame.len));
        wire_free(&frame);
        read_echo(fds[i]);
    }
}

/* kB of memory for each connection beyond the start, required to be within a bound. */
static double check_each(const char *when, double bound) {
    double each = (double)(sample_take(&server).memory - start.memory) / CONNECTIONS;
    CHECK_FOR(process_is_instrumented() || each <= bound, "%s: %.1f kB each %s, more than %.0f",
              setting->name, each, when, bound);
    return each;
}

/* Waits for the silence after which memory is given back, and until none is any more. */
static double check_silent(void) {
    struct sample open = sample_take(&server);
    poll(NULL, 0, LIMITS_RELAX_AFTER + 500); /* the silence that is measured */
    sample_at_rest(&server, &open, PROCESS_WAIT);
    return check_each("silent", setting->silent);
}

static void connections_hold_little(void) {
    if (!process_start(&server, "step07_deflate", setting->options)) {
        return;
    }
    start = sample_take(&server);
    open_all();
    double busy = 0, silent = 0, open = check_each("open", setting->open);
    for (unsigned turn = 0; turn < TURNS; turn++) {
        echo_on_all(turn);
        busy = check_each("busy", setting->busy);
        silent = check_silent();
    }
    printf("  %-40s %8.1f %8.1f %8.1f\n", setting->name, open, busy, silent);
    fflush(stdout);
    for (unsigned i = 0; i < CONNECTIONS; i++) {
        close(fds[i]);
    }
    CHECK_EQUAL(process_stop(&server), 0);
}

int main(void) {
    if (sample_allowed_descriptors(CONNECTIONS) < CONNECTIONS) {
        return 1; /* it has said so */
    }
    sample_keep_no_stacks();
    printf("  %-40s %8s %8s %8s\n", "kB of memory for each connection", "open", "busy", "silent");
    for (setting = settings; setting < settings + sizeof settings / sizeof settings[0]; setting++) {
        test_run("scale: a connection that compresses holds little", connections_hold_little);
    }
    return test_report();
}
