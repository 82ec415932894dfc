/* The connection of step 5, as a server and as a client. What it tells its user and what it sends
 * must be what the oracle says, however the bytes are cut, and whether messages come whole or in
 * pieces, each of which is sent back as soon as it comes.
 *
 *     byte 0    its role, what its user does, the largest message, and whether the rest is a script
 *     byte 1    seed of the random cuts
 *     byte 2    the event at which the user pings (upper four bits) and closes (lower); 0: never
 *     the rest  what the peer sends, or a script of it
 */
#include "tests/fuzz/endpoint.h"
#include "tests/fuzz/oracle_frames.h"
#include "tests/fuzz/script.h"

#include <stdlib.h>
#include <string.h>

enum {
    IS_CLIENT = 0x01,
    IS_SCRIPT = 0x02,
    MAX_MESSAGE = 0x0c, /* two bits */
    ECHOES = 0x10,
    ECHOES_A_COPY = 0x20, /* from memory of its own */
    LENT_MEMORY = 0xc0,   /* two bits: how much the buffer starts with */
    CONTROL_BYTES = 3
};

/* The endpoint, what is expected of it, and what it has done. */
struct play {
    struct endpoint endpoint;
    struct oracle_endpoint oracle;
    bool copies, in_pieces;
    const uint8_t *stream;
    size_t length, given;
    void *copied[CONNECTION_OUTPUT_PARTS_MAX];
    size_t copied_count; /* since the output was empty */
    struct wire message; /* the pieces that have come of it */
    struct wire seen[2]; /* by the observer: received, sent */
    struct oracle_record record;
};

/* `context` is the endpoint, with which a play begins. */
static void observe(void *context, bool sent, const struct frame_header *frame,
                    const uint8_t *bytes, size_t count) {
    struct play *play = context;
    fuzz_check(count > 0 && frame->opcode <= FRAME_PONG, "the observer gets no bytes");
    wire_add(&play->seen[sent], bytes, count);
}

static void write_output(struct play *play) {
    endpoint_write(&play->endpoint);
    while (play->copied_count > 0) {
        free(play->copied[--play->copied_count]);
    }
}

/* Sends the message, or a piece of it, back from where it lies, or from a copy that belongs to the
 * output after that. */
static int echo(struct play *play, const struct connection_message *message) {
    struct connection_message reply = *message;
    if (play->copies) {
        reply.payload = fuzz_copy(message->payload, message->length);
        memset(message->payload, 0xa5, message->length);
    }
    int result = play->in_pieces ? connection_send_piece(&play->endpoint.connection, &reply)
                                 : connection_send(&play->endpoint.connection, reply.opcode,
                                                   reply.payload, reply.length);
    if (play->copies && reply.length > CONNECTION_COPY_MAX && result == 0) {
        play->copied[play->copied_count++] = reply.payload;
    } else if (play->copies) {
        free(reply.payload);
    }
    return result;
}

/* The same choice as in the oracle. */
static void act(struct play *play, const struct connection_message *message) {
    static const char ping[] = "are you there";
    unsigned event = play->record.event_count;
    int wanted = play->endpoint.connection.close_sent ? -1 : 0, got = wanted;
    if (event == play->oracle.close_at) {
        got = connection_close(&play->endpoint.connection, ORACLE_CLOSE_CODE, "bye");
    } else if (event == play->oracle.ping_at) {
        got = connection_ping(&play->endpoint.connection, (const uint8_t *)ping, strlen(ping));
    } else if (play->oracle.echoes && !frame_is_control(message->opcode)) {
        got = echo(play, message);
    } else {
        memset(message->payload, 0x5a, message->length); /* connection.h allows that */
    }
    fuzz_check(got == wanted, "sending after event %u returned %d", event, got);
}

static void take_piece(struct play *play, const struct connection_message *piece) {
    const struct connection *connection = &play->endpoint.connection;
    fuzz_check(play->in_pieces, "a piece has come");
    fuzz_check(piece->fin || piece->length > 0, "a piece is empty");
    fuzz_check(connection->input.buffer.capacity <= CONNECTION_INPUT_READ_SIZE,
               "%zu bytes are taken", connection->input.buffer.capacity);
    wire_add(&play->message, piece->payload, piece->length);
    if (piece->fin) {
        oracle_event(&play->record, piece->opcode, play->message.bytes, play->message.len);
        play->message.len = 0;
        act(play, piece);
    } else if (play->oracle.echoes) {
        fuzz_check(echo(play, piece) == 0, "a piece is not taken");
    }
}

/* Records the end of the connection. Returns whether the event was one. */
static bool is_end(struct play *play, enum connection_event event,
                   const struct connection_message *message) {
    struct connection_message again;
    const struct connection *connection = &play->endpoint.connection;
    if (event == CONNECTION_FAILED) {
        oracle_failed(&play->record, connection->close_code);
    } else if (event == CONNECTION_CLOSED) {
        oracle_closed(&play->record, connection->close_code, message->payload, message->length);
    } else {
        return false;
    }
    write_output(play);
    fuzz_check(connection_next(&play->endpoint.connection, &again) == event,
               "an event comes after the end");
    return true;
}

