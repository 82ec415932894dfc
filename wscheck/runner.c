#include "wscheck/runner.h"

#include "common/clock.h"
#include "wscheck/child.h"
#include "wscheck/probe.h"
#include "wscheck/script_run.h"
#include "wscheck/words.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEAVY_AT_ONCE = 3, /* a server of one thread still serves this many heavy cases in time */
    DOUBTFUL_MAX = 16, /* failures that may wait to be repeated, while no other case runs */
    RESTARTS_MAX = 50, /* how often a server that dies is started again */
    PATIENCE = 5       /* times --timeout for the last check whether there is a server */
};

enum stage { STAGE_WAITS, STAGE_RUNS, STAGE_DOUBTFUL, STAGE_DONE };

struct queue {
    const struct runner *runner;
    struct result *results;
    enum stage *stages;
    size_t next;                       /* all cases before it have begun */
    size_t waiting, running, doubtful; /* cases */
    size_t limit; /* how many cases of the kind that is running may run at a time */
    bool gone;    /* a case has left no server that serves others */
    unsigned restarts;
    enum run_end end; /* if not RUN_COMPLETE, no more cases begin */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
};

/* Whether the cases wait for the ordinary handshake, without which they could only fail. */
static bool waits_for_handshake(const struct queue *queue) {
    return queue->stages[0] != STAGE_DONE && queue->runner->count > 0 &&
           strcmp(queue->runner->cases[0]->name, CASES_HANDSHAKE) == 0;
}

/* How many cases of the same kind as this one may run at a time. */
static size_t limit_of(const struct test_case *test) {
    return script_has(&test->script, WORD_NEEDS_QUIET) ? 1
           : script_is_heavy(&test->script)            ? HEAVY_AT_ONCE
                                                       : SIZE_MAX;
}

/* Whether the next case may begin now. A light case never runs at the same time as a heavy one,
 * because it would have to wait for the busy server and fail. */
static bool may_begin(struct queue *queue) {
    while (queue->next < queue->runner->count && queue->stages[queue->next] != STAGE_WAITS) {
        queue->next++;
    }
    if (queue->next == queue->runner->count || (queue->next > 0 && waits_for_handshake(queue))) {
        return false;
    }
    size_t limit = limit_of(queue->runner->cases[queue->next]);
    return queue->running == 0 || (limit == queue->limit && queue->running < limit);
}

/* Whether enough failures of this cause have failed again when they were repeated. */
static bool is_confirmed(const struct queue *queue, const struct result *result) {
    size_t same = 0;
    for (size_t i = 0; i < queue->runner->count; i++) {
        same += queue->results[i].repeated && queue->results[i].cause == result->cause;
    }
    return same >= queue->runner->repetitions && !result->died;
}

/* Whether a result is a failure that is to be repeated. No person is asked to start a client for
 * that. */
static bool is_doubtful(const struct queue *queue, const struct result *result) {
    const struct trial_settings *settings = queue->runner->settings;
    bool by_hand = settings->listener != NULL && settings->command == NULL;
    return runner_has_failed(result) && !by_hand && !queue->runner->keep_transcript &&
           queue->end == RUN_COMPLETE && !is_confirmed(queue, result);
}

/* Moves a case to another stage. If the ordinary handshake has failed for good, the run ends. */
static void set_stage(struct queue *queue, size_t index, enum stage stage) {
    queue->doubtful -= queue->stages[index] == STAGE_DOUBTFUL;
    queue->doubtful += stage == STAGE_DOUBTFUL;
    bool is_handshake = index == 0 && stage == STAGE_DONE && waits_for_handshake(queue);
    queue->stages[index] = stage;
    if (is_handshake && queue->end == RUN_COMPLETE && queue->results[0].kind == RESULT_MUST &&
        cause_words(queue->results[0].cause)->is_first) {
        queue->end = RUN_NO_HANDSHAKE;
    }
    pthread_cond_broadcast(&queue->changed);
}

/* Makes the doubtful results final. Unless `end` is RUN_COMPLETE, no more cases begin. */
static void accept_doubtful(struct queue *queue, enum run_end end) {
    queue->end = end;
    for (size_t i = 0; i < queue->runner->count; i++) {
        if (queue->stages[i] == STAGE_DOUBTFUL) {
            set_stage(queue, i, STAGE_DONE);
        }
    }
    pthread_cond_broadcast(&queue->changed);
}

/* Runs a case, during which the mutex is not held. */
static void run_case(struct queue *queue, size_t index) {
    struct result *result = &queue->results[index];
    queue->stages[index] = STAGE_RUNS;
    queue->limit = limit_of(result->test);
    queue->waiting--;
    queue->running++;
    pthread_mutex_unlock(&queue->mutex);
    runner_try(queue->runner, result);
    pthread_mutex_lock(&queue->mutex);
    queue->running--;
    queue->gone = queue->gone || result->died;
    bool doubtful = is_doubtful(queue, result);
    set_stage(queue, index, doubtful ? STAGE_DOUBTFUL : STAGE_DONE);
    if (result->died && !doubtful && queue->end == RUN_COMPLETE) {
        accept_doubtful(queue, RUN_PEER_GONE);
    }
}

/* A case has left no server that serves others. Returns whether there is one after all, because it
 * was only slow or has been started again. No case runs meanwhile. */
