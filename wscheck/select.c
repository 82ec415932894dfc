#include "wscheck/select.h"

#include "common/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUGGESTIONS = 3, LAST_STEP = 7 /* of the tutorial */ };

unsigned select_step(const char *selector) {
    const unsigned char *digit = (const unsigned char *)selector + 4;
    if (strncmp(selector, "step", 4) != 0 || !isdigit(digit[0]) || !isdigit(digit[1]) ||
        (digit[2] != '\0' && digit[2] != '/')) {
        return 0;
    }
    unsigned step = 10U * (digit[0] - '0') + (digit[1] - '0');
    return step <= LAST_STEP ? step : 0;
}

/* What a server at a stage of the tutorial must do: step 1 prints bytes, step 2 speaks HTTP, step 3
 * answers handshakes as well, step 4 prints frames besides, and step 5 does all but print. Step 6
 * is the client, whose cases are a list of their own; step 7 compresses. */
static bool belongs_to_step(const struct test_case *test, unsigned step) {
    if (test->named_only && strncmp(test->section, "step", 4) != 0) {
        return false;
    }
    return test->named_only ? test->step == step
                            : test->step <= step && (step >= 5 || test->step != 4);
}

static bool is_named(const struct case_list *list, const struct test_case *test,
                     const char *selector) {
    size_t length = strlen(selector);
    unsigned step = select_step(selector);
    if (step > 0 && strchr(selector, '/') == NULL) {
        return (step == 7 || (step == 6) == (list->role == FOR_CLIENTS)) &&
               belongs_to_step(test, step);
    }
    if (strcmp(selector, "deflate") == 0) {
        return test->step == 7 && strncmp(test->section, "step", 4) != 0;
    }
    size_t same = 0; /* 12.1.1 is another name of 12.1/1, and the usual one. */
    while (same < length && (test->name[same] == selector[same] ||
                             (test->name[same] == '/' && selector[same] == '.' &&
                              strchr(test->section, '/') == NULL))) {
        same++;
    }
    return same == length &&
           (test->name[length] == '\0' || test->name[length] == '/' || test->name[length] == '.');
}

struct suggestions {
    const char *name[SUGGESTIONS];
    size_t distance[SUGGESTIONS];
};

static void suggest(struct suggestions *suggestions, const char *selector, const char *name) {
    size_t letters = text_distance(selector, name), place = SUGGESTIONS;
    for (size_t i = 0; i < SUGGESTIONS; i++) {
        if (suggestions->name[i] != NULL && strcmp(suggestions->name[i], name) == 0) {
            return;
        }
    }
    for (; place > 0 && letters < suggestions->distance[place - 1]; place--) {
        if (place < SUGGESTIONS) {
            suggestions->name[place] = suggestions->name[place - 1];
            suggestions->distance[place] = suggestions->distance[place - 1];
        }
    }
    if (place < SUGGESTIONS) {
        suggestions->name[place] = name;
        suggestions->distance[place] = letters;
    }
}

/* The names that look most like a selector that names nothing. */
static void complain(const struct case_list *list, const char *selector) {
    static const char *const names[] = {"step01", "step02", "step03", "step04",
                                        "step05", "step07", "deflate"};
    struct suggestions near = {{NULL}, {SIZE_MAX, SIZE_MAX, SIZE_MAX}};
    if (list->role == FOR_CLIENTS) {
        suggest(&near, selector, "step06");
    }
    for (size_t i = list->role == FOR_CLIENTS ? 5 : 0; i < sizeof names / sizeof names[0]; i++) {
        suggest(&near, selector, names[i]);
    }
    for (size_t i = 0; i < list->count; i++) {
        suggest(&near, selector, list->cases[i].section);
    }
    for (size_t i = 0; i < list->count; i++) {
        suggest(&near, selector, list->cases[i].name);
    }
    fprintf(stderr, "wscheck: no case is named '%s'; near it are %s, %s and %s (--list has all)\n",
            selector, near.name[0], near.name[1], near.name[2]);
}

/* Whether any of the selectors that begin (or do not begin) with a ! names the case. */
static bool is_any_named(const struct case_list *list, const struct test_case *test,
                         const struct selection *selection, bool left_out) {
    for (size_t s = 0; s < selection->count; s++) {
        const char *selector = selection->selectors[s];
        if ((selector[0] == '!') == left_out && is_named(list, test, selector + left_out)) {
            return true;
        }
    }
    return false;
}

/* Whether one of the first `found` chosen has a name that differs in its last part only. */
static bool has_sibling(const struct test_case *const *chosen, size_t found,
                        const struct test_case *test) {
    size_t family = (size_t)(strrchr(test->name, '/') - test->name) + 1;
    while (found > 0 && (strncmp(chosen[found - 1]->name, test->name, family) != 0 ||
                         strchr(chosen[found - 1]->name + family, '/') != NULL)) {
        found--;
    }
    return found > 0 && family > strlen(test->section) + 1;
}

static bool is_left(const struct selection *selection, const struct test_case *test,
                    const struct test_case *const *chosen, size_t found) {
    bool is_quick = !script_is_heavy(&test->script) && !has_sibling(chosen, found, test);
    return (!selection->must_only || test->level == LEVEL_MUST) && (!selection->quick || is_quick);
}

size_t select_cases(const struct case_list *list, const struct selection *selection,
                    const struct test_case **chosen) {
    size_t found = 0, named = 0;
    for (size_t s = 0; s < selection->count; s++) {
        const char *selector = selection->selectors[s];
        bool left_out = selector[0] == '!', any = false;
        for (size_t i = 0; i < list->count && !any; i++) {
            any = is_named(list, &list->cases[i], selector + left_out);
        }
        if (!any) {
            complain(list, selector + left_out);
            return 0;
        }
        named += !left_out;
    }
    for (size_t i = 0; i < list->count; i++) {
        const struct test_case *test = &list->cases[i];
        bool wanted = named > 0 ? is_any_named(list, test, selection, false) : !test->named_only;
        if (wanted && !is_any_named(list, test, selection, true) &&
            is_left(selection, test, chosen, found)) {
            chosen[found++] = test;
        }
    }
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
