#include "wscheck/script_run.h"
#include "wscheck/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* "?a=b" goes after the target of the URL, "http:" makes it an absolute one. */
static void put_target(struct trial *trial, const char *target) {
    const char *own = trial->settings->target, *host = trial->settings->host;
    size_t size = strlen("http://") + strlen(host) + strlen(own) + strlen(target) + 2;
    char *whole = malloc(size);
    if (whole == NULL) {
        abort();
    }
    if (target[0] == '?') {
        snprintf(whole, size, "%s%s%s", own, strchr(own, '?') != NULL ? "&" : "?", target + 1);
    } else if (strcmp(target, "http:") == 0) {
        snprintf(whole, size, "http://%s%s", host, own);
    } else {
        snprintf(whole, size, "%s", target);
    }
    request_set_word(&trial->request, 1, whole);
    free(whole);
}

/* The payload of a step at its full length, with a NUL after it. Free it. */
static uint8_t *whole_payload(const struct script_step *step) {
    uint8_t *bytes = malloc((size_t)step->payload.length + 1);
    if (bytes == NULL) {
        abort();
    }
    payload_copy(&step->payload, 0, bytes, (size_t)step->payload.length);
    bytes[step->payload.length] = '\0';
    return bytes;
}

/* Words that change the request before it is sent. */

static void set_method(struct script_run *run, const struct script_step *step) {
    request_set_word(&run->trial->request, 0, (const char *)step->payload.unit);
}

static void set_version(struct script_run *run, const struct script_step *step) {
    request_set_word(&run->trial->request, 2, (const char *)step->payload.unit);
}

static void set_target(struct script_run *run, const struct script_step *step) {
    uint8_t *target = whole_payload(step);
    put_target(run->trial, (const char *)target);
    free(target);
}

static void set_header(struct script_run *run, const struct script_step *step) {
    request_set(&run->trial->request, step->payload.unit, step->payload.unit_length);
}

static void add_header(struct script_run *run, const struct script_step *step) {
    uint8_t *line = whole_payload(step);
    if (step->payload.length > step->payload.unit_length) {
        memcpy(line, "Cookie: ", 8); /* a pattern has no name of its own */
    }
    request_add(&run->trial->request, line, (size_t)step->payload.length);
    free(line);
}

static void add_offer(struct script_run *run, const struct script_step *step) {
    request_offer(&run->trial->request, (const char *)step->payload.unit);
}

static void drop_header(struct script_run *run, const struct script_step *step) {
    request_drop(&run->trial->request, (const char *)step->payload.unit);
}

static void reverse_headers(struct script_run *run, const struct script_step *step) {
    (void)step;
    request_reverse(&run->trial->request);
}

static void lower_names(struct script_run *run, const struct script_step *step) {
    (void)step;
    request_change_case(&run->trial->request, false);
}

static void upper_names(struct script_run *run, const struct script_step *step) {
    (void)step;
    request_change_case(&run->trial->request, true);
}

static void end_with_lf(struct script_run *run, const struct script_step *step) {
    (void)step;
    run->trial->request.bare_lf = true;
}

static void make_plain(struct script_run *run, const struct script_step *step) {
    (void)step;
    request_make_plain(&run->trial->request);
}

/* Words that send a request, or part of one. */

enum { REST_PAUSE = 20 }; /* ms in which the server reads the first part by itself */

/* Sends the first bytes of the request and keeps the rest for later. */
static void send_first(struct script_run *run, size_t count) {
    struct trial *trial = run->trial;
    size_t length;
    uint8_t *bytes = request_bytes(&trial->request, &length);
    count = count < length ? count : length;
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
    memmove(bytes, bytes + count, length - count);
    run->rest_length = length - count;
    run->rest = bytes;
}

static void send_unfinished(struct script_run *run, const struct script_step *step) {
    send_first(run, (size_t)step->number);
}

static void send_all_but(struct script_run *run, const struct script_step *step) {
    size_t length;
    free(request_bytes(&run->trial->request, &length));
    send_first(run, length - (step->number < length ? (size_t)step->number : length));
}

static void send_bytes(struct script_run *run, const uint8_t *bytes, size_t length,
                       const char *label) {
    struct trial *trial = run->trial;
    script_run_connect(run);
    transcript_bytes(transcript_add(&trial->transcript, TRANSCRIPT_SENT, "%s", label), bytes,
                     length);
    trial_put(trial, bytes, length);
    trial_flush(trial);
}

static void send_raw(struct script_run *run, const struct script_step *step) {
    uint8_t *bytes = whole_payload(step);
    send_bytes(run, bytes, (size_t)step->payload.length, "bytes as they are");
    free(bytes);
}

