#include "wscheck/script_run.h"

#include "common/clock.h"
#include "wscheck/child.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Waits for the 101 if the script takes it for granted. */
static bool ensure_open(struct script_run *run) {
    script_run_connect(run);
    if (!run->trial->is_open && script_opens(run->script) && !run->trial->verdict.failed) {
        return trial_read_accepted(run->trial);
    }
    return run->trial->is_open;
}

static void barrier(struct trial *trial) {
    char payload[40];
    snprintf(payload, sizeof payload, "barrier %08x", (unsigned)trial_random(trial));
    trial_send_simple(trial, OPCODE_PING, payload, strlen(payload));
    trial_wait_pong(trial);
}

/* Either the server refuses what it was sent, or it goes on and answers a ping. */
static void eventually(struct trial *trial, const unsigned *codes) {
    char payload[] = "still there?";
    trial_send_simple(trial, OPCODE_PING, payload, strlen(payload));
    trial_flush(trial);
    int64_t deadline = clock_now() + trial->timeout;
    while (trial_pinged(trial) && !trial->closing.received && trial_receive(trial, deadline)) {
    }
    if (trial->closing.received || trial->link.ended) {
        trial_wait_failed(trial, codes, LEVEL_MUST);
    } else if (trial_wait_pong(trial)) {
        trial_send_close(trial, 1000);
        trial_wait_closed(trial, NULL);
    }
}

static void prints(struct trial *trial, const struct script_step *step) {
    const char *text = (const char *)step->payload.unit;
    trial_flush(trial);
    if (!child_prints(trial->settings->child, text, clock_now() + trial->timeout)) {
        char want[200];
        snprintf(want, sizeof want, "the server's output shows \"%s\", or its bytes in hexadecimal",
                 text);
        trial_fail(trial, LEVEL_MUST, want, "its output does not show it");
    }
}

static void leave(struct trial *trial) {
    trial_flush(trial);
    link_close(&trial->link);
}

/* The words that end a connection. Returns false if the word is none of them. */
static bool run_ending(struct script_run *run, const struct script_step *step) {
    struct trial *trial = run->trial;
    switch (step->word) {
    case SCRIPT_FAIL:
    case SCRIPT_SHOULDFAIL:
        trial_wait_failed(trial, step->codes,
                          step->word == SCRIPT_FAIL ? LEVEL_MUST : LEVEL_SHOULD);
        break;
    case SCRIPT_ORDERLY:
        trial->no_reply = true;
        trial_wait_failed(trial, step->codes, LEVEL_MUST);
        break;
    case SCRIPT_CLOSED:
        trial_wait_closed(trial, step->codes[0] != 0 ? step->codes : NULL);
        break;
    case SCRIPT_EVENTUALLY:
        eventually(trial, step->codes);
        break;
    case SCRIPT_ENDED:
        trial_wait_ended(trial);
        break;
    case SCRIPT_LEAVE:
        leave(trial);
        break;
    case SCRIPT_RESET:
        trial_flush(trial);
        link_reset(&trial->link);
        break;
    case SCRIPT_END:
        if (trial->is_open && trial->settings->step >= 5) {
            trial_send_close(trial, 1000);
            trial_wait_closed(trial, NULL);
        } else {
            leave(trial);
        }
        break;
    default:
        return false;
    }
    run->done = true;
    return true;
}

/* The words in the middle of a connection. */
static void run_middle(struct script_run *run, const struct script_step *step) {
    struct trial *trial = run->trial;
    switch (step->word) {
    case SCRIPT_WANT:
        trial_wait_messages(trial);
        break;
    case SCRIPT_WAITPONG:
        trial_wait_pong(trial);
        break;
    case SCRIPT_BARRIER:
        barrier(trial);
        break;
    case SCRIPT_FIN:
        trial_flush(trial);
        link_finish(&trial->link);
        break;
    case SCRIPT_MEANWHILE:
        trial_flush(trial);
        script_run_meanwhile(trial);
        break;
    case SCRIPT_CROWD:
        trial_flush(trial);
        script_run_crowd(trial, (size_t)step->number);
        break;
    case SCRIPT_DEAF:
    case SCRIPT_HEARING:
        trial->deaf = step->word == SCRIPT_DEAF;
        break;
    case SCRIPT_STUFF:
        script_run_stuff(run, step);
        break;
    case SCRIPT_PRINTS:
        prints(trial, step);
        break;
    case SCRIPT_LIMITS:
        trial->limits = step->codes;
        break;
    default:
        break;
    }
}

/* How the bytes leave, and how long to wait. Returns false if the word is none of these. */
static bool run_pace(struct script_run *run, const struct script_step *step) {
    switch (step->word) {
    case SCRIPT_CHOP:
    case SCRIPT_SLICE:
        run->trial->outbox.piece = (size_t)step->number;
        run->trial->outbox.paced = step->word == SCRIPT_CHOP;
        return true;
    case SCRIPT_SYNC:
        run->sync = true;
        return true;
    case SCRIPT_EARLY:
        run->early = true;
        run->trial->may_end = true;
        return true;
    case SCRIPT_PATIENCE:
        run->trial->timeout = (int64_t)step->number * 1000;
        return true;
    default:
        return false;
    }
}

void script_run_ordinary_step(struct script_run *run, size_t index) {
    const struct script_step *step = &run->script->steps[index];
    if (step->word == SCRIPT_FRAME) {
        script_run_frame(run, index);
    } else if (!run_ending(run, step)) {
        run_middle(run, step);
    }
}

static void run_step(struct script_run *run, size_t index) {
    const struct script_step *step = &run->script->steps[index];
    if (run_pace(run, step)) {
        return;
    }
    if (run->trial->settings->tests_client) {
        script_run_client_step(run, index);
        return;
    }
    if (script_run_request_word(run, step)) {
        return;
    }
    script_run_connect(run);
    if (step->word == SCRIPT_FRAME && run->early) {
        script_run_frame(run, index);
        return;
    }
    if (script_opens(run->script) && !ensure_open(run)) {
        return;
    }
    script_run_ordinary_step(run, index);
}

static bool is_over(const struct script_run *run) {
    return run->done || run->trial->excused || run->trial->verdict.skipped[0] != '\0' ||
           run->trial->verdict.failed == LEVEL_MUST;
}

void script_run(struct trial *trial, const struct script *script) {
    struct script_run run = {.trial = trial, .script = script};
    for (size_t i = 0; i < script->count && !is_over(&run); i++) {
        run_step(&run, i);
    }
    free(run.rest);
}
