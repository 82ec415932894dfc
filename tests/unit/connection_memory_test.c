/* The connection of step 5: what memory it takes and gives back, where messages lie in it, and that
 * an echo is sent from there. */
#include "tests/support/connection_pump.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

TEST("connection: a claimed length takes no memory") {
    static uint8_t lent[4096];
    static const struct connection_settings settings = {.role = CONNECTION_SERVER,
                                                        .max_message = (uint64_t)1 << 40};
    struct connection connection;
    struct connection_pump run = {.ended = false};
    struct wire in = {0};
    wire_add_hex(&in, "82 ff 0000000100000000 00000000"); /* 4 GiB */
    connection_pump_start(&connection, &settings, lent, sizeof lent, 0);
    connection_pump_feed(&connection, &run, in.bytes, in.len, 1);
    size_t size;
    CHECK(connection_space(&connection, &size) != NULL);
    CHECK_EQUAL(run.ended, SIZE_MAX == UINT32_MAX); /* refused where it would never fit */
    CHECK_EQUAL(connection.input.buffer.capacity, sizeof lent);
    wire_free(&in);
    connection_free(&connection);
}

enum { LARGE = CONNECTION_INPUT_READ_SIZE + 150000 };

/* A message of LARGE bytes arrives in pieces of 1,000 and is echoed. */
static void exchange_a_large_message(struct connection *connection, struct connection_pump *run) {
    struct wire in = {0};
    uint8_t *payload = calloc(1, LARGE);
    wire_add_client_frame(&in, 0x82, payload, LARGE);
    connection_pump_feed(connection, run, in.bytes, 3000, 1000);
    CHECK(!buffer_has_grown(&connection->input.buffer));
    connection_pump_feed(connection, run, in.bytes + 3000, 147000, 1000);
    CHECK_EQUAL(connection->input.buffer.capacity, CONNECTION_INPUT_READ_SIZE);
    connection_pump_feed(connection, run, in.bytes + 150000, in.len - 150000 - 1, 1000);
    CHECK_EQUAL(connection->input.buffer.capacity, 2 * CONNECTION_INPUT_READ_SIZE);
    CHECK_EQUAL(run->output.len, 0);
    connection_pump_feed(connection, run, in.bytes + in.len - 1, 1, 100000);
    CHECK_EQUAL(run->output.len, 10 + LARGE);
    free(payload);
    wire_free(&in);
}

TEST("connection: memory grows with what arrives and stays while it is used") {
    static uint8_t lent[4096];
    static const struct connection_settings settings = {.role = CONNECTION_SERVER,
                                                        .max_message = 1 << 20};
    struct connection connection;
    struct connection_pump run = {.ended = false};
    struct wire small = {0};
    size_t size;
    wire_add_client_text(&small, 0x81, "small");
    connection_pump_start(&connection, &settings, lent, sizeof lent, 0);
    exchange_a_large_message(&connection, &run);
    connection_space(&connection, &size);
    CHECK_EQUAL(size, 2 * CONNECTION_INPUT_READ_SIZE); /* the next may be as large */
    connection_pump_feed(&connection, &run, small.bytes, small.len, 100);
    CHECK(connection_space(&connection, &size) == lent);
    CHECK_EQUAL(size, sizeof lent);
    CHECK_EQUAL(run.output.len, 10 + LARGE + 2 + 5);
    wire_free(&small);
    wire_free(&run.output);
    connection_free(&connection);
}

/* Between two reads the beginning of a message stays where it lies as long as there is enough room
 * after it, for the rest and for a good read; then it moves to the front of the buffer. */
