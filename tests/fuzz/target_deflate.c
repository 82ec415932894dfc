/* Connections of step 7 that compress, in one of two ways:
 *
 *     frames        the input is the payloads of frames with RSV1 and without; how they are cut must
 *                   make no difference, and memory and messages have their limits
 *     round trip    two connections send each other messages made of the input; each must receive
 *                   what the other sends
 *
 *     byte 0    which of the two ways, the role, no context takeover, the limit
 *     byte 1    the windows that are agreed on: of the server (upper four bits) and of the client
 *     byte 2    seed of the random cuts, silences and lengths
 *     the rest  frames: a control byte, a length and the payload, again and again; round trip: what
 *               messages are made of
 */
#include "step05_echo/connection_rest.h"
#include "step07_deflate/permessage_deflate.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

enum {
    IS_ROUND_TRIP = 0x01,
    IS_CLIENT = 0x02,
    FORGETS = 0x0c, /* a bit for each endpoint */
    LIMIT = 0x30,   /* two bits */
    CONTROL_BYTES = 3,
    BYTE_BY_BYTE_MAX = 1500,
    ROUNDS = 40, /* messages of a round trip */
    MESSAGE_MAX = 3000,
    TURNS_MAX = 140000 /* some are so large that they are sent and received in several turns */
};

enum cut { CUT_NOT, CUT_RANDOMLY, CUT_EVERYWHERE };

/* An endpoint of a connection. */
struct endpoint {
    struct permessage_deflate deflate;
    struct connection connection, kept;
    struct fuzz_dice dice;
    uint8_t lent[CONNECTION_BUFFER_MIN];
    enum cut cut;
    bool relaxes;
    size_t most;         /* bytes that it may take to inflate */
    struct wire events;  /* what has happened, as text, with the messages */
    struct wire written; /* all output */
};

static void new_key(void *context, uint8_t masking_key[4]) {
    struct fuzz_dice *dice = context;
    for (size_t i = 0; i < 4; i++) {
        masking_key[i] = (uint8_t)fuzz_roll(dice, 256);
    }
}

static void start(struct endpoint *endpoint, const uint8_t *control, bool is_server, enum cut cut) {
    static const uint64_t limits[] = {125, 1000, 70000, UINT64_C(1) << 40};
    const struct permessage_parameters config = {(control[0] & 0x04) != 0, (control[0] & 0x08) != 0,
                                                 8 + control[1] / 16 % 8, 8 + control[1] % 8};
    char offer[PERMESSAGE_NEGOTIATION_TEXT_MAX];
    struct permessage_deflate other; /* the other endpoint, which wants the same */
    struct buffer buffer;
    memset(endpoint, 0, sizeof *endpoint);
    endpoint->cut = cut;
    permessage_deflate_init(&endpoint->deflate, &config, is_server);
    permessage_deflate_init(&other, &config, !is_server);
    permessage_negotiation_offer(&config, offer);
    struct extensions_chooser chooser =
        permessage_deflate_chooser(is_server ? &endpoint->deflate : &other);
    const char *answer = chooser.choose(chooser.context, (struct http_text){offer, strlen(offer)});
    fuzz_check(answer != NULL &&
                   permessage_deflate_accept(is_server ? &other : &endpoint->deflate,
                                             (struct http_text){answer, strlen(answer)}),
               "no agreement on %s", offer);
    uint64_t limit =
        (control[0] & IS_ROUND_TRIP) != 0 ? 2 * TURNS_MAX : limits[control[0] / 16 % 4];
    size_t window = (size_t)1 << endpoint->deflate.receiver.window_bits;
    endpoint->most = limit > 1 << 24 ? SIZE_MAX : window + (size_t)limit;
    endpoint->most = endpoint->most < 1024 ? 1024 : endpoint->most;
    struct connection_settings settings = {.role =
                                               is_server ? CONNECTION_SERVER : CONNECTION_CLIENT,
                                           .max_message = limit,
                                           .new_masking_key = is_server ? NULL : new_key,
                                           .context = &endpoint->dice,
                                           .allowed_rsv = FRAME_RSV1};
    fuzz_dice_init(&endpoint->dice, control[2]);
    buffer_init(&buffer, endpoint->lent, sizeof endpoint->lent);
    connection_init(&endpoint->connection, &settings, &buffer, 0);
}

static void end(struct endpoint *endpoint) {
    connection_free(&endpoint->connection);
    permessage_deflate_free(&endpoint->deflate);
    wire_free(&endpoint->events);
    wire_free(&endpoint->written);
}

