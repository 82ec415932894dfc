#include "wscheck/driver.h"
#include "wscheck/trial_parts.h"

#include <stdio.h>
#include <string.h>

bool trial_needs_pong(const struct trial *trial) {
    for (size_t i = trial->controls.answered; i < trial->controls.count; i++) {
        if (trial->controls.sent[i].opcode == OPCODE_PING && trial->controls.sent[i].legal) {
            return true;
        }
    }
    return false;
}

/* Gives the entry of a frame that has come to its end a label that describes it. */
static void label_frame(struct trial *trial) {
    const struct reader_frame *frame = &trial->reader.frame;
    struct transcript_entry *entry = transcript_entry(&trial->transcript, trial->entry);
    if (entry == NULL) {
        return;
    }
    size_t header = entry->length - frame->length < entry->kept
                        ? (size_t)(entry->length - frame->length)
                        : entry->kept;
    uint8_t payload_bytes[TRANSCRIPT_BYTES];
    const uint8_t *payload = payload_bytes;
    size_t kept = entry->kept - header;
    char shown[160], code[32] = "";
    for (size_t i = 0; i < kept; i++) {
        payload_bytes[i] = entry->bytes[header + i] ^ trial->reader.masking_key[i % 4];
    }
    uint64_t length = frame->length;
    if (frame->opcode == OPCODE_CLOSE && length >= 2 && kept >= 2) {
        snprintf(code, sizeof code, " %u", (unsigned)payload[0] << 8 | payload[1]);
        payload += 2;
        kept -= 2;
        length -= 2;
    }
    const struct unpack *unpack = trial->reader.unpack;
    char inflated[200] = "";
    if (trial->reader.is_compressed && frame->opcode < OPCODE_CLOSE && frame->fin) {
        size_t start = unpack->inflated < UNPACK_START ? (size_t)unpack->inflated : UNPACK_START;
        char text[170];
        snprintf(inflated, sizeof inflated, ", inflated: %s",
                 payload_show(unpack->start, start, unpack->inflated, text, sizeof text));
    }
    snprintf(entry->label, sizeof entry->label, "%s%s%s%s: %s%s", writer_opcode_name(frame->opcode),
             code, frame->fin ? "" : ", more to follow (FIN 0)",
             (entry->bytes[0] & 0x40) != 0 ? ", compressed (RSV1)" : "",
             payload_show(payload, kept, length, shown, sizeof shown), inflated);
}

/* Whether the last four keys are equal steps of a counter; `swapped`: with their bytes in reverse
 * order. */
static bool is_counter(const uint32_t *keys, size_t count, bool swapped) {
    uint32_t last[4];
    for (size_t i = 0; i < 4; i++) {
        uint32_t key = keys[count - 4 + i];
        last[i] =
            !swapped ? key : key << 24 | (key & 0xff00) << 8 | (key >> 8 & 0xff00) | key >> 24;
    }
    uint32_t step = last[1] - last[0];
    return last[2] - last[1] == step && last[3] - last[2] == step;
}

