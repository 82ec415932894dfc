#include "wscheck/cases/cases.h"

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

/* Whether a case for servers makes sense when it is turned around: it says nothing of the two
 * roles, and none of its words is for one of them. */
static bool is_for_both(const char *section, const char *rule, const char *script) {
    static const char *const roles[] = {"erver", "lient", "mask"};
    static const char *const words[] = {"unmasked", "zerokey", "meanwhile", "deaf",
                                        "orderly",  "crowd",   "stuff",     "fin "};
    if (strcmp(section, "6455/5.1") == 0 || strcmp(section, "6455/5.3") == 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if (strstr(rule, roles[i]) != NULL) {
            return false;
        }
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strstr(script, words[i]) != NULL) {
            return false;
        }
    }
    return true;
}

void cases_add(struct case_list *list, const char *section, enum level level, const char *rule,
               const char *hint, const char *script) {
    char id[64];
    size_t number = 1;
    struct script parsed;
    if (list->turned_around && !is_for_both(section, rule, script)) {
        return;
    }
    if (list->count == list->capacity) {
        list->capacity = 2 * list->capacity + 64;
        list->cases = realloc(list->cases, list->capacity * sizeof list->cases[0]);
        if (list->cases == NULL) {
            abort();
        }
    }
    for (size_t i = 0; i < list->count; i++) {
        number += strcmp(list->cases[i].section, section) == 0;
    }
    snprintf(id, sizeof id, "%s/%zu", section, number);
    const char *problem = script_parse(&parsed, script);
    if (problem != NULL) {
        fprintf(stderr, "wscheck: the script of %s is wrong at: %s\n", id, problem);
        abort(); /* A mistake in this program, which any run shows. */
    }
    list->cases[list->count++] =
        (struct test_case){copy(id),        copy(section), level,      copy(rule),
                           copy(script),    copy(hint),    list->step, script_needs_echo(&parsed),
                           list->named_only};
    script_free(&parsed);
}

void cases_add_rows(struct case_list *list, const struct case_row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        cases_add(list, rows[i].section, rows[i].level, rows[i].rule, rows[i].hint, rows[i].script);
    }
}

/* The cases that bind both sides: about frames and messages, and about compressed ones. */
static void add_frames(struct case_list *list) {
    cases_frames(list);
    cases_illegal(list);
    cases_control(list);
    cases_fragments(list);
    cases_utf8(list);
    cases_close(list);
}

static void add_compressed(struct case_list *list) {
    cases_deflate(list);
    cases_inflate(list);
    cases_samples(list);
}

/* What binds both sides is asked of a client with the cases for servers, turned around. */
static void add_for_clients(struct case_list *list) {
    cases_client(list);
    cases_client_open(list);
    list->turned_around = true;
    add_frames(list);
    for (size_t i = 0; i < list->count; i++) {
        list->cases[i].step = 6;
    }
    add_compressed(list);
    list->turned_around = false;
    cases_client_deflate(list);
}

void cases_init(struct case_list *list, bool for_clients) {
    memset(list, 0, sizeof *list);
    list->for_clients = for_clients;
    if (for_clients) {
        add_for_clients(list);
        return;
    }
    cases_http(list);
    cases_handshake(list);
    cases_upgrade(list);
    add_frames(list);
    cases_limits(list);
    cases_tcp(list);
    cases_steps(list);
    cases_slow(list);
    cases_offer(list);
    add_compressed(list);
}

void cases_free(struct case_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        struct test_case *test = &list->cases[i];
        free(test->id);
        free(test->section);
        free(test->rule);
        free(test->script);
        free(test->hint);
    }
    free(list->cases);
}
