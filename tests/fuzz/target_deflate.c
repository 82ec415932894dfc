/* Connections of step 7 that compress, in one of two ways:
 *
 *     frames        the input is the payloads of frames with RSV1 and without; cuts must make no
 *                   difference, and memory and messages have their limits
 *     round trip    two connections send each other messages made of the input; each must receive
 *                   what the other sends
 *
 *     byte 0    which of the two ways, the role, no context takeover, the limit
 *     byte 1    the windows that are agreed on: of the server (upper four bits) and of the client
 *     byte 2    seed of the random cuts, silences and lengths
 *     the rest  frames: a control byte, a length and the payload, again and again; round trip: what
 *               messages are made of
 */
#include "step07_deflate/permessage_deflate.h"
#include "tests/fuzz/endpoint.h"

#include <stdlib.h>
#include <string.h>

enum {
    IS_ROUND_TRIP = 0x01,
    IS_CLIENT = 0x02,
    FORGETS = 0x0c, /* a bit for each endpoint */
    LIMIT = 0x30,   /* two bits */
    CONTROL_BYTES = 3,
    ROUNDS = 40, /* messages of a round trip */
    MESSAGE_MAX = 3000,
    TURNS_MAX = 140000 /* some are so large that they are sent and received in several turns */
};

/* An endpoint that compresses. */
struct peer {
    struct endpoint endpoint;
    struct permessage_deflate deflate;
    bool relaxes;
    size_t most;        /* bytes that it may take to inflate */
    struct wire events; /* what has happened, as text, with the messages */
};

static void start(struct peer *peer, const uint8_t *control, bool is_server,
                  enum endpoint_cut cut) {
    static const uint64_t limits[] = {125, 1000, 70000, UINT64_C(1) << 40};
    const struct permessage_parameters config = {(control[0] & 0x04) != 0, (control[0] & 0x08) != 0,
                                                 8 + control[1] / 16 % 8, 8 + control[1] % 8};
    char offer[PERMESSAGE_NEGOTIATION_TEXT_MAX];
    struct permessage_deflate other; /* the other peer, which wants the same */
    memset(peer, 0, sizeof *peer);
    peer->endpoint.cut = cut;
    permessage_deflate_init(&peer->deflate, &config, is_server);
    permessage_deflate_init(&other, &config, !is_server);
    permessage_negotiation_offer(&config, offer);
    struct extensions_chooser chooser =
        permessage_deflate_chooser(is_server ? &peer->deflate : &other);
    const char *answer = chooser.choose(chooser.context, (struct http_text){offer, strlen(offer)});
    fuzz_check(answer != NULL &&
                   permessage_deflate_accept(is_server ? &other : &peer->deflate,
                                             (struct http_text){answer, strlen(answer)}),
               "no agreement on %s", offer);
    uint64_t limit =
        (control[0] & IS_ROUND_TRIP) != 0 ? 2 * TURNS_MAX : limits[control[0] / 16 % 4];
    size_t window = (size_t)1 << peer->deflate.receiver.window_bits;
    peer->most = limit > 1 << 24 ? SIZE_MAX : window + (size_t)limit;
    peer->most = peer->most < 1024 ? 1024 : peer->most;
    peer->endpoint.lent = fuzz_resize(NULL, CONNECTION_BUFFER_MIN);
    peer->endpoint.lent_size = CONNECTION_BUFFER_MIN;
    fuzz_dice_init(&peer->endpoint.dice, control[2]);
    endpoint_start(
        &peer->endpoint,
        (struct connection_settings){.role = is_server ? CONNECTION_SERVER : CONNECTION_CLIENT,
                                     .max_message = limit,
                                     .allowed_rsv = FRAME_RSV1},
        0);
}

static void end(struct peer *peer) {
    endpoint_free(&peer->endpoint);
    permessage_deflate_free(&peer->deflate);
    wire_free(&peer->events);
}

