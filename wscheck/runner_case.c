#include "wscheck/runner.h"

#include "common/clock.h"
#include "wscheck/child.h"
#include "wscheck/driver.h"
#include "wscheck/script_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { OUTPUT_SHOWN = 2000 }; /* characters of the server's output beside a failure */
enum { REFUSED_TRIES = 20, REFUSED_PAUSE = 100, DYING_TRIES = 50, DYING_PAUSE = 20 /* ms */ };

bool runner_skips(const struct runner *runner, struct result *result) {
    const struct test_case *test = result->test;
    const char *why = NULL;
    if (script_needs_echo(&test->script) && !runner->settings->echo) {
        why = runner->settings->driver->has_no_echo;
    } else if (script_needs_output(&test->script) && runner->settings->child == NULL) {
        why = "it looks at what the server prints, so it needs --exec";
    }
    if (why != NULL) {
        result->kind = RESULT_SKIPPED;
        snprintf(result->got, sizeof result->got, "%s", why);
    }
    return why != NULL;
}

/* A program that dies takes no connection any more, and is dead a moment later. */
static bool has_ended(struct child *child) {
    struct timespec pause = {0, DYING_PAUSE * 1000000L};
    for (int tries = 0; tries < DYING_TRIES && child_is_running(child); tries++) {
        nanosleep(&pause, NULL);
    }
    return !child_is_running(child);
}

/* Every case leaves a server that still serves. */
static void check_alive(const struct runner *runner, struct result *result) {
    char fault[480];
    if (runner->settings->driver->is_alive(runner->settings, fault, sizeof fault)) {
        return;
    }
    struct child *child = runner->settings->child;
    bool ended = child != NULL && has_ended(child);
    result->died = true;
    result->kind = RESULT_MUST;
    result->cause = ended ? CAUSE_DIED : CAUSE_OTHERS_WAIT;
    snprintf(result->want, sizeof result->want, "the server goes on serving others after this");
    snprintf(result->got, sizeof result->got, "%.200s%s%.200s",
             ended ? "the server died: " : "a fresh connection is not served: ",
             ended ? child_end(child) : "", ended ? "" : fault);
}

bool runner_has_failed(const struct result *result) {
    return result->kind >= RESULT_PRACTICE && result->kind <= RESULT_MUST;
}

static void keep_evidence(const struct runner *runner, struct result *result,
                          const struct trial *trial, size_t printed) {
    result->opened = trial->is_open;
    result->driver = runner->settings->driver;
    if (runner_has_failed(result) || runner->keep_transcript) {
        result->transcript = malloc(sizeof *result->transcript);
        if (result->transcript == NULL) {
            abort();
        }
        memcpy(result->transcript, &trial->transcript, sizeof *result->transcript);
        if (trial->client.output != NULL) {
            result->output = strdup(trial->client.output);
        } else if (runner->settings->child != NULL) {
            result->output = child_output(runner->settings->child, printed, OUTPUT_SHOWN);
        }
    }
}

/* Runs a case once. A server with few places may still count a connection that has just ended, so
 * 503 says nothing about the case there. */
static void run_script(const struct runner *runner, const struct test_case *test,
                       struct trial *trial) {
    for (int tries = 1;; tries++) {
        trial_init(trial, runner->settings, test->name);
        script_run(trial, &test->script);
        runner->settings->driver->leave(trial);
        bool again = trial->refused && trial->verdict.failed != LEVEL_NONE &&
                     runner->settings->few_places && tries < REFUSED_TRIES;
        if (!again) {
            return;
        }
        trial_free(trial);
        struct timespec pause = {0, REFUSED_PAUSE * 1000000L};
        nanosleep(&pause, NULL);
    }
}

void runner_try(const struct runner *runner, struct result *result) {
    const struct test_case *test = result->test;
    struct child *child = runner->settings->child;
    size_t printed = child != NULL ? child_printed(child) : 0;
    int64_t start = clock_now();
    struct trial *trial = malloc(sizeof *trial);
    if (trial == NULL) {
        abort();
    }
    run_script(runner, test, trial);
    enum level failed = trial->verdict.failed < test->level ? trial->verdict.failed : test->level;
    result->kind = (enum result_kind)failed;
    result->cause = trial->verdict.cause;
    result->broken = trial->verdict.broken;
    snprintf(result->want, sizeof result->want, "%s", trial->verdict.want);
    snprintf(result->got, sizeof result->got, "%s", trial->verdict.got);
    result->milliseconds = clock_now() - start;
    if (trial->verdict.skipped[0] != '\0' && failed != LEVEL_MUST) {
        result->kind = RESULT_SKIPPED;
        snprintf(result->got, sizeof result->got, "%s", trial->verdict.skipped);
    }
    check_alive(runner, result);
    result->died = result->died || (trial->client.absent && runner->settings->command == NULL);
    if (clock_now() >= runner->settings->ends) { /* which ends every wait, and is nobody's fault */
        result->kind = RESULT_SKIPPED;
        result->died = false;
        snprintf(result->got, sizeof result->got, "the time of the run is over");
    }
    keep_evidence(runner, result, trial, printed);
    trial_free(trial);
    free(trial);
}

void runner_free_result(struct result *result) {
    free(result->transcript);
    free(result->output);
}
