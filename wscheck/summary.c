#include "wscheck/summary.h"

#include <stdlib.h>
#include <string.h>

static bool is_failure(const struct result *result) {
    return result->kind == RESULT_MUST || result->kind == RESULT_SHOULD;
}

/* Whether two results go into the same group. */
static bool is_same(const struct result *one, const struct result *other) {
    bool is_other_kind = one->kind != other->kind && !(is_failure(one) && is_failure(other));
    if (one->cause == CAUSE_DIED && other->cause == CAUSE_DIED) {
        return true; /* whatever their kinds: some cases only ran at the same time */
    }
    if (is_other_kind || one->kind == RESULT_FLAKY) {
        return false; /* each flaky case is listed */
    }
    if (one->kind == RESULT_SKIPPED) {
        return strcmp(one->got, other->got) == 0;
    }
    return one->cause == other->cause && one->broken == other->broken &&
           (!cause_words(one->cause)->by_section ||
            strcmp(one->test->section, other->test->section) == 0);
}

/* Whether the case is about the cause: it shows it better than a case that only met it. */
static bool is_about_cause(const struct result *result) {
    const char *section = cause_words(result->cause)->section;
    return section != NULL && strcmp(result->test->section, section) == 0;
}

static bool shows_better(const struct result *result, const struct result *shown) {
    return result->kind != shown->kind ? result->kind == RESULT_MUST
                                       : is_about_cause(result) && !is_about_cause(shown);
}

void summary_add(struct summary *summary, struct result *result) {
    size_t i = 0;
    while (i < summary->count && !is_same(&summary->groups[i].shown, result)) {
        i++;
    }
    if (i == summary->count) {
        summary->groups = realloc(summary->groups, ++summary->count * sizeof summary->groups[0]);
        if (summary->groups == NULL) {
            abort();
        }
        summary->groups[i] = (struct summary_group){{0}, 0, false};
    }
    struct summary_group *group = &summary->groups[i];
    group->shortened = group->shortened || result->shortened;
    if (++group->count == 1 || shows_better(result, &group->shown)) {
        free(group->shown.transcript);
        free(group->shown.output);
        group->shown = *result;
        result->transcript = NULL;
        result->output = NULL;
    }
}

static int rank(const struct summary_group *group) {
    static const int ranks[RESULT_KINDS] = {[RESULT_MUST] = 1,
                                            [RESULT_SHOULD] = 2,
                                            [RESULT_FLAKY] = 3,
                                            [RESULT_PRACTICE] = 4,
                                            [RESULT_SKIPPED] = 5};
    return group->shown.cause == CAUSE_DIED ? 0 : ranks[group->shown.kind];
}

static int compare(const void *left, const void *right) {
    const struct summary_group *one = left, *other = right;
    if (rank(one) != rank(other)) {
        return rank(one) - rank(other);
    }
    return one->count < other->count ? 1 : one->count > other->count ? -1 : 0;
}

void summary_sort(struct summary *summary) {
    if (summary->count > 0) {
        qsort(summary->groups, summary->count, sizeof summary->groups[0], compare);
    }
}

void summary_free(struct summary *summary) {
    for (size_t i = 0; i < summary->count; i++) {
        free(summary->groups[i].shown.transcript);
        free(summary->groups[i].shown.output);
    }
    free(summary->groups);
}
