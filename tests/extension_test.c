/* The connection's hook for an extension, with a toy that stands for any. It makes messages of
 * pairs:
 *
 *     03 61        three times the byte 61
 *     00 61        nothing
 *     00 bb        is against its rules, and so is half a pair
 *
 * Scenarios are played as server and as client, whole, byte by byte, and cut in two at every place;
 * events and output stay the same. */
#include "step05_echo/connection.h"

#include "tests/test.h"
#include "tests/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_MESSAGE = 1000,
    TOY_SIZE = 1200, /* the largest message, and some of another */
    TOY_BAD = 0xbb,
    TOY_RSV = FRAME_RSV2,
    MARK = 0x20, /* as RSV2 stands in the first byte of a frame */
    POISON = 0xdd,
    EVENTS_SIZE = 8192
};

static const char too_big[] = "the message is larger than the limit";
static const char not_utf8[] = "a text message must be UTF-8 (8.1)";
static const char misplaced[] = "a reserved bit is set beyond a message's first frame (5.2)";

struct toy {
    struct extension extension;
    uint8_t in[TOY_SIZE]; /* messages, one behind the other */
    size_t start, length;
    bool in_message, has_count, no_memory;
    uint8_t count;
    uint8_t out[2 * MAX_MESSAGE];
    size_t waits, relaxed;
};

/* Brings the message that has begun to the front, and destroys what was there. */
static void toy_move(struct toy *toy) {
    size_t length = toy->length - toy->start;
    memmove(toy->in, toy->in + toy->start, length);
    memset(toy->in + length, POISON, TOY_SIZE - length);
    toy->start = 0;
    toy->length = length;
}

static enum extension_verdict toy_pair(struct toy *toy, uint8_t byte,
                                       const struct extension_input *input) {
    size_t so_far = toy->length - toy->start;
    if (toy->count == 0 && byte == TOY_BAD) {
        return EXTENSION_BAD;
    }
    if (toy->count > input->most - so_far) {
        return EXTENSION_TOO_BIG;
    }
    if (toy->count > TOY_SIZE - toy->length) {
        if (!input->may_move) {
            toy->waits++;
            return EXTENSION_NEEDS_OUTPUT;
        }
        toy_move(toy);
    }
    memset(toy->in + toy->length, byte, toy->count);
    toy->length += toy->count;
    return EXTENSION_OK;
}

static enum extension_verdict toy_receive(void *context, struct extension_input *input,
                                          struct extension_message *message) {
    struct toy *toy = context;
    enum extension_verdict verdict = toy->no_memory ? EXTENSION_NO_MEMORY : EXTENSION_OK;
    if (!toy->in_message) {
        toy->start = toy->length;
        toy->in_message = true;
        toy->has_count = false;
    }
    while (input->length > 0 && verdict == EXTENSION_OK) {
        if (!toy->has_count) {
            toy->count = *input->bytes;
        } else {
            verdict = toy_pair(toy, *input->bytes, input);
        }
        if (verdict == EXTENSION_OK) {
            toy->has_count = !toy->has_count;
            input->bytes++;
            input->length--;
        }
    }
    bool is_whole = input->is_last && input->length == 0 && verdict == EXTENSION_OK;
    toy->in_message = !is_whole;
    *message = (struct extension_message){toy->in + toy->start, toy->length - toy->start,
                                          verdict == EXTENSION_BAD ? "the toy says no" : NULL};
    if (is_whole && toy->has_count) {
        message->problem = "half a pair";
        return EXTENSION_BAD;
    }
    return verdict;
}

/* Makes pairs of a message that gets shorter that way. */
static bool toy_send(void *context, const uint8_t *payload, size_t length,
                     struct extension_message *changed) {
    struct toy *toy = context;
    size_t written = 0, count;
    memset(toy->out, POISON, sizeof toy->out);
    for (size_t i = 0; i < length; i += count) {
        for (count = 1; i + count < length && count < 255; count++) {
            if (payload[i + count] != payload[i]) {
                break;
            }
        }
        if (written + 2 >= length) {
            return false;
        }
        toy->out[written++] = (uint8_t)count;
        toy->out[written++] = payload[i];
    }
    *changed = (struct extension_message){toy->out, written, NULL};
    return length > 0;
}

static void toy_relax(void *context) {
    struct toy *toy = context;
    CHECK(!toy->in_message);
    memset(toy->in, POISON, TOY_SIZE);
    toy->start = toy->length = 0;
    toy->relaxed++;
}

