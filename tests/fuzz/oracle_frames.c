#include "tests/fuzz/oracle_frames.h"

#include "wscheck/utf8_decoder.h"

#include <string.h>

static const char bye[] = "bye", are_you_there[] = "are you there";

/* One frame as far as it has come. */
struct cut_frame {
    struct frame_header header;
    struct fuzz_bytes payload;
};

/* The message that has begun. */
struct open_message {
    bool open;
    uint8_t opcode;
    struct fuzz_bytes payload;
};

static bool is_control(uint8_t opcode) {
    return opcode >= 8;
}

void oracle_event(struct oracle_record *record, uint8_t opcode, const uint8_t *payload,
                  size_t length) {
    record->event_count++;
    fuzz_add_text(&record->events, "\nopcode %x, %zu bytes: ", (unsigned)opcode, length);
    fuzz_add(&record->events, payload, length);
}

void oracle_closed(struct oracle_record *record, unsigned code, const uint8_t *reason,
                   size_t length) {
    record->over = true;
    fuzz_add_text(&record->events, "\nclosed %u ", code);
    fuzz_add(&record->events, reason, length);
}

void oracle_failed(struct oracle_record *record, unsigned code) {
    record->over = true;
    fuzz_add_text(&record->events, "\nfailed %u", code);
}

