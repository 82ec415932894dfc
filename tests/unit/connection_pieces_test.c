/* The connection of step 5 for who relays or extends: messages that come and go in pieces, marked
 * ones, pings that are left to the caller, and an observer, wherever the bytes are cut. */
#include "tests/support/connection_pump.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

enum { MAX_MESSAGE = 1000, LOG_SIZE = 2000, MARK = 0x20 /* RSV2 in the first byte of a frame */ };

/* What the observer has seen of one direction. */
struct seen {
    struct wire bytes;
    uint64_t left; /* payload of the frame at hand */
};

/* A connection that sends each piece back. The frames that are sent are noted as connection_pump
 * notes events, the fragments of a message joined. */
struct run {
    struct connection connection;
    struct connection_pump drive;
    uint8_t lent[CONNECTION_BUFFER_MIN];
    char frames[LOG_SIZE];
    struct seen received, sent;
    uint32_t keys;
};

static void note(struct run *run, const struct frame_header *frame, const void *payload,
                 size_t length) {
    size_t used = strlen(run->frames);
    snprintf(run->frames + used, LOG_SIZE - used, frame->rsv == 0 ? "%s:%.*s " : "%s+2:%.*s ",
             frame_opcode_name(frame->opcode), (int)length,
             length > 0 ? (const char *)payload : "");
    CHECK(frame->rsv == 0 || frame->rsv == FRAME_RSV2);
}

static void new_key(void *context, uint8_t masking_key[4]) {
    struct run *run = context;
    uint32_t number = ++run->keys * 0x9e3779b1u;
    memcpy(masking_key, &number, 4);
}

static void observe(void *context, bool sent, const struct frame_header *frame,
                    const uint8_t *bytes, size_t count) {
    struct run *run = context;
    struct seen *seen = sent ? &run->sent : &run->received;
    CHECK(count > 0);
    if (seen->left == 0) {
        CHECK_EQUAL(count, frame_header_size(frame));
        CHECK_EQUAL(bytes[0] & 0x0f, frame->opcode);
        seen->left = frame->payload_length;
    } else {
        CHECK(count <= seen->left);
        seen->left -= count;
    }
    wire_add(&seen->bytes, bytes, count);
}

static void begin(struct run *run, const struct connection_settings *wanted) {
    struct connection_settings settings = *wanted;
    memset(run, 0, sizeof *run);
    settings.new_masking_key = new_key;
    settings.context = run;
    connection_pump_start(&run->connection, &settings, run->lent, sizeof run->lent, 0);
}

static void end(struct run *run) {
    connection_free(&run->connection);
    wire_free(&run->drive.message);
    wire_free(&run->drive.output);
    wire_free(&run->received.bytes);
    wire_free(&run->sent.bytes);
}

/* Takes apart what was sent: the opcode and the mark of each message stand in its first frame. */
static void read_frames(struct run *run) {
    const struct frame_rules rules = {run->connection.settings.role == CONNECTION_CLIENT, 7};
    struct frame_header frame, first = {0};
    struct wire message = {0};
    for (size_t at = 0; at < run->drive.output.len; at += (size_t)frame.payload_length) {
        uint8_t *bytes = run->drive.output.bytes + at;
        enum frame_verdict verdict =
            frame_decode_header(bytes, run->drive.output.len - at, &rules, &frame);
        CHECK_EQUAL(verdict, FRAME_OK);
        if (verdict != FRAME_OK) {
            break;
        }
        bytes += frame_header_size(&frame);
        at += frame_header_size(&frame);
        size_t length = (size_t)frame.payload_length;
        if (frame.masked) {
            frame_mask(bytes, bytes, length, frame.masking_key, 0);
        }
        if (frame_is_control(frame.opcode)) {
            note(run, &frame, bytes, length);
            continue;
        }
        bool continues = frame.opcode == FRAME_CONTINUATION;
        CHECK_EQUAL(continues, first.opcode != 0);
        CHECK(!continues || frame.rsv == 0);
        first = continues ? first : frame;
        wire_add(&message, bytes, length);
        if (frame.fin) {
            note(run, &first, message.bytes, message.len);
            first.opcode = 0;
            message.len = 0;
        }
    }
    wire_free(&message);
}

