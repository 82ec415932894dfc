/* The connection of step 5, as a server and as a client. What it tells its user and what it sends
 * must be what the oracle says, however the bytes are cut, and whether messages come whole or in
 * pieces, each of which is sent back as soon as it comes.
 *
 *     byte 0    its role, what its user does, the largest message, and whether the rest is a script
 *     byte 1    seed of the random cuts
 *     byte 2    the event at which the user pings (upper four bits) and closes (lower); 0: never
 *     the rest  what the peer sends, or a script of it
 */
#include "step05_echo/connection_rest.h"
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
    CONTROL_BYTES = 3,
    BYTE_BY_BYTE_MAX = 1500 /* longer streams are cut in the other ways only */
};

enum cut { CUT_NOT, CUT_RANDOMLY, CUT_EVERYWHERE };

struct endpoint {
    struct connection connection, kept;
    uint8_t *lent;
    size_t lent_size;
    struct oracle_endpoint oracle;
    bool copies, in_pieces;
    enum cut cut;
    struct fuzz_dice dice;
    const uint8_t *stream;
    size_t length, given;
    struct wire written; /* all output so far */
    void *copied[CONNECTION_OUTPUT_PARTS_MAX];
    size_t copied_count; /* since the output was empty */
    struct wire message; /* the pieces that have come of it */
    struct wire seen[2]; /* by the observer: received, sent */
    struct oracle_record record;
};

static void new_key(void *context, uint8_t masking_key[4]) {
    struct endpoint *endpoint = context;
    for (size_t i = 0; i < 4; i++) {
        masking_key[i] = (uint8_t)fuzz_roll(&endpoint->dice, 256);
    }
}

static void observe(void *context, bool sent, const struct frame_header *frame,
                    const uint8_t *bytes, size_t count) {
    struct endpoint *endpoint = context;
    fuzz_check(count > 0 && frame->opcode <= FRAME_PONG, "the observer gets no bytes");
    wire_add(&endpoint->seen[sent], bytes, count);
}

/* Returns how many bytes the next read or write moves, at most `most`. */
static size_t cut_off(struct endpoint *endpoint, size_t most) {
    switch (endpoint->cut) {
    case CUT_NOT:
        return most;
    case CUT_EVERYWHERE:
        return 1;
    default: {
        size_t piece =
            1 + fuzz_roll(&endpoint->dice, fuzz_roll(&endpoint->dice, 4) == 0 ? 70000 : 20);
        return piece < most ? piece : most;
    }
    }
}

/* Takes the connection out of its memory and puts it back, as a program with many connections does
 * between turns. */
static void rest(struct endpoint *endpoint) {
    if (connection_keep(&endpoint->kept, &endpoint->connection) != 0) {
        fuzz_fail("there is no memory to keep a connection in");
    }
    memset(&endpoint->connection, 0xdd, sizeof endpoint->connection);
    memset(endpoint->lent, 0xdd, endpoint->lent_size);
    if (fuzz_roll(&endpoint->dice, 4) > 0) {
        connection_lend(&endpoint->connection, &endpoint->kept, endpoint->lent,
                        endpoint->lent_size);
    } else {
        connection_keep(&endpoint->connection,
                        &endpoint->kept); /* it has no lent memory for a turn */
    }
}

static bool rolls(struct endpoint *endpoint) {
    return endpoint->cut == CUT_RANDOMLY && fuzz_roll(&endpoint->dice, 8) == 0;
}

static void write_output(struct endpoint *endpoint) {
    const struct iovec *parts;
    size_t count;
    while ((count = connection_output(&endpoint->connection, &parts)) > 0) {
        size_t total = 0, before = endpoint->written.len;
        fuzz_check(count <= CONNECTION_OUTPUT_PARTS_MAX, "%zu parts of output", count);
        for (size_t i = 0; i < count; i++) {
            fuzz_check(parts[i].iov_len > 0, "a part of the output is empty");
            wire_add(&endpoint->written, parts[i].iov_base, parts[i].iov_len);
            total += parts[i].iov_len;
        }
        size_t sent = cut_off(endpoint, total);
        endpoint->written.len = before + sent; /* the rest comes again */
        connection_sent(&endpoint->connection, sent);
        if (rolls(endpoint)) {
            rest(endpoint);
        }
    }
    while (endpoint->copied_count > 0) {
        free(endpoint->copied[--endpoint->copied_count]);
    }
}

