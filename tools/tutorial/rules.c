#include "tools/tutorial/rules.h"

#include "common/clock.h"
#include "common/text.h"
#include "tools/tutorial/cell.h"
#include "tools/tutorial/command.h"
#include "tools/tutorial/functions.h"

#include <stdlib.h>
#include <string.h>

enum { PLACE_COLUMN = 2, CASES_COLUMN = 3 };

struct rules {
    const struct document *document;
    struct report *report;
    struct lines cases; /* the names of all cases of wscheck */
};

static bool read_cases(struct rules *rules, const struct sandbox *scene, int64_t patience) {
    struct lines lines;
    char *command = sandbox_command(scene, "build/wscheck --list");
    char *list = command_output(command, clock_now() + patience);
    free(command);
    if (list == NULL) {
        report_fail(rules->report, rules->document->path, 0, "%s/wscheck --list does not work",
                    scene->build);
        return false;
    }
    lines_split(&lines, list);
    for (size_t i = 0; i < lines.count; i++) {
        size_t len = strcspn(lines.line[i], " ");
        if (memchr(lines.line[i], '/', len) != NULL) { /* the last line is the sum */
            lines_add(&rules->cases, lines.line[i], len);
        }
    }
    lines_free(&lines);
    free(list);
    return true;
}

/* Whether a name is that of a case, or what several begin with up to a '/'. */
static bool is_case(const struct rules *rules, const char *name) {
    size_t len = strlen(name);
    for (size_t i = 0; i < rules->cases.count; i++) {
        const char *each = rules->cases.line[i];
        if (strncmp(each, name, len) == 0 && (each[len] == '\0' || each[len] == '/')) {
            return true;
        }
    }
    return false;
}

/* The case that begins most like a name that is none, and of those the one with the fewest letters
 * to change. */
static const char *nearest_case(const struct rules *rules, const char *name) {
    const char *best = "none";
    size_t longest = 0, least = TEXT_DISTANCE_MAX;
    for (size_t i = 0; i < rules->cases.count; i++) {
        const char *each = rules->cases.line[i];
        size_t distance = text_distance(name, each), same = 0;
        while (each[same] != '\0' && each[same] == name[same]) {
            same++;
        }
        if (same > longest || (same == longest && distance < least)) {
            longest = same;
            least = distance;
            best = each;
        }
    }
    return best;
}

/* Whether one of the files holds the text; if it is C and `defines` is set, as a function's name.
 * */
static bool stands_in(const struct lines *paths, const char *text, bool defines) {
    for (size_t i = 0; i < paths->count; i++) {
        const char *path = paths->line[i], *dot = strrchr(path, '.');
        bool found = false;
        if (defines && dot != NULL && strcmp(dot, ".c") == 0) {
            struct functions functions;
            if (functions_find(&functions, path)) {
                found = functions_hold(&functions.defined, text);
                functions_free(&functions);
            }
        } else {
            char *content = lines_read_text(path);
            found = content != NULL && strstr(content, text) != NULL;
            free(content);
        }
        if (found) {
            return true;
        }
    }
    return false;
}

static void check_place(const struct rules *rules, size_t line, const struct cell *cell) {
    const char *path = cell->paths.count > 0 ? cell->paths.line[0] : "";
    if (cell->paths.count == 0 && (cell->codes.count > 0 || !cell->dash)) {
        report_fail(rules->report, rules->document->path, line,
                    "the place needs a link to its file, or a dash if there is none");
        return;
    }
    for (size_t i = 0; i < cell->codes.count; i++) {
        const char *name = cell->codes.line[i];
        if (stands_in(&cell->paths, name, true)) {
            report_pass(rules->report);
        } else {
            report_fail(rules->report, rules->document->path, line, "%s%s defines no function %s",
                        path, cell->paths.count > 1 ? ", or what else is linked," : "", name);
        }
    }
}

static void check_cases(const struct rules *rules, size_t line, const struct cell *cell) {
    if (cell->codes.count == 0 && (cell->paths.count > 0 || !cell->dash)) {
        report_fail(rules->report, rules->document->path, line,
                    "name cases or tests in backticks, or write a dash if there are none");
    }
    for (size_t i = 0; i < cell->codes.count; i++) {
        const char *name = cell->codes.line[i];
        bool found = is_case(rules, name) || stands_in(&cell->paths, name, false);
        if (found) {
            report_pass(rules->report);
        } else if (cell->paths.count > 0 && strchr(name, '/') == NULL) {
            report_fail(rules->report, rules->document->path, line, "\"%s\" does not stand in %s",
                        name, cell->paths.line[0]);
        } else {
            report_fail(rules->report, rules->document->path, line,
                        "wscheck has no case %s; nearest: %s", name, nearest_case(rules, name));
        }
    }
}

static void check_row(const struct rules *rules, size_t line) {
    size_t from, to;
    struct cell cell;
    if (!cell_find(rules->document, line, CASES_COLUMN, &from, &to)) {
        report_fail(rules->report, rules->document->path, line,
                    "a row has four cells: section, rule, place, cases");
        return;
    }
    cell_read(&cell, rules->document, from, to);
    check_cases(rules, line, &cell);
    cell_free(&cell);
    cell_find(rules->document, line, PLACE_COLUMN, &from, &to);
    cell_read(&cell, rules->document, from, to);
    check_place(rules, line, &cell);
    cell_free(&cell);
}

void rules_check(const struct document *document, bool required, const struct sandbox *scene,
                 int64_t patience, struct report *report) {
    struct rules rules = {.document = document, .report = report};
    size_t line = 1, row = 0, checked = 0;
    while (line <= document->lines.count && !document_is_mark(document, line, "rules")) {
        line++;
    }
    if (line <= document->lines.count && read_cases(&rules, scene, patience)) {
        for (; line <= document->lines.count && !document_is_mark(document, line, "end of rules");
             line++) {
            /* The first two rows of a table are the names of the columns and the line below. */
            row = document->lines.line[line - 1][0] == '|' ? row + 1 : 0;
            if (row > 2) {
                check_row(&rules, line);
                checked++;
            }
        }
    }
    if (required && checked == 0) {
        report_fail(report, document->path, 0,
                    "there is no table between <!-- rules --> and <!-- end of rules -->");
    }
    lines_free(&rules.cases);
}
