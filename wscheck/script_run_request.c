#include "wscheck/script_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Whether a script writes its bytes itself instead of making a handshake. */
static bool begins_raw(const struct script *script) {
    size_t first = 0;
    while (script->steps[first].word == SCRIPT_PATIENCE ||
           script->steps[first].word == SCRIPT_CHOP) {
        first++;
    }
    return script->steps[first].word == SCRIPT_RAW;
}

void script_run_connect(struct script_run *run) {
    struct trial *trial = run->trial;
    if (run->connected) {
        return;
    }
    run->connected = true;
    if (!trial_connect(trial)) {
        return;
    }
    if (begins_raw(run->script) || trial->settings->step < 2) {
        return;
    }
    trial_send_request(trial);
    if (!run->early) {
        trial_flush(trial);
    }
}

/* "?a=b" goes behind the target of the URL, "http:" makes it an absolute one. */
static void set_target(struct trial *trial, const char *target) {
    char whole[2048];
    const char *own = trial->settings->target;
    if (target[0] == '?') {
        snprintf(whole, sizeof whole, "%s%s%s", own, strchr(own, '?') != NULL ? "&" : "?",
                 target + 1);
        target = whole;
    } else if (strcmp(target, "http:") == 0) {
        snprintf(whole, sizeof whole, "http://%s%s", trial->settings->host, own);
        target = whole;
    }
    request_set_word(&trial->request, 1, target);
}

/* Words that change the request before it is sent. Returns false if the word is none of them. */
static bool change_request(struct script_run *run, const struct script_step *step, uint8_t *bytes) {
    struct request *request = &run->trial->request;
    size_t length = (size_t)step->payload.length;
    switch (step->word) {
    case SCRIPT_METHOD:
    case SCRIPT_VERSION:
        request_set_word(request, (int)(step->word - SCRIPT_METHOD), (const char *)bytes);
        return true;
    case SCRIPT_TARGET:
        set_target(run->trial, (const char *)bytes);
        return true;
    case SCRIPT_SET:
        request_set(request, bytes, length);
        return true;
    case SCRIPT_ADD:
        if (step->payload.length > step->payload.unit_length) {
            memcpy(bytes, "X-Long: ", 8); /* a pattern has no name of its own */
        }
        request_add(request, bytes, length);
        return true;
    case SCRIPT_OFFER:
        request_offer(request, (const char *)bytes);
        return true;
    case SCRIPT_DROP:
        request_drop(request, (const char *)bytes);
        return true;
    case SCRIPT_REVERSE:
        request_reverse(request);
        return true;
    case SCRIPT_LOWER:
    case SCRIPT_UPPER:
        request_change_case(request, step->word == SCRIPT_UPPER);
        return true;
    case SCRIPT_LF:
        request->bare_lf = true;
        return true;
    case SCRIPT_PLAIN:
        request_drop(request, "Upgrade");
        request_drop(request, "Connection");
        request_drop(request, "Sec-WebSocket-Key");
        request_drop(request, "Sec-WebSocket-Version");
        return true;
    default:
        return false;
    }
}

/* Sends the first bytes of the request and keeps the rest for later. */
static void send_unfinished(struct script_run *run, const struct script_step *step) {
    struct trial *trial = run->trial;
    uint8_t *bytes = request_bytes(&trial->request, &run->rest_length);
    size_t count = (size_t)step->number;
    count = count < run->rest_length ? count : run->rest_length;
    count = step->word == SCRIPT_ALLBUT ? run->rest_length - count : count;
    run->connected = true;
    if (!trial_connect(trial)) {
        free(bytes);
        return;
    }
    transcript_bytes(transcript_add(&trial->transcript, TRANSCRIPT_SENT,
                                    "the first %zu bytes of a handshake", count),
                     bytes, count);
    trial_put(trial, bytes, count);
    trial_flush(trial);
    memmove(bytes, bytes + count, run->rest_length - count);
    run->rest_length -= count;
    run->rest = bytes;
}

static void send_raw(struct script_run *run, const uint8_t *bytes, size_t length,
                     const char *label) {
    struct trial *trial = run->trial;
    script_run_connect(run);
    transcript_bytes(transcript_add(&trial->transcript, TRANSCRIPT_SENT, "%s", label), bytes,
                     length);
    trial_put(trial, bytes, length);
    trial_flush(trial);
}

