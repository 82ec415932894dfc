/* The connection of step 5 for who relays or extends, a step at a time: where pieces lie, what may
 * be sent in the midst of a message, frames that are encoded already, and an end from outside. */
#include "tests/support/connection_pump.h"
#include "tests/support/test.h"

#include <string.h>

enum { MAX_MESSAGE = 1000 };

static struct connection connection;
static struct connection_pump run;
static uint8_t lent[CONNECTION_BUFFER_MIN];

static void begin(const struct connection_settings *settings) {
    memset(&run, 0, sizeof run);
    connection_pump_start(&connection, settings, lent, sizeof lent, 0);
}

static void end(void) {
    connection_free(&connection);
    wire_free(&run.output);
    wire_free(&run.message);
}

/* The first piece of a frame has the room of its header before it, and goes back as it lies; later
 * ones are lent with a header of their own. */
TEST("connection: pieces go back without being copied") {
    uint8_t payload[600];
    struct connection_message piece;
    const struct iovec *parts;
    struct wire in = {0};
    begin(&(struct connection_settings){.in_pieces = true});
    memset(payload, 'p', sizeof payload);
    connection.settings.max_message = sizeof payload;
    wire_add_client_frame(&in, 0x82, payload, sizeof payload);
    memcpy(lent, in.bytes, 8 + 300);
    connection_received(&connection, 8 + 300);
    CHECK_EQUAL(connection_next(&connection, &piece), CONNECTION_PIECE);
    CHECK(piece.payload == lent + 8 && piece.length == 300 && !piece.fin);
    CHECK_EQUAL(connection_send_piece(&connection, &piece), 0);
    CHECK_EQUAL(connection_output(&connection, &parts), 1);
    CHECK(parts[0].iov_base == lent + 4 && parts[0].iov_len == 4 + 300);
    CHECK_EQUAL(connection_next(&connection, &piece), CONNECTION_NEEDS_INPUT);
    memcpy(lent + 8 + 300, in.bytes + 8 + 300, 200); /* nothing of it is written yet */
    connection_received(&connection, 200);
    CHECK_EQUAL(connection_next(&connection, &piece), CONNECTION_PIECE);
    CHECK(piece.payload == lent + 8 + 300 && piece.length == 200 && !piece.fin);
    CHECK_EQUAL(connection_send_piece(&connection, &piece), 0);
    CHECK_EQUAL(connection_output(&connection, &parts), 3);
    CHECK(parts[2].iov_base == piece.payload && parts[2].iov_len == 200);
    connection_pump_drain(&connection, &run, SIZE_MAX);
    connection_pump_feed(&connection, &run, in.bytes + 8 + 500, 100, SIZE_MAX);
    wire_free(&in);
    wire_add_server_frame(&in, 0x02, payload, 300);
    wire_add_server_frame(&in, 0x00, payload, 200);
    wire_add_server_frame(&in, 0x80, payload, 100);
    CHECK_BYTES(run.output.bytes, run.output.len, in.bytes, in.len);
    wire_free(&in);
    end();
}

static void note_sent(void *context, bool sent, const struct frame_header *frame,
                      const uint8_t *bytes, size_t count) {
    CHECK(sent && frame != NULL);
    wire_add(context, bytes, count);
}

