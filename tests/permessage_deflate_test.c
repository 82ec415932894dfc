/* Compressed messages, RFC 7692, through connections on both sides of an agreement. */
#include "step07_deflate/permessage_deflate.h"

#include "tests/test.h"
#include "tests/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_MESSAGE = 1 << 20, LENT_SIZE = 2048, KEPT = 256 * 1024 };

/* One side of a connection. */
struct side {
    struct permessage_deflate deflate;
    struct connection connection;
    uint8_t lent[LENT_SIZE];
    uint32_t keys;
};

static struct side server, client;

static const struct parameters most = {false, false, 15, 15};

static void new_key(void *context, uint8_t masking_key[4]) {
    struct side *side = context;
    side->keys = side->keys * 1664525u + 1013904223u;
    memcpy(masking_key, &side->keys, 4);
}

static void start(struct side *side, enum connection_role role, uint64_t max_message) {
    struct connection_settings settings = {.role = role, .max_message = max_message};
    struct buffer buffer;
    settings.extension = permessage_deflate_extension(&side->deflate);
    settings.new_masking_key = role == CONNECTION_CLIENT ? new_key : NULL;
    settings.context = side;
    buffer_init(&buffer, side->lent, sizeof side->lent);
    connection_init(&side->connection, &settings, &buffer, 0);
}

static struct http_text text_of(const char *string) {
    return (struct http_text){string, strlen(string)};
}

/* Both sides agree on what the client wishes, and are open. */
static void open_with(const struct parameters *wishes, uint64_t max_message) {
    char offer[PARAMETERS_TEXT_MAX];
    permessage_deflate_init(&server.deflate, &most, true);
    permessage_deflate_init(&client.deflate, wishes, false);
    CHECK(permessage_deflate_extension(&server.deflate) == NULL); /* nothing is agreed on yet */
    CHECK(permessage_deflate_extension(&client.deflate) == NULL);
    parameters_offer(wishes, offer);
    struct extensions_chooser chooser = permessage_deflate_chooser(&server.deflate);
    const char *answer = chooser.choose(chooser.context, text_of(offer));
    CHECK(answer != NULL && permessage_deflate_accept(&client.deflate, text_of(answer)));
    start(&server, CONNECTION_SERVER, max_message);
    start(&client, CONNECTION_CLIENT, max_message);
}

static void close_side(struct side *side) {
    connection_free(&side->connection);
    permessage_deflate_free(&side->deflate);
}

static void close_both(void) {
    close_side(&server);
    close_side(&client);
}

/* What has come of some bytes: the first message or failure, and the output. */
struct result {
    enum connection_event event;
    unsigned code;
    const char *failure;
    uint8_t opcode;
    struct wire payload, output;
    size_t messages;
};

static void take_output(struct side *side, struct wire *output) {
    const struct iovec *parts;
    size_t count = connection_output(&side->connection, &parts);
    for (size_t i = 0; i < count; i++) {
        wire_add(output, parts[i].iov_base, parts[i].iov_len);
    }
    connection_sent(&side->connection, side->connection.output.total);
}

static void free_result(struct result *result) {
    wire_free(&result->payload);
    wire_free(&result->output);
}

/* Handles events until there is none; the result has the last message. */
static void handle(struct side *side, struct result *result, bool echoes) {
    struct connection_message message = {0};
    for (;;) {
        enum connection_event event = connection_next(&side->connection, &message);
        if (event == CONNECTION_MESSAGE) {
            wire_free(&result->payload);
            wire_add(&result->payload, message.payload, message.length);
            result->event = event;
            result->opcode = message.opcode;
            result->messages++;
            if (echoes) {
                CHECK_EQUAL(connection_send(&side->connection, message.opcode, message.payload,
                                            message.length),
                            0);
            }
        } else if (event == CONNECTION_FAILED) {
            result->event = event;
            result->code = side->connection.close_code;
            result->failure = side->connection.failure;
            return;
        } else {
            take_output(side, &result->output);
            if (event == CONNECTION_NEEDS_INPUT) {
                return;
            }
        }
    }
}

/* Feeds bytes, `piece` at a time. */
static struct result feed(struct side *side, const uint8_t *bytes, size_t length, size_t piece,
                          bool echoes) {
    struct result result = {.event = CONNECTION_NEEDS_INPUT, .failure = ""};
    while (length > 0 && result.event != CONNECTION_FAILED) {
        size_t size = 0;
        uint8_t *space = connection_space(&side->connection, &size);
        CHECK(space != NULL && size > 0);
        if (space == NULL || size == 0) {
            break;
        }
        size = size < piece ? size : piece;
        size = size < length ? size : length;
        memcpy(space, bytes, size);
        connection_received(&side->connection, size);
        handle(side, &result, echoes);
        bytes += size;
        length -= size;
    }
    return result;
}

/* Sends a message from one side to the other, which must get it. Returns how many bytes the frame
 * had, and whether it was marked. */
