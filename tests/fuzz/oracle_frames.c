#include "tests/fuzz/oracle_frames.h"

#include "wscheck/reader.h"

#include <string.h>

static const char bye[] = "bye", are_you_there[] = "are you there";

/* A frame, as much of it as has arrived. */
struct cut_frame {
    struct frame_header header;
    struct wire payload;
};

/* The message that has begun. */
struct open_message {
    bool open;
    uint8_t opcode;
    struct wire payload;
};

static bool is_control(uint8_t opcode) {
    return opcode >= 8;
}

void oracle_event(struct oracle_record *record, uint8_t opcode, const uint8_t *payload,
                  size_t length) {
    record->event_count++;
    fuzz_add_text(&record->events, "\nopcode %x, %zu bytes: ", (unsigned)opcode, length);
    wire_add(&record->events, payload, length);
}

void oracle_closed(struct oracle_record *record, unsigned code, const uint8_t *reason,
                   size_t length) {
    record->over = true;
    fuzz_add_text(&record->events, "\nclosed %u ", code);
    wire_add(&record->events, reason, length);
}

void oracle_failed(struct oracle_record *record, unsigned code) {
    record->over = true;
    fuzz_add_text(&record->events, "\nfailed %u", code);
}

static void note_sent(struct oracle_record *record, uint8_t opcode, const void *payload,
                      size_t length) {
    if (!record->closing) { /* 5.5.1: nothing follows a Close */
        fuzz_add_text(&record->sent, "\nopcode %x, %zu bytes: ", (unsigned)opcode, length);
        wire_add(&record->sent, payload, length);
    }
}

/* 1005 stands for a Close without a code. */
static void note_sent_close(struct oracle_record *record, unsigned code, const char *reason) {
    if (!record->closing) {
        fuzz_add_text(&record->sent, "\nclose %u %s", code, reason);
        record->closing = true;
    }
}

static void fail(struct oracle_record *record, unsigned code) {
    note_sent_close(record, code, "for a reason");
    oracle_failed(record, code);
}

enum frame_verdict oracle_head(const uint8_t *head, size_t left, const struct frame_rules *rules,
                               struct frame_header *header, size_t *size) {
    if (left < 1) {
        return FRAME_INCOMPLETE;
    }
    header->fin = head[0] / 128 == 1;
    header->rsv = head[0] / 16 % 8;
    header->opcode = head[0] % 16;
    if ((header->rsv | rules->allowed_rsv) != rules->allowed_rsv) {
        return FRAME_RESERVED_BIT;
    }
    if (header->opcode % 8 > 2) { /* 3 to 7 and 11 to 15 */
        return FRAME_RESERVED_OPCODE;
    }
    if (is_control(header->opcode) && !header->fin) {
        return FRAME_FRAGMENTED_CONTROL;
    }
    if (left < 2) {
        return FRAME_INCOMPLETE;
    }
    header->masked = head[1] / 128 == 1;
    if (header->masked != rules->masked) {
        return header->masked ? FRAME_MASKED : FRAME_NOT_MASKED;
    }
    uint8_t form = head[1] % 128;
    if (is_control(header->opcode) && form > 125) {
        return FRAME_CONTROL_TOO_LONG;
    }
    size_t more = form == 126 ? 2 : form == 127 ? 8 : 0;
    if (more == 8 && left > 2 && head[2] >= 128) {
        return FRAME_LENGTH_TOP_BIT;
    }
    if (left < 2 + more) {
        return FRAME_INCOMPLETE;
    }
    header->payload_length = more == 0 ? form : 0;
    for (size_t i = 0; i < more; i++) {
        header->payload_length = header->payload_length * 256 + head[2 + i];
    }
    if (more > 0 && header->payload_length < (more == 2 ? 126 : 65536)) {
        return FRAME_LENGTH_NOT_MINIMAL;
    }
    *size = 2 + more + (header->masked ? 4 : 0);
    if (left < *size) {
        return FRAME_INCOMPLETE;
    }
    memset(header->masking_key, 0, 4);
    memcpy(header->masking_key, head + 2 + more, *size - 2 - more);
    return FRAME_OK;
}

