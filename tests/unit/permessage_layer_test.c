/* Compression as a layer above a connection: control frames and the end in the midst of messages,
 * UTF-8 and limits of what comes out, and what must wait for the output. */
#include "tests/support/deflate_pair.h"
#include "tests/support/test.h"

#include <string.h>

enum { LIMIT = 1000, LARGE = 300000 };

/* A frame of the peer, its payload in hexadecimal. A list ends with NULL. */
struct frame {
    uint8_t first;
    const char *hex;
};

/* What must come of some frames: this many messages, the last of which is `text`, and then the end
 * with a code and a sentence, unless that is 0. */
struct outcome {
    size_t messages;
    const char *text;
    unsigned code;
    const char *sentence;
};

/* Feeds frames to a server and a client, whole and in pieces. */
static void check(const struct frame *frames, const struct outcome *wanted) {
    static const size_t pieces[] = {1, 2, 3, 7, 1 << 20};
    for (size_t way = 0; way < 10; way++) {
        struct wire in = {0};
        deflate_pair_open_both(&deflate_pair_most, LIMIT);
        for (const struct frame *each = frames; each->hex != NULL; each++) {
            deflate_pair_add_hex(&in, way < 5, each->first, each->hex);
        }
        struct deflate_pair *side = way < 5 ? &deflate_pair_server : &deflate_pair_client;
        struct deflate_pair_result result =
            deflate_pair_feed(side, in.bytes, in.len, pieces[way % 5], false);
        CHECK_EQUAL(result.messages, wanted->messages);
        CHECK_BYTES(result.payload.bytes, result.payload.len, wanted->text, strlen(wanted->text));
        CHECK_EQUAL(result.code, wanted->code);
        CHECK_FOR(result.failure == NULL || strcmp(result.failure, wanted->sentence) == 0,
                  "in pieces of %zu: %s", pieces[way % 5], result.failure);
        deflate_pair_result_free(&result);
        wire_free(&in);
        deflate_pair_close_both();
    }
}

TEST("layer: control frames come between fragments") {
    static const struct frame frames[] = {{0x41, "f248cd"}, {0x89, "70696e67"}, {0x00, ""},
                                          {0x00, "c9"},     {0x8a, ""},         {0x80, "c90700"},
                                          {0, NULL}};
    struct wire in = {0};
    check(frames, &(struct outcome){1, "Hello", 0, ""});
    deflate_pair_open_both(&deflate_pair_most, LIMIT);
    for (const struct frame *each = frames; each->hex != NULL; each++) {
        deflate_pair_add_hex(&in, true, each->first, each->hex);
    }
    struct deflate_pair_result result =
        deflate_pair_feed(&deflate_pair_server, in.bytes, in.len, 1, false);
    CHECK_BYTES(result.output.bytes, result.output.len, "\x8a\x04ping", 6);
    deflate_pair_result_free(&result);
    wire_free(&in);
    deflate_pair_close_both();
}

TEST("layer: a Close ends a marked message") {
    static const struct frame frames[] = {
        {0x41, "f248cd"}, {0x88, "03e8"}, {0x80, "c9c90700"}, {0, NULL}};
    struct outcome closed = {0, "", 1000, ""};
    check(frames, &closed);
}

static const char not_utf8[] = "a text message must be UTF-8 (8.1)";