static size_t pass(struct side *from, struct side *to, const void *payload, size_t length,
                   bool *marked) {
    struct wire frame = {0};
    uint8_t *copy = malloc(length + 1);
    if (copy == NULL) {
        abort();
    }
    memcpy(copy, payload, length);
    CHECK_EQUAL(connection_send(&from->connection, FRAME_BINARY, copy, length), 0);
    take_output(from, &frame);
    struct result result = feed(to, frame.bytes, frame.len, SIZE_MAX, false);
    CHECK_EQUAL(result.event, CONNECTION_MESSAGE);
    CHECK_EQUAL(result.messages, 1);
    CHECK_FOR(result.payload.len == length &&
                  (length == 0 || memcmp(result.payload.bytes, payload, length) == 0),
              "%zu bytes came as %zu others", length, result.payload.len);
    if (marked != NULL) {
        *marked = (frame.bytes[0] & 0x40) != 0;
    }
    size_t size = frame.len;
    wire_free(&frame);
    free_result(&result);
    free(copy);
    return size;
}

static uint32_t dice = 1;

static uint32_t roll(uint32_t sides) {
    dice ^= dice << 13;
    dice ^= dice >> 17;
    dice ^= dice << 5;
    return dice % sides;
}

static void fill_random(uint8_t *to, size_t length, uint32_t sides) {
    for (size_t i = 0; i < length; i++) {
        to[i] = (uint8_t)(sides == 256 ? roll(256) : 'a' + roll(sides));
    }
}

/* The examples of RFC 7692, 7.2.3, as payloads of one frame; all mean the same message. */
static const char *const examples[] = {
    "f248cdc9c90700",              /* 7.2.3.1: one block */
    "000500faff48656c6c6f00",      /* 7.2.3.3: a block without compression */
    "f348cdc9c9070000",            /* 7.2.3.4: a block with BFINAL */
    "f248050000 00ffff cac9c90700" /* 7.2.3.5: two blocks */
};

/* Starts one side alone, with nothing before. */
static void open_alone(struct side *side, bool is_server, const struct parameters *wishes) {
    open_with(wishes, MAX_MESSAGE);
    close_side(is_server ? &client : &server);
    CHECK(side == (is_server ? &server : &client));
}

static void frame_hex(struct wire *wire, bool is_server, uint8_t first, const char *hex) {
    struct wire payload = {0};
    wire_add_hex(&payload, hex);
    if (is_server) {
        wire_add_client_frame(wire, first, payload.bytes, payload.len);
    } else {
        wire_add_server_frame(wire, first, payload.bytes, payload.len);
    }
    wire_free(&payload);
}

/* Feeds frames to a new server and a new client, in pieces of all sizes; the message must come as
 * often as wanted. */
static void check_messages(void (*frames)(struct wire *wire, bool is_server), const char *text,
                           size_t count) {
    for (int is_server = 0; is_server < 2; is_server++) {
        struct wire wire = {0};
        frames(&wire, is_server);
        for (size_t piece = 1; piece <= wire.len; piece++) {
            struct side *side = is_server ? &server : &client;
            open_alone(side, is_server, &most);
            struct result result = feed(side, wire.bytes, wire.len, piece, false);
            CHECK_EQUAL(result.messages, count);
            CHECK_EQUAL(result.opcode, FRAME_TEXT);
            CHECK_FOR(result.event != CONNECTION_FAILED, "%s", result.failure);
            CHECK_BYTES(result.payload.bytes, result.payload.len, text, strlen(text));
            free_result(&result);
            close_side(side);
        }
        wire_free(&wire);
    }
}

static size_t example;

static void frame_example(struct wire *wire, bool is_server) {
    frame_hex(wire, is_server, 0xc1, examples[example]);
}

static void frame_fragments(struct wire *wire, bool is_server) {
    frame_hex(wire, is_server, 0x41, "f248cd");
    frame_hex(wire, is_server, 0x80, "c9c90700");
}

/* 7.2.3.2; the second message refers to the first, however that came. */
static void frame_shared(struct wire *wire, bool is_server) {
    frame_hex(wire, is_server, 0xc1, examples[example]);
    frame_hex(wire, is_server, 0x81, "6e6f"); /* not compressed: not in the window */
    frame_hex(wire, is_server, 0xc1, "f200110000");
}

static void the_examples_of_the_rfc_are_taken(void) {
    for (example = 0; example < 4; example++) {
        check_messages(frame_example, "Hello", 1);
        check_messages(frame_shared, "Hello", 3);
    }
    check_messages(frame_fragments, "Hello", 1);
}

static void frame_empty(struct wire *wire, bool is_server) {
    frame_hex(wire, is_server, 0xc1, "f248cdc9c90700");
    frame_hex(wire, is_server, 0xc1, "00"); /* 7.2.3.6 */
    frame_hex(wire, is_server, 0xc1, "");   /* as who uses zlib sends it */
    frame_hex(wire, is_server, 0x41, "");
    frame_hex(wire, is_server, 0x00, "");
    frame_hex(wire, is_server, 0x80, "");
    frame_hex(wire, is_server, 0x41, "00");
    frame_hex(wire, is_server, 0x80, "");
    frame_hex(wire, is_server, 0x41, "");
    frame_hex(wire, is_server, 0x80, "0200"); /* an empty fixed block before the other */
}

