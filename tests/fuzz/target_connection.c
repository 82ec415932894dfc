/* The connection of step 5, as a server and as a client: what it tells its user and what it sends
 * must be what the oracle says, however the bytes are cut; and whether messages come whole or in
 * pieces, which are sent back as they come.
 *
 *     byte 0    who it is, what its user does, the largest message, and whether bytes are a script
 *     byte 1    seed of the random cuts
 *     byte 2    at which event the user pings (upper four bits) and closes (lower); 0: never
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
    BYTE_BY_BYTE_MAX = 1500 /* of longer streams, only the pieces of the other ways */
};

enum cut { CUT_NOT, CUT_RANDOMLY, CUT_EVERYWHERE };

struct drive {
    struct connection connection, kept;
    uint8_t *lent;
    size_t lent_size;
    struct oracle_side side;
    bool copies, in_pieces;
    enum cut cut;
    struct fuzz_dice dice;
    const uint8_t *stream;
    size_t length, given;
    struct wire written; /* all output so far */
    void *copied[CONNECTION_OUTPUT_PARTS_MAX];
    size_t copied_count; /* since the output was empty */
    struct wire message; /* what has come of it, in pieces */
    struct wire seen[2]; /* by the observer: received, sent */
    struct oracle_record record;
};

static void new_key(void *context, uint8_t masking_key[4]) {
    struct drive *drive = context;
    for (size_t i = 0; i < 4; i++) {
        masking_key[i] = (uint8_t)fuzz_roll(&drive->dice, 256);
    }
}

static void observe(void *context, bool sent, const struct frame_header *frame,
                    const uint8_t *bytes, size_t count) {
    struct drive *drive = context;
    fuzz_check(count > 0 && frame->opcode <= FRAME_PONG, "nothing is observed");
    wire_add(&drive->seen[sent], bytes, count);
}

/* How many bytes the next read or write moves, of so many that it could. */
static size_t cut_off(struct drive *drive, size_t most) {
    switch (drive->cut) {
    case CUT_NOT:
        return most;
    case CUT_EVERYWHERE:
        return 1;
    default: {
        size_t piece = 1 + fuzz_roll(&drive->dice, fuzz_roll(&drive->dice, 4) == 0 ? 70000 : 20);
        return piece < most ? piece : most;
    }
    }
}

/* Takes the connection out of its memory and puts it back, as who has many does between turns. */
static void rest(struct drive *drive) {
    if (connection_keep(&drive->kept, &drive->connection) != 0) {
        fuzz_fail("there is no memory to keep a connection in");
    }
    memset(&drive->connection, 0xdd, sizeof drive->connection);
    memset(drive->lent, 0xdd, drive->lent_size);
    if (fuzz_roll(&drive->dice, 4) > 0) {
        connection_lend(&drive->connection, &drive->kept, drive->lent, drive->lent_size);
    } else {
        connection_keep(&drive->connection, &drive->kept); /* it lives without for a turn */
    }
}

static bool rolls(struct drive *drive) {
    return drive->cut == CUT_RANDOMLY && fuzz_roll(&drive->dice, 8) == 0;
}

static void write_output(struct drive *drive) {
    const struct iovec *parts;
    size_t count;
    while ((count = connection_output(&drive->connection, &parts)) > 0) {
        size_t total = 0, before = drive->written.len;
        fuzz_check(count <= CONNECTION_OUTPUT_PARTS_MAX, "%zu parts of output", count);
        for (size_t i = 0; i < count; i++) {
            fuzz_check(parts[i].iov_len > 0, "a part of the output is empty");
            wire_add(&drive->written, parts[i].iov_base, parts[i].iov_len);
            total += parts[i].iov_len;
        }
        size_t sent = cut_off(drive, total);
        drive->written.len = before + sent; /* the rest comes again */
        connection_sent(&drive->connection, sent);
        if (rolls(drive)) {
            rest(drive);
        }
    }
    while (drive->copied_count > 0) {
        free(drive->copied[--drive->copied_count]);
    }
}

static void read_input(struct drive *drive) {
    size_t size;
    if (rolls(drive)) {
        connection_relax(&drive->connection);
    }
    if (rolls(drive) || drive->cut == CUT_EVERYWHERE) {
        rest(drive);
    }
    uint8_t *space = connection_space(&drive->connection, &size);
    if (space == NULL || size == 0) {
        fuzz_fail("there is no room to read into");
    }
    size_t left = drive->length - drive->given;
    size_t count = cut_off(drive, left < size ? left : size);
    memcpy(space, drive->stream + drive->given, count);
    drive->given += count;
    connection_received(&drive->connection, count);
}

