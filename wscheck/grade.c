#include "wscheck/grade.h"

#include "common/clock.h"
#include "common/process.h"
#include "wscheck/address.h"
#include "wscheck/driver.h"
#include "wscheck/listener.h"
#include "wscheck/memory.h"
#include "wscheck/probe.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    DESCRIPTORS = 128,         /* of the program itself, and of connections without a case yet */
    DESCRIPTORS_OF_A_CASE = 8, /* connections, and the pipes of a client */
    REPETITIONS = 5,           /* how many failures of one cause are repeated */
    RUN_TIMEOUT = 1800 * 1000, /* ms */
    WHOLE_SERVER = 5,          /* the step that does all that RFC 6455 asks of a server */
    CLIENT = 6                 /* the step that is a client */
};

/* Waits for a signal and then stops the children, which are in process groups of their own, so a ^C
 * on the terminal does not reach them. Without them all cases fail; the locked streams keep these
 * failures from being reported. */
static void *wait_for_signal(void *argument) {
    char number;
    while (read(*(int *)argument, &number, 1) != 1) {
    }
    if ((ftrylockfile(stdout) | ftrylockfile(stderr)) != 0) {
        /* Another thread is writing; it may finish that. */
    }
    child_stop_all();
    signal(number, SIG_DFL);
    raise(number);
    return NULL;
}

/* Returns 0, or -1 with errno. */
static int stop_children_at_signals(void) {
    static int stop;
    pthread_t thread;
    stop = process_catch_stop();
    errno = stop < 0 ? errno : pthread_create(&thread, NULL, wait_for_signal, &stop);
    return errno == 0 ? 0 : -1;
}

/* The settings that servers and clients share. Every run has an end, whatever the other side does,
 * unless a person starts the clients by hand and has given no --run-timeout. */
static struct trial_settings common_settings(const struct arguments *arguments,
                                             atomic_uint in_vain[CAUSES]) {
    bool by_hand = arguments->listen != NULL && arguments->command == NULL;
    int64_t run_timeout = arguments->run_timeout > 0 ? arguments->run_timeout : RUN_TIMEOUT;
    bool endless = by_hand && arguments->run_timeout == 0;
    bool must_only = arguments->selection.must_only;
    return (struct trial_settings){.in_vain = in_vain,
                                   .timeout = arguments->timeout,
                                   .ends = endless ? INT64_MAX : clock_now() + run_timeout,
                                   .least = must_only ? LEVEL_MUST : LEVEL_PRACTICE,
                                   .headers = &arguments->headers,
                                   .messages = arguments->messages,
                                   .max_message = arguments->max_message,
                                   .command = arguments->command,
                                   .arrival = arguments->start_timeout};
}

/* How many cases may run at a time: as many as were asked for, if there are descriptors for
 * them. */
static size_t allowed_jobs(const struct arguments *arguments) {
    uint64_t wanted = DESCRIPTORS + DESCRIPTORS_OF_A_CASE * arguments->jobs;
    uint64_t allowed = process_allow_descriptors(wanted);
    return allowed >= wanted       ? (size_t)arguments->jobs
           : allowed < DESCRIPTORS ? 1
                                   : 1 + (size_t)(allowed - DESCRIPTORS) / DESCRIPTORS_OF_A_CASE;
}