static void read_input(struct endpoint *endpoint) {
    size_t size;
    if (rolls(endpoint)) {
        connection_relax(&endpoint->connection);
    }
    if (rolls(endpoint) || endpoint->cut == CUT_EVERYWHERE) {
        rest(endpoint);
    }
    uint8_t *space = connection_space(&endpoint->connection, &size);
    if (space == NULL || size == 0) {
        fuzz_fail("there is no room to read into");
    }
    size_t left = endpoint->length - endpoint->given;
    size_t count = cut_off(endpoint, left < size ? left : size);
    memcpy(space, endpoint->stream + endpoint->given, count);
    endpoint->given += count;
    connection_received(&endpoint->connection, count);
}

/* Sends the message, or a piece of it, back from where it lies, or from a copy that belongs to the
 * output after that. */
static int echo(struct endpoint *endpoint, const struct connection_message *message) {
    struct connection_message reply = *message;
    if (endpoint->copies) {
        reply.payload = fuzz_copy(message->payload, message->length);
        memset(message->payload, 0xa5, message->length);
    }
    int result = endpoint->in_pieces ? connection_send_piece(&endpoint->connection, &reply)
                                     : connection_send(&endpoint->connection, reply.opcode,
                                                       reply.payload, reply.length);
    if (endpoint->copies && reply.length > CONNECTION_COPY_MAX && result == 0) {
        endpoint->copied[endpoint->copied_count++] = reply.payload;
    } else if (endpoint->copies) {
        free(reply.payload);
    }
    return result;
}

/* The same choice as in the oracle. */
static void act(struct endpoint *endpoint, const struct connection_message *message) {
    static const char ping[] = "are you there";
    unsigned event = endpoint->record.event_count;
    int wanted = endpoint->connection.close_sent ? -1 : 0, got = wanted;
    if (event == endpoint->oracle.close_at) {
        got = connection_close(&endpoint->connection, ORACLE_CLOSE_CODE, "bye");
    } else if (event == endpoint->oracle.ping_at) {
        got = connection_ping(&endpoint->connection, (const uint8_t *)ping, strlen(ping));
    } else if (endpoint->oracle.echoes && !frame_is_control(message->opcode)) {
        got = echo(endpoint, message);
    } else {
        memset(message->payload, 0x5a, message->length); /* connection.h allows that */
    }
    fuzz_check(got == wanted, "sending after event %u returned %d", event, got);
}

static void take_piece(struct endpoint *endpoint, const struct connection_message *piece) {
    const struct connection *connection = &endpoint->connection;
    fuzz_check(endpoint->in_pieces, "a piece has come");
    fuzz_check(piece->fin || piece->length > 0, "a piece is empty");
    fuzz_check(connection->input.buffer.capacity <= CONNECTION_INPUT_READ_SIZE,
               "%zu bytes are taken", connection->input.buffer.capacity);
    wire_add(&endpoint->message, piece->payload, piece->length);
    if (piece->fin) {
        oracle_event(&endpoint->record, piece->opcode, endpoint->message.bytes,
                     endpoint->message.len);
        endpoint->message.len = 0;
        act(endpoint, piece);
    } else if (endpoint->oracle.echoes) {
        fuzz_check(echo(endpoint, piece) == 0, "a piece is not taken");
    }
}

/* Records the end of the connection. Returns whether the event was one. */
static bool is_end(struct endpoint *endpoint, enum connection_event event,
                   const struct connection_message *message) {
    struct connection_message again;
    const struct connection *connection = &endpoint->connection;
    if (event == CONNECTION_FAILED) {
        oracle_failed(&endpoint->record, connection->close_code);
    } else if (event == CONNECTION_CLOSED) {
        oracle_closed(&endpoint->record, connection->close_code, message->payload, message->length);
    } else {
        return false;
    }
    write_output(endpoint);
    fuzz_check(connection_next(&endpoint->connection, &again) == event,
               "an event comes after the end");
    return true;
}

