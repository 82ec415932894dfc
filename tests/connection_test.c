/* The connection of step 5, driven without a socket. Every scenario is fed whole, byte by byte, cut
 * in two at every place, and into a small and a large buffer: events and output stay the same. */
#include "step05_echo/connection.h"

#include "tests/test.h"
#include "tests/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_MESSAGE = 1000, EVENTS_SIZE = 8192 };

/* One run: what has happened, and all that was sent. */
struct run {
    char events[EVENTS_SIZE];
    struct wire output;
    bool ended;
};

static void note(struct run *run, const char *name, const void *payload, size_t len) {
    size_t used = strlen(run->events);
    snprintf(run->events + used, sizeof run->events - used, "%s:%.*s ", name,
             (int)(len < 40 ? len : 40), len > 0 ? (const char *)payload : "");
}

/* Takes the output away, in pieces of at most `piece` bytes, as a slow socket would. */
static void drain(struct connection *connection, struct run *run, size_t piece) {
    const struct iovec *parts;
    while (connection_output(connection, &parts) > 0) {
        size_t len = parts[0].iov_len < piece ? parts[0].iov_len : piece;
        wire_add(&run->output, parts[0].iov_base, len);
        connection_sent(connection, len);
    }
}

/* Handles events until more input is needed; echoes every message. */
static void handle_events(struct connection *connection, struct run *run, size_t piece) {
    struct connection_message message;
    char text[32];
    for (;;) {
        switch (connection_next(connection, &message)) {
        case CONNECTION_NEEDS_INPUT:
            drain(connection, run, piece);
            return;
        case CONNECTION_NEEDS_OUTPUT:
            drain(connection, run, piece);
            break;
        case CONNECTION_MESSAGE:
            note(run, frame_opcode_name(message.opcode), message.payload, message.length);
            connection_send(connection, message.opcode, message.payload, message.length);
            break;
        case CONNECTION_PING:
        case CONNECTION_PONG:
            note(run, frame_opcode_name(message.opcode), message.payload, message.length);
            break;
        case CONNECTION_CLOSED:
            snprintf(text, sizeof text, "closed %u", (unsigned)connection->close_code);
            note(run, text, message.payload, message.length);
            drain(connection, run, piece);
            run->ended = true;
            return;
        case CONNECTION_FAILED:
            snprintf(text, sizeof text, "failed %u", (unsigned)connection->close_code);
            note(run, text, "", 0);
            drain(connection, run, piece);
            run->ended = true;
            return;
        }
    }
}

/* Feeds `len` bytes, however many reads that takes. */
static void feed(struct connection *connection, struct run *run, const uint8_t *bytes, size_t len,
                 size_t piece) {
    while (len > 0 && !run->ended) {
        size_t size;
        uint8_t *space = connection_space(connection, &size);
        size_t take = len < size ? len : size;
        CHECK(space != NULL && size > 0);
        if (space == NULL || size == 0) {
            return;
        }
        memcpy(space, bytes, take);
        connection_received(connection, take);
        handle_events(connection, run, piece);
        bytes += take;
        len -= take;
    }
}

static void start(struct connection *connection, const struct connection_settings *settings,
                  uint8_t *lent, size_t lent_size, size_t received) {
    struct buffer buffer;
    buffer_init(&buffer, lent, lent_size);
    connection_init(connection, settings, &buffer, received);
}

static const struct connection_settings server_settings = {.role = CONNECTION_SERVER,
                                                           .max_message = MAX_MESSAGE};

/* How a scenario is cut: the first piece has `first` bytes, all others `rest`. */
static void run_cut(const struct wire *input, const char *events, const struct wire *output,
                    size_t first, size_t rest, size_t lent_size) {
    static uint8_t lent[2 * INPUT_READ_SIZE];
    struct connection connection;
    struct run run = {.ended = false};
    start(&connection, &server_settings, lent, lent_size, 0);
    for (size_t at = 0; at < input->len;) {
        size_t piece = at == 0 ? first : rest;
        size_t take = input->len - at < piece ? input->len - at : piece;
        feed(&connection, &run, input->bytes + at, take, rest);
        at += take;
    }
    CHECK_FOR(strcmp(run.events, events) == 0,
              "cut at %zu, then every %zu:\n  got    %s\n  wanted %s", first, rest, run.events,
              events);
    CHECK_BYTES(run.output.bytes, run.output.len, output->bytes, output->len);
    wire_free(&run.output);
    connection_free(&connection);
}

/* Plays a scenario in all ways, and frees both wires. */
static void play(struct wire *input, const char *events, struct wire *output) {
    static const size_t buffers[] = {CONNECTION_BUFFER_MIN, 2 * INPUT_READ_SIZE};
    for (size_t i = 0; i < 2; i++) {
        run_cut(input, events, output, input->len, input->len, buffers[i]);
        for (size_t cut = 1; cut < input->len; cut++) {
            run_cut(input, events, output, cut, input->len, buffers[i]);
        }
        for (size_t piece = 1; piece <= 7; piece += 2) {
            run_cut(input, events, output, piece, piece, buffers[i]);
        }
    }
    wire_free(input);
    wire_free(output);
}

