/* Attacks by patience: to do nothing, or very little, for as long as the server allows. */
#include "tests/attacks/squeezed.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LARGE = 16 << 20, DEAF = 4, UNUSED = 1000, PLACES = 20 };

static const char *const no_options[] = {NULL};

/* Opens a connection and sends the largest message that the server takes. Its echo begins when all
 * of it is there, so nobody has to read meanwhile. */
static int send_large(void) {
    static uint8_t payload[LARGE];
    struct wire wire = {0};
    int fd = raw_client_open(attack_server.port);
    wire_add_client_frame(&wire, 0x82, payload, sizeof payload);
    CHECK(raw_client_send(fd, wire.bytes, wire.len));
    wire_free(&wire);
    return fd;
}

/* Reads slowly, but steadily: 64 KiB at a time. Such a reader gets all of its echo. */
static bool read_slowly(int fd) {
    static uint8_t bytes[65536];
    size_t total = 0;
    int64_t deadline = now() + PROCESS_WAIT;
    struct pollfd wait = {fd, POLLIN, 0};
    while (total < LARGE + 10 && now() < deadline && poll(&wait, 1, 1000) > 0) {
        ssize_t count = recv(fd, bytes, sizeof bytes, 0);
        if (count <= 0) {
            break;
        }
        total += (size_t)count;
        attack_pause(4);
    }
    return total == LARGE + 10;
}

/* Whoever reads nothing of a large echo holds its memory, but neither more than that nor for
 * long. */
static void slow_readers(void) {
    int deaf[DEAF];
    if (!attack_begin(no_options)) {
        return;
    }
    for (size_t i = 0; i < DEAF; i++) {
        deaf[i] = send_large();
    }
    int64_t begin = now();
    int slow = send_large(), other = raw_client_open(attack_server.port);
    CHECK(attack_echo(other, 125) >= 0);
    CHECK_FOR(read_slowly(slow), "a slow reader did not get all of its echo");
    attack_note("%d that read nothing, a slow one", DEAF);
    /* While a buffer doubles to its last size, half as much is there as well. */
    attack_cost("memory of each", attack_peak_growth() / (DEAF + 1), 1.5 * LARGE / 1024 + 256,
                "KiB");
    for (size_t i = 0; i < DEAF; i++) {
        char line[64];
        snprintf(line, sizeof line, "#%zu lost after 1 messages: the peer does not read", i + 2);
        CHECK(process_logs(&attack_server, line));
    }
    attack_bound("given up after", (double)(now() - begin) / 1000, 15, "s");
    CHECK(attack_echo(other, 125) >= 0);
    CHECK(attack_settle(2)); /* a thread frees its memory after that line of the log */
    attack_cost("data left", attack_data_growth(), 4096, "KiB");
    close(slow);
    close(other);
    for (size_t i = 0; i < DEAF; i++) {
        close(deaf[i]);
    }
    attack_end();
}

/* Connections that never send a byte, nearly as many as the server has places for. */
static void unused(void) {
    static const char *const options[] = {"--handshake-timeout", "1", NULL};
    static int fds[UNUSED];
    char answer[1024];
    size_t told = 0;
    if (!attack_begin(options)) {
        return;
    }
    int64_t begin = now();
    for (size_t i = 0; i < UNUSED; i++) {
        fds[i] = raw_client_connect(attack_server.port);
    }
    int fd = raw_client_open(attack_server.port);
    CHECK(attack_echo(fd, 125) >= 0);
    close(fd);
    attack_note("%d connections", UNUSED);
    attack_cost("memory of each", attack_peak_growth() / UNUSED, 16, "KiB");
    attack_bound("threads", (double)attack_threads(), UNUSED + 2, "");
    for (size_t i = 0; i < UNUSED; i++) {
        told += raw_client_read_all(fds[i], answer, sizeof answer) &&
                strncmp(answer, "HTTP/1.1 408 ", 13) == 0;
        close(fds[i]);
    }
    CHECK_EQUAL(told, UNUSED);
    CHECK(attack_settle(0));
    attack_bound("all gone after", (double)(now() - begin), 4000, "ms");
    attack_end();
}