static void send_rest(struct script_run *run, const struct script_step *step) {
    (void)step;
    trial_pause(run->trial, REST_PAUSE);
    send_bytes(run, run->rest, run->rest_length, "the rest of the handshake");
}

/* Words about the answer. */

/* The answer to a wrong request. 4.2.1 wants one, but by 10.7 an endpoint "MAY drop the TCP
 * connection", and "SHOULD return an appropriate HTTP [RFC2616] status code". */
static bool read_refusal(struct script_run *run) {
    struct trial *trial = run->trial;
    script_run_connect(run);
    bool answered = trial_read_answer(trial);
    if (!answered && trial->link.ended && trial->answer.length == 0 &&
        trial->verdict.failed == LEVEL_MUST) {
        trial->verdict.failed = LEVEL_SHOULD;
    }
    return answered;
}

static void refuse(struct script_run *run, const struct script_step *step) {
    struct trial *trial = run->trial;
    static const char want[] = "an HTTP response with an error status, 4xx or 5xx";
    const char *header = (const char *)step->payload.unit;
    struct head_text value = {NULL, 0};
    if (!read_refusal(run)) {
        return;
    }
    int status = trial->answer.status;
    if (status < 300 || status > 599) {
        trial_mark(trial, trial->entry, 9);
        trial_fail(trial, LEVEL_MUST, CAUSE_REQUEST_TAKEN, want, "status %d", status);
    } else if (step->number != 0 && step->number != (uint64_t)status) {
        char wanted[80];
        snprintf(wanted, sizeof wanted, "status %u", (unsigned)step->number);
        trial_mark(trial, trial->entry, 9);
        trial_fail(trial, LEVEL_SHOULD, CAUSE_STATUS, wanted, "status %d", status);
    }
    if (header[0] != '\0' && !head_header(&trial->answer, header, &(size_t){0}, &value)) {
        char wanted[160];
        snprintf(wanted, sizeof wanted, "an HTTP error with the header %s", header);
        trial_fail(trial, LEVEL_MUST, CAUSE_HEADER, wanted, "status %d without that header",
                   status);
    }
}

static void judge_header(struct trial *trial, const char *line, bool wanted) {
    char name[128], want[240];
    const char *colon = strchr(line, ':');
    struct head_text value = {NULL, 0};
    snprintf(name, sizeof name, "%.*s", (int)(colon != NULL ? colon - line : (int)strlen(line)),
             line);
    bool there = colon != NULL
                     ? head_lists(&trial->answer, name, colon + 1 + strspn(colon + 1, " "))
                     : head_header(&trial->answer, name, &(size_t){0}, &value);
    if (there != wanted && trial->verdict.failed < LEVEL_MUST) {
        snprintf(want, sizeof want, "an answer %s %s", wanted ? "with" : "without", line);
        trial_mark(trial, trial->entry, 0);
        trial_fail(trial, LEVEL_MUST, CAUSE_HEADER, want, "status %d %s it", trial->answer.status,
                   wanted ? "without" : "with");
    }
}

static void has(struct script_run *run, const struct script_step *step) {
    judge_header(run->trial, (const char *)step->payload.unit, true);
}

static void lacks(struct script_run *run, const struct script_step *step) {
    judge_header(run->trial, (const char *)step->payload.unit, false);
}

static void get_no_101(struct script_run *run, const struct script_step *step) {
    (void)step;
    if (read_refusal(run)) {
        judge_header(run->trial, "Sec-WebSocket-Accept", false);
    }
}

static void accept_101(struct script_run *run, const struct script_step *step) {
    struct trial *trial = run->trial;
    (void)step;
    script_run_connect(run);
    if (!trial->is_open && !trial->verdict.failed) {
        trial_read_accepted(trial);
    }
}

static void accept_or_refuse(struct script_run *run, const struct script_step *step) {
    run->trial->may_end = true;
    accept_101(run, step);
}

static void agree(struct script_run *run, const struct script_step *step) {
    accept_101(run, step);
    if (run->trial->is_open) {
        trial_need_agreement(run->trial, (const char *)step->payload.unit);
    }
}

/* What a server does not like of an offer is no reason to refuse the connection. */
static void negotiate(struct script_run *run, const struct script_step *step) {
    struct trial *trial = run->trial;
    accept_or_refuse(run, step);
    if (!trial->is_open && trial->excused) {
        trial_mark(trial, trial->entry, 9);
        trial_fail(trial, LEVEL_PRACTICE, CAUSE_EXTENSION,
                   "a 101: a server declines an offer by leaving it out of its answer (5)",
                   "status %d", trial->answer.status);
    }
}

