#include "tests/support/pump.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 40 /* bytes of a payload among the events */ };

const struct connection_settings pump_server = {.role = CONNECTION_SERVER,
                                                .max_message = PUMP_MAX_MESSAGE};
const struct permessage_parameters pump_most = {false, false, 15, 15};

static void new_masking_key(void *context, uint8_t masking_key[4]) {
    struct pump *pump = context;
    uint32_t number = ++pump->keys * 0x9e3779b1u;
    memcpy(masking_key, &number, 4);
}

/* Opens the connection of a pump whose other parts are ready. */
static void open_connection(struct pump *pump, const struct connection_settings *wanted,
                            size_t size) {
    struct connection_settings settings = *wanted;
    struct buffer buffer;
    if (settings.new_masking_key == NULL) {
        settings.new_masking_key = settings.role == CONNECTION_CLIENT ? new_masking_key : NULL;
        settings.context = settings.context == NULL ? pump : settings.context;
    }
    buffer_init(&buffer, pump->memory, size);
    connection_init(&pump->connection, &settings, &buffer, 0);
}

static void begin(struct pump *pump, bool echoes) {
    memset(pump, 0, offsetof(struct pump, memory));
    pump->echoes = echoes;
    pump->at_once = SIZE_MAX;
}

void pump_open(struct pump *pump, const struct connection_settings *settings, size_t size) {
    begin(pump, true);
    open_connection(pump, settings, size);
}

/* Opens an endpoint with what its `deflate` has agreed on. */
static void open_compressed(struct pump *pump, enum connection_role role, uint64_t max_message) {
    pump->layer = permessage_deflate_layer(&pump->deflate);
    open_connection(pump,
                    &(struct connection_settings){
                        .role = role, .max_message = max_message, .allowed_rsv = pump->layer->rsv},
                    4 * (size_t)CONNECTION_BUFFER_MIN);
}

void pump_open_both(struct pump *server, struct pump *client,
                    const struct permessage_parameters *config, uint64_t max_message) {
    char offer[PERMESSAGE_NEGOTIATION_TEXT_MAX];
    begin(server, false);
    begin(client, false);
    permessage_deflate_init(&server->deflate, &pump_most, true);
    permessage_deflate_init(&client->deflate, config, false);
    CHECK(permessage_deflate_layer(&server->deflate) == NULL); /* nothing is agreed on yet */
    CHECK(permessage_deflate_layer(&client->deflate) == NULL);
    permessage_negotiation_offer(config, offer);
    struct extensions_chooser chooser = permessage_deflate_chooser(&server->deflate);
    const char *answer = chooser.choose(chooser.context, (struct http_text){offer, strlen(offer)});
    CHECK(answer != NULL &&
          permessage_deflate_accept(&client->deflate, (struct http_text){answer, strlen(answer)}));
    open_compressed(server, CONNECTION_SERVER, max_message);
    open_compressed(client, CONNECTION_CLIENT, max_message);
}

void pump_clear(struct pump *pump) {
    pump->events[0] = '\0';
    pump->messages = 0;
    wire_free(&pump->message);
    wire_free(&pump->output);
}

void pump_close(struct pump *pump) {
    connection_free(&pump->connection);
    if (pump->layer != NULL) {
        permessage_deflate_free(&pump->deflate);
    }
    pump_clear(pump);
    wire_free(&pump->seen[0]);
    wire_free(&pump->seen[1]);
}

void pump_close_both(struct pump *server, struct pump *client) {
    pump_close(server);
    pump_close(client);
}

void pump_add_stored(struct wire *wire, bool is_server, const uint8_t *bytes, size_t length) {
    struct wire payload = {0};
    for (size_t at = 0, size; at < length || payload.len == 0; at += size) {
        size = length - at < UINT16_MAX ? length - at : UINT16_MAX;
        uint8_t head[] = {0, (uint8_t)size, (uint8_t)(size >> 8), (uint8_t)~size,
                          (uint8_t)(~size >> 8)};
        wire_add(&payload, head, sizeof head);
        wire_add(&payload, bytes + at, size);
    }
    wire_add(&payload, "", 1);
    (is_server ? wire_add_client_frame : wire_add_server_frame)(wire, 0xc2, payload.bytes,
                                                                payload.len);
    wire_free(&payload);
}