/* Runs and reports the cases. Returns an enum status. */
static int run(const struct arguments *arguments, struct report *report,
               struct trial_settings *settings, size_t jobs, const struct test_case *const *cases,
               size_t count) {
    struct runner runner = {.settings = settings,
                            .cases = cases,
                            .count = count,
                            .jobs = jobs,
                            .repetitions = arguments->selection.quick ? 1 : REPETITIONS,
                            .keep_transcript = arguments->replay != NULL,
                            .on_result = report_result,
                            .context = report};
    char *url = memory_text("ws://%s%s", settings->host, settings->target);
    report->url = url;
    report->driver = settings->driver;
    report->remark = settings->remark;
    report->quiet = arguments->quiet;
    report->strict = arguments->strict;
    report->in_full = arguments->replay != NULL;
    report->all = arguments->all;
    report->again = arguments_again(arguments);
    report_begin(report, count);
    enum run_end end = runner_run(&runner);
    report_end(report, end);
    free(report->again);
    free(url);
    if (end != RUN_COMPLETE && end != RUN_NO_HANDSHAKE) {
        return STATUS_NO_RESULT;
    }
    if (report->count[RESULT_MUST] > 0) {
        return STATUS_FAILED;
    }
    size_t lesser =
        report->count[RESULT_SHOULD] + report->count[RESULT_PRACTICE] + report->count[RESULT_FLAKY];
    return lesser > 0 && arguments->strict ? STATUS_SHOULD : STATUS_PASSED;
}

/* Starts a client for each case, or waits until somebody does. */
static int grade_client(const struct arguments *arguments, struct report *report,
                        const struct test_case *const *cases, size_t count) {
    atomic_uint in_vain[CAUSES] = {0};
    struct trial_settings settings = common_settings(arguments, in_vain);
    settings.driver = &driver_client;
    settings.echo = arguments->echo;
    settings.step = CLIENT;
    settings.target = "/";
    size_t jobs = probe_client(&settings, arguments->listen, allowed_jobs(arguments));
    if (jobs == 0) {
        return STATUS_NO_RESULT;
    }
    int status = run(arguments, report, &settings, jobs, cases, count);
    listener_close(settings.listener);
    return status;
}

/* Starts the server if there is a command, or else looks up its host. Returns false after one line
 * on standard error. */
static bool find_server(struct trial_settings *settings, const struct address *address) {
    if (settings->command != NULL) {
        return probe_start(settings);
    }
    snprintf(settings->host, sizeof settings->host, "%s", address->host);
    const char *problem = link_find(address->name, address->port, &settings->address);
    if (problem != NULL) {
        fprintf(stderr, "wscheck: cannot find the host '%s': %s\n", address->name, problem);
    }
    return problem == NULL;
}

static int grade_server(const struct arguments *arguments, struct report *report,
                        const struct test_case *const *cases, size_t count) {
    atomic_uint in_vain[CAUSES] = {0};
    struct trial_settings settings = common_settings(arguments, in_vain);
    struct address address;
    int status = STATUS_NO_RESULT;
    if (!address_parse(&address, arguments->url != NULL ? arguments->url : "ws://127.0.0.1/")) {
        return STATUS_USAGE;
    }
    settings.driver = &driver_server;
    settings.echo = !arguments->no_echo;
    settings.step = arguments->step > 0 ? arguments->step : WHOLE_SERVER;
    settings.target = address.target;
    if (find_server(&settings, &address)) {
        unsigned least = arguments->replay != NULL ? cases[0]->step : WHOLE_SERVER;
        size_t wanted = allowed_jobs(arguments), jobs = probe_server(&settings, wanted, least);
        settings.few_places = jobs < wanted;
        if (jobs > 0) {
            status = run(arguments, report, &settings, jobs, cases, count);
        }
    }
    if (settings.child != NULL) {
        child_stop(settings.child);
    }
    free(address.target);
    return status;
}

int grade(const struct arguments *arguments, struct report *report,
          const struct test_case *const *cases, size_t count) {
    if (arguments->listen == NULL && arguments->url == NULL && arguments->command == NULL) {
        fprintf(stderr, "wscheck: no server: give a URL such as ws://127.0.0.1:8000/, or --exec\n");
        return STATUS_USAGE;
    }
    if (stop_children_at_signals() != 0) {
        fprintf(stderr, "wscheck: cannot start: %s\n", strerror(errno));
        return STATUS_NO_RESULT;
    }
    return arguments->listen != NULL ? grade_client(arguments, report, cases, count)
                                     : grade_server(arguments, report, cases, count);
}
