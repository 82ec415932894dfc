#include "common/clock.h"
#include "wscheck/driver.h"
#include "wscheck/trial.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void trial_want(struct trial *trial, const struct trial_wanted *wanted) {
    if (trial->messages.first == trial->messages.count) {
        trial->messages.first = trial->messages.count = 0;
    }
    if (trial->messages.count < TRIAL_WANTED_MAX) {
        trial->messages.wanted[trial->messages.count++] = *wanted;
    }
}

bool trial_pinged(const struct trial *trial) {
    for (size_t i = trial->controls.answered; i < trial->controls.count; i++) {
        if (trial->controls.sent[i].opcode == OPCODE_PING && trial->controls.sent[i].legal) {
            return true;
        }
    }
    return false;
}

static struct trial_wanted *first_wanted(struct trial *trial) {
    return trial->messages.first < trial->messages.count
               ? &trial->messages.wanted[trial->messages.first]
               : NULL;
}

/* The header of a data frame has come. That nothing is wanted is held against a message only when
 * it is whole: a server may send the first fragment back before it has seen the bad second one. */
static void begin_data(struct trial *trial) {
    const struct reader_frame *frame = &trial->reader.frame;
    const struct trial_wanted *wanted = first_wanted(trial);
    if (frame->opcode == OPCODE_CONTINUATION) {
        return;
    }
    trial->messages.done = 0;
    trial->messages.begun = true;
    if (wanted != NULL && wanted->opcode != frame->opcode) {
        trial_mark(trial, trial->entry, 0);
        trial_fail(trial, LEVEL_MUST, CAUSE_ECHO_DIFFERS,
                   "the echo has the opcode of the message that was sent",
                   "a %s message came instead of %s", writer_opcode_name(frame->opcode),
                   writer_opcode_name(wanted->opcode));
    }
}

static void describe(const struct trial_wanted *wanted, char *out, size_t capacity) {
    uint8_t start[64];
    char shown[160];
    size_t kept =
        wanted->payload.length < sizeof start ? (size_t)wanted->payload.length : sizeof start;
    payload_copy(&wanted->payload, 0, start, kept);
    snprintf(out, capacity, "the %s message comes back: %s", writer_opcode_name(wanted->opcode),
             payload_show(start, kept, wanted->payload.length, shown, sizeof shown));
}

/* How many bytes of the piece that has come are those of the wanted message. */
static size_t count_same(const struct trial *trial, const struct trial_wanted *wanted) {
    const struct reader *reader = &trial->reader;
    uint64_t left = wanted->payload.length - trial->messages.done;
    size_t most = left < reader->piece_length ? (size_t)left : reader->piece_length;
    size_t same = 0;
    uint8_t chunk[4096];
    while (same < most) {
        size_t count = most - same < sizeof chunk ? most - same : sizeof chunk;
        payload_copy(&wanted->payload, trial->messages.done + same, chunk, count);
        if (memcmp(chunk, reader->piece + same, count) != 0) {
            break;
        }
        same += count;
    }
    while (same < most &&
           reader->piece[same] == payload_at(&wanted->payload, trial->messages.done + same)) {
        same++;
    }
    return same;
}

/* Compares what has come of a message with what is wanted. */
static void compare(struct trial *trial) {
    const struct reader *reader = &trial->reader;
    const struct trial_wanted *wanted = first_wanted(trial);
    char want[320];
    if (wanted == NULL || !trial->messages.begun || trial->verdict.failed == LEVEL_MUST) {
        return;
    }
    size_t same = count_same(trial, wanted);
    trial->messages.done += same;
    if (same == reader->piece_length) {
        return;
    }
    describe(wanted, want, sizeof want);
    trial_mark(trial, trial->entry,
               reader->header_size + reader->payload_done - reader->wire_length +
                   (reader->is_compressed ? 0 : same));
    if (trial->messages.done == wanted->payload.length) {
        trial_fail(trial, LEVEL_MUST, CAUSE_ECHO_DIFFERS, want, "the message that came is longer");
    } else {
        trial_fail(trial, LEVEL_MUST, CAUSE_ECHO_DIFFERS, want,
                   "byte %" PRIu64 " of the message is %02x instead of %02x", trial->messages.done,
                   reader->piece[same], payload_at(&wanted->payload, trial->messages.done));
    }
}