static void note(struct pump *pump, const char *name, const void *payload, size_t length) {
    size_t used = strlen(pump->events);
    snprintf(pump->events + used, sizeof pump->events - used, "%s:%.*s ", name,
             (int)(length < SHOWN ? length : SHOWN), length > 0 ? (const char *)payload : "");
}

static void note_message(struct pump *pump, const struct connection_message *message,
                         bool in_pieces) {
    char name[32], mark[8] = "";
    if (message->rsv != 0) {
        snprintf(mark, sizeof mark, "+%u", (unsigned)message->rsv);
    }
    snprintf(name, sizeof name, in_pieces ? "(%s%s)" : "%s%s", frame_opcode_name(message->opcode),
             mark);
    note(pump, name, pump->message.bytes, pump->message.len);
    pump->messages++;
    pump->opcode = message->opcode;
}

enum connection_event pump_next(struct pump *pump, struct connection_message *message) {
    return layer_next(pump->layer, &pump->connection, message);
}

int pump_send(struct pump *pump, uint8_t opcode, uint8_t *payload, size_t length) {
    return layer_send(pump->layer, &pump->connection, opcode, payload, length);
}

static void take_message(struct pump *pump, const struct connection_message *message) {
    wire_free(&pump->message);
    wire_add(&pump->message, message->payload, message->length);
    note_message(pump, message, false);
    if (pump->echoes) {
        CHECK(pump_send(pump, message->opcode, message->payload, message->length) == 0 ||
              pump->connection.close_sent);
    }
}

static void take_piece(struct pump *pump, const struct connection_message *piece) {
    CHECK(piece->fin || piece->length > 0);
    if (!pump->in_message) {
        wire_free(&pump->message);
    }
    pump->in_message = !piece->fin;
    wire_add(&pump->message, piece->payload, piece->length);
    if (pump->echoes) {
        CHECK_EQUAL(connection_send_piece(&pump->connection, piece), 0);
    }
    if (piece->fin) {
        note_message(pump, piece, true);
    }
}

void pump_drain(struct pump *pump) {
    const struct iovec *parts;
    while (connection_output(&pump->connection, &parts) > 0) {
        size_t length = parts[0].iov_len < pump->at_once ? parts[0].iov_len : pump->at_once;
        wire_add(&pump->output, parts[0].iov_base, length);
        connection_sent(&pump->connection, length);
    }
}

void pump_relax(struct pump *pump) {
    layer_relax(pump->layer, &pump->connection);
}

void pump_handle(struct pump *pump) {
    struct connection_message message = {0};
    char text[32];
    for (;;) {
        enum connection_event event = pump_next(pump, &message);
        switch (event) {
        case CONNECTION_NEEDS_INPUT:
            pump_drain(pump);
            return;
        case CONNECTION_NEEDS_OUTPUT:
            pump_drain(pump);
            break;
        case CONNECTION_NEEDS_TURN:
            CHECK(pump->layer != NULL);
            break;
        case CONNECTION_MESSAGE:
            take_message(pump, &message);
            break;
        case CONNECTION_PIECE:
            take_piece(pump, &message);
            break;
        case CONNECTION_PING:
        case CONNECTION_PONG:
            note(pump, frame_opcode_name(message.opcode), message.payload, message.length);
            break;
        case CONNECTION_CLOSED:
        case CONNECTION_FAILED:
            snprintf(text, sizeof text, "%s %u", event == CONNECTION_CLOSED ? "closed" : "failed",
                     (unsigned)pump->connection.close_code);
            note(pump, text, message.payload, event == CONNECTION_CLOSED ? message.length : 0);
            pump_drain(pump);
            pump->has_ended = true;
            CHECK_EQUAL(pump_next(pump, &message), event);
            return;
        }
    }
}

void pump_feed_bytes(struct pump *pump, const void *bytes, size_t length, size_t piece) {
    const uint8_t *next = bytes;
    while (length > 0 && !pump->has_ended) {
        size_t size = 0;
        uint8_t *space = connection_space(&pump->connection, &size);
        CHECK(space == NULL || size > 0);
        size = size < piece ? size : piece;
        size = size < length ? size : length;
        if (space != NULL) {
            memcpy(space, next, size);
            connection_received(&pump->connection, size);
        }
        pump_handle(pump); /* without memory the connection has failed */
        next += size;
        length -= size;
    }
}