static void toy_init(struct toy *toy) {
    memset(toy, 0, sizeof *toy);
    toy->extension = (struct extension){TOY_RSV, toy, toy_receive, toy_send, toy_relax};
}

/* One run: what has happened, and all that was sent. */
struct run {
    struct connection connection;
    struct toy toy;
    uint32_t keys; /* masking keys handed out so far */
    char events[EVENTS_SIZE];
    struct wire output;
    size_t piece; /* what one write takes */
    bool ended;
};

static void new_key(void *context, uint8_t masking_key[4]) {
    struct run *run = context;
    uint32_t number = ++run->keys * 0x9e3779b1u;
    for (size_t i = 0; i < 4; i++) {
        masking_key[i] = (uint8_t)(number >> 8 * i);
    }
}

static void begin(struct run *run, enum connection_role role, uint8_t *lent, size_t size) {
    struct connection_settings settings = {.role = role, .max_message = MAX_MESSAGE};
    struct buffer buffer;
    memset(run, 0, sizeof *run);
    toy_init(&run->toy);
    run->piece = SIZE_MAX;
    settings.extension = &run->toy.extension;
    if (role == CONNECTION_CLIENT) {
        settings.new_masking_key = new_key;
        settings.context = run;
    }
    buffer_init(&buffer, lent, size);
    connection_init(&run->connection, &settings, &buffer, 0);
}

static void end(struct run *run) {
    connection_free(&run->connection);
    wire_free(&run->output);
}

static void note(struct run *run, const char *name, const void *payload, size_t length) {
    size_t used = strlen(run->events);
    snprintf(run->events + used, sizeof run->events - used, "%s:%zu:%.*s ", name, length,
             (int)(length < 12 ? length : 12), length > 0 ? (const char *)payload : "");
}

static void drain(struct run *run) {
    const struct iovec *parts;
    while (connection_output(&run->connection, &parts) > 0) {
        size_t length = parts[0].iov_len < run->piece ? parts[0].iov_len : run->piece;
        wire_add(&run->output, parts[0].iov_base, length);
        connection_sent(&run->connection, length);
    }
}

/* Handles events until more input is needed; echoes every message. */
static void handle_events(struct run *run) {
    struct connection_message message = {0};
    char text[200];
    while (!run->ended) {
        enum connection_event event = connection_next(&run->connection, &message);
        switch (event) {
        case CONNECTION_NEEDS_INPUT:
            drain(run);
            return;
        case CONNECTION_NEEDS_OUTPUT:
            CHECK(run->connection.output.count > 0);
            drain(run);
            break;
        case CONNECTION_MESSAGE:
            note(run, frame_opcode_name(message.opcode), message.payload, message.length);
            CHECK_EQUAL(
                connection_send(&run->connection, message.opcode, message.payload, message.length),
                0);
            break;
        case CONNECTION_PING:
        case CONNECTION_PONG:
            note(run, frame_opcode_name(message.opcode), message.payload, message.length);
            break;
        case CONNECTION_CLOSED:
        case CONNECTION_FAILED:
            snprintf(text, sizeof text, "%s %u", event == CONNECTION_CLOSED ? "closed" : "failed",
                     (unsigned)run->connection.close_code);
            note(run, text, "", 0);
            drain(run);
            CHECK_EQUAL(connection_next(&run->connection, &message), event);
            run->ended = true;
            break;
        }
    }
}

static void feed(struct run *run, const uint8_t *bytes, size_t length) {
    while (length > 0 && !run->ended) {
        size_t size = 0;
        uint8_t *space = connection_space(&run->connection, &size);
        size_t take = length < size ? length : size;
        CHECK(space != NULL && size > 0);
        if (space == NULL || size == 0) {
            return;
        }
        memcpy(space, bytes, take);
        connection_received(&run->connection, take);
        handle_events(run);
        bytes += take;
        length -= take;
    }
}

/* Takes the masks off frames that a client sent, so that they read as a server's do. No key may be
 * used twice. */
