/* The memory of a connection: how much it takes, that it gives all of it back, and what happens
 * when there is none. */
#include "step05_echo/connection_lend.h"
#include "step05_echo/session.h"

#include "common/log.h"
#include "tests/support/pump.h"
#include "tests/support/raw_client.h"
#include "tests/support/test.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_int taken,
    blocks;                   /* calls that took memory from the heap, and blocks not freed yet */
static atomic_bool none_left; /* there is no memory */

static void *counted_malloc(size_t size) {
    void *block = atomic_load(&none_left) ? NULL : malloc(size);
    atomic_fetch_add(&taken, block != NULL ? 1 : 0);
    atomic_fetch_add(&blocks, block != NULL ? 1 : 0);
    return block;
}

static void *counted_realloc(void *block, size_t size) {
    void *larger = atomic_load(&none_left) ? NULL : realloc(block, size);
    atomic_fetch_add(&taken, larger != NULL ? 1 : 0);
    return larger;
}

static void counted_free(void *block) {
    atomic_fetch_sub(&blocks, block != NULL ? 1 : 0);
    free(block);
}

/* The one module that allocates. The Makefile links this copy of it instead of the other one. */
#define malloc counted_malloc
#define realloc counted_realloc
#define free counted_free
#include "step02_http/buffer.c" /* NOLINT(bugprone-suspicious-include): on purpose, see above */
#undef malloc
#undef realloc
#undef free

enum { LENT_SIZE = 4096, LARGEST = 300000 };

static struct pump pump;

/* A server with this limit, which does not echo. */
static void begin(uint64_t max_message) {
    atomic_store(&taken, 0);
    pump_open(&pump, &(struct connection_settings){.max_message = max_message}, LENT_SIZE);
    pump.echoes = false;
}

/* Feeds a part of a binary frame, at most `piece` bytes at a time. */
static void feed(const struct wire *in, size_t from, size_t to, size_t piece) {
    pump_feed_bytes(&pump, in->bytes + from, to - from, piece);
}

/* Ends it; whatever has happened, no memory may be left. */
static void end(void) {
    pump_close(&pump);
    CHECK_EQUAL(atomic_load(&blocks), 0);
}

static uint8_t payload[LARGEST];

/* Checks that a message of these bytes has come. */
static void check_message(size_t length) {
    CHECK_EQUAL(pump.messages, 1);
    CHECK_BYTES(pump.message.bytes, pump.message.len, payload, length);
}

/* A frame with this many bytes of `payload`. */
static struct wire make_frame(size_t length) {
    struct wire in = {0};
    test_random_bytes(payload, length, 256);
    wire_add_client_frame(&in, 0x82, payload, length);
    return in;
}

/* The lent memory is nearly full in the end, but all that is still to come has room in it. */
TEST("memory: a message that fits takes none") {
    enum { LENGTH = LENT_SIZE - 2 * FRAME_HEADER_MAX };
    struct wire in = make_frame(LENGTH);
    begin(1 << 20);
    feed(&in, 0, in.len, 100);
    check_message(LENGTH);
    CHECK_EQUAL(atomic_load(&taken), 0);
    end();
    wire_free(&in);
}

TEST("memory: all of it is given back") {
    static const size_t lengths[] = {LENT_SIZE, 20000, LARGEST};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct wire in = make_frame(lengths[i]);
        size_t size;
        begin(1 << 20);
        feed(&in, 0, in.len, 5000);
        check_message(lengths[i]);
        CHECK(atomic_load(&taken) > 0);
        connection_relax(&pump.connection); /* nothing comes for a moment */
        CHECK(connection_space(&pump.connection, &size) != NULL);
        CHECK_EQUAL(atomic_load(&blocks), 0);
        end();
        begin(1 << 20); /* and one that ends in the middle */
        feed(&in, 0, in.len - 1, 5000);
        CHECK(pump.messages == 0 && atomic_load(&blocks) > 0);
        end();
        wire_free(&in);
    }
}

/* The buffer has room for the headers and control frames between the fragments too, when nearly
 * all of the message is in it. */
TEST("memory: the largest message fits with all that is between") {
    enum { LENGTH = 100000 };
    static const size_t pieces[] = {1, 13, 140, 1 << 20};
    test_random_bytes(payload, LENGTH, 256);
    for (size_t i = 0; i < 2 * sizeof pieces / sizeof pieces[0]; i++) {
        struct wire in = {0};
        size_t first = i % 2 == 0 ? 1 : LENGTH - 1;
        wire_add_client_frame(&in, 0x02, payload, first);
        wire_add_client_frame(&in, 0x89, payload, FRAME_CONTROL_MAX);
        wire_add_client_frame(&in, 0x00, payload + first, LENGTH - 1 - first);
        wire_add_client_frame(&in, 0x89, payload, FRAME_CONTROL_MAX);
        wire_add_client_frame(&in, 0x80, payload + LENGTH - 1, 1);
        begin(LENGTH);
        feed(&in, 0, in.len, pieces[i / 2]);
        check_message(LENGTH);
        end();
        wire_free(&in);
    }
}

