/* report: the results as a person or a machine wants to read them. */
#ifndef WSCHECK_REPORT_H
#define WSCHECK_REPORT_H

#include "wscheck/summary.h"

enum report_format { REPORT_PRETTY, REPORT_TAP, REPORT_JUNIT, REPORT_JSON };

struct report {
    enum report_format format;
    const char *url;
    char *again; /* the command with which --replay and a name repeat a case */
    bool quiet, colour, progress;
    const struct driver *driver; /* who is graded */
    bool strict;                 /* a SHOULD counts */
    bool in_full;                /* explains the cases that pass as well, with all bytes */
    bool all;                    /* explains every failure */
    size_t total, shown;
    size_t count[RESULT_KINDS];
    struct summary summary; /* of a pretty report */
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
void report_result(struct result *result, void *context);

/* Ends the report of a run that has ended in this way. */
void report_end(struct report *report, enum run_end end);

/* Whether a result is a failure by itself: practice is one under --strict only. */
bool report_tells(const struct report *report, const struct result *result);

/* Why not all cases were run. */
const char *report_cut_short(const struct report *report, enum run_end end);

/* report_pretty.c: the two for a person, on standard output. */
void report_pretty_result(struct report *report, struct result *result);
void report_pretty_end(struct report *report, enum run_end end, double seconds);

/* Writes a string as JSON, with its quotes. */
void report_json_string(void *stream, const char *text);

#endif