void pump_put_bytes(struct pump *pump, const void *bytes, size_t length) {
    size_t size = 0;
    uint8_t *space = connection_space(&pump->connection, &size);
    CHECK(space != NULL && size >= length);
    if (space != NULL && size >= length) {
        memcpy(space, bytes, length);
        connection_received(&pump->connection, length);
    }
}

static bool is_server(const struct pump *pump) {
    return pump->connection.settings.role == CONNECTION_SERVER;
}

void pump_put(struct pump *pump, const char *frames) {
    struct wire in = {0};
    wire_add_frames(&in, is_server(pump), frames);
    pump_put_bytes(pump, in.bytes, in.len);
    wire_free(&in);
}

void pump_feed(struct pump *pump, const char *frames) {
    struct wire in = {0};
    wire_add_frames(&in, is_server(pump), frames);
    pump_feed_bytes(pump, in.bytes, in.len, SIZE_MAX);
    wire_free(&in);
}

void pump_send_whole(struct pump *pump, const void *payload, size_t length) {
    struct connection_message message;
    struct wire copy = {0};
    wire_add(&copy, payload, length);
    CHECK_EQUAL(pump_send(pump, FRAME_BINARY, copy.bytes, length), 0);
    while (pump->deflate.sender.is_busy) {
        CHECK_EQUAL(pump_next(pump, &message), CONNECTION_NEEDS_TURN);
    }
    pump_drain(pump);
    wire_free(&copy);
}

size_t pump_pass(struct pump *from, struct pump *to, const void *payload, size_t length) {
    pump_clear(from);
    pump_clear(to);
    pump_send_whole(from, payload, length);
    pump_feed_bytes(to, from->output.bytes, from->output.len, SIZE_MAX);
    CHECK_EQUAL(to->messages, 1);
    CHECK_FOR(to->message.len == length &&
                  (length == 0 || memcmp(to->message.bytes, payload, length) == 0),
              "%zu bytes came as %zu others", length, to->message.len);
    return from->output.len;
}

/* Adds the name of a frame, or of a Close its code, and its payload to a text. */
static void describe(struct wire *text, const struct frame_header *frame, const uint8_t *payload,
                     size_t length) {
    char name[32];
    size_t code_size = 0;
    if (frame->opcode == FRAME_CLOSE && length >= 2) {
        code_size = 2;
        snprintf(name, sizeof name, "close %d:", payload[0] << 8 | payload[1]);
    } else {
        snprintf(name, sizeof name,
                 frame->rsv == 0 ? "%s:" : "%s+%d:", frame_opcode_name(frame->opcode),
                 (int)frame->rsv);
    }
    wire_add(text, name, strlen(name));
    wire_add(text, payload + code_size, length - code_size);
    wire_add(text, " ", 1);
}

/* Takes apart what was sent. The opcode and the mark of a message stand in its first frame; only
 * one that came in pieces has several. */
static void read_frames(const struct pump *pump, struct wire *text) {
    const struct frame_rules rules = {!is_server(pump), FRAME_RSV1 | FRAME_RSV2 | FRAME_RSV3};
    struct frame_header frame, first = {0};
    struct wire message = {0};
    for (size_t at = 0; at < pump->output.len; at += (size_t)frame.payload_length) {
        const uint8_t *bytes = pump->output.bytes + at;
        enum frame_verdict verdict =
            frame_decode_header(bytes, pump->output.len - at, &rules, &frame);
        size_t length = (size_t)frame.payload_length;
        at += frame_header_size(&frame);
        bool is_whole = verdict == FRAME_OK && length <= pump->output.len - at;
        CHECK(is_whole);
        if (!is_whole) {
            break;
        }
        uint8_t *payload = pump->output.bytes + at;
        frame_mask(payload, payload, length, frame.masking_key, 0);
        if (frame_is_control(frame.opcode)) {
            describe(text, &frame, payload, length);
        } else {
            bool continues = frame.opcode == FRAME_CONTINUATION;
            CHECK_EQUAL(continues, first.opcode != 0);
            CHECK(!continues || frame.rsv == 0);
            first = continues ? first : frame;
            wire_add(&message, payload, length);
            if (frame.fin) {
                describe(text, &first, message.bytes, message.len);
                first.opcode = 0;
                message.len = 0;
            }
        }
        frame_mask(payload, payload, length, frame.masking_key, 0);
    }
    wire_free(&message);
}

