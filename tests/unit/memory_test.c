/* The memory of a connection: how much it takes, that it gives all of it back, and what happens
 * when there is none. */
#include "step05_echo/connection_rest.h"
#include "step05_echo/session.h"

#include "common/log.h"
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

enum { LENT_SIZE = 4096 };

/* A connection that is fed, and the first event that was more than a wish for input. */
struct fed {
    struct connection connection;
    struct connection_message message;
    enum connection_event event;
    uint8_t lent[LENT_SIZE];
};

static void begin(struct fed *fed, uint64_t max_message) {
    struct connection_settings settings = {.role = CONNECTION_SERVER, .max_message = max_message};
    atomic_store(&taken, 0);
    fed->event = CONNECTION_NEEDS_INPUT;
    struct buffer buffer;
    buffer_init(&buffer, fed->lent, sizeof fed->lent);
    connection_init(&fed->connection, &settings, &buffer, 0);
}

/* Feeds bytes, at most `piece` at a time, until there is an event; pings are answered on the way.
 * */
static void feed(struct fed *fed, const uint8_t *bytes, size_t len, size_t piece) {
    while (len > 0 && fed->event == CONNECTION_NEEDS_INPUT) {
        size_t size = 0;
        uint8_t *space = connection_space(&fed->connection, &size);
        size_t take = size < piece ? size : piece;
        take = take < len ? take : len;
        CHECK(space == NULL || size > 0);
        if (space != NULL && size == 0) {
            return;
        }
        if (space != NULL) {
            memcpy(space, bytes, take);
            connection_received(&fed->connection, take);
            bytes += take;
            len -= take;
        }
        do {
            fed->event = connection_next(&fed->connection, &fed->message);
        } while (fed->event == CONNECTION_PING);
        if (fed->event == CONNECTION_NEEDS_INPUT) {
            connection_sent(&fed->connection, fed->connection.output.total);
        }
    }
}

/* Ends it; whatever has happened, no memory may be left. */
static void end(struct fed *fed) {
    connection_free(&fed->connection);
    CHECK_EQUAL(atomic_load(&blocks), 0);
}

/* Checks that a message of these bytes has come. */
static void check_message(const struct fed *fed, const uint8_t *payload, size_t length) {
    CHECK_EQUAL(fed->event, CONNECTION_MESSAGE);
    if (fed->event == CONNECTION_MESSAGE) {
        CHECK_BYTES(fed->message.payload, fed->message.length, payload, length);
    }
}

static uint8_t *make_payload(size_t length) {
    uint8_t *payload = malloc(length);
    for (size_t i = 0; payload != NULL && i < length; i++) {
        payload[i] = (uint8_t)(i * 29 + i / 253);
    }
    return payload;
}

/* The lent memory is nearly full in the end, but all that is still to come has room in it. */
TEST("memory: a message that fits takes none") {
    enum { LENGTH = LENT_SIZE - 2 * FRAME_HEADER_MAX };
    struct fed fed;
    struct wire in = {0};
    uint8_t *payload = make_payload(LENGTH);
    wire_add_client_frame(&in, 0x82, payload, LENGTH);
    begin(&fed, 1 << 20);
    feed(&fed, in.bytes, in.len, 100);
    check_message(&fed, payload, LENGTH);
    CHECK_EQUAL(atomic_load(&taken), 0);
    end(&fed);
    wire_free(&in);
    free(payload);
}

TEST("memory: all of it is given back") {
    static const size_t lengths[] = {LENT_SIZE, 20000, 300000};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct fed fed;
        struct wire in = {0};
        uint8_t *payload = make_payload(lengths[i]);
        wire_add_client_frame(&in, 0x82, payload, lengths[i]);
        begin(&fed, 1 << 20);
        feed(&fed, in.bytes, in.len, 5000);
        check_message(&fed, payload, lengths[i]);
        CHECK(atomic_load(&taken) > 0);
        /* The message is done with, and nothing comes for a moment. */
        CHECK_EQUAL(connection_next(&fed.connection, &fed.message), CONNECTION_NEEDS_INPUT);
        size_t size;
        connection_relax(&fed.connection);
        CHECK(connection_space(&fed.connection, &size) != NULL);
        CHECK_EQUAL(atomic_load(&blocks), 0);
        end(&fed);
        begin(&fed, 1 << 20); /* and one that ends in the middle */
        feed(&fed, in.bytes, in.len - 1, 5000);
        CHECK_EQUAL(fed.event, CONNECTION_NEEDS_INPUT);
        CHECK(atomic_load(&blocks) > 0);
        end(&fed);
        wire_free(&in);
        free(payload);
    }
}

/* The buffer has room for the headers and control frames between the fragments too, when nearly
 * all of the message is in it. */