static void go(struct play *play) {
    struct connection_message message;
    for (;;) {
        enum connection_event event = connection_next(&play->endpoint.connection, &message);
        if (event == CONNECTION_NEEDS_OUTPUT) {
            fuzz_check(play->endpoint.connection.output.count > 0,
                       "there is no output to wait for");
            write_output(play);
        } else if (event == CONNECTION_NEEDS_INPUT) {
            write_output(play);
            if (play->given == play->length) {
                return;
            }
            if (endpoint_rolls(&play->endpoint)) {
                connection_relax(&play->endpoint.connection);
            }
            play->given += endpoint_read(&play->endpoint, play->stream + play->given,
                                         play->length - play->given);
        } else if (event == CONNECTION_PIECE) {
            take_piece(play, &message);
        } else if (is_end(play, event, &message)) {
            return;
        } else {
            fuzz_check((event == CONNECTION_PING) == (message.opcode == FRAME_PING) &&
                           (event == CONNECTION_PONG) == (message.opcode == FRAME_PONG),
                       "event %d with opcode %x", (int)event, (unsigned)message.opcode);
            oracle_event(&play->record, message.opcode, message.payload, message.length);
            act(play, &message);
        }
    }
}

/* The observer must have seen what is on the wire. */
static void check_seen(struct play *play) {
    fuzz_check_same(&play->seen[true], &play->endpoint.written, "bytes that were seen and sent");
    fuzz_check(play->seen[false].len <= play->given &&
                   (play->seen[false].len == 0 ||
                    memcmp(play->seen[false].bytes, play->stream, play->seen[false].len) == 0),
               "what was seen is not what was received");
}

/* Starts the connection in memory that is as small as byte 0 says, with some bytes of the stream in
 * it already, as after a handshake. What it does must be what is wanted. */
static void run(const uint8_t *control, const struct oracle_endpoint *oracle, bool in_pieces,
                const struct wire *stream, enum endpoint_cut cut, struct oracle_record *wanted) {
    static const size_t sizes[] = {CONNECTION_BUFFER_MIN, 600, 768, 4096};
    size_t size = sizes[(control[0] & LENT_MEMORY) / 0x40];
    struct play *play = fuzz_resize(NULL, sizeof *play);
    struct endpoint *endpoint = &play->endpoint;
    *play =
        (struct play){.endpoint = {.lent = fuzz_resize(NULL, size), .lent_size = size, .cut = cut},
                      .oracle = *oracle,
                      .copies = (control[0] & ECHOES_A_COPY) != 0,
                      .in_pieces = in_pieces,
                      .record = {.fragments = in_pieces},
                      .stream = stream->bytes,
                      .length = stream->len};
    fuzz_dice_init(&endpoint->dice, control[1]);
    if (stream->len > 0) {
        play->given = endpoint_cut_off(endpoint, stream->len < size ? stream->len : size);
        memcpy(endpoint->lent, stream->bytes, play->given);
    }
    struct connection_settings settings = {.role = oracle->is_server ? CONNECTION_SERVER
                                                                     : CONNECTION_CLIENT,
                                           .max_message = oracle->max_message,
                                           .observe = in_pieces ? observe : NULL,
                                           .in_pieces = in_pieces};
    endpoint_start(endpoint, settings, play->given);
    go(play);
    oracle_read_sent(&play->record, oracle->is_server, endpoint->written.bytes,
                     endpoint->written.len,
                     endpoint->connection.failure != NULL ? endpoint->connection.failure : "");
    if (in_pieces) {
        check_seen(play);
    }
    fuzz_check_same(&play->record.events, &wanted->events, "events");
    fuzz_check_same(&play->record.sent, &wanted->sent, "frames sent");
    endpoint_free(endpoint);
    wire_free(&play->message);
    wire_free(&play->seen[false]);
    wire_free(&play->seen[true]);
    oracle_record_free(&play->record);
    free(play);
}

static void run_all(const uint8_t *control, const struct oracle_endpoint *oracle, bool in_pieces,
                    const struct wire *stream) {
    struct oracle_record wanted = {0};
    oracle_play(oracle, stream->bytes, stream->len, &wanted);
    run(control, oracle, in_pieces, stream, CUT_NOT, &wanted);
    run(control, oracle, in_pieces, stream, CUT_RANDOMLY, &wanted);
    if (stream->len <= ENDPOINT_BYTE_BY_BYTE_MAX) {
        run(control, oracle, in_pieces, stream, CUT_EVERYWHERE, &wanted);
    }
    oracle_record_free(&wanted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const uint64_t largest[] = {125, 1000, 70000, UINT64_C(1) << 40};
    struct wire stream = {0};
    if (size < CONTROL_BYTES) {
        return 0;
    }
    struct oracle_endpoint oracle = {.is_server = (data[0] & IS_CLIENT) == 0,
                                     .max_message = largest[(data[0] & MAX_MESSAGE) / 4],
                                     .echoes = (data[0] & (ECHOES | ECHOES_A_COPY)) != 0,
                                     .ping_at = data[2] / 16,
                                     .close_at = data[2] % 16};
    if (oracle.max_message > SIZE_MAX / 4) { /* on 32 bits: no connection takes more */
        oracle.max_message = SIZE_MAX / 4;
    }
    if ((data[0] & IS_SCRIPT) != 0) {
        script_write(&stream, oracle.is_server, data + CONTROL_BYTES, size - CONTROL_BYTES);
    } else {
        wire_add(&stream, data + CONTROL_BYTES, size - CONTROL_BYTES);
    }
    run_all(data, &oracle, false, &stream);
    if (oracle.echoes) { /* a piece is sent back before the event at its end is known */
        oracle.ping_at = oracle.close_at = 0;
    }
    run_all(data, &oracle, true, &stream);
    wire_free(&stream);
    return 0;
}
