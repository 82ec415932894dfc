#include "wscheck/script_run.h"

#include "wscheck/child.h"
#include "wscheck/driver.h"
#include "wscheck/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RESET_PAUSE = 10 }; /* ms in which the server reads what was sent before a reset */

/* How the bytes leave, and how long to wait. */

static void chop(struct script_run *run, const struct script_step *step) {
    run->trial->outbox.piece = (size_t)step->number;
    run->trial->outbox.paced = true;
}

static void slice(struct script_run *run, const struct script_step *step) {
    run->trial->outbox.piece = (size_t)step->number;
}

static void sync_frames(struct script_run *run, const struct script_step *step) {
    (void)step;
    run->sync = true;
}

static void send_early(struct script_run *run, const struct script_step *step) {
    (void)step;
    run->trial->early = true;
    run->trial->may_end = true;
}

static void judge_masks(struct script_run *run, const struct script_step *step) {
    (void)step;
    run->trial->judges_masks = true;
    run->trial->reader.any_mask = false;
}

static void judge_keys(struct script_run *run, const struct script_step *step) {
    (void)step;
    run->trial->judges_keys = true;
}

static void be_patient(struct script_run *run, const struct script_step *step) {
    int64_t timeout = (int64_t)step->number * 1000;
    trial_give_time(run->trial, timeout > run->trial->timeout ? timeout : run->trial->timeout);
}

/* The middle of a connection. */

static void wait_message(struct script_run *run, const struct script_step *step) {
    (void)step;
    trial_wait_messages(run->trial);
}

static void wait_pong(struct script_run *run, const struct script_step *step) {
    (void)step;
    trial_wait_pong(run->trial);
}

static void ping(struct trial *trial) {
    char payload[40];
    snprintf(payload, sizeof payload, "barrier %08x", (unsigned)trial_random(trial));
    trial_send_simple(trial, OPCODE_PING, payload, strlen(payload));
}

static void barrier(struct script_run *run, const struct script_step *step) {
    (void)step;
    ping(run->trial);
    trial_wait_pong(run->trial);
}

static void opens(struct script_run *run, const struct script_step *step) {
    (void)step;
    ping(run->trial);
    trial_say_goodbye(run->trial, true);
    run->done = true;
}

static void end_own_half(struct script_run *run, const struct script_step *step) {
    (void)step;
    trial_flush(run->trial);
    link_finish(&run->trial->link);
    run->trial->finished = true;
}

static void allow_limits(struct script_run *run, const struct script_step *step) {
    run->trial->limits = step->codes;
}

static void allow_defence(struct script_run *run, const struct script_step *step) {
    run->trial->limits = step->codes;
    run->trial->defends = true;
}

/* The end of a connection. */

static void has_to_fail(struct script_run *run, const struct script_step *step) {
    trial_wait_failed(run->trial, step->codes, LEVEL_MUST);
    run->done = true;
}

static void may_fail(struct script_run *run, const struct script_step *step) {
    trial_wait_failed(run->trial, step->codes, LEVEL_PRACTICE);
    run->done = true;
}

static void wait_closed(struct script_run *run, const struct script_step *step) {
    trial_wait_closed(run->trial, step->codes[0] != 0 ? step->codes : NULL);
    run->done = true;
}

/* Either the server refuses what it was sent, or it goes on and answers a ping. */
static void fails_or_goes_on(struct script_run *run, const struct script_step *step) {
    struct trial *trial = run->trial;
    char payload[] = "still there?";
    trial_send_simple(trial, OPCODE_PING, payload, strlen(payload));
    if (trial_wait_failed_or_well(trial, step->codes)) {
        trial_say_goodbye(trial, false);
    }
    run->done = true;
}

static void wait_ended(struct script_run *run, const struct script_step *step) {
    (void)step;
    trial_wait_ended(run->trial);
    run->done = true;
}

static void leave(struct script_run *run, const struct script_step *step) {
    (void)step;
    trial_flush(run->trial);
    link_close(&run->trial->link);
    run->done = true;
}

/* Of a client that is gone before the server has read of it, the server may hear nothing. */
static void reset(struct script_run *run, const struct script_step *step) {
    (void)step;
    trial_flush(run->trial);
    trial_pause(run->trial, RESET_PAUSE);
    link_reset(&run->trial->link);
}