static void unmask(struct wire *output) {
    struct wire plain = {0};
    uint8_t before[4] = {0};
    for (size_t at = 0; at + 6 <= output->len;) {
        const uint8_t *frame = output->bytes + at;
        size_t length = frame[1] & 0x7f, head = 2;
        CHECK_FOR((frame[1] & 0x80) != 0, "the frame at %zu is not masked", at);
        if (length == 126) {
            length = (size_t)frame[2] << 8 | frame[3];
            head = 4;
        }
        const uint8_t *key = frame + head, *payload = key + 4;
        CHECK(at == 0 || memcmp(before, key, 4) != 0);
        memcpy(before, key, 4);
        at += head + 4 + length;
        CHECK(length <= 0xffff && at <= output->len);
        if (at > output->len) {
            break;
        }
        wire_add(&plain, &frame[0], 1);
        wire_add(&plain, (uint8_t[]){frame[1] & 0x7f}, 1);
        wire_add(&plain, frame + 2, head - 2);
        for (size_t i = 0; i < length; i++) {
            wire_add(&plain, (uint8_t[]){payload[i] ^ key[i % 4]}, 1);
        }
    }
    wire_free(output);
    *output = plain;
}

/* A scenario: frames as the peer sends them, and what comes of them, without masks. */
struct scenario {
    enum connection_role role; /* ours */
    struct wire in, out;
    char events[EVENTS_SIZE];
};

static void get_bytes(struct scenario *scenario, uint8_t first, const void *payload,
                      size_t length) {
    if (scenario->role == CONNECTION_SERVER) {
        wire_add_client_frame(&scenario->in, first, payload, length);
    } else {
        wire_add_server_frame(&scenario->in, first, payload, length);
    }
}

static void get(struct scenario *scenario, uint8_t first, const char *payload) {
    get_bytes(scenario, first, payload, strlen(payload));
}

static void get_hex(struct scenario *scenario, uint8_t first, const char *hex) {
    struct wire payload = {0};
    wire_add_hex(&payload, hex);
    get_bytes(scenario, first, payload.bytes, payload.len);
    wire_free(&payload);
}

static void put(struct scenario *scenario, uint8_t first, const void *payload, size_t length) {
    wire_add_server_frame(&scenario->out, first, payload, length);
}

static void put_hex(struct scenario *scenario, const char *hex) {
    wire_add_hex(&scenario->out, hex);
}

static void expect(struct scenario *scenario, const char *events) {
    strncat(scenario->events, events, EVENTS_SIZE - 1 - strlen(scenario->events));
}

static void fails(struct scenario *scenario, unsigned code, const char *sentence) {
    char events[32];
    snprintf(events, sizeof events, "failed %u:0: ", code);
    expect(scenario, events);
    wire_add_server_close(&scenario->out, code, sentence);
    get(scenario, 0x89, "too late");
}

static void run_cut(const struct scenario *scenario, size_t first, size_t rest, size_t lent_size,
                    size_t piece) {
    static uint8_t lent[INPUT_READ_SIZE];
    static struct run run;
    begin(&run, scenario->role, lent, lent_size);
    run.piece = piece;
    for (size_t at = 0; at < scenario->in.len;) {
        size_t size = at == 0 ? first : rest;
        size_t take = scenario->in.len - at < size ? scenario->in.len - at : size;
        feed(&run, scenario->in.bytes + at, take);
        at += take;
    }
    if (scenario->role == CONNECTION_CLIENT) {
        unmask(&run.output);
    }
    CHECK_FOR(strcmp(run.events, scenario->events) == 0,
              "role %d, cut at %zu, then every %zu:\n  got    %s\n  wanted %s", (int)scenario->role,
              first, rest, run.events, scenario->events);
    CHECK_BYTES(run.output.bytes, run.output.len, scenario->out.bytes, scenario->out.len);
    end(&run);
}

/* Plays what `fill` writes in all ways. */
static void play(void (*fill)(struct scenario *scenario)) {
    static struct scenario scenario;
    for (int role = CONNECTION_SERVER; role <= CONNECTION_CLIENT; role++) {
        memset(&scenario, 0, sizeof scenario);
        scenario.role = (enum connection_role)role;
        fill(&scenario);
        size_t length = scenario.in.len, step = length < 400 ? 1 : length / 97;
        run_cut(&scenario, length, length, CONNECTION_BUFFER_MIN, 7);
        run_cut(&scenario, length, length, INPUT_READ_SIZE, SIZE_MAX);
        for (size_t cut = 1; cut < length; cut += step) {
            run_cut(&scenario, cut, length, INPUT_READ_SIZE, 100);
        }
        for (size_t piece = 1; piece <= 5; piece += 2) {
            run_cut(&scenario, piece, piece, CONNECTION_BUFFER_MIN, piece);
        }
        wire_free(&scenario.in);
        wire_free(&scenario.out);
    }
}

