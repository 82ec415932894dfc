#include "wscheck/cases/cases.h"

#include "wscheck/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CLIENT_STEP = 6, /* the step of the tutorial that is about clients */
    NAME_SIZE = 100  /* more than any name needs */
};

/* A copy of a text with `word` for each {} in it and `value` for each {=}. */
static char *fill(const char *text, const char *word, const char *value) {
    char *filled = NULL;
    size_t size;
    FILE *out = memory_stream(&filled, &size);
    while (*text != '\0') {
        if (strncmp(text, "{}", 2) == 0) {
            fputs(word, out);
            text += 2;
        } else if (strncmp(text, "{=}", 3) == 0) {
            fputs(value, out);
            text += 3;
        } else {
            fputc(*text++, out);
        }
    }
    fclose(out);
    return filled;
}

/* The section is an RFC and its section, "6455/5.5.2", or else the first word, "step04". */
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

/* Whether a script begins with a label. If so, moves past it. */
static bool takes_label(const char **script, const char *label) {
    size_t length = strlen(label);
    bool found = strncmp(*script, label, length) == 0;
    *script += found ? length : 0;
    return found;
}

static struct test_case *append(struct case_list *list) {
    if (list->count == list->capacity) {
        list->capacity = 2 * list->capacity + 64;
        list->cases = realloc(list->cases, list->capacity * sizeof list->cases[0]);
        if (list->cases == NULL) {
            abort();
        }
    }
    return &list->cases[list->count++];
}

/* Ends the program if there is a mistake in the tables, so that any run shows it. */
static void check(bool good, const char *name, const char *what, const char *where) {
    if (!good) {
        fprintf(stderr, "wscheck: %s %s%s\n", name, what, where);
        abort();
    }
}

/* Adds the case of a row for one of the words in the braces of its name. */
static void add_case(struct case_list *list, enum script_role role, const struct case_row *row,
                     const char *word, const char *value) {
    char *whole = fill(row->script, word, value);
    const char *script = whole;
    role = takes_label(&script, "servers: ")   ? FOR_SERVERS
           : takes_label(&script, "clients: ") ? FOR_CLIENTS
                                               : role;
    enum level level = takes_label(&script, "should: ")     ? LEVEL_SHOULD
                       : takes_label(&script, "practice: ") ? LEVEL_PRACTICE
                                                            : LEVEL_MUST;
    if ((role & list->role) != 0) {
        struct test_case *test = append(list);
        *test = (struct test_case){.name = fill(row->name, word, value),
                                   .level = level,
                                   .rule = fill(row->rule, word, value),
                                   .hint = fill(row->hint, word, value),
                                   .step = list->step};
        copy_section(test);
        if (strncmp(test->section, "step", 4) == 0) {
            test->step = (unsigned)strtoul(test->section + 4, NULL, 10);
        } else if (list->role == FOR_CLIENTS && list->step < CLIENT_STEP) {
            test->step = CLIENT_STEP;
        }
        if (list->role == FOR_SERVERS && !test->named_only && strncmp(script, "early ", 6) == 0) {
            test->level = LEVEL_PRACTICE; /* wscheck itself breaks a rule for clients (4.1) */
        }
        test->ground = test->level != LEVEL_PRACTICE ? ground_find(test->name) : NULL;
        check(test->level == LEVEL_PRACTICE || test->ground != NULL ||
                  strncmp(test->name, "step", 4) == 0,
              test->name, "needs a sentence in grounds.c", "");
        const char *problem = script_parse(&test->script, script, list->role);
        check(problem == NULL, test->name, "has a script that is wrong at: ", problem);
    }
    free(whole);
}

/* Adds the cases for a word in the braces, or for a range of numbers. */
static void add_words(struct case_list *list, enum script_role role, const struct case_row *row,
                      char *word) {
    char *end;
    unsigned long number = strtoul(word, &end, 10);
    if (strncmp(end, "..", 2) == 0) {
        for (unsigned long last = strtoul(end + 2, NULL, 10); number <= last; number++) {
            char digits[24];
            snprintf(digits, sizeof digits, "%lu", number);
            add_case(list, role, row, digits, digits);
        }
        return;
    }
    char *equals = strchr(word, '=');
    if (equals != NULL) {
        *equals = '\0';
    }
    add_case(list, role, row, word, equals != NULL ? equals + 1 : word);
}

void cases_add(struct case_list *list, enum script_role role, const struct case_row *row) {
    const char *open = strchr(row->name, '{');
    if (open == NULL) {
        add_case(list, role, row, "", "");
        return;
    }
    size_t length = strcspn(open, "}");
    check(open[length] == '}', row->name, "lacks a }", "");
    char name[NAME_SIZE], *words = memory_text("%.*s", (int)length - 1, open + 1), *rest;
    snprintf(name, sizeof name, "%.*s{}%s", (int)(open - row->name), row->name, open + length + 1);
    struct case_row each = {name, row->rule, row->script, row->hint};
    for (char *word = strtok_r(words, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
        add_words(list, role, &each, word + strspn(word, " "));
    }
    free(words);
}

void cases_init(struct case_list *list, enum script_role role) {
    static const struct case_file *const files[] = {
        &cases_handshake, &cases_http,    &cases_upgrade, &cases_client,         &cases_client_open,
        &cases_frames,    &cases_illegal, &cases_control, &cases_fragments,      &cases_utf8,
        &cases_close,     &cases_limits,  &cases_tcp,     &cases_steps,          &cases_offer,
        &cases_deflate,   &cases_inflate, &cases_samples, &cases_client_deflate, &cases_neighbours,
    };
    *list = (struct case_list){.role = role};
    for (size_t i = 0; i < CASES_COUNT(files); i++) {
        list->step = files[i]->step;
        for (size_t row = 0; row < files[i]->count; row++) {
            cases_add(list, files[i]->role, &files[i]->rows[row]);
        }
        if (files[i]->add != NULL) {
            files[i]->add(list);
        }
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