static void answer(struct script_run *run, const struct script_step *step) {
    (void)step;
    script_run_connect(run);
    trial_read_answer(run->trial);
}

static void want_status(struct trial *trial, unsigned status, const char *why) {
    char want[100];
    if ((unsigned)trial->answer.status != status) {
        snprintf(want, sizeof want, "an HTTP response with status %u%s", status, why);
        trial_mark(trial, trial->entry, 9);
        trial_fail(trial, LEVEL_MUST, CAUSE_STATUS, want, "status %d", trial->answer.status);
    }
}

static void answer_status(struct script_run *run, const struct script_step *step) {
    script_run_connect(run);
    if (trial_read_answer(run->trial)) {
        want_status(run->trial, (unsigned)step->number, "");
    }
}

static void answer_as_usual(struct script_run *run, const struct script_step *step) {
    (void)step;
    script_run_connect(run);
    if (trial_read_answer(run->trial)) {
        int status = script_run_usual_status(run->trial);
        if (status != 0) {
            want_status(run->trial, (unsigned)status, ", as an ordinary GET gets it");
        }
    }
}

const struct word words_of_headers[] = {
    {"drop", WORD_TEXT, WORD_IN_HANDSHAKE, drop_header, 0},
    {"reverse", WORD_ALONE, WORD_IN_HANDSHAKE, reverse_headers, 0},
    {"lower", WORD_ALONE, WORD_IN_HANDSHAKE, lower_names, 0},
    {"upper", WORD_ALONE, WORD_IN_HANDSHAKE, upper_names, 0},
    {"lf", WORD_ALONE, WORD_IN_HANDSHAKE, end_with_lf, 0},
    {NULL, WORD_ALONE, WORD_AT_ANY_TIME, NULL, 0},
};

const struct word words_of_requests[] = {
    {"method", WORD_TEXT, WORD_IN_HANDSHAKE, set_method, 0},
    {"target", WORD_TEXT, WORD_IN_HANDSHAKE, set_target, 0},
    {"version", WORD_TEXT, WORD_IN_HANDSHAKE, set_version, 0},
    {"set", WORD_PAYLOAD, WORD_IN_HANDSHAKE, set_header, 0},
    {"add", WORD_PAYLOAD, WORD_IN_HANDSHAKE, add_header, 0},
    {"offer", WORD_TEXT, WORD_IN_HANDSHAKE, add_offer, 0},
    {"plain", WORD_ALONE, WORD_IN_HANDSHAKE, make_plain, 0},
    {"raw", WORD_PAYLOAD, WORD_IN_HANDSHAKE, send_raw, WORD_IS_RAW | WORD_NEVER_OPENS},
    {"unfinished", WORD_NUMBER, WORD_IN_HANDSHAKE, send_unfinished, WORD_NEVER_OPENS},
    {"allbut", WORD_NUMBER, WORD_IN_HANDSHAKE, send_all_but, WORD_NEVER_OPENS},
    {"rest", WORD_ALONE, WORD_IN_HANDSHAKE, send_rest, 0},
    {"open", WORD_ALONE, WORD_IN_HANDSHAKE, accept_101, WORD_OPENS},
    {"accept", WORD_ALONE, WORD_IN_HANDSHAKE, accept_101, WORD_OPENS},
    {"agreed", WORD_TEXT, WORD_IN_HANDSHAKE, agree, WORD_OPENS},
    {"acceptable", WORD_ALONE, WORD_IN_HANDSHAKE, accept_or_refuse, WORD_NEVER_OPENS},
    {"negotiated", WORD_ALONE, WORD_IN_HANDSHAKE, negotiate, WORD_NEVER_OPENS},
    {"refuse", WORD_NUMBER_AND_PAYLOAD, WORD_IN_HANDSHAKE, refuse, WORD_NEVER_OPENS},
    {"no101", WORD_ALONE, WORD_IN_HANDSHAKE, get_no_101, WORD_NEVER_OPENS},
    {"answer", WORD_ALONE, WORD_IN_HANDSHAKE, answer, WORD_NEVER_OPENS},
    {"usual", WORD_ALONE, WORD_IN_HANDSHAKE, answer_as_usual, WORD_NEVER_OPENS},
    {"status", WORD_NUMBER, WORD_IN_HANDSHAKE, answer_status, WORD_NEVER_OPENS},
    {"has", WORD_TEXT, WORD_IN_HANDSHAKE, has, 0},
    {"lacks", WORD_TEXT, WORD_IN_HANDSHAKE, lacks, 0},
    {NULL, WORD_ALONE, WORD_AT_ANY_TIME, NULL, 0},
};