static bool bring_back(struct queue *queue) {
    struct trial_settings *settings = queue->runner->settings, patient = *settings;
    char fault[480];
    patient.timeout *= PATIENCE;
    if (script_run_check_serving(&patient, fault, sizeof fault) == CAUSE_NONE) {
        return true;
    }
    if (settings->command == NULL || queue->restarts == RESTARTS_MAX) {
        return false;
    }
    queue->restarts++;
    child_stop(settings->child);
    settings->child = NULL;
    return probe_start(settings);
}

/* Repeats a failed case while no other runs. If it fails again, the second result replaces the
 * first, because no other case disturbed it. Sets *killed if the server is gone after it. Returns
 * whether there is a server in the end. */
static bool repeat(struct queue *queue, struct result *result, bool *killed) {
    struct result second = {.test = result->test};
    runner_try(queue->runner, &second);
    result->repeated = runner_has_failed(&second);
    if (!result->repeated) {
        result->kind = second.kind == RESULT_PASSED ? RESULT_FLAKY : result->kind;
        runner_free_result(&second);
        return true;
    }
    *killed = *killed || second.died;
    second.repeated = true;
    runner_free_result(result);
    *result = second;
    return !second.died || bring_back(queue);
}

/* Brings the server back if it is gone, and repeats the doubtful cases one after the other. No
 * other case runs meanwhile. If one of them kills the server again, it is to blame, and the others,
 * which only ran at the same time, pass. If none does, the first of them reports a death that takes
 * more than one case. */
static void repeat_all(struct queue *queue) {
    bool killed = false, alive = !queue->gone || bring_back(queue);
    size_t count = queue->runner->count;
    for (size_t i = 0; i < count && alive; i++) {
        if (queue->stages[i] == STAGE_DOUBTFUL) {
            alive = repeat(queue, &queue->results[i], &killed);
        }
    }
    for (size_t i = 0; i < count; i++) {
        struct result *result = &queue->results[i];
        if (queue->stages[i] == STAGE_DOUBTFUL && result->kind == RESULT_FLAKY && result->died) {
            size_t length = strlen(result->got);
            snprintf(result->got + length, sizeof result->got - length, "; not by this case alone");
            result->kind = killed ? RESULT_PASSED : RESULT_MUST;
            killed = true;
        }
    }
    pthread_mutex_lock(&queue->mutex);
    queue->gone = false;
    queue->running--;
    accept_doubtful(queue, alive ? RUN_COMPLETE : RUN_PEER_GONE);
    pthread_mutex_unlock(&queue->mutex);
}

static void *work(void *argument) {
    struct queue *queue = argument;
    pthread_mutex_lock(&queue->mutex);
    while (queue->end == RUN_COMPLETE && queue->waiting + queue->running + queue->doubtful > 0) {
        bool must_repeat =
            queue->gone || queue->doubtful >= DOUBTFUL_MAX ||
            (queue->doubtful > 0 && (queue->waiting == 0 || waits_for_handshake(queue)));
        if (queue->waiting > 0 && clock_now() >= queue->runner->settings->ends) {
            accept_doubtful(queue, RUN_TIME_OVER);
        } else if (!must_repeat && may_begin(queue)) {
            run_case(queue, queue->next);
        } else if (must_repeat && queue->running == 0) {
            queue->running = queue->limit = 1;
            pthread_mutex_unlock(&queue->mutex);
            repeat_all(queue);
            pthread_mutex_lock(&queue->mutex);
        } else {
            pthread_cond_wait(&queue->changed, &queue->mutex);
        }
    }
    pthread_mutex_unlock(&queue->mutex);
    return NULL;
}

/* Passes the results to on_result in order, each as soon as it and all before it are final. */
static void report_all(struct queue *queue) {
    const struct runner *runner = queue->runner;
    for (size_t i = 0; i < runner->count; i++) {
        pthread_mutex_lock(&queue->mutex);
        while (queue->stages[i] != STAGE_DONE &&
               (queue->end == RUN_COMPLETE || queue->stages[i] != STAGE_WAITS)) {
            pthread_cond_wait(&queue->changed, &queue->mutex);
        }
        bool done = queue->stages[i] == STAGE_DONE; /* if not, it never began */
        pthread_mutex_unlock(&queue->mutex);
        if (done) {
            runner->on_result(&queue->results[i], runner->context);
            runner_free_result(&queue->results[i]);
        }
    }
}

enum run_end runner_run(const struct runner *runner) {
    struct queue queue = {.runner = runner};
    pthread_t *threads = calloc(runner->jobs, sizeof threads[0]);
    queue.results = calloc(runner->count + 1, sizeof queue.results[0]);
    queue.stages = calloc(runner->count + 1, sizeof queue.stages[0]);
    if (threads == NULL || queue.results == NULL || queue.stages == NULL) {
        abort();
    }
    pthread_mutex_init(&queue.mutex, NULL);
    pthread_cond_init(&queue.changed, NULL);
    for (size_t i = 0; i < runner->count; i++) {
        queue.results[i].test = runner->cases[i];
        bool skipped = runner_skips(runner, &queue.results[i]);
        queue.stages[i] = skipped ? STAGE_DONE : STAGE_WAITS;
        queue.waiting += !skipped;
    }
    size_t running = 0;
    while (running < runner->jobs && running < runner->count &&
           pthread_create(&threads[running], NULL, work, &queue) == 0) {
        running++;
    }
    if (running == 0) {
        work(&queue); /* no thread could be started, so this one works */
    }
    report_all(&queue);
    for (size_t i = 0; i < running; i++) {
        pthread_join(threads[i], NULL);
    }
    free(threads);
    free(queue.results);
    free(queue.stages);
    return queue.end;
}
