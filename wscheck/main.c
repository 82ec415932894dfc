/* wscheck: puts any WebSocket server or client to the test and explains what it gets wrong. */
#include "common/clock.h"
#include "common/options.h"
#include "common/process.h"
#include "wscheck/address.h"
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
    NO_PORT = UINT16_MAX + 1,
    RUN_TIMEOUT = 1800 * 1000, /* ms */
    DESCRIPTORS = 128,         /* beside those of the cases: connections that have no case yet */
    DESCRIPTORS_OF_A_CASE = 8  /* connections, and the pipes of a client */
};

struct arguments {
    const char *program; /* as it was called */
    const char *command, *format, *replay, *url;
    const char *selectors[OPTIONS_LIST_MAX];
    size_t selector_count;
    uint64_t jobs, port; /* NO_PORT: a server is checked */
    int64_t timeout, run_timeout;
    uint64_t messages;
    bool list, strict, quiet, no_echo, echo;
};

static int parse(struct arguments *arguments, int argc, char **argv) {
    struct options options;
    *arguments =
        (struct arguments){.format = "pretty", .jobs = 16, .timeout = 3000, .port = NO_PORT};
    arguments->program = argc > 0 ? argv[0] : "wscheck";
    options_init(
        &options, "wscheck",
        "Checks a WebSocket server or client by RFC 6455 and 7692, and explains each failure.");
    options.operand_name = "ws://HOST:PORT/PATH [SELECTOR...]";
    options_add_text(&options, "--exec", "'COMMAND'", &arguments->command,
                     "start the server; {port} in the command is a free port");
    options_add_number(&options, "--listen", "PORT", &arguments->port, 0, UINT16_MAX,
                       "check a client: --exec 'client {url}' starts it (0: any free port)");
    options_add_text(&options, "--replay", "CASE", &arguments->replay,
                     "run one case and show all its bytes");
    options_add_flag(&options, "--list", &arguments->list, "list the cases and run none");
    options_add_number(&options, "--jobs", "N", &arguments->jobs, 1, 256,
                       "cases at a time (default 16)");
    options_add_seconds(&options, "--timeout", &arguments->timeout, 1,
                        "how long a server may take for anything (default 3)");
    options_add_seconds(&options, "--run-timeout", &arguments->run_timeout, 1,
                        "how long a run may take in all (default 1800)");
    options_add_number(&options, "--messages", "N", &arguments->messages, 1, 1000000,
                       "messages of a case of 12 or 13 (default: half a megabyte of them)");
    options_add_flag(&options, "--no-echo", &arguments->no_echo,
                     "the server does something else with messages than echo them");
    options_add_flag(&options, "--echo", &arguments->echo,
                     "the client sends messages back: check them, too");
    options_add_flag(&options, "--strict", &arguments->strict, "a SHOULD counts, too");
    options_add_text(&options, "--format", "NAME", &arguments->format,
                     "pretty (default), tap, junit or json");
    options_add_flag(&options, "--quiet", &arguments->quiet, "say nothing when all is well");
    int status = options_parse(&options, argc, argv);
    for (size_t i = 0; i < options.operands.count; i++) {
        const char *operand = options.operands.item[i];
        if (strstr(operand, "://") != NULL) {
            arguments->url = operand;
        } else {
            arguments->selectors[arguments->selector_count++] = operand;
        }
    }
    if (arguments->replay != NULL) {
        arguments->selectors[0] = arguments->replay;
        arguments->selector_count = 1;
        arguments->jobs = 1;
    }
    return status;
}

static void list_cases(const struct test_case *const *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        printf("%-58s %-6s step%02u  %s\n", cases[i]->name,
               cases[i]->level == LEVEL_MUST ? "MUST" : "SHOULD", cases[i]->step, cases[i]->rule);
    }
    printf("%zu cases\n", count);
}

/* At which stage of the tutorial the server is: the first step that a selector names, or a whole
 * server. */
static unsigned stage(const struct arguments *arguments) {
    for (size_t i = 0; i < arguments->selector_count; i++) {
        const char *selector = arguments->selectors[i];
        char step[7];
        snprintf(step, sizeof step, "%.6s", selector); /* "step01/2" is a case of step01 */
        if (select_step(step) > 0) {
            return select_step(step);
        }
    }
    return 5;
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
    report_begin(report, count);
    enum run_end end = runner_run(&runner);
    report_end(report, end);
    if (end != RUN_COMPLETE) {
        return STATUS_NO_RESULT;
    }
    if (report->count[RESULT_MUST] > 0) {
        return STATUS_FAILED;
    }
    return report->count[RESULT_SHOULD] > 0 && arguments->strict ? STATUS_SHOULD : STATUS_PASSED;
}

