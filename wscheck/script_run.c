#include "wscheck/script_run.h"

#include "wscheck/child.h"
#include "wscheck/driver.h"
#include "wscheck/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RESET_PAUSE = 10 }; /* ms in which the server reads what was sent before a reset */

/* Words about how bytes are sent, and how long to wait. */

static void slice(struct trial *trial) {
    trial->outbox.piece = (size_t)trial->run->step->number;
}

static void chop(struct trial *trial) {
    slice(trial);
    trial->outbox.paced = true;
}

static void sync_frames(struct trial *trial) {
    trial->run->sync = true;
}

static void send_early(struct trial *trial) {
    trial->early = true;
    trial->may_end = true;
}

static void judge_masks(struct trial *trial) {
    trial->judges_masks = true;
    trial->reader.any_mask = false;
}

static void judge_keys(struct trial *trial) {
    trial->judges_keys = true;
}

static void be_patient(struct trial *trial) {
    int64_t timeout = (int64_t)trial->run->step->number * 1000;
    trial_give_time(trial, timeout > trial->timeout ? timeout : trial->timeout);
}

/* Words about an open connection. */

static void ping(struct trial *trial) {
    char payload[40];
    snprintf(payload, sizeof payload, "barrier %08x", (unsigned)trial_random(trial));
    trial_send_simple(trial, OPCODE_PING, payload, strlen(payload));
}

static void barrier(struct trial *trial) {
    ping(trial);
    trial_wait_pong(trial);
}

static void opens(struct trial *trial) {
    ping(trial);
    trial_say_goodbye(trial, true);
}

static void end_own_half(struct trial *trial) {
    trial_flush(trial);
    link_finish(&trial->link);
    trial->finished = true;
}

static void allow_limits(struct trial *trial) {
    trial->limits = trial->run->step->codes;
}

static void allow_defence(struct trial *trial) {
    allow_limits(trial);
    trial->defends = true;
}

/* Words about the end of a connection. */

static void has_to_fail(struct trial *trial) {
    trial_wait_failed(trial, trial->run->step->codes, LEVEL_MUST);
}

static void may_fail(struct trial *trial) {
    trial_wait_failed(trial, trial->run->step->codes, LEVEL_PRACTICE);
}

static void wait_closed(struct trial *trial) {
    trial_wait_closed(trial, trial->run->step->codes);
}

/* The other side either fails the connection or goes on and answers a Ping. */
static void fails_or_goes_on(struct trial *trial) {
    trial_send_simple(trial, OPCODE_PING, "still there?", 12);
    if (trial_wait_failed_or_alive(trial, trial->run->step->codes)) {
        trial_say_goodbye(trial, false);
    }
}

static void leave(struct trial *trial) {
    trial_flush(trial);
    link_close(&trial->link);
}

/* A reset may discard what the server has not read yet, so it gets a moment to read. */
static void reset(struct trial *trial) {
    trial_flush(trial);
    trial_pause(trial, RESET_PAUSE);
    link_reset(&trial->link);
}

/* A script that says nothing about the end has an ordinary one. */
static void end_script(struct trial *trial) {
    if (trial->is_open && trial->settings->step >= 5 && trial->link.fd >= 0) {
        trial_say_goodbye(trial, false);
    } else {
        leave(trial);
    }
}

const struct word word_frame = {NULL, WORD_PAYLOAD, WORD_WHEN_OPEN, script_run_frame, 0};
const struct word word_message = {NULL, WORD_PAYLOAD, WORD_WHEN_OPEN, trial_wait_messages, 0};
const struct word word_end = {NULL, WORD_ALONE, WORD_WHEN_OPEN, end_script, 0};

const struct word words_of_both[] = {
    {"chop", WORD_NUMBER, WORD_AT_ANY_TIME, chop, 0},
    {"slice", WORD_NUMBER, WORD_AT_ANY_TIME, slice, 0},
    {"sync", WORD_ALONE, WORD_AT_ANY_TIME, sync_frames, 0},
    {"early", WORD_ALONE, WORD_AT_ANY_TIME, send_early, 0},
    {"masks", WORD_ALONE, WORD_AT_ANY_TIME, judge_masks, 0},
    {"keys", WORD_ALONE, WORD_AT_ANY_TIME, judge_keys, 0},
    {"patience", WORD_NUMBER, WORD_AT_ANY_TIME, be_patient, 0},
    {"waitpong", WORD_ALONE, WORD_WHEN_OPEN, trial_wait_pong, 0},
    {"barrier", WORD_ALONE, WORD_WHEN_OPEN, barrier, 0},
    {"opens", WORD_ALONE, WORD_WHEN_OPEN, opens, WORD_IS_LAST},
    {"fin", WORD_ALONE, WORD_WHEN_OPEN, end_own_half, WORD_ENDS_TCP},
    {"limits", WORD_CODES, WORD_WHEN_OPEN, allow_limits, 0},
    {"defends", WORD_CODES, WORD_WHEN_OPEN, allow_defence, 0},
    {"fail", WORD_CODES, WORD_WHEN_OPEN, has_to_fail, WORD_IS_LAST},
    {"mayfail", WORD_CODES, WORD_WHEN_OPEN, may_fail, WORD_IS_LAST},
    {"closed", WORD_CODES, WORD_WHEN_OPEN, wait_closed, WORD_IS_LAST},
    {"eventually", WORD_CODES, WORD_WHEN_OPEN, fails_or_goes_on, WORD_IS_LAST},
    {"ended", WORD_ALONE, WORD_WHEN_OPEN, trial_wait_ended, WORD_IS_LAST},
    {"leave", WORD_ALONE, WORD_WHEN_OPEN, leave, WORD_IS_LAST},
    {"reset", WORD_ALONE, WORD_WHEN_OPEN, reset, WORD_ENDS_TCP},
    {NULL, WORD_ALONE, WORD_AT_ANY_TIME, NULL, 0},
};

static bool is_over(const struct trial *trial) {
    return trial->excused || trial->verdict.skipped[0] != '\0' ||
           trial->verdict.failed == LEVEL_MUST;
}

void script_run(struct trial *trial, const struct script *script) {
    enum { HEAVY_TIMEOUTS = 4 }; /* a pure Python server needs them for 8 MiB */
    struct script_run run = {.script = script};
    const struct trial_settings *settings = trial->settings;
    bool done = false;
    trial->run = &run;
    if (script_is_heavy(script)) {
        trial_give_time(trial, HEAVY_TIMEOUTS * trial->timeout);
    }
    for (size_t i = 0; i < script->count && !done && !is_over(trial); i++) {
        run.step = &script->steps[i];
        if (settings->driver->prepare(trial)) {
            run.step->word->act(trial);
            done = (run.step->word->traits & WORD_IS_LAST) != 0;
        }
    }
    if (trial->messages.unasked && trial->verdict.skipped[0] == '\0') {
        trial_fail(trial, LEVEL_MUST, CAUSE_UNASKED_MESSAGE, "each message is sent back, once",
                   "more messages came than were sent");
    }
    trial->settings = settings;
    trial->run = NULL;
    script_run_leave_neighbours(&run);
    if (run.own != NULL) {
        child_stop(run.own->child);
    }
    free(run.own);
    free(run.rest);
}
