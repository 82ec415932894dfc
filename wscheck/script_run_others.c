#include "wscheck/script_run.h"

#include "common/clock.h"
#include "wscheck/child.h"
#include "wscheck/driver.h"
#include "wscheck/memory.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAYING_SIZE = 24 };

static atomic_uint others;

static bool begin(struct trial *trial) {
    trial->number = atomic_fetch_add(&others, 1);
    if (!trial_connect(trial)) {
        return false;
    }
    if (trial->settings->step == 2) {
        request_drop(&trial->request, "Upgrade");
    }
    if (trial->settings->step >= 2) {
        trial_send_request(trial);
        trial_flush(trial);
    }
    return true;
}

static bool is_served(struct trial *trial) {
    return trial->settings->step >= 3   ? trial_read_accepted(trial)
           : trial->settings->step == 2 ? trial_read_answer(trial)
                                        : true;
}

/* At step 1 the kernel accepts connections that the server may never serve; what it prints shows
 * that it does. */
static bool is_to_be_printed(const struct trial *trial) {
    return trial->settings->step < 2 && trial->settings->child != NULL;
}

static void own_saying(const struct trial *trial, char text[SAYING_SIZE]) {
    snprintf(text, SAYING_SIZE, "other-%06u", trial->number);
}

/* A message that comes back, or a ping from a server that sends none. */
static void say_something(struct trial *trial) {
    static const char text[] = "another connection";
    if (is_to_be_printed(trial)) {
        char saying[SAYING_SIZE];
        own_saying(trial, saying);
        trial_put(trial, (const uint8_t *)saying, strlen(saying));
    }
    if (trial->settings->step >= 5) {
        if (trial->settings->echo) {
            struct payload payload = {(const uint8_t *)text, strlen(text), strlen(text), 0};
            struct trial_wanted wanted = {OPCODE_TEXT, false, payload, 1};
            trial_want(trial, &wanted);
        }
        trial_send_simple(trial, trial->settings->echo ? OPCODE_TEXT : OPCODE_PING, text,
                          strlen(text));
    }
    trial_flush(trial);
}

static void end(struct trial *trial) {
    char saying[SAYING_SIZE];
    own_saying(trial, saying);
    if (is_to_be_printed(trial) && trial->link.fd >= 0 &&
        !child_prints(trial->settings->child, saying, clock_now() + trial->timeout)) {
        trial_fail(trial, LEVEL_MUST, CAUSE_NOT_PRINTED, "what it sends is printed",
                   "the output does not show \"%s\"", saying);
    }
    if (trial->settings->step < 5 || trial->verdict.failed == LEVEL_MUST || !trial->is_open) {
        return;
    }
    trial_wait_messages(trial);
    trial_wait_pong(trial);
    trial_send_close(trial, 1000);
    trial_flush(trial);
}

/* What became of another connection. Of one that gets no answer the fault is that it has to wait;
 * what else is wrong is its own. Returns whether it was served. */
static bool report(struct trial *trial, const struct trial *other, enum level level,
                   const char *which) {
    enum cause cause = other->verdict.cause;
    bool served = other->verdict.failed < LEVEL_MUST;
    trial->refused = trial->refused || other->refused;
    if (other->verdict.skipped[0] != '\0') {
        trial->verdict = other->verdict;
        return false;
    }
    transcript_add(&trial->transcript, TRANSCRIPT_REMARK, "%s was %s", which,
                   served ? "served" : "not served");
    if (!served) {
        bool waits = cause == CAUSE_NO_CONNECTION || cause == CAUSE_NO_ANSWER;
        trial_fail(trial, level, waits ? CAUSE_OTHERS_WAIT : cause,
                   "other connections are served in the meantime", "%s got: %.360s", which,
                   other->verdict.got);
    }
    return served;
}

/* That one connection does not wait for another is what the first steps are about; no RFC asks for
 * it. And a server may have fewer places than a crowd needs, if it says so: no RFC has a number. */
static void report_crowd(struct trial *trial, const struct trial *crowd, size_t count) {
    enum level level = trial->settings->step < 5 ? LEVEL_MUST : LEVEL_PRACTICE;
    bool served = true;
    for (size_t i = 0; i < count && served; i++) {
        char name[64] = "another connection";
        if (i > 0 && crowd[i].answer.status == 503) {
            trial_skip(trial, "the server has places for no more than %zu connections", i + 1);
            return;
        }
        if (count > 1) {
            snprintf(name, sizeof name, "connection %zu of %zu", i + 1, count);
        }
        served = report(trial, &crowd[i], level, name);
    }
}

void script_run_crowd(struct trial *trial, size_t count) {
    struct trial *crowd = memory_take(count * sizeof crowd[0]);
    for (size_t i = 0; i < count; i++) {
        char name[32];
        snprintf(name, sizeof name, "connection %zu", i + 1);
        trial_init(&crowd[i], trial->settings, name);
        crowd[i].ends = trial->ends;
        begin(&crowd[i]);
    }
    for (size_t i = 0; i < count; i++) {
        if (crowd[i].link.fd >= 0 && is_served(&crowd[i])) {
            say_something(&crowd[i]);
        }
    }
    bool served = true;
    for (size_t i = count; i > 0; i--) { /* The last one first: nobody waits in line. */
        if (served || i == 1) { /* One fault is told once, and of the first one it is a MUST. */
            end(&crowd[i - 1]);
            served = crowd[i - 1].verdict.failed < LEVEL_MUST;
        }
    }
    report_crowd(trial, crowd, count);
    for (size_t i = 0; i < count; i++) {
        trial_free(&crowd[i]);
    }
    free(crowd);
}

int script_run_usual_status(struct trial *trial) {
    struct trial *other = memory_take(sizeof *other);
    trial_init(other, trial->settings, "an ordinary GET");
    other->ends = trial->ends;
    request_make_plain(&other->request);
    if (trial_connect(other)) {
        trial_send_request(other);
        trial_read_answer(other);
    }
    int status = report(trial, other, LEVEL_MUST, "an ordinary GET") ? other->answer.status : 0;
    trial_free(other);
    free(other);
    return status;
}

static enum cause find_lost(const struct trial_settings *settings, char *fault, size_t capacity) {
    struct trial *trial = memory_take(sizeof *trial);
    trial_init(trial, settings, "alive");
    bool alive = (begin(trial) && (settings->step < 2 || trial_read_answer(trial))) ||
                 trial->answer.length > 0 || /* a bad answer is one */
                 trial->verdict.skipped[0] != '\0';
    bool refused = trial->verdict.cause == CAUSE_NO_CONNECTION;
    snprintf(fault, capacity, "%s", trial->verdict.got);
    trial_free(trial);
    free(trial);
    alive = alive && (settings->child == NULL || child_is_running(settings->child));
    return alive ? CAUSE_NONE : refused ? CAUSE_NO_CONNECTION : CAUSE_OTHERS_WAIT;
}

enum cause script_run_find_lost(const struct trial_settings *settings, char *fault,
                                size_t capacity) {
    /* A client was started for one case: whether it would serve another one is not known. A server
     * that is slow under load gets a second try. */
    enum cause lost =
        settings->driver->is_client ? find_lost(settings, fault, capacity) : CAUSE_NONE;
    return lost != CAUSE_NONE ? find_lost(settings, fault, capacity) : CAUSE_NONE;
}