static void a_text_and_a_binary_message(void) {
    struct wire in = {0}, out = {0};
    wire_add_hex(&in, "81"               /* FIN, text */
                      "85"               /* masked, 5 bytes */
                      "37 fa 21 3d"      /* masking key */
                      "7f 9f 4d 51 58"); /* "Hello", masked: RFC 6455, 5.7 */
    wire_add_client_text(&in, 0x82, "\x01\xff");
    wire_add_hex(&out, "81 05 48 65 6c 6c 6f");
    wire_add_hex(&out, "82 02 01 ff");
    play(&in, "text:Hello binary:\x01\xff ", &out);
}

static void empty_messages(void) {
    struct wire in = {0}, out = {0};
    wire_add_client_text(&in, 0x81, "");
    wire_add_client_text(&in, 0x82, "");
    wire_add_client_text(&in, 0x01, ""); /* three empty fragments */
    wire_add_client_text(&in, 0x00, "");
    wire_add_client_text(&in, 0x80, "");
    wire_add_hex(&out, "81 00  82 00  81 00");
    play(&in, "text: binary: text: ", &out);
}

static void fragments_join(void) {
    struct wire in = {0}, out = {0};
    wire_add_client_text(&in, 0x01, "frag");
    wire_add_client_text(&in, 0x00, "");
    wire_add_client_text(&in, 0x00, "men");
    wire_add_client_text(&in, 0x80, "ts");
    wire_add_client_text(&in, 0x81, "next");
    wire_add_server_text(&out, 0x81, "fragments");
    wire_add_server_text(&out, 0x81, "next");
    play(&in, "text:fragments text:next ", &out);
}

static void control_frames_between_fragments(void) {
    struct wire in = {0}, out = {0};
    wire_add_client_text(&in, 0x02, "one ");
    wire_add_client_text(&in, 0x89, "ping");
    wire_add_client_text(&in, 0x00, "two ");
    wire_add_client_text(&in, 0x8a, "pong");
    wire_add_client_text(&in, 0x89, "");
    wire_add_client_text(&in, 0x80, "three");
    wire_add_server_text(&out, 0x8a, "ping");
    wire_add_server_text(&out, 0x8a, "");
    wire_add_server_text(&out, 0x82, "one two three");
    play(&in, "ping:ping pong:pong ping: binary:one two three ", &out);
}

static void the_longest_ping(void) {
    struct wire in = {0}, out = {0};
    char payload[125];
    memset(payload, 'p', sizeof payload);
    wire_add_client_frame(&in, 0x89, payload, sizeof payload);
    wire_add_server_frame(&out, 0x8a, payload, sizeof payload);
    play(&in, "ping:pppppppppppppppppppppppppppppppppppppppp ", &out);
}

static void closing_echoes_the_code(void) {
    static const unsigned codes[] = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010,
                                     1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        struct wire in = {0}, out = {0};
        char events[32];
        wire_add_client_close(&in, codes[i], "bye");
        wire_add_client_text(&in, 0x81, "after the end");
        wire_add_server_close(&out, codes[i], "");
        snprintf(events, sizeof events, "closed %u:bye ", codes[i]);
        play(&in, events, &out);
    }
}

static void closing_without_a_code(void) {
    struct wire in = {0}, out = {0};
    wire_add_client_text(&in, 0x88, "");
    wire_add_client_text(&in, 0x88, ""); /* a second one does not count */
    wire_add_hex(&out, "88 00");
    play(&in, "closed 1005: ", &out);
}

static void closing_in_the_middle_of_a_message(void) {
    struct wire in = {0}, out = {0};
    wire_add_client_text(&in, 0x81, "whole");
    wire_add_client_text(&in, 0x01, "half");
    wire_add_client_close(&in, 1000, "");
    wire_add_client_text(&in, 0x80, "the rest");
    wire_add_server_text(&out, 0x81, "whole");
    wire_add_server_close(&out, 1000, "");
    play(&in, "text:whole closed 1000: ", &out);
}

/* Plays a violation behind a good message: the message is echoed, then the connection fails. */
static void play_violation(struct wire *violation, unsigned code, const char *sentence) {
    struct wire in = {0}, out = {0};
    char events[64];
    wire_add_client_text(&in, 0x81, "good");
    wire_add(&in, violation->bytes, violation->len);
    wire_add_client_text(&in, 0x89, "too late");
    wire_add_server_text(&out, 0x81, "good");
    wire_add_server_close(&out, code, sentence);
    snprintf(events, sizeof events, "text:good failed %u: ", code);
    play(&in, events, &out);
    wire_free(violation);
}