static void fill_marked(struct scenario *scenario) {
    get_hex(scenario, 0x81 | MARK, "03 61 00 78 04 62");
    put_hex(scenario, "a1 04 0361 0462");
    get_hex(scenario, 0x82 | MARK, "ff ff 01 00");
    put_hex(scenario, "a2 04 ffff 0100");
    get(scenario, 0x81, "aaaaa"); /* not marked, but the answer can be */
    put_hex(scenario, "a1 02 0561");
    get_hex(scenario, 0x81 | MARK, "01 61 01 62"); /* marked, but the answer cannot be */
    put_hex(scenario, "81 02 6162");
    get_hex(scenario, 0x81 | MARK, ""); /* an empty message */
    put_hex(scenario, "81 00");
    get_hex(scenario, 0x82 | MARK, "00 61");
    put_hex(scenario, "82 00");
    expect(scenario, "text:7:aaabbbb binary:256:\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff ");
    expect(scenario, "text:5:aaaaa text:2:ab text:0: binary:0: ");
}

static void marked_messages_are_made(void) {
    play(fill_marked);
}

static void fill_fragments(struct scenario *scenario) {
    get_hex(scenario, 0x01 | MARK, "03 61 04");
    get(scenario, 0x89, "ping");
    get_hex(scenario, 0x00, "");
    get_hex(scenario, 0x00, "62 00 61 05");
    get(scenario, 0x8a, "pong");
    get_hex(scenario, 0x80, "63");
    get(scenario, 0x02, "dd"); /* one that is not marked in fragments behind it */
    get(scenario, 0x89, "");
    get(scenario, 0x80, "dd");
    get_hex(scenario, 0x02 | MARK, ""); /* the mark alone, then the payload, then nothing */
    get_hex(scenario, 0x00, "04 65");
    get_hex(scenario, 0x80, "");
    expect(scenario, "ping:4:ping pong:4:pong text:12:aaabbbbccccc ping:0: binary:4:dddd ");
    expect(scenario, "binary:4:eeee ");
    put(scenario, 0x8a, "ping", 4);
    put_hex(scenario, "a1 06 0361 0462 0563");
    put_hex(scenario, "8a 00  a2 02 0464  a2 02 0465");
}

static void fragments_join(void) {
    play(fill_fragments);
}

static uint8_t misplaced_first;

static void fill_misplaced(struct scenario *scenario) {
    get_hex(scenario, 0x81 | MARK, "04 61");
    put_hex(scenario, "a1 02 0461");
    expect(scenario, "text:4:aaaa ");
    if ((misplaced_first & 0x0f) == 0) {
        get_hex(scenario, 0x01 | MARK, "04 61");
    }
    get_hex(scenario, misplaced_first, "");
    fails(scenario, 1002, misplaced);
}

static void the_mark_stands_in_the_first_frame_only(void) {
    static const uint8_t first[] = {0x80, 0x00, 0x88, 0x89, 0x8a};
    for (size_t i = 0; i < sizeof first; i++) {
        misplaced_first = first[i] | MARK;
        play(fill_misplaced);
    }
}

static void fill_foreign_bit(struct scenario *scenario) {
    get_hex(scenario, misplaced_first, "04 61");
    fails(scenario, 1002, frame_verdict_sentence(FRAME_RESERVED_BIT));
}

static void other_bits_are_errors(void) {
    static const uint8_t first[] = {0xc1, 0x91, 0xe1, 0xb2, 0xc9, 0x90, 0x40};
    for (size_t i = 0; i < sizeof first; i++) {
        misplaced_first = first[i];
        play(fill_foreign_bit);
    }
}

static void without_an_extension_every_bit_is_an_error(void) {
    for (int role = CONNECTION_SERVER; role <= CONNECTION_CLIENT; role++) {
        for (unsigned bit = 0x10; bit <= 0x40; bit *= 2) {
            static uint8_t lent[CONNECTION_BUFFER_MIN];
            static struct run run;
            struct scenario scenario = {.role = (enum connection_role)role};
            begin(&run, scenario.role, lent, sizeof lent);
            connection_free(&run.connection);
            struct connection_settings settings = run.connection.settings;
            struct buffer buffer;
            buffer_init(&buffer, lent, sizeof lent);
            settings.extension = NULL;
            connection_init(&run.connection, &settings, &buffer, 0);
            get_hex(&scenario, (uint8_t)(0x81 | bit), "01 61");
            feed(&run, scenario.in.bytes, scenario.in.len);
            CHECK_FOR(strcmp(run.events, "failed 1002:0: ") == 0, "%s", run.events);
            wire_free(&scenario.in);
            end(&run);
        }
    }
}