static void frame_after_empty(struct wire *wire, bool is_server) {
    frame_empty(wire, is_server);
    frame_hex(wire, is_server, 0xc1, "f200110000");
}

static void empty_messages_are_taken(void) {
    check_messages(frame_empty, "", 6);
    check_messages(frame_after_empty, "Hello", 7);
}

static void frame_first_empty(struct wire *wire, bool is_server) {
    frame_hex(wire, is_server, 0xc1, "");
}

static void frame_after_final(struct wire *wire, bool is_server) {
    frame_hex(wire, is_server, 0xc1, "f348cdc9c9070000");
    frame_hex(wire, is_server, 0xc1, "f300110000"); /* final again */
    frame_hex(wire, is_server, 0xc1, "f200110000");
}

static void an_empty_message_may_be_the_first(void) {
    check_messages(frame_first_empty, "", 1);
}

static void a_final_block_does_not_end_the_window(void) {
    check_messages(frame_after_final, "Hello", 3);
}

/* What a payload is failed with, as a server and as a client, whole and byte by byte. */
static void check_failure(const struct parameters *wishes, uint8_t first, const char *hex,
                          unsigned code, const char *sentence) {
    for (int way = 0; way < 4; way++) {
        struct wire wire = {0};
        bool is_server = way % 2 == 0;
        struct side *side = is_server ? &server : &client;
        open_alone(side, is_server, wishes);
        frame_hex(&wire, is_server, first, hex);
        struct result result = feed(side, wire.bytes, wire.len, way < 2 ? 1 : 1000, false);
        CHECK_FOR(result.event == CONNECTION_FAILED && result.code == code &&
                      strstr(result.failure, sentence) != NULL,
                  "%s as %s: event %d, %u, %s", hex, is_server ? "server" : "client",
                  (int)result.event, result.code, result.failure);
        free_result(&result);
        wire_free(&wire);
        close_side(side);
    }
}

/* Wherever it is cut, but where what is missing happens to be like what is added (7.2.2). */
static void data_that_is_cut_short_is_1007(void) {
    static const char cut[] = "the compressed data is cut short (RFC 7692, 7.2.2)";
    static const char *const payloads[] = {
        "f2",
        "f248",
        "f248cd",
        "f248cdc9",
        "f248cdc9c9",
        "f248cdc9c907",
        "000500faff",
        "f348cdc9c907",
        "f348cdc9c90700", /* a final block alone; 7.2.3.4 says why another byte is needed */
        "f24805",
        "f248050000 00ffff ca",
        "f248050000 00ffff cac9c9",
    };
    for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
        check_failure(&most, 0xc2, payloads[i], 1007, cut);
    }
}

static void malformed_data_is_1007(void) {
    check_failure(&most, 0xc2, "07", 1007, "block type 3 is reserved (RFC 1951, 3.2.3)");
    check_failure(&most, 0x42, "06", 1007, "block type 3 is reserved (RFC 1951, 3.2.3)");
    check_failure(&most, 0xc2, "000500fbff48656c6c6f00", 1007, "NLEN");
    check_failure(&most, 0xc2, "f200110000", 1007, "before the first byte");
    check_failure(&most, 0xc1, "000100feffff00", 1007, "a text message must be UTF-8 (8.1)");
    check_failure(&most, 0xc1, "000100feffc300", 1007, "within a character (8.1)");
}

/* With a bit in the wrong place the header alone is enough. */
static void the_mark_is_rsv1_of_the_first_frame(void) {
    check_failure(&most, 0xa2, "00", 1002, "");
    check_failure(&most, 0x92, "00", 1002, "");
    check_failure(&most, 0xc9, "00", 1002, "");
    check_failure(&most, 0xc8, "03e8", 1002, "");
}

/* Passes the same text twice from one side; whether the second frame is much smaller tells whether
 * the first is remembered. */
static bool remembers(struct side *from, struct side *to) {
    uint8_t text[2000];
    bool first_marked, second_marked;
    fill_random(text, sizeof text, 8);
    size_t first = pass(from, to, text, sizeof text, &first_marked);
    size_t second = pass(from, to, text, sizeof text, &second_marked);
    CHECK(first_marked && second_marked);
    return second < first / 10;
}

static void takeover_is_kept_or_not_in_each_direction(void) {
    for (int i = 0; i < 4; i++) {
        bool server_forgets = i % 2 == 1, client_forgets = i / 2 == 1;
        open_with(&(struct parameters){server_forgets, client_forgets, 15, 15}, MAX_MESSAGE);
        CHECK_EQUAL(remembers(&server, &client), !server_forgets);
        CHECK_EQUAL(remembers(&client, &server), !client_forgets);
        close_both();
    }
}