static void a_bad_frame_header(void) {
    static const struct {
        const char *hex;
        enum frame_verdict verdict;
    } bad[] = {
        {"c1 80 00000000", FRAME_RESERVED_BIT},
        {"a1 80 00000000", FRAME_RESERVED_BIT},
        {"91 80 00000000", FRAME_RESERVED_BIT},
        {"f8 80 00000000", FRAME_RESERVED_BIT},
        {"83 80 00000000", FRAME_RESERVED_OPCODE},
        {"8b 80 00000000", FRAME_RESERVED_OPCODE},
        {"09 80 00000000", FRAME_FRAGMENTED_CONTROL},
        {"08 80 00000000", FRAME_FRAGMENTED_CONTROL},
        {"81 05 48656c6c6f", FRAME_NOT_MASKED},
        {"89 fe 007e 00000000", FRAME_CONTROL_TOO_LONG},
        {"81 fe 007d", FRAME_LENGTH_NOT_MINIMAL},
        {"81 ff 000000000000ffff", FRAME_LENGTH_NOT_MINIMAL},
        {"82 ff 80", FRAME_LENGTH_TOP_BIT},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct wire violation = {0};
        wire_add_hex(&violation, bad[i].hex);
        play_violation(&violation, 1002, frame_verdict_sentence(bad[i].verdict));
    }
}

static void a_continuation_of_nothing(void) {
    for (unsigned fin = 0; fin <= 0x80; fin += 0x80) {
        struct wire violation = {0};
        wire_add_client_text(&violation, (uint8_t)fin, "more");
        play_violation(&violation, 1002, "there is no message to continue (5.4)");
    }
}

static void a_message_inside_a_message(void) {
    static const uint8_t first[] = {0x81, 0x01, 0x82, 0x02};
    for (size_t i = 0; i < sizeof first; i++) {
        struct wire violation = {0};
        wire_add_client_text(&violation, 0x02, "begun");
        wire_add_client_text(&violation, first[i], "another");
        play_violation(&violation, 1002, "a message begins before the last one has ended (5.4)");
    }
}

static void bad_close_payloads(void) {
    static const unsigned codes[] = {0,    999,  1004, 1005, 1006, 1015, 1016,
                                     1100, 1999, 2000, 2999, 5000, 65535};
    struct wire violation = {0};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        wire_add_client_close(&violation, codes[i], "");
        play_violation(&violation, 1002, close_verdict_sentence(CLOSE_BAD_CODE));
    }
    wire_add_client_text(&violation, 0x88, "\x03");
    play_violation(&violation, 1002, close_verdict_sentence(CLOSE_BAD_LENGTH));
    wire_add_client_close(&violation, 1000, "\xce\xba\xed\xa0\x80");
    play_violation(&violation, 1007, close_verdict_sentence(CLOSE_BAD_REASON));
    wire_add_client_close(&violation, 1000, "cut \xe2\x82");
    play_violation(&violation, 1007, close_verdict_sentence(CLOSE_BAD_REASON));
}

static void text_that_is_not_utf8(void) {
    struct wire violation = {0};
    wire_add_client_text(&violation, 0x81, "bad \xc0\xaf text");
    play_violation(&violation, 1007, "a text message must be UTF-8 (8.1)");
    wire_add_client_text(&violation, 0x01, "split \xf4");
    wire_add_client_text(&violation, 0x00, "\x90\x80\x80");
    play_violation(&violation, 1007, "a text message must be UTF-8 (8.1)");
    wire_add_client_text(&violation, 0x01, "an e without its accent \xc3");
    wire_add_client_text(&violation, 0x00, "and ASCII");
    wire_add_client_text(&violation, 0x80, "\xa9");
    play_violation(&violation, 1007, "a text message must be UTF-8 (8.1)");
    wire_add_client_text(&violation, 0x01, "cut \xe2");
    wire_add_client_text(&violation, 0x80, "\x82");
    play_violation(&violation, 1007, "a text message must not end within a character (8.1)");
}

static void text_split_within_characters(void) {
    struct wire in = {0}, out = {0};
    wire_add_client_text(&in, 0x01, "1 \xe2");
    wire_add_client_text(&in, 0x89, "");
    wire_add_client_text(&in, 0x00, "\x82");
    wire_add_client_text(&in, 0x80, "\xac");
    wire_add_client_text(&in, 0x82, "\xc0\xaf"); /* binary may be anything */
    wire_add_hex(&out, "8a 00");
    wire_add_server_text(&out, 0x81, "1 \xe2\x82\xac");
    wire_add_server_text(&out, 0x82, "\xc0\xaf");
    play(&in, "ping: text:1 \xe2\x82\xac binary:\xc0\xaf ", &out);
}

static void a_bad_byte_fails_in_the_middle_of_a_frame(void) {
    struct wire in = {0}, out = {0};
    uint8_t payload[200];
    memset(payload, 'a', sizeof payload);
    payload[100] = 0xff;
    wire_add_client_frame(&in, 0x81, payload, sizeof payload);
    in.len -= sizeof payload - 101; /* the bad byte is the last that has arrived */
    wire_add_server_close(&out, 1007, "a text message must be UTF-8 (8.1)");
    play(&in, "failed 1007: ", &out);
}

static void too_large_is_seen_in_the_header(void) {
    const char *sentence = "the message is larger than the limit";
    struct wire violation = {0};
    wire_add_hex(&violation, "82 fe 03e9 00000000"); /* 1001 bytes */
    play_violation(&violation, 1009, sentence);
    wire_add_hex(&violation, "82 ff 7fffffffffffffff 00000000"); /* the largest length there is */
    play_violation(&violation, 1009, sentence);
    /* A sum that overflows: 100 bytes are here, and 2^63 - 1 more are announced. */
    uint8_t payload[100] = {0};
    wire_add_client_frame(&violation, 0x02, payload, sizeof payload);
    wire_add_hex(&violation, "80 ff 7fffffffffffffff 00000000");
    play_violation(&violation, 1009, sentence);
    wire_add_client_frame(&violation, 0x02, payload, sizeof payload);
    wire_add_hex(&violation, "80 fe 0385 00000000"); /* 100 + 901 */
    play_violation(&violation, 1009, sentence);
}