void pump_expect(struct pump *pump, const char *events, const char *sent) {
    struct wire text = {0};
    CHECK_FOR(strcmp(pump->events, events) == 0, "\n  got    %s\n  wanted %s", pump->events,
              events);
    read_frames(pump, &text);
    if (sent != NULL) {
        CHECK_BYTES(text.bytes, text.len, sent, strlen(sent));
    }
    wire_free(&text);
}

static void observe(void *context, bool sent, const struct frame_header *frame,
                    const uint8_t *bytes, size_t count) {
    struct pump *pump = context;
    CHECK(count > 0);
    if (pump->left[sent] == 0) {
        CHECK_EQUAL(count, frame_header_size(frame));
        CHECK_EQUAL(bytes[0] & 0x0f, frame->opcode);
        pump->left[sent] = frame->payload_length;
    } else {
        CHECK(count <= pump->left[sent]);
        pump->left[sent] -= count;
    }
    wire_add(&pump->seen[sent], bytes, count);
}

/* A scenario. */
struct play {
    struct connection_settings settings;
    bool compresses;
    size_t size; /* of the buffer */
    struct wire in;
    const char *events, *sent;
};

/* Plays it once: the input comes in a first piece, and others of another size. */
static void play_cut(const struct play *play, size_t first, size_t rest) {
    static struct pump pumps[2];
    struct pump *pump = &pumps[play->settings.role];
    if (play->compresses) {
        pump_open_both(&pumps[CONNECTION_SERVER], &pumps[CONNECTION_CLIENT], &pump_most,
                       play->settings.max_message);
    } else {
        pump_open(pump, &play->settings, play->size);
    }
    pump->at_once = rest;
    for (size_t at = 0, size = first; at < play->in.len; at += size, size = rest) {
        size = play->in.len - at < size ? play->in.len - at : size;
        pump_feed_bytes(pump, play->in.bytes + at, size, SIZE_MAX);
    }
    bool was_good = !test_has_failed();
    pump_expect(pump, play->events, play->sent);
    if (play->settings.observe != NULL) {
        CHECK_BYTES(pump->seen[0].bytes, pump->seen[0].len, play->in.bytes,
                    pump->has_ended ? pump->seen[0].len : play->in.len);
        CHECK_BYTES(pump->seen[1].bytes, pump->seen[1].len, pump->output.bytes, pump->output.len);
    }
    CHECK_FOR(!was_good || !test_has_failed(), "role %d, cut at %zu, then every %zu",
              (int)play->settings.role, first, rest);
    if (play->compresses) {
        pump_close_both(&pumps[0], &pumps[1]);
    } else {
        pump_close(pump);
    }
}

/* Plays it in all ways. */
static void play_cuts(struct play *play, const char *frames) {
    wire_add_frames(&play->in, play->settings.role == CONNECTION_SERVER, frames);
    for (int way = 0; way < (play->compresses ? 1 : 3); way++) {
        play->size = way == 1 ? (size_t)PUMP_MEMORY : (size_t)CONNECTION_BUFFER_MIN;
        play->settings.observe = way == 2 ? observe : NULL;
        for (size_t cut = 1; cut <= play->in.len; cut++) {
            play_cut(play, cut, play->in.len);
        }
        for (size_t piece = 1; piece <= 7; piece += 2) {
            play_cut(play, piece, piece);
        }
    }
    wire_free(&play->in);
}

void pump_play_server(const struct connection_settings *settings, const char *frames,
                      const char *events, const char *sent) {
    struct play play = {.settings = *settings, .events = events, .sent = sent};
    play.settings.role = CONNECTION_SERVER;
    play_cuts(&play, frames);
}

void pump_play(const struct connection_settings *settings, const char *frames, const char *events,
               const char *sent) {
    struct play play = {.settings = *settings, .events = events, .sent = sent};
    play.settings.role = CONNECTION_CLIENT;
    play_cuts(&play, frames);
    pump_play_server(settings, frames, events, sent);
}

void pump_play_compressed(uint64_t max_message, const char *frames, const char *events,
                          const char *sent) {
    struct play play = {.compresses = true, .events = events, .sent = sent};
    for (int role = CONNECTION_SERVER; role <= CONNECTION_CLIENT; role++) {
        play.settings = (struct connection_settings){.role = (enum connection_role)role,
                                                     .max_message = max_message};
        play_cuts(&play, frames);
    }
}