static void play_cut(const struct connection_settings *settings, const struct wire *in,
                     size_t first, size_t rest, const char *events, const char *frames) {
    static struct run run;
    begin(&run, settings);
    for (size_t at = 0, size = first; at < in->len; at += size, size = rest) {
        size = in->len - at < size ? in->len - at : size;
        connection_pump_feed(&run.connection, &run.drive, in->bytes + at, size, rest);
    }
    if (run.drive.ended) {
        struct connection_message message;
        CHECK(connection_next(&run.connection, &message) >= CONNECTION_CLOSED);
    }
    if (settings->observe != NULL) {
        size_t whole = run.drive.ended ? run.received.bytes.len : in->len;
        CHECK_BYTES(run.received.bytes.bytes, run.received.bytes.len, in->bytes, whole);
        CHECK_BYTES(run.sent.bytes.bytes, run.sent.bytes.len, run.drive.output.bytes,
                    run.drive.output.len);
    }
    read_frames(&run);
    CHECK_FOR(strcmp(run.drive.events, events) == 0 && strcmp(run.frames, frames) == 0,
              "role %d, cut at %zu, then every %zu:\n  got    %s\n  wanted %s\n  sent   %s"
              "\n  wanted %s",
              (int)settings->role, first, rest, run.drive.events, events, run.frames, frames);
    end(&run);
}

/* Frames of the peer, each with its first byte: a list that ends with a payload of NULL. */
struct frame {
    uint8_t first;
    const char *payload;
};

/* Plays frames as server and client, with an observer and without, whole, byte by byte, and cut in
 * two at every place. */
static void play(struct connection_settings settings, const struct frame *frames,
                 const char *events, const char *sent) {
    for (unsigned way = 0; way < 4; way++) {
        struct wire in = {0};
        settings.role = way % 2 == 0 ? CONNECTION_SERVER : CONNECTION_CLIENT;
        settings.observe = way < 2 ? NULL : observe;
        settings.max_message = MAX_MESSAGE;
        for (const struct frame *each = frames; each->payload != NULL; each++) {
            (way % 2 == 0 ? wire_add_client_text : wire_add_server_text)(&in, each->first,
                                                                         each->payload);
        }
        for (size_t cut = 1; cut <= in.len; cut++) {
            play_cut(&settings, &in, cut, in.len, events, sent);
        }
        for (size_t piece = 1; piece <= 7; piece += 2) {
            play_cut(&settings, &in, piece, piece, events, sent);
        }
        wire_free(&in);
    }
}

static const struct connection_settings in_pieces = {.in_pieces = true};
static const struct connection_settings with_mark = {.allowed_rsv = FRAME_RSV2};

TEST("connection: pieces join to the message") {
    static const struct frame frames[] = {
        {0x81, "Hello"}, {0x01, ""},         {0x89, "x"},    {0x00, "1 \xe2"}, {0x00, ""},
        {0x8a, "y"},     {0x00, "\x82\xac"}, {0x89, ""},     {0x80, ""},       {0x82, ""},
        {0x02, ""},      {0x80, ""},         {0x02, "\xff"}, {0x80, "\xfe"},   {0, NULL}};
    play(in_pieces, frames,
         "(text):Hello ping:x pong:y ping: (text):1 \xe2\x82\xac (binary): (binary): "
         "(binary):\xff\xfe ",
         "text:Hello pong:x pong: text:1 \xe2\x82\xac binary: binary: binary:\xff\xfe ");
}

/* What the mark means is not known here: neither UTF-8 nor the limit counts. */
TEST("connection: a marked message comes in pieces") {
    static char large[MAX_MESSAGE + 2];
    static char events[LOG_SIZE], frames_sent[LOG_SIZE];
    memset(large, 'm', sizeof large - 1);
    const struct frame frames[] = {{0x81, "a"}, {0x81 | MARK, "\xff"}, {0x01 | MARK, ""},
                                   {0x89, "x"}, {0x00, "b\xc0"},       {0x80, "c"},
                                   {0x01, "d"}, {0x80, "e"},           {0x82 | MARK, ""},
                                   {0x82, "f"}, {0x82 | MARK, large},  {0, NULL}};
    snprintf(events, sizeof events,
             "text:a (text+2):\xff ping:x (text+2):b\xc0"
             "c text:de (binary+2): binary:f (binary+2):%.40s ",
             large);
    snprintf(frames_sent, sizeof frames_sent,
             "text:a text+2:\xff pong:x text+2:b\xc0"
             "c text:de binary+2: binary:f binary+2:%s ",
             large);
    play(with_mark, frames, events, frames_sent);
}