/* All places are taken by requests that keep coming, a header every now and then, and never end. No
 * header may buy more time than the whole request has. */
static void slowloris(void) {
    static const char *const options[] = {"--max-connections", "20", "--handshake-timeout", "0.7",
                                          NULL};
    int fds[PLACES];
    size_t alive = PLACES;
    if (!attack_begin(options)) {
        return;
    }
    int64_t begin = now();
    for (size_t i = 0; i < PLACES; i++) {
        fds[i] = raw_client_connect(attack_server.port);
        CHECK(raw_client_send(fds[i], raw_client_handshake, strlen(raw_client_handshake) - 2));
    }
    CHECK_EQUAL(attack_ask(raw_client_handshake, strlen(raw_client_handshake)),
                503); /* it works, so far */
    while (alive > 0 && now() - begin < PROCESS_WAIT) {
        attack_pause(50);
        alive = PLACES;
        for (size_t i = 0; i < PLACES; i++) {
            struct pollfd wait = {fds[i], POLLIN, 0};
            bool over = poll(&wait, 1, 0) > 0;
            alive -= over;
            if (!over) {
                raw_client_send_text(fds[i], "X-a: b\r\n");
            }
        }
    }
    attack_note("all %d places taken", PLACES);
    attack_bound("free again after", (double)(now() - begin), 2000, "ms");
    for (size_t i = 0; i < PLACES; i++) {
        close(fds[i]);
    }
    attack_end();
}

/* After a Close from the server, this peer does not reply, and goes on sending as if it had not
 * come. `begin` is when the Close was due. */
static void send_on(int fd, int64_t begin) {
    struct wire ping = {0};
    struct pollfd wait = {fd, 0, 0}; /* a reset, that is, not what there is to read */
    uint8_t bytes[4096];
    wire_add_client_text(&ping, 0x89, "still here");
    while (now() - begin < PROCESS_WAIT && poll(&wait, 1, 5) == 0 &&
           send(fd, ping.bytes, ping.len, MSG_NOSIGNAL) > 0) {
        while (recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0) {
        }
    }
    wire_free(&ping);
}

static void close_unanswered(void) {
    static const char *const options[] = {"--idle-timeout", "0.2", NULL};
    struct wire bad = {0};
    if (!attack_begin(options)) {
        return;
    }
    int idle = raw_client_open(attack_server.port);
    int64_t begin = now();
    send_on(idle, begin);
    attack_bound("after 1001, gone in", (double)(now() - begin), 4000, "ms");
    close(idle);
    wire_add_hex(&bad, "81 00"); /* not masked, which is 1002 */
    int failed = raw_client_open(attack_server.port);
    CHECK(raw_client_send(failed, bad.bytes, bad.len));
    begin = now();
    send_on(failed, begin);
    attack_bound("after 1002", (double)(now() - begin), 4000, "ms");
    close(failed);
    wire_free(&bad);
    attack_settle(0);
    attack_peak_bound(256);
    attack_end();
}

/* Sends some of a message on every connection, answers each ping with a pong, and sends one itself
 * now and then, until all have been told 1008. Returns after how many ms that was. */
static int64_t never_end(const int *fds, size_t count, const struct wire *drop) {
    struct wire alive = {0};
    int64_t begin = now();
    size_t told = 0;
    wire_add_client_text(&alive, 0x8a, "");
    wire_add_client_text(&alive, 0x89, "");
    wire_add(&alive, drop->bytes, drop->len);
    while (told < count && now() - begin < PROCESS_WAIT) {
        attack_pause(50);
        told = 0;
        for (size_t i = 0; i < count; i++) {
            uint8_t answers[4096];
            ssize_t len = recv(fds[i], answers, sizeof answers, MSG_PEEK | MSG_DONTWAIT);
            bool over = len >= 2 && answers[len - 1] == 'g'; /* "... takes too long" */
            told += over;
            if (!over) {
                raw_client_send(fds[i], alive.bytes, alive.len);
            }
        }
    }
    wire_free(&alive);
    return now() - begin;
}

