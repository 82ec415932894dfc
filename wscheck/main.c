/* wscheck: tests any WebSocket server or client and explains what it gets wrong. */
#include "common/process.h"
#include "wscheck/grade.h"
#include "wscheck/memory.h"
#include "wscheck/select.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Chooses the cases, then lists or runs them. Returns the exit status. */
static int list_or_run(const struct arguments *arguments) {
    struct report report = {0};
    struct case_list list;
    int status;
    if (!report_format_named(arguments->format, &report.format)) {
        fprintf(stderr, "wscheck: --format is pretty, tap, junit or json, not '%s'\n",
                arguments->format);
        return STATUS_USAGE;
    }
    cases_init(&list, arguments->listen != NULL ? FOR_CLIENTS : FOR_SERVERS);
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): the elements are pointers. */
    const struct test_case **cases = memory_take(list.count * sizeof cases[0]);
    size_t count = select_cases(&list, &arguments->selection, cases);
    if (count == 0 ||
        (arguments->expected != NULL && !select_expected(&list, arguments->expected))) {
        status = STATUS_USAGE;
    } else if (arguments->output != NULL && freopen(arguments->output, "w", stdout) == NULL) {
        fprintf(stderr, "wscheck: cannot write '%s': %s\n", arguments->output, strerror(errno));
        status = STATUS_NO_RESULT;
    } else if (arguments->list) {
        report_list(report.format, cases, count);
        status = STATUS_PASSED;
    } else {
        status = grade(arguments, &report, cases, count);
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
        status = list_or_run(&arguments);
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