static void refuse(struct trial *trial, const struct script_step *step) {
    static const char want[] = "an HTTP response with an error status, 4xx or 5xx";
    const char *header = (const char *)step->payload.unit;
    size_t from = 0;
    if (!trial_read_answer(trial)) {
        return;
    }
    int status = trial->answer.status;
    if (status < 300 || status > 599) {
        trial_mark(trial, trial->entry, 9);
        trial_fail(trial, LEVEL_MUST, want, "status %d", status);
    } else if (step->number != 0 && step->number != (uint64_t)status) {
        char wanted[80];
        snprintf(wanted, sizeof wanted, "status %u", (unsigned)step->number);
        trial_mark(trial, trial->entry, 9);
        trial_fail(trial, LEVEL_SHOULD, wanted, "status %d", status);
    }
    if (header[0] != '\0' && head_header(&trial->answer, header, &from) == NULL) {
        char wanted[160];
        snprintf(wanted, sizeof wanted, "an HTTP error with the header %s", header);
        trial_fail(trial, LEVEL_MUST, wanted, "status %d without that header", status);
    }
}

static void has(struct trial *trial, const char *line, bool wanted) {
    char name[128], want[240];
    const char *colon = strchr(line, ':');
    size_t from = 0;
    snprintf(name, sizeof name, "%.*s", (int)(colon != NULL ? colon - line : (int)strlen(line)),
             line);
    bool there = colon != NULL
                     ? head_lists(&trial->answer, name, colon + 1 + strspn(colon + 1, " "))
                     : head_header(&trial->answer, name, &from) != NULL;
    if (there != wanted && trial->verdict.failed < LEVEL_MUST) {
        snprintf(want, sizeof want, "an answer %s %s", wanted ? "with" : "without", line);
        trial_mark(trial, trial->entry, 0);
        trial_fail(trial, LEVEL_MUST, want, "status %d %s it", trial->answer.status,
                   wanted ? "without" : "with");
    }
}

/* What a server does not like of an offer is no reason to refuse the connection. */
static void negotiated(struct script_run *run) {
    struct trial *trial = run->trial;
    trial->may_end = true;
    script_run_connect(run);
    if (!trial->verdict.failed && !trial_read_accepted(trial) && trial->excused) {
        trial_mark(trial, trial->entry, 9);
        trial_fail(trial, LEVEL_SHOULD,
                   "a 101: a server declines an offer by leaving it out of its answer (5)",
                   "status %d", trial->answer.status);
    }
}

/* Words about the answer. Returns false if the word is none of them. */
static bool judge_answer(struct script_run *run, const struct script_step *step) {
    struct trial *trial = run->trial;
    const char *text = (const char *)step->payload.unit;
    switch (step->word) {
    case SCRIPT_OPEN:
    case SCRIPT_ACCEPT:
    case SCRIPT_ACCEPTABLE:
        trial->may_end = trial->may_end || step->word == SCRIPT_ACCEPTABLE;
        script_run_connect(run);
        if (!trial->is_open && !trial->verdict.failed) {
            trial_read_accepted(trial);
        }
        return true;
    case SCRIPT_AGREED:
        script_run_connect(run);
        if (trial->is_open || (!trial->verdict.failed && trial_read_accepted(trial))) {
            trial_need_agreement(trial, text);
        }
        return true;
    case SCRIPT_NEGOTIATED:
        negotiated(run);
        return true;
    case SCRIPT_REFUSE:
        script_run_connect(run);
        refuse(trial, step);
        return true;
    case SCRIPT_ANSWER:
    case SCRIPT_STATUS:
        script_run_connect(run);
        if (trial_read_answer(trial) && step->word == SCRIPT_STATUS &&
            (uint64_t)trial->answer.status != step->number) {
            char want[80];
            snprintf(want, sizeof want, "an HTTP response with status %u", (unsigned)step->number);
            trial_mark(trial, trial->entry, 9);
            trial_fail(trial, LEVEL_MUST, want, "status %d", trial->answer.status);
        }
        return true;
    case SCRIPT_HAS:
    case SCRIPT_LACKS:
        has(trial, text, step->word == SCRIPT_HAS);
        return true;
    default:
        return false;
    }
}

/* Words that send a request, or part of one. Returns false if the word is none of them. */
static bool send_part(struct script_run *run, const struct script_step *step,
                      const uint8_t *bytes) {
    switch (step->word) {
    case SCRIPT_RAW:
        send_raw(run, bytes, (size_t)step->payload.length, "bytes as they are");
        return true;
    case SCRIPT_UNFINISHED:
    case SCRIPT_ALLBUT:
        send_unfinished(run, step);
        return true;
    case SCRIPT_REST:
        send_raw(run, run->rest, run->rest_length, "the rest of the handshake");
        return true;
    default:
        return false;
    }
}

bool script_run_request_word(struct script_run *run, const struct script_step *step) {
    if (step->word == SCRIPT_FRAME || step->word == SCRIPT_WANT) {
        return false;
    }
    uint8_t *bytes = malloc((size_t)step->payload.length + 1);
    if (bytes == NULL) {
        abort();
    }
    payload_copy(&step->payload, 0, bytes, (size_t)step->payload.length);
    bytes[step->payload.length] = '\0';
    bool known =
        change_request(run, step, bytes) || judge_answer(run, step) || send_part(run, step, bytes);
    free(bytes);
    return known;
}