TEST("layer: what comes out must be UTF-8 (8.1)") {
    static const struct frame split[] =
        {/* the Euro sign in three blocks and two frames */
         {0x41, "000100feffe2 000100"},
         {0x89, ""},
         {0x80, "feff82 000100feffac 00"},
         {0, NULL}},
                              bad[] = {{0x41, "000200fdff61c0 07"}, {0, NULL}},
                              bad_first[] = {{0x41, "000100feff61 07"}, {0, NULL}},
                              cut[] = {{0x41, "000200fdff61e2 00"}, {0x80, ""}, {0, NULL}},
                              binary[] = {{0xc2, "000200fdff61c0 00"}, {0, NULL}};
    check(split, &(struct outcome){1, "\xe2\x82\xac", 0, ""});
    check(bad, &(struct outcome){0, "", 1007, not_utf8}); /* what comes first counts */
    check(bad_first, &(struct outcome){0, "", 1007, "block type 3 is reserved (RFC 1951, 3.2.3)"});
    check(cut,
          &(struct outcome){0, "", 1007, "a text message must not end within a character (8.1)"});
    check(binary, &(struct outcome){1, "a\xc0", 0, ""});
}

/* In a message that has not ended, and a frame that has not. */
TEST("layer: a bad byte fails at once (8.1)") {
    struct wire in = {0};
    deflate_pair_open_both(&deflate_pair_most, LIMIT);
    deflate_pair_add_hex(&in, true, 0x41, "000400fbff61c06162");
    struct deflate_pair_result result =
        deflate_pair_feed(&deflate_pair_server, in.bytes, 6 + 6, 1, false);
    CHECK_EQUAL(result.event, CONNECTION_NEEDS_INPUT);
    deflate_pair_result_free(&result);
    result = deflate_pair_feed(&deflate_pair_server, in.bytes + 6 + 6, 1, 1, false);
    CHECK_EQUAL(result.event, CONNECTION_FAILED);
    deflate_pair_result_free(&result);
    wire_free(&in);
    deflate_pair_close_both();
}

/* Empty blocks without end: twice the limit and a byte are good, one byte more is not, and what
 * comes after it is not even looked at. */
TEST("layer: payload that comes to nothing is limited") {
    enum { MOST = 2 * LIMIT + 1 };
    static const uint8_t block[] = {0, 0, 0, 0xff, 0xff}, bad[] = {0, 0, 0, 7, 7};
    static const size_t more[] = {0, 1, 4};
    for (size_t way = 0; way < 24; way++) {
        bool is_server = way % 2 == 0, in_fragments = way / 2 % 2 == 1;
        size_t too_many = more[way / 4 % 3];
        struct wire payload = {0}, in = {0};
        if (too_many == 4) { /* the limit is not where a message could end */
            wire_add_hex(&payload, "0200 0000ffff");
        }
        while (payload.len + 1 < MOST) {
            wire_add(&payload, block, sizeof block);
        }
        wire_add(&payload, bad, 1 + too_many);
        size_t first = in_fragments ? MOST / 3 : payload.len;
        void (*add)(struct wire *, uint8_t, const void *, size_t) =
            is_server ? wire_add_client_frame : wire_add_server_frame;
        add(&in, in_fragments ? 0x41 : 0xc1, payload.bytes, first);
        if (in_fragments) {
            add(&in, 0x80, payload.bytes + first, payload.len - first);
        }
        deflate_pair_open_both(&deflate_pair_most, LIMIT);
        struct deflate_pair_result result =
            deflate_pair_feed(is_server ? &deflate_pair_server : &deflate_pair_client, in.bytes,
                              in.len, way < 12 ? 1 : in.len, false);
        CHECK_EQUAL(result.messages, too_many == 0);
        CHECK_EQUAL(result.code, too_many == 0 ? 0 : 1009);
        deflate_pair_result_free(&result);
        wire_free(&payload);
        wire_free(&in);
        deflate_pair_close_both();
    }
}

/* What is short is copied, and more can be sent after it; what is longer is lent, and nothing is
 * lost when it must wait: neither what is sent nor what has come. */
