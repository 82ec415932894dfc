#include "tests/faults/scenario.h"

#include "tests/support/test.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define COOKIE "a=456789b=456789c=456789d=456789e=456789f=456789g=456789h=456789i=456789j=4567; "

/* Its fields need more room than a connection has at first. */
static const char handshake[] =
    "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Cookie: " COOKIE COOKIE COOKIE COOKIE COOKIE COOKIE COOKIE COOKIE COOKIE "\r\n\r\n";

static const char page_request[] = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

/* Two runs may be in different seconds. */
static void blank_date(struct wire *got) {
    static const char field[] = "\r\nDate: ";
    for (size_t i = 0; i + sizeof field + 30 < got->len && i < 64; i++) {
        if (memcmp(got->bytes + i, field, sizeof field - 1) == 0) {
            memset(got->bytes + i + sizeof field - 1, '-', 29);
            return;
        }
    }
}

static bool head_is_whole(const struct wire *got) {
    for (size_t i = 3; i < got->len; i++) {
        if (memcmp(got->bytes + i - 3, "\r\n\r\n", 4) == 0) {
            return true;
        }
    }
    return false;
}

/* Reads what comes next. Returns false at the end of the stream or of the time. */
static bool read_some(struct scenario_talk *talk, int fd, size_t most) {
    uint8_t bytes[4096];
    struct pollfd wait = {fd, POLLIN, 0};
    if (poll(&wait, 1, PROCESS_WAIT) <= 0) {
        return false;
    }
    ssize_t count = recv(fd, bytes, most < sizeof bytes ? most : sizeof bytes, 0);
    if (count <= 0) {
        talk->ended = true;
        talk->reset = count < 0;
        return false;
    }
    wire_add(&talk->got, bytes, (size_t)count);
    return true;
}

/* Sends a request, and reads the head of its answer and nothing after it. */
static bool ask(struct scenario_talk *talk, int fd, const char *request) {
    bool go_on;
    raw_client_send_text(fd, request); /* even if this fails, there may be an answer */
    do {
        go_on = read_some(talk, fd, 1);
    } while (go_on && !head_is_whole(&talk->got));
    return go_on;
}

/* Sends frames, reads as many bytes as the answer has, and frees both. Returns whether that many
 * came. */
static bool exchange(struct scenario_talk *talk, int fd, struct wire *sent, struct wire *answer) {
    size_t until = talk->got.len + answer->len;
    bool go_on = true;
    raw_client_send(fd, sent->bytes, sent->len);
    while (go_on && talk->got.len < until) {
        go_on = read_some(talk, fd, until - talk->got.len);
    }
    if (go_on) {
        talk->stages[talk->count++] = talk->got.len;
    }
    wire_free(sent);
    wire_free(answer);
    return go_on;
}

/* Adds what the client sends in a stage after the handshake, and what the server answers. */
static void add_stage(size_t stage, size_t large, struct wire *sent, struct wire *answer) {
    static const struct {
        const char *sent, *answer; /* as wire_add_frames takes them; NULL: the large message */
    } stages[SCENARIO_STAGES - 1] = {
        {"81:hello", "81:hello"},
        {"01:in- 00:three- 80:pieces", "81:in-three-pieces"},
        {NULL, NULL},
        {"89:ping", "8a:ping"},
        {"88=03e8627965", "88=03e8"}, /* 1000 "bye" */
    };
    static uint8_t payload[SCENARIO_LARGE];
    if (stages[stage].sent != NULL) {
        wire_add_frames(sent, true, stages[stage].sent);
        wire_add_frames(answer, false, stages[stage].answer);
    } else {
        memset(payload, 'x', large);
        wire_add_client_frame(sent, 0x82, payload, large);
        wire_add_server_frame(answer, 0x82, payload, large);
    }
}

static void talk_until_end(struct scenario_talk *talk, int fd) {
    while (read_some(talk, fd, 4096)) {
    }
    blank_date(&talk->got);
    close(fd);
}

void scenario_play(struct scenario *scenario, unsigned port, size_t large) {
    *scenario = (struct scenario){0};
    int fd = raw_client_connect(port);
    ask(&scenario->page, fd, page_request);
    talk_until_end(&scenario->page, fd);

    fd = raw_client_connect(port);
    struct scenario_talk *talk = &scenario->echo;
    bool go_on = ask(talk, fd, handshake);
    if (go_on) {
        talk->stages[talk->count++] = talk->got.len;
    }
    for (size_t stage = 0; go_on && stage + 1 < SCENARIO_STAGES; stage++) {
        struct wire sent = {0}, answer = {0};
        add_stage(stage, large, &sent, &answer);
        go_on = exchange(talk, fd, &sent, &answer);
    }
    talk_until_end(talk, fd);
}

