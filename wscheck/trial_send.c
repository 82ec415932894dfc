#include "wscheck/driver.h"
#include "wscheck/trial.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 16 * 1024, SPLIT_PAUSE = 4 };

uint32_t trial_random(struct trial *trial) {
    trial->random = trial->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(trial->random >> 32);
}

struct writer_frame trial_frame(struct trial *trial, uint8_t opcode, const void *payload,
                                size_t length) {
    struct writer_frame frame = {.fin = true,
                                 .masked = trial->settings->driver->is_client,
                                 .opcode = opcode,
                                 .claimed = length,
                                 .payload = {payload, length, length, 0}};
    uint32_t key = trial_random(trial);
    memcpy(frame.masking_key, &key, sizeof key);
    return frame;
}

/* Remembers a Ping or a Pong, because Pongs that come are compared with them. */
static void remember(struct trial *trial, const struct writer_frame *frame) {
    if (frame->payload.length > CONTROL_PAYLOAD_MAX || trial->closing.sent) {
        return;
    }
    if (trial->controls.count == trial->controls.capacity) {
        trial->controls.capacity = 2 * trial->controls.capacity + 16;
        trial->controls.sent = realloc(trial->controls.sent,
                                       trial->controls.capacity * sizeof trial->controls.sent[0]);
        if (trial->controls.sent == NULL) {
            abort();
        }
    }
    struct trial_control *control = &trial->controls.sent[trial->controls.count++];
    control->legal =
        frame->fin && frame->rsv == 0 && frame->masked == trial->settings->driver->is_client;
    control->opcode = frame->opcode;
    control->length = (uint8_t)frame->payload.length;
    payload_copy(&frame->payload, 0, control->bytes, control->length);
}

/* Adds an entry to the transcript with a label such as "text, RSV1, not masked: ...". */
static void add_entry(struct trial *trial, const struct writer_frame *frame, uint64_t cut) {
    static const char *const bits[] = {
        "", ", RSV3", ", RSV2", ", RSV2+3", ", RSV1", ", RSV1+3", ", RSV1+2", ", RSV1+2+3",
    };
    char shown[120], length[80] = "", part[48] = "";
    if (frame->claimed != frame->payload.length) {
        snprintf(length, sizeof length, ", claims %" PRIu64 " bytes", frame->claimed);
    } else if (frame->length_bits != 0) {
        snprintf(length, sizeof length, ", length in %u bits", frame->length_bits);
    }
    if (cut != 0) {
        snprintf(part, sizeof part, ", its first %" PRIu64 " bytes only", cut);
    }
    const char *mask = frame->masked == trial->settings->driver->is_client ? ""
                       : frame->masked                                     ? ", masked"
                                                                           : ", not masked";
    transcript_add(&trial->transcript, TRANSCRIPT_SENT, "%s%s%s%s%s: %s%s",
                   writer_opcode_name(frame->opcode), frame->fin ? "" : ", more to follow (FIN 0)",
                   bits[frame->rsv & 7], mask, length,
                   payload_describe(&frame->payload, shown, sizeof shown), part);
}

/* Puts some of the frame's bytes into the outbox and the transcript. `left` counts the bytes up to
 * the cut, `split` those before the pause. */
static void put_part(struct trial *trial, const uint8_t *bytes, size_t len, uint64_t *left,
                     size_t *split) {
    len = len < *left ? len : (size_t)*left;
    struct transcript_entry *entry =
        transcript_entry(&trial->transcript, trial->transcript.count - 1);
    transcript_bytes(entry, bytes, len);
    *left -= len;
    if (*split > 0 && *split <= len) {
        trial_put(trial, bytes, *split);
        trial_flush(trial);
        trial_pause(trial, SPLIT_PAUSE);
        bytes += *split;
        len -= *split;
        *split = 0;
    } else if (*split > 0) {
        *split -= len;
    }
    trial_put(trial, bytes, len);
}

static void note_close(struct trial *trial, const struct writer_frame *frame) {
    trial->closing.sent_after = trial->closing.sent;
    if (frame->opcode == OPCODE_CLOSE && !trial->closing.sent) {
        trial->closing.sent = true;
        trial->closing.sent_code = TRIAL_NO_CODE;
        if (frame->payload.length >= 2) {
            trial->closing.sent_code =
                (unsigned)payload_at(&frame->payload, 0) << 8 | payload_at(&frame->payload, 1);
        }
    }
}

void trial_send_frame(struct trial *trial, struct writer_frame *frame, uint64_t cut, size_t split) {
    uint8_t header[WRITER_HEADER_MAX], chunk[CHUNK];
    size_t header_size = writer_header(frame, header);
    uint64_t left = cut > 0 ? cut : header_size + frame->payload.length;
    if (frame->opcode == OPCODE_PING || frame->opcode == OPCODE_PONG) {
        remember(trial, frame);
    }
    note_close(trial, frame);
    add_entry(trial, frame, cut);
    trial->mid_frame = true;
    put_part(trial, header, header_size, &left, &split);
    uint64_t length = frame->payload.length;
    for (uint64_t done = 0; done < length && left > 0 && !trial->link.broken;) {
        size_t count = length - done < sizeof chunk ? (size_t)(length - done) : sizeof chunk;
        writer_payload(frame, done, chunk, count);
        put_part(trial, chunk, count, &left, &split);
        done += count;
    }
    trial->mid_frame = cut > 0 || frame->claimed != length;
    trial->outbox.frames++;
    trial->messages.sent += frame->fin && frame->opcode < OPCODE_CLOSE;
}

void trial_send_simple(struct trial *trial, uint8_t opcode, const void *payload, size_t length) {
    struct writer_frame frame = trial_frame(trial, opcode, payload, length);
    trial_send_frame(trial, &frame, 0, 0);
}

void trial_send_close(struct trial *trial, unsigned code) {
    uint8_t payload[2] = {(uint8_t)(code >> 8), (uint8_t)code};
    trial_send_simple(trial, OPCODE_CLOSE, payload, code != TRIAL_NO_CODE ? 2 : 0);
}
