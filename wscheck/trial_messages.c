#include "wscheck/trial_parts.h"

#include <inttypes.h>
#include <stdio.h>

void trial_want(struct trial *trial, const struct trial_wanted *wanted) {
    if (trial->messages.first == trial->messages.count) {
        trial->messages.first = trial->messages.count = 0;
    }
    if (trial->messages.count < TRIAL_WANTED_MAX) {
        trial->messages.wanted[trial->messages.count++] = *wanted;
    }
}

static struct trial_wanted *first_wanted(struct trial *trial) {
    return trial->messages.first < trial->messages.count
               ? &trial->messages.wanted[trial->messages.first]
               : NULL;
}

/* A message that is not expected fails the case only when it is whole, because a server may send
 * back the first fragment before it sees that the second is bad. */
void trial_begin_data(struct trial *trial) {
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

void trial_describe(const struct trial_wanted *wanted, char *out, size_t capacity) {
    char shown[160];
    snprintf(out, capacity, "the %s message comes back: %s", writer_opcode_name(wanted->opcode),
             payload_describe(&wanted->payload, shown, sizeof shown));
}

/* How many bytes at the beginning of the new piece are those of the wanted message. */
static size_t count_same(const struct trial *trial, const struct trial_wanted *wanted) {
    const struct reader *reader = &trial->reader;
    uint64_t left = wanted->payload.length - trial->messages.done;
    size_t most = left < reader->piece_length ? (size_t)left : reader->piece_length;
    size_t same = 0, count = 0, equal = 0;
    uint8_t chunk[4096];
    for (; equal == count && same < most; same += equal) {
        count = most - same < sizeof chunk ? most - same : sizeof chunk;
        payload_copy(&wanted->payload, trial->messages.done + same, chunk, count);
        for (equal = 0; equal < count && chunk[equal] == reader->piece[same + equal]; equal++) {
        }
    }
    return same;
}

void trial_compare(struct trial *trial) {
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
    trial_describe(wanted, want, sizeof want);
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

void trial_end_data(struct trial *trial) {
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
        trial_describe(wanted, want, sizeof want);
        trial_fail(trial, LEVEL_MUST, CAUSE_ECHO_DIFFERS, want,
                   "the message that came ends after %" PRIu64 " bytes", trial->messages.done);
    }
    if (--wanted->times == 0) {
        trial->messages.first++;
    }
}

void trial_judge_limit(struct trial *trial) {
    const struct trial_messages *messages = &trial->messages;
    uint64_t known = trial->settings->max_message;
    uint64_t length =
        messages->first < messages->count ? messages->wanted[messages->first].payload.length : 0;
    if (known == 0 || length == 0) {
        trial_skip(trial,
                   "%s has a limit of its own (Close %u); --max-message tells wscheck the largest "
                   "message",
                   trial_peer(trial), trial->closing.code);
    } else if (length <= known) {
        trial_fail(trial, LEVEL_MUST, CAUSE_TOO_BIG, "messages up to --max-message come back",
                   "Close %u for %" PRIu64 " bytes", trial->closing.code, length);
    }
}
