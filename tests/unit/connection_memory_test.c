/* The connection of step 5: what memory it takes and gives back, where messages lie in it, and that
 * an echo is sent from there. */
#include "step05_echo/connection_lend.h"
#include "tests/support/pump.h"
#include "tests/support/test.h"

#include <string.h>

static struct pump pump;
static struct connection *const connection = &pump.connection;
static const struct connection_settings large_messages = {.max_message = 1 << 20};

TEST("connection: a claimed length takes no memory") {
    static const struct connection_settings settings = {.max_message = (uint64_t)1 << 40};
    size_t size;
    pump_open(&pump, &settings, 4096);
    pump_feed(&pump, "x82ff000000010000000000000000"); /* 4 GiB */
    CHECK(connection_space(connection, &size) != NULL);
    CHECK_EQUAL(pump.has_ended, SIZE_MAX == UINT32_MAX); /* refused where it would never fit */
    CHECK_EQUAL(connection->input.buffer.capacity, 4096);
    pump_close(&pump);
}

enum { LARGE = CONNECTION_INPUT_READ_SIZE + 150000 };

/* A message of LARGE bytes arrives in four parts and is echoed. */
static void exchange_a_large_message(void) {
    static const uint8_t payload[LARGE];
    struct wire in = {0};
    wire_add_client_frame(&in, 0x82, payload, LARGE);
    pump_feed_bytes(&pump, in.bytes, 3000, SIZE_MAX);
    CHECK(!buffer_has_grown(&connection->input.buffer));
    pump_feed_bytes(&pump, in.bytes + 3000, 147000, SIZE_MAX);
    CHECK_EQUAL(connection->input.buffer.capacity, CONNECTION_INPUT_READ_SIZE);
    pump_feed_bytes(&pump, in.bytes + 150000, in.len - 150000 - 1, SIZE_MAX);
    CHECK_EQUAL(connection->input.buffer.capacity, 2 * CONNECTION_INPUT_READ_SIZE);
    CHECK_EQUAL(pump.output.len, 0);
    pump_feed_bytes(&pump, in.bytes + in.len - 1, 1, 1);
    CHECK_EQUAL(pump.output.len, 10 + LARGE);
    wire_free(&in);
}

TEST("connection: memory grows with what arrives and stays while it is used") {
    size_t size;
    pump_open(&pump, &large_messages, 4096);
    exchange_a_large_message();
    connection_space(connection, &size);
    CHECK_EQUAL(size, 2 * CONNECTION_INPUT_READ_SIZE); /* the next may be as large */
    pump_feed(&pump, "81:small");
    CHECK(connection_space(connection, &size) == pump.memory);
    CHECK_EQUAL(size, 4096);
    CHECK_EQUAL(pump.output.len, 10 + LARGE + 2 + 5);
    pump_close(&pump);
}

/* Between two reads the beginning of a message stays where it lies as long as there is enough room
 * after it, for the rest and for a good read; then it moves to the front of the buffer. */
TEST("connection: bytes are moved only to make room") {
    enum { LENGTH = 20000 };
    static uint8_t payload[LENGTH];
    struct wire in = {0};
    size_t size, moves = 0, expected = 0;
    for (size_t i = 0; i < 40; i++) {
        payload[0] = (uint8_t)i;
        wire_add_client_frame(&in, 0x82, payload, LENGTH);
    }
    pump_open(&pump, &large_messages, PUMP_MEMORY);
    for (size_t done = 0, piece = LENGTH + 5; done < in.len; done += piece) {
        size_t at = (size_t)(connection_space(connection, &size) - pump.memory);
        CHECK_EQUAL(at + size, PUMP_MEMORY);
        CHECK(at == expected || at < piece);
        CHECK(size >= CONNECTION_INPUT_READ_SIZE / 2);
        moves += at < expected;
        piece = in.len - done < piece ? in.len - done : piece;
        pump_feed_bytes(&pump, in.bytes + done, piece, piece);
        expected = at + piece;
    }
    CHECK(moves == 2);
    CHECK_EQUAL(pump.output.len, 40 * (4 + LENGTH));
    for (size_t i = 0; i < 40; i++) {
        CHECK_EQUAL(pump.output.bytes[i * (4 + LENGTH) + 4], i);
    }
    wire_free(&in);
    pump_close(&pump);
}

