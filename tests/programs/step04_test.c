/* Step 4 from outside: what it shows of the frames that arrive. */
#include "tests/support/lesson.h"
#include "tests/support/raw_client.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define main lesson_main
#include "step04_frames/main.c" /* NOLINT(bugprone-suspicious-include): see lesson.h */
#undef main

static struct process server;

/* Opens a connection and sends these frames. Returns the descriptor. */
static int send_frames(const char *frames) {
    int fd = raw_client_open(server.port);
    raw_client_send_frames(fd, frames);
    return fd;
}

TEST("step04: a text frame is drawn and read out") {
    int fd = send_frames("x818537fa213d7f9f4d5158");
    CHECK(process_logs(&server, "frame 1: text, 5 bytes of payload\n"));
    CHECK(
        process_logs(&server, "|1|0|0|0|0 0 0 1|1|0 0 0 0 1 0 1|      37       |      fa       |"));
    CHECK(process_logs(&server, "  text: \"Hello\"\n"));
    close(fd);
}

TEST("step04: a Close is shown and ends the connection") {
    int fd = send_frames("88:\x10\xe1good\x1b[31mday 81:not-shown");
    CHECK(process_logs(&server, "  close: code 4321, reason \"good\\x1b[31mday\"\n"));
    raw_client_expect_end(fd);
    CHECK_EQUAL(process_log_count(&server, "not-shown", "ended without an answer"), 0);
    close(fd);
}

TEST("step04: a bad frame is named and ends the connection") {
    static const struct {
        const char *frames, *sentence;
    } bad[] = {
        {"x810548656c6c6f", "breaks a rule: a client must mask its frames (5.1)\n"},
        {"x83", "breaks a rule: the opcode is reserved (5.2)\n"},
        {"xc1", "breaks a rule: a reserved bit is set, but no extension was agreed on (5.2)\n"},
        {"x09", "breaks a rule: a control frame must not be fragmented (5.5)\n"},
        {"x89fe", "breaks a rule: a control frame must not exceed 125 bytes (5.5)\n"},
        {"x82fe0001", "breaks a rule: the payload length is not in its shortest form (5.2)\n"},
        {"x82ff80", "breaks a rule: the top bit of a 64-bit payload length must be 0 (5.2)\n"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int fd = send_frames(bad[i].frames);
        CHECK(process_logs(&server, bad[i].sentence));
        raw_client_expect_end(fd);
        close(fd);
    }
}

TEST("step04: a large frame is shortened and the next one found") {
    static uint8_t payload[200000];
    struct wire wire = {0};
    memset(payload, 'L', sizeof payload);
    wire_add_client_frame(&wire, 0x02, payload, sizeof payload);
    wire_add_client_text(&wire, 0x80, "the end of it");
    int fd = raw_client_open(server.port);
    CHECK(raw_client_send(fd, wire.bytes, wire.len));
    wire_free(&wire);
    CHECK(process_logs(&server, "frame 1: binary, more to follow, 200000 bytes of payload\n"));
    CHECK(process_logs(&server, "... and 199984 more bytes of payload\n"));
    CHECK(process_logs(&server, "frame 2: continuation, 13 bytes of payload\n"));
    CHECK(process_logs(&server, "  continuation: \"the end of it\"\n"));
    close(fd);
}

TEST("step04: a frame in single bytes") {
    struct wire wire = {0};
    wire_add_client_text(&wire, 0x89, "drip");
    int fd = raw_client_open(server.port);
    for (size_t i = 0; i < wire.len; i++) {
        CHECK(raw_client_send(fd, wire.bytes + i, 1));
    }
    CHECK(process_logs(&server, "  ping: \"drip\"\n"));
    wire_free(&wire);
    close(fd);
}

/* What follows a whole frame in the same read is kept until the rest of it comes. */
TEST("step04: one and a half frames in one read") {
    int fd = send_frames("81:the-first x818b x00000000 x746865");
    CHECK(process_logs(&server, "  text: \"the-first\"\n"));
    raw_client_send_frames(fd, "x2d7365636f6e642e");
    const char *whole = "  text: \"the-second.\"\n";
    CHECK_EQUAL(process_log_count(&server, "the-second", whole), 1);
    close(fd);
}

TEST("step04: the drawing shows the bytes as they were sent") {
    int fd = send_frames("x8283a1a2a3a4f0e0d0");
    CHECK(process_logs(&server, "| f0 ^ a1 = 51  | e0 ^ a2 = 42  |"));
    CHECK(process_logs(&server, "| d0 ^ a3 = 73  |"));
    CHECK(process_logs(&server, "0000  51 42 73  "));
    close(fd);
}

/* The rest of a long payload may be a long time in coming, and it is not shown anyway. */
TEST("step04: a long frame is drawn when its first 256 bytes are there") {
    struct wire wire = {0};
    char payload[1000];
    memset(payload, 'b', sizeof payload);
    wire_add_client_frame(&wire, 0x82, payload, sizeof payload);
    int fd = raw_client_open(server.port);
    CHECK(raw_client_send(fd, wire.bytes, 8 + 256));
    CHECK(process_logs(&server, "frame 1: binary, 1000 bytes of payload\n"));
    CHECK(process_logs(&server, "... and 984 more bytes of payload\n"));
    wire_free(&wire);
    close(fd);
}

/* Up to 256 bytes of a payload are read out; dots stand for the others, which are skipped. */
TEST("step04: the first 256 bytes are read out") {
    for (size_t length = 255; length <= 258; length++) {
        char payload[260] = "", frames[320], shown[300], marker[32];
        memset(payload, (int)('a' + length % 26), length);
        snprintf(marker, sizeof marker, "after-%zu-bytes", length);
        snprintf(frames, sizeof frames, "81:%s 81:%s", payload, marker);
        int fd = send_frames(frames);
        snprintf(shown, sizeof shown, "  text: \"%.256s%s\"\n", payload,
                 length > 256 ? " ..." : "");
        CHECK(process_logs(&server, shown));
        snprintf(shown, sizeof shown, "  text: \"%s\"\n", marker);
        CHECK(process_logs(&server, shown));
        close(fd);
    }
}

/* The client goes on sending after the error. If the socket were closed at once, what it sends
 * would be answered with a reset, which says less than an orderly end. */
TEST("step04: the end after an error is orderly") {
    static const uint8_t more[200000];
    for (int i = 0; i < 5; i++) {
        int fd = send_frames("83:"); /* a reserved opcode */
        CHECK(raw_client_send(fd, more, sizeof more));
        raw_client_expect_end(fd);
        close(fd);
    }
}

TEST("step04: no peer is waited for without end") {
    lesson_check_waits(show_frames, true);
}

int main(void) {
    return process_test_main(&server, "step04_frames", (const char *const[]){NULL});
}
