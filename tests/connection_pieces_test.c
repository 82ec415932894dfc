/* The connection of step 5 for who relays or extends: messages that come and go in pieces, marked
 * ones, pings that are left to the caller, frames that are encoded already, and an observer. */
#include "tests/test.h"
#include "tests/wire.h"

#include "step05_echo/connection.h"

#include <stdio.h>
#include <string.h>

enum { MAX_MESSAGE = 1000, LOG_SIZE = 2000, MARK = 0x20 /* RSV2 in the first byte of a frame */ };

/* What the observer has seen of one direction. */
struct seen {
    struct wire bytes;
    uint64_t left; /* payload of the frame at hand */
};

/* A connection that sends each piece back. Events are noted as "text:Hello ping:x failed 1002: ",
 * those of a marked message as "text+2:...", and the frames that are sent in the same way, the
 * fragments of a message joined. */
struct run {
    struct connection connection;
    uint8_t lent[CONNECTION_BUFFER_MIN];
    char events[LOG_SIZE], frames[LOG_SIZE];
    struct wire message, output;
    struct seen received, sent;
    size_t write_size;
    uint32_t keys;
    bool ended;
};

static void note(char *log, const char *name, unsigned rsv, const void *payload, size_t length) {
    char mark[16];
    size_t used = strlen(log);
    snprintf(mark, sizeof mark, "+%u", rsv);
    mark[rsv != 0 ? strlen(mark) : 0] = '\0';
    snprintf(log + used, LOG_SIZE - used, "%s%s:%.*s ", name, mark, (int)length,
             length > 0 ? (const char *)payload : "");
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
    struct buffer buffer;
    memset(run, 0, sizeof *run);
    run->write_size = SIZE_MAX;
    settings.new_masking_key = new_key;
    settings.context = run;
    buffer_init(&buffer, run->lent, sizeof run->lent);
    connection_init(&run->connection, &settings, &buffer, 0);
}

static void end(struct run *run) {
    connection_free(&run->connection);
    wire_free(&run->message);
    wire_free(&run->output);
    wire_free(&run->received.bytes);
    wire_free(&run->sent.bytes);
}

static void drain(struct run *run) {
    const struct iovec *parts;
    while (connection_output(&run->connection, &parts) > 0) {
        size_t length = parts[0].iov_len < run->write_size ? parts[0].iov_len : run->write_size;
        wire_add(&run->output, parts[0].iov_base, length);
        connection_sent(&run->connection, length);
    }
}

static void take_piece(struct run *run, const struct connection_message *piece) {
    CHECK(piece->fin || piece->length > 0);
    wire_add(&run->message, piece->payload, piece->length);
    CHECK_EQUAL(connection_send_piece(&run->connection, piece), 0);
    if (piece->fin) {
        note(run->events, frame_opcode_name(piece->opcode), piece->rsv, run->message.bytes,
             run->message.len);
        run->message.len = 0;
    }
}

/* Handles events until more input is needed. Whole messages are noted in brackets. */
static void handle(struct run *run) {
    struct connection_message message = {0};
    char text[40];
    while (!run->ended) {
        enum connection_event event = connection_next(&run->connection, &message);
        if (event == CONNECTION_PIECE) {
            take_piece(run, &message);
        } else if (event == CONNECTION_CLOSED || event == CONNECTION_FAILED) {
            snprintf(text, sizeof text, "%s %u", event == CONNECTION_CLOSED ? "closed" : "failed",
                     (unsigned)run->connection.close_code);
            note(run->events, text, 0, "", 0);
            run->ended = true;
        } else if (event == CONNECTION_MESSAGE) {
            snprintf(text, sizeof text, "(%s)", frame_opcode_name(message.opcode));
            note(run->events, text, message.rsv, message.payload, message.length);
            connection_send(&run->connection, message.opcode, message.payload, message.length);
        } else if (event == CONNECTION_PING || event == CONNECTION_PONG) {
            note(run->events, frame_opcode_name(message.opcode), 0, message.payload,
                 message.length);
        } else {
            drain(run);
            if (event == CONNECTION_NEEDS_INPUT) {
                return;
            }
        }
    }
    drain(run);
    CHECK(connection_next(&run->connection, &message) >= CONNECTION_CLOSED);
}

static void feed(struct run *run, const uint8_t *bytes, size_t length) {
    while (length > 0 && !run->ended) {
        size_t size = 0;
        uint8_t *space = connection_space(&run->connection, &size);
        size = size < length ? size : length;
        memcpy(space, bytes, size);
        connection_received(&run->connection, size);
        handle(run);
        bytes += size;
        length -= size;
    }
}

