/* The session of step 5 on one half of a socket pair, a thread serving it as the echo server would:
 * its clocks, and what reaches the socket in one write. */
#include "step05_echo/session.h"

#include "common/log.h"
#include "tests/support/raw_client.h"
#include "tests/support/test.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER_SIZE = 4096, LONG = 600000 }; /* ms; longer than any test waits */

/* A session on a thread, and the other end of its connection. */
struct scene {
    struct tcp_connection tcp;
    struct session_settings settings;
    pthread_t thread;
    int peer;
    uint8_t buffer[BUFFER_SIZE];
};

/* Echoes a message; "leave" makes the server close instead. */
static void on_message(struct connection *connection, const struct connection_message *message,
                       void *context) {
    (void)context;
    if (message->length == 5 && memcmp(message->payload, "leave", 5) == 0) {
        connection_close(connection, CLOSE_NORMAL, "as you wish");
    } else {
        connection_send(connection, message->opcode, message->payload, message->length);
    }
}

static void *serve(void *argument) {
    static const struct session_handler handler = {.on_message = on_message};
    struct scene *scene = argument;
    struct buffer buffer;
    buffer_init(&buffer, scene->buffer, sizeof scene->buffer);
    session_run(&scene->tcp, &scene->settings, &handler, &buffer, 0);
    tcp_close(&scene->tcp);
    return NULL;
}

/* Starts a session on a pair of sockets of this type. Returns whether that went well. */
static bool begin_on(struct scene *scene, int type) {
    int fds[2] = {-1, -1};
    if (socketpair(AF_UNIX, type, 0, fds) != 0) {
        return false;
    }
    tcp_init(&scene->tcp, fds[0]);
    scene->peer = fds[1];
    CHECK_EQUAL(pthread_create(&scene->thread, NULL, serve, scene), 0);
    return true;
}

static void begin(struct scene *scene) {
    CHECK(begin_on(scene, SOCK_STREAM));
}

static void end(struct scene *scene) {
    close(scene->peer);
    pthread_join(scene->thread, NULL);
}

/* Whether nothing comes for this many ms, not even the end. */
static bool is_silent(const struct scene *scene, int milliseconds) {
    struct pollfd wait = {scene->peer, POLLIN, 0};
    return poll(&wait, 1, milliseconds) == 0;
}

/* Sockets of this type keep the writes of their peer apart: each read gets what one write sent. */
TEST("session: replies to a batch leave in one write") {
    struct scene scene = {.settings = {1000, {LONG, 0, 0}}};
    struct wire batch = {0}, wanted = {0};
    uint8_t got[2048];
    if (!begin_on(&scene, SOCK_SEQPACKET)) {
        CHECK_FOR(true, "this machine has no such sockets; not tried");
        return;
    }
    for (int i = 0; i < 20; i++) {
        wire_add_client_text(&batch, i == 10 ? 0x89 : 0x81, "one of a batch");
        wire_add_server_text(&wanted, i == 10 ? 0x8a : 0x81, "one of a batch");
    }
    CHECK(raw_client_send(scene.peer, batch.bytes, batch.len));
    CHECK(!is_silent(&scene, PROCESS_WAIT));
    ssize_t len = recv(scene.peer, got, sizeof got, 0);
    CHECK_BYTES(got, len > 0 ? (size_t)len : 0, wanted.bytes, wanted.len);
    wire_free(&batch);
    wire_free(&wanted);
    end(&scene);
}

TEST("session: silence gets a ping, and more of it is the end") {
    struct scene scene = {.settings = {1000, {300, 0, 0}}};
    begin(&scene);
    int64_t start = now();
    raw_client_expect_frames(scene.peer, "89:");
    CHECK_FOR(now() - start >= 250, "pinged after %lld ms", (long long)(now() - start));
    raw_client_expect_end(scene.peer);
    CHECK_FOR(now() - start >= 550, "ended after %lld ms", (long long)(now() - start));
    end(&scene);
}

TEST("session: without an interval there are no pings") {
    struct scene scene = {.settings = {1000, {0, 400, 0}}};
    begin(&scene);
    raw_client_expect_close(scene.peer, 1001,
                            "no message for too long"); /* the first thing that comes */
    end(&scene);
}

TEST("session: the idle time-out wakes the wait for a silent peer") {
    struct scene scene = {.settings = {1000, {LONG, 300, 0}}};
    begin(&scene);
    int64_t start = now();
    raw_client_expect_close(scene.peer, 1001, "no message for too long");
    CHECK_FOR(now() - start >= 250 && now() - start < 10000, "it took %lld ms",
              (long long)(now() - start));
    end(&scene);
}

/* The ping goes out at 800 ms. What is left of the idle time-out then is shorter than another
 * interval, so its end does not mean that the ping was not answered. */
TEST("session: a wait cut short is not a whole silence") {
    struct scene scene = {.settings = {1000, {800, 1400, 0}}};
    begin(&scene);
    raw_client_expect_frames(scene.peer, "89:");
    raw_client_expect_close(scene.peer, 1001, "no message for too long");
    end(&scene);
}

