/* Memory that fails while the server of step 7 compresses: a message goes uncompressed, or the
 * connection is closed with 1011; another one notices nothing, and nothing leaks. */
#include "tests/faults/driver.h"
#include "tests/faults/scenario.h"
#include "tests/support/test.h"

#include "step07_deflate/permessage_deflate.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LARGE = 30000, SILENCE = 1200 /* ms, after which the server gives memory back */ };

enum outcome { ALL_CAME_BACK, CLOSED_WITH_1011, WRONG };

/* A client's end that compresses. */
struct peer {
    int fd;
    struct permessage_deflate deflate;
    struct connection connection;
    uint8_t lent[4096];
};

static uint8_t text[LARGE], noise[LARGE], sent[LARGE];
static size_t marked; /* answers that were compressed */

static void fill(void) {
    uint32_t number = 1;
    for (size_t i = 0; i < LARGE; i++) {
        number = number * 1664525u + 1013904223u;
        noise[i] = (uint8_t)(number >> 24);
        text[i] = (uint8_t)('a' + (number >> 29));
    }
}

static void new_key(void *context, uint8_t masking_key[4]) {
    (void)context;
    memcpy(masking_key, "\x37\xfa\x21\x3d", 4);
}

static bool open_peer(struct peer *peer, unsigned port) {
    static const struct permessage_parameters config = {false, false, 15, 15};
    char request[1024], response[1024];
    struct buffer buffer;
    const char *rest = strstr(raw_client_handshake, "Host:");
    snprintf(request, sizeof request,
             "GET / HTTP/1.1\r\nSec-WebSocket-Extensions: permessage-deflate\r\n%s", rest);
    peer->fd = raw_client_connect(port);
    if (!raw_client_send_text(peer->fd, request) ||
        !raw_client_read_until(peer->fd, "\r\n\r\n", response, sizeof response)) {
        close(peer->fd);
        return false;
    }
    permessage_deflate_init(&peer->deflate, &config, false);
    CHECK(permessage_deflate_accept(&peer->deflate, (struct http_text){"permessage-deflate", 18}));
    struct connection_settings settings = {.role = CONNECTION_CLIENT,
                                           .max_message = LARGE,
                                           .new_masking_key = new_key,
                                           .allowed_rsv = FRAME_RSV1};
    buffer_init(&buffer, peer->lent, sizeof peer->lent);
    connection_init(&peer->connection, &settings, &buffer, 0);
    return true;
}

static void close_peer(struct peer *peer) {
    close(peer->fd);
    connection_free(&peer->connection);
    permessage_deflate_free(&peer->deflate);
}

static void write_output(struct peer *peer) {
    const struct iovec *parts;
    size_t count = connection_output(&peer->connection, &parts);
    for (size_t i = 0; i < count; i++) {
        raw_client_send(peer->fd, parts[i].iov_base, parts[i].iov_len);
    }
    connection_sent(&peer->connection, peer->connection.output.total);
}

/* Sends a message and waits for its echo. */
static enum outcome echo(struct peer *peer, const uint8_t *payload, size_t length) {
    const struct layer *layer = permessage_deflate_layer(&peer->deflate);
    struct connection_message message = {0};
    enum connection_event event;
    memcpy(sent, payload, length);
    CHECK_EQUAL(layer_send(layer, &peer->connection, FRAME_BINARY, sent, length), 0);
    while ((event = layer_next(layer, &peer->connection, &message)) == CONNECTION_NEEDS_INPUT ||
           event == CONNECTION_NEEDS_TURN || event == CONNECTION_NEEDS_OUTPUT) {
        size_t size;
        write_output(peer);
        if (event != CONNECTION_NEEDS_INPUT) {
            continue;
        }
        uint8_t *space = connection_space(&peer->connection, &size);
        struct pollfd wait = {peer->fd, POLLIN, 0};
        ssize_t count = poll(&wait, 1, PROCESS_WAIT) > 0 ? recv(peer->fd, space, size, 0) : -1;
        if (count <= 0) {
            return WRONG;
        }
        connection_received(&peer->connection, (size_t)count);
    }
    if (event == CONNECTION_CLOSED && peer->connection.close_code == 1011) {
        return CLOSED_WITH_1011;
    }
    marked += peer->deflate.was_marked;
    return event == CONNECTION_MESSAGE && message.length == length &&
                   memcmp(message.payload, payload, length) == 0
               ? ALL_CAME_BACK
               : WRONG;
}