TEST("connection: bytes are moved only to make room") {
    enum { LENGTH = 20000, CAPACITY = 2 * CONNECTION_INPUT_READ_SIZE };
    static uint8_t lent[CAPACITY];
    static const struct connection_settings settings = {.role = CONNECTION_SERVER,
                                                        .max_message = 1 << 20};
    struct connection connection;
    struct connection_pump run = {.ended = false};
    struct wire in = {0};
    uint8_t *payload = calloc(1, LENGTH);
    size_t size, moves = 0, expected = 0;
    if (payload == NULL) {
        abort();
    }
    for (size_t i = 0; i < 40; i++) {
        payload[0] = (uint8_t)i;
        wire_add_client_frame(&in, 0x82, payload, LENGTH);
    }
    connection_pump_start(&connection, &settings, lent, sizeof lent, 0);
    for (size_t done = 0, piece = LENGTH + 5; done < in.len; done += piece) {
        size_t at = (size_t)(connection_space(&connection, &size) - lent);
        CHECK_EQUAL(at + size, CAPACITY);
        CHECK(at == expected || at < piece);
        CHECK(size >= CONNECTION_INPUT_READ_SIZE / 2);
        moves += at < expected;
        piece = in.len - done < piece ? in.len - done : piece;
        connection_pump_feed(&connection, &run, in.bytes + done, piece, piece);
        expected = at + piece;
    }
    CHECK(moves == 2);
    CHECK_EQUAL(run.output.len, 40 * (4 + LENGTH));
    for (size_t i = 0; i < 40; i++) {
        CHECK_EQUAL(run.output.bytes[i * (4 + LENGTH) + 4], i);
    }
    free(payload);
    wire_free(&in);
    wire_free(&run.output);
    connection_free(&connection);
}

/* A read into memory that is not aligned costs twice as much. A grown buffer is aligned, and what
 * is kept of an unfinished frame is moved so that the next read is aligned as well: a header, a
 * part of one, or the beginning of a message that lies where the room ends. */
TEST("connection: large reads are aligned") {
    enum { LENGTH = 20000, FRAMES = 40, WHOLE = 8 + LENGTH };
    static uint8_t payload[LENGTH], lent[CONNECTION_BUFFER_MIN];
    static const size_t pieces[] = {8, 3, WHOLE + 5, CONNECTION_INPUT_READ_SIZE};
    static const struct connection_settings settings = {.role = CONNECTION_SERVER,
                                                        .max_message = LENGTH};
    struct wire in = {0};
    for (size_t i = 0; i < FRAMES; i++) {
        wire_add_client_frame(&in, 0x82, payload, LENGTH);
    }
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct connection connection;
        struct connection_pump run = {.ended = false};
        size_t size, done = 2 * WHOLE; /* after two messages the buffer has grown */
        connection_pump_start(&connection, &settings, lent, sizeof lent, 0);
        connection_pump_feed(&connection, &run, in.bytes, done, CONNECTION_INPUT_READ_SIZE);
        for (; done < in.len; done += size) {
            uint8_t *space = connection_space(&connection, &size);
            CHECK_FOR((uintptr_t)space % BUFFER_ALIGNMENT == 0, "pieces of %zu: %p after %zu",
                      pieces[i], (void *)space, done);
            size_t piece = done % WHOLE == 0 ? pieces[i] : WHOLE - done % WHOLE;
            size = piece < size ? piece : size;
            size = size < in.len - done ? size : in.len - done;
            connection_pump_feed(&connection, &run, in.bytes + done, size, size);
        }
        CHECK_EQUAL(run.output.len, FRAMES * (4 + LENGTH));
        wire_free(&run.output);
        connection_free(&connection);
    }
    wire_free(&in);
}

/* A message that arrives in a few bytes at a time is not moved for each of them. */
TEST("connection: a peer that drips has nothing moved") {
    enum { LENGTH = 250000, AT_ONCE = 100000, DRIP = 61 };
    static uint8_t payload[LENGTH], lent[CONNECTION_BUFFER_MIN];
    static const struct connection_settings settings = {.role = CONNECTION_SERVER,
                                                        .max_message = LENGTH};
    struct connection connection;
    struct connection_pump run = {.ended = false};
    struct wire in = {0};
    const uint8_t *expected = NULL;
    size_t size, moves = 0, first = 8 + 1000;
    wire_add_client_frame(&in, 0x82, payload, 1000); /* makes the buffer grow */
    wire_add_client_frame(&in, 0x82, payload, LENGTH);
    connection_pump_start(&connection, &settings, lent, sizeof lent, 0);
    connection_pump_feed(&connection, &run, in.bytes, first, first);
    connection_pump_feed(&connection, &run, in.bytes + first, AT_ONCE, AT_ONCE);
    for (size_t done = first + AT_ONCE; done < in.len; done += size) {
        const uint8_t *space = connection_space(&connection, &size);
        moves += expected != NULL && space != expected;
        size = in.len - done < DRIP ? in.len - done : DRIP;
        connection_pump_feed(&connection, &run, in.bytes + done, size, size);
        expected = space + size;
    }
    CHECK_FOR(moves <= 1, "%zu moves", moves);
    CHECK_EQUAL(connection.input.buffer.capacity, CONNECTION_INPUT_READ_SIZE);
    CHECK_EQUAL(run.output.len, 4 + 1000 + 10 + LENGTH);
    wire_free(&in);
    wire_free(&run.output);
    connection_free(&connection);
}

