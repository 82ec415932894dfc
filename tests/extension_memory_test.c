/* The connection's hook for an extension: whose memory a message lies in, when it is lent or
 * copied, and when it is given back. */
#include "tests/hook.h"
#include "tests/test.h"

#include <string.h>

/* Each message is an echo that is copied, or lent by the toy, and what was received waits in the
 * toy's memory behind it, until it must move. */
static void fill_needs_output(struct hook_scenario *scenario) {
    uint8_t text[700];
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = (uint8_t)('a' + i % 7); /* it does not get shorter, so it is lent as it lies */
    }
    for (int round = 0; round < 5; round++) {
        struct wire pairs = {0};
        for (size_t i = 0; i < sizeof text; i++) {
            wire_add(&pairs, (uint8_t[]){1, text[i]}, 2);
        }
        if (round % 2 == 0) {
            hook_get_bytes(scenario, 0x81 | TOY_MARK, pairs.bytes, pairs.len);
        } else {
            hook_get_bytes(scenario, 0x01 | TOY_MARK, pairs.bytes, 1001);
            hook_get_bytes(scenario, 0x00, pairs.bytes + 1001, pairs.len - 1001);
            hook_get(scenario, 0x80, "");
        }
        hook_put(scenario, 0x81, text, sizeof text);
        hook_expect(scenario, "text:700:abcdefgabcde ");
        hook_get(scenario, 0x89, "x");
        hook_put(scenario, 0x8a, "x", 1);
        hook_expect(scenario, "ping:1:x ");
        wire_free(&pairs);
    }
}

static void output_is_written_before_a_message_moves(void) {
    hook_play(fill_needs_output);
}

/* The mask of what the extension has not taken is put back, whatever the place in the frame. */
static void it_goes_on_in_the_middle_of_a_frame(void) {
    static uint8_t lent[INPUT_READ_SIZE];
    static struct hook_run run;
    struct hook_scenario scenario = {.role = CONNECTION_SERVER};
    struct connection_message message;
    struct wire pairs = {0};
    for (size_t i = 0; i < 500; i++) {
        wire_add(&pairs, (uint8_t[]){1, (uint8_t)('a' + i % 3), 1, (uint8_t)i}, 4);
    }
    hook_get_bytes(&scenario, 0x82 | TOY_MARK, pairs.bytes, pairs.len);
    hook_get_bytes(&scenario, 0x82 | TOY_MARK, pairs.bytes, pairs.len);
    hook_begin(&run, CONNECTION_SERVER, lent, sizeof lent);
    size_t size;
    memcpy(connection_space(&run.connection, &size), scenario.in.bytes, scenario.in.len);
    connection_received(&run.connection, scenario.in.len);
    CHECK_EQUAL(connection_next(&run.connection, &message), CONNECTION_MESSAGE);
    uint8_t *first = message.payload;
    CHECK_EQUAL(connection_send(&run.connection, FRAME_BINARY, first, 1000), 0);
    for (int again = 0; again < 3; again++) { /* it may be asked in vain */
        CHECK_EQUAL(connection_next(&run.connection, &message), CONNECTION_NEEDS_OUTPUT);
    }
    CHECK(run.toy.waits > 0);
    CHECK_EQUAL(run.connection.made.length, 200);
    for (size_t i = 0; i < 500; i++) {
        CHECK(first[2 * i + 1] == (uint8_t)i); /* what is lent has not changed */
    }
    hook_drain(&run);
    CHECK_EQUAL(connection_next(&run.connection, &message), CONNECTION_MESSAGE);
    CHECK_EQUAL(message.length, 1000);
    for (size_t i = 0; i < 500 && message.length == 1000; i++) {
        CHECK(message.payload[2 * i] == 'a' + i % 3 && message.payload[2 * i + 1] == (uint8_t)i);
    }
    wire_free(&pairs);
    wire_free(&scenario.in);
    hook_end(&run);
}

/* A message that gets shorter, but stays longer than what is copied. */
static void fill_compressible(uint8_t payload[400]) {
    for (size_t i = 0; i < 400; i++) {
        payload[i] = (uint8_t)(i / 3);
    }
}

static void what_the_extension_gives_is_lent_or_copied(void) {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    static struct hook_run run;
    uint8_t large[400], small[150] = {0}; /* 268 bytes and 2 */
    const struct iovec *parts;
    fill_compressible(large);
    hook_begin(&run, CONNECTION_SERVER, lent, sizeof lent);
    CHECK_EQUAL(connection_send(&run.connection, FRAME_BINARY, small, sizeof small), 0);
    CHECK_EQUAL(connection_output(&run.connection, &parts), 1);
    CHECK_BYTES(parts[0].iov_base, parts[0].iov_len, "\xa2\x02\x96\x00", 4);
    CHECK_EQUAL(connection_send(&run.connection, FRAME_BINARY, small, sizeof small), 0);
    CHECK_EQUAL(connection_send(&run.connection, FRAME_BINARY, large, sizeof large), 0);
    CHECK_EQUAL(connection_output(&run.connection, &parts), 2);
    CHECK(parts[1].iov_base == run.toy.out);
    CHECK_EQUAL(parts[1].iov_len, 268);
    /* It stays until it is sent: nothing else may be given to the extension. */
    CHECK_EQUAL(connection_send(&run.connection, FRAME_BINARY, small, sizeof small), -1);
    connection_sent(&run.connection, run.connection.output.total - 1);
    CHECK_EQUAL(connection_send(&run.connection, FRAME_BINARY, small, sizeof small), -1);
    CHECK_EQUAL(connection_output(&run.connection, &parts), 1);
    CHECK(((uint8_t *)parts[0].iov_base)[0] == 133); /* 399 / 3 */
    connection_sent(&run.connection, 1);
    CHECK_EQUAL(connection_send(&run.connection, FRAME_BINARY, small, sizeof small), 0);
    hook_end(&run);
}

