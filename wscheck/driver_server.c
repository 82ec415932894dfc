#include "wscheck/driver.h"

#include "common/clock.h"
#include "wscheck/child.h"
#include "wscheck/probe.h"
#include "wscheck/script_run.h"
#include "wscheck/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A script may write its bytes itself instead of making a request. */
static bool begins_raw(const struct script *script) {
    const struct script_step *step = script->steps;
    while (step->word->moment == WORD_AT_ANY_TIME) {
        step++;
    }
    return (step->word->traits & WORD_IS_RAW) != 0;
}

void script_run_connect(struct script_run *run) {
    struct trial *trial = run->trial;
    if (run->connected) {
        return;
    }
    run->connected = true;
    if (!trial_connect(trial) || begins_raw(run->script) || trial->settings->step < 2) {
        return;
    }
    trial_send_request(trial);
    if (!run->trial->early) {
        trial_flush(trial);
    }
}

/* A word about the request or its answer sends the one and waits for the other by itself. */
static bool prepare(struct script_run *run, const struct script_step *step) {
    struct trial *trial = run->trial;
    if (step->word->moment != WORD_WHEN_OPEN) {
        return true;
    }
    script_run_connect(run);
    if ((step->word == &word_frame && run->trial->early) || !script_opens(run->script)) {
        return true;
    }
    return trial->is_open || (!trial->verdict.failed && trial_read_accepted(trial));
}

/* It is the server that ends TCP first (7.1.1). */
static void after_close(struct trial *trial) {
    (void)trial;
}

static void leave(struct trial *trial) {
    link_close(&trial->link);
}

/* One that is slow under load gets another try. */
static bool is_alive(const struct trial_settings *settings, char *fault, size_t capacity) {
    /* NOLINTNEXTLINE(misc-redundant-expression): the second call is the second try. */
    return script_run_is_served(settings, fault, capacity) ||
           script_run_is_served(settings, fault, capacity);
}

const struct driver driver_server = {
    .peer = "the server",
    .is_client = true,
    .declines = "the server does not accept the offer of permessage-deflate",
    .has_no_echo = "the server does not echo",
    .printed = "the server printed meanwhile, of this and of others",
    .is_gone = "the server is gone",
    .prepare = prepare,
    .after_close = after_close,
    .leave = leave,
    .is_alive = is_alive,
};

enum { LAST_WORDS = 100 }; /* ms in which a server prints what it has read before the end */

/* Words that make no sense where the client connects of its own accord, once. */

static void meanwhile(struct script_run *run, const struct script_step *step) {
    (void)step;
    trial_flush(run->trial);
    script_run_meanwhile(run->trial);
}

static void crowd(struct script_run *run, const struct script_step *step) {
    trial_flush(run->trial);
    script_run_crowd(run->trial, (size_t)step->number);
}

static void be_deaf(struct script_run *run, const struct script_step *step) {
    (void)step;
    run->trial->deaf = true;
}

static void hear(struct script_run *run, const struct script_step *step) {
    (void)step;
    run->trial->deaf = false;
}

static void prints(struct script_run *run, const struct script_step *step) {
    struct trial *trial = run->trial;
    const char *text = (const char *)step->payload.unit;
    trial_flush(trial);
    if (!child_prints(trial->settings->child, text, clock_now() + trial->timeout)) {
        char want[200];
        snprintf(want, sizeof want, "the server's output shows \"%s\", or its bytes in hexadecimal",
                 text);
        trial_fail(trial, LEVEL_MUST, CAUSE_NOT_PRINTED, want, "its output does not show it");
    }
}

static void hides(struct script_run *run, const struct script_step *step) {
    struct trial *trial = run->trial;
    const char *text = (const char *)step->payload.unit;
    int64_t deadline = clock_now() + trial->timeout;
    trial_flush(trial);
    while (trial_receive(trial, deadline)) {
    }
    if (child_prints(trial->settings->child, text, clock_now() + LAST_WORDS)) {
        char want[200];
        snprintf(want, sizeof want, "the server's output does not show \"%s\"", text);
        trial_fail(trial, LEVEL_MUST, CAUSE_NOT_PRINTED, want, "it shows it");
    }
}

/* The server that all cases share cannot be told to end. */
static void start_own(struct script_run *run, const struct script_step *step) {
    struct trial *trial = run->trial;
    char host[sizeof "Host: " + sizeof trial->settings->host];
    (void)step;
    if (trial->settings->command == NULL) {
        snprintf(trial->verdict.skipped, sizeof trial->verdict.skipped,
                 "it starts a server of its own, so it needs --exec");
        return;
    }
    struct trial_settings *own = malloc(sizeof *own);
    if (own == NULL) {
        abort();
    }
    *own = *trial->settings;
    if (!probe_start(own)) {
        snprintf(trial->verdict.skipped, sizeof trial->verdict.skipped,
                 "no second server could be started");
        free(own);
        return;
    }
    char *usual = request_value(&trial->request, "Host");
    if (usual != NULL && strcmp(usual, trial->settings->host) == 0) { /* and not one of --header */
        snprintf(host, sizeof host, "Host: %s", own->host);
        request_set(&trial->request, (const uint8_t *)host, strlen(host));
    }
    free(usual);
    trial->settings = run->own = own;
}

static void tell_to_end(struct script_run *run, const struct script_step *step) {
    (void)step;
    trial_flush(run->trial);
    transcript_add(&run->trial->transcript, TRANSCRIPT_REMARK, "the server was sent SIGTERM");
    child_terminate(run->own->child);
}

static void fails_orderly(struct script_run *run, const struct script_step *step) {
    run->trial->no_reply = true;
    trial_wait_failed(run->trial, step->codes, LEVEL_MUST);
    run->done = true;
}

const struct word words_of_servers[] = {
    {"meanwhile", WORD_ALONE, WORD_WHEN_OPEN, meanwhile, 0},
    {"crowd", WORD_NUMBER, WORD_WHEN_OPEN, crowd, WORD_NEEDS_QUIET},
    {"deaf", WORD_ALONE, WORD_WHEN_OPEN, be_deaf, 0},
    {"hearing", WORD_ALONE, WORD_WHEN_OPEN, hear, 0},
    {"stuff", WORD_NUMBER_AND_PAYLOAD, WORD_WHEN_OPEN, script_run_stuff, WORD_NEEDS_ECHO},
    {"prints", WORD_TEXT, WORD_WHEN_OPEN, prints, WORD_NEEDS_OUTPUT},
    {"own", WORD_ALONE, WORD_IN_HANDSHAKE, start_own, 0},
    {"terminate", WORD_ALONE, WORD_WHEN_OPEN, tell_to_end, 0},
    {"hides", WORD_TEXT, WORD_WHEN_OPEN, hides, WORD_NEEDS_OUTPUT},
    {"orderly", WORD_CODES, WORD_WHEN_OPEN, fails_orderly, 0},
    {NULL, WORD_ALONE, WORD_AT_ANY_TIME, NULL, 0},
};