/* Each message is an echo that is copied, or lent by the toy, and what was received waits in the
 * toy's memory behind it, until it must move. */
static void fill_needs_output(struct scenario *scenario) {
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
            get_bytes(scenario, 0x81 | MARK, pairs.bytes, pairs.len);
        } else {
            get_bytes(scenario, 0x01 | MARK, pairs.bytes, 1001);
            get_bytes(scenario, 0x00, pairs.bytes + 1001, pairs.len - 1001);
            get(scenario, 0x80, "");
        }
        put(scenario, 0x81, text, sizeof text);
        expect(scenario, "text:700:abcdefgabcde ");
        get(scenario, 0x89, "x");
        put(scenario, 0x8a, "x", 1);
        expect(scenario, "ping:1:x ");
        wire_free(&pairs);
    }
}

static void output_is_written_before_a_message_moves(void) {
    play(fill_needs_output);
}

/* The mask of what the extension has not taken is put back, whatever the place in the frame. */
static void it_goes_on_in_the_middle_of_a_frame(void) {
    static uint8_t lent[INPUT_READ_SIZE];
    static struct run run;
    struct scenario scenario = {.role = CONNECTION_SERVER};
    struct connection_message message;
    struct wire pairs = {0};
    for (size_t i = 0; i < 500; i++) {
        wire_add(&pairs, (uint8_t[]){1, (uint8_t)('a' + i % 3), 1, (uint8_t)i}, 4);
    }
    get_bytes(&scenario, 0x82 | MARK, pairs.bytes, pairs.len);
    get_bytes(&scenario, 0x82 | MARK, pairs.bytes, pairs.len);
    begin(&run, CONNECTION_SERVER, lent, sizeof lent);
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
    drain(&run);
    CHECK_EQUAL(connection_next(&run.connection, &message), CONNECTION_MESSAGE);
    CHECK_EQUAL(message.length, 1000);
    for (size_t i = 0; i < 500 && message.length == 1000; i++) {
        CHECK(message.payload[2 * i] == 'a' + i % 3 && message.payload[2 * i + 1] == (uint8_t)i);
    }
    wire_free(&pairs);
    wire_free(&scenario.in);
    end(&run);
}

static const char *bad_hex, *bad_sentence;
static unsigned bad_code;
static uint8_t bad_first;

static void fill_bad(struct scenario *scenario) {
    get(scenario, 0x81, "good");
    put(scenario, 0x81, "good", 4);
    expect(scenario, "text:4:good ");
    get_hex(scenario, bad_first | MARK, bad_hex);
    fails(scenario, bad_code, bad_sentence);
}

static void play_bad(uint8_t first, const char *hex, unsigned code, const char *sentence) {
    bad_first = first;
    bad_hex = hex;
    bad_code = code;
    bad_sentence = sentence;
    play(fill_bad);
}

static void what_breaks_its_rules_is_1007(void) {
    play_bad(0x82, "03 61 00 bb 03 61", 1007, "the toy says no");
    play_bad(0x02, "00 bb", 1007, "the toy says no");
    play_bad(0x82, "03 61 03", 1007, "half a pair");
    play_bad(0x81, "03", 1007, "half a pair");
}

static void what_comes_out_must_be_utf8(void) {
    play_bad(0x81, "01 61 01 ff 01 61", 1007, not_utf8);
    play_bad(0x01, "01 c0 01 af 00 bb", 1007, not_utf8); /* what comes first counts */
    play_bad(0x01, "01 e2 00 61 02 82 01 82", 1007, not_utf8);
    play_bad(0x81, "01 61 01 e2 01 82", 1007,
             "a text message must not end within a character (8.1)");
}

static void a_bad_byte_fails_at_once(void) {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    static struct run run;
    struct scenario scenario = {.role = CONNECTION_SERVER};
    get_hex(&scenario, 0x01 | MARK, "01 61 01 c0 01 61 01 62 01 63");
    begin(&run, CONNECTION_SERVER, lent, sizeof lent);
    feed(&run, scenario.in.bytes, 6 + 3); /* without the byte behind its count */
    CHECK(!run.ended);
    feed(&run, scenario.in.bytes + 9, 1);
    CHECK(run.ended);
    wire_free(&scenario.in);
    end(&run);
}

