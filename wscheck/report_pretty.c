#include "common/options.h"
#include "wscheck/driver.h"
#include "wscheck/explain.h"
#include "wscheck/report.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { IN_FULL = 3 }; /* causes that are explained in full; each other one has a line */

void report_pretty_begin(struct report *report) {
    const char *terminal = getenv("TERM"), *no_colour = getenv("NO_COLOR");
    bool is_terminal = isatty(STDOUT_FILENO) && (terminal == NULL || strcmp(terminal, "dumb") != 0);
    report->colour = is_terminal && (no_colour == NULL || no_colour[0] == '\0');
    report->progress = is_terminal && !report->quiet && !report->in_full;
    if (!report->quiet) {
        printf("wscheck %s\n", OPTIONS_VERSION);
    }
}

static void print_name(const struct report *report, const struct result *result) {
    const struct report_kind *kind = &report_kinds[result->kind];
    printf("%s%s%s %s", report->colour ? kind->colour : "", kind->mark,
           report->colour ? "\033[0m" : "", result->test->name);
}

void report_pretty_result(struct report *report, struct result *result) {
    bool failed = report_is_failure(report, result);
    if (report->progress) {
        printf("\r\033[K");
    }
    if (report->in_full || (failed && report->all)) {
        print_name(report, result);
        printf("\n");
        explain(stdout, result, report->again, report->in_full);
        printf("\n");
    }
    if (result->kind != RESULT_PASSED && result->kind != RESULT_EXPECTED) {
        summary_add(&report->summary, result);
    }
    if (report->progress) {
        printf("%zu/%zu, %zu failed  %.40s", report->shown, report->total,
               report->count[RESULT_MUST], result->test->name);
    }
    if (report->progress || report->all || report->in_full) {
        fflush(stdout);
    }
}

/* Prints the failures with one cause: one of them in full, or a line that names the cause. */
static void print_group(const struct report *report, const struct summary_group *group,
                        bool in_full) {
    print_name(report, &group->shown);
    if (group->count > 1) {
        printf(" and %zu more", group->count - 1);
    }
    if (in_full) {
        printf("\n");
        explain(stdout, &group->shown, report->again, false);
    } else {
        printf(": ");
        explain_cause(stdout, &group->shown);
        printf("\n");
        if (report_is_failure(report, &group->shown)) {
            printf("  hint      %s\n", explain_hint(&group->shown));
        }
    }
}

/* Prints the first three causes in full and a line for each other one. Causes of a lower level than
 * the first one's have a line, too. */
static void print_groups(const struct report *report) {
    const struct summary *summary = &report->summary;
    bool has_heading = report->strict;
    for (size_t i = 0; i < summary->count; i++) {
        const struct result *shown = &summary->groups[i].shown;
        bool is_worst = shown->kind == summary->groups[0].shown.kind;
        if (shown->kind == RESULT_PRACTICE && !has_heading) {
            printf("practice, which no RFC asks for and which counts only with --strict:\n");
            has_heading = true;
        }
        if (shown->kind != RESULT_SKIPPED) {
            bool in_full =
                !report->all && i < IN_FULL && is_worst && report_is_failure(report, shown);
            printf("%s", in_full && i > 0 ? "\n" : "");
            print_group(report, &summary->groups[i], in_full);
        }
    }
}

/* Prints why cases were skipped, and what to fix first. */
static void print_conclusion(const struct report *report) {
    const struct summary *summary = &report->summary;
    bool shortened = false;
    for (size_t i = 0; i < summary->count; i++) {
        const struct summary_group *group = &summary->groups[i];
        shortened = shortened || group->shortened;
        if (group->shown.kind == RESULT_SKIPPED) {
            printf("%zu skipped: %s\n", group->count, group->shown.got);
        }
    }
    if (shortened && !summary->groups[0].shown.shortened) { /* its explanation says so itself */
        printf("some waits were shorter, because ten for the same thing had been in vain\n");
    }
    if (summary->count > 0 && report_is_failure(report, &summary->groups[0].shown)) {
        printf("fix first: ");
        explain_cause(stdout, &summary->groups[0].shown);
        printf(", in %zu case%s\n", summary->groups[0].count,
               summary->groups[0].count == 1 ? "" : "s");
        if (report->remark[0] != '\0') {
            printf("%s\n", report->remark);
        }
    }
}

void report_pretty_end(struct report *report, enum run_end end, double seconds) {
    const size_t *count = report->count;
    bool good = end == RUN_COMPLETE && count[RESULT_MUST] == 0 && count[RESULT_SHOULD] == 0 &&
                count[RESULT_FLAKY] == 0;
    static const enum result_kind seldom[] = {RESULT_PRACTICE, RESULT_FLAKY, RESULT_EXPECTED};
    char more[120] = "";
    if (report->progress) {
        printf("\r\033[K");
    }
    summary_sort(&report->summary);
    if (!report->in_full) {
        print_groups(report);
    }
    if (end != RUN_COMPLETE) {
        printf("%s, so %zu of %zu cases were not run\n", report_cut_short(report, end),
               report->total - report->shown, report->total);
    }
    if (!report->quiet || !good) {
        print_conclusion(report);
        for (size_t i = 0; i < sizeof seldom / sizeof seldom[0]; i++) {
            if (count[seldom[i]] > 0) {
                size_t used = strlen(more);
                snprintf(more + used, sizeof more - used, ", %zu %s", count[seldom[i]],
                         report_kinds[seldom[i]].name);
            }
        }
        printf("%s%zu passed, %zu failed, %zu fell short of a SHOULD, %zu skipped%s, in %.1f s%s\n",
               !report->colour ? ""
               : good          ? "\033[32m"
                               : "\033[31m",
               count[RESULT_PASSED], count[RESULT_MUST], count[RESULT_SHOULD],
               count[RESULT_SKIPPED], more, seconds, report->colour ? "\033[0m" : "");
    }
    summary_free(&report->summary);
}