static void note_sent(struct oracle_record *record, uint8_t opcode, const void *payload,
                      size_t length) {
    if (!record->closing) { /* 5.5.1: nothing follows a Close */
        fuzz_add_text(&record->sent, "\nopcode %x, %zu bytes: ", (unsigned)opcode, length);
        fuzz_add(&record->sent, payload, length);
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

/* Reads the frame at `*at` as far as it has come, and moves `*at` to what follows it. */
static enum frame_verdict read_frame(const struct oracle_side *side, const uint8_t *bytes,
                                     size_t length, size_t *at, struct cut_frame *frame) {
    const struct frame_rules rules = {side->is_server, 0};
    size_t left = length - *at, size;
    if (left == 0) {
        return FRAME_INCOMPLETE;
    }
    const uint8_t *head = bytes + *at;
    enum frame_verdict verdict = oracle_head(head, left, &rules, &frame->header, &size);
    frame->payload.length = 0;
    if (verdict == FRAME_OK) {
        for (uint64_t i = 0; i < frame->header.payload_length && size + i < left; i++) {
            fuzz_add_byte(&frame->payload, head[size + i] ^ frame->header.masking_key[i % 4]);
        }
        *at += size + frame->payload.length;
    }
    return verdict;
}

/* The user's turn, after each message, Ping and Pong. */
static void act(const struct oracle_side *side, struct oracle_record *record, uint8_t opcode,
                const struct fuzz_bytes *payload) {
    if (record->event_count == side->close_at) {
        note_sent_close(record, ORACLE_CLOSE_CODE, bye);
    } else if (record->event_count == side->ping_at) {
        note_sent(record, FRAME_PING, are_you_there, strlen(are_you_there));
    } else if (side->echoes && !is_control(opcode)) {
        note_sent(record, opcode, payload->data, payload->length);
    }
}

/* Whether it is UTF-8 when bytes that are `filler` go on with the last character. */
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
    return is_utf8_with(bytes, length, 0); /* which goes on with none */
}

/* The bits that are not there yet lie between all zeros and all ones; if any of them make a
 * character, one of these ends does. */
static bool begins_utf8(const uint8_t *bytes, size_t length) {
    return is_utf8_with(bytes, length, 0x80) || is_utf8_with(bytes, length, 0xbf);
}

/* A Close (5.5.1, 7.4): no payload, or a code that may be sent and a reason in UTF-8. */
static void take_close(struct oracle_record *record, const struct fuzz_bytes *payload) {
    if (payload->length == 0) {
        note_sent_close(record, 1005, "");
        oracle_closed(record, 1005, NULL, 0);
        return;
    }
    unsigned code = payload->length < 2 ? 0 : payload->data[0] * 256u + payload->data[1];
    bool registered = code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
    if (!registered && !(code >= 3000 && code < 5000)) {
        fail(record, 1002);
    } else if (!is_utf8(payload->data + 2, payload->length - 2)) {
        fail(record, 1007);
    } else {
        note_sent_close(record, code, "");
        oracle_closed(record, code, payload->data + 2, payload->length - 2);
    }
}

static void take_control(const struct oracle_side *side, struct oracle_record *record,
                         const struct cut_frame *frame) {
    if (frame->header.opcode == FRAME_CLOSE) {
        take_close(record, &frame->payload);
        return;
    }
    if (frame->header.opcode == FRAME_PING) {
        note_sent(record, FRAME_PONG, frame->payload.data, frame->payload.length);
    }
    oracle_event(record, frame->header.opcode, frame->payload.data, frame->payload.length);
    act(side, record, frame->header.opcode, &frame->payload);
}

static bool is_good_text(const struct open_message *message, bool ends) {
    const struct fuzz_bytes *text = &message->payload;
    return ends ? is_utf8(text->data, text->length) : begins_utf8(text->data, text->length);
}

/* A data frame, whole or not (5.4, 8.1). */
static void take_data(const struct oracle_side *side, struct oracle_record *record,
                      const struct cut_frame *frame, struct open_message *message) {
    bool whole = frame->payload.length == frame->header.payload_length;
    if ((frame->header.opcode == FRAME_CONTINUATION) != message->open) {
        fail(record, 1002);
        return;
    }
    if (message->payload.length + frame->header.payload_length > side->max_message) {
        fail(record, 1009);
        return;
    }
    if (!message->open) {
        message->open = true;
        message->opcode = frame->header.opcode;
    }
    fuzz_add(&message->payload, frame->payload.data, frame->payload.length);
    if (message->opcode == FRAME_TEXT && !is_good_text(message, whole && frame->header.fin)) {
        fail(record, 1007);
    } else if (whole && frame->header.fin) {
        oracle_event(record, message->opcode, message->payload.data, message->payload.length);
        act(side, record, message->opcode, &message->payload);
        message->open = false;
        message->payload.length = 0;
    }
}

void oracle_play(const struct oracle_side *side, const uint8_t *bytes, size_t length,
                 struct oracle_record *record) {
    struct open_message message = {0};
    struct cut_frame frame = {0};
    size_t at = 0;
    enum frame_verdict verdict = FRAME_OK;
    while (!record->over && verdict == FRAME_OK) {
        verdict = read_frame(side, bytes, length, &at, &frame);
        if (verdict == FRAME_OK && !is_control(frame.header.opcode)) {
            take_data(side, record, &frame, &message);
        } else if (verdict == FRAME_OK && frame.payload.length == frame.header.payload_length) {
            take_control(side, record, &frame);
        } else if (verdict != FRAME_OK && verdict != FRAME_INCOMPLETE) {
            fail(record, 1002);
        }
    }
    fuzz_bytes_free(&frame.payload);
    fuzz_bytes_free(&message.payload);
}

static bool is_string(const uint8_t *bytes, size_t length, const char *text) {
    return length == strlen(text) && (length == 0 || memcmp(bytes, text, length) == 0);
}

static void read_sent_close(struct oracle_record *record, const struct fuzz_bytes *payload,
                            const char *why) {
    fuzz_check(payload->length != 1, "a Close with half a code was sent");
    if (payload->length == 0) {
        note_sent_close(record, 1005, "");
        return;
    }
    unsigned code = payload->data[0] * 256u + payload->data[1];
    const uint8_t *reason = payload->data + 2;
    size_t length = payload->length - 2;
    fuzz_check(is_utf8(reason, length), "a Close was sent whose reason is not UTF-8");
    bool is_bye = is_string(reason, length, bye);
    bool is_why = why == NULL ? length > 0 : is_string(reason, length, why);
    fuzz_check(length == 0 || is_bye || is_why, "a Close was sent for another reason than told");
    note_sent_close(record, code, length == 0 ? "" : is_bye ? bye : "for a reason");
}

static void read_sent_data(struct oracle_record *record, const struct cut_frame *frame,
                           struct open_message *message) {
    fuzz_check((frame->header.opcode == FRAME_CONTINUATION) == message->open, "opcode %x was sent",
               (unsigned)frame->header.opcode);
    message->opcode = message->open ? message->opcode : frame->header.opcode;
    message->open = !frame->header.fin;
    fuzz_add(&message->payload, frame->payload.data, frame->payload.length);
    if (frame->header.fin) {
        note_sent(record, message->opcode, message->payload.data, message->payload.length);
        message->payload.length = 0;
    }
}

void oracle_read_sent(struct oracle_record *record, bool by_server, const uint8_t *bytes,
                      size_t length, const char *why) {
    /* What a server sends is what the side of a client reads. */
    struct oracle_side reader = {.is_server = !by_server};
    struct cut_frame frame = {0};
    struct open_message message = {0};
    for (size_t at = 0; at < length;) {
        fuzz_check(!record->closing, "something was sent behind a Close");
        enum frame_verdict verdict = read_frame(&reader, bytes, length, &at, &frame);
        fuzz_check(verdict == FRAME_OK || verdict == FRAME_INCOMPLETE,
                   "a frame was sent that breaks a rule, at byte %zu", at);
        fuzz_check(verdict == FRAME_OK && frame.payload.length == frame.header.payload_length,
                   "the last frame sent is not whole");
        fuzz_check(frame.header.fin || record->fragments, "a message was sent in fragments");
        if (frame.header.opcode == FRAME_CLOSE) {
            read_sent_close(record, &frame.payload, why);
        } else if (is_control(frame.header.opcode)) {
            note_sent(record, frame.header.opcode, frame.payload.data, frame.payload.length);
        } else {
            read_sent_data(record, &frame, &message);
        }
    }
    fuzz_bytes_free(&message.payload);
    fuzz_bytes_free(&frame.payload);
}

void oracle_record_free(struct oracle_record *record) {
    fuzz_bytes_free(&record->events);
    fuzz_bytes_free(&record->sent);
}
