#include "wscheck/driver.h"

#include "common/clock.h"
#include "wscheck/child.h"
#include "wscheck/memory.h"
#include "wscheck/probe.h"
#include "wscheck/script_run.h"
#include "wscheck/words.h"

#include <stdio.h>
#include <stdlib.h>

/* Whether the script sends bytes of its own instead of a request. */
static bool begins_raw(const struct script *script) {
    const struct script_step *step = script->steps;
    while (step->word->moment == WORD_AT_ANY_TIME) {
        step++;
    }
    return (step->word->traits & WORD_IS_RAW) != 0;
}

void script_run_connect(struct trial *trial) {
    if (trial->run->connected) {
        return;
    }
    trial->run->connected = true;
    if (!trial_connect(trial) || begins_raw(trial->run->script) || trial->settings->step < 2) {
        return;
    }
    trial_send_request(trial);
    if (!trial->early) {
        trial_flush(trial);
    }
}

/* Words about the request or its answer send the one and wait for the other by themselves. */
static bool prepare(struct trial *trial) {
    const struct word *word = trial->run->step->word;
    if (word->moment != WORD_WHEN_OPEN) {
        return true;
    }
    script_run_connect(trial);
    if ((word == &word_frame && trial->early) || !script_opens(trial->run->script)) {
        return true;
    }
    return trial->is_open || (!trial->verdict.failed && trial_read_accepted(trial));
}

static void leave(struct trial *trial) {
    link_close(&trial->link);
}

const struct driver driver_server = {
    .peer = "the server",
    .is_client = true,
    .declines = "the server does not accept the offer of permessage-deflate",
    .has_no_echo = "the server does not echo",
    .printed = "the server printed meanwhile, for this and for other connections",
    .is_gone = "the server is gone",
    .prepare = prepare,
    .leave = leave,
};

enum { LAST_OUTPUT = 100 }; /* ms in which a server prints what it has read before the end */

/* Words that make no sense for a client, which connects once and of its own accord. */

static void meanwhile(struct trial *trial) {
    trial_flush(trial);
    script_run_meanwhile(trial);
}

static void crowd(struct trial *trial) {
    trial_flush(trial);
    script_run_crowd(trial, (size_t)trial->run->step->number);
}

static void be_deaf(struct trial *trial) {
    trial->deaf = true;
}

static void hear(struct trial *trial) {
    trial->deaf = false;
}

static void prints(struct trial *trial) {
    const char *text = trial->run->step->text;
    trial_flush(trial);
    if (!child_prints(trial->settings->child, trial->printed, text, clock_now() + trial->timeout)) {
        char want[200];
        snprintf(want, sizeof want, "the server's output shows \"%s\", or its bytes in hexadecimal",
                 text);
        trial_fail(trial, LEVEL_MUST, CAUSE_NOT_PRINTED, want, "its output does not show it");
    }
}

static void hides(struct trial *trial) {
    const char *text = trial->run->step->text;
    int64_t deadline = clock_now() + trial->timeout;
    trial_flush(trial);
    while (trial_receive(trial, deadline)) {
    }
    if (child_prints(trial->settings->child, trial->printed, text, clock_now() + LAST_OUTPUT)) {
        char want[200];
        snprintf(want, sizeof want, "the server's output does not show \"%s\"", text);
        trial_fail(trial, LEVEL_MUST, CAUSE_NOT_PRINTED, want, "it shows it");
    }
}

/* Starts a server for this script, because all cases share the other one. */
static void start_own(struct trial *trial) {
    if (trial->settings->command == NULL) {
        trial_skip(trial, "it starts a server of its own, so it needs --exec");
        return;
    }
    struct trial_settings *own = memory_take(sizeof *own);
    *own = *trial->settings;
    if (!probe_start(own)) {
        trial_skip(trial, "no second server could be started");
        free(own);
        return;
    }
    trial->settings = trial->run->own = own;
    trial_init_request(trial);
}

static void tell_to_end(struct trial *trial) {
    trial_flush(trial);
    transcript_add(&trial->transcript, TRANSCRIPT_REMARK, "the server was sent SIGTERM");
    child_terminate(trial->run->own->child);
}

static void fails_orderly(struct trial *trial) {
    trial->no_reply = true;
    trial_wait_failed(trial, trial->run->step->codes, LEVEL_MUST);
}

const struct word words_of_servers[] = {
    {"meanwhile", WORD_ALONE, WORD_WHEN_OPEN, meanwhile, 0},
    {"beside", WORD_NUMBER, WORD_AT_ANY_TIME, script_run_beside, WORD_NEEDS_QUIET},
    {"flood", WORD_PAYLOAD, WORD_WHEN_OPEN, script_run_flood, 0},
    {"crowd", WORD_NUMBER, WORD_WHEN_OPEN, crowd, WORD_NEEDS_QUIET | WORD_TAKES_LONG},
    {"deaf", WORD_ALONE, WORD_WHEN_OPEN, be_deaf, 0},
    {"hearing", WORD_ALONE, WORD_WHEN_OPEN, hear, 0},
    {"stuff", WORD_NUMBER_AND_PAYLOAD, WORD_WHEN_OPEN, script_run_stuff, WORD_NEEDS_ECHO},
    {"prints", WORD_PAYLOAD, WORD_WHEN_OPEN, prints, WORD_NEEDS_OUTPUT},
    {"own", WORD_ALONE, WORD_IN_HANDSHAKE, start_own, WORD_TAKES_LONG},
    {"terminate", WORD_ALONE, WORD_WHEN_OPEN, tell_to_end, 0},
    {"hides", WORD_PAYLOAD, WORD_WHEN_OPEN, hides, WORD_NEEDS_OUTPUT},
    {"orderly", WORD_CODES, WORD_WHEN_OPEN, fails_orderly, WORD_IS_LAST},
    {NULL, WORD_ALONE, WORD_AT_ANY_TIME, NULL, 0},
};
