#include "wscheck/runner.h"

#include "common/clock.h"
#include "wscheck/child.h"
#include "wscheck/driver.h"
#include "wscheck/script_run.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { OUTPUT_SHOWN = 2000 }; /* characters of the server's output beside a failure */

struct queue {
    const struct runner *runner;
    struct result *results;
    bool *done;
    size_t next;
    enum run_end end; /* if not RUN_COMPLETE, no more cases are begun */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    pthread_rwlock_t quiet; /* a case that needs quiet holds it alone */
};

/* Whether a case cannot be judged with these settings; says why in `result->got`. */
static bool is_skipped(const struct runner *runner, struct result *result) {
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

/* Every case leaves a server that still serves. */
static void check_alive(const struct runner *runner, struct result *result) {
    char fault[480];
    if (runner->settings->driver->is_alive(runner->settings, fault, sizeof fault)) {
        return;
    }
    struct child *child = runner->settings->child;
    bool ended = child != NULL && !child_is_running(child);
    result->died = true;
    result->kind = RESULT_MUST;
    result->cause = ended ? CAUSE_DIED : CAUSE_OTHERS_WAIT;
    snprintf(result->want, sizeof result->want, "the server goes on serving others after this");
    snprintf(result->got, sizeof result->got, "%.200s%s%.200s",
             ended ? "the server died: " : "a fresh connection is not served: ",
             ended ? child_end(child) : "", ended ? "" : fault);
}

static void keep_evidence(const struct runner *runner, struct result *result,
                          const struct trial *trial, size_t printed) {
    bool failed = result->kind == RESULT_MUST || result->kind == RESULT_SHOULD;
    result->opened = trial->is_open;
    result->driver = runner->settings->driver;
    if (failed || runner->keep_transcript) {
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

enum { REFUSED_TRIES = 20, REFUSED_PAUSE = 100 /* ms */ };

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

static void run_one(const struct runner *runner, struct result *result) {
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
    result->kind = failed == LEVEL_MUST     ? RESULT_MUST
                   : failed == LEVEL_SHOULD ? RESULT_SHOULD
                                            : RESULT_PASSED;
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

static void *work(void *argument) {
    struct queue *queue = argument;
    pthread_mutex_lock(&queue->mutex);
    while (queue->next < queue->runner->count && queue->end == RUN_COMPLETE) {
        if (clock_now() >= queue->runner->settings->ends) {
            queue->end = RUN_TIME_OVER;
            pthread_cond_broadcast(&queue->changed);
            break;
        }
        size_t index = queue->next++;
        pthread_mutex_unlock(&queue->mutex);
        struct result *result = &queue->results[index];
        if (!is_skipped(queue->runner, result)) {
            bool alone = script_needs_quiet(&result->test->script);
            (alone ? pthread_rwlock_wrlock : pthread_rwlock_rdlock)(&queue->quiet);
            run_one(queue->runner, result);
            pthread_rwlock_unlock(&queue->quiet);
        }
        pthread_mutex_lock(&queue->mutex);
        queue->done[index] = true;
        queue->end = result->died ? RUN_PEER_GONE : queue->end;
        pthread_cond_broadcast(&queue->changed);
    }
    pthread_mutex_unlock(&queue->mutex);
    return NULL;
}

/* Hands out the results in order, each as soon as it and all before it are there. */
static void hand_out(struct queue *queue) {
    const struct runner *runner = queue->runner;
    for (size_t i = 0; i < runner->count; i++) {
        struct result *result = &queue->results[i];
        pthread_mutex_lock(&queue->mutex);
        while (!queue->done[i] && i < queue->next + (queue->end == RUN_COMPLETE)) {
            pthread_cond_wait(&queue->changed, &queue->mutex);
        }
        bool done = queue->done[i];
        pthread_mutex_unlock(&queue->mutex);
        if (!done) {
            return; /* It was never begun. */
        }
        runner->on_result(result, runner->context);
        free(result->transcript);
        free(result->output);
    }
}

enum run_end runner_run(const struct runner *runner) {
    struct queue queue = {.runner = runner};
    pthread_t *threads = calloc(runner->jobs, sizeof threads[0]);
    queue.results = calloc(runner->count + 1, sizeof queue.results[0]);
    queue.done = calloc(runner->count + 1, sizeof queue.done[0]);
    if (threads == NULL || queue.results == NULL || queue.done == NULL) {
        abort();
    }
    pthread_mutex_init(&queue.mutex, NULL);
    pthread_cond_init(&queue.changed, NULL);
    pthread_rwlock_init(&queue.quiet, NULL);
    for (size_t i = 0; i < runner->count; i++) {
        queue.results[i].test = runner->cases[i];
    }
    size_t running = 0;
    while (running < runner->jobs && running < runner->count &&
           pthread_create(&threads[running], NULL, work, &queue) == 0) {
        running++;
    }
    if (running == 0) {
        work(&queue); /* no thread can be had, so this one does it */
    }
    hand_out(&queue);
    for (size_t i = 0; i < running; i++) {
        pthread_join(threads[i], NULL);
    }
    free(threads);
    free(queue.results);
    free(queue.done);
    return queue.end;
}