TEST("connection: while a message is sent in part none can begin (5.4)") {
    uint8_t bytes[] = "abcdef";
    const uint8_t encoded[] = {0x81, 0x02, 'o', 'k'};
    struct wire seen = {0};
    begin(&(struct connection_settings){
        .observe = note_sent, .context = &seen, .allowed_rsv = FRAME_RSV2});
    struct connection_message piece = {FRAME_TEXT, FRAME_RSV2, false, bytes, 2};
    CHECK_EQUAL(connection_send_encoded(&connection, encoded, sizeof encoded), 0);
    CHECK_EQUAL(connection_send_piece(&connection, &piece), 0);
    CHECK_EQUAL(connection_send(&connection, FRAME_TEXT, bytes, 2), -1);
    CHECK_EQUAL(connection_send_encoded(&connection, encoded, sizeof encoded), -1);
    CHECK_EQUAL(connection_ping(&connection, bytes, 1), 0);
    CHECK_EQUAL(connection_send_piece(&connection, &piece), 0);
    piece.fin = true;
    CHECK_EQUAL(connection_send_piece(&connection, &piece), 0);
    CHECK_EQUAL(connection_send(&connection, FRAME_TEXT, bytes, 2), 0);
    CHECK_EQUAL(connection_close(&connection, 1000, ""), 0);
    CHECK(!connection_may_send(&connection));
    CHECK_EQUAL(connection_send_piece(&connection, &piece), -1);
    CHECK_EQUAL(connection_send_encoded(&connection, encoded, sizeof encoded), -1);
    connection_pump_drain(&connection, &run, SIZE_MAX);
    CHECK_EQUAL(connection_send_piece(&connection, &piece), -1);
    CHECK_BYTES(run.output.bytes, run.output.len,
                "\x81\x02ok\x21\x02"
                "ab\x89\x01"
                "a\x00\x02"
                "ab\x80\x02"
                "ab\x81\x02"
                "ab\x88\x02\x03\xe8",
                27);
    CHECK_BYTES(seen.bytes, seen.len, run.output.bytes + sizeof encoded,
                run.output.len - sizeof encoded); /* who has encoded a frame has seen it */
    wire_free(&seen);
    end();
}

TEST("connection: it can be failed from outside (7.1.7)") {
    for (int closed = 0; closed < 2; closed++) {
        struct connection_message message;
        struct wire in = {0};
        begin(&(struct connection_settings){.max_message = MAX_MESSAGE});
        wire_add_client_text(&in, 0x01, "begun");
        wire_add_client_text(&in, 0x80, "too late");
        connection_pump_feed(&connection, &run, in.bytes, 11, SIZE_MAX);
        if (closed == 1) {
            connection_close(&connection, 1001, "bye");
        }
        CHECK_EQUAL(connection_fail(&connection, 1008, "no more"), CONNECTION_FAILED);
        connection_pump_drain(&connection, &run, SIZE_MAX);
        memcpy(lent, in.bytes + 11, in.len - 11);
        connection_received(&connection, in.len - 11);
        for (int again = 0; again < 2; again++) {
            CHECK_EQUAL(connection_next(&connection, &message), CONNECTION_FAILED);
        }
        wire_free(&in);
        wire_add_server_close(&in, closed == 1 ? 1001 : 1008, closed == 1 ? "bye" : "no more");
        CHECK_BYTES(run.output.bytes, run.output.len, in.bytes, in.len);
        CHECK_EQUAL(connection.close_code, 1008);
        wire_free(&in);
        end();
    }
}

/* Pieces need no more room than a read, and what a large message that was gathered has needed is
 * given back for them. */
TEST("connection: pieces need no more than a read") {
    enum { LARGE = 4 * CONNECTION_INPUT_READ_SIZE };
    static const uint8_t payload[LARGE];
    for (int gathered = 0; gathered < 2; gathered++) {
        struct connection_settings settings = {
            .max_message = LARGE, .in_pieces = gathered == 0, .allowed_rsv = FRAME_RSV2};
        struct connection_message message;
        struct wire in = {0};
        uint64_t received = 0;
        size_t size;
        int messages = 0;
        begin(&settings);
        if (gathered == 1) {
            wire_add_client_frame(&in, 0x82, payload, LARGE);
        }
        wire_add_client_frame(&in, gathered == 1 ? 0xa2 : 0x82, payload, LARGE); /* RSV2 */
        for (size_t at = 0; at < in.len; at += size) {
            uint8_t *space = connection_space(&connection, &size);
            size = size < in.len - at ? size : in.len - at;
            memcpy(space, in.bytes + at, size);
            connection_received(&connection, size);
            enum connection_event event;
            while ((event = connection_next(&connection, &message)) != CONNECTION_NEEDS_INPUT) {
                uint64_t told;
                messages += event == CONNECTION_MESSAGE;
                received += event == CONNECTION_PIECE ? message.length : 0;
                CHECK(event == CONNECTION_MESSAGE ||
                      (event == CONNECTION_PIECE &&
                       connection.input.buffer.capacity <= CONNECTION_INPUT_READ_SIZE));
                connection_has_begun(&connection, &told);
                CHECK_EQUAL(told, received < LARGE ? received : 0);
            }
        }
        CHECK_EQUAL(messages, gathered);
        CHECK_EQUAL(received, LARGE);
        wire_free(&in);
        end();
    }
}