/* A read into memory that is not aligned costs twice as much. A grown buffer is aligned, and what
 * is kept of an unfinished frame is moved so that the next read is aligned as well: a header, a
 * part of one, or the beginning of a message that lies where the room ends. */
TEST("connection: large reads are aligned") {
    enum { LENGTH = 20000, FRAMES = 40, WHOLE = 8 + LENGTH };
    static uint8_t payload[LENGTH];
    static const size_t pieces[] = {8, 3, WHOLE + 5, CONNECTION_INPUT_READ_SIZE};
    static const struct connection_settings settings = {.max_message = LENGTH};
    struct wire in = {0};
    for (size_t i = 0; i < FRAMES; i++) {
        wire_add_client_frame(&in, 0x82, payload, LENGTH);
    }
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        size_t size, done = 2 * WHOLE; /* after two messages the buffer has grown */
        pump_open(&pump, &settings, CONNECTION_BUFFER_MIN);
        pump_feed_bytes(&pump, in.bytes, done, SIZE_MAX);
        for (; done < in.len; done += size) {
            uint8_t *space = connection_space(connection, &size);
            CHECK_FOR((uintptr_t)space % BUFFER_ALIGNMENT == 0, "pieces of %zu: %p after %zu",
                      pieces[i], (void *)space, done);
            size_t piece = done % WHOLE == 0 ? pieces[i] : WHOLE - done % WHOLE;
            size = piece < size ? piece : size;
            size = size < in.len - done ? size : in.len - done;
            pump_feed_bytes(&pump, in.bytes + done, size, size);
        }
        CHECK_EQUAL(pump.output.len, FRAMES * (4 + LENGTH));
        pump_close(&pump);
    }
    wire_free(&in);
}

/* A message that arrives in a few bytes at a time is not moved for each of them. */
TEST("connection: a peer that drips has nothing moved") {
    enum { LENGTH = 250000, AT_ONCE = 100000, DRIP = 61 };
    static uint8_t payload[LENGTH];
    static const struct connection_settings settings = {.max_message = LENGTH};
    struct wire in = {0};
    const uint8_t *expected = NULL;
    size_t size, moves = 0, first = 8 + 1000;
    wire_add_client_frame(&in, 0x82, payload, 1000); /* makes the buffer grow */
    wire_add_client_frame(&in, 0x82, payload, LENGTH);
    pump_open(&pump, &settings, CONNECTION_BUFFER_MIN);
    pump_feed_bytes(&pump, in.bytes, first, SIZE_MAX);
    pump_feed_bytes(&pump, in.bytes + first, AT_ONCE, SIZE_MAX);
    for (size_t done = first + AT_ONCE; done < in.len; done += size) {
        const uint8_t *space = connection_space(connection, &size);
        moves += expected != NULL && space != expected;
        size = in.len - done < DRIP ? in.len - done : DRIP;
        pump_feed_bytes(&pump, in.bytes + done, size, size);
        expected = space + size;
    }
    CHECK_FOR(moves <= 1, "%zu moves", moves);
    CHECK_EQUAL(connection->input.buffer.capacity, CONNECTION_INPUT_READ_SIZE);
    CHECK_EQUAL(pump.output.len, 4 + 1000 + 10 + LENGTH);
    wire_free(&in);
    pump_close(&pump);
}

TEST("connection: memory is given back in silence") {
    struct wire in = {0};
    size_t size;
    wire_add_client_text(&in, 0x81, "cut");
    pump_open(&pump, &large_messages, 4096);
    exchange_a_large_message();
    pump_feed_bytes(&pump, in.bytes, 3, 3); /* half a header */
    connection_relax(connection);
    CHECK(connection_space(connection, &size) == pump.memory + 3);
    CHECK_EQUAL(size, 4096 - 3);
    pump_feed_bytes(&pump, in.bytes + 3, 4, 4); /* in the middle of a message it stays */
    CHECK(buffer_resize(&connection->input.buffer, 5000, connection->input.end) == 0);
    connection_relax(connection);
    CHECK(buffer_has_grown(&connection->input.buffer));
    pump_feed_bytes(&pump, in.bytes + 7, in.len - 7, SIZE_MAX);
    CHECK_BYTES(pump.output.bytes + 10 + LARGE, pump.output.len - 10 - LARGE,
                "\x81\x03"
                "cut",
                5);
    wire_free(&in);
    pump_close(&pump);
}

