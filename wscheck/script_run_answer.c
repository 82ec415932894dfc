/* The words about a server's answer to the request. */
#include "wscheck/script_run.h"
#include "wscheck/words.h"

#include <stdio.h>
#include <string.h>

/* Reads the HTTP response to a request that need not open a WebSocket. By 10.7 an endpoint "MAY
 * drop the TCP connection" instead, but "SHOULD return an appropriate HTTP [RFC2616] status code".
 * The servers of the tutorial's first steps have to answer. */
static bool read_answer(struct trial *trial) {
    script_run_connect(trial);
    bool answered = trial_read_answer(trial);
    if (!answered && trial->link.ended && trial->answer.length == 0 && trial->settings->step >= 5 &&
        trial->verdict.failed == LEVEL_MUST) {
        trial->verdict.failed = LEVEL_SHOULD;
    }
    return answered;
}

static void refuse(struct trial *trial) {
    static const char want[] = "an HTTP response with an error status, 4xx or 5xx";
    const char *header = trial->run->step->text;
    struct head_text value = {NULL, 0};
    if (!read_answer(trial)) {
        return;
    }
    int status = trial->answer.status;
    if (status < 300 || status > 599) {
        trial_mark(trial, trial->entry, 9);
        trial_fail(trial, LEVEL_MUST, CAUSE_REQUEST_TAKEN, want, "status %d", status);
    } else if (trial->run->step->number != 0 && trial->run->step->number != (uint64_t)status) {
        char wanted[80];
        snprintf(wanted, sizeof wanted, "status %u", (unsigned)trial->run->step->number);
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
    bool found = colon != NULL
                     ? head_lists(&trial->answer, name, colon + 1 + strspn(colon + 1, " "))
                     : head_header(&trial->answer, name, &(size_t){0}, &value);
    if (found != wanted && trial->verdict.failed < LEVEL_MUST) {
        snprintf(want, sizeof want, "an answer %s %s", wanted ? "with" : "without", line);
        bool is_taken = trial->answer.status == 101 && !trial->is_open;
        trial_mark(trial, trial->entry, 0);
        trial_fail(trial, LEVEL_MUST, is_taken ? CAUSE_REQUEST_TAKEN : CAUSE_HEADER, want,
                   "status %d %s it", trial->answer.status, wanted ? "without" : "with");
    }
}

static void has(struct trial *trial) {
    judge_header(trial, trial->run->step->text, true);
}

static void lacks(struct trial *trial) {
    judge_header(trial, trial->run->step->text, false);
}

static void get_no_101(struct trial *trial) {
    if (read_answer(trial)) {
        judge_header(trial, "Sec-WebSocket-Accept", false);
    }
}

static void accept_101(struct trial *trial) {
    script_run_connect(trial);
    if (!trial->is_open && !trial->verdict.failed) {
        trial_read_accepted(trial);
    }
}

static void accept_or_refuse(struct trial *trial) {
    trial->may_end = true;
    accept_101(trial);
}

static void agree(struct trial *trial) {
    accept_101(trial);
    if (trial->is_open) {
        trial_need_agreement(trial, trial->run->step->text);
    }
}

/* A server that does not like an offer can decline it; that is no reason to refuse the
 * connection. */
static void negotiate(struct trial *trial) {
    accept_or_refuse(trial);
    if (!trial->is_open && trial->excused) {
        trial_mark(trial, trial->entry, 9);
        trial_fail(trial, LEVEL_PRACTICE, CAUSE_EXTENSION,
                   "a 101: a server declines an offer by leaving it out of its answer (5)",
                   "status %d", trial->answer.status);
    }
}

static void answer(struct trial *trial) {
    read_answer(trial);
}

static void want_status(struct trial *trial, unsigned status, const char *why) {
    char want[100];
    if ((unsigned)trial->answer.status != status) {
        snprintf(want, sizeof want, "an HTTP response with status %u%s", status, why);
        trial_mark(trial, trial->entry, 9);
        trial_fail(trial, LEVEL_MUST, CAUSE_STATUS, want, "status %d", trial->answer.status);
    }
}

static void answer_status(struct trial *trial) {
    if (read_answer(trial)) {
        want_status(trial, (unsigned)trial->run->step->number, "");
    }
}

static void answer_as_usual(struct trial *trial) {
    if (read_answer(trial)) {
        int status = script_run_usual_status(trial);
        if (status != 0) {
            want_status(trial, (unsigned)status, ", as an ordinary GET gets it");
        }
        if (trial->run->answered_early) {
            trial_fail(trial, LEVEL_MUST, CAUSE_REQUEST_TAKEN, "an answer to the whole request",
                       "it came before the rest had been sent");
        }
    }
}

const struct word words_of_answers[] = {
    {"open", WORD_ALONE, WORD_IN_HANDSHAKE, accept_101, WORD_OPENS},
    {"accept", WORD_ALONE, WORD_IN_HANDSHAKE, accept_101, WORD_OPENS},
    {"agreed", WORD_PAYLOAD, WORD_IN_HANDSHAKE, agree, WORD_OPENS},
    {"acceptable", WORD_ALONE, WORD_IN_HANDSHAKE, accept_or_refuse, WORD_NEVER_OPENS},
    {"negotiated", WORD_ALONE, WORD_IN_HANDSHAKE, negotiate, WORD_NEVER_OPENS},
    {"refuse", WORD_NUMBER_AND_PAYLOAD, WORD_IN_HANDSHAKE, refuse, WORD_NEVER_OPENS},
    {"no101", WORD_ALONE, WORD_IN_HANDSHAKE, get_no_101, WORD_NEVER_OPENS},
    {"answer", WORD_ALONE, WORD_IN_HANDSHAKE, answer, WORD_NEVER_OPENS},
    {"usual", WORD_ALONE, WORD_IN_HANDSHAKE, answer_as_usual, WORD_NEVER_OPENS},
    {"status", WORD_NUMBER, WORD_IN_HANDSHAKE, answer_status, WORD_NEVER_OPENS},
    {"has", WORD_PAYLOAD, WORD_IN_HANDSHAKE, has, 0},
    {"lacks", WORD_PAYLOAD, WORD_IN_HANDSHAKE, lacks, 0},
    {NULL, WORD_ALONE, WORD_AT_ANY_TIME, NULL, 0},
};