TEST("layer: what is lent is waited for") {
    static uint8_t text[2000], other[2000];
    static const uint8_t small[150];
    struct deflate_pair_result result;
    struct connection_message message;
    struct wire in = {0}, out = {0};
    deflate_pair_open_both(&deflate_pair_most, DEFLATE_PAIR_MAX_MESSAGE);
    deflate_pair_fill_random(text, sizeof text, 8);
    deflate_pair_fill_random(other, sizeof other, 8);
    deflate_pair_add_hex(&in, true, 0xc1, "f248cdc9c90700");
    deflate_pair_receive(&deflate_pair_server, &in);
    for (int i = 0; i < 3; i++) {
        CHECK_EQUAL(deflate_pair_begin(&deflate_pair_server, (uint8_t *)small, sizeof small), 0);
    }
    CHECK_EQUAL(deflate_pair_begin(&deflate_pair_server, text, sizeof text), 0);
    CHECK_EQUAL(deflate_pair_begin(&deflate_pair_server, other, sizeof other), -1);
    CHECK_EQUAL(deflate_pair_next(&deflate_pair_server, &message), CONNECTION_NEEDS_OUTPUT);
    CHECK_EQUAL(connection_ping(&deflate_pair_server.connection, (const uint8_t *)"p", 1), 0);
    const struct iovec *parts;
    while (deflate_pair_server.connection.output.total > 1) { /* byte by byte */
        connection_output(&deflate_pair_server.connection, &parts);
        wire_add(&out, parts[0].iov_base, 1);
        connection_sent(&deflate_pair_server.connection, 1);
        CHECK_EQUAL(deflate_pair_begin(&deflate_pair_server, other, sizeof other), -1);
        CHECK_EQUAL(deflate_pair_next(&deflate_pair_server, &message), CONNECTION_NEEDS_OUTPUT);
    }
    deflate_pair_take_output(&deflate_pair_server, &out);
    CHECK_EQUAL(deflate_pair_begin(&deflate_pair_server, other, sizeof other), 0);
    deflate_pair_take_output(&deflate_pair_server, &out);
    CHECK_EQUAL(deflate_pair_next(&deflate_pair_server, &message), CONNECTION_MESSAGE);
    CHECK_BYTES(message.payload, message.length, "Hello", 5);
    result = deflate_pair_feed(&deflate_pair_client, out.bytes, out.len, 100, false);
    CHECK_EQUAL(result.messages, 5);
    CHECK_BYTES(result.payload.bytes, result.payload.len, other, sizeof other);
    deflate_pair_result_free(&result);
    wire_free(&in);
    wire_free(&out);
    deflate_pair_close_both();
}

/* Not even the compressor hears of it: what it remembers would never have been received. */
TEST("layer: nothing is sent after a Close (5.5.1)") {
    static uint8_t text[2000];
    struct wire out = {0};
    deflate_pair_open_both(&deflate_pair_most, DEFLATE_PAIR_MAX_MESSAGE);
    CHECK_EQUAL(connection_close(&deflate_pair_server.connection, 1000, ""), 0);
    for (int again = 0; again < 2; again++) {
        CHECK_EQUAL(deflate_pair_send(&deflate_pair_server, FRAME_BINARY, text, sizeof text, &out),
                    -1);
    }
    CHECK(deflate_pair_server.deflate.sender.memory == NULL);
    CHECK_BYTES(out.bytes, out.len, "\x88\x02\x03\xe8", 4);
    wire_free(&out);
    deflate_pair_close_both();
}

/* Two messages at once. In a small window the second would be moved over the first, which is lent
 * by a server as it lies; a client lends a copy, since it masks. */
