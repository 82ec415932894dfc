#include "wscheck/reader.h"

#include <string.h>

void reader_init(struct reader *reader, bool from_client) {
    memset(reader, 0, sizeof *reader);
    reader->from_client = from_client;
}

void reader_feed(struct reader *reader, const uint8_t *bytes, size_t len) {
    reader->bytes = bytes;
    reader->length = len;
    reader->position = 0;
}

static enum reader_event violation(struct reader *reader, uint64_t wrong, const char *rule) {
    reader->violation = rule;
    reader->wrong = wrong;
    return READER_VIOLATION;
}

static bool is_control(uint8_t opcode) {
    return opcode >= OPCODE_CLOSE;
}

static enum reader_event judge_first_byte(struct reader *reader) {
    uint8_t byte = reader->header[0], opcode = byte & 0x0f;
    if (reader->closed && !is_control(opcode)) {
        return violation(reader, 0, "after a Close frame no data frame is sent (5.5.1)");
    }
    if ((byte & 0x70) != 0 && reader->unpack == NULL) {
        return violation(reader, 0, "a reserved bit is set without an extension (5.2)");
    }
    if ((byte & 0x30) != 0) {
        return violation(reader, 0, "a reserved bit is set that no extension uses (5.2)");
    }
    if ((byte & 0x40) != 0 && (opcode == OPCODE_CONTINUATION || is_control(opcode))) {
        return violation(reader, 0,
                         is_control(opcode)
                             ? "RSV1 is set on a control frame (RFC 7692, 6.1)"
                             : "RSV1 is set on a frame that is not the first (RFC 7692, 6.1)");
    }
    if ((opcode > OPCODE_BINARY && opcode < OPCODE_CLOSE) || opcode > OPCODE_PONG) {
        return violation(reader, 0, "the opcode is reserved (5.2)");
    }
    if (is_control(opcode)) {
        return (byte & 0x80) != 0 ? READER_NEEDS_BYTES
                                  : violation(reader, 0, "a control frame is fragmented (5.5)");
    }
    if (opcode == OPCODE_CONTINUATION && !reader->in_message) {
        return violation(reader, 0, "a continuation without a message to continue (5.4)");
    }
    if (opcode != OPCODE_CONTINUATION && reader->in_message) {
        return violation(reader, 0, "a new message before the last one has ended (5.4)");
    }
    return READER_NEEDS_BYTES;
}

static bool is_masked(const struct reader *reader) {
    return (reader->header[1] & 0x80) != 0;
}

static enum reader_event judge_second_byte(struct reader *reader) {
    bool masked = is_masked(reader);
    if (masked != reader->from_client && !reader->any_mask) {
        return violation(reader, 1,
                         masked ? "a server must not mask its frames (5.1)"
                                : "a client must mask its frames (5.1)");
    }
    if (is_control(reader->header[0] & 0x0f) && (reader->header[1] & 0x7f) > CONTROL_PAYLOAD_MAX) {
        return violation(reader, 1, "a control frame is longer than 125 bytes (5.5)");
    }
    return READER_NEEDS_BYTES;
}

/* The header is whole: reads the length, and begins or continues a message. */
static enum reader_event end_header(struct reader *reader) {
    struct reader_frame *frame = &reader->frame;
    uint8_t bits = reader->header[1] & 0x7f;
    frame->fin = (reader->header[0] & 0x80) != 0;
    frame->opcode = reader->header[0] & 0x0f;
    frame->length = bits <= 125 ? bits : 0;
    size_t end = reader->header_size - (is_masked(reader) ? sizeof reader->masking_key : 0);
    for (size_t i = 2; i < end; i++) {
        frame->length = frame->length << 8 | reader->header[i];
    }
    if (bits == 127 && (reader->header[2] & 0x80) != 0) {
        return violation(reader, 2, "the top bit of a 64-bit length is set (5.2)");
    }
    if ((bits == 126 && frame->length < 126) || (bits == 127 && frame->length <= 65535)) {
        return violation(reader, 1, "the length is not written in its shortest form (5.2)");
    }
    memset(reader->masking_key, 0, sizeof reader->masking_key);
    memcpy(reader->masking_key, reader->header + end, reader->header_size - end);
    if (!is_control(frame->opcode)) {
        if (frame->opcode != OPCODE_CONTINUATION) {
            reader->is_text = frame->opcode == OPCODE_TEXT;
            reader->is_compressed = (reader->header[0] & 0x40) != 0;
            utf8_decoder_init(&reader->decoder);
            if (reader->is_compressed) {
                unpack_begin(reader->unpack);
            }
        }
        reader->in_message = !frame->fin;
    }
    reader->in_payload = true;
    reader->payload_done = 0;
    return READER_HEADER;
}

static enum reader_event take_header_byte(struct reader *reader, uint8_t byte) {
    enum reader_event event = READER_NEEDS_BYTES;
    reader->header[reader->header_size++] = byte;
    if (reader->header_size == 1) {
        return judge_first_byte(reader);
    }
    if (reader->header_size == 2) {
        event = judge_second_byte(reader);
    }
    uint8_t bits = reader->header[1] & 0x7f;
    size_t whole = (bits == 126 ? 4 : bits == 127 ? 10 : 2) + (is_masked(reader) ? 4U : 0U);
    return event == READER_NEEDS_BYTES && reader->header_size == whole ? end_header(reader) : event;
}