/* One read that fills the buffer may have left more in the socket, and each read is a system
 * call. */
TEST("connection: a full read makes room for a larger one") {
    struct wire in = {0};
    size_t size;
    for (int i = 0; i < 100; i++) {
        wire_add_client_text(&in, 0x8a, "");
    }
    pump_open(&pump, &pump_server, CONNECTION_BUFFER_MIN);
    pump_feed_bytes(&pump, in.bytes, CONNECTION_BUFFER_MIN - 2, SIZE_MAX);
    connection_space(connection, &size);
    CHECK_EQUAL(connection->input.buffer.capacity, CONNECTION_BUFFER_MIN); /* 2 bytes were free */
    pump_feed_bytes(&pump, in.bytes, size, SIZE_MAX);
    connection_space(connection, &size);
    CHECK_EQUAL(connection->input.buffer.capacity, CONNECTION_INPUT_READ_SIZE);
    wire_free(&in);
    pump_close(&pump);
}

/* They came in the same segment as the handshake. */
TEST("connection: replies to a batch lie side by side") {
    static uint8_t lent[4096];
    struct connection own;
    struct connection_message message;
    struct buffer buffer;
    struct wire in = {0};
    const struct iovec *parts;
    for (int i = 0; i < 10; i++) {
        wire_add_client_text(&in, 0x81, "a message of this batch");
    }
    memcpy(lent, in.bytes, in.len);
    buffer_init(&buffer, lent, sizeof lent);
    connection_init(&own, &pump_server, &buffer, in.len);
    for (int i = 0; i < 10; i++) {
        CHECK_EQUAL(connection_next(&own, &message), CONNECTION_MESSAGE);
        CHECK_EQUAL(connection_send(&own, message.opcode, message.payload, message.length), 0);
    }
    CHECK_EQUAL(connection_next(&own, &message), CONNECTION_NEEDS_INPUT);
    CHECK_EQUAL(connection_output(&own, &parts), 1);
    CHECK(parts[0].iov_base == lent); /* where the messages came, and not a copy */
    CHECK_EQUAL(parts[0].iov_len, 10 * 25);
    wire_free(&in);
    connection_free(&own);
}

TEST("connection: what is lent stays until it is sent") {
    struct connection_message message;
    struct wire in = {0}, out = {0};
    uint8_t first[600], second[600];
    memset(first, '1', sizeof first);
    memset(second, '2', sizeof second);
    wire_add_client_frame(&in, 0x82, first, sizeof first);
    wire_add_client_frame(&in, 0x82, second, sizeof second);
    pump_open(&pump, &pump_server, 4096);
    pump_put_bytes(&pump, in.bytes, in.len);
    CHECK_EQUAL(pump_next(&pump, &message), CONNECTION_MESSAGE);
    /* The same message as text and as binary, and a part of it. */
    CHECK_EQUAL(pump_send(&pump, FRAME_TEXT, message.payload, 600), 0);
    CHECK_EQUAL(pump_send(&pump, FRAME_BINARY, message.payload, 600), 0);
    CHECK_EQUAL(pump_send(&pump, FRAME_BINARY, message.payload + 100, 500), 0);
    CHECK_EQUAL(pump_next(&pump, &message), CONNECTION_MESSAGE);
    CHECK_EQUAL(pump_send(&pump, FRAME_BINARY, message.payload + 1, 599), 0);
    CHECK_EQUAL(pump_next(&pump, &message), CONNECTION_NEEDS_INPUT);
    pump_drain(&pump);
    wire_add_server_frame(&out, 0x81, first, 600);
    wire_add_server_frame(&out, 0x82, first, 600);
    wire_add_server_frame(&out, 0x82, first, 500);
    wire_add_server_frame(&out, 0x82, second, 599);
    CHECK_BYTES(pump.output.bytes, pump.output.len, out.bytes, out.len);
    wire_free(&in);
    wire_free(&out);
    pump_close(&pump);
}