/* Judges the masking key of a frame that has begun. */
static void judge_key(struct trial *trial) {
    static const char want[] = "each frame has a fresh masking key that nobody can predict (5.3)";
    const uint8_t *bytes = trial->reader.masking_key;
    uint32_t key =
        (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
    size_t count = trial->client.masking_key_count;
    bool repeated = false;
    for (size_t i = 0; i < count && !repeated; i++) {
        repeated = trial->client.masking_keys[i] == key;
    }
    if (repeated) {
        trial_mark(trial, trial->entry, trial->reader.header_size - 4);
        trial_fail(trial, LEVEL_MUST, CAUSE_MASKING_KEYS, want,
                   "the key %02x %02x %02x %02x came before", bytes[0], bytes[1], bytes[2],
                   bytes[3]);
        return;
    }
    if (count < TRIAL_KEYS_MAX) {
        trial->client.masking_keys[trial->client.masking_key_count++] = key;
    }
    count = trial->client.masking_key_count;
    if (count >= 4 && count < TRIAL_KEYS_MAX &&
        (is_counter(trial->client.masking_keys, count, false) ||
         is_counter(trial->client.masking_keys, count, true))) {
        trial_mark(trial, trial->entry, trial->reader.header_size - 4);
        trial_fail(trial, LEVEL_MUST, CAUSE_MASKING_KEYS, want,
                   "each of the last four keys differs from the one before by the same number");
    }
}

static bool is_same(const struct trial_control *control, const uint8_t *bytes, uint64_t length) {
    return control->length == length && memcmp(control->bytes, bytes, (size_t)length) == 0;
}

/* A Pong answers a Ping that was sent after the last answered one; the Pings before that need no
 * Pong any more (5.5.3). Any other Pong is unsolicited, which is legal, but not the answer to a
 * Pong. */
static void take_pong(struct trial *trial) {
    const uint8_t *payload = trial->reader.control;
    uint64_t length = trial->reader.frame.length;
    for (size_t i = trial->controls.answered; i < trial->controls.count; i++) {
        const struct trial_control *control = &trial->controls.sent[i];
        if (control->opcode == OPCODE_PING && is_same(control, payload, length)) {
            trial->controls.answered = i + 1;
            trial->progress++;
            if (!control->legal) {
                trial_mark(trial, trial->entry, 0);
                trial_fail(trial, LEVEL_MUST, CAUSE_NOT_FAILED,
                           "a Ping that breaks a rule is not answered", "a Pong came back");
            }
            return;
        }
    }
    for (size_t i = 0; i < trial->controls.count; i++) {
        if (trial->controls.sent[i].opcode == OPCODE_PONG &&
            is_same(&trial->controls.sent[i], payload, length)) {
            trial_mark(trial, trial->entry, 0);
            trial_fail(trial, LEVEL_PRACTICE, CAUSE_PONG_ANSWERED, "a Pong is not answered (5.5.3)",
                       "a Pong came back with the payload of a Pong");
        }
    }
    payload_show(payload, (size_t)length, length, trial->controls.stray_pong,
                 sizeof trial->controls.stray_pong);
}

/* Sends a frame with the payload of the one that came, now or after the frame that is being
 * sent. */
static void reply(struct trial *trial, uint8_t opcode) {
    struct trial_outbox *outbox = &trial->outbox;
    size_t length = (size_t)trial->reader.frame.length;
    uint8_t *out = outbox->replies + outbox->replies_length;
    if (trial->link.broken || trial->closing.sent ||
        sizeof outbox->replies - outbox->replies_length < WRITER_HEADER_MAX + length) {
        return;
    }
    struct writer_frame frame = trial_frame(trial, opcode, trial->reader.control, length);
    size_t size = writer_whole(&frame, out);
    outbox->replies_length += size;
    struct transcript_entry *entry = transcript_add(&trial->transcript, TRANSCRIPT_SENT,
                                                    "%s, in reply", writer_opcode_name(opcode));
    transcript_bytes(entry, out, size);
    trial_try_replies(trial);
}

static void take_close(struct trial *trial) {
    uint64_t length = trial->reader.frame.length;
    const uint8_t *payload = trial->reader.control;
    trial->closing.received = true;
    trial->progress++;
    trial->closing.entry = trial->entry;
    trial->closing.code = length >= 2 ? (unsigned)payload[0] << 8 | payload[1] : TRIAL_NO_CODE;
    if (!trial->no_reply && !trial->closing.sent) {
        reply(trial, OPCODE_CLOSE);
        trial->closing.sent = true;
    }
}

/* 5.5.1 forbids data after a Close frame but not control frames, so these fail only by practice. A
 * Pong is due until wscheck has sent a Close (5.5.2). */
static bool is_after_close(struct trial *trial) {
    bool is_due = trial->reader.frame.opcode == OPCODE_PONG && !trial->closing.sent;
    if (!trial->closing.received || is_due) {
        return false;
    }
    trial_mark(trial, trial->entry, 0);
    trial_fail(trial, LEVEL_PRACTICE, CAUSE_ILLEGAL_FRAME, "nothing follows a Close frame",
               "a control frame followed it");
    return true;
}

static void end_frame(struct trial *trial) {
    label_frame(trial);
    if (is_after_close(trial)) {
        return;
    }
    switch (trial->reader.frame.opcode) {
    case OPCODE_PING:
        trial->controls.ping_came = true;
        reply(trial, OPCODE_PONG);
        break;
    case OPCODE_PONG:
        take_pong(trial);
        break;
    case OPCODE_CLOSE:
        take_close(trial);
        break;
    default:
        trial->progress++;
        if (trial->messages.judged) {
            trial_end_data(trial);
        }
    }
}

/* A frame breaks a rule. Marks its first wrong byte, fails the case and reads no more. */
static void fail_frame(struct trial *trial, bool has_entry) {
    char want[80];
    struct transcript_entry *entry = transcript_entry(&trial->transcript, trial->entry);
    if (!has_entry) {
        trial->entry = trial->transcript.count;
        entry = transcript_add(&trial->transcript, TRANSCRIPT_RECEIVED, "no legal frame");
        transcript_bytes(entry, trial->reader.header, trial->reader.header_size);
    } else if (!trial->reader.in_payload) {
        label_frame(trial);
    }
    if (entry != NULL) {
        size_t rest = trial->reader.length - trial->reader.position;
        transcript_bytes(entry, trial->reader.bytes + trial->reader.position,
                         rest < 64 ? rest : 64);
    }
    trial_mark(trial, trial->entry, trial->reader.wrong);
    snprintf(want, sizeof want, "only frames that the RFC allows %s to send", trial_peer(trial));
    const struct unpack *unpack = trial->reader.unpack;
    bool inflates = unpack == NULL || trial->reader.violation != unpack->problem;
    bool is_first = trial->verdict.failed < LEVEL_MUST;
    trial_fail(trial, LEVEL_MUST, inflates ? CAUSE_ILLEGAL_FRAME : CAUSE_NOT_INFLATED, want, "%s",
               trial->reader.violation);
    if (is_first && inflates) {
        trial->verdict.broken = trial->reader.violation;
    }
    trial->link.broken = true;
    trial->link.ended = true;
}

static void begin_frame(struct trial *trial) {
    const struct reader *reader = &trial->reader;
    trial->entry = trial->transcript.count;
    struct transcript_entry *entry =
        transcript_add(&trial->transcript, TRANSCRIPT_RECEIVED, "%s, not whole",
                       writer_opcode_name(reader->frame.opcode));
    transcript_bytes(entry, reader->header, reader->header_size);
    if (trial->judges_keys && (reader->header[1] & 0x80) != 0) {
        judge_key(trial);
    }
    if (reader->frame.opcode < OPCODE_CLOSE && trial->messages.judged) {
        trial_begin_data(trial);
    }
}

static void take_piece(struct trial *trial) {
    const struct reader *reader = &trial->reader;
    struct transcript_entry *entry = transcript_entry(&trial->transcript, trial->entry);
    if (entry != NULL) {
        transcript_bytes(entry, reader->wire, reader->wire_length);
    }
    if (reader->frame.opcode < OPCODE_CLOSE) {
        trial->progress++;
        if (trial->messages.judged) {
            trial_compare(trial);
        }
    }
}

void trial_judge_input(struct trial *trial) {
    struct reader *reader = &trial->reader;
    struct link *link = &trial->link;
    if (!trial->is_open) {
        trial->progress++;
        return; /* trial_open.c takes the bytes from the link */
    }
    reader_feed(reader, link->buffer + link->start, link->end - link->start);
    link->start = link->end;
    for (;;) {
        switch (reader_next(reader)) {
        case READER_NEEDS_BYTES:
            return;
        case READER_HEADER:
            begin_frame(trial);
            break;
        case READER_PAYLOAD:
            take_piece(trial);
            break;
        case READER_END:
            end_frame(trial);
            break;
        case READER_VIOLATION:
            fail_frame(trial, reader->in_payload || reader->header_size == 0);
            return;
        }
    }
}