static void the_largest_message_is_taken(void) {
    struct wire in = {0}, out = {0};
    uint8_t payload[MAX_MESSAGE];
    memset(payload, 'm', sizeof payload);
    wire_add_client_frame(&in, 0x82, payload, sizeof payload);
    wire_add_client_frame(&in, 0x02, payload, 1); /* and in fragments */
    wire_add_client_frame(&in, 0x00, payload, MAX_MESSAGE - 2);
    wire_add_client_frame(&in, 0x80, payload, 1);
    wire_add_server_frame(&out, 0x82, payload, sizeof payload);
    wire_add_server_frame(&out, 0x82, payload, sizeof payload);
    play(&in,
         "binary:mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm "
         "binary:mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm ",
         &out);
}

/* A small message whose frame has come whole takes a short way; with its last byte still missing it
 * takes the long one. Every length around the largest small one, good and bad. */
static void the_short_way_agrees_with_the_long_one(void) {
    for (size_t len = 0; len <= FRAME_CONTROL_MAX + 3; len++) {
        static const char *const ends[] = {"", "\xc3\xa9", "\xc3", "\xff", "\xc3\xff"};
        for (size_t end = 0; end < 5 && strlen(ends[end]) <= len; end++) {
            struct wire in = {0}, both[2] = {{0}, {0}};
            const char *failure[2];
            char text[FRAME_CONTROL_MAX + 3], events[2][EVENTS_SIZE];
            memset(text, 'a', sizeof text);
            memcpy(text + len - strlen(ends[end]), ends[end], strlen(ends[end]));
            for (uint8_t first = 0x82; first >= 0x81; first--) {
                wire_add_client_frame(&in, first, text, len);
            }
            for (size_t way = 0; way < 2; way++) {
                static uint8_t lent[CONNECTION_BUFFER_MIN];
                struct connection connection;
                struct run run = {.ended = false};
                start(&connection, &server_settings, lent, sizeof lent, 0);
                feed(&connection, &run, in.bytes, in.len / 2 - way, 1000);
                feed(&connection, &run, in.bytes + in.len / 2 - way, in.len / 2, 1000);
                feed(&connection, &run, in.bytes + in.len - way, way, 1000);
                memcpy(events[way], run.events, sizeof run.events);
                both[way] = run.output;
                failure[way] = connection.failure != NULL ? connection.failure : "none";
                connection_free(&connection);
            }
            CHECK_FOR(strcmp(events[0], events[1]) == 0, "%zu bytes: %s or %s", len, events[0],
                      events[1]);
            CHECK(strcmp(failure[0], failure[1]) == 0);
            CHECK_BYTES(both[0].bytes, both[0].len, both[1].bytes, both[1].len);
            wire_free(&both[0]);
            wire_free(&both[1]);
            wire_free(&in);
        }
    }
}

/* Wherever a frame is cut, its payload is not taken for a frame. */
static void a_ping_with_a_frame_in_it(void) {
    struct wire in = {0}, out = {0};
    wire_add_hex(&in, "89 8c 00000000  8280 00000000 8280 00000000");
    wire_add_client_text(&in, 0x81, "next");
    wire_add_hex(&out, "8a 0c  8280 00000000 8280 00000000");
    wire_add_server_text(&out, 0x81, "next");
    play(&in, "ping:\x82\x80 text:next ", &out);
}

static void many_small_frames_at_once(void) {
    struct wire in = {0}, out = {0};
    char events[EVENTS_SIZE] = "";
    for (int i = 0; i < 300; i++) {
        char payload[16];
        snprintf(payload, sizeof payload, "%d", i);
        uint8_t first = i % 3 == 0 ? 0x89 : 0x81;
        wire_add_client_text(&in, first, payload);
        wire_add_server_text(&out, i % 3 == 0 ? 0x8a : 0x81, payload);
        size_t used = strlen(events);
        snprintf(events + used, sizeof events - used, "%s:%s ", i % 3 == 0 ? "ping" : "text",
                 payload);
    }
    run_cut(&in, events, &out, in.len, in.len, 2 * INPUT_READ_SIZE);
    run_cut(&in, events, &out, in.len, in.len, CONNECTION_BUFFER_MIN);
    run_cut(&in, events, &out, 1, 1, CONNECTION_BUFFER_MIN);
    run_cut(&in, events, &out, 997, 997, CONNECTION_BUFFER_MIN);
    wire_free(&in);
    wire_free(&out);
}

