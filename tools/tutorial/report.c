#include "tools/tutorial/report.h"

#include <stdarg.h>
#include <stdio.h>

void report_pass(struct report *report) {
    report->passed++;
}

__attribute__((format(printf, 3, 0))) static void print(const char *file, size_t line,
                                                        const char *format, va_list arguments) {
    printf("%s:", file);
    if (line > 0) {
        printf("%zu:", line);
    }
    printf(" ");
    vprintf(format, arguments);
    printf("\n");
}

void report_fail(struct report *report, const char *file, size_t line, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print(file, line, format, arguments);
    va_end(arguments);
    report->failed++;
}

void report_more(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    printf("    ");
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
}

void report_skip(struct report *report, const char *file, size_t line, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    printf("skipped: ");
    print(file, line, format, arguments);
    va_end(arguments);
    report->skipped++;
}

int report_end(const struct report *report, bool skipped_is_failed) {
    unsigned failed = report->failed + (skipped_is_failed ? report->skipped : 0);
    if (report->shown > 0) {
        printf("%u transcripts are only shown, not run\n", report->shown);
    }
    if (report->skipped > 0) {
        printf("%u skipped%s\n", report->skipped,
               skipped_is_failed ? ", which counts as failed where CI is true" : "");
    }
    printf("%u passed, %u failed\n", report->passed, failed);
    return failed > 0;
}