static enum outcome play(unsigned port, bool with_silence) {
    static const struct {
        const uint8_t *payload;
        size_t length;
    } messages[] = {{text, 100}, {text, 2000}, {noise, 500}, {text, LARGE}, {text + 5, 3000}};
    struct peer peer;
    enum outcome outcome = ALL_CAME_BACK;
    if (!open_peer(&peer, port)) {
        return WRONG;
    }
    for (size_t i = 0; outcome == ALL_CAME_BACK && i < 5; i++) {
        outcome = echo(&peer, messages[i].payload, messages[i].length);
    }
    if (with_silence && outcome == ALL_CAME_BACK) {
        poll(NULL, 0, SILENCE); /* it is the silence that is tried */
        outcome = echo(&peer, text, 2000);
    }
    close_peer(&peer);
    return outcome;
}

/* A server, a connection that stays, and what the server holds for it. */
struct stage {
    struct process process;
    int bystander;
    struct driver_held held;
};

static bool begin(struct stage *stage) {
    driver_reset();
    if (!process_start(&stage->process, "faults_step07_deflate", (const char *const[]){NULL})) {
        return false;
    }
    stage->bystander = bystander_open(stage->process.port);
    atomic_store(&driver_control->exempt, atomic_load(&driver_control->started));
    stage->held = (struct driver_held){2, 4, 1}; /* as in serve_test.c */
    driver_wait_until_held(stage->held, "at the start");
    marked = 0;
    return true;
}

static void end(struct stage *stage) {
    bystander_echo(stage->bystander);
    close(stage->bystander);
    CHECK_EQUAL(process_stop(&stage->process), 0);
    CHECK_EQUAL(driver_holds().blocks, 0);
}

TEST("faults: without a fault all is compressed") {
    struct stage stage;
    if (begin(&stage)) {
        CHECK_EQUAL(play(stage.process.port, true), ALL_CAME_BACK);
        CHECK_EQUAL(marked, 5); /* all but the noise */
        driver_wait_until_held(stage.held, "without a fault");
        end(&stage);
    }
}

/* Fails a call in turn, once or for good, until the scenario has no more of them. */
static void sweep(const struct driver_fault *fault, bool sticky) {
    struct stage stage;
    unsigned at = 1, closed = 0;
    bool reached = true;
    if (!begin(&stage)) {
        return;
    }
    for (; reached && !test_has_failed(); at++) {
        char what[64];
        snprintf(what, sizeof what, "%s number %u%s", driver_name(fault->call), at,
                 sticky ? " and on" : "");
        driver_arm(fault->call, at, fault->errors[0], sticky);
        enum outcome outcome = play(stage.process.port, false);
        driver_wait_until_held(stage.held, what);
        reached = driver_disarm() > 0;
        CHECK_FOR(outcome != WRONG, "%s: neither an echo nor a Close 1011", what);
        closed += outcome == CLOSED_WITH_1011;
        bystander_echo(stage.bystander);
    }
    CHECK_FOR(at > 3, "%s is called %u times only", driver_name(fault->call), at - 1);
    CHECK_FOR(closed > 0, "%s: no Close 1011", driver_name(fault->call));
    end(&stage);
}

TEST("faults: each lack of memory ends one connection or none") {
    static const struct driver_fault faults[] = {
        {FAULTS_MALLOC, {ENOMEM}},
        {FAULTS_REALLOC, {ENOMEM}},
    };
    for (size_t i = 0; i < 4; i++) {
        sweep(&faults[i % 2], i / 2 == 1);
    }
}

/* Nothing can be given back for want of memory to keep the window in; it goes on all the same. */
TEST("faults: without memory a silence changes nothing") {
    struct stage stage;
    if (begin(&stage)) {
        /* Behind the decompressor, the output, the compressor, and the output larger twice; first
         * for the window, then for what the next message needs. */
        for (unsigned at = 6; at <= 7; at++) {
            driver_arm(FAULTS_MALLOC, at, ENOMEM, false);
            enum outcome outcome = play(stage.process.port, true);
            CHECK_FOR(outcome != WRONG, "malloc number %u and a silence", at);
            CHECK(driver_disarm() > 0);
            driver_wait_until_held(stage.held, "after a silence");
        }
        end(&stage);
    }
}

int main(void) {
    fill();
    driver_init();
    test_run_all();
    driver_end();
    return test_report();
}