/* What is received without takeover may not refer to an earlier message. */
static void without_takeover_a_reference_back_is_1007(void) {
    for (int forgets = 0; forgets < 2; forgets++) {
        struct wire wire = {0};
        open_with(&(struct parameters){false, forgets, 15, 15}, MAX_MESSAGE);
        frame_hex(&wire, true, 0xc1, "f248cdc9c90700");
        frame_hex(&wire, true, 0xc1, "f200110000");
        struct result result = feed(&server, wire.bytes, wire.len, 1000, false);
        CHECK_EQUAL(result.event, forgets ? CONNECTION_FAILED : CONNECTION_MESSAGE);
        CHECK_EQUAL(result.code, forgets ? 1007 : 0);
        CHECK_EQUAL(result.messages, forgets ? 1 : 2);
        free_result(&result);
        wire_free(&wire);
        close_both();
    }
}

/* The size of a message that says the same at its beginning and, `distance` bytes later, again;
 * less that of one that says something else there. */
static long saved(struct side *from, struct side *to, size_t distance) {
    enum { SAME = 100 };
    uint8_t *text = malloc(distance + SAME);
    if (text == NULL) {
        abort();
    }
    fill_random(text, distance + SAME, 8);
    for (size_t i = 0; i < SAME; i++) { /* letters that stand nowhere else */
        text[i] = (uint8_t)(128 + roll(128));
        text[distance + i] = (uint8_t)(128 + roll(128));
    }
    long different = (long)pass(from, to, text, distance + SAME, NULL);
    uint8_t other[8000];
    for (size_t done = 0; done < 40000; done += sizeof other) { /* another text is in the window */
        fill_random(other, sizeof other, 8);
        pass(from, to, other, sizeof other, NULL);
    }
    memcpy(text + distance, text, SAME);
    long same = (long)pass(from, to, text, distance + SAME, NULL);
    free(text);
    return different - same;
}

static void the_windows_are_used_and_honoured(void) {
    for (unsigned bits = 8; bits <= 15; bits++) {
        size_t window = (size_t)1 << bits;
        open_with(&(struct parameters){false, false, bits, 23 - bits}, MAX_MESSAGE);
        CHECK_EQUAL(server.deflate.sender.window_bits, bits);
        CHECK_EQUAL(client.deflate.receiver.window_bits, bits);
        CHECK_EQUAL(client.deflate.sender.window_bits, 23 - bits);
        CHECK_EQUAL(server.deflate.receiver.window_bits, 23 - bits);
        long near = saved(&server, &client, window * 3 / 4);
        long far = saved(&server, &client, window + 64);
        CHECK_FOR(near >= 70, "window %zu: %ld bytes are saved near", window, near);
        CHECK_FOR(far < 50, "window %zu: %ld bytes are saved far", window, far);
        window = (size_t)1 << (23 - bits);
        near = saved(&client, &server, window * 3 / 4);
        far = saved(&client, &server, window + 64);
        CHECK_FOR(near >= 70, "client, window %zu: %ld bytes near", window, near);
        CHECK_FOR(far < 50, "client, window %zu: %ld bytes far", window, far);
        close_both();
    }
}

/* Adds a block without compression. */
static void add_stored(struct wire *payload, const uint8_t *bytes, size_t length) {
    uint8_t head[] = {0, (uint8_t)length, (uint8_t)(length >> 8), (uint8_t)~length,
                      (uint8_t)(~length >> 8)};
    wire_add(payload, head, sizeof head);
    wire_add(payload, bytes, length);
}

/* A message of another message's length behind it: three bytes from `distance` back. Codes of the
 * fixed block: length 3 is 0000001, distance symbols have five bits. Made for 257 (symbol 16, seven
 * extra bits, all 0) and 256 (symbol 15, six extra bits, all 1). */
static void a_reference_beyond_the_window_is_1007(void) {
    static const char *const tail[] = {
        "02fa1f00", /* 256 */
        "02060000", /* 257 */
    };
    for (int i = 0; i < 4; i++) {
        static uint8_t before[600];
        struct wire wire = {0}, payload = {0};
        unsigned bits = i < 2 ? 8 : 9;
        open_with(&(struct parameters){false, false, 15, bits}, MAX_MESSAGE);
        fill_random(before, sizeof before, 256);
        add_stored(&payload, before, sizeof before);
        wire_add_hex(&payload, "00");
        wire_add_client_frame(&wire, 0xc2, payload.bytes, payload.len);
        frame_hex(&wire, true, 0xc2, tail[i % 2]);
        struct result result = feed(&server, wire.bytes, wire.len, 1000, false);
        bool wanted = i != 1;
        CHECK_FOR((result.event == CONNECTION_MESSAGE) == wanted, "window of %u bits, case %d: %s",
                  bits, i, result.failure);
        if (wanted) {
            CHECK_BYTES(result.payload.bytes, result.payload.len,
                        before + sizeof before - 256 - (size_t)(i % 2), 3);
        } else {
            CHECK_EQUAL(result.code, 1007);
            CHECK(strcmp(result.failure, "a distance goes beyond the window (RFC 7692, 7.1.2)") ==
                  0);
        }
        free_result(&result);
        wire_free(&payload);
        wire_free(&wire);
        close_both();
    }
}

