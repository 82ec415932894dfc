/* wscheck: puts any WebSocket server or client to the test and explains what it gets wrong. */
#include "common/process.h"
#include "wscheck/grade.h"
#include "wscheck/memory.h"
#include "wscheck/select.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Does with the cases what the arguments ask for. Returns the exit status. */
static int use(struct arguments *arguments, struct report *report,
               const struct test_case *const *cases, size_t count) {
    if (arguments->output != NULL && freopen(arguments->output, "w", stdout) == NULL) {
        fprintf(stderr, "wscheck: cannot write '%s': %s\n", arguments->output, strerror(errno));
        return STATUS_NO_RESULT;
    }
    if (arguments->list) {
        report_list(report->format, cases, count);
        return STATUS_PASSED;
    }
    return grade(arguments, report, cases, count);
}

/* Chooses the cases and uses them. */
static int choose(struct arguments *arguments) {
    struct report report = {0};
    struct case_list list;
    int status = STATUS_USAGE;
    if (!report_format_named(arguments->format, &report.format)) {
        fprintf(stderr, "wscheck: --format is pretty, tap, junit or json, not '%s'\n",
                arguments->format);
        return status;
    }
    cases_init(&list, arguments->listen != NULL ? FOR_CLIENTS : FOR_SERVERS);
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): the elements are pointers. */
    const struct test_case **cases = memory_take(list.count * sizeof cases[0]);
    size_t count = select_cases(&list, &arguments->selection, cases);
    if (count > 0 && (arguments->expected == NULL || select_expected(&list, arguments->expected))) {
        status = use(arguments, &report, cases, count);
    }
    free(cases);
    cases_free(&list);
    return status;
}

int main(int argc, char **argv) {
    struct arguments arguments;
    process_init();
    int status = arguments_parse(&arguments, argc, argv);
    if (status == OPTIONS_GO_ON) {
        status = choose(&arguments);
        if (process_flush_output() != 0) {
            const char *output = arguments.output != NULL ? arguments.output : "standard output";
            fprintf(stderr, "wscheck: %s cannot be written: %s\n", output, strerror(errno));
            status = STATUS_NO_RESULT;
        }
    } else if (status == OPTIONS_UNWRITTEN) {
        status = STATUS_NO_RESULT;
    }
    arguments_free(&arguments);
    return status;
}