TEST("connection: memory is given back in silence") {
    static uint8_t lent[4096];
    static const struct connection_settings settings = {.role = CONNECTION_SERVER,
                                                        .max_message = 1 << 20};
    struct connection connection;
    struct connection_pump run = {.ended = false};
    struct wire in = {0};
    size_t size;
    wire_add_client_text(&in, 0x81, "cut");
    connection_pump_start(&connection, &settings, lent, sizeof lent, 0);
    exchange_a_large_message(&connection, &run);
    connection_pump_feed(&connection, &run, in.bytes, 3, 100); /* half a header */
    connection_relax(&connection);
    CHECK(connection_space(&connection, &size) == lent + 3);
    CHECK_EQUAL(size, sizeof lent - 3);
    connection_pump_feed(&connection, &run, in.bytes + 3, 4,
                         100); /* in the middle of a message it stays */
    CHECK(buffer_resize(&connection.input.buffer, 5000, connection.input.end) == 0);
    connection_relax(&connection);
    CHECK(buffer_has_grown(&connection.input.buffer));
    connection_pump_feed(&connection, &run, in.bytes + 7, in.len - 7, 100);
    CHECK_BYTES(run.output.bytes + 10 + LARGE, run.output.len - 10 - LARGE,
                "\x81\x03"
                "cut",
                5);
    wire_free(&in);
    wire_free(&run.output);
    connection_free(&connection);
}

/* One read that fills the buffer may have left more behind, and each read is a system call. */
TEST("connection: a full read makes room for a larger one") {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    struct connection connection;
    struct connection_message message;
    size_t size;
    struct wire in = {0};
    for (int i = 0; i < 100; i++) {
        wire_add_client_text(&in, 0x8a, "");
    }
    connection_pump_start(&connection, &connection_pump_server, lent, sizeof lent, 0);
    memcpy(connection_space(&connection, &size), in.bytes, 510);
    connection_received(&connection, 510);
    while (connection_next(&connection, &message) != CONNECTION_NEEDS_INPUT) {
    }
    memcpy(connection_space(&connection, &size), in.bytes, size);
    CHECK_EQUAL(connection.input.buffer.capacity, CONNECTION_BUFFER_MIN); /* two bytes were free */
    connection_received(&connection, size);
    while (connection_next(&connection, &message) != CONNECTION_NEEDS_INPUT) {
    }
    connection_space(&connection, &size);
    CHECK_EQUAL(connection.input.buffer.capacity, CONNECTION_INPUT_READ_SIZE);
    wire_free(&in);
    connection_free(&connection);
}

TEST("connection: replies to a batch lie side by side") {
    static uint8_t lent[4096];
    struct connection connection;
    struct connection_message message;
    struct wire in = {0};
    for (int i = 0; i < 10; i++) {
        wire_add_client_text(&in, 0x81, "a message of this batch");
    }
    memcpy(lent, in.bytes, in.len); /* they came in the same segment as the handshake */
    connection_pump_start(&connection, &connection_pump_server, lent, sizeof lent, in.len);
    for (int i = 0; i < 10; i++) {
        CHECK_EQUAL(connection_next(&connection, &message), CONNECTION_MESSAGE);
        CHECK_EQUAL(connection_send(&connection, message.opcode, message.payload, message.length),
                    0);
    }
    const struct iovec *parts;
    CHECK_EQUAL(connection_next(&connection, &message), CONNECTION_NEEDS_INPUT);
    CHECK_EQUAL(connection_output(&connection, &parts), 1);
    CHECK(parts[0].iov_base == lent); /* where the messages came, and not a copy */
    CHECK_EQUAL(parts[0].iov_len, 10 * 25);
    wire_free(&in);
    connection_free(&connection);
}