static void go(struct endpoint *endpoint) {
    struct connection_message message;
    for (;;) {
        enum connection_event event = connection_next(&endpoint->connection, &message);
        if (event == CONNECTION_NEEDS_OUTPUT) {
            fuzz_check(endpoint->connection.output.count > 0, "there is no output to wait for");
            write_output(endpoint);
        } else if (event == CONNECTION_NEEDS_INPUT) {
            write_output(endpoint);
            if (endpoint->given == endpoint->length) {
                return;
            }
            read_input(endpoint);
        } else if (event == CONNECTION_PIECE) {
            take_piece(endpoint, &message);
        } else if (is_end(endpoint, event, &message)) {
            return;
        } else {
            fuzz_check((event == CONNECTION_PING) == (message.opcode == FRAME_PING) &&
                           (event == CONNECTION_PONG) == (message.opcode == FRAME_PONG),
                       "event %d with opcode %x", (int)event, (unsigned)message.opcode);
            oracle_event(&endpoint->record, message.opcode, message.payload, message.length);
            act(endpoint, &message);
        }
    }
}

/* Starts the connection in memory that is as small as byte 0 says, with some bytes of the stream in
 * it already, as after a handshake. */
static void start(struct endpoint *endpoint, uint8_t *lent, size_t size) {
    const struct oracle_endpoint *oracle = &endpoint->oracle;
    struct connection_settings settings = {.role = oracle->is_server ? CONNECTION_SERVER
                                                                     : CONNECTION_CLIENT,
                                           .max_message = oracle->max_message,
                                           .new_masking_key = oracle->is_server ? NULL : new_key,
                                           .observe = endpoint->in_pieces ? observe : NULL,
                                           .context = endpoint,
                                           .in_pieces = endpoint->in_pieces};
    struct buffer buffer;
    buffer_init(&buffer, lent, size);
    if (endpoint->length > 0) {
        endpoint->given = cut_off(endpoint, endpoint->length < size ? endpoint->length : size);
        memcpy(lent, endpoint->stream, endpoint->given);
    }
    connection_init(&endpoint->connection, &settings, &buffer, endpoint->given);
}

/* The observer must have seen what is on the wire. */
static void check_seen(struct endpoint *endpoint) {
    fuzz_check_same(&endpoint->seen[true], &endpoint->written, "bytes that were seen and sent");
    fuzz_check(
        endpoint->seen[false].len <= endpoint->given &&
            (endpoint->seen[false].len == 0 ||
             memcmp(endpoint->seen[false].bytes, endpoint->stream, endpoint->seen[false].len) == 0),
        "what was seen is not what was received");
}

static void run(const uint8_t *control, const struct oracle_endpoint *oracle, bool in_pieces,
                const struct wire *stream, enum cut cut, struct oracle_record *wanted) {
    static const size_t sizes[] = {CONNECTION_BUFFER_MIN, 600, 768, 4096};
    size_t size = sizes[(control[0] & LENT_MEMORY) / 0x40];
    struct endpoint *endpoint = fuzz_resize(NULL, sizeof *endpoint);
    uint8_t *lent = fuzz_resize(NULL, size);
    *endpoint = (struct endpoint){.oracle = *oracle,
                                  .copies = (control[0] & ECHOES_A_COPY) != 0,
                                  .in_pieces = in_pieces,
                                  .cut = cut,
                                  .record = {.fragments = in_pieces},
                                  .lent = lent,
                                  .lent_size = size,
                                  .stream = stream->bytes,
                                  .length = stream->len};
    fuzz_dice_init(&endpoint->dice, control[1]);
    start(endpoint, lent, size);
    go(endpoint);
    oracle_read_sent(&endpoint->record, oracle->is_server, endpoint->written.bytes,
                     endpoint->written.len,
                     endpoint->connection.failure != NULL ? endpoint->connection.failure : "");
    if (in_pieces) {
        check_seen(endpoint);
    }
    fuzz_check_same(&endpoint->record.events, &wanted->events, "events");
    fuzz_check_same(&endpoint->record.sent, &wanted->sent, "frames sent");
    connection_free(&endpoint->connection);
    wire_free(&endpoint->written);
    wire_free(&endpoint->message);
    wire_free(&endpoint->seen[false]);
    wire_free(&endpoint->seen[true]);
    oracle_record_free(&endpoint->record);
    free(lent);
    free(endpoint);
}

static void run_all(const uint8_t *control, const struct oracle_endpoint *oracle, bool in_pieces,
                    const struct wire *stream) {
    struct oracle_record wanted = {0};
    oracle_play(oracle, stream->bytes, stream->len, &wanted);
    run(control, oracle, in_pieces, stream, CUT_NOT, &wanted);
    run(control, oracle, in_pieces, stream, CUT_RANDOMLY, &wanted);
    if (stream->len <= BYTE_BY_BYTE_MAX) {
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
