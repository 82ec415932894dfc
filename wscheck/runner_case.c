#include "wscheck/runner.h"

#include "common/clock.h"
#include "common/text.h"
#include "wscheck/child.h"
#include "wscheck/driver.h"
#include "wscheck/memory.h"
#include "wscheck/script_run.h"
#include "wscheck/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { OUTPUT_SHOWN = 2000 }; /* characters of the server's output that a failure shows */
enum {
    REFUSED_TRIES = 20,
    REFUSED_PAUSE = 100,
    DYING_TRIES = 50,
    DYING_PAUSE = 20,
    LAST_WORDS = 1000, /* ms */
    AFTER_HEAVY = 4    /* times --timeout: other heavy cases may still keep the server busy */
};

bool runner_skips(const struct runner *runner, struct result *result) {
    const struct test_case *test = result->test;
    const char *why = NULL;
    if (script_needs_echo(&test->script) && !runner->settings->echo) {
        why = runner->settings->driver->has_no_echo;
    } else if (script_has(&test->script, WORD_NEEDS_OUTPUT) && runner->settings->child == NULL) {
        why = "it looks at what the server prints, so it needs --exec";
    }
    if (why != NULL) {
        result->kind = RESULT_SKIPPED;
        snprintf(result->got, sizeof result->got, "%s", why);
    }
    return why != NULL;
}

/* Whether a program has ended. One that crashes refuses connections a moment earlier, so this waits
 * for a while. */
static bool has_ended(struct child *child) {
    struct timespec pause = {0, DYING_PAUSE * 1000000L};
    for (int tries = 0; tries < DYING_TRIES && child_is_running(child); tries++) {
        nanosleep(&pause, NULL);
    }
    return !child_is_running(child);
}

/* Copies the line of a program's output that tells most: the first about an error, or the last. */
static void find_error(const char *output, char *line, size_t size) {
    static const char *const words[] = {"rror", "xception", "anic", "ssert"};
    *line = '\0';
    for (const char *next = output; *next != '\0';) {
        size_t length = strcspn(next, "\n");
        bool is_error = false;
        if (length > 0) {
            text_printable(next, length, line, size);
        }
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
            is_error = is_error || (length > 0 && next[0] != ' ' && strstr(line, words[i]) != NULL);
        }
        if (is_error) {
            return;
        }
        next += length + (next[length] == '\n');
    }
}

static void describe_death(struct result *result, struct child *child, size_t printed) {
    char line[240];
    child_wait_silent(child, clock_now() + LAST_WORDS);
    char *output = child_output(child, printed, OUTPUT_SHOWN);
    find_error(output, line, sizeof line);
    free(output);
    result->cause = CAUSE_DIED;
    snprintf(result->got, sizeof result->got, "the server died: %.200s%s%s", child_end(child),
             line[0] != '\0' ? "; it printed: " : "", line);
}

/* Fails the case if the server does not serve a new connection after it. */
static void check_alive(const struct runner *runner, struct result *result, size_t printed) {
    char fault[480];
    struct trial_settings patient = *runner->settings;
    patient.timeout *= script_is_heavy(&result->test->script) ? AFTER_HEAVY : 1;
    enum cause cause = script_run_check_serving(&patient, fault, sizeof fault);
    if (cause == CAUSE_NONE || clock_now() >= runner->settings->ends) {
        return; /* when the run is over no wait succeeds */
    }
    struct child *child = runner->settings->child;
    result->died = true;
    result->kind = RESULT_MUST;
    result->cause = cause;
    result->broken = NULL;
    snprintf(result->want, sizeof result->want, "the server goes on serving others after this");
    snprintf(result->got, sizeof result->got, "a new connection is not served: %.400s", fault);
    if (child != NULL && has_ended(child)) {
        describe_death(result, child, printed);
    }
}

bool runner_has_failed(const struct result *result) {
    return result->kind >= RESULT_PRACTICE && result->kind <= RESULT_MUST;
}

static void keep_evidence(const struct runner *runner, struct result *result,
                          const struct trial *trial, size_t printed) {
    result->opened = trial->is_open;
    result->driver = runner->settings->driver;
    if (runner_has_failed(result) || runner->keep_transcript) {
        result->transcript = memory_take(sizeof *result->transcript);
        memcpy(result->transcript, &trial->transcript, sizeof *result->transcript);
        if (trial->client.output != NULL) {
            result->output = strdup(trial->client.output);
        } else if (runner->settings->child != NULL) {
            result->output = child_output(runner->settings->child, printed, OUTPUT_SHOWN);
        }
    }
}

/* Runs the script of a case. A server that takes few connections may still count one that has just
 * ended, so its 503 says nothing about the case, and the case is tried again. */
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
    struct trial *trial = memory_take(sizeof *trial);
    run_script(runner, test, trial);
    enum level failed = trial->verdict.failed < test->level ? trial->verdict.failed : test->level;
    failed = failed < runner->settings->least ? LEVEL_NONE : failed;
    result->kind = (enum result_kind)failed;
    result->cause = trial->verdict.cause;
    result->broken = trial->verdict.broken;
    result->shortened = trial->verdict.shortened;
    snprintf(result->want, sizeof result->want, "%s", trial->verdict.want);
    snprintf(result->got, sizeof result->got, "%s", trial->verdict.got);
    result->milliseconds = clock_now() - start;
    if (trial->verdict.skipped[0] != '\0' && failed != LEVEL_MUST) {
        result->kind = RESULT_SKIPPED;
        result->cause = CAUSE_NONE;
        snprintf(result->got, sizeof result->got, "%s", trial->verdict.skipped);
    }
    check_alive(runner, result, printed);
    result->died = result->died || (trial->client.absent && runner->settings->command == NULL);
    if (clock_now() >= runner->settings->ends) { /* that ended the waits; it is nobody's fault */
        result->kind = RESULT_SKIPPED;
        result->cause = CAUSE_NONE;
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
