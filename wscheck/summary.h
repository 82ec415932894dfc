/* summary: what all failures of a run come down to, and why cases were skipped. */
#ifndef WSCHECK_SUMMARY_H
#define WSCHECK_SUMMARY_H

#include "wscheck/runner.h"

/* Failures with one cause, and in one section where the sections of a cause are faults of their
 * own; or cases that were skipped for one reason. */
struct summary_group {
    struct result shown; /* the one that shows it best; its transcript and output are the group's */
    size_t count;
    bool shortened; /* one of them waited for a shorter time than usual */
};

/* Begins as zeros. */
struct summary {
    struct summary_group *groups;
    size_t count;
};

/* Adds a result that is no pass. If the summary keeps its transcript and its output, they are NULL
 * in it then. */
void summary_add(struct summary *summary, struct result *result);

/* Sorts the groups by what is to be mended first: what the other side dies of, then what fails most
 * cases of a MUST; what was skipped comes last. */
void summary_sort(struct summary *summary);

void summary_free(struct summary *summary);

#endif