/* Returns how many bytes the next read or write moves, at most `most`. */
static size_t cut_off(struct endpoint *endpoint, size_t most) {
    if (endpoint->cut == CUT_EVERYWHERE) {
        return 1;
    }
    size_t piece = 1 + fuzz_roll(&endpoint->dice, fuzz_roll(&endpoint->dice, 4) == 0 ? 9000 : 20);
    return endpoint->cut == CUT_NOT || piece > most ? most : piece;
}

static void write_output(struct endpoint *endpoint) {
    const struct iovec *parts;
    while (connection_output(&endpoint->connection, &parts) > 0) {
        size_t length = cut_off(endpoint, parts[0].iov_len);
        wire_add(&endpoint->written, parts[0].iov_base, length);
        connection_sent(&endpoint->connection, length);
    }
}

/* Takes the connection out of its memory and puts it back, as a program with many connections does
 * between turns. */
static void rest(struct endpoint *endpoint) {
    if (connection_keep(&endpoint->kept, &endpoint->connection) != 0) {
        fuzz_fail("there is no memory to keep a connection in");
    }
    memset(&endpoint->connection, 0xdd, sizeof endpoint->connection);
    memset(endpoint->lent, 0xdd, sizeof endpoint->lent);
    connection_lend(&endpoint->connection, &endpoint->kept, endpoint->lent, sizeof endpoint->lent);
}

/* Handles events until more input is needed. Returns false at the end of the connection. */
static bool handle(struct endpoint *endpoint, bool echoes) {
    struct connection_message message = {0};
    struct connection *connection = &endpoint->connection;
    const struct layer *layer = permessage_deflate_layer(&endpoint->deflate);
    for (;;) {
        enum connection_event event = layer_next(layer, connection, &message);
        fuzz_check(endpoint->deflate.receiver.capacity <= endpoint->most,
                   "%zu bytes are taken, not %zu", endpoint->deflate.receiver.capacity,
                   endpoint->most);
        switch (event) {
        case CONNECTION_NEEDS_INPUT:
            write_output(endpoint);
            return true;
        case CONNECTION_NEEDS_OUTPUT:
            fuzz_check(connection->output.count > 0, "there is no output to wait for");
            write_output(endpoint);
            break;
        case CONNECTION_MESSAGE:
            fuzz_check(message.length <= connection->settings.max_message, "%zu bytes of message",
                       message.length);
            fuzz_add_text(&endpoint->events, "message %u, %zu: ", (unsigned)message.opcode,
                          message.length);
            wire_add(&endpoint->events, message.payload, message.length);
            if (echoes) {
                fuzz_check(layer_send(layer, connection, message.opcode, message.payload,
                                      message.length) == 0,
                           "an echo is not taken");
            }
            break;
        case CONNECTION_NEEDS_TURN:
            if (endpoint->cut == CUT_RANDOMLY) {
                rest(endpoint);
            }
            break;
        case CONNECTION_FAILED:
            fuzz_add_text(&endpoint->events, "failed %u: %s", (unsigned)connection->close_code,
                          connection->failure);
            write_output(endpoint);
            return false;
        default:
            fuzz_fail("event %d", (int)event);
        }
    }
}

static bool feed(struct endpoint *endpoint, const uint8_t *bytes, size_t length, bool echoes) {
    while (length > 0) {
        size_t size;
        if (endpoint->relaxes && fuzz_roll(&endpoint->dice, 8) == 0) {
            layer_relax(permessage_deflate_layer(&endpoint->deflate), &endpoint->connection);
        }
        uint8_t *space = connection_space(&endpoint->connection, &size);
        if (space == NULL || size == 0) {
            fuzz_fail("there is no room to read into");
        }
        size_t count = cut_off(endpoint, length < size ? length : size);
        memcpy(space, bytes, count);
        connection_received(&endpoint->connection, count);
        bytes += count;
        length -= count;
        if (!handle(endpoint, echoes)) {
            return false;
        }
    }
    return true;
}

/* Makes frames that break no rule but perhaps with their payload. In the control byte, bit 0 is FIN,
 * bit 1 leaves RSV1 out, bit 2 makes a text; with bit 7 the length is eight times as large. */
