#include "wscheck/grade.h"

#include "common/process.h"
#include "wscheck/address.h"
#include "wscheck/child.h"
#include "wscheck/driver.h"
#include "wscheck/listener.h"
#include "wscheck/probe.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    DESCRIPTORS = 128,         /* beside those of the cases: connections that have no case yet */
    DESCRIPTORS_OF_A_CASE = 8, /* connections, and the pipes of a client */
    REPETITIONS = 5,           /* of failures of one cause */
    WHOLE_SERVER = 5           /* the step that does all that RFC 6455 asks of a server */
};

/* Runs fewer cases at a time rather than out of descriptors. */
static void limit_jobs(struct arguments *arguments) {
    uint64_t wanted = DESCRIPTORS + DESCRIPTORS_OF_A_CASE * arguments->jobs;
    uint64_t allowed = process_allow_descriptors(wanted);
    if (allowed < wanted) {
        arguments->jobs =
            allowed < DESCRIPTORS ? 1 : 1 + (allowed - DESCRIPTORS) / DESCRIPTORS_OF_A_CASE;
    }
}

static int run(const struct arguments *arguments, struct report *report,
               struct trial_settings *settings, const struct test_case *const *cases,
               size_t count) {
    struct runner runner = {.settings = settings,
                            .cases = cases,
                            .count = count,
                            .jobs = (size_t)arguments->jobs,
                            .repetitions = arguments->selection.quick ? 1 : REPETITIONS,
                            .keep_transcript = arguments->replay != NULL,
                            .on_result = report_result,
                            .context = report};
    report->driver = settings->driver;
    report->quiet = arguments->quiet;
    report->strict = arguments->strict;
    report->in_full = arguments->replay != NULL;
    report->all = arguments->all;
    report->again = arguments_again(arguments);
    report_begin(report, count);
    enum run_end end = runner_run(&runner);
    report_end(report, end);
    free(report->again);
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
int grade_client(struct arguments *arguments, struct report *report,
                 const struct test_case *const *cases, size_t count) {
    struct silence silence = {0};
    struct trial_settings settings = {.driver = &driver_client,
                                      .silence = &silence,
                                      .timeout = arguments->timeout,
                                      .ends = arguments_run_ends(arguments),
                                      .echo = arguments->echo,
                                      .step = 6,
                                      .target = "/",
                                      .messages = arguments->messages,
                                      .max_message = arguments->max_message,
                                      .command = arguments->command,
                                      .arrival = arguments->start_timeout};
    char url[320];
    limit_jobs(arguments);
    size_t jobs = probe_client(&settings, arguments->listen, (size_t)arguments->jobs);
    if (jobs == 0) {
        return STATUS_NO_RESULT;
    }
    arguments->jobs = jobs;
    snprintf(url, sizeof url, "ws://%s/", settings.host);
    report->url = url;
    int status = run(arguments, report, &settings, cases, count);
    listener_close(settings.listener);
    report->url = NULL; /* it ends with this function */
    return status;
}

/* Starts the server, if there is a command; its address stands for that of the URL then. */
static bool start_server(struct trial_settings *settings, struct address *address) {
    if (settings->command == NULL) {
        snprintf(settings->host, sizeof settings->host, "%s", address->host);
        return true;
    }
    if (!probe_start(settings)) {
        return false;
    }
    snprintf(address->name, sizeof address->name, "127.0.0.1");
    snprintf(address->port, sizeof address->port, "%u", child_port(settings->child));
    snprintf(address->host, sizeof address->host, "%s", settings->host);
    return true;
}

int grade_server(struct arguments *arguments, struct report *report,
                 const struct test_case *const *cases, size_t count) {
    struct silence silence = {0};
    struct trial_settings settings = {.driver = &driver_server,
                                      .silence = &silence,
                                      .timeout = arguments->timeout,
                                      .ends = arguments_run_ends(arguments),
                                      .echo = !arguments->no_echo,
                                      .step = arguments->step > 0 ? arguments->step : WHOLE_SERVER,
                                      .headers = &arguments->headers,
                                      .command = arguments->command,
                                      .arrival = arguments->start_timeout,
                                      .messages = arguments->messages,
                                      .max_message = arguments->max_message};
    struct address address;
    char error[400];
    limit_jobs(arguments);
    if (!address_parse(&address, arguments->url != NULL ? arguments->url : "ws://127.0.0.1/", error,
                       sizeof error)) {
        fprintf(stderr, "wscheck: %s\n", error);
        return STATUS_USAGE;
    }
    int status = STATUS_NO_RESULT;
    if (start_server(&settings, &address)) {
        char *url = address_url(&address);
        settings.target = address.target;
        report->url = url;
        const char *problem = link_find(address.name, address.port, &settings.address);
        if (problem != NULL) {
            fprintf(stderr, "wscheck: cannot find the host '%s': %s\n", address.name, problem);
        } else {
            unsigned least = arguments->replay != NULL ? cases[0]->step : WHOLE_SERVER;
            size_t jobs = probe_server(&settings, url, (size_t)arguments->jobs, least);
            settings.few_places = jobs < arguments->jobs;
            arguments->jobs = jobs;
        }
        if (problem == NULL && arguments->jobs > 0) {
            status = run(arguments, report, &settings, cases, count);
        }
        report->url = NULL;
        free(url);
    }
    if (settings.child != NULL) {
        child_stop(settings.child);
    }
    address_free(&address);
    return status;
}