/* The script says nothing of the end: it is an ordinary one. */
static void end_script(struct script_run *run, const struct script_step *step) {
    if (run->trial->is_open && run->trial->settings->step >= 5 && run->trial->link.fd >= 0) {
        trial_say_goodbye(run->trial, false);
    } else {
        leave(run, step);
    }
}

const struct word word_frame = {NULL, WORD_PAYLOAD, WORD_WHEN_OPEN, script_run_frame, 0};
const struct word word_message = {NULL, WORD_PAYLOAD, WORD_WHEN_OPEN, wait_message, 0};
const struct word word_end = {NULL, WORD_ALONE, WORD_WHEN_OPEN, end_script, 0};

const struct word words_of_both[] = {
    {"chop", WORD_NUMBER, WORD_AT_ANY_TIME, chop, 0},
    {"slice", WORD_NUMBER, WORD_AT_ANY_TIME, slice, 0},
    {"sync", WORD_ALONE, WORD_AT_ANY_TIME, sync_frames, 0},
    {"early", WORD_ALONE, WORD_AT_ANY_TIME, send_early, 0},
    {"masks", WORD_ALONE, WORD_AT_ANY_TIME, judge_masks, 0},
    {"keys", WORD_ALONE, WORD_AT_ANY_TIME, judge_keys, 0},
    {"patience", WORD_NUMBER, WORD_AT_ANY_TIME, be_patient, 0},
    {"waitpong", WORD_ALONE, WORD_WHEN_OPEN, wait_pong, 0},
    {"barrier", WORD_ALONE, WORD_WHEN_OPEN, barrier, 0},
    {"opens", WORD_ALONE, WORD_WHEN_OPEN, opens, 0},
    {"fin", WORD_ALONE, WORD_WHEN_OPEN, end_own_half, WORD_ENDS_TCP},
    {"limits", WORD_CODES, WORD_WHEN_OPEN, allow_limits, 0},
    {"defends", WORD_CODES, WORD_WHEN_OPEN, allow_defence, 0},
    {"fail", WORD_CODES, WORD_WHEN_OPEN, has_to_fail, 0},
    {"mayfail", WORD_CODES, WORD_WHEN_OPEN, may_fail, 0},
    {"closed", WORD_CODES, WORD_WHEN_OPEN, wait_closed, 0},
    {"eventually", WORD_CODES, WORD_WHEN_OPEN, fails_or_goes_on, 0},
    {"ended", WORD_ALONE, WORD_WHEN_OPEN, wait_ended, 0},
    {"leave", WORD_ALONE, WORD_WHEN_OPEN, leave, 0},
    {"reset", WORD_ALONE, WORD_WHEN_OPEN, reset, WORD_ENDS_TCP},
    {NULL, WORD_ALONE, WORD_AT_ANY_TIME, NULL, 0},
};

static bool is_over(const struct script_run *run) {
    return run->done || run->trial->excused || run->trial->verdict.skipped[0] != '\0' ||
           run->trial->verdict.failed == LEVEL_MUST;
}

void script_run(struct trial *trial, const struct script *script) {
    enum { HEAVY_TIMEOUTS = 4 }; /* a pure Python server needs them for 8 MiB */
    struct script_run run = {.trial = trial, .script = script};
    const struct trial_settings *settings = trial->settings;
    if (script_is_heavy(script)) {
        trial_give_time(trial, HEAVY_TIMEOUTS * trial->timeout);
    }
    for (size_t i = 0; i < script->count && !is_over(&run); i++) {
        const struct script_step *step = &script->steps[i];
        if (trial->settings->driver->prepare(&run, step)) {
            step->word->act(&run, step);
        }
    }
    if (trial->messages.unasked && trial->verdict.skipped[0] == '\0') {
        trial_fail(trial, LEVEL_MUST, CAUSE_UNASKED_MESSAGE, "each message is sent back, once",
                   "more messages came than were sent");
    }
    trial->settings = settings;
    if (run.own != NULL) {
        child_stop(run.own->child);
    }
    free(run.own);
    free(run.rest);
}