/* All places are taken by connections that have begun a message and never end it, though they
 * are there and answer: first with few bytes that hold much memory, then with a fragment now and
 * then. */
static void endless_message(void) {
    static const char *const options[] = {
        "--max-connections", "20", "--message-timeout", "0.5", "--ping-interval", "0.1", NULL};
    struct squeezed payload = {0};
    struct wire drop = {0};
    int fds[PLACES];
    squeezed_zeros(&payload, LARGE / 4);
    for (int dripping = 0; dripping < 2; dripping++) {
        if (!squeezed_begin(options)) {
            return;
        }
        for (size_t i = 0; i < PLACES; i++) {
            fds[i] = squeezed_open();
        }
        CHECK_EQUAL(attack_ask(raw_client_handshake, strlen(raw_client_handshake)), 503);
        for (size_t i = 0; i < PLACES; i++) {
            CHECK(squeezed_send(fds[i], 0x42, payload.out.bytes, dripping ? 10 : payload.out.len));
        }
        int64_t took = never_end(fds, PLACES, &drop);
        attack_bound(dripping ? "dripping, told 1008 after" : "told 1008 after", (double)took, 2000,
                     "ms");
        for (size_t i = 0; i < PLACES; i++) {
            CHECK_EQUAL(attack_close_code(fds[i]), 1008);
            close(fds[i]);
        }
        attack_settle(0);
        attack_cost("data left", attack_data_growth(), 4096, "KiB");
        attack_end();
        wire_add_client_frame(&drop, 0x00, "", 0);
    }
    wire_free(&drop);
    wire_free(&payload.out);
}

/* The memory of a large message is given back in silence, which who sends something small now and
 * then does not keep. */
static void memory_kept_alive(void) {
    static uint8_t payload[LARGE];
    static const struct {
        const char *what;
        uint8_t first; /* of a frame, after a large message */
        const char *bytes;
        size_t length;
    } kinds[] = {{"pings", 0x89, "", 0},
                 {"messages as they are", 0x82, "abc", 3},
                 {"compressed messages", 0xc2, "\x00", 1}};
    struct squeezed packed = {0};
    squeezed_noise(payload, LARGE);
    squeezed_stored(&packed, payload, LARGE);
    squeezed_end(&packed);
    if (!squeezed_begin(no_options)) {
        return;
    }
    for (size_t i = 0; i < 2 * sizeof kinds / sizeof kinds[0]; i++) {
        bool marked = i % 2 == 1;
        size_t length = 0;
        int fd = squeezed_open();
        CHECK(marked ? squeezed_send(fd, 0xc2, packed.out.bytes, packed.out.len)
                     : squeezed_send(fd, 0x82, payload, LARGE));
        CHECK(squeezed_read(fd, &length) != ATTACK_BROKEN);
        for (int again = 0; again < 3; again++) {
            attack_pause(50);
            CHECK(squeezed_send(fd, kinds[i / 2].first, kinds[i / 2].bytes, kinds[i / 2].length));
            CHECK(squeezed_read(fd, &length) != ATTACK_BROKEN);
        }
        attack_cost(kinds[i / 2].what, attack_data_growth(), 4096, "KiB");
        close(fd);
        attack_settle(0);
    }
    wire_free(&packed.out);
    attack_end();
}

const struct attack patience_attacks[] = {{"slow_readers", slow_readers, false},
                                          {"unused_connections", unused, false},
                                          {"slowloris", slowloris, false},
                                          {"close_unanswered", close_unanswered, false},
                                          {"endless_message", endless_message, false},
                                          {"memory_kept_alive", memory_kept_alive, false},
                                          {NULL, NULL, false}};