static void fill_split_characters(struct scenario *scenario) {
    get_hex(scenario, 0x01 | MARK, "01 e2 01");
    get(scenario, 0x89, "");
    get_hex(scenario, 0x00, "82 00 61");
    get_hex(scenario, 0x80, "01 ac");
    get_hex(scenario, 0x82 | MARK, "04 c0"); /* binary may be anything */
    get_hex(scenario, 0x81, "e282ac");
    put_hex(scenario, "8a 00  81 03 e282ac  a2 02 04c0  81 03 e282ac");
    expect(scenario, "ping:0: text:3:\xe2\x82\xac binary:4:\xc0\xc0\xc0\xc0 ");
    expect(scenario, "text:3:\xe2\x82\xac ");
}

static void text_may_be_split_within_characters(void) {
    play(fill_split_characters);
}

static void fill_largest(struct scenario *scenario) {
    get_hex(scenario, 0x82 | MARK, "ff 61 ff 61 ff 61 eb 61"); /* 1000 bytes */
    put_hex(scenario, "a2 08 ff61 ff61 ff61 eb61");
    expect(scenario, "binary:1000:aaaaaaaaaaaa ");
    get_hex(scenario, 0x02 | MARK, "ff 61 ff 61 ff 61");
    get_hex(scenario, 0x80, "ec 61");
    fails(scenario, 1009, too_big);
}

static void the_limit_counts_what_comes_out(void) {
    play(fill_largest);
}

/* Of payload that comes to nothing, twice the limit is taken; in one frame or in several. */
static void fill_nothing(struct scenario *scenario) {
    static uint8_t nothing[2 * MAX_MESSAGE + 2];
    memset(nothing, 0, sizeof nothing);
    get_bytes(scenario, 0x02 | MARK, nothing, MAX_MESSAGE / 2);
    get_bytes(scenario, 0x80, nothing, 3 * MAX_MESSAGE / 2); /* more than a message may have */
    put_hex(scenario, "82 00");
    expect(scenario, "binary:0: ");
    get_bytes(scenario, 0x01 | MARK, nothing, MAX_MESSAGE / 2);
    get_bytes(scenario, 0x00, nothing, 3 * MAX_MESSAGE / 2); /* more than a message may have */
    get_hex(scenario, 0x00, "00 00");
    fails(scenario, 1009, too_big);
}

/* What is behind the limit is not looked at, however much of it comes at once. */
static void fill_nothing_and_bad(struct scenario *scenario) {
    static uint8_t nothing[2 * MAX_MESSAGE + 4];
    memset(nothing, 0, sizeof nothing);
    nothing[2 * MAX_MESSAGE + 2] = 1;
    nothing[2 * MAX_MESSAGE + 3] = 0xff;
    get_bytes(scenario, 0x81 | MARK, nothing, sizeof nothing);
    fails(scenario, 1009, too_big);
}

static void payload_that_comes_to_nothing_is_limited(void) {
    play(fill_nothing);
    play(fill_nothing_and_bad);
}

static void no_memory_is_1011(void) {
    for (int role = CONNECTION_SERVER; role <= CONNECTION_CLIENT; role++) {
        static uint8_t lent[CONNECTION_BUFFER_MIN];
        static struct run run;
        struct scenario scenario = {.role = (enum connection_role)role};
        begin(&run, scenario.role, lent, sizeof lent);
        get_hex(&scenario, 0x02 | MARK, "04 61");
        get_hex(&scenario, 0x80, "04 61");
        feed(&run, scenario.in.bytes, scenario.in.len / 2);
        run.toy.no_memory = true;
        feed(&run, scenario.in.bytes + scenario.in.len / 2, scenario.in.len - scenario.in.len / 2);
        if (role == CONNECTION_CLIENT) {
            unmask(&run.output);
        }
        wire_add_server_close(&scenario.out, 1011, "out of memory");
        CHECK_FOR(strcmp(run.events, "failed 1011:0: ") == 0, "%s", run.events);
        CHECK_BYTES(run.output.bytes, run.output.len, scenario.out.bytes, scenario.out.len);
        wire_free(&scenario.in);
        wire_free(&scenario.out);
        end(&run);
    }
}

static void fill_close(struct scenario *scenario) {
    get_hex(scenario, 0x01 | MARK, "04 61");
    get_hex(scenario, 0x88, "03e8");
    get_hex(scenario, 0x80, "04 61");
    put_hex(scenario, "88 02 03e8");
    expect(scenario, "closed 1000:0: ");
}

static void a_close_ends_a_marked_message(void) {
    play(fill_close);
}

