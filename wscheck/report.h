/* report: prints the results, for a person or for a machine. */
#ifndef WSCHECK_REPORT_H
#define WSCHECK_REPORT_H

#include "wscheck/summary.h"

enum report_format { REPORT_PRETTY, REPORT_TAP, REPORT_JUNIT, REPORT_JSON };

struct report {
    enum report_format format;
    const char *url;
    char *again; /* the command of arguments_again */
    bool quiet, colour, progress;
    const struct driver *driver; /* of a server, or of a client */
    const char *remark;          /* what the probe has noticed, printed at the end; or "" */
    bool strict;                 /* failures of a SHOULD and of practice count */
    bool in_full;                /* passed cases are explained, too, with all bytes */
    bool all;                    /* every failure is explained */
    size_t total, shown;
    size_t count[RESULT_KINDS];
    int64_t start;
    struct summary summary;  /* of a pretty report */
    size_t failures, errors; /* of JUnit */
    char *body;              /* of JUnit, where the counts stand before it */
    size_t body_size;
    void *stream; /* the FILE that fills `body` */
};

/* Finds a format by its name. Returns false if no format has this name. */
bool report_format_named(const char *name, enum report_format *format);

/* Prints a list of cases: as JSON, or a line for each. */
void report_list(enum report_format format, const struct test_case *const *cases, size_t count);

/* Begins a report of `total` cases on standard output. */
void report_begin(struct report *report, size_t total);

/* Adds one result, which may become RESULT_EXPECTED. `context` is the report; it is a void pointer
 * because this is the runner's `on_result`. */
void report_result(struct result *result, void *context);

/* Ends the report of a run that ended in the way `end`. */
void report_end(struct report *report, enum run_end end);

/* Whether a result is a failure to be explained; one of practice is that only under --strict. */
bool report_is_failure(const struct report *report, const struct result *result);

/* Why the run ended before all cases were run. */
const char *report_cut_short(const struct report *report, enum run_end end);

/* report_pretty.c: for a person, on standard output. */
void report_pretty_begin(struct report *report);
void report_pretty_result(struct report *report, struct result *result);
void report_pretty_end(struct report *report, enum run_end end, double seconds);

/* report_junit.c. A failure that does not count is `skipped` there, and the death of the server is
 * an `error`. */
void report_junit_result(struct report *report, const struct result *result);
void report_junit_end(struct report *report, enum run_end end, double seconds);

/* The explanation of a result as one string. The caller frees it. */
char *report_explanation(const struct report *report, const struct result *result);

/* The names of a kind of result in the formats. */
struct report_kind {
    const char *name;          /* in JSON, JUnit and the last line */
    const char *directive;     /* in TAP; "" for a pass or a failure that counts */
    const char *mark, *colour; /* in a pretty report */
};
extern const struct report_kind report_kinds[RESULT_KINDS];

#endif