/* What is 125 bytes long once it is changed is copied, and what is longer is lent. */
static void the_length_that_counts_is_that_of_the_changed_message(void) {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    static struct hook_run run;
    uint8_t payload[300];
    for (size_t pairs = 62; pairs <= 63; pairs++) {
        hook_begin(&run, CONNECTION_SERVER, lent, sizeof lent);
        for (size_t i = 0; i < sizeof payload; i++) {
            payload[i] = (uint8_t)(i < 3 * pairs ? i / 3 : pairs - 1);
        }
        CHECK_EQUAL(connection_send(&run.connection, FRAME_BINARY, payload, sizeof payload), 0);
        CHECK_EQUAL(connection_send(&run.connection, FRAME_BINARY, payload, sizeof payload),
                    pairs == 62 ? 0 : -1);
        hook_end(&run);
    }
}

/* As an event loop would: it sends when it likes, and must hear -1 rather than lose something. */
static void nothing_is_lost_when_it_must_wait(void) {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    static struct hook_run run;
    struct connection_message message;
    struct hook_scenario scenario = {.role = CONNECTION_SERVER};
    uint8_t large[400];
    size_t size;
    fill_compressible(large);
    hook_get(&scenario, 0x81, "first");
    hook_get_hex(&scenario, 0x82 | TOY_MARK, "04 61");
    hook_begin(&run, CONNECTION_SERVER, lent, sizeof lent);
    memcpy(connection_space(&run.connection, &size), scenario.in.bytes, scenario.in.len);
    connection_received(&run.connection, scenario.in.len);
    CHECK_EQUAL(connection_next(&run.connection, &message), CONNECTION_MESSAGE);
    CHECK_EQUAL(connection_send(&run.connection, FRAME_BINARY, large, sizeof large), 0);
    CHECK_EQUAL(connection_next(&run.connection, &message), CONNECTION_NEEDS_OUTPUT);
    CHECK_EQUAL(connection_send(&run.connection, FRAME_BINARY, large, sizeof large), -1);
    CHECK_EQUAL(connection_ping(&run.connection, (const uint8_t *)"p", 1), 0); /* that goes */
    CHECK_EQUAL(connection_next(&run.connection, &message), CONNECTION_NEEDS_OUTPUT);
    hook_drain(&run);
    CHECK_EQUAL(connection_next(&run.connection, &message), CONNECTION_MESSAGE);
    CHECK_BYTES(message.payload, message.length, "aaaa", 4);
    CHECK_EQUAL(connection_send(&run.connection, FRAME_BINARY, message.payload, 4), 0);
    CHECK_EQUAL(connection_next(&run.connection, &message), CONNECTION_NEEDS_INPUT);
    hook_drain(&run);
    CHECK_EQUAL(run.output.len, 4 + 268 + 3 + 4);
    CHECK_BYTES(run.output.bytes + 4 + 268, run.output.len - 4 - 268,
                "\x89\x01p\xa2\x02\x04"
                "a",
                7);
    wire_free(&scenario.in);
    hook_end(&run);
}

/* A message of the extension belongs to it, and others may refer back to it; so a client that sends
 * it on, masked in place, must leave it as it was. */