static void a_bomb_stops_at_the_limit(void) {
    enum { SIZE = 16 << 20, LIMIT = 100000 };
    uint8_t *zeros = calloc(1, SIZE);
    struct wire frame = {0};
    size_t pieces[] = {1, 500, SIZE};
    open_with(&most, LIMIT);
    CHECK(zeros != NULL && connection_send(&client.connection, FRAME_BINARY, zeros, SIZE) == 0);
    take_output(&client, &frame);
    CHECK(frame.len < 20000);
    close_both();
    for (size_t i = 0; i < 3; i++) {
        open_with(&most, LIMIT);
        struct result result = feed(&server, frame.bytes, frame.len, pieces[i], false);
        CHECK_EQUAL(result.event, CONNECTION_FAILED);
        CHECK_EQUAL(result.code, 1009);
        CHECK(server.deflate.receiver.capacity <= LIMIT);
        free_result(&result);
        close_both();
    }
    wire_free(&frame);
    free(zeros);
}

/* Passes messages of `limit` bytes, then one of a byte more, with and without a history. */
static void check_limit(size_t limit, uint32_t sides, size_t before, bool stored) {
    uint8_t *payload = malloc(limit + 1);
    struct wire wire = {0};
    if (payload == NULL) {
        abort();
    }
    open_with(&most, limit);
    close_side(&client); /* one that accepts more */
    permessage_deflate_init(&client.deflate, &most, false);
    permessage_deflate_accept(&client.deflate, text_of("permessage-deflate"));
    start(&client, CONNECTION_CLIENT, limit + 1);
    for (size_t i = 0; i <= before; i++) {
        fill_random(payload, limit + 1, sides);
        pass(&client, &server, payload, limit, NULL);
    }
    if (stored) {
        struct wire bytes = {0};
        for (size_t at = 0; at < limit + 1; at += 60000) {
            add_stored(&bytes, payload + at, limit + 1 - at < 60000 ? limit + 1 - at : 60000);
        }
        wire_add_hex(&bytes, "00");
        wire_add_client_frame(&wire, 0xc2, bytes.bytes, bytes.len);
        wire_free(&bytes);
    } else {
        bool sent = connection_send(&client.connection, FRAME_BINARY, payload, limit + 1) == 0;
        CHECK(sent);
        take_output(&client, &wire);
    }
    CHECK_EQUAL(wire.bytes[0], 0xc2);
    struct result result = feed(&server, wire.bytes, wire.len, 3000, false);
    CHECK_FOR(result.code == 1009, "%zu bytes and one more: %u", limit, result.code);
    CHECK(server.deflate.receiver.capacity <= 2 * limit + 32768);
    free_result(&result);
    wire_free(&wire);
    free(payload);
    close_both();
}

static void the_largest_message_passes_and_one_byte_more_fails(void) {
    static const size_t limits[] = {125, 126, 1000, 1023, 1024, 1025, 2048, 40000, 70000, 262144};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        for (size_t before = 0; before < 3; before++) {
            check_limit(limits[i], 1, before, false);
            check_limit(limits[i], 5, before, false);
            check_limit(limits[i], 5, before, true);
        }
    }
}

/* In silence exactly the windows remain, or less when less was ever in them. */
static void in_silence_the_windows_remain(void) {
    static uint8_t text[100000];
    for (unsigned bits = 8; bits <= 15; bits++) {
        size_t window = (size_t)1 << bits;
        const struct permessage_receiver *receiver = &server.deflate.receiver;
        const struct permessage_sender *sender = &server.deflate.sender;
        open_with(&(struct parameters){false, false, bits, bits}, MAX_MESSAGE);
        connection_relax(&server.connection); /* nothing was needed yet */
        CHECK(receiver->bytes == NULL && sender->memory == NULL && sender->history == NULL);
        fill_random(text, sizeof text, 8);
        pass(&client, &server, text, 100, NULL);
        connection_relax(&server.connection);
        CHECK_EQUAL(receiver->capacity, 100);
        pass(&client, &server, text, sizeof text, NULL);
        pass(&server, &client, text, sizeof text, NULL);
        CHECK(receiver->inflate != NULL && sender->memory != NULL);
        for (int again = 0; again < 2; again++) {
            connection_relax(&server.connection);
            CHECK(receiver->inflate == NULL);
            CHECK_EQUAL(receiver->capacity, window);
            CHECK_EQUAL(receiver->length, window);
            CHECK(memcmp(receiver->bytes, text + sizeof text - window, window) == 0);
            CHECK(sender->memory == NULL && sender->out == NULL && sender->out_capacity == 0);
            CHECK(sender->history != NULL && sender->history_length <= window);
            CHECK_FOR(sender->history_length + 262 >= window, "%zu of window %zu",
                      sender->history_length, window);
            CHECK(memcmp(sender->history, text + sizeof text - sender->history_length,
                         sender->history_length) == 0);
        }
        close_both();
    }
}