/* Sends the message, or a piece of it, back from where it lies, or from memory that then belongs to
 * the output. */
static int echo(struct drive *drive, const struct connection_message *message) {
    struct connection_message reply = *message;
    if (drive->copies) {
        reply.payload = fuzz_copy(message->payload, message->length);
        memset(message->payload, 0xa5, message->length);
    }
    int result = drive->in_pieces ? connection_send_piece(&drive->connection, &reply)
                                  : connection_send(&drive->connection, reply.opcode, reply.payload,
                                                    reply.length);
    if (drive->copies && reply.length > CONNECTION_COPY_MAX && result == 0) {
        drive->copied[drive->copied_count++] = reply.payload;
    } else if (drive->copies) {
        free(reply.payload);
    }
    return result;
}

/* The same choice as in the oracle. */
static void act(struct drive *drive, const struct connection_message *message) {
    static const char ping[] = "are you there";
    unsigned event = drive->record.event_count;
    int wanted = drive->connection.close_sent ? -1 : 0, got = wanted;
    if (event == drive->side.close_at) {
        got = connection_close(&drive->connection, ORACLE_CLOSE_CODE, "bye");
    } else if (event == drive->side.ping_at) {
        got = connection_ping(&drive->connection, (const uint8_t *)ping, strlen(ping));
    } else if (drive->side.echoes && !frame_is_control(message->opcode)) {
        got = echo(drive, message);
    } else {
        memset(message->payload, 0x5a, message->length); /* the header says one may */
    }
    fuzz_check(got == wanted, "sending after event %u returned %d", event, got);
}

static void take_piece(struct drive *drive, const struct connection_message *piece) {
    const struct connection *connection = &drive->connection;
    fuzz_check(drive->in_pieces, "a piece has come");
    fuzz_check(piece->fin || piece->length > 0, "a piece is empty");
    fuzz_check(connection->input.buffer.capacity <= CONNECTION_INPUT_READ_SIZE,
               "%zu bytes are taken", connection->input.buffer.capacity);
    wire_add(&drive->message, piece->payload, piece->length);
    if (piece->fin) {
        oracle_event(&drive->record, piece->opcode, drive->message.bytes, drive->message.len);
        drive->message.len = 0;
        act(drive, piece);
    } else if (drive->side.echoes) {
        fuzz_check(echo(drive, piece) == 0, "a piece is not taken");
    }
}

/* Takes note of the end. Returns whether it was one. */
static bool is_end(struct drive *drive, enum connection_event event,
                   const struct connection_message *message) {
    struct connection_message again;
    const struct connection *connection = &drive->connection;
    if (event == CONNECTION_FAILED) {
        oracle_failed(&drive->record, connection->close_code);
    } else if (event == CONNECTION_CLOSED) {
        oracle_closed(&drive->record, connection->close_code, message->payload, message->length);
    } else {
        return false;
    }
    write_output(drive);
    fuzz_check(connection_next(&drive->connection, &again) == event, "the end was not the end");
    return true;
}

static void go(struct drive *drive) {
    struct connection_message message;
    for (;;) {
        enum connection_event event = connection_next(&drive->connection, &message);
        if (event == CONNECTION_NEEDS_OUTPUT) {
            fuzz_check(drive->connection.output.count > 0, "there is no output that it could need");
            write_output(drive);
        } else if (event == CONNECTION_NEEDS_INPUT) {
            write_output(drive);
            if (drive->given == drive->length) {
                return;
            }
            read_input(drive);
        } else if (event == CONNECTION_PIECE) {
            take_piece(drive, &message);
        } else if (is_end(drive, event, &message)) {
            return;
        } else {
            fuzz_check((event == CONNECTION_PING) == (message.opcode == FRAME_PING) &&
                           (event == CONNECTION_PONG) == (message.opcode == FRAME_PONG),
                       "event %d with opcode %x", (int)event, (unsigned)message.opcode);
            oracle_event(&drive->record, message.opcode, message.payload, message.length);
            act(drive, &message);
        }
    }
}

/* Starts the connection in memory that is as small as byte 0 says, with some bytes of the stream in
 * it already, as behind a handshake. */