/* Reads as much of the frame at `*at` as has arrived, and moves `*at` to what follows it. */
static enum frame_verdict read_frame(const struct oracle_endpoint *endpoint, const uint8_t *bytes,
                                     size_t length, size_t *at, struct cut_frame *frame) {
    const struct frame_rules rules = {endpoint->is_server, 0};
    size_t left = length - *at, size;
    if (left == 0) {
        return FRAME_INCOMPLETE;
    }
    const uint8_t *head = bytes + *at;
    enum frame_verdict verdict = oracle_head(head, left, &rules, &frame->header, &size);
    frame->payload.len = 0;
    if (verdict == FRAME_OK) {
        for (uint64_t i = 0; i < frame->header.payload_length && size + i < left; i++) {
            fuzz_add_byte(&frame->payload, head[size + i] ^ frame->header.masking_key[i % 4]);
        }
        *at += size + frame->payload.len;
    }
    return verdict;
}

/* What the user does after each message, Ping and Pong. */
static void act(const struct oracle_endpoint *endpoint, struct oracle_record *record,
                uint8_t opcode, const struct wire *payload) {
    if (record->event_count == endpoint->close_at) {
        note_sent_close(record, ORACLE_CLOSE_CODE, bye);
    } else if (record->event_count == endpoint->ping_at) {
        note_sent(record, FRAME_PING, are_you_there, strlen(are_you_there));
    } else if (endpoint->echoes && !is_control(opcode)) {
        note_sent(record, opcode, payload->bytes, payload->len);
    }
}

/* Returns whether the bytes are UTF-8 if the last character goes on with `filler` bytes. */
static bool is_utf8_with(const uint8_t *bytes, size_t length, uint8_t filler) {
    struct utf8_decoder decoder;
    bool good = true;
    utf8_decoder_init(&decoder);
    for (size_t i = 0; good && i < length; i++) {
        good = utf8_decoder_next(&decoder, bytes[i]);
    }
    while (good && !utf8_decoder_complete(&decoder)) {
        good = utf8_decoder_next(&decoder, filler);
    }
    return good;
}

static bool is_utf8(const uint8_t *bytes, size_t length) {
    return is_utf8_with(bytes, length, 0); /* no character goes on with 0 */
}

/* Returns whether the bytes may be the beginning of UTF-8. The bits of the last character that are
 * missing lie between all zeros and all ones. If any bits make a character, one of
 * these two does. */
static bool begins_utf8(const uint8_t *bytes, size_t length) {
    return is_utf8_with(bytes, length, 0x80) || is_utf8_with(bytes, length, 0xbf);
}

/* A Close (5.5.1, 7.4): no payload, or a code that may be sent and a reason in UTF-8. */
static void take_close(struct oracle_record *record, const struct wire *payload) {
    if (payload->len == 0) {
        note_sent_close(record, 1005, "");
        oracle_closed(record, 1005, NULL, 0);
        return;
    }
    unsigned code = payload->len < 2 ? 0 : payload->bytes[0] * 256u + payload->bytes[1];
    bool registered = code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
    if (!registered && !(code >= 3000 && code < 5000)) {
        fail(record, 1002);
    } else if (!is_utf8(payload->bytes + 2, payload->len - 2)) {
        fail(record, 1007);
    } else {
        note_sent_close(record, code, "");
        oracle_closed(record, code, payload->bytes + 2, payload->len - 2);
    }
}

static void take_control(const struct oracle_endpoint *endpoint, struct oracle_record *record,
                         const struct cut_frame *frame) {
    if (frame->header.opcode == FRAME_CLOSE) {
        take_close(record, &frame->payload);
        return;
    }
    if (frame->header.opcode == FRAME_PING) {
        note_sent(record, FRAME_PONG, frame->payload.bytes, frame->payload.len);
    }
    oracle_event(record, frame->header.opcode, frame->payload.bytes, frame->payload.len);
    act(endpoint, record, frame->header.opcode, &frame->payload);
}