static void what_comes_after_a_silence_still_refers_back(void) {
    uint8_t text[2000];
    for (int round = 0; round < 16; round++) {
        open_with(&most, MAX_MESSAGE);
        fill_random(text, sizeof text, 8);
        for (int i = 0; i < 4; i++) {
            size_t size = pass(&client, &server, text, sizeof text, NULL);
            CHECK(i == 0 || size < 60);
            size = pass(&server, &client, text, sizeof text, NULL);
            CHECK(i == 0 || size < 60);
            if ((round & 1) != 0) {
                connection_relax(&server.connection);
            }
            if ((round & 2) != 0) {
                connection_relax(&client.connection);
            }
            if ((round & 4) != 0) { /* something between that does not shrink */
                uint8_t noise[500];
                bool marked;
                fill_random(noise, sizeof noise, 256);
                pass(&client, &server, noise, sizeof noise, &marked);
                CHECK(!marked);
            }
            if ((round & 8) != 0) {
                connection_relax(&client.connection);
                connection_relax(&server.connection);
            }
        }
        close_both();
    }
}

static void without_takeover_nothing_remains(void) {
    static uint8_t text[50000];
    const struct permessage_deflate *deflate = &server.deflate;
    open_with(&(struct parameters){true, true, 15, 15}, MAX_MESSAGE);
    fill_random(text, sizeof text, 8);
    pass(&client, &server, text, sizeof text, NULL);
    pass(&server, &client, text, sizeof text, NULL);
    connection_relax(&server.connection);
    CHECK(deflate->receiver.bytes == NULL && deflate->receiver.inflate == NULL);
    CHECK_EQUAL(deflate->receiver.capacity, 0);
    CHECK(deflate->sender.memory == NULL && deflate->sender.history == NULL);
    CHECK(deflate->sender.out == NULL);
    pass(&client, &server, text, sizeof text, NULL);
    pass(&server, &client, text, sizeof text, NULL);
    close_both();
}

/* Many messages without takeover never need more than the largest of them. */
static void without_takeover_memory_does_not_add_up(void) {
    uint8_t text[1500];
    open_with(&(struct parameters){true, true, 15, 15}, MAX_MESSAGE);
    for (int i = 0; i < 200; i++) {
        fill_random(text, sizeof text, 8);
        pass(&client, &server, text, sizeof text, NULL);
    }
    CHECK(server.deflate.receiver.capacity <= 4096);
    close_both();
    open_with(&(struct parameters){false, false, 15, 8}, MAX_MESSAGE);
    for (int i = 0; i < 200; i++) { /* nor with a small window */
        fill_random(text, sizeof text, 8);
        pass(&client, &server, text, sizeof text, NULL);
    }
    CHECK(server.deflate.receiver.capacity <= 4096);
    close_both();
}

static void what_does_not_shrink_goes_as_it_is(void) {
    uint8_t noise[5000], text[1000];
    bool marked;
    for (unsigned bits = 8; bits <= 15; bits += 7) {
        open_with(&(struct parameters){false, false, bits, bits}, MAX_MESSAGE);
        fill_random(text, sizeof text, 8);
        for (int i = 0; i < 20; i++) {
            pass(&client, &server, text, sizeof text, &marked);
            CHECK(marked);
            fill_random(noise, sizeof noise, 256);
            size_t size = pass(&client, &server, noise, sizeof noise, &marked);
            CHECK(!marked);
            CHECK_EQUAL(size, 2 + 2 + 4 + sizeof noise);
            size_t tiny = roll(4);
            size = pass(&client, &server, noise, tiny, &marked);
            CHECK(!marked);
            CHECK_EQUAL(size, 2 + 4 + tiny);
        }
        close_both();
    }
}

/* A message that would be as long as before is sent as it is. */
static void what_is_sent_is_shorter_than_the_message(void) {
    uint8_t text[300];
    bool marked;
    size_t smallest = 1000;
    open_with(&(struct parameters){true, true, 15, 15}, MAX_MESSAGE);
    memset(text, 'a', sizeof text);
    for (size_t length = 0; length < sizeof text; length++) {
        for (uint32_t sides = 1; sides < 256; sides *= 4) {
            fill_random(text, length, sides);
            size_t head = length < 126 ? 2 : 4;
            size_t size = pass(&server, &client, text, length, &marked);
            CHECK(marked ? size < head + length : size == head + length);
            smallest = marked && length < smallest ? length : smallest;
        }
    }
    CHECK_FOR(smallest < 10, "the smallest has %zu bytes", smallest);
    close_both();
}

