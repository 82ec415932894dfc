#include "wscheck/script_run.h"

#include "common/clock.h"
#include "wscheck/child.h"
#include "wscheck/driver.h"
#include "wscheck/memory.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OWN_TEXT_SIZE = 24,
    LOOP_STEP = 8,
    SETTLED = 100 /* ms in which the server comes to the end of what has arrived */
};

static atomic_uint other_count;

/* Connects and sends the request, or nothing at step 1. */
static bool begin(struct trial *trial) {
    trial->number = atomic_fetch_add(&other_count, 1);
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

/* At step 1 the kernel accepts connections that the server may never serve. Only the server's
 * output shows that it does serve them. */
static bool is_to_be_printed(const struct trial *trial) {
    return trial->settings->step < 2 && trial->settings->child != NULL;
}

static void make_own_text(const struct trial *trial, char text[OWN_TEXT_SIZE]) {
    snprintf(text, OWN_TEXT_SIZE, "other-%06u", trial->number);
}

/* Sends what the server has to react to: at step 1 a text, later a message, or a Ping if the server
 * does not echo. */
static void send_something(struct trial *trial) {
    static const char text[] = "another connection";
    if (is_to_be_printed(trial)) {
        char own_text[OWN_TEXT_SIZE];
        make_own_text(trial, own_text);
        trial_put(trial, (const uint8_t *)own_text, strlen(own_text));
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

/* Waits for the reaction, then sends a Close. */
static void end(struct trial *trial) {
    char own_text[OWN_TEXT_SIZE];
    make_own_text(trial, own_text);
    if (is_to_be_printed(trial) && trial->link.fd >= 0 &&
        !child_prints(trial->settings->child, trial->printed, own_text,
                      clock_now() + trial->timeout)) {
        trial_fail(trial, LEVEL_MUST, CAUSE_NOT_PRINTED, "the server prints what it is sent",
                   "the output does not show \"%s\"", own_text);
    }
    if (trial->settings->step < 5 || trial->verdict.failed == LEVEL_MUST || !trial->is_open) {
        return;
    }
    trial_wait_messages(trial);
    trial_wait_pong(trial);
    trial_send_close(trial, 1000);
    trial_flush(trial);
}

/* Reports the result of another connection in this trial. If it got no answer, the fault is that it
 * had to wait; any other fault keeps its cause. Returns whether it was served. */
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

/* Connections that do not wait for each other are what the first steps and the loop are about, so
 * there a failure counts as a MUST; no RFC asks for it. Nor does any RFC say how many connections a
 * server has to take, so a crowd that gets a 503 is too large for it. */
static void report_crowd(struct trial *trial, const struct trial *crowd, size_t count,
                         const char *which) {
    unsigned step = trial->settings->step;
    enum level level = step < 5 || step >= LOOP_STEP ? LEVEL_MUST : LEVEL_PRACTICE;
    bool served = true;
    for (size_t i = 0; i < count && served; i++) {
        char name[64];
        snprintf(name, sizeof name, count > 1 ? "%s %zu of %zu" : "%s", which, i + 1, count);
        if (i > 0 && crowd[i].answer.status == 503) {
            trial_skip(trial, "the server has places for no more than %zu connections", i + 1);
            return;
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
            send_something(&crowd[i]);
        }
    }
    bool served = true;
    for (size_t i = count; i > 0; i--) { /* from the last on: none may wait for one before it */
        if (served || i == 1) {          /* one fault is enough; report_crowd begins with 0 */
            end(&crowd[i - 1]);
            served = crowd[i - 1].verdict.failed < LEVEL_MUST;
        }
    }
    report_crowd(trial, crowd, count, count > 1 ? "connection" : "another connection");
    for (size_t i = 0; i < count; i++) {
        trial_free(&crowd[i]);
    }
    free(crowd);
}

/* Sends something and waits for the reaction. Returns whether it came. */
static bool ask(struct trial *other) {
    if (other->verdict.failed < LEVEL_MUST && other->is_open) {
        send_something(other);
        trial_wait_messages(other);
        trial_wait_pong(other);
    }
    return other->verdict.failed < LEVEL_MUST;
}

static void report_neighbours(struct trial *trial) {
    const struct script_run *run = trial->run;
    if (run->neighbour_count > 0) {
        report_crowd(trial, run->neighbours, run->neighbour_count,
                     run->neighbour_count > 1 ? "neighbour" : "the neighbour");
    }
}

void script_run_beside(struct trial *trial) {
    struct script_run *run = trial->run;
    size_t count = (size_t)run->step->number;
    run->neighbours = memory_take(count * sizeof run->neighbours[0]);
    run->neighbour_count = count;
    for (size_t i = 0; i < count; i++) {
        struct trial *neighbour = &run->neighbours[i];
        trial_init(neighbour, trial->settings, "neighbour");
        neighbour->ends = trial->ends;
        if (trial->verdict.failed == LEVEL_NONE && begin(neighbour) && is_served(neighbour)) {
            ask(neighbour);
        }
    }
    report_neighbours(trial);
}

/* Each neighbour has been served before, so if one is silent now, it is the script's own connection
 * that holds it up. Returns whether all were served. */
static bool ask_all(struct script_run *run) {
    for (size_t i = 0; i < run->neighbour_count; i++) {
        enum cause *cause = &run->neighbours[i].verdict.cause;
        if (!ask(&run->neighbours[i])) {
            *cause = *cause == CAUSE_NO_ECHO || *cause == CAUSE_NO_PONG ? CAUSE_NO_ANSWER : *cause;
            return false;
        }
    }
    return true;
}

/* The neighbours are asked twice, because the server may answer them before it has read all that
 * the script has sent. */
void script_run_meanwhile(struct trial *trial) {
    struct script_run *run = trial->run;
    bool served = ask_all(run);
    if (run->neighbour_count > 0 && served) {
        trial_pause(&run->neighbours[0], SETTLED);
        served = ask_all(run);
    }
    report_neighbours(trial);
    if (served) {
        script_run_crowd(trial, 1);
    }
}

void script_run_leave_neighbours(struct script_run *run) {
    for (size_t i = 0; i < run->neighbour_count; i++) {
        trial_free(&run->neighbours[i]);
    }
    free(run->neighbours);
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

static enum cause check_once(const struct trial_settings *settings, char *fault, size_t capacity) {
    struct trial *trial = memory_take(sizeof *trial);
    trial_init(trial, settings, "alive");
    bool alive = (begin(trial) && (settings->step < 2 || trial_read_answer(trial))) ||
                 trial->answer.length > 0 || /* even if the answer is bad */
                 trial->verdict.skipped[0] != '\0';
    bool refused = trial->verdict.cause == CAUSE_NO_CONNECTION;
    snprintf(fault, capacity, "%s", trial->verdict.got);
    trial_free(trial);
    free(trial);
    alive = alive && (settings->child == NULL || child_is_running(settings->child));
    return alive ? CAUSE_NONE : refused ? CAUSE_NO_CONNECTION : CAUSE_OTHERS_WAIT;
}

enum cause script_run_check_serving(const struct trial_settings *settings, char *fault,
                                    size_t capacity) {
    if (!settings->driver->is_client) {
        return CAUSE_NONE; /* a client is started for each case */
    }
    enum cause cause = check_once(settings, fault, capacity);
    return cause == CAUSE_NONE ? cause /* or else the server may only be slow under load */
                               : check_once(settings, fault, capacity);
}
