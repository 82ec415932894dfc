#include "wscheck/cases/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLIENT_STEP = 6 /* of the tutorial, which is about clients */ };

static char *copy(const char *text) {
    char *copied = strdup(text);
    if (copied == NULL) {
        abort();
    }
    return copied;
}

/* An RFC and its section, "6455/5.5.2"; or, of what is no RFC's, the first word, "step04". */
static void copy_section(struct test_case *test) {
    size_t length = strcspn(test->name, "/");
    test->named_only = strspn(test->name, "0123456789") != length;
    if (!test->named_only) {
        length += 1 + strcspn(test->name + length + 1, "/");
    }
    snprintf(test->section, sizeof test->section, "%.*s", (int)length, test->name);
}

const char *cases_level_name(enum level level) {
    return level == LEVEL_MUST ? "MUST" : level == LEVEL_SHOULD ? "SHOULD" : "practice";
}

void cases_add(struct case_list *list, const struct case_row *row) {
    if ((row->role & list->role) == 0) {
        return;
    }
    if (list->count == list->capacity) {
        list->capacity = 2 * list->capacity + 64;
        list->cases = realloc(list->cases, list->capacity * sizeof list->cases[0]);
        if (list->cases == NULL) {
            abort();
        }
    }
    struct test_case *test = &list->cases[list->count++];
    *test = (struct test_case){.name = copy(row->name),
                               .level = row->level,
                               .rule = copy(row->rule),
                               .hint = copy(row->hint),
                               .step = list->step};
    if (list->role == FOR_CLIENTS && list->step < CLIENT_STEP) {
        test->step = CLIENT_STEP;
    }
    copy_section(test);
    if (list->role == FOR_SERVERS && !test->named_only && strncmp(row->script, "early ", 6) == 0) {
        test->level = LEVEL_PRACTICE; /* the client that does so breaks a rule itself (4.1) */
    }
    if (test->level != LEVEL_PRACTICE) {
        test->ground = ground_find(test->name);
        if (test->ground == NULL && strncmp(test->name, "step", 4) != 0) {
            fprintf(stderr, "wscheck: %s needs a sentence in grounds.c\n", row->name);
            abort();
        }
    }
    const char *problem = script_parse(&test->script, row->script, list->role);
    if (problem != NULL) { /* A mistake in this program, which any run shows. */
        fprintf(stderr, "wscheck: the script of %s is wrong at: %s\n", row->name, problem);
        abort();
    }
}

void cases_add_rows(struct case_list *list, const struct case_row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        cases_add(list, &rows[i]);
    }
}

void cases_init(struct case_list *list, enum script_role role) {
    static void (*const files[])(struct case_list * list) = {
        cases_handshake, cases_http,    cases_upgrade, cases_client,    cases_client_open,
        cases_frames,    cases_illegal, cases_control, cases_fragments, cases_utf8,
        cases_close,     cases_limits,  cases_tcp,     cases_steps,     cases_slow,
        cases_offer,     cases_deflate, cases_inflate, cases_samples,   cases_client_deflate,
    };
    memset(list, 0, sizeof *list);
    list->role = role;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        files[i](list);
    }
}

void cases_free(struct case_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        struct test_case *test = &list->cases[i];
        free(test->name);
        free(test->rule);
        script_free(&test->script);
        free(test->hint);
    }
    free(list->cases);
}
