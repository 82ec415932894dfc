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
    const char *remark;          /* what the first look has found, said again at the end; or "" */
    bool strict;                 /* a SHOULD counts */
    bool in_full;                /* explains the cases that pass as well, with all bytes */
    bool all;                    /* explains every failure */
    size_t total, shown;
    size_t count[RESULT_KINDS];
    int64_t start;
    struct summary summary;  /* of a pretty report */
    size_t failures, errors; /* of JUnit */
    char *body;              /* of JUnit, which has the sums at its beginning */
    size_t body_size;
    void *stream; /* the FILE that fills `body` */
};

/* Finds a format by its name. Returns false when there is none. */
bool report_format_named(const char *name, enum report_format *format);

/* Prints the cases that a command line names: as JSON, or a line for each. */
void report_list(enum report_format format, const struct test_case *const *cases, size_t count);

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

/* report_pretty.c: for a person, on standard output. */
void report_pretty_begin(struct report *report);
void report_pretty_result(struct report *report, struct result *result);
void report_pretty_end(struct report *report, enum run_end end, double seconds);

/* report_junit.c. A SHOULD that does not count is skipped there, a dead server is an error. */
void report_junit_result(struct report *report, const struct result *result);
void report_junit_end(struct report *report, enum run_end end, double seconds);

/* The explanation of a result as one string; free it. */
char *report_explanation(const struct report *report, const struct result *result);

/* What the formats call a kind of result. */
struct report_kind {
    const char *name;      /* in JSON, JUnit and the last line */
    const char *directive; /* in TAP, if it is no plain failure */
    const char *mark, *colour;
};
extern const struct report_kind report_kinds[RESULT_KINDS];

#endif