static void a_client_leaves_the_message_as_it_was(void) {
    static const size_t lengths[] = {3, 125, 126, 700};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        static uint8_t lent[INPUT_READ_SIZE];
        static struct hook_run run;
        struct hook_scenario scenario = {.role = CONNECTION_CLIENT};
        struct connection_message message;
        struct wire pairs = {0}, wanted = {0};
        size_t size;
        for (size_t j = 0; j < lengths[i]; j++) {
            wire_add(&pairs, (uint8_t[]){1, (uint8_t)j}, 2);
            wire_add(&wanted, (uint8_t[]){(uint8_t)j}, 1);
        }
        hook_get_bytes(&scenario, 0x82 | TOY_MARK, pairs.bytes, pairs.len);
        hook_begin(&run, CONNECTION_CLIENT, lent, sizeof lent);
        memcpy(connection_space(&run.connection, &size), scenario.in.bytes, scenario.in.len);
        connection_received(&run.connection, scenario.in.len);
        CHECK_EQUAL(connection_next(&run.connection, &message), CONNECTION_MESSAGE);
        CHECK_EQUAL(connection_send(&run.connection, FRAME_BINARY, message.payload, message.length),
                    0);
        /* A short one was copied and is as it was already; a long one is when it is sent. */
        bool is_short = lengths[i] <= CONNECTION_COPY_MAX;
        CHECK_EQUAL(connection_send(&run.connection, FRAME_TEXT, message.payload, message.length),
                    is_short ? 0 : -1);
        run.piece = 50;
        hook_drain(&run);
        CHECK_BYTES(run.toy.in, lengths[i], wanted.bytes, wanted.len);
        hook_unmask(&run.output);
        wire_add_server_frame(&scenario.out, 0x82, wanted.bytes, wanted.len);
        if (is_short) {
            wire_add_server_frame(&scenario.out, 0x81, wanted.bytes, wanted.len);
        }
        CHECK_BYTES(run.output.bytes, run.output.len, scenario.out.bytes, scenario.out.len);
        wire_free(&scenario.out);
        wire_free(&scenario.in);
        wire_free(&wanted);
        wire_free(&pairs);
        hook_end(&run);
    }
}

static void memory_is_given_back_between_messages_only(void) {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    static struct hook_run run;
    struct hook_scenario scenario = {.role = CONNECTION_SERVER};
    hook_begin(&run, CONNECTION_SERVER, lent, sizeof lent);
    CHECK(connection_can_relax(&run.connection));
    hook_get_hex(&scenario, 0x02 | TOY_MARK, "04 61");
    size_t first = scenario.in.len;
    hook_get_hex(&scenario, 0x80, "04 62");
    hook_feed(&run, scenario.in.bytes, first);
    connection_relax(&run.connection);
    CHECK_EQUAL(run.toy.relaxed, 0);
    hook_feed(&run, scenario.in.bytes + first, scenario.in.len - first);
    connection_relax(&run.connection);
    CHECK_EQUAL(run.toy.relaxed, 1);
    hook_feed(&run, scenario.in.bytes, 3); /* half a header is no message */
    connection_relax(&run.connection);
    CHECK_EQUAL(run.toy.relaxed, 2);
    hook_feed(&run, scenario.in.bytes + 3, scenario.in.len - 3);
    CHECK(strcmp(run.events, "binary:8:aaaabbbb binary:8:aaaabbbb ") == 0);
    wire_free(&scenario.in);
    hook_end(&run);
}

/* A large message without the mark takes what the extension has, and one with the mark takes what
 * the buffer has. */
static void a_peer_has_memory_for_one_message_at_a_time(void) {
    enum { LARGE = 4 * INPUT_READ_SIZE };
    static const uint8_t payload[LARGE];
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    static struct toy toy;
    struct connection_message message;
    struct connection connection;
    struct buffer buffer;
    struct wire in = {0};
    toy_init(&toy);
    struct connection_settings settings = {
        .role = CONNECTION_SERVER, .max_message = LARGE, .extension = &toy.extension};
    buffer_init(&buffer, lent, sizeof lent);
    connection_init(&connection, &settings, &buffer, 0);
    wire_add_client_frame(&in, 0x82, payload, LARGE);
    wire_add_client_frame(&in, 0x82 | TOY_MARK, "\x04\x61", 2);
    size_t messages = 0, largest = 0;
    for (size_t at = 0, size; messages < 2; at += size) {
        while (connection_next(&connection, &message) == CONNECTION_MESSAGE) {
            messages++;
            CHECK_EQUAL(message.length, messages == 1 ? LARGE : 4);
        }
        uint8_t *space = connection_space(&connection, &size);
        largest =
            connection.input.buffer.capacity > largest ? connection.input.buffer.capacity : largest;
        size = size < in.len - at ? size : in.len - at;
        memcpy(space, in.bytes + at, size);
        connection_received(&connection, size);
    }
    CHECK(largest > LARGE);
    CHECK(toy.shrunk > 0);
    CHECK_EQUAL(connection.input.buffer.capacity, INPUT_READ_SIZE);
    connection_free(&connection);
    wire_free(&in);
}

int main(void) {
    test_run("extension: output is written before a message moves",
             output_is_written_before_a_message_moves);
    test_run("extension: it goes on in the middle of a frame", it_goes_on_in_the_middle_of_a_frame);
    test_run("extension: what it gives is lent if it is large, copied if it is small",
             what_the_extension_gives_is_lent_or_copied);
    test_run("extension: the length that counts is that of the changed message",
             the_length_that_counts_is_that_of_the_changed_message);
    test_run("extension: nothing is lost when it must wait", nothing_is_lost_when_it_must_wait);
    test_run("extension: a client leaves the message as it was",
             a_client_leaves_the_message_as_it_was);
    test_run("extension: memory is given back between messages only",
             memory_is_given_back_between_messages_only);
    test_run("extension: a peer has memory for one message at a time",
             a_peer_has_memory_for_one_message_at_a_time);
    return test_report();
}
