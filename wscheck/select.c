#include "wscheck/select.h"

#include "common/text.h"
#include "wscheck/memory.h"
#include "wscheck/words.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LAST_STEP = 8 /* of the tutorial */ };

unsigned select_step(const char *selector) {
    const unsigned char *digit = (const unsigned char *)selector + 4;
    if (strncmp(selector, "step", 4) != 0 || !isdigit(digit[0]) || !isdigit(digit[1]) ||
        (digit[2] != '\0' && digit[2] != '/')) {
        return 0;
    }
    unsigned step = 10U * (digit[0] - '0') + (digit[1] - '0');
    return step <= LAST_STEP ? step : 0;
}

/* Step 6 is the client, step 7 is for both, and the others are servers. */
static bool has_step(const struct case_list *list, unsigned step) {
    return step == 7 || (step == 6) == (list->role == FOR_CLIENTS);
}

/* Whether a server at a step of the tutorial must pass a case. Step 1 prints bytes, step 2 speaks
 * HTTP, step 3 also answers handshakes, step 4 also prints frames, and step 5 does all of this
 * except printing. Step 6 is the client, which has a list of its own, step 7 compresses, and
 * step 8 is a server again. */
static bool belongs_to_step(const struct test_case *test, unsigned step) {
    if (test->named_only && strncmp(test->section, "step", 4) != 0) {
        return false;
    }
    return test->named_only ? test->step == step
                            : test->step <= step && (step >= 5 || test->step != 4);
}

/* Whether a selector such as "6455/5.5.2/3" counts to this case in its section. */
static bool is_nth(const struct case_list *list, const struct test_case *test,
                   const char *selector) {
    char numbered[40];
    size_t number = 1;
    for (const struct test_case *each = list->cases; each < test; each++) {
        number += strcmp(each->section, test->section) == 0;
    }
    snprintf(numbered, sizeof numbered, "%s/%zu", test->section, number);
    return strcmp(selector, numbered) == 0;
}

static bool is_named(const struct case_list *list, const struct test_case *test,
                     const char *selector) {
    size_t length = strlen(selector);
    unsigned step = select_step(selector);
    if (step > 0 && strchr(selector, '/') == NULL) {
        return has_step(list, step) && belongs_to_step(test, step);
    }
    if (strcmp(selector, "deflate") == 0) {
        return test->step == 7 && strncmp(test->section, "step", 4) != 0;
    }
    size_t same = 0; /* other suites call 12.1/1 12.1.1, so both are understood */
    while (same < length && (test->name[same] == selector[same] ||
                             (test->name[same] == '/' && selector[same] == '.' &&
                              strchr(test->section, '/') == NULL))) {
        same++;
    }
    bool named = same == length && (test->name[length] == '\0' || test->name[length] == '/' ||
                                    test->name[length] == '.');
    return named || is_nth(list, test, selector);
}

/* The i-th of the texts that a selector may be: "deflate" and the steps, then the section and the
 * name of each case. */
static const char *candidate(const struct case_list *list, size_t i) {
    static const char *const others[] = {"deflate", "step01", "step02", "step03", "step04",
                                         "step05",  "step06", "step07", "step08"};
    if (i <= LAST_STEP) {
        return others[has_step(list, (unsigned)i) ? i : 0];
    }
    const struct test_case *test = &list->cases[(i - LAST_STEP - 1) / 2];
    return i % 2 == 0 ? test->section : test->name;
}

/* Says that a selector names nothing, and which names look most like it. */
static void complain(const struct case_list *list, const char *selector) {
    const char *near[] = {"", "", ""};
    if (strchr(selector, ':') != NULL) {
        fprintf(stderr, "wscheck: no case is named '%s'; is ws://%s meant?\n", selector, selector);
        return;
    }
    for (size_t n = 0; n < 3; n++) {
        size_t least = SIZE_MAX;
        for (size_t i = 0; i <= LAST_STEP + 2 * list->count; i++) {
            const char *name = candidate(list, i);
            size_t letters = text_distance(selector, name);
            if (letters < least && strcmp(name, near[0]) != 0 && strcmp(name, near[1]) != 0) {
                near[n] = name;
                least = letters;
            }
        }
    }
    fprintf(stderr, "wscheck: no case is named '%s'; near it are %s, %s and %s (--list has all)\n",
            selector, near[0], near[1], near[2]);
}

/* Whether the name of one of the `found` cases chosen so far differs only in its last part. */
static bool has_sibling(const struct test_case *const *chosen, size_t found,
                        const struct test_case *test) {
    size_t length = (size_t)(strrchr(test->name, '/') - test->name) + 1; /* up to the last part */
    while (found > 0 && (strncmp(chosen[found - 1]->name, test->name, length) != 0 ||
                         strchr(chosen[found - 1]->name + length, '/') != NULL)) {
        found--;
    }
    return found > 0 && length > strlen(test->section) + 1;
}

/* Whether --must-only and --quick let a case run. */
static bool is_allowed(const struct selection *selection, const struct test_case *test,
                       const struct test_case *const *chosen, size_t found) {
    const struct script *script = &test->script;
    bool is_quick = !script_is_heavy(script) && !script_has(script, WORD_TAKES_LONG) &&
                    !has_sibling(chosen, found, test);
    return (!selection->must_only || test->level == LEVEL_MUST) && (!selection->quick || is_quick);
}

size_t select_cases(const struct case_list *list, const struct selection *selection,
                    const struct test_case **chosen) {
    enum mark { NOT_NAMED, NAMED, LEFT_OUT } *marks = memory_take(list->count * sizeof marks[0]);
    bool all = true; /* no selector chooses any, so all are chosen that need not be named */
    size_t found = 0;
    for (size_t s = 0; s < selection->count; s++) {
        bool leaves_out = selection->selectors[s][0] == '!', any = false;
        const char *selector = selection->selectors[s] + leaves_out;
        for (size_t i = 0; i < list->count; i++) {
            if (is_named(list, &list->cases[i], selector)) {
                marks[i] = leaves_out || marks[i] == LEFT_OUT ? LEFT_OUT : NAMED;
                any = true;
            }
        }
        if (!any) {
            complain(list, selector);
            free(marks);
            return 0;
        }
        all = all && leaves_out;
    }
    for (size_t i = 0; i < list->count; i++) {
        const struct test_case *test = &list->cases[i];
        bool wanted = marks[i] == NAMED || (marks[i] == NOT_NAMED && all && !test->named_only);
        if (wanted && is_allowed(selection, test, chosen, found)) {
            chosen[found++] = test;
        }
    }
    free(marks);
    if (found == 0) {
        fprintf(stderr, "wscheck: no case is left; --list shows what the selectors name\n");
    }
    return found;
}

bool select_expected(struct case_list *list, const char *path) {
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t size = 0;
    bool good = true;
    if (file == NULL) {
        fprintf(stderr, "wscheck: cannot read '%s': %s\n", path, strerror(errno));
        return false;
    }
    while (good && getline(&line, &size, file) > 0) {
        char *name = line + strspn(line, " \t");
        name[strcspn(name, " \t\r\n#")] = '\0';
        size_t i = 0;
        while (i < list->count && strcmp(list->cases[i].name, name) != 0) {
            i++;
        }
        if (i < list->count) {
            list->cases[i].expected = true;
        } else if (name[0] != '\0') {
            complain(list, name);
            good = false;
        }
    }
    free(line);
    fclose(file);
    return good;
}