static void end_data(struct trial *trial) {
    struct trial_wanted *wanted = first_wanted(trial);
    char want[320];
    if (!trial->reader.frame.fin) {
        return;
    }
    trial->messages.begun = false;
    trial->messages.came++;
    if (wanted == NULL && trial->messages.came > trial->messages.sent) {
        trial->messages.unasked = true; /* it may come at any time, so it is judged at the end */
        return;
    }
    if (wanted == NULL) {
        trial_mark(trial, trial->entry, 0);
        trial_fail(trial, trial->closing.sent ? LEVEL_SHOULD : LEVEL_MUST,
                   trial->closing.sent ? CAUSE_NO_CLOSE_REPLY : CAUSE_NOT_FAILED,
                   "no message comes back here", "a whole message came");
        return;
    }
    if (trial->messages.done < wanted->payload.length) {
        describe(wanted, want, sizeof want);
        trial_fail(trial, LEVEL_MUST, CAUSE_ECHO_DIFFERS, want,
                   "the message that came ends after %" PRIu64 " bytes", trial->messages.done);
    }
    if (--wanted->times == 0) {
        trial->messages.first++;
    }
}

static bool is_same(const struct trial_control *control, const uint8_t *bytes, uint64_t length) {
    return control->length == length && memcmp(control->bytes, bytes, (size_t)length) == 0;
}

/* A pong answers one of the pings since the last one answered, and those before it need no pong any
 * more (5.5.3). Any other is unsolicited, which is allowed, unless it echoes a pong. */
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

/* Sends a frame of our own accord, now or when the frame that is being sent is whole. */
static void reply(struct trial *trial, uint8_t opcode) {
    struct writer_frame frame = {
        .fin = true, .masked = trial->settings->driver->is_client, .opcode = opcode};
    uint64_t length = trial->reader.frame.length;
    frame.payload = (struct payload){trial->reader.control, (size_t)length, length, 0};
    frame.claimed = length;
    uint8_t *out = trial->outbox.replies + trial->outbox.replies_length;
    if (trial->link.broken || trial->closing.sent ||
        sizeof trial->outbox.replies - trial->outbox.replies_length < WRITER_HEADER_MAX + length) {
        return;
    }
    uint32_t key = trial_random(trial);
    memcpy(frame.masking_key, &key, sizeof key);
    size_t size = writer_header(&frame, out);
    writer_payload(&frame, 0, out + size, (size_t)length);
    size += (size_t)length;
    trial->outbox.replies_length += size;
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

/* 5.5.1 forbids data after a Close frame; of control frames it says nothing. A Pong is owed as long
 * as no Close has been sent (5.5.2). */
static bool is_after_close(struct trial *trial) {
    bool owed = trial->reader.frame.opcode == OPCODE_PONG && !trial->closing.sent;
    if (!trial->closing.received || owed) {
        return false;
    }
    trial_mark(trial, trial->entry, 0);
    trial_fail(trial, LEVEL_PRACTICE, CAUSE_ILLEGAL_FRAME, "nothing follows a Close frame",
               "a control frame followed it");
    return true;
}

static void end_frame(struct trial *trial) {
    trial_label_frame(trial);
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
            end_data(trial);
        }
    }
}

static void broken_rule(struct trial *trial, bool has_entry) {
    char want[80];
    struct transcript_entry *entry = transcript_entry(&trial->transcript, trial->entry);
    if (!has_entry) {
        trial->entry = trial->transcript.count;
        entry = transcript_add(&trial->transcript, TRANSCRIPT_RECEIVED, "no legal frame");
        transcript_bytes(entry, trial->reader.header, trial->reader.header_size);
    } else if (!trial->reader.in_payload) {
        trial_label_frame(trial);
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

void trial_judge_input(struct trial *trial) {
    struct reader *reader = &trial->reader;
    if (!trial->is_open) {
        trial->progress++;
        return; /* trial_open.c takes the bytes from the link. */
    }
    reader_feed(reader, trial->link.buffer + trial->link.start,
                trial->link.end - trial->link.start);
    trial->link.start = trial->link.end;
    for (;;) {
        enum reader_event event = reader_next(reader);
        struct transcript_entry *entry = transcript_entry(&trial->transcript, trial->entry);
        bool data = reader->frame.opcode < OPCODE_CLOSE && trial->messages.judged;
        switch (event) {
        case READER_NEEDS_BYTES:
            return;
        case READER_HEADER:
            trial->entry = trial->transcript.count;
            entry = transcript_add(&trial->transcript, TRANSCRIPT_RECEIVED, "%s, not whole",
                                   writer_opcode_name(reader->frame.opcode));
            transcript_bytes(entry, reader->header, reader->header_size);
            if (trial->judges_keys && (reader->header[1] & 0x80) != 0) {
                trial_judge_key(trial);
            }
            if (data) {
                begin_data(trial);
            }
            break;
        case READER_PAYLOAD:
            if (entry != NULL) {
                transcript_bytes(entry, reader->wire, reader->wire_length);
            }
            trial->progress += reader->frame.opcode < OPCODE_CLOSE;
            if (data) {
                compare(trial);
            }
            break;
        case READER_END:
            end_frame(trial);
            break;
        case READER_VIOLATION:
            broken_rule(trial, reader->in_payload || reader->header_size == 0);
            return;
        }
    }
}
