/* Allocations that fail while the server of step 7 compresses: it sends a message uncompressed, or
 * closes the connection with 1011. Another connection notices nothing, and nothing leaks. */
#include "tests/faults/scenario.h"
#include "tests/support/pump.h"
#include "tests/support/test.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LARGE = 30000, SILENCE = 1200 /* ms, after which the server gives memory back */ };

enum outcome { ALL_CAME_BACK, CLOSED_WITH_1011, WRONG };

static uint8_t text[LARGE], noise[LARGE];
static size_t compressed; /* how many echoes were */

/* Opens a connection and agrees on compression with the server. Returns the descriptor, or -1. */
static int open_client(struct pump *client, unsigned port) {
    static struct pump server;
    char request[1024], response[1024];
    snprintf(request, sizeof request,
             "GET / HTTP/1.1\r\nSec-WebSocket-Extensions: permessage-deflate\r\n%s",
             strstr(raw_client_handshake, "Host:"));
    int fd = raw_client_connect(port);
    if (!raw_client_send_text(fd, request) ||
        !raw_client_read_until(fd, "\r\n\r\n", response, sizeof response)) {
        close(fd);
        return -1;
    }
    CHECK(strstr(response, "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n") != NULL);
    pump_open_both(&server, client, &pump_most, LARGE);
    pump_close(&server);
    return fd;
}

/* Sends a message and waits for its echo. */
static enum outcome echo(struct pump *client, int fd, const uint8_t *payload, size_t length) {
    pump_clear(client);
    pump_send_whole(client, payload, length);
    raw_client_send(fd, client->output.bytes, client->output.len);
    while (client->messages == 0 && !client->has_ended) {
        uint8_t bytes[4096];
        struct pollfd wait = {fd, POLLIN, 0};
        ssize_t count = poll(&wait, 1, PROCESS_WAIT) > 0 ? recv(fd, bytes, sizeof bytes, 0) : -1;
        if (count <= 0) {
            return WRONG;
        }
        pump_feed_bytes(client, bytes, (size_t)count, SIZE_MAX);
    }
    if (client->has_ended) {
        return client->connection.close_code == 1011 ? CLOSED_WITH_1011 : WRONG;
    }
    compressed += client->deflate.was_marked;
    bool same = client->opcode == FRAME_BINARY && client->message.len == length &&
                memcmp(client->message.bytes, payload, length) == 0;
    return same ? ALL_CAME_BACK : WRONG;
}

static enum outcome play(unsigned port, bool with_silence) {
    static const struct {
        const uint8_t *payload;
        size_t length;
    } messages[] = {{text, 100}, {text, 2000}, {noise, 500}, {text, LARGE}, {text + 5, 3000}};
    static struct pump client;
    enum outcome outcome = ALL_CAME_BACK;
    int fd = open_client(&client, port);
    if (fd < 0) {
        return WRONG;
    }
    for (size_t i = 0; outcome == ALL_CAME_BACK && i < 5; i++) {
        outcome = echo(&client, fd, messages[i].payload, messages[i].length);
    }
    if (with_silence && outcome == ALL_CAME_BACK) {
        poll(NULL, 0, SILENCE); /* the silence itself is what is tested */
        outcome = echo(&client, fd, text, 2000);
    }
    close(fd);
    pump_close(&client);
    return outcome;
}

static bool begin(struct stage *stage) {
    compressed = 0;
    test_random_bytes(text, LARGE, 8);
    test_random_bytes(noise, LARGE, 256);
    return stage_begin(stage, "faults_step07_deflate", NULL);
}

TEST("faults: without a fault all is compressed") {
    struct stage stage;
    if (begin(&stage)) {
        CHECK_EQUAL(play(stage.process.port, true), ALL_CAME_BACK);
        CHECK_EQUAL(compressed, 5); /* all but the noise */
        driver_wait_until_held(stage.held, "without a fault");
        stage_end(&stage);
    }
}

/* Fails a call in turn, once or for good, until the scenario has no more of them. */
static void sweep(enum faults_call call, bool sticky) {
    struct stage stage;
    unsigned at = 1, closed = 0;
    bool reached = true;
    if (!begin(&stage)) {
        return;
    }
    for (; reached && !test_has_failed(); at++) {
        char what[64];
        snprintf(what, sizeof what, "%s number %u%s", driver_name(call), at,
                 sticky ? " and on" : "");
        driver_arm(call, at, ENOMEM, sticky);
        enum outcome outcome = play(stage.process.port, false);
        driver_wait_until_held(stage.held, what);
        reached = driver_disarm() > 0;
        CHECK_FOR(outcome != WRONG, "%s: neither an echo nor a Close 1011", what);
        closed += outcome == CLOSED_WITH_1011;
        bystander_echo(stage.bystander);
    }
    CHECK_FOR(at > 3, "%s is called %u times only", driver_name(call), at - 1);
    CHECK_FOR(closed > 0, "%s: no Close 1011", driver_name(call));
    stage_end(&stage);
}

TEST("faults: each lack of memory ends one connection or none") {
    sweep(FAULTS_malloc, false);
    sweep(FAULTS_realloc, false);
    sweep(FAULTS_malloc, true);
    sweep(FAULTS_realloc, true);
}

/* The server cannot give anything back because there is no memory to keep the window in; it goes on
 * all the same. */
TEST("faults: without memory a silence changes nothing") {
    struct stage stage;
    if (begin(&stage)) {
        /* The first five are for the decompressor, the output, the compressor, and twice for a
         * larger output; then comes that for the window, and that for the next message. */
        for (unsigned at = 6; at <= 7; at++) {
            driver_arm(FAULTS_malloc, at, ENOMEM, false);
            enum outcome outcome = play(stage.process.port, true);
            CHECK_FOR(outcome != WRONG, "malloc number %u and a silence", at);
            CHECK(driver_disarm() > 0);
            driver_wait_until_held(stage.held, "after a silence");
        }
        stage_end(&stage);
    }
}