TEST("memory: no limit is smaller than a control frame") {
    for (uint64_t limit = 0; limit < CONNECTION_MESSAGE_MIN; limit += 62) {
        for (size_t more = 0; more < 2; more++) {
            struct wire in = make_frame(FRAME_CONTROL_MAX + more);
            begin(limit);
            feed(&in, 0, in.len, in.len);
            CHECK_EQUAL(pump.messages, more == 0);
            CHECK(more == 0 ? !pump.has_ended : pump.connection.close_code == CLOSE_TOO_BIG);
            end();
            wire_free(&in);
        }
    }
}

/* A limit beyond all memory must not make a sum of sizes wrap around. */
TEST("memory: the limit may be any number") {
    static const uint64_t limits[] = {UINT64_MAX, UINT64_MAX - 100, SIZE_MAX, SIZE_MAX / 2};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct wire in = make_frame(50000);
        begin(limits[i]);
        feed(&in, 0, in.len, 5000);
        check_message(50000);
        end();
        wire_free(&in);
    }
}

TEST("memory: without any, a connection fails with 1011 (7.4.1)") {
    struct wire in = make_frame(50000);
    begin(1 << 20);
    feed(&in, 0, 10000, 1000);
    CHECK(atomic_load(&blocks) > 0);
    atomic_store(&none_left, true);
    feed(&in, 10000, in.len, 1000);
    atomic_store(&none_left, false);
    pump_expect(&pump, "failed 1011: ", "close 1011:out of memory ");
    end();
    wire_free(&in);
}

/* As long as what arrives has room in the buffer, it does not matter that there is no memory. How
 * much follows the first fragment is not known yet. */
TEST("memory: without any, small messages go on") {
    enum { LENGTH = LENT_SIZE - 2 * FRAME_HEADER_MAX };
    struct wire in = {0};
    wire_add_client_frame(&in, 0x02, payload, LENGTH - 20);
    wire_add_client_frame(&in, 0x80, payload + LENGTH - 20, 20);
    atomic_store(&none_left, true);
    begin(1 << 20);
    feed(&in, 0, in.len, 10);
    atomic_store(&none_left, false);
    check_message(LENGTH);
    end();
    wire_free(&in);
}

/* What a message has begun with stays where it is, and can go on later. */
TEST("memory: without any, a connection is not kept") {
    struct connection kept;
    struct wire in = make_frame(1000);
    begin(1 << 20);
    feed(&in, 0, 500, 500);
    atomic_store(&none_left, true);
    CHECK_EQUAL(connection_keep(&kept, &pump.connection), -1);
    atomic_store(&none_left, false);
    feed(&in, 500, in.len, 500);
    check_message(1000);
    end();
    wire_free(&in);
}

static void ignore(struct connection *connection, const struct connection_message *message,
                   void *context) {
    (void)connection;
    (void)message;
    (void)context;
}

static void *serve(void *argument) {
    static const struct session_settings settings = {1 << 20, {0, 0, 0}};
    static const struct session_handler handler = {.on_message = ignore};
    struct tcp_connection *tcp = argument;
    uint8_t lent[LENT_SIZE];
    struct buffer buffer;
    buffer_init(&buffer, lent, sizeof lent);
    session_run(tcp, &settings, &handler, &buffer, 0);
    tcp_close(tcp);
    return NULL;
}

TEST("memory: a peer that leaves takes its own along") {
    struct tcp_connection tcp;
    struct wire in = {0};
    pthread_t thread;
    int fds[2] = {-1, -1};
    CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    tcp_init(&tcp, fds[0]);
    atomic_store(&taken, 0);
    wire_add_client_frame(&in, 0x82, payload, sizeof payload);
    CHECK_EQUAL(pthread_create(&thread, NULL, serve, &tcp), 0);
    CHECK(raw_client_send(fds[1], in.bytes, in.len / 2));
    close(fds[1]);
    pthread_join(thread, NULL);
    CHECK(atomic_load(&taken) > 0);
    CHECK_EQUAL(atomic_load(&blocks), 0);
    wire_free(&in);
}

int main(void) {
    log_set_level(LOG_QUIET);
    test_run_all();
    return test_report();
}