static void make_frames(struct wire *stream, bool masked, const uint8_t *data, size_t size) {
    bool in_message = false;
    for (size_t at = 0; at + 2 <= size;) {
        uint8_t control = data[at], fin = control & 1 ? 0x80 : 0;
        size_t length = (control & 0x80) != 0 ? 8 * (size_t)data[at + 1] : data[at + 1];
        at += 2;
        length = length < size - at ? length : size - at;
        uint8_t opcode = (control & 4) != 0 ? FRAME_TEXT : FRAME_BINARY;
        uint8_t mark = (control & 2) != 0 ? 0 : 0x40;
        (masked ? wire_add_client_frame : wire_add_server_frame)(
            stream, in_message ? fin : fin | mark | opcode, data + at, length);
        in_message = fin == 0;
        at += length;
    }
}

static void play_frames(const uint8_t *control, const uint8_t *data, size_t size) {
    bool is_server = (control[0] & IS_CLIENT) == 0;
    struct wire stream = {0};
    struct endpoint *whole = fuzz_resize(NULL, sizeof *whole);
    make_frames(&stream, is_server, data, size);
    start(whole, control, is_server, CUT_NOT);
    feed(whole, stream.bytes, stream.len, true);
    for (int way = 1; way <= 3; way++) {
        struct endpoint *endpoint = fuzz_resize(NULL, sizeof *endpoint);
        enum cut cut = way == 3 ? CUT_EVERYWHERE : CUT_RANDOMLY;
        if (cut == CUT_RANDOMLY || stream.len <= BYTE_BY_BYTE_MAX) {
            start(endpoint, control, is_server, cut);
            endpoint->relaxes = way == 2; /* that may change what is sent, never what is received */
            feed(endpoint, stream.bytes, stream.len, true);
            fuzz_check_same(&endpoint->events, &whole->events, "events");
            if (is_server && !endpoint->relaxes) { /* a client's keys are random, too */
                fuzz_check_same(&endpoint->written, &whole->written, "bytes sent");
            }
            end(endpoint);
        }
        free(endpoint);
    }
    end(whole);
    free(whole);
    wire_free(&stream);
}

/* Makes a message of pieces of the data, some of which are repeated. */
static void make_message(struct wire *message, struct fuzz_dice *dice, const uint8_t *data,
                         size_t size) {
    size_t wanted = fuzz_roll(dice, fuzz_roll(dice, 4) == 0 ? MESSAGE_MAX : 200);
    wanted = fuzz_roll(dice, 300) == 0 ? TURNS_MAX : wanted;
    message->len = 0;
    while (message->len < wanted) {
        size_t from = fuzz_roll(dice, size), length = 1 + fuzz_roll(dice, size - from);
        size_t times = fuzz_roll(dice, 4) == 0 ? fuzz_roll(dice, 20) : 1;
        for (size_t i = 0; i < times && message->len < wanted; i++) {
            wire_add(message, data + from, length);
        }
    }
}

static void round_trip(const uint8_t *control, const uint8_t *data, size_t size) {
    struct endpoint *endpoints[2];
    struct wire message = {0}, wanted = {0};
    struct fuzz_dice dice;
    fuzz_dice_init(&dice, control[2]);
    for (int i = 0; i < 2; i++) {
        endpoints[i] = fuzz_resize(NULL, sizeof *endpoints[i]);
        start(endpoints[i], control, i == 0, CUT_RANDOMLY);
        endpoints[i]->relaxes = true;
    }
    for (int round = 0; round < ROUNDS; round++) {
        size_t from = fuzz_roll(&dice, 2);
        struct endpoint *to = endpoints[1 - from];
        make_message(&message, &dice, data, size);
        wanted.len = to->events.len = endpoints[from]->written.len = 0;
        fuzz_add_text(&wanted, "message %u, %zu: ", (unsigned)FRAME_BINARY, message.len);
        wire_add(&wanted, message.bytes, message.len);
        uint8_t *copy = fuzz_copy(message.bytes, message.len);
        const struct layer *layer = permessage_deflate_layer(&endpoints[from]->deflate);
        fuzz_check(
            layer_send(layer, &endpoints[from]->connection, FRAME_BINARY, copy, message.len) == 0,
            "a message is not taken");
        handle(endpoints[from], false);
        free(copy);
        feed(to, endpoints[from]->written.bytes, endpoints[from]->written.len, false);
        fuzz_check_same(&to->events, &wanted, "messages");
    }
    for (int i = 0; i < 2; i++) {
        end(endpoints[i]);
        free(endpoints[i]);
    }
    wire_free(&message);
    wire_free(&wanted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size <= CONTROL_BYTES) {
        return 0;
    }
    if ((data[0] & IS_ROUND_TRIP) != 0) {
        round_trip(data, data + CONTROL_BYTES, size - CONTROL_BYTES);
    } else {
        play_frames(data, data + CONTROL_BYTES, size - CONTROL_BYTES);
    }
    return 0;
}