/* Large messages, whole and in fragments, at all the lengths where a header changes its form. */
static void large_messages_come_back_byte_for_byte(void) {
    static const size_t sizes[] = {125, 126, 127, 1023, 65535, 65536, 65537, 300000, 1 << 20};
    static const size_t fragments[] = {1 << 30, 40000, 997};
    static uint8_t lent[16 * 1024];
    static const struct connection_settings settings = {.role = CONNECTION_SERVER,
                                                        .max_message = 1 << 20};
    uint8_t *payload = malloc(1 << 20);
    for (size_t i = 0; payload != NULL && i < 1 << 20; i++) {
        payload[i] = (uint8_t)(i * 31 + i / 257);
    }
    for (size_t i = 0; payload != NULL && i < 9 * 3; i++) {
        size_t size = sizes[i / 3], fragment = fragments[i % 3];
        struct wire in = {0}, out = {0};
        struct connection connection;
        struct run run = {.ended = false};
        for (size_t at = 0; at < size; at += fragment) {
            size_t take = size - at < fragment ? size - at : fragment;
            unsigned fin = at + take == size ? 0x80 : 0;
            wire_add_client_frame(&in, (uint8_t)(fin | (at == 0 ? 0x2 : 0)), payload + at, take);
        }
        wire_add_client_text(&in, 0x81, "behind it");
        wire_add_server_frame(&out, 0x82, payload, size);
        wire_add_server_text(&out, 0x81, "behind it");
        start(&connection, &settings, lent, sizeof lent, 0);
        feed(&connection, &run, in.bytes, in.len, 100000);
        CHECK_BYTES(run.output.bytes, run.output.len, out.bytes, out.len);
        wire_free(&run.output);
        wire_free(&in);
        wire_free(&out);
        connection_free(&connection);
    }
    free(payload);
}

static void a_claimed_length_takes_no_memory(void) {
    static uint8_t lent[4096];
    static const struct connection_settings settings = {.role = CONNECTION_SERVER,
                                                        .max_message = (uint64_t)1 << 40};
    struct connection connection;
    struct run run = {.ended = false};
    struct wire in = {0};
    wire_add_hex(&in, "82 ff 0000000100000000 00000000"); /* 4 GiB */
    start(&connection, &settings, lent, sizeof lent, 0);
    feed(&connection, &run, in.bytes, in.len, 1);
    size_t size;
    CHECK(connection_space(&connection, &size) != NULL);
    CHECK(!run.ended);
    CHECK_EQUAL(connection.input.buffer.capacity, sizeof lent);
    wire_free(&in);
    connection_free(&connection);
}

enum { LARGE = INPUT_READ_SIZE + 150000 };

/* A message of LARGE bytes arrives in pieces of 1,000 and is echoed. */
static void exchange_a_large_message(struct connection *connection, struct run *run) {
    struct wire in = {0};
    uint8_t *payload = calloc(1, LARGE);
    wire_add_client_frame(&in, 0x82, payload, LARGE);
    feed(connection, run, in.bytes, 3000, 1000);
    CHECK(!buffer_has_grown(&connection->input.buffer));
    feed(connection, run, in.bytes + 3000, 147000, 1000);
    CHECK_EQUAL(connection->input.buffer.capacity, INPUT_READ_SIZE);
    feed(connection, run, in.bytes + 150000, in.len - 150000 - 1, 1000);
    CHECK_EQUAL(connection->input.buffer.capacity, 2 * INPUT_READ_SIZE);
    CHECK_EQUAL(run->output.len, 0);
    feed(connection, run, in.bytes + in.len - 1, 1, 100000);
    CHECK_EQUAL(run->output.len, 10 + LARGE);
    free(payload);
    wire_free(&in);
}

static void memory_grows_with_what_arrives_and_stays_while_it_is_used(void) {
    static uint8_t lent[4096];
    static const struct connection_settings settings = {.role = CONNECTION_SERVER,
                                                        .max_message = 1 << 20};
    struct connection connection;
    struct run run = {.ended = false};
    struct wire small = {0};
    size_t size;
    wire_add_client_text(&small, 0x81, "small");
    start(&connection, &settings, lent, sizeof lent, 0);
    exchange_a_large_message(&connection, &run);
    connection_space(&connection, &size);
    CHECK_EQUAL(size, 2 * INPUT_READ_SIZE); /* the next may be as large */
    feed(&connection, &run, small.bytes, small.len, 100);
    CHECK(connection_space(&connection, &size) == lent);
    CHECK_EQUAL(size, sizeof lent);
    CHECK_EQUAL(run.output.len, 10 + LARGE + 2 + 5);
    wire_free(&small);
    wire_free(&run.output);
    connection_free(&connection);
}

/* Between two reads the beginning of a message stays where it lies as long as there is enough room
 * behind it, for the rest and for a good read; then it moves to the front of the buffer. */
