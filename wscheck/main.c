/* wscheck: puts any WebSocket server or client to the test and explains what it gets wrong. */
#include "common/process.h"
#include "wscheck/address.h"
#include "wscheck/arguments.h"
#include "wscheck/child.h"
#include "wscheck/driver.h"
#include "wscheck/interrupt.h"
#include "wscheck/listener.h"
#include "wscheck/probe.h"
#include "wscheck/report.h"
#include "wscheck/select.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum status { STATUS_PASSED, STATUS_FAILED, STATUS_USAGE, STATUS_NO_RESULT, STATUS_SHOULD };

enum {
    DESCRIPTORS = 128,        /* beside those of the cases: connections that have no case yet */
    DESCRIPTORS_OF_A_CASE = 8 /* connections, and the pipes of a client */
};

static void list_cases(const struct test_case *const *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        printf("%-58s %-6s step%02u  %s\n", cases[i]->name,
               cases[i]->level == LEVEL_MUST ? "MUST" : "SHOULD", cases[i]->step, cases[i]->rule);
    }
    printf("%zu cases\n", count);
}

static bool can_colour(void) {
    const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");
    return isatty(STDOUT_FILENO) && (no_colour == NULL || no_colour[0] == '\0') &&
           (terminal == NULL || strcmp(terminal, "dumb") != 0);
}

static int run(const struct arguments *arguments, struct report *report,
               const struct trial_settings *settings, const struct test_case *const *cases,
               size_t count) {
    struct runner runner = {
        settings,      cases, count, (size_t)arguments->jobs, arguments->replay != NULL,
        report_result, report};
    report->driver = settings->driver;
    report->again = arguments_again(arguments);
    report_begin(report, count);
    enum run_end end = runner_run(&runner);
    report_end(report, end);
    free(report->again);
    if (end != RUN_COMPLETE) {
        return STATUS_NO_RESULT;
    }
    if (report->count[RESULT_MUST] > 0) {
        return STATUS_FAILED;
    }
    return report->count[RESULT_SHOULD] > 0 && arguments->strict ? STATUS_SHOULD : STATUS_PASSED;
}

/* Starts a client for each case, or waits until somebody does. */
static int check_client(struct arguments *arguments, struct report *report,
                        const struct test_case *const *cases, size_t count) {
    struct trial_settings settings = {.driver = &driver_client,
                                      .timeout = arguments->timeout,
                                      .ends = arguments_run_ends(arguments),
                                      .echo = arguments->echo,
                                      .step = 6,
                                      .target = "/",
                                      .messages = arguments->messages,
                                      .command = arguments->command,
                                      .arrival = arguments->start_timeout};
    char url[320];
    size_t jobs = probe_client(&settings, (unsigned)arguments->port, (size_t)arguments->jobs);
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

/* Starts the server, if there is a command, and says so where its URL is told. */
static bool start_server(const struct arguments *arguments, struct trial_settings *settings,
                         struct address *address) {
    settings->child = probe_start(arguments->command, arguments->start_timeout);
    if (settings->child == NULL) {
        return false;
    }
    snprintf(address->name, sizeof address->name, "127.0.0.1");
    snprintf(address->port, sizeof address->port, "%u", child_port(settings->child));
    snprintf(address->host, sizeof address->host, "127.0.0.1:%s", address->port);
    return true;
}

static int check_server(struct arguments *arguments, struct report *report,
                        const struct test_case *const *cases, size_t count) {
    struct trial_settings settings = {.driver = &driver_server,
                                      .timeout = arguments->timeout,
                                      .ends = arguments_run_ends(arguments),
                                      .echo = !arguments->no_echo,
                                      .step = arguments_stage(arguments),
                                      .headers = &arguments->headers,
                                      .messages = arguments->messages};
    struct address address;
    char error[400];
    if (!address_parse(&address, arguments->url != NULL ? arguments->url : "ws://127.0.0.1/", error,
                       sizeof error)) {
        fprintf(stderr, "wscheck: %s\n", error);
        return STATUS_USAGE;
    }
    int status = STATUS_NO_RESULT;
    if (arguments->command == NULL || start_server(arguments, &settings, &address)) {
        char *url = address_url(&address);
        snprintf(settings.host, sizeof settings.host, "%s", address.host);
        settings.target = address.target;
        report->url = url;
        const char *problem = link_find(address.name, address.port, &settings.address);
        if (problem != NULL) {
            fprintf(stderr, "wscheck: cannot find the host '%s': %s\n", address.name, problem);
        } else {
            arguments->jobs = probe_server(&settings, url, (size_t)arguments->jobs);
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

/* Runs fewer cases at a time rather than out of descriptors. */
static void limit_jobs(struct arguments *arguments) {
    uint64_t wanted = DESCRIPTORS + DESCRIPTORS_OF_A_CASE * arguments->jobs;
    uint64_t allowed = process_allow_descriptors(wanted);
    if (allowed < wanted) {
        arguments->jobs =
            allowed < DESCRIPTORS ? 1 : 1 + (allowed - DESCRIPTORS) / DESCRIPTORS_OF_A_CASE;
    }
}

int main(int argc, char **argv) {
    struct arguments arguments;
    struct report report = {0};
    struct case_list list;
    process_init();
    int status = arguments_parse(&arguments, argc, argv);
    if (status != OPTIONS_GO_ON) {
        return status == OPTIONS_UNWRITTEN ? STATUS_NO_RESULT : status;
    }
    if (!report_format_named(arguments.format, &report.format)) {
        fprintf(stderr, "wscheck: --format is pretty, tap, junit or json, not '%s'\n",
                arguments.format);
        return STATUS_USAGE;
    }
    limit_jobs(&arguments);
    report.quiet = arguments.quiet;
    report.strict = arguments.strict;
    report.in_full = arguments.replay != NULL;
    report.colour = report.format == REPORT_PRETTY && can_colour();
    report.progress = report.colour && !arguments.quiet && !report.in_full;
    cases_init(&list, arguments.port != ARGUMENTS_NO_PORT ? FOR_CLIENTS : FOR_SERVERS);
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): the elements are pointers. */
    const struct test_case **cases = calloc(list.count, sizeof cases[0]);
    size_t count = cases == NULL
                       ? 0
                       : select_cases(&list, arguments.selectors, arguments.selector_count, cases);
    if (count == 0) {
        status = STATUS_USAGE;
    } else if (interrupt_stops_children() != 0) {
        fprintf(stderr, "wscheck: cannot start: %s\n", strerror(errno));
        status = STATUS_NO_RESULT;
    } else if (arguments.list) {
        list_cases(cases, count);
        status = STATUS_PASSED;
    } else if (arguments.port != ARGUMENTS_NO_PORT) {
        status = check_client(&arguments, &report, cases, count);
    } else if (arguments.url == NULL && arguments.command == NULL) {
        fprintf(stderr, "wscheck: no server: give a URL such as ws://127.0.0.1:8000/, or --exec\n");
        status = STATUS_USAGE;
    } else {
        status = check_server(&arguments, &report, cases, count);
    }
    free(cases);
    cases_free(&list);
    if (process_flush_output() != 0) {
        fprintf(stderr, "wscheck: standard output cannot be written: %s\n", strerror(errno));
        status = STATUS_NO_RESULT;
    }
    return status;
}
