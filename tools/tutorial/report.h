/* report: what was checked and how it went. Failures are printed as they are found. */
#ifndef TOOLS_TUTORIAL_REPORT_H
#define TOOLS_TUTORIAL_REPORT_H

#include <stdbool.h>
#include <stddef.h>

struct report {
    unsigned passed, failed, skipped;
    unsigned shown; /* transcripts that are shown, but not run */
};

/* Counts something that holds. */
void report_pass(struct report *report);

/* Counts something that does not, and prints "FILE:LINE: " and the message, which is a printf
 * format without a newline. Line 0 stands for the whole file. */
void report_fail(struct report *report, const char *file, size_t line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds a line to the message before, such as the other side of a difference. */
void report_more(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Counts something that could not be checked here, and prints "skipped: FILE:LINE: " and why. */
void report_skip(struct report *report, const char *file, size_t line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Prints the sum and returns the exit status for main. Where everything must be there, as in CI,
 * what was skipped counts as failed. */
int report_end(const struct report *report, bool skipped_is_failed);

#endif