/* When the run has to be over, whatever the other side does. Somebody who starts clients by hand
 * may take any time. */
static int64_t run_ends(const struct arguments *arguments) {
    bool by_hand = arguments->port != NO_PORT && arguments->command == NULL;
    int64_t most = arguments->run_timeout > 0 ? arguments->run_timeout : RUN_TIMEOUT;
    return by_hand && arguments->run_timeout == 0 ? INT64_MAX : clock_now() + most;
}

/* Writes a word as a shell reads it. */
static void quote(const char *word, char *out, size_t capacity) {
    size_t used = (size_t)snprintf(out, capacity, "'");
    for (; *word != '\0' && used + 6 < capacity; word++) {
        used +=
            (size_t)snprintf(out + used, capacity - used, *word == '\'' ? "'\\''" : "%c", *word);
    }
    snprintf(out + used, capacity - used, "'");
}

/* Starts a client for each case, or waits until somebody does. */
static int check_client(struct arguments *arguments, struct report *report,
                        const struct test_case *const *cases, size_t count) {
    struct trial_settings settings = {.timeout = arguments->timeout,
                                      .ends = run_ends(arguments),
                                      .echo = arguments->echo,
                                      .step = 6,
                                      .driver = &driver_client,
                                      .target = "/"};
    settings.messages = arguments->messages;
    char url[320], replay[1500];
    settings.command = arguments->command;
    size_t jobs = probe_client(&settings, (unsigned)arguments->port, (size_t)arguments->jobs);
    if (jobs == 0) {
        return STATUS_NO_RESULT;
    }
    arguments->jobs = jobs;
    snprintf(url, sizeof url, "ws://%s/", settings.host);
    size_t used =
        (size_t)snprintf(replay, sizeof replay, "%.200s --listen %u%s", arguments->program,
                         (unsigned)arguments->port, arguments->echo ? " --echo" : "");
    if (arguments->command != NULL) {
        used += (size_t)snprintf(replay + used, sizeof replay - used, " --exec ");
        quote(arguments->command, replay + used, sizeof replay - used);
    }
    report->url = url;
    report->replay = replay;
    report->driver = &driver_client;
    int status = run(arguments, report, &settings, cases, count);
    listener_close(settings.listener);
    return status;
}

/* Fills in the URL from the command's port, if there is a command. */
static int check_server(struct arguments *arguments, struct report *report,
                        const struct test_case *const *cases, size_t count) {
    struct trial_settings settings = {.driver = &driver_server,
                                      .timeout = arguments->timeout,
                                      .ends = run_ends(arguments),
                                      .echo = !arguments->no_echo,
                                      .messages = arguments->messages};
    struct address address;
    char url[1200], error[400], replay[1500];
    settings.step = stage(arguments);
    snprintf(url, sizeof url, "%s", arguments->url != NULL ? arguments->url : "ws://127.0.0.1/");
    if (!address_parse(&address, url, error, sizeof error)) {
        fprintf(stderr, "wscheck: %s\n", error);
        return STATUS_USAGE;
    }
    if (arguments->command != NULL) {
        settings.child = probe_start(arguments->command);
        if (settings.child == NULL) {
            return STATUS_NO_RESULT;
        }
        snprintf(address.name, sizeof address.name, "127.0.0.1");
        snprintf(address.port, sizeof address.port, "%u", child_port(settings.child));
        snprintf(address.host, sizeof address.host, "127.0.0.1:%s", address.port);
        snprintf(url, sizeof url, "ws://127.0.0.1:%s%s", address.port, address.target);
        size_t used = (size_t)snprintf(replay, sizeof replay, "%.200s --exec ", arguments->program);
        quote(arguments->command, replay + used, sizeof replay - used);
    } else {
        snprintf(replay, sizeof replay, "%.200s %s", arguments->program, url);
    }
    snprintf(settings.host, sizeof settings.host, "%s", address.host);
    settings.target = address.target;
    report->driver = &driver_server;
    report->url = url;
    report->replay = replay;
    int status = STATUS_NO_RESULT;
    const char *problem = link_find(address.name, address.port, &settings.address);
    if (problem != NULL) {
        fprintf(stderr, "wscheck: cannot find the host '%s': %s\n", address.name, problem);
    } else if (probe_server(&settings, url)) {
        status = run(arguments, report, &settings, cases, count);
    }
    if (settings.child != NULL) {
        child_stop(settings.child);
    }
    report->url = NULL; /* these texts end with this function */
    report->replay = NULL;
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
    int status = parse(&arguments, argc, argv);
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
    cases_init(&list, arguments.port != NO_PORT ? FOR_CLIENTS : FOR_SERVERS);
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
    } else if (arguments.port != NO_PORT) {
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
