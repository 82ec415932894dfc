/* summary: groups the failures of a run by their cause, and the skipped cases by the reason. */
#ifndef WSCHECK_SUMMARY_H
#define WSCHECK_SUMMARY_H

#include "wscheck/runner.h"

/* Failures with the same cause (and of the same section, if the sections of the cause are different
 * faults), or cases that were skipped for the same reason. */
struct summary_group {
    struct result shown; /* the result that shows the cause best; the group frees its transcript
                            and output */
    size_t count;
    bool shortened; /* one of the cases waited for a shorter time than usual */
};

/* All zeros before the first use. */
struct summary {
    struct summary_group *groups;
    size_t count;
};

/* Adds a result other than a pass. If the summary takes over its transcript and output, it sets
 * them to NULL in `result`. */
void summary_add(struct summary *summary, struct result *result);

/* Sorts the groups in the order in which they should be fixed: first what kills the other side,
 * then failures of a MUST, of a SHOULD, and so on; skipped cases come last. Of two groups of one
 * kind the one with more cases comes first. */
void summary_sort(struct summary *summary);

void summary_free(struct summary *summary);

#endif