TEST("connection: what is lent stays until it is sent") {
    static uint8_t lent[4096];
    struct connection connection;
    struct connection_message message;
    struct connection_pump run = {.ended = false};
    struct wire in = {0}, out = {0};
    uint8_t first[600], second[600];
    memset(first, '1', sizeof first);
    memset(second, '2', sizeof second);
    wire_add_client_frame(&in, 0x82, first, sizeof first);
    wire_add_client_frame(&in, 0x82, second, sizeof second);
    memcpy(lent, in.bytes, in.len);
    connection_pump_start(&connection, &connection_pump_server, lent, sizeof lent, in.len);
    CHECK_EQUAL(connection_next(&connection, &message), CONNECTION_MESSAGE);
    /* The same message as text and as binary, and a part of it. */
    CHECK_EQUAL(connection_send(&connection, FRAME_TEXT, message.payload, 600), 0);
    CHECK_EQUAL(connection_send(&connection, FRAME_BINARY, message.payload, 600), 0);
    CHECK_EQUAL(connection_send(&connection, FRAME_BINARY, message.payload + 100, 500), 0);
    CHECK_EQUAL(connection_next(&connection, &message), CONNECTION_MESSAGE);
    CHECK_EQUAL(connection_send(&connection, FRAME_BINARY, message.payload + 1, 599), 0);
    CHECK_EQUAL(connection_next(&connection, &message), CONNECTION_NEEDS_INPUT);
    connection_pump_drain(&connection, &run, 100);
    wire_add_server_frame(&out, 0x81, first, 600);
    wire_add_server_frame(&out, 0x82, first, 600);
    wire_add_server_frame(&out, 0x82, first, 500);
    wire_add_server_frame(&out, 0x82, second, 599);
    CHECK_BYTES(run.output.bytes, run.output.len, out.bytes, out.len);
    wire_free(&in);
    wire_free(&out);
    wire_free(&run.output);
    connection_free(&connection);
}

/* Only the first answer fits in front of the message. */
TEST("connection: a small message is sent twice") {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    struct connection connection;
    struct connection_message message;
    struct connection_pump run = {.ended = false};
    uint8_t foreign[] = "##foreign";
    struct wire in = {0}, out = {0};
    wire_add_client_text(&in, 0x81, "again");
    wire_add_client_text(&in, 0x82, "next");
    wire_add_client_text(&in, 0x82, "");
    memcpy(lent, in.bytes, in.len);
    connection_pump_start(&connection, &connection_pump_server, lent, sizeof lent, in.len);
    CHECK_EQUAL(connection_next(&connection, &message), CONNECTION_MESSAGE);
    CHECK_EQUAL(connection_send(&connection, FRAME_TEXT, message.payload, 5), 0);
    CHECK_EQUAL(connection_send(&connection, FRAME_BINARY, message.payload, 5), 0);
    CHECK_EQUAL(connection_next(&connection, &message), CONNECTION_MESSAGE);
    CHECK_EQUAL(connection_send(&connection, FRAME_TEXT, foreign + 2, 7), 0);
    CHECK_BYTES(foreign, 2, "##", 2); /* it is nobody's to write to */
    CHECK_EQUAL(connection_send(&connection, FRAME_BINARY, message.payload, 4), 0);
    CHECK_EQUAL(connection_next(&connection, &message), CONNECTION_MESSAGE);
    CHECK_EQUAL(connection_send(&connection, FRAME_BINARY, message.payload, 0), 0);
    CHECK_EQUAL(connection_send(&connection, FRAME_TEXT, message.payload, 0), 0);
    connection_pump_drain(&connection, &run, 100);
    wire_add_server_text(&out, 0x81, "again");
    wire_add_server_text(&out, 0x82, "again");
    wire_add_server_text(&out, 0x81, "foreign");
    wire_add_server_text(&out, 0x82, "next");
    wire_add_server_text(&out, 0x82, "");
    wire_add_server_text(&out, 0x81, "");
    CHECK_BYTES(run.output.bytes, run.output.len, out.bytes, out.len);
    wire_free(&in);
    wire_free(&out);
    wire_free(&run.output);
    connection_free(&connection);
}