/* Copies a piece and removes the mask of the copy. */
static void unmask(struct reader *reader) {
    if (reader->piece_length > sizeof reader->unmasked) {
        reader->piece_length = sizeof reader->unmasked;
    }
    for (size_t i = 0; i < reader->piece_length; i++) {
        reader->unmasked[i] =
            reader->piece[i] ^ reader->masking_key[(reader->payload_done + i) % 4];
    }
    reader->piece = reader->unmasked;
}

/* A text has to be UTF-8. `wrong` is the offset of the piece in its frame. */
static enum reader_event judge_text(struct reader *reader, uint64_t wrong) {
    for (size_t i = 0; i < reader->piece_length; i++) {
        if (!utf8_decoder_next(&reader->decoder, reader->piece[i])) {
            reader->piece_length = i + 1;
            return violation(reader, reader->is_compressed ? wrong : wrong + i,
                             reader->from_client ? "the client's text is not UTF-8 (8.1)"
                                                 : "the server's text is not UTF-8 (8.1)");
        }
    }
    return READER_PAYLOAD;
}

/* Makes what unpack has given the piece. */
static enum reader_event take_unpacked(struct reader *reader, enum unpack_verdict verdict) {
    uint64_t wrong = reader->header_size + reader->payload_done;
    reader->piece = reader->unpack->piece;
    reader->piece_length = reader->unpack->piece_length;
    enum reader_event event = reader->is_text ? judge_text(reader, wrong) : READER_PAYLOAD;
    if (event == READER_PAYLOAD && verdict == UNPACK_BAD) {
        event = violation(reader, wrong, reader->unpack->problem);
    }
    return event;
}

static enum reader_event take_payload(struct reader *reader) {
    uint64_t left = reader->frame.length - reader->payload_done;
    size_t there = reader->length - reader->position;
    enum reader_event event = READER_PAYLOAD;
    reader->piece = reader->bytes + reader->position;
    reader->piece_length = left < there ? (size_t)left : there;
    reader->wire = reader->piece;
    if (is_masked(reader)) {
        unmask(reader);
    }
    reader->wire_length = reader->piece_length;
    if (is_control(reader->frame.opcode)) {
        memcpy(reader->control + reader->payload_done, reader->piece, reader->piece_length);
    } else if (reader->is_compressed) {
        const uint8_t *next = reader->piece;
        size_t not_taken = reader->piece_length;
        enum unpack_verdict verdict = unpack_run(reader->unpack, &next, &not_taken);
        reader->wire_length -= not_taken;
        event = take_unpacked(reader, verdict);
    } else if (reader->is_text) {
        event = judge_text(reader, reader->header_size + reader->payload_done);
    }
    if (event == READER_PAYLOAD) {
        reader->payload_done += reader->wire_length;
        reader->position += reader->wire_length;
    }
    return event;
}

static enum reader_event judge_close(struct reader *reader) {
    uint64_t length = reader->frame.length;
    reader->closed = true;
    if (length == 1) {
        return violation(reader, 2, "a Close frame carries no code or two bytes of it (5.5.1)");
    }
    if (length >= 2) {
        unsigned code = (unsigned)reader->control[0] << 8 | reader->control[1];
        if (code == 1005 || code == 1006 || code == 1015) { /* unused codes may be sent */
            return violation(reader, 2, "this close code must not be sent in a frame (7.4.1)");
        }
    }
    struct utf8_decoder decoder;
    utf8_decoder_init(&decoder);
    for (uint64_t i = 2; i < length; i++) {
        if (!utf8_decoder_next(&decoder, reader->control[i])) {
            return violation(reader, 2 + i, "the reason of a Close is not UTF-8 (5.5.1)");
        }
    }
    return utf8_decoder_complete(&decoder)
               ? READER_END
               : violation(reader, 2 + length, "the reason of a Close ends within a character");
}

static enum reader_event end_frame(struct reader *reader) {
    reader->in_payload = false;
    reader->header_size = 0;
    if (reader->frame.opcode == OPCODE_CLOSE) {
        return judge_close(reader);
    }
    if (!is_control(reader->frame.opcode) && reader->frame.fin && reader->is_text &&
        !utf8_decoder_complete(&reader->decoder)) {
        return violation(reader, 0,
                         reader->from_client ? "the client's text ends within a character (8.1)"
                                             : "the server's text ends within a character (8.1)");
    }
    return READER_END;
}

enum reader_event reader_next(struct reader *reader) {
    while (!reader->in_payload) {
        if (reader->position == reader->length) {
            return READER_NEEDS_BYTES;
        }
        enum reader_event event = take_header_byte(reader, reader->bytes[reader->position++]);
        if (event != READER_NEEDS_BYTES) {
            return event;
        }
    }
    if (reader->payload_done < reader->frame.length) {
        return reader->position == reader->length ? READER_NEEDS_BYTES : take_payload(reader);
    }
    if (reader->is_compressed && !is_control(reader->frame.opcode) &&
        unpack_has_rest(reader->unpack, reader->frame.fin)) {
        reader->wire_length = 0;
        return take_unpacked(reader, unpack_rest(reader->unpack));
    }
    return end_frame(reader);
}