/* Takes apart what was sent: the opcode and the mark of each message stand in its first frame. */
static void read_frames(struct run *run) {
    const struct frame_rules rules = {run->connection.settings.role == CONNECTION_CLIENT, 7};
    struct frame_header frame, first = {0};
    struct wire message = {0};
    for (size_t at = 0; at < run->output.len; at += (size_t)frame.payload_length) {
        uint8_t *bytes = run->output.bytes + at;
        enum frame_verdict verdict =
            frame_decode_header(bytes, run->output.len - at, &rules, &frame);
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
            note(run->frames, frame_opcode_name(frame.opcode), frame.rsv, bytes, length);
            continue;
        }
        bool continues = frame.opcode == FRAME_CONTINUATION;
        CHECK_EQUAL(continues, first.opcode != 0);
        CHECK(!continues || frame.rsv == 0);
        first = continues ? first : frame;
        wire_add(&message, bytes, length);
        if (frame.fin) {
            note(run->frames, frame_opcode_name(first.opcode), first.rsv, message.bytes,
                 message.len);
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
    run.write_size = rest;
    for (size_t at = 0, size = first; at < in->len; at += size, size = rest) {
        size = in->len - at < size ? in->len - at : size;
        feed(&run, in->bytes + at, size);
    }
    if (settings->observe != NULL) {
        size_t whole = run.ended ? run.received.bytes.len : in->len;
        CHECK_BYTES(run.received.bytes.bytes, run.received.bytes.len, in->bytes, whole);
        CHECK_BYTES(run.sent.bytes.bytes, run.sent.bytes.len, run.output.bytes, run.output.len);
    }
    read_frames(&run);
    CHECK_FOR(strcmp(run.events, events) == 0 && strcmp(run.frames, frames) == 0,
              "role %d, cut at %zu, then every %zu:\n  got    %s\n  wanted %s\n  sent   %s"
              "\n  wanted %s",
              (int)settings->role, first, rest, run.events, events, run.frames, frames);
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

static void pieces_join_to_the_message(void) {
    static const struct frame frames[] = {
        {0x81, "Hello"}, {0x01, ""},         {0x89, "x"},    {0x00, "1 \xe2"}, {0x00, ""},
        {0x8a, "y"},     {0x00, "\x82\xac"}, {0x89, ""},     {0x80, ""},       {0x82, ""},
        {0x02, ""},      {0x80, ""},         {0x02, "\xff"}, {0x80, "\xfe"},   {0, NULL}};
    play(in_pieces, frames,
         "text:Hello ping:x pong:y ping: text:1 \xe2\x82\xac binary: binary: binary:\xff\xfe ",
         "text:Hello pong:x pong: text:1 \xe2\x82\xac binary: binary: binary:\xff\xfe ");
}

/* What the mark means is not known here: neither UTF-8 nor the limit counts. */
static void a_marked_message_comes_in_pieces(void) {
    static char large[MAX_MESSAGE + 2];
    static char events[LOG_SIZE], frames_sent[LOG_SIZE];
    memset(large, 'm', sizeof large - 1);
    const struct frame frames[] = {{0x81, "a"}, {0x81 | MARK, "\xff"}, {0x01 | MARK, ""},
                                   {0x89, "x"}, {0x00, "b\xc0"},       {0x80, "c"},
                                   {0x01, "d"}, {0x80, "e"},           {0x82 | MARK, ""},
                                   {0x82, "f"}, {0x82 | MARK, large},  {0, NULL}};
    snprintf(events, sizeof events,
             "(text):a text+2:\xff ping:x text+2:b\xc0"
             "c (text):de binary+2: (binary):f binary+2:%s ",
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

static void the_mark_stands_in_the_first_frame_only(void) {
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

static void text_in_pieces_is_checked_as_it_comes(void) {
    static struct run run;
    static const struct frame cut[] = {{0x01, "good"}, {0x89, ""}, {0x80, "\xe2"}, {0, NULL}};
    struct wire in = {0};
    begin(&run, &(struct connection_settings){.max_message = MAX_MESSAGE, .in_pieces = true});
    wire_add_client_text(&in, 0x01, "good \xc0 more");
    feed(&run, in.bytes, 6 + 5);
    CHECK(!run.ended);
    feed(&run, in.bytes + 6 + 5, 1);
    CHECK(run.ended);
    CHECK_EQUAL(run.connection.close_code, 1007);
    end(&run);
    wire_free(&in);
    play(in_pieces, cut, "ping: failed 1007: ",
         "pong: close:\x03\xef"
         "a text message must not end within a character (8.1) ");
}

static void the_limit_counts_pieces_too(void) {
    static char most[MAX_MESSAGE + 1], events[LOG_SIZE], sent[LOG_SIZE];
    memset(most, 'm', MAX_MESSAGE);
    const struct frame frames[] = {{0x02, most}, {0x80, ""}, {0x02, most}, {0x00, "m"}, {0, NULL}};
    snprintf(events, sizeof events, "binary:%s failed 1009: ", most);
    snprintf(sent, sizeof sent, "binary:%s close:\x03\xf1%s ", most, connection_too_big);
    play(in_pieces, frames, events, sent);
}

/* The first piece of a frame has the room of its header before it, and goes back as it lies; later
 * ones are lent with a header of their own. */
static void pieces_go_back_without_being_copied(void) {
    static struct run run;
    uint8_t payload[600];
    struct connection_message piece;
    const struct iovec *parts;
    struct wire in = {0};
    begin(&run, &in_pieces);
    memset(payload, 'p', sizeof payload);
    run.connection.settings.max_message = sizeof payload;
    wire_add_client_frame(&in, 0x82, payload, sizeof payload);
    memcpy(run.lent, in.bytes, 8 + 300);
    connection_received(&run.connection, 8 + 300);
    CHECK_EQUAL(connection_next(&run.connection, &piece), CONNECTION_PIECE);
    CHECK(piece.payload == run.lent + 8 && piece.length == 300 && !piece.fin);
    CHECK_EQUAL(connection_send_piece(&run.connection, &piece), 0);
    CHECK_EQUAL(connection_output(&run.connection, &parts), 1);
    CHECK(parts[0].iov_base == run.lent + 4 && parts[0].iov_len == 4 + 300);
    CHECK_EQUAL(connection_next(&run.connection, &piece), CONNECTION_NEEDS_INPUT);
    memcpy(run.lent + 8 + 300, in.bytes + 8 + 300, 200); /* nothing of it is written yet */
    connection_received(&run.connection, 200);
    CHECK_EQUAL(connection_next(&run.connection, &piece), CONNECTION_PIECE);
    CHECK(piece.payload == run.lent + 8 + 300 && piece.length == 200 && !piece.fin);
    CHECK_EQUAL(connection_send_piece(&run.connection, &piece), 0);
    CHECK_EQUAL(connection_output(&run.connection, &parts), 3);
    CHECK(parts[2].iov_base == piece.payload && parts[2].iov_len == 200);
    drain(&run);
    feed(&run, in.bytes + 8 + 500, 100);
    wire_free(&in);
    wire_add_server_frame(&in, 0x02, payload, 300);
    wire_add_server_frame(&in, 0x00, payload, 200);
    wire_add_server_frame(&in, 0x80, payload, 100);
    CHECK_BYTES(run.output.bytes, run.output.len, in.bytes, in.len);
    wire_free(&in);
    end(&run);
}

static void pings_may_be_left_to_the_caller(void) {
    static const struct frame frames[] = {{0x89, "one"}, {0x81, "x"}, {0x89, "two"}, {0, NULL}};
    play((struct connection_settings){.leave_pings = true}, frames, "ping:one (text):x ping:two ",
         "text:x ");
}

static void while_a_message_is_sent_in_part_none_can_begin(void) {
    static struct run run;
    uint8_t bytes[] = "abcdef";
    const uint8_t encoded[] = {0x81, 0x02, 'o', 'k'};
    struct connection *connection = &run.connection;
    begin(&run, &(struct connection_settings){.observe = observe, .allowed_rsv = FRAME_RSV2});
    struct connection_message piece = {FRAME_TEXT, FRAME_RSV2, false, bytes, 2};
    CHECK_EQUAL(connection_send_encoded(connection, encoded, sizeof encoded), 0);
    CHECK_EQUAL(connection_send_piece(connection, &piece), 0);
    CHECK_EQUAL(connection_send(connection, FRAME_TEXT, bytes, 2), -1);
    CHECK_EQUAL(connection_send_encoded(connection, encoded, sizeof encoded), -1);
    CHECK_EQUAL(connection_ping(connection, bytes, 1), 0);
    CHECK_EQUAL(connection_send_piece(connection, &piece), 0);
    piece.fin = true;
    CHECK_EQUAL(connection_send_piece(connection, &piece), 0);
    CHECK_EQUAL(connection_send(connection, FRAME_TEXT, bytes, 2), 0);
    CHECK_EQUAL(connection_close(connection, 1000, ""), 0);
    CHECK(!connection_may_send(connection));
    CHECK_EQUAL(connection_send_piece(connection, &piece), -1);
    CHECK_EQUAL(connection_send_encoded(connection, encoded, sizeof encoded), -1);
    drain(&run);
    CHECK_EQUAL(connection_send_piece(connection, &piece), -1);
    CHECK_BYTES(run.output.bytes, run.output.len,
                "\x81\x02ok\x21\x02"
                "ab\x89\x01"
                "a\x00\x02"
                "ab\x80\x02"
                "ab\x81\x02"
                "ab\x88\x02\x03\xe8",
                27);
    CHECK_BYTES(run.sent.bytes.bytes, run.sent.bytes.len, run.output.bytes + sizeof encoded,
                run.output.len - sizeof encoded); /* who has encoded a frame has seen it */
    end(&run);
}

static void it_can_be_failed_from_outside(void) {
    for (int closed = 0; closed < 2; closed++) {
        static struct run run;
        struct connection_message message;
        struct wire in = {0};
        begin(&run, &(struct connection_settings){.max_message = MAX_MESSAGE});
        wire_add_client_text(&in, 0x01, "begun");
        wire_add_client_text(&in, 0x80, "too late");
        feed(&run, in.bytes, 11);
        if (closed == 1) {
            connection_close(&run.connection, 1001, "bye");
        }
        CHECK_EQUAL(connection_fail(&run.connection, 1008, "no more"), CONNECTION_FAILED);
        drain(&run);
        memcpy(run.lent, in.bytes + 11, in.len - 11);
        connection_received(&run.connection, in.len - 11);
        for (int again = 0; again < 2; again++) {
            CHECK_EQUAL(connection_next(&run.connection, &message), CONNECTION_FAILED);
        }
        wire_free(&in);
        wire_add_server_close(&in, closed == 1 ? 1001 : 1008, closed == 1 ? "bye" : "no more");
        CHECK_BYTES(run.output.bytes, run.output.len, in.bytes, in.len);
        CHECK_EQUAL(run.connection.close_code, 1008);
        wire_free(&in);
        end(&run);
    }
}

/* Pieces need no more room than a read, and what a large message that was gathered has needed is
 * given back for them. */
static void pieces_need_no_more_than_a_read(void) {
    enum { LARGE = 4 * INPUT_READ_SIZE };
    static const uint8_t payload[LARGE];
    for (int gathered = 0; gathered < 2; gathered++) {
        static struct run run;
        struct connection_settings settings = {
            .max_message = LARGE, .in_pieces = gathered == 0, .allowed_rsv = FRAME_RSV2};
        struct connection_message message;
        struct wire in = {0};
        uint64_t received = 0;
        size_t size;
        int messages = 0;
        begin(&run, &settings);
        if (gathered == 1) {
            wire_add_client_frame(&in, 0x82, payload, LARGE);
        }
        wire_add_client_frame(&in, 0x82 | (gathered == 1 ? MARK : 0), payload, LARGE);
        for (size_t at = 0; at < in.len; at += size) {
            uint8_t *space = connection_space(&run.connection, &size);
            size = size < in.len - at ? size : in.len - at;
            memcpy(space, in.bytes + at, size);
            connection_received(&run.connection, size);
            enum connection_event event;
            while ((event = connection_next(&run.connection, &message)) != CONNECTION_NEEDS_INPUT) {
                uint64_t told;
                messages += event == CONNECTION_MESSAGE;
                received += event == CONNECTION_PIECE ? message.length : 0;
                CHECK(event == CONNECTION_MESSAGE ||
                      (event == CONNECTION_PIECE &&
                       run.connection.input.buffer.capacity <= INPUT_READ_SIZE));
                connection_has_begun(&run.connection, &told);
                CHECK_EQUAL(told, received < LARGE ? received : 0);
            }
        }
        CHECK_EQUAL(messages, gathered);
        CHECK_EQUAL(received, LARGE);
        wire_free(&in);
        end(&run);
    }
}

int main(void) {
    test_run("connection: pieces join to the message", pieces_join_to_the_message);
    test_run("connection: a marked message comes in pieces", a_marked_message_comes_in_pieces);
    test_run("connection: the mark stands in a message's first frame only (5.2)",
             the_mark_stands_in_the_first_frame_only);
    test_run("connection: text in pieces is checked as it comes (8.1)",
             text_in_pieces_is_checked_as_it_comes);
    test_run("connection: the limit counts pieces, too", the_limit_counts_pieces_too);
    test_run("connection: pieces go back without being copied",
             pieces_go_back_without_being_copied);
    test_run("connection: pings may be left to the caller", pings_may_be_left_to_the_caller);
    test_run("connection: while a message is sent in part none can begin (5.4)",
             while_a_message_is_sent_in_part_none_can_begin);
    test_run("connection: it can be failed from outside (7.1.7)", it_can_be_failed_from_outside);
    test_run("connection: pieces need no more than a read", pieces_need_no_more_than_a_read);
    return test_report();
}