TEST("layer: messages of all lengths are echoed") {
    static const size_t lengths[] = {0, 3, 125, 126, 700, 40000};
    for (size_t i = 0; i < 12; i++) {
        static uint8_t noise[2][40000];
        bool is_server = i % 2 == 0;
        size_t length = lengths[i / 2], head = length < 126 ? 2 : 4;
        struct deflate_pair *side = is_server ? &deflate_pair_server : &deflate_pair_client;
        struct deflate_pair *other = is_server ? &deflate_pair_client : &deflate_pair_server;
        struct wire in = {0};
        deflate_pair_open_both(&(struct permessage_parameters){false, false, 8, 8},
                               DEFLATE_PAIR_MAX_MESSAGE);
        for (size_t j = 0; j < 2; j++) {
            struct wire payload = {0};
            deflate_pair_fill_random(noise[j], length, 256);
            deflate_pair_add_stored(&payload, noise[j], length);
            wire_add_hex(&payload, "00");
            (is_server ? wire_add_client_frame : wire_add_server_frame)(&in, 0xc2, payload.bytes,
                                                                        payload.len);
            wire_free(&payload);
        }
        struct deflate_pair_result result =
            deflate_pair_feed(side, in.bytes, in.len, 1 << 20, true);
        size_t size = head + (is_server ? 0 : 4) + length;
        CHECK_EQUAL(result.output.len, 2 * size);
        for (size_t j = 0; j < 2 && result.output.len == 2 * size; j++) {
            struct deflate_pair_result back =
                deflate_pair_feed(other, result.output.bytes + j * size, size, 1 << 20, false);
            CHECK(back.messages == 1 && back.payload.len == length &&
                  (length == 0 || memcmp(back.payload.bytes, noise[j], length) == 0));
            deflate_pair_result_free(&back);
        }
        deflate_pair_result_free(&result);
        wire_free(&in);
        deflate_pair_close_both();
    }
}

/* A layer hands out the pieces that it has nothing to do with. */
TEST("layer: unmarked pieces pass through") {
    struct connection_message message;
    struct wire in = {0};
    deflate_pair_open_both(&deflate_pair_most, LIMIT);
    deflate_pair_server.connection.settings.in_pieces = deflate_pair_server.connection.slow_path =
        true;
    wire_add_client_text(&in, 0x81, "plain");
    deflate_pair_add_hex(&in, true, 0xc1, "f248cdc9c90700");
    deflate_pair_receive(&deflate_pair_server, &in);
    CHECK_EQUAL(deflate_pair_next(&deflate_pair_server, &message), CONNECTION_PIECE);
    CHECK_BYTES(message.payload, message.length, "plain", 5);
    CHECK_EQUAL(deflate_pair_next(&deflate_pair_server, &message), CONNECTION_MESSAGE);
    CHECK_BYTES(message.payload, message.length, "Hello", 5);
    wire_free(&in);
    deflate_pair_close_both();
}

/* A large message that is compressed and one that is not need memory in different places, but never
 * both at a time. */
TEST("layer: a peer has memory for one large message") {
    static uint8_t large[LARGE];
    struct wire in = {0};
    deflate_pair_open_both(&deflate_pair_most, DEFLATE_PAIR_MAX_MESSAGE);
    deflate_pair_fill_random(large, sizeof large, 8);
    for (int i = 0; i < 2; i++) {
        deflate_pair_send(&deflate_pair_client, FRAME_BINARY, large, sizeof large, &in);
        wire_add_client_frame(&in, 0x82, large, sizeof large);
    }
    size_t largest[2] = {0, 0};
    for (size_t at = 0, count; at < in.len; at += count) {
        count = in.len - at < 5000 ? in.len - at : 5000;
        struct deflate_pair_result result =
            deflate_pair_feed(&deflate_pair_server, in.bytes + at, count, count, false);
        size_t both[2] = {deflate_pair_server.connection.input.buffer.capacity,
                          deflate_pair_server.deflate.receiver.capacity};
        for (size_t i = 0; i < 2; i++) {
            largest[i] = both[i] > largest[i] ? both[i] : largest[i];
        }
        CHECK_FOR(both[0] <= CONNECTION_INPUT_READ_SIZE || both[1] <= CONNECTION_INPUT_READ_SIZE,
                  "%zu and %zu", both[0], both[1]);
        deflate_pair_result_free(&result);
    }
    CHECK(largest[0] > LARGE && largest[1] > LARGE);
    wire_free(&in);
    deflate_pair_close_both();
}