static void small_messages_give_the_memory_of_large_ones_back(void) {
    static uint8_t text[3 << 20];
    const struct permessage_deflate *deflate = &server.deflate;
    open_with(&most, sizeof text);
    fill_random(text, sizeof text, 8);
    for (int i = 0; i < 3; i++) {
        pass(&client, &server, text, sizeof text, NULL);
        pass(&server, &client, text, sizeof text, NULL);
        CHECK(deflate->receiver.capacity >= sizeof text && deflate->sender.out_capacity > KEPT);
        for (int j = 0; j < 100; j++) {
            size_t length = 500 + roll(500);
            pass(&client, &server, text + roll(100000), length, NULL);
            pass(&server, &client, text + roll(100000), length, NULL);
        }
        CHECK_EQUAL(deflate->receiver.capacity, KEPT);
        CHECK(deflate->sender.out_capacity <= 1003);
    }
    pass(&client, &server, text, 200000, NULL); /* what is often needed stays */
    size_t capacity = deflate->receiver.capacity;
    for (int i = 0; i < 10; i++) {
        pass(&client, &server, text + 100000 * i, 200000, NULL);
        CHECK_EQUAL(deflate->receiver.capacity, capacity);
    }
    close_both();
}

/* Messages that the server sends back as they lie, unmarked and not copied, while more come. */
static void a_batch_is_echoed_without_mixing(void) {
    enum { COUNT = 60, SIZE = 700 };
    static uint8_t noise[COUNT * SIZE];
    static uint8_t large[300000]; /* whose memory could be given back */
    for (int forgets = 0; forgets < 2; forgets++) {
        static const size_t pieces[] = {1, 333, 2048, 1 << 20};
        for (size_t piece = 0; piece < 4; piece++) {
            struct wire wire = {0}, wanted = {0};
            open_with(&(struct parameters){true, forgets, 15, 9}, MAX_MESSAGE);
            fill_random(noise, sizeof noise, 256);
            fill_random(large, sizeof large, 256);
            struct wire blocks = {0};
            for (size_t at = 0; at < sizeof large; at += 60000) {
                add_stored(&blocks, large + at, 60000);
            }
            wire_add_hex(&blocks, "00");
            wire_add_client_frame(&wire, 0xc2, blocks.bytes, blocks.len);
            wire_add_server_frame(&wanted, 0x82, large, sizeof large);
            wire_free(&blocks);
            for (size_t i = 0; i < COUNT; i++) {
                struct wire payload = {0};
                add_stored(&payload, noise + i * SIZE, SIZE);
                wire_add_hex(&payload, "00");
                wire_add_client_frame(&wire, 0xc2, payload.bytes, payload.len);
                wire_add_server_frame(&wanted, 0x82, noise + i * SIZE, SIZE);
                wire_free(&payload);
            }
            struct result result = feed(&server, wire.bytes, wire.len, pieces[piece], true);
            CHECK_EQUAL(result.messages, 1 + COUNT);
            CHECK(result.output.len == wanted.len &&
                  memcmp(result.output.bytes, wanted.bytes, wanted.len) == 0);
            free_result(&result);
            wire_free(&wire);
            wire_free(&wanted);
            close_both();
        }
    }
}

/* Messages of all kinds in both directions, echoed or not, silence now and then. */
static void everything_comes_as_it_was_sent(void) {
    static uint8_t text[200000];
    static const uint32_t kinds[] = {1, 2, 8, 26, 256};
    fill_random(text, sizeof text / 2, 26);
    for (unsigned round = 0; round < 32; round++) {
        struct parameters wishes = {round & 1, round & 2, 8 + round % 8, 15 - round / 4};
        open_with(&wishes, MAX_MESSAGE);
        for (int i = 0; i < 60; i++) {
            size_t length = roll(roll(8) == 0 ? 100000 : 2000);
            uint8_t *at = text + roll((uint32_t)(sizeof text - length));
            if (roll(2) == 0) {
                fill_random(at, length, kinds[roll(5)]);
            }
            struct side *from = roll(2) == 0 ? &server : &client;
            pass(from, from == &server ? &client : &server, at, length, NULL);
            if (roll(4) == 0) {
                connection_relax(roll(2) == 0 ? &server.connection : &client.connection);
            }
        }
        close_both();
    }
}

/* A client that sends back what it got: it is masked, and the window must not be. */
static void an_echo_of_a_client_leaves_the_window_alone(void) {
    uint8_t noise[600];
    struct wire wire = {0}, payload = {0};
    open_with(&(struct parameters){false, true, 15, 15}, MAX_MESSAGE);
    fill_random(noise, sizeof noise, 256);
    add_stored(&payload, noise, sizeof noise);
    wire_add_hex(&payload, "00");
    wire_add_server_frame(&wire, 0xc2, payload.bytes, payload.len);
    struct result result = feed(&client, wire.bytes, wire.len, 1000, true);
    CHECK(result.output.len > 0 && result.output.bytes[0] == 0x82);
    free_result(&result);
    wire_free(&wire);
    frame_hex(&wire, false, 0xc2, "02fa1f00"); /* three bytes from 256 back */
    result = feed(&client, wire.bytes, wire.len, 1000, false);
    CHECK_BYTES(result.payload.bytes, result.payload.len, noise + sizeof noise - 256, 3);
    free_result(&result);
    wire_free(&wire);
    wire_free(&payload);
    close_both();
}

