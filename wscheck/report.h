/* report: the results as a person or a machine wants to read them. */
#ifndef WSCHECK_REPORT_H
#define WSCHECK_REPORT_H

#include "wscheck/runner.h"

enum report_format { REPORT_PRETTY, REPORT_TAP, REPORT_JUNIT, REPORT_JSON };

struct report {
    enum report_format format;
    const char *url;
    char *again; /* the command with which --replay and a name repeat a case */
    bool quiet, colour, progress;
    const struct driver *driver; /* who is graded */
    bool strict;                 /* a SHOULD counts */
    bool in_full;                /* explains the cases that pass as well */
    size_t total, shown;
    size_t count[RESULT_KINDS];
    size_t declined; /* of those that were skipped: because there is no compression */
    int64_t start;
    char *body; /* of JUnit, which has the sums at its beginning; or what is told at the end */
    size_t body_size;
    void *stream; /* the FILE that fills `body`, or stdout */
};

/* Finds a format by its name. Returns false when there is none. */
bool report_format_named(const char *name, enum report_format *format);

/* Begins a report of `total` cases on standard output. */
void report_begin(struct report *report, size_t total);

/* Adds one result; `context` is the report, a void pointer so that the runner can call this. */
void report_result(const struct result *result, void *context);

/* Ends the report of a run that has ended in this way. */
void report_end(struct report *report, enum run_end end);

/* Writes a string as JSON, with its quotes. */
void report_json_string(void *stream, const char *text);

#endif