static void nothing_is_sent_behind_a_close(void) {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    static struct run run;
    uint8_t payload[] = "aaaaaaaa";
    begin(&run, CONNECTION_SERVER, lent, sizeof lent);
    CHECK_EQUAL(connection_close(&run.connection, 1000, ""), 0);
    CHECK_EQUAL(connection_send(&run.connection, FRAME_TEXT, payload, 8), -1);
    CHECK_EQUAL(run.toy.out[0],
                0); /* it was not asked: its memory of what was sent would be wrong */
    drain(&run);
    CHECK_EQUAL(connection_send(&run.connection, FRAME_TEXT, payload, 8), -1);
    CHECK_BYTES(run.output.bytes, run.output.len, "\x88\x02\x03\xe8", 4);
    end(&run);
}

/* A message that gets shorter, but stays longer than what is copied. */
static void fill_compressible(uint8_t payload[400]) {
    for (size_t i = 0; i < 400; i++) {
        payload[i] = (uint8_t)(i / 3);
    }
}

static void what_the_extension_gives_is_lent_or_copied(void) {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    static struct run run;
    uint8_t large[400], small[150] = {0}; /* 268 bytes and 2 */
    const struct iovec *parts;
    fill_compressible(large);
    begin(&run, CONNECTION_SERVER, lent, sizeof lent);
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
    end(&run);
}

/* What is 125 bytes long once it is changed is copied, and what is longer is lent. */
static void the_length_that_counts_is_that_of_the_changed_message(void) {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    static struct run run;
    uint8_t payload[300];
    for (size_t pairs = 62; pairs <= 63; pairs++) {
        begin(&run, CONNECTION_SERVER, lent, sizeof lent);
        for (size_t i = 0; i < sizeof payload; i++) {
            payload[i] = (uint8_t)(i < 3 * pairs ? i / 3 : pairs - 1);
        }
        CHECK_EQUAL(connection_send(&run.connection, FRAME_BINARY, payload, sizeof payload), 0);
        CHECK_EQUAL(connection_send(&run.connection, FRAME_BINARY, payload, sizeof payload),
                    pairs == 62 ? 0 : -1);
        end(&run);
    }
}

/* As an event loop would: it sends when it likes, and must hear -1 rather than lose something. */
static void nothing_is_lost_when_it_must_wait(void) {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    static struct run run;
    struct connection_message message;
    struct scenario scenario = {.role = CONNECTION_SERVER};
    uint8_t large[400];
    size_t size;
    fill_compressible(large);
    get(&scenario, 0x81, "first");
    get_hex(&scenario, 0x82 | MARK, "04 61");
    begin(&run, CONNECTION_SERVER, lent, sizeof lent);
    memcpy(connection_space(&run.connection, &size), scenario.in.bytes, scenario.in.len);
    connection_received(&run.connection, scenario.in.len);
    CHECK_EQUAL(connection_next(&run.connection, &message), CONNECTION_MESSAGE);
    CHECK_EQUAL(connection_send(&run.connection, FRAME_BINARY, large, sizeof large), 0);
    CHECK_EQUAL(connection_next(&run.connection, &message), CONNECTION_NEEDS_OUTPUT);
    CHECK_EQUAL(connection_send(&run.connection, FRAME_BINARY, large, sizeof large), -1);
    CHECK_EQUAL(connection_ping(&run.connection, (const uint8_t *)"p", 1), 0); /* that goes */
    CHECK_EQUAL(connection_next(&run.connection, &message), CONNECTION_NEEDS_OUTPUT);
    drain(&run);
    CHECK_EQUAL(connection_next(&run.connection, &message), CONNECTION_MESSAGE);
    CHECK_BYTES(message.payload, message.length, "aaaa", 4);
    CHECK_EQUAL(connection_send(&run.connection, FRAME_BINARY, message.payload, 4), 0);
    CHECK_EQUAL(connection_next(&run.connection, &message), CONNECTION_NEEDS_INPUT);
    drain(&run);
    CHECK_EQUAL(run.output.len, 4 + 268 + 3 + 4);
    CHECK_BYTES(run.output.bytes + 4 + 268, run.output.len - 4 - 268,
                "\x89\x01p\xa2\x02\x04"
                "a",
                7);
    wire_free(&scenario.in);
    end(&run);
}

/* A message of the extension belongs to it, and others may refer back to it; so a client that sends
 * it on, masked in place, must leave it as it was. */