void scenario_free(struct scenario *scenario) {
    wire_free(&scenario->page.got);
    wire_free(&scenario->echo.got);
}

void scenario_check_whole(const struct scenario *scenario, size_t large) {
    const struct scenario_talk *echo = &scenario->echo;
    static const char page[] = "HTTP/1.1 200 OK\r\n", upgraded[] = "HTTP/1.1 101 ";
    CHECK(scenario->page.got.len > 1000);
    CHECK(memcmp(scenario->page.got.bytes, page, sizeof page - 1) == 0);
    CHECK(scenario->page.ended && !scenario->page.reset && echo->ended && !echo->reset);
    CHECK_EQUAL(echo->count, SCENARIO_STAGES);
    CHECK(memcmp(echo->got.bytes, upgraded, sizeof upgraded - 1) == 0);
    struct wire wanted = {0}, sent = {0};
    for (size_t stage = 0; stage + 1 < SCENARIO_STAGES; stage++) {
        add_stage(stage, large, &sent, &wanted);
    }
    CHECK_BYTES(echo->got.bytes + echo->stages[0], echo->got.len - echo->stages[0], wanted.bytes,
                wanted.len);
    wire_free(&wanted);
    wire_free(&sent);
}

static bool is_http_error(const struct wire *got) {
    return got->len > 9 &&
           (memcmp(got->bytes, "HTTP/1.1 4", 10) == 0 || memcmp(got->bytes, "HTTP/1.1 5", 10) == 0);
}

static enum scenario_verdict compare(const struct scenario_talk *talk,
                                     const struct scenario_talk *whole) {
    const struct wire *got = &talk->got, *wanted = &whole->got;
    size_t same = 0;
    while (same < got->len && same < wanted->len && got->bytes[same] == wanted->bytes[same]) {
        same++;
    }
    if (!talk->ended) {
        return SCENARIO_WRONG;
    }
    if (same == got->len) {
        return same == wanted->len && !talk->reset ? SCENARIO_SAME : SCENARIO_CUT;
    }
    /* In the frame in which they differ, the server may have sent a Close or a ping instead. */
    size_t frame = 0;
    for (size_t i = 0; i < whole->count && whole->stages[i] <= same; i++) {
        frame = whole->stages[i];
    }
    bool control = frame > 0 && (got->bytes[frame] == 0x88 || got->bytes[frame] == 0x89);
    return control || is_http_error(got) ? SCENARIO_CUT : SCENARIO_WRONG;
}

enum scenario_verdict scenario_compare(const struct scenario *scenario,
                                       const struct scenario *whole) {
    enum scenario_verdict page = compare(&scenario->page, &whole->page);
    enum scenario_verdict echo = compare(&scenario->echo, &whole->echo);
    return page > echo ? page : echo;
}

bool scenario_closed_with(const struct scenario *scenario, unsigned code) {
    const struct scenario_talk *talk = &scenario->echo;
    size_t at = talk->count > 0 ? talk->stages[talk->count - 1] : talk->got.len;
    const uint8_t *frame = talk->got.bytes + at;
    return talk->ended && !talk->reset && at + 4 <= talk->got.len && frame[0] == 0x88 &&
           ((unsigned)frame[2] << 8 | frame[3]) == code;
}

int bystander_open(unsigned port) {
    int fd = raw_client_open(port);
    bystander_echo(fd);
    return fd;
}

void bystander_echo(int fd) {
    raw_client_send_frames(fd, "81:still-here");
    raw_client_expect_frames(fd, "81:still-here");
}

bool stage_begin(struct stage *stage, const char *program, const char *argument) {
    driver_reset();
    if (!process_start(&stage->process, program, (const char *const[]){argument, NULL})) {
        return false;
    }
    stage->bystander = bystander_open(stage->process.port);
    atomic_store(&driver_control->exempt, atomic_load(&driver_control->started));
    /* Its thread and that of the log; two ends of a pipe, the listener, its socket; the memory of
     * all threads. The thread that accepts may hold more for a moment. */
    stage->held = (struct driver_held){2, 4, 1};
    driver_wait_until_held(stage->held, "at the start");
    return true;
}

void stage_end(struct stage *stage) {
    bystander_echo(stage->bystander);
    kill(stage->process.pid, SIGTERM);
    raw_client_expect_close(stage->bystander, 1001, "the server is shutting down");
    close(stage->bystander);
    CHECK_EQUAL(process_stop(&stage->process), 0);
    CHECK_EQUAL(driver_holds().blocks, 0);
    CHECK_EQUAL(driver_holds().descriptors, 2); /* the pipe of the stop signal */
}