static const char misplaced[] = "a reserved bit is set beyond a message's first frame (5.2)";

/* `allowed` or not, the first byte fails the connection; `before` comes before it. */
static void play_bad(struct connection_settings settings, struct frame before, uint8_t first,
                     const char *sentence) {
    const struct frame frames[] = {before, {first, ""}, {0x89, "too late"}, {0, NULL}};
    char sent[200];
    snprintf(sent, sizeof sent, "close:\x03\xea%s ", sentence);
    play(settings, frames[0].payload == NULL ? frames + 1 : frames, "failed 1002: ", sent);
}

TEST("connection: the mark stands in a message's first frame only (5.2)") {
    static const uint8_t control[] = {0x88, 0x89, 0x8a}, foreign[] = {0xc1, 0x91, 0xe1, 0xc9, 0x40};
    for (size_t i = 0; i < sizeof control; i++) {
        play_bad(with_mark, (struct frame){0, NULL}, control[i] | MARK, misplaced);
    }
    play_bad(with_mark, (struct frame){0x01 | MARK, ""}, 0x80 | MARK, misplaced);
    play_bad(with_mark, (struct frame){0x01, ""}, 0x00 | MARK, misplaced);
    for (size_t i = 0; i < sizeof foreign; i++) {
        play_bad(with_mark, (struct frame){0, NULL}, foreign[i],
                 frame_verdict_sentence(FRAME_RESERVED_BIT));
    }
    for (uint8_t bit = 0x10; bit <= 0x40; bit *= 2) {
        play_bad(in_pieces, (struct frame){0, NULL}, 0x81 | bit,
                 frame_verdict_sentence(FRAME_RESERVED_BIT));
    }
}

TEST("connection: text in pieces is checked as it comes (8.1)") {
    static struct run run;
    static const struct frame cut[] = {{0x01, "good"}, {0x89, ""}, {0x80, "\xe2"}, {0, NULL}};
    struct wire in = {0};
    begin(&run, &(struct connection_settings){.max_message = MAX_MESSAGE, .in_pieces = true});
    wire_add_client_text(&in, 0x01, "good \xc0 more");
    connection_pump_feed(&run.connection, &run.drive, in.bytes, 6 + 5, 1);
    CHECK(!run.drive.ended);
    connection_pump_feed(&run.connection, &run.drive, in.bytes + 6 + 5, 1, 1);
    CHECK(run.drive.ended);
    CHECK_EQUAL(run.connection.close_code, 1007);
    end(&run);
    wire_free(&in);
    play(in_pieces, cut, "ping: failed 1007: ",
         "pong: close:\x03\xef"
         "a text message must not end within a character (8.1) ");
}

TEST("connection: the limit counts pieces, too") {
    static char most[MAX_MESSAGE + 1], events[LOG_SIZE], sent[LOG_SIZE];
    memset(most, 'm', MAX_MESSAGE);
    const struct frame frames[] = {{0x02, most}, {0x80, ""}, {0x02, most}, {0x00, "m"}, {0, NULL}};
    snprintf(events, sizeof events, "(binary):%.40s failed 1009: ", most);
    snprintf(sent, sizeof sent, "binary:%s close:\x03\xf1%s ", most, connection_too_big);
    play(in_pieces, frames, events, sent);
}

TEST("connection: pings may be left to the caller") {
    static const struct frame frames[] = {{0x89, "one"}, {0x81, "x"}, {0x89, "two"}, {0, NULL}};
    play((struct connection_settings){.leave_pings = true}, frames, "ping:one text:x ping:two ",
         "text:x ");
}