static void a_client_leaves_the_message_as_it_was(void) {
    static const size_t lengths[] = {3, 125, 126, 700};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        static uint8_t lent[INPUT_READ_SIZE];
        static struct run run;
        struct scenario scenario = {.role = CONNECTION_CLIENT};
        struct connection_message message;
        struct wire pairs = {0}, wanted = {0};
        size_t size;
        for (size_t j = 0; j < lengths[i]; j++) {
            wire_add(&pairs, (uint8_t[]){1, (uint8_t)j}, 2);
            wire_add(&wanted, (uint8_t[]){(uint8_t)j}, 1);
        }
        get_bytes(&scenario, 0x82 | MARK, pairs.bytes, pairs.len);
        begin(&run, CONNECTION_CLIENT, lent, sizeof lent);
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
        drain(&run);
        CHECK_BYTES(run.toy.in, lengths[i], wanted.bytes, wanted.len);
        unmask(&run.output);
        wire_add_server_frame(&scenario.out, 0x82, wanted.bytes, wanted.len);
        if (is_short) {
            wire_add_server_frame(&scenario.out, 0x81, wanted.bytes, wanted.len);
        }
        CHECK_BYTES(run.output.bytes, run.output.len, scenario.out.bytes, scenario.out.len);
        wire_free(&scenario.out);
        wire_free(&scenario.in);
        wire_free(&wanted);
        wire_free(&pairs);
        end(&run);
    }
}

static void memory_is_given_back_between_messages_only(void) {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    static struct run run;
    struct scenario scenario = {.role = CONNECTION_SERVER};
    begin(&run, CONNECTION_SERVER, lent, sizeof lent);
    CHECK(connection_can_relax(&run.connection));
    get_hex(&scenario, 0x02 | MARK, "04 61");
    size_t first = scenario.in.len;
    get_hex(&scenario, 0x80, "04 62");
    feed(&run, scenario.in.bytes, first);
    connection_relax(&run.connection);
    CHECK_EQUAL(run.toy.relaxed, 0);
    feed(&run, scenario.in.bytes + first, scenario.in.len - first);
    connection_relax(&run.connection);
    CHECK_EQUAL(run.toy.relaxed, 1);
    feed(&run, scenario.in.bytes, 3); /* half a header is no message */
    connection_relax(&run.connection);
    CHECK_EQUAL(run.toy.relaxed, 2);
    feed(&run, scenario.in.bytes + 3, scenario.in.len - 3);
    CHECK(strcmp(run.events, "binary:8:aaaabbbb binary:8:aaaabbbb ") == 0);
    wire_free(&scenario.in);
    end(&run);
}

int main(void) {
    test_run("extension: marked messages are made, others are as they are",
             marked_messages_are_made);
    test_run("extension: fragments join, with control frames between them", fragments_join);
    test_run("extension: the mark stands in a message's first frame only (5.2)",
             the_mark_stands_in_the_first_frame_only);
    test_run("extension: other reserved bits are errors (5.2)", other_bits_are_errors);
    test_run("extension: without one every reserved bit is an error (5.2)",
             without_an_extension_every_bit_is_an_error);
    test_run("extension: output is written before a message moves",
             output_is_written_before_a_message_moves);
    test_run("extension: it goes on in the middle of a frame", it_goes_on_in_the_middle_of_a_frame);
    test_run("extension: what breaks its rules is 1007, with its sentence",
             what_breaks_its_rules_is_1007);
    test_run("extension: what comes out must be UTF-8 (8.1)", what_comes_out_must_be_utf8);
    test_run("extension: a bad byte fails at once (8.1)", a_bad_byte_fails_at_once);
    test_run("extension: text may be split within characters", text_may_be_split_within_characters);
    test_run("extension: the limit counts what comes out", the_limit_counts_what_comes_out);
    test_run("extension: payload that comes to nothing is limited",
             payload_that_comes_to_nothing_is_limited);
    test_run("extension: no memory is 1011", no_memory_is_1011);
    test_run("extension: a Close ends a marked message", a_close_ends_a_marked_message);
    test_run("extension: nothing is sent behind a Close (5.5.1)", nothing_is_sent_behind_a_close);
    test_run("extension: what it gives is lent if it is large, copied if it is small",
             what_the_extension_gives_is_lent_or_copied);
    test_run("extension: the length that counts is that of the changed message",
             the_length_that_counts_is_that_of_the_changed_message);
    test_run("extension: nothing is lost when it must wait", nothing_is_lost_when_it_must_wait);
    test_run("extension: a client leaves the message as it was",
             a_client_leaves_the_message_as_it_was);
    test_run("extension: memory is given back between messages only",
             memory_is_given_back_between_messages_only);
    return test_report();
}