TEST("memory: the largest message fits with all that is between") {
    enum { LENGTH = 100000 };
    static const size_t pieces[] = {1, 13, 140, 1 << 20};
    uint8_t *payload = make_payload(LENGTH);
    for (size_t i = 0; i < 2 * sizeof pieces / sizeof pieces[0]; i++) {
        struct fed fed;
        struct wire in = {0};
        size_t first = i % 2 == 0 ? 1 : LENGTH - 1;
        wire_add_client_frame(&in, 0x02, payload, first);
        wire_add_client_frame(&in, 0x89, payload, FRAME_CONTROL_MAX);
        wire_add_client_frame(&in, 0x00, payload + first, LENGTH - 1 - first);
        wire_add_client_frame(&in, 0x89, payload, FRAME_CONTROL_MAX);
        wire_add_client_frame(&in, 0x80, payload + LENGTH - 1, 1);
        begin(&fed, LENGTH);
        feed(&fed, in.bytes, in.len, pieces[i / 2]);
        check_message(&fed, payload, LENGTH);
        end(&fed);
        wire_free(&in);
    }
    free(payload);
}

TEST("memory: no limit is smaller than a control frame") {
    uint8_t payload[FRAME_CONTROL_MAX + 1] = {0};
    for (uint64_t limit = 0; limit < CONNECTION_MESSAGE_MIN; limit += 62) {
        struct fed fed;
        struct wire in = {0};
        wire_add_client_frame(&in, 0x82, payload, FRAME_CONTROL_MAX);
        begin(&fed, limit);
        feed(&fed, in.bytes, in.len, in.len);
        check_message(&fed, payload, FRAME_CONTROL_MAX);
        end(&fed);
        wire_free(&in);
        wire_add_client_frame(&in, 0x82, payload, sizeof payload);
        begin(&fed, limit);
        feed(&fed, in.bytes, in.len, in.len);
        CHECK_EQUAL(fed.event, CONNECTION_FAILED);
        CHECK_EQUAL(fed.connection.close_code, CLOSE_TOO_BIG);
        end(&fed);
        wire_free(&in);
    }
}

/* A limit beyond all memory must not make a sum of sizes wrap around. */
TEST("memory: the limit may be any number") {
    static const uint64_t limits[] = {UINT64_MAX, UINT64_MAX - 100, SIZE_MAX, SIZE_MAX / 2};
    uint8_t *payload = make_payload(50000);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct fed fed;
        struct wire in = {0};
        wire_add_client_frame(&in, 0x82, payload, 50000);
        begin(&fed, limits[i]);
        feed(&fed, in.bytes, in.len, 5000);
        check_message(&fed, payload, 50000);
        end(&fed);
        wire_free(&in);
    }
    free(payload);
}

TEST("memory: without any, a connection fails with 1011 (7.4.1)") {
    struct fed fed;
    struct wire in = {0}, wanted = {0};
    const struct iovec *parts;
    uint8_t *payload = make_payload(50000);
    wire_add_client_frame(&in, 0x82, payload, 50000);
    begin(&fed, 1 << 20);
    feed(&fed, in.bytes, 10000, 1000);
    CHECK(atomic_load(&blocks) > 0);
    atomic_store(&none_left, true);
    feed(&fed, in.bytes + 10000, in.len - 10000, 1000);
    atomic_store(&none_left, false);
    CHECK_EQUAL(fed.event, CONNECTION_FAILED);
    CHECK_EQUAL(fed.connection.close_code, CLOSE_INTERNAL_ERROR);
    wire_add_server_close(&wanted, 1011, "out of memory");
    CHECK_EQUAL(connection_output(&fed.connection, &parts), 1);
    CHECK_BYTES(parts[0].iov_base, parts[0].iov_len, wanted.bytes, wanted.len);
    end(&fed);
    wire_free(&in);
    wire_free(&wanted);
    free(payload);
}

/* As long as what arrives has room in the buffer, it does not matter that there is no memory. */
TEST("memory: without any, small messages go on") {
    enum { LENGTH = LENT_SIZE - 2 * FRAME_HEADER_MAX };
    struct fed fed;
    struct wire in = {0};
    uint8_t *payload = make_payload(LENGTH);
    atomic_store(&none_left, true);
    wire_add_client_frame(&in, 0x02, payload, LENGTH - 20); /* how much follows is not known yet */
    wire_add_client_frame(&in, 0x80, payload + LENGTH - 20, 20);
    begin(&fed, 1 << 20);
    feed(&fed, in.bytes, in.len, 10);
    atomic_store(&none_left, false);
    check_message(&fed, payload, LENGTH);
    end(&fed);
    wire_free(&in);
    free(payload);
}

/* What a message has begun with stays where it is, and can go on later. */
TEST("memory: without any, a connection is not kept") {
    struct fed fed;
    struct connection kept;
    struct wire in = {0};
    uint8_t *payload = make_payload(1000);
    wire_add_client_frame(&in, 0x82, payload, 1000);
    begin(&fed, 1 << 20);
    feed(&fed, in.bytes, 500, 500);
    atomic_store(&none_left, true);
    CHECK_EQUAL(connection_keep(&kept, &fed.connection), -1);
    atomic_store(&none_left, false);
    feed(&fed, in.bytes + 500, in.len - 500, 500);
    check_message(&fed, payload, 1000);
    end(&fed);
    wire_free(&in);
    free(payload);
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
    static uint8_t payload[200000];
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
