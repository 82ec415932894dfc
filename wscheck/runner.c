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
    HEAVY_AT_ONCE = 3, /* that many a server of one thread still serves in time */
    DOUBTFUL_MAX = 16, /* failures that wait for their repetition, which stops everything else */
    RESTARTS_MAX = 50, /* of a server that dies again and again */
    PATIENCE = 5       /* times --timeout for the last question whether a server is there */
};

enum stage { STAGE_WAITS, STAGE_RUNS, STAGE_DOUBTFUL, STAGE_DONE };

struct queue {
    const struct runner *runner;
    struct result *results;
    enum stage *stages;
    size_t next;                       /* all cases before it have begun */
    size_t waiting, running, doubtful; /* cases */
    size_t most; /* cases of the kind that is running that may run at the same time */
    bool gone;   /* a case has found no server after it */
    unsigned restarts;
    enum run_end end; /* if not RUN_COMPLETE, no more cases are begun */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
};

/* Whether the ordinary handshake has to show first that there is more to check. */
static bool waits_for_handshake(const struct queue *queue) {
    return queue->stages[0] != STAGE_DONE && queue->runner->count > 0 &&
           strcmp(queue->runner->cases[0]->name, CASES_HANDSHAKE) == 0;
}

/* How many cases such as this one may run at a time. */
static size_t most_at_once(const struct test_case *test) {
    return script_has(&test->script, WORD_NEEDS_QUIET) ? 1
           : script_is_heavy(&test->script)            ? HEAVY_AT_ONCE
                                                       : SIZE_MAX;
}

/* Whether the next case may begin now. What keeps a server busy has nothing light beside it, which
 * would have to wait for its turn and fail. */
static bool may_begin(struct queue *queue) {
    while (queue->next < queue->runner->count && queue->stages[queue->next] != STAGE_WAITS) {
        queue->next++;
    }
    if (queue->next == queue->runner->count || (queue->next > 0 && waits_for_handshake(queue))) {
        return false;
    }
    size_t most = most_at_once(queue->runner->cases[queue->next]);
    return queue->running == 0 || (most == queue->most && queue->running < most);
}

/* Whether failures of this cause have been confirmed so often that one more tells nothing. */
static bool is_known(const struct queue *queue, const struct result *result) {
    size_t same = 0;
    for (size_t i = 0; i < queue->runner->count; i++) {
        same += queue->results[i].repeated && queue->results[i].cause == result->cause;
    }
    return same >= queue->runner->repetitions && !result->died;
}

/* A failure is repeated where that costs nobody's time but the machine's. */
static bool is_doubtful(const struct queue *queue, const struct result *result) {
    const struct trial_settings *settings = queue->runner->settings;
    bool by_hand = settings->listener != NULL && settings->command == NULL;
    return runner_has_failed(result) && !by_hand && !queue->runner->keep_transcript &&
           queue->end == RUN_COMPLETE && !is_known(queue, result);
}

static void settle(struct queue *queue, size_t index, enum stage stage) {
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

/* What is in doubt stays as it is now. With another end than RUN_COMPLETE no more cases begin. */
static void decide(struct queue *queue, enum run_end end) {
    queue->end = end;
    for (size_t i = 0; i < queue->runner->count; i++) {
        if (queue->stages[i] == STAGE_DOUBTFUL) {
            settle(queue, i, STAGE_DONE);
        }
    }
    pthread_cond_broadcast(&queue->changed);
}

static void carry_out(struct queue *queue, size_t index) {
    struct result *result = &queue->results[index];
    queue->stages[index] = STAGE_RUNS;
    queue->most = most_at_once(result->test);
    queue->waiting--;
    queue->running++;
    pthread_mutex_unlock(&queue->mutex);
    runner_try(queue->runner, result);
    pthread_mutex_lock(&queue->mutex);
    queue->running--;
    queue->gone = queue->gone || result->died;
    bool doubtful = is_doubtful(queue, result);
    settle(queue, index, doubtful ? STAGE_DOUBTFUL : STAGE_DONE);
    if (result->died && !doubtful && queue->end == RUN_COMPLETE) {
        decide(queue, RUN_PEER_GONE);
    }
}

/* Whether there is a server, although a case has found none: it was only slow, or is started again.
 * No case runs meanwhile. */
static bool is_back(struct queue *queue) {
    struct trial_settings *settings = queue->runner->settings, patient = *settings;
    char fault[480];
    patient.timeout *= PATIENCE;
    if (script_run_find_lost(&patient, fault, sizeof fault) == CAUSE_NONE) {
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

/* Repeats a failure alone. Of two failures the second is shown, since in it nothing is mixed with
 * other cases. Returns whether the server survives it, or is there again. */
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
    return !second.died || is_back(queue);
}

/* Alone with the server: brings it back if it is gone, and repeats what is in doubt. If one of the
 * cases kills the server alone, it is the one, and those that ran beside it have passed. If none
 * does, the first of them stands for a death that needs more than one case. */
static void repeat_all(struct queue *queue) {
    bool killed = false, there = !queue->gone || is_back(queue);
    size_t count = queue->runner->count;
    for (size_t i = 0; i < count && there; i++) {
        if (queue->stages[i] == STAGE_DOUBTFUL) {
            there = repeat(queue, &queue->results[i], &killed);
        }
    }
    for (size_t i = 0; i < count; i++) {
        struct result *result = &queue->results[i];
        if (queue->stages[i] == STAGE_DOUBTFUL && result->kind == RESULT_FLAKY && result->died) {
            size_t said = strlen(result->got);
            snprintf(result->got + said, sizeof result->got - said, "; not by this case alone");
            result->kind = killed ? RESULT_PASSED : RESULT_MUST;
            killed = true;
        }
    }
    pthread_mutex_lock(&queue->mutex);
    queue->gone = false;
    queue->running--;
    decide(queue, there ? RUN_COMPLETE : RUN_PEER_GONE);
    pthread_mutex_unlock(&queue->mutex);
}

static void *work(void *argument) {
    struct queue *queue = argument;
    pthread_mutex_lock(&queue->mutex);
    while (queue->end == RUN_COMPLETE && queue->waiting + queue->running + queue->doubtful > 0) {
        bool due = queue->gone || queue->doubtful >= DOUBTFUL_MAX ||
                   (queue->doubtful > 0 && (queue->waiting == 0 || waits_for_handshake(queue)));
        if (queue->waiting > 0 && clock_now() >= queue->runner->settings->ends) {
            decide(queue, RUN_TIME_OVER);
        } else if (!due && may_begin(queue)) {
            carry_out(queue, queue->next);
        } else if (due && queue->running == 0) {
            queue->running = queue->most = 1;
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

/* Hands out the results in order, each as soon as it and all before it are there. */
static void hand_out(struct queue *queue) {
    const struct runner *runner = queue->runner;
    for (size_t i = 0; i < runner->count; i++) {
        pthread_mutex_lock(&queue->mutex);
        while (queue->stages[i] != STAGE_DONE &&
               (queue->end == RUN_COMPLETE || queue->stages[i] != STAGE_WAITS)) {
            pthread_cond_wait(&queue->changed, &queue->mutex);
        }
        bool done = queue->stages[i] == STAGE_DONE; /* or else it was never begun */
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
        work(&queue); /* no thread can be had, so this one does it */
    }
    hand_out(&queue);
    for (size_t i = 0; i < running; i++) {
        pthread_join(threads[i], NULL);
    }
    free(threads);
    free(queue.results);
    free(queue.stages);
    return queue.end;
}
