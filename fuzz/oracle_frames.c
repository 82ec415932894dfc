#include "fuzz/oracle_frames.h"

#include "step04_frames/close.h"
#include "step04_frames/frame.h"

#include <string.h>

static const char bye[] = "bye", are_you_there[] = "are you there";

/* One frame as far as it has come. */
struct cut_frame {
    bool fin;
    uint8_t opcode;
    uint64_t length; /* of the whole payload */
    struct fuzz_bytes payload;
};

/* The message that has begun. */
struct open_message {
    bool open;
    uint8_t opcode;
    struct fuzz_bytes payload;
};

enum step { GO_ON, NO_MORE_BYTES, BROKEN };

static bool is_control(uint8_t opcode) {
    return opcode >= 8;
}

static bool is_defined(uint8_t opcode) {
    return opcode <= 2 || (opcode >= 8 && opcode <= 10);
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

/* Judges a head of which `left` bytes are there (5.2) and finds its size and the payload's length.
 * What one byte shows is judged when that byte is there; what needs the whole length, when that
 * is. */
static enum step read_head(const struct oracle_side *side, const uint8_t *head, size_t left,
                           struct cut_frame *frame, size_t *head_size) {
    frame->fin = head[0] / 128 == 1;
    frame->opcode = head[0] % 16;
    if (head[0] / 16 % 8 != 0 || !is_defined(frame->opcode) ||
        (is_control(frame->opcode) && !frame->fin)) {
        return BROKEN;
    }
    if (left < 2) {
        return NO_MORE_BYTES;
    }
    bool masked = head[1] / 128 == 1;
    unsigned form = head[1] % 128;
    if (masked != side->is_server || (is_control(frame->opcode) && form > 125)) {
        return BROKEN;
    }
    size_t more = form == 126 ? 2 : form == 127 ? 8 : 0;
    if (more == 8 && left > 2 && head[2] >= 128) {
        return BROKEN;
    }
    if (left < 2 + more) {
        return NO_MORE_BYTES;
    }
    frame->length = more == 0 ? form : 0;
    for (size_t i = 0; i < more; i++) {
        frame->length = frame->length * 256 + head[2 + i];
    }
    if ((more == 2 && frame->length <= 125) || (more == 8 && frame->length <= 65535)) {
        return BROKEN;
    }
    *head_size = 2 + more + (masked ? 4 : 0);
    return left < *head_size ? NO_MORE_BYTES : GO_ON;
}

/* Reads the frame at `*at` as far as it has come, and moves `*at` behind it. */
static enum step read_frame(const struct oracle_side *side, const uint8_t *bytes, size_t length,
                            size_t *at, struct cut_frame *frame) {
    size_t left = length - *at, head_size;
    if (left < 1) {
        return NO_MORE_BYTES;
    }
    const uint8_t *head = bytes + *at;
    enum step step = read_head(side, head, left, frame, &head_size);
    if (step != GO_ON) {
        return step;
    }
    for (uint64_t i = 0; i < frame->length && head_size + i < left; i++) {
        uint8_t key = side->is_server ? head[head_size - 4 + i % 4] : 0;
        fuzz_add_byte(&frame->payload, head[head_size + i] ^ key);
    }
    *at += head_size + frame->payload.length;
    return GO_ON;
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
    } else if (!oracle_utf8_is(payload->data + 2, payload->length - 2)) {
        fail(record, 1007);
    } else {
        note_sent_close(record, code, "");
        oracle_closed(record, code, payload->data + 2, payload->length - 2);
    }
}

static void take_control(const struct oracle_side *side, struct oracle_record *record,
                         const struct cut_frame *frame) {
    if (frame->opcode == FRAME_CLOSE) {
        take_close(record, &frame->payload);
        return;
    }
    if (frame->opcode == FRAME_PING) {
        note_sent(record, FRAME_PONG, frame->payload.data, frame->payload.length);
    }
    oracle_event(record, frame->opcode, frame->payload.data, frame->payload.length);
    act(side, record, frame->opcode, &frame->payload);
}

static bool is_good_text(const struct open_message *message, bool ends) {
    const struct fuzz_bytes *text = &message->payload;
    return ends ? oracle_utf8_is(text->data, text->length)
                : oracle_utf8_begins(text->data, text->length);
}

/* A data frame, whole or not (5.4, 8.1). */
static void take_data(const struct oracle_side *side, struct oracle_record *record,
                      const struct cut_frame *frame, struct open_message *message) {
    bool whole = frame->payload.length == frame->length;
    if ((frame->opcode == FRAME_CONTINUATION) != message->open) {
        fail(record, 1002);
        return;
    }
    if (message->payload.length + frame->length > side->max_message) {
        fail(record, 1009);
        return;
    }
    if (!message->open) {
        message->open = true;
        message->opcode = frame->opcode;
    }
    fuzz_add(&message->payload, frame->payload.data, frame->payload.length);
    if (message->opcode == FRAME_TEXT && !is_good_text(message, whole && frame->fin)) {
        fail(record, 1007);
    } else if (whole && frame->fin) {
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
    enum step step = GO_ON;
    while (!record->over && step == GO_ON) {
        frame.payload.length = 0;
        step = read_frame(side, bytes, length, &at, &frame);
        if (step == BROKEN) {
            fail(record, 1002);
        } else if (step == GO_ON && !is_control(frame.opcode)) {
            take_data(side, record, &frame, &message);
        } else if (step == GO_ON && frame.payload.length == frame.length) {
            take_control(side, record, &frame);
        }
    }
    fuzz_bytes_free(&frame.payload);
    fuzz_bytes_free(&message.payload);
}

static bool is_text(const uint8_t *bytes, size_t length, const char *text) {
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
    fuzz_check(oracle_utf8_is(reason, length), "a Close was sent whose reason is not UTF-8");
    bool is_bye = is_text(reason, length, bye);
    bool is_why = why == NULL ? length > 0 : is_text(reason, length, why);
    fuzz_check(length == 0 || is_bye || is_why, "a Close was sent for another reason than told");
    note_sent_close(record, code, length == 0 ? "" : is_bye ? bye : "for a reason");
}

static void read_sent_data(struct oracle_record *record, const struct cut_frame *frame,
                           struct open_message *message) {
    fuzz_check((frame->opcode == FRAME_CONTINUATION) == message->open, "opcode %x was sent",
               (unsigned)frame->opcode);
    message->opcode = message->open ? message->opcode : frame->opcode;
    message->open = !frame->fin;
    fuzz_add(&message->payload, frame->payload.data, frame->payload.length);
    if (frame->fin) {
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
        frame.payload.length = 0;
        fuzz_check(!record->closing, "something was sent behind a Close");
        enum step step = read_frame(&reader, bytes, length, &at, &frame);
        fuzz_check(step != BROKEN, "a frame was sent that breaks a rule, at byte %zu", at);
        fuzz_check(step == GO_ON && frame.payload.length == frame.length,
                   "the last frame sent is not whole");
        fuzz_check(frame.fin || record->fragments, "a message was sent in fragments");
        if (frame.opcode == FRAME_CLOSE) {
            read_sent_close(record, &frame.payload, why);
        } else if (is_control(frame.opcode)) {
            note_sent(record, frame.opcode, frame.payload.data, frame.payload.length);
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
