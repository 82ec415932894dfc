#include "wscheck/check.h"

#include "wscheck/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *copy(const char *text) {
    char *copied = strdup(text);
    if (copied == NULL) {
        abort();
    }
    return copied;
}

void check_add(struct check_list *list, const char *section, enum level level, const char *rule,
               const char *hint, const char *script) {
    char id[64];
    size_t number = 1;
    struct script parsed;
    if (list->count == list->capacity) {
        list->capacity = 2 * list->capacity + 64;
        list->checks = realloc(list->checks, list->capacity * sizeof list->checks[0]);
        if (list->checks == NULL) {
            abort();
        }
    }
    for (size_t i = 0; i < list->count; i++) {
        number += strcmp(list->checks[i].section, section) == 0;
    }
    snprintf(id, sizeof id, "%s/%zu", section, number);
    const char *problem = script_parse(&parsed, script);
    if (problem != NULL) {
        fprintf(stderr, "wscheck: the script of %s is wrong at: %s\n", id, problem);
        abort(); /* A mistake in this program, which any run shows. */
    }
    list->checks[list->count++] =
        (struct check){copy(id),        copy(section), level,      copy(rule),
                       copy(script),    copy(hint),    list->step, script_needs_echo(&parsed),
                       list->named_only};
    script_free(&parsed);
}

void check_add_rows(struct check_list *list, const struct check_row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        check_add(list, rows[i].section, rows[i].level, rows[i].rule, rows[i].hint, rows[i].script);
    }
}

void check_list_init(struct check_list *list) {
    memset(list, 0, sizeof *list);
    cases_http(list);
    cases_handshake(list);
    cases_upgrade(list);
    cases_frames(list);
    cases_illegal(list);
    cases_control(list);
    cases_fragments(list);
    cases_utf8(list);
    cases_close(list);
    cases_limits(list);
    cases_tcp(list);
    cases_steps(list);
    cases_slow(list);
}

void check_list_free(struct check_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        struct check *check = &list->checks[i];
        free(check->id);
        free(check->section);
        free(check->rule);
        free(check->script);
        free(check->hint);
    }
    free(list->checks);
}