static void bytes_are_moved_only_to_make_room(void) {
    enum { LENGTH = 20000, CAPACITY = 2 * INPUT_READ_SIZE };
    static uint8_t lent[CAPACITY];
    static const struct connection_settings settings = {.role = CONNECTION_SERVER,
                                                        .max_message = 1 << 20};
    struct connection connection;
    struct run run = {.ended = false};
    struct wire in = {0};
    uint8_t *payload = calloc(1, LENGTH);
    size_t size, moves = 0, expected = 0;
    for (size_t i = 0; i < 40; i++) {
        payload[0] = (uint8_t)i;
        wire_add_client_frame(&in, 0x82, payload, LENGTH);
    }
    start(&connection, &settings, lent, sizeof lent, 0);
    for (size_t done = 0, piece = LENGTH + 5; done < in.len; done += piece) {
        size_t at = (size_t)(connection_space(&connection, &size) - lent);
        CHECK_EQUAL(at + size, CAPACITY);
        CHECK(at == expected || at < piece);
        CHECK(size >= INPUT_READ_SIZE / 2);
        moves += at < expected;
        piece = in.len - done < piece ? in.len - done : piece;
        feed(&connection, &run, in.bytes + done, piece, piece);
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

static void memory_is_given_back_in_silence(void) {
    static uint8_t lent[4096];
    static const struct connection_settings settings = {.role = CONNECTION_SERVER,
                                                        .max_message = 1 << 20};
    struct connection connection;
    struct run run = {.ended = false};
    struct wire in = {0};
    size_t size;
    wire_add_client_text(&in, 0x81, "cut");
    start(&connection, &settings, lent, sizeof lent, 0);
    exchange_a_large_message(&connection, &run);
    feed(&connection, &run, in.bytes, 3, 100); /* half a header */
    connection_relax(&connection);
    CHECK(connection_space(&connection, &size) == lent + 3);
    CHECK_EQUAL(size, sizeof lent - 3);
    feed(&connection, &run, in.bytes + 3, 4, 100); /* in the middle of a message it stays */
    CHECK(buffer_grow(&connection.input.buffer, 5000, connection.input.end) == 0);
    connection_relax(&connection);
    CHECK(buffer_has_grown(&connection.input.buffer));
    feed(&connection, &run, in.bytes + 7, in.len - 7, 100);
    CHECK_BYTES(run.output.bytes + 10 + LARGE, run.output.len - 10 - LARGE,
                "\x81\x03"
                "cut",
                5);
    wire_free(&in);
    wire_free(&run.output);
    connection_free(&connection);
}

/* One read that fills the buffer may have left more behind, and each read is a system call. */
static void a_full_read_makes_room_for_a_larger_one(void) {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    struct connection connection;
    struct connection_message message;
    size_t size;
    struct wire in = {0};
    for (int i = 0; i < 100; i++) {
        wire_add_client_text(&in, 0x8a, "");
    }
    start(&connection, &server_settings, lent, sizeof lent, 0);
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
    CHECK_EQUAL(connection.input.buffer.capacity, INPUT_READ_SIZE);
    wire_free(&in);
    connection_free(&connection);
}

static void replies_to_a_batch_lie_side_by_side(void) {
    static uint8_t lent[4096];
    struct connection connection;
    struct connection_message message;
    struct wire in = {0};
    for (int i = 0; i < 10; i++) {
        wire_add_client_text(&in, 0x81, "a message of this batch");
    }
    memcpy(lent, in.bytes, in.len); /* they came in the same segment as the handshake */
    start(&connection, &server_settings, lent, sizeof lent, in.len);
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

static void what_is_lent_stays_until_it_is_sent(void) {
    static uint8_t lent[4096];
    struct connection connection;
    struct connection_message message;
    struct run run = {.ended = false};
    struct wire in = {0}, out = {0};
    uint8_t first[600], second[600];
    memset(first, '1', sizeof first);
    memset(second, '2', sizeof second);
    wire_add_client_frame(&in, 0x82, first, sizeof first);
    wire_add_client_frame(&in, 0x82, second, sizeof second);
    memcpy(lent, in.bytes, in.len);
    start(&connection, &server_settings, lent, sizeof lent, in.len);
    CHECK_EQUAL(connection_next(&connection, &message), CONNECTION_MESSAGE);
    /* The same message as text and as binary, and a part of it. */
    CHECK_EQUAL(connection_send(&connection, FRAME_TEXT, message.payload, 600), 0);
    CHECK_EQUAL(connection_send(&connection, FRAME_BINARY, message.payload, 600), 0);
    CHECK_EQUAL(connection_send(&connection, FRAME_BINARY, message.payload + 100, 500), 0);
    CHECK_EQUAL(connection_next(&connection, &message), CONNECTION_MESSAGE);
    CHECK_EQUAL(connection_send(&connection, FRAME_BINARY, message.payload + 1, 599), 0);
    CHECK_EQUAL(connection_next(&connection, &message), CONNECTION_NEEDS_INPUT);
    drain(&connection, &run, 100);
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
static void a_small_message_is_sent_twice(void) {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    struct connection connection;
    struct connection_message message;
    struct run run = {.ended = false};
    uint8_t foreign[] = "##foreign";
    struct wire in = {0}, out = {0};
    wire_add_client_text(&in, 0x81, "again");
    wire_add_client_text(&in, 0x82, "next");
    wire_add_client_text(&in, 0x82, "");
    memcpy(lent, in.bytes, in.len);
    start(&connection, &server_settings, lent, sizeof lent, in.len);
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
    drain(&connection, &run, 100);
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

static void a_pong_that_nobody_asked_for(void) {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    struct connection connection;
    struct run run = {.ended = false};
    start(&connection, &server_settings, lent, sizeof lent, 0);
    CHECK_EQUAL(connection_pong(&connection, (const uint8_t *)"here", 4), 0);
    drain(&connection, &run, 100);
    CHECK_BYTES(run.output.bytes, run.output.len, "\x8a\x04here", 6);
    wire_free(&run.output);
    connection_free(&connection);
}

static void messages_that_are_not_answered_leave_no_trace(void) {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    struct connection connection;
    struct connection_message message;
    struct wire in = {0};
    wire_add_client_text(&in, 0x81, "one");
    wire_add_client_text(&in, 0x81, "two");
    memcpy(lent, in.bytes, in.len);
    start(&connection, &server_settings, lent, sizeof lent, in.len);
    CHECK_EQUAL(connection_next(&connection, &message), CONNECTION_MESSAGE);
    CHECK_BYTES(message.payload, message.length, "one", 3);
    CHECK_EQUAL(connection_next(&connection, &message), CONNECTION_MESSAGE);
    CHECK_BYTES(message.payload, message.length, "two", 3);
    CHECK_EQUAL(connection.output.total, 0);
    wire_free(&in);
    connection_free(&connection);
}

static void pings_wait_for_output_in_bounded_memory(void) {
    static uint8_t lent[64 * 1024];
    struct connection connection;
    struct connection_message message;
    struct wire in = {0};
    uint8_t payload[125] = {0};
    for (int i = 0; i < 400; i++) {
        wire_add_client_frame(&in, 0x89, payload, sizeof payload);
    }
    memcpy(lent, in.bytes, in.len);
    start(&connection, &server_settings, lent, sizeof lent, in.len);
    int pings = 0, waits = 0;
    for (enum connection_event event = CONNECTION_PING; event != CONNECTION_NEEDS_INPUT;) {
        event = connection_next(&connection, &message);
        pings += event == CONNECTION_PING;
        if (event == CONNECTION_NEEDS_OUTPUT) {
            waits++;
            CHECK(connection.output.total <= OUTPUT_COPY_SIZE);
            CHECK_EQUAL(connection_next(&connection, &message), CONNECTION_NEEDS_OUTPUT);
            connection_sent(&connection, connection.output.total);
        }
    }
    CHECK_EQUAL(pings, 400);
    CHECK(waits > 0);
    wire_free(&in);
    connection_free(&connection);
}

static void our_close_waits_for_the_reply(void) {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    struct connection connection;
    struct run run = {.ended = false};
    struct wire in = {0}, out = {0};
    start(&connection, &server_settings, lent, sizeof lent, 0);
    CHECK_EQUAL(connection_close(&connection, 1001, "going away"), 0);
    CHECK_EQUAL(connection_close(&connection, 1001, "again"), -1);
    CHECK_EQUAL(connection_ping(&connection, lent, 0), -1);
    CHECK_EQUAL(connection_send(&connection, FRAME_BINARY, lent, 0), -1);
    handle_events(&connection, &run, 100);
    /* What was on its way is still received, but nothing is sent any more. */
    wire_add_client_text(&in, 0x89, "ping");
    wire_add_client_text(&in, 0x81, "late");
    wire_add_client_close(&in, 1001, "");
    feed(&connection, &run, in.bytes, in.len, 100);
    CHECK_FOR(strcmp(run.events, "ping:ping text:late closed 1001: ") == 0, "%s", run.events);
    wire_add_server_close(&out, 1001, "going away");
    CHECK_BYTES(run.output.bytes, run.output.len, out.bytes, out.len);
    wire_free(&in);
    wire_free(&out);
    wire_free(&run.output);
    connection_free(&connection);
}

static void a_violation_after_our_close_sends_no_second(void) {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    struct connection connection;
    struct run run = {.ended = false};
    struct wire in = {0};
    start(&connection, &server_settings, lent, sizeof lent, 0);
    connection_close(&connection, CLOSE_NO_CODE, "");
    wire_add_hex(&in, "83 80 00000000");
    feed(&connection, &run, in.bytes, in.len, 100);
    CHECK_FOR(strcmp(run.events, "failed 1002: ") == 0, "%s", run.events);
    CHECK_BYTES(run.output.bytes, run.output.len, "\x88\x00", 2);
    wire_free(&in);
    wire_free(&run.output);
    connection_free(&connection);
}

static void the_end_stays_the_end(void) {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    struct connection connection;
    struct connection_message message;
    struct wire in = {0};
    wire_add_client_text(&in, 0x88, "");
    wire_add_client_text(&in, 0x81, "ignored");
    memcpy(lent, in.bytes, in.len);
    start(&connection, &server_settings, lent, sizeof lent, in.len);
    for (int i = 0; i < 3; i++) {
        CHECK_EQUAL(connection_next(&connection, &message), CONNECTION_CLOSED);
    }
    CHECK_EQUAL(connection.output.total, 2);
    wire_free(&in);
    connection_free(&connection);
}

/* Gives keys that tell how often they were asked for. */
static void next_key(void *context, uint8_t key[4]) {
    uint8_t *count = context;
    ++*count;
    key[0] = *count;
    key[1] = 0x5a;
    key[2] = 0xa5;
    key[3] = 0xff;
}

static void a_client_masks_and_takes_no_masked_frames(void) {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    uint8_t keys = 0;
    struct connection_settings settings = {CONNECTION_CLIENT, MAX_MESSAGE, next_key, &keys, NULL};
    struct connection connection;
    struct run run = {.ended = false};
    struct wire in = {0};
    wire_add_server_text(&in, 0x01, "AB");
    wire_add_server_text(&in, 0x89, "p");
    wire_add_server_text(&in, 0x80, "C");
    wire_add_server_text(&in, 0x81, "D");
    wire_add_client_text(&in, 0x81, "masked");
    start(&connection, &settings, lent, sizeof lent, 0);
    feed(&connection, &run, in.bytes, in.len, 3);
    CHECK_FOR(strcmp(run.events, "ping:p text:ABC text:D failed 1002: ") == 0, "%s", run.events);
    static const uint8_t wanted[] = {
        0x8a, 0x81, 1, 0x5a, 0xa5, 0xff, 'p' ^ 1,                           /* pong */
        0x81, 0x83, 2, 0x5a, 0xa5, 0xff, 'A' ^ 2,  'B' ^ 0x5a,  'C' ^ 0xa5, /* echo */
        0x81, 0x81, 3, 0x5a, 0xa5, 0xff, 'D' ^ 3,                           /* echo */
        0x88, 0xa9, 4, 0x5a, 0xa5, 0xff, 0x03 ^ 4, 0xea ^ 0x5a, 'a' ^ 0xa5, /* close 1002 */
    };
    CHECK(run.output.len > sizeof wanted);
    CHECK_BYTES(run.output.bytes, sizeof wanted, wanted, sizeof wanted);
    wire_free(&in);
    wire_free(&run.output);
    connection_free(&connection);
}

int main(void) {
    test_run("connection: a text and a binary message (5.6)", a_text_and_a_binary_message);
    test_run("connection: empty messages", empty_messages);
    test_run("connection: fragments join (5.4)", fragments_join);
    test_run("connection: control frames between fragments (5.4)",
             control_frames_between_fragments);
    test_run("connection: the longest ping (5.5.2)", the_longest_ping);
    test_run("connection: a Close is answered with its code (5.5.1)", closing_echoes_the_code);
    test_run("connection: a Close without a code (7.1.5)", closing_without_a_code);
    test_run("connection: a Close in the middle of a message", closing_in_the_middle_of_a_message);
    test_run("connection: a bad frame header is 1002 (5.1, 5.2, 5.5)", a_bad_frame_header);
    test_run("connection: a continuation of nothing is 1002 (5.4)", a_continuation_of_nothing);
    test_run("connection: a message inside a message is 1002 (5.4)", a_message_inside_a_message);
    test_run("connection: bad close payloads (5.5.1, 7.4)", bad_close_payloads);
    test_run("connection: text that is not UTF-8 is 1007 (8.1)", text_that_is_not_utf8);
    test_run("connection: text split within characters", text_split_within_characters);
    test_run("connection: a bad byte fails in the middle of a frame",
             a_bad_byte_fails_in_the_middle_of_a_frame);
    test_run("connection: too large is seen in the header, 1009", too_large_is_seen_in_the_header);
    test_run("connection: the largest message is taken", the_largest_message_is_taken);
    test_run("connection: the short way agrees with the long one",
             the_short_way_agrees_with_the_long_one);
    test_run("connection: a ping with a frame in it", a_ping_with_a_frame_in_it);
    test_run("connection: many small frames at once", many_small_frames_at_once);
    test_run("connection: large messages come back byte for byte",
             large_messages_come_back_byte_for_byte);
    test_run("connection: a claimed length takes no memory", a_claimed_length_takes_no_memory);
    test_run("connection: memory grows with what arrives and stays while it is used",
             memory_grows_with_what_arrives_and_stays_while_it_is_used);
    test_run("connection: bytes are moved only to make room", bytes_are_moved_only_to_make_room);
    test_run("connection: memory is given back in silence", memory_is_given_back_in_silence);
    test_run("connection: a full read makes room for a larger one",
             a_full_read_makes_room_for_a_larger_one);
    test_run("connection: a small message is sent twice", a_small_message_is_sent_twice);
    test_run("connection: a pong that nobody asked for", a_pong_that_nobody_asked_for);
    test_run("connection: replies to a batch lie side by side",
             replies_to_a_batch_lie_side_by_side);
    test_run("connection: what is lent stays until it is sent",
             what_is_lent_stays_until_it_is_sent);
    test_run("connection: messages that are not answered leave no trace",
             messages_that_are_not_answered_leave_no_trace);
    test_run("connection: pings wait for output in bounded memory",
             pings_wait_for_output_in_bounded_memory);
    test_run("connection: our Close waits for the reply (7.1.2)", our_close_waits_for_the_reply);
    test_run("connection: a violation after our Close sends no second",
             a_violation_after_our_close_sends_no_second);
    test_run("connection: the end stays the end", the_end_stays_the_end);
    test_run("connection: a client masks, and takes no masked frames (5.1)",
             a_client_masks_and_takes_no_masked_frames);
    return test_report();
}
