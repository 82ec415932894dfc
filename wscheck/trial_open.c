#include "common/clock.h"
#include "wscheck/memory.h"
#include "wscheck/response_rules.h"
#include "wscheck/trial_parts.h"

#include <stdlib.h>
#include <string.h>

void trial_send_request(struct trial *trial) {
    size_t length;
    uint8_t *bytes = request_bytes(&trial->request, &length);
    trial_put_http(trial, bytes, length, "the opening handshake");
    free(bytes);
}

/* The head may come in any number of reads. What comes after it stays in the link's buffer: it is
 * the first frame. */
bool trial_gather(struct trial *trial, struct head *head) {
    struct link *link = &trial->link;
    int64_t deadline = clock_now() + trial_begin_wait(trial, CAUSE_NO_ANSWER);
    free(head->bytes);
    *head = (struct head){memory_take(HEAD_MAX), 0, 0};
    size_t gathered = 0;
    for (;;) {
        size_t count = link->end - link->start;
        count = count < HEAD_MAX - gathered ? count : HEAD_MAX - gathered;
        memcpy(head->bytes + gathered, link->buffer + link->start, count);
        head->length = head_length(head->bytes, gathered + count);
        if (head->length > 0) {
            link->start += head->length - gathered;
            trial_end_wait(trial, CAUSE_NO_ANSWER, true, false);
            return true;
        }
        gathered += count;
        link->start += count;
        if (gathered == HEAD_MAX || !trial_receive(trial, deadline)) {
            head->length = gathered;
            trial_end_wait(trial, CAUSE_NO_ANSWER, false, gathered == 0 && !link->ended);
            return false;
        }
    }
}

bool trial_read_answer(struct trial *trial) {
    struct head_fault fault = {0};
    char waited[TRIAL_WAITED_SIZE];
    static const char want[] = "an HTTP response that ends with an empty line";
    trial_flush(trial);
    bool whole = trial_gather(trial, &trial->answer);
    trial->entry = trial->transcript.count;
    if (trial->answer.length > 0) {
        transcript_http(
            transcript_add(&trial->transcript, TRANSCRIPT_RECEIVED, "the answer to the handshake"),
            trial->answer.bytes, trial->answer.length);
    }
    if (!whole) {
        if (trial->answer.length > 0) {
            trial_mark(trial, trial->entry, trial->answer.length);
        }
        trial_fail(trial, LEVEL_MUST,
                   trial->answer.length > 0 ? CAUSE_HEAD_WITHOUT_END : CAUSE_NO_ANSWER, want,
                   "%zu bytes, then %s%s", trial->answer.length,
                   !trial->link.ended  ? "silence for "
                   : trial->link.reset ? "a reset of the TCP connection"
                                       : "the end of the TCP stream",
                   trial->link.ended ? "" : trial_waited(trial, waited));
        return false;
    }
    if (!head_parse(&trial->answer, &fault)) {
        trial_mark(trial, trial->entry, fault.wrong);
        trial_fail(trial, LEVEL_MUST, CAUSE_NOT_HTTP, want, "%s", fault.what);
        return false;
    }
    trial->refused = trial->answer.status == 503;
    return true;
}

/* Judges a 101 by the request that it answers. Returns whether the connection is open. */
static bool judge_accepted(struct trial *trial, const struct head *request) {
    struct head_fault fault = {0};
    enum cause cause = response_rules_judge(&trial->answer, request, &fault);
    if (cause != CAUSE_NONE) {
        trial_mark(trial, trial->entry, fault.wrong);
        trial_fail(trial, LEVEL_MUST, cause, "a 101 as 4.2.2 describes it", "%s (status %d)",
                   fault.what, trial->answer.status);
        return false;
    }
    enum level level = negotiation_judge(&trial->answer, request, &trial->agreement, &fault);
    if (level != LEVEL_NONE) {
        trial_mark(trial, trial->entry, fault.wrong);
        trial_fail(trial, level, CAUSE_EXTENSION, "a 101 whose extensions answer the offer", "%s",
                   fault.what);
    }
    return level != LEVEL_MUST;
}

bool trial_read_accepted(struct trial *trial) {
    if (!trial_read_answer(trial)) {
        if (trial->may_end && trial->link.ended && trial->answer.length == 0) {
            trial->excused = true;
            trial->verdict.failed = LEVEL_NONE;
        }
        return false;
    }
    if (trial->may_end && trial->answer.status >= 300) {
        trial->excused = true;
        return false;
    }
    struct head request = {NULL, 0, 0};
    request.bytes = request_bytes(&trial->request, &request.length);
    trial->is_open = judge_accepted(trial, &request);
    free(request.bytes);
    if (trial->is_open) {
        trial_agree(trial);
        trial_judge_input(trial);
    }
    return trial->is_open;
}