static void start(struct drive *drive, uint8_t *lent, size_t size) {
    const struct oracle_side *side = &drive->side;
    struct connection_settings settings = {.role = side->is_server ? CONNECTION_SERVER
                                                                   : CONNECTION_CLIENT,
                                           .max_message = side->max_message,
                                           .new_masking_key = side->is_server ? NULL : new_key,
                                           .observe = drive->in_pieces ? observe : NULL,
                                           .context = drive,
                                           .in_pieces = drive->in_pieces};
    struct buffer buffer;
    buffer_init(&buffer, lent, size);
    if (drive->length > 0) {
        drive->given = cut_off(drive, drive->length < size ? drive->length : size);
        memcpy(lent, drive->stream, drive->given);
    }
    connection_init(&drive->connection, &settings, &buffer, drive->given);
}

/* The observer must have seen what is on the wire. */
static void check_seen(struct drive *drive) {
    fuzz_check_same(&drive->seen[true], &drive->written, "bytes that were seen and sent");
    fuzz_check(drive->seen[false].len <= drive->given &&
                   (drive->seen[false].len == 0 ||
                    memcmp(drive->seen[false].bytes, drive->stream, drive->seen[false].len) == 0),
               "what was seen is not what was received");
}

static void run(const uint8_t *control, const struct oracle_side *side, bool in_pieces,
                const struct wire *stream, enum cut cut, struct oracle_record *wanted) {
    static const size_t sizes[] = {CONNECTION_BUFFER_MIN, 600, 768, 4096};
    size_t size = sizes[(control[0] & LENT_MEMORY) / 0x40];
    struct drive *drive = fuzz_resize(NULL, sizeof *drive);
    uint8_t *lent = fuzz_resize(NULL, size);
    *drive = (struct drive){.side = *side,
                            .copies = (control[0] & ECHOES_A_COPY) != 0,
                            .in_pieces = in_pieces,
                            .cut = cut,
                            .record = {.fragments = in_pieces},
                            .lent = lent,
                            .lent_size = size,
                            .stream = stream->bytes,
                            .length = stream->len};
    fuzz_dice_init(&drive->dice, control[1]);
    start(drive, lent, size);
    go(drive);
    oracle_read_sent(&drive->record, side->is_server, drive->written.bytes, drive->written.len,
                     drive->connection.failure != NULL ? drive->connection.failure : "");
    if (in_pieces) {
        check_seen(drive);
    }
    fuzz_check_same(&drive->record.events, &wanted->events, "events");
    fuzz_check_same(&drive->record.sent, &wanted->sent, "frames sent");
    connection_free(&drive->connection);
    wire_free(&drive->written);
    wire_free(&drive->message);
    wire_free(&drive->seen[false]);
    wire_free(&drive->seen[true]);
    oracle_record_free(&drive->record);
    free(lent);
    free(drive);
}

static void run_all(const uint8_t *control, const struct oracle_side *side, bool in_pieces,
                    const struct wire *stream) {
    struct oracle_record wanted = {0};
    oracle_play(side, stream->bytes, stream->len, &wanted);
    run(control, side, in_pieces, stream, CUT_NOT, &wanted);
    run(control, side, in_pieces, stream, CUT_RANDOMLY, &wanted);
    if (stream->len <= BYTE_BY_BYTE_MAX) {
        run(control, side, in_pieces, stream, CUT_EVERYWHERE, &wanted);
    }
    oracle_record_free(&wanted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const uint64_t largest[] = {125, 1000, 70000, UINT64_C(1) << 40};
    struct wire stream = {0};
    if (size < CONTROL_BYTES) {
        return 0;
    }
    struct oracle_side side = {.is_server = (data[0] & IS_CLIENT) == 0,
                               .max_message = largest[(data[0] & MAX_MESSAGE) / 4],
                               .echoes = (data[0] & (ECHOES | ECHOES_A_COPY)) != 0,
                               .ping_at = data[2] / 16,
                               .close_at = data[2] % 16};
    if (side.max_message > SIZE_MAX / 4) { /* on 32 bits: no connection takes more */
        side.max_message = SIZE_MAX / 4;
    }
    if ((data[0] & IS_SCRIPT) != 0) {
        script_write(&stream, side.is_server, data + CONTROL_BYTES, size - CONTROL_BYTES);
    } else {
        wire_add(&stream, data + CONTROL_BYTES, size - CONTROL_BYTES);
    }
    run_all(data, &side, false, &stream);
    if (side.echoes) { /* a piece is sent back before it is known what happens at its end */
        side.ping_at = side.close_at = 0;
    }
    run_all(data, &side, true, &stream);
    wire_free(&stream);
    return 0;
}