/* Only the first answer fits in front of the message. */
TEST("connection: a small message is sent twice") {
    struct connection_message message;
    uint8_t foreign[] = "##foreign";
    pump_open(&pump, &pump_server, CONNECTION_BUFFER_MIN);
    pump_put(&pump, "81:again 82:next 82:");
    CHECK_EQUAL(pump_next(&pump, &message), CONNECTION_MESSAGE);
    CHECK_EQUAL(pump_send(&pump, FRAME_TEXT, message.payload, 5), 0);
    CHECK_EQUAL(pump_send(&pump, FRAME_BINARY, message.payload, 5), 0);
    CHECK_EQUAL(pump_next(&pump, &message), CONNECTION_MESSAGE);
    CHECK_EQUAL(pump_send(&pump, FRAME_TEXT, foreign + 2, 7), 0);
    CHECK_BYTES(foreign, 2, "##", 2); /* it is nobody's to write to */
    CHECK_EQUAL(pump_send(&pump, FRAME_BINARY, message.payload, 4), 0);
    CHECK_EQUAL(pump_next(&pump, &message), CONNECTION_MESSAGE);
    CHECK_EQUAL(pump_send(&pump, FRAME_BINARY, message.payload, 0), 0);
    CHECK_EQUAL(pump_send(&pump, FRAME_TEXT, message.payload, 0), 0);
    pump_drain(&pump);
    pump_expect(&pump, "", "text:again binary:again text:foreign binary:next binary: text: ");
    pump_close(&pump);
}

enum { LENT = 8192 };
static _Alignas(BUFFER_ALIGNMENT) uint8_t lent[2][CONNECTION_INPUT_READ_SIZE];

/* Ends a turn, and begins the next one with `size` bytes of other memory. */
static void take_another_turn(size_t size) {
    static struct connection kept;
    static int turns;
    CHECK_EQUAL(connection_keep(&kept, connection), 0);
    connection_lend(connection, &kept, lent[turns++ % 2], size);
}

TEST("connection: after a turn the next read goes to an aligned address") {
    size_t size;
    for (size_t cut = 1; cut < 200; cut++) {
        static const uint8_t payload[300] = {1, 2, 3};
        struct wire in = {0};
        wire_add_client_frame(&in, 0x82, payload, sizeof payload);
        pump_open(&pump, &pump_server, 4096);
        pump_feed_bytes(&pump, in.bytes, cut, cut);
        take_another_turn(sizeof lent[0]);
        CHECK_EQUAL((uintptr_t)connection_space(connection, &size) % BUFFER_ALIGNMENT, 0);
        pump_feed_bytes(&pump, in.bytes + cut, in.len - cut, SIZE_MAX);
        CHECK_EQUAL(pump.messages, 1);
        CHECK_BYTES(pump.message.bytes, pump.message.len, payload, sizeof payload);
        pump_close(&pump);
        wire_free(&in);
    }
}

/* Whoever sends large messages would lose the memory for them after each one. */
TEST("connection: a buffer that is larger than the lent one stays until a silence") {
    pump_open(&pump, &large_messages, 4096);
    exchange_a_large_message();
    take_another_turn(LENT);
    CHECK_EQUAL(connection->input.buffer.capacity, 2 * CONNECTION_INPUT_READ_SIZE);
    connection_relax(connection);
    CHECK(!buffer_has_grown(&connection->input.buffer));
    CHECK_EQUAL(connection->input.buffer.capacity, LENT);
    pump_feed(&pump, "81:small");
    CHECK_EQUAL(pump.messages, 2);
    pump_close(&pump);
}

/* More than an eighth is not worth the copy, in each of a message's turns. */
TEST("connection: many bytes stay where they are in the next turn") {
    static const uint8_t payload[3000];
    struct wire in = {0};
    wire_add_client_frame(&in, 0x82, payload, sizeof payload);
    for (int more = 0; more < 2; more++) {
        pump_open(&pump, &large_messages, 4096);
        pump_feed_bytes(&pump, in.bytes, LENT / 8 + (size_t)more, SIZE_MAX);
        take_another_turn(LENT);
        CHECK_EQUAL(buffer_has_grown(&connection->input.buffer), more);
        pump_close(&pump);
    }
    wire_free(&in);
}
