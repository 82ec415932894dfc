/* wscheck: puts any WebSocket server or client to the test and explains what it gets wrong. */
#include "common/process.h"
#include "wscheck/grade.h"
#include "wscheck/interrupt.h"
#include "wscheck/select.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void list_cases(const struct test_case *const *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        printf("%-58s %-8s step%02u  %s\n", cases[i]->name, cases_level_name(cases[i]->level),
               cases[i]->step, cases[i]->rule);
    }
    printf("%zu cases\n", count);
}

/* Whether a line on standard output can be written anew. */
static bool is_terminal(void) {
    const char *terminal = getenv("TERM");
    return isatty(STDOUT_FILENO) && (terminal == NULL || strcmp(terminal, "dumb") != 0);
}

static bool can_colour(void) {
    const char *no_colour = getenv("NO_COLOR");
    return no_colour == NULL || no_colour[0] == '\0';
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
    report.quiet = arguments.quiet;
    report.strict = arguments.strict;
    report.in_full = arguments.replay != NULL;
    report.colour = report.format == REPORT_PRETTY && is_terminal() && can_colour();
    report.all = arguments.all;
    report.progress =
        report.format == REPORT_PRETTY && is_terminal() && !arguments.quiet && !report.in_full;
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
        status = grade_client(&arguments, &report, cases, count);
    } else if (arguments.url == NULL && arguments.command == NULL) {
        fprintf(stderr, "wscheck: no server: give a URL such as ws://127.0.0.1:8000/, or --exec\n");
        status = STATUS_USAGE;
    } else {
        status = grade_server(&arguments, &report, cases, count);
    }
    free(cases);
    cases_free(&list);
    if (process_flush_output() != 0) {
        fprintf(stderr, "wscheck: standard output cannot be written: %s\n", strerror(errno));
        status = STATUS_NO_RESULT;
    }
    return status;
}