/* Handles events until more input is needed. Returns false at the end of the connection. */
static bool handle(struct peer *peer, bool echoes) {
    struct connection_message message = {0};
    struct connection *connection = &peer->endpoint.connection;
    const struct layer *layer = permessage_deflate_layer(&peer->deflate);
    for (;;) {
        enum connection_event event = layer_next(layer, connection, &message);
        fuzz_check(peer->deflate.receiver.capacity <= peer->most, "%zu bytes are taken, not %zu",
                   peer->deflate.receiver.capacity, peer->most);
        switch (event) {
        case CONNECTION_NEEDS_INPUT:
            endpoint_write(&peer->endpoint);
            return true;
        case CONNECTION_NEEDS_OUTPUT:
            fuzz_check(connection->output.count > 0, "there is no output to wait for");
            endpoint_write(&peer->endpoint);
            break;
        case CONNECTION_MESSAGE:
            fuzz_check(message.length <= connection->settings.max_message, "%zu bytes of message",
                       message.length);
            fuzz_add_text(&peer->events, "message %u, %zu: ", (unsigned)message.opcode,
                          message.length);
            wire_add(&peer->events, message.payload, message.length);
            if (echoes) {
                fuzz_check(layer_send(layer, connection, message.opcode, message.payload,
                                      message.length) == 0,
                           "an echo is not taken");
            }
            break;
        case CONNECTION_NEEDS_TURN:
            if (peer->endpoint.cut == CUT_RANDOMLY) {
                endpoint_rest(&peer->endpoint);
            }
            break;
        case CONNECTION_FAILED:
            fuzz_add_text(&peer->events, "failed %u: %s", (unsigned)connection->close_code,
                          connection->failure);
            endpoint_write(&peer->endpoint);
            return false;
        default:
            fuzz_fail("event %d", (int)event);
        }
    }
}

static bool feed(struct peer *peer, const uint8_t *bytes, size_t length, bool echoes) {
    while (length > 0) {
        if (peer->relaxes && fuzz_roll(&peer->endpoint.dice, 8) == 0) {
            layer_relax(permessage_deflate_layer(&peer->deflate), &peer->endpoint.connection);
        }
        size_t count = endpoint_read(&peer->endpoint, bytes, length);
        bytes += count;
        length -= count;
        if (!handle(peer, echoes)) {
            return false;
        }
    }
    return true;
}

/* Makes frames that break no rule but perhaps with their payload. In the control byte, bit 0 is
 * FIN, bit 1 leaves RSV1 out, bit 2 makes a text; with bit 7 the length is eight times as large. */
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
    struct peer *whole = fuzz_resize(NULL, sizeof *whole);
    make_frames(&stream, is_server, data, size);
    start(whole, control, is_server, CUT_NOT);
    feed(whole, stream.bytes, stream.len, true);
    for (int way = 1; way <= 3; way++) {
        struct peer *peer = fuzz_resize(NULL, sizeof *peer);
        enum endpoint_cut cut = way == 3 ? CUT_EVERYWHERE : CUT_RANDOMLY;
        if (cut == CUT_RANDOMLY || stream.len <= ENDPOINT_BYTE_BY_BYTE_MAX) {
            start(peer, control, is_server, cut);
            peer->relaxes = way == 2; /* that may change what is sent, never what is received */
            feed(peer, stream.bytes, stream.len, true);
            fuzz_check_same(&peer->events, &whole->events, "events");
            if (is_server && !peer->relaxes) { /* a client's keys are random, too */
                fuzz_check_same(&peer->endpoint.written, &whole->endpoint.written, "bytes sent");
            }
            end(peer);
        }
        free(peer);
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
    struct peer *peers[2];
    struct wire message = {0}, wanted = {0};
    struct fuzz_dice dice;
    fuzz_dice_init(&dice, control[2]);
    for (int i = 0; i < 2; i++) {
        peers[i] = fuzz_resize(NULL, sizeof *peers[i]);
        start(peers[i], control, i == 0, CUT_RANDOMLY);
        peers[i]->relaxes = true;
    }
    for (int round = 0; round < ROUNDS; round++) {
        size_t from = fuzz_roll(&dice, 2);
        struct peer *to = peers[1 - from];
        make_message(&message, &dice, data, size);
        wanted.len = to->events.len = peers[from]->endpoint.written.len = 0;
        fuzz_add_text(&wanted, "message %u, %zu: ", (unsigned)FRAME_BINARY, message.len);
        wire_add(&wanted, message.bytes, message.len);
        uint8_t *copy = fuzz_copy(message.bytes, message.len);
        const struct layer *layer = permessage_deflate_layer(&peers[from]->deflate);
        fuzz_check(layer_send(layer, &peers[from]->endpoint.connection, FRAME_BINARY, copy,
                              message.len) == 0,
                   "a message is not taken");
        handle(peers[from], false);
        free(copy);
        feed(to, peers[from]->endpoint.written.bytes, peers[from]->endpoint.written.len, false);
        fuzz_check_same(&to->events, &wanted, "messages");
    }
    for (int i = 0; i < 2; i++) {
        end(peers[i]);
        free(peers[i]);
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