TEST("session: our Close leaves time for a reply (7.1.3)") {
    struct scene scene = {.settings = {1000, {100, 0, 0}}};
    begin(&scene);
    raw_client_send_frames(scene.peer, "81:leave");
    raw_client_expect_close(scene.peer, 1000, "as you wish");
    CHECK(is_silent(&scene, 600)); /* it waits, and does not ping any more either */
    raw_client_send_frames(scene.peer, "88=03e8");
    raw_client_expect_end(scene.peer);
    end(&scene);
}

TEST("session: a Close without reply is given up") {
    struct scene scene = {.settings = {1000, {LONG, 0, 0}}};
    begin(&scene);
    raw_client_send_frames(scene.peer, "81:leave");
    raw_client_expect_close(scene.peer, 1000, "as you wish");
    int64_t start = now();
    raw_client_expect_end(scene.peer);
    CHECK_FOR(now() - start >= LIMITS_CLOSE_TIMEOUT - 200 && now() - start < 10000,
              "it took %lld ms", (long long)(now() - start));
    end(&scene);
}

TEST("session: the largest message is that of the settings") {
    struct scene scene = {.settings = {200, {LONG, 0, 0}}};
    struct wire sent = {0}, wanted = {0};
    uint8_t payload[201];
    memset(payload, 'm', sizeof payload);
    begin(&scene);
    wire_add_client_frame(&sent, 0x82, payload, 200);
    wire_add_client_frame(&sent, 0x82, payload, 201);
    CHECK(raw_client_send(scene.peer, sent.bytes, sent.len));
    wire_add_server_frame(&wanted, 0x82, payload, 200);
    wire_add_server_close(&wanted, 1009, "the message is larger than the limit");
    raw_client_expect(scene.peer, &wanted);
    wire_free(&sent);
    end(&scene);
}

/* Sends `bytes` over and over, `each` at a time every 10 ms, and takes pongs and echoes, until a
 * Close comes or for `most` ms. Returns after how many ms the Close 1008 came, or -1. */
static int64_t drip(const struct scene *scene, const struct wire *bytes, size_t each,
                    int64_t most) {
    static const uint8_t close[] = {0x88, 28, 0x03, 0xf0};
    uint8_t got[256];
    int64_t start = now();
    for (size_t at = 0; now() - start < most; at = at + each < bytes->len ? at + each : 0) {
        size_t left = bytes->len - at;
        struct pollfd wait = {scene->peer, POLLIN, 0};
        CHECK(raw_client_send(scene->peer, bytes->bytes + at, left < each ? left : each));
        while (poll(&wait, 1, 10) > 0) {
            ssize_t len = recv(scene->peer, got, sizeof got, 0);
            if (len <= 0) {
                return -1;
            }
            if (len >= 4 && memcmp(got + len - (len < 30 ? len : 30), close, 4) == 0) {
                return now() - start;
            }
        }
    }
    return -1;
}

/* Lets a peer drip, which must get a Close 1008 when its time is over, whatever it does meanwhile.
 * It sends the first frames once, and then the others forever, `each` bytes at a time; 0: all. */
static void check_drip(const char *what, const char *once, const char *again, size_t each) {
    enum { TIME = 200 };
    struct scene scene = {.settings = {1 << 20, {LONG, 0, TIME}}};
    struct wire drops = {0};
    begin(&scene);
    raw_client_send_frames(scene.peer, once);
    wire_add_frames(&drops, true, again);
    int64_t took = drip(&scene, &drops, each > 0 ? each : drops.len, PROCESS_WAIT);
    CHECK_FOR(took >= TIME - 20 && took < 5000, "%s: closed after %lld ms", what, (long long)took);
    wire_free(&drops);
    end(&scene);
}

TEST("session: a message that never ends is refused") {
    char frame[2100];
    check_drip("fragments with pings between them", "01:begun", "00:x 89:p", 0);
    check_drip("empty fragments", "01:", "00:", 0);
    check_drip("pongs within a message", "01:", "8a:still-here", 0);
    snprintf(frame, sizeof frame, "82=%02000d", 0);
    check_drip("a frame, byte by byte", "", frame, 1);
    snprintf(frame, sizeof frame, "89=%0250d", 0);
    check_drip("a ping, byte by byte", "", frame, 1);
}

TEST("session: what has begun wakes the wait for a silent peer") {
    struct scene scene = {.settings = {1000, {LONG, 0, 200}}};
    begin(&scene);
    int64_t start = now();
    CHECK(raw_client_send(scene.peer, "\x82", 1));
    raw_client_expect_close(scene.peer, 1008, "the message takes too long");
    CHECK_FOR(now() - start >= 180 && now() - start < 5000, "it took %lld ms",
              (long long)(now() - start));
    end(&scene);
}

/* Whole messages and pings may follow one another forever, even if each read ends in the midst of
 * one. */
TEST("session: many messages have a time each") {
    struct scene scene = {.settings = {1000, {LONG, 0, 200}}};
    struct wire again = {0};
    begin(&scene);
    wire_add_frames(&again, true, "81:abcd 89:abcd");
    CHECK_EQUAL(drip(&scene, &again, 7, 600), -1);
    wire_free(&again);
    end(&scene);
}

int main(void) {
    log_set_level(LOG_QUIET);
    test_run_all();
    return test_report();
}