/* A data frame, whole or not (5.4, 8.1). */
static void take_data(const struct oracle_endpoint *endpoint, struct oracle_record *record,
                      const struct cut_frame *frame, struct open_message *message) {
    bool whole = frame->payload.len == frame->header.payload_length;
    if ((frame->header.opcode == FRAME_CONTINUATION) != message->open) {
        fail(record, 1002);
        return;
    }
    if (message->payload.len + frame->header.payload_length > endpoint->max_message) {
        fail(record, 1009);
        return;
    }
    if (!message->open) {
        message->open = true;
        message->opcode = frame->header.opcode;
    }
    wire_add(&message->payload, frame->payload.bytes, frame->payload.len);
    bool ends = whole && frame->header.fin;
    const struct wire *text = &message->payload;
    if (message->opcode == FRAME_TEXT &&
        !(ends ? is_utf8(text->bytes, text->len) : begins_utf8(text->bytes, text->len))) {
        fail(record, 1007);
    } else if (ends) {
        oracle_event(record, message->opcode, message->payload.bytes, message->payload.len);
        act(endpoint, record, message->opcode, &message->payload);
        message->open = false;
        message->payload.len = 0;
    }
}

void oracle_play(const struct oracle_endpoint *endpoint, const uint8_t *bytes, size_t length,
                 struct oracle_record *record) {
    struct open_message message = {0};
    struct cut_frame frame = {0};
    size_t at = 0;
    enum frame_verdict verdict = FRAME_OK;
    while (!record->over && verdict == FRAME_OK) {
        verdict = read_frame(endpoint, bytes, length, &at, &frame);
        if (verdict == FRAME_OK && !is_control(frame.header.opcode)) {
            take_data(endpoint, record, &frame, &message);
        } else if (verdict == FRAME_OK && frame.payload.len == frame.header.payload_length) {
            take_control(endpoint, record, &frame);
        } else if (verdict != FRAME_OK && verdict != FRAME_INCOMPLETE) {
            fail(record, 1002);
        }
    }
    wire_free(&frame.payload);
    wire_free(&message.payload);
}

static bool is_string(const uint8_t *bytes, size_t length, const char *text) {
    return length == strlen(text) && (length == 0 || memcmp(bytes, text, length) == 0);
}

static void read_sent_close(struct oracle_record *record, const uint8_t *payload, size_t length,
                            const char *why) {
    if (length == 0) {
        note_sent_close(record, 1005, "");
        return;
    }
    const uint8_t *reason = payload + 2;
    bool is_bye = is_string(reason, length - 2, bye);
    bool is_why = why == NULL ? length > 2 : is_string(reason, length - 2, why);
    fuzz_check(length == 2 || is_bye || is_why,
               "a Close was sent with another reason than the failure");
    note_sent_close(record, payload[0] * 256u + payload[1],
                    length == 2 ? ""
                    : is_bye    ? bye
                                : "for a reason");
}

void oracle_read_sent(struct oracle_record *record, bool by_server, const uint8_t *bytes,
                      size_t length, const char *why) {
    struct reader reader;
    struct wire message = {0};
    uint8_t opcode = 0; /* of the message */
    enum reader_event event;
    reader_init(&reader, !by_server);
    reader_feed(&reader, bytes, length);
    while ((event = reader_next(&reader)) != READER_NEEDS_BYTES) {
        const struct reader_frame *frame = &reader.frame;
        fuzz_check(event != READER_VIOLATION, "what was sent breaks a rule before byte %zu: %s",
                   reader.position, reader.violation);
        if (event == READER_HEADER) {
            fuzz_check(!record->closing, "something was sent after a Close");
            fuzz_check(frame->fin || record->fragments, "a message was sent in fragments");
            bool begins = frame->opcode == FRAME_TEXT || frame->opcode == FRAME_BINARY;
            opcode = begins ? frame->opcode : opcode;
        } else if (event == READER_PAYLOAD && !is_control(frame->opcode)) {
            wire_add(&message, reader.piece, reader.piece_length);
        } else if (event == READER_END && frame->opcode == FRAME_CLOSE) {
            read_sent_close(record, reader.control, (size_t)frame->length, why);
        } else if (event == READER_END && is_control(frame->opcode)) {
            note_sent(record, frame->opcode, reader.control, (size_t)frame->length);
        } else if (event == READER_END && frame->fin) {
            note_sent(record, opcode, message.bytes, message.len);
            message.len = 0;
        }
    }
    fuzz_check(reader.header_size == 0, "the last frame sent is not whole");
    wire_free(&message);
}

void oracle_record_free(struct oracle_record *record) {
    wire_free(&record->events);
    wire_free(&record->sent);
}