/* A message of fragments is echoed as one frame, and relaxing within it changes nothing. */
static void silence_in_the_middle_of_a_message_is_harmless(void) {
    struct wire wire = {0};
    struct result result;
    open_with(&most, MAX_MESSAGE);
    frame_fragments(&wire, true);
    for (size_t i = 0; i < wire.len; i++) {
        result = feed(&server, wire.bytes + i, 1, 1, false);
        connection_relax(&server.connection);
        if (i + 1 < wire.len) { /* the connection does not ask for it then; it would be no harm */
            server.deflate.extension.relax(&server.deflate);
        }
        CHECK_EQUAL(result.messages, i + 1 == wire.len);
        if (i + 1 == wire.len) {
            CHECK_BYTES(result.payload.bytes, result.payload.len, "Hello", 5);
        }
        free_result(&result);
    }
    wire_free(&wire);
    close_both();
}

static void a_refused_answer_leaves_nothing_agreed_on(void) {
    struct permessage_deflate deflate;
    permessage_deflate_init(&deflate, &(struct parameters){true, true, 9, 9}, false);
    CHECK(!permessage_deflate_accept(&deflate, text_of("permessage-deflate")));
    CHECK(permessage_deflate_extension(&deflate) == NULL);
    permessage_deflate_free(&deflate);
    permessage_deflate_init(&deflate, &most, true);
    struct extensions_chooser chooser = permessage_deflate_chooser(&deflate);
    CHECK(chooser.choose(chooser.context, text_of("permessage-deflate; x")) == NULL);
    CHECK(permessage_deflate_extension(&deflate) == NULL);
    CHECK(chooser.choose(chooser.context, text_of("permessage-deflate")) != NULL);
    CHECK(permessage_deflate_extension(&deflate) != NULL);
    permessage_deflate_free(&deflate);
}

int main(void) {
    test_run("compression: the examples are taken (RFC 7692, 7.2.3)",
             the_examples_of_the_rfc_are_taken);
    test_run("compression: empty messages are taken (RFC 7692, 7.2.3.6)", empty_messages_are_taken);
    test_run("compression: an empty message may be the first", an_empty_message_may_be_the_first);
    test_run("compression: a final block does not end the window (RFC 7692, 7.2.3.4)",
             a_final_block_does_not_end_the_window);
    test_run("compression: data that is cut short is 1007 (RFC 7692, 7.2.2)",
             data_that_is_cut_short_is_1007);
    test_run("compression: malformed data is 1007", malformed_data_is_1007);
    test_run("compression: the mark is RSV1 of the first frame (RFC 7692, 6)",
             the_mark_is_rsv1_of_the_first_frame);
    test_run("compression: takeover is kept or not in each direction (RFC 7692, 7.1.1)",
             takeover_is_kept_or_not_in_each_direction);
    test_run("compression: without takeover a reference back is 1007 (RFC 7692, 7.1.1)",
             without_takeover_a_reference_back_is_1007);
    test_run("compression: the windows are used and honoured (RFC 7692, 7.1.2)",
             the_windows_are_used_and_honoured);
    test_run("compression: a reference beyond the window is 1007 (RFC 7692, 7.1.2)",
             a_reference_beyond_the_window_is_1007);
    test_run("compression: a bomb stops at the limit", a_bomb_stops_at_the_limit);
    test_run("compression: the largest message passes and one byte more fails",
             the_largest_message_passes_and_one_byte_more_fails);
    test_run("compression: in silence the windows remain", in_silence_the_windows_remain);
    test_run("compression: what comes after a silence still refers back",
             what_comes_after_a_silence_still_refers_back);
    test_run("compression: without takeover nothing remains", without_takeover_nothing_remains);
    test_run("compression: without takeover memory does not add up",
             without_takeover_memory_does_not_add_up);
    test_run("compression: what does not shrink goes as it is", what_does_not_shrink_goes_as_it_is);
    test_run("compression: what is sent is shorter than the message",
             what_is_sent_is_shorter_than_the_message);
    test_run("compression: small messages give the memory of large ones back",
             small_messages_give_the_memory_of_large_ones_back);
    test_run("compression: a batch is echoed without mixing", a_batch_is_echoed_without_mixing);
    test_run("compression: everything comes as it was sent", everything_comes_as_it_was_sent);
    test_run("compression: an echo of a client leaves the window alone",
             an_echo_of_a_client_leaves_the_window_alone);
    test_run("compression: silence in the middle of a message is harmless",
             silence_in_the_middle_of_a_message_is_harmless);
    test_run("compression: a refused answer leaves nothing agreed on",
             a_refused_answer_leaves_nothing_agreed_on);
    return test_report();
}
