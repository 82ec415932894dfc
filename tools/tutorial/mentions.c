#include "tools/tutorial/mentions.h"

#include "common/clock.h"
#include "tools/tutorial/command.h"
#include "tools/tutorial/functions.h"

#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A hyphen joins words, too: "make step" is not in "make step-by-step". */
static bool joins(char character) {
    return isalnum((unsigned char)character) || character == '_' || character == '-';
}

static bool is_code(const struct document *document, size_t offset) {
    return document->kind[offset] == DOCUMENT_CODE || document->kind[offset] == DOCUMENT_FENCE;
}

/* Whether the code of the document holds the text as words of their own; as a whole span if
 * `alone`. */
static bool mentions(const struct document *document, const char *text, bool alone) {
    size_t len = strlen(text);
    for (const char *at = document->text; (at = strstr(at, text)) != NULL; at++) {
        size_t offset = (size_t)(at - document->text);
        char before = offset > 0 ? at[-1] : ' ';
        bool word = !joins(before) && !joins(at[len]);
        bool whole = before == '`' && at[len] == '`';
        if (is_code(document, offset) && (alone ? whole : word)) {
            return true;
        }
    }
    return false;
}

static void check_functions(const struct document *document, const char *pattern,
                            struct report *report) {
    glob_t headers;
    if (glob(pattern, 0, NULL, &headers) != 0) {
        return;
    }
    for (size_t i = 0; i < headers.gl_pathc; i++) {
        struct functions functions;
        const char *path = headers.gl_pathv[i];
        if (!functions_find(&functions, path)) {
            report_fail(report, path, 0, "cannot be read");
            continue;
        }
        for (size_t k = 0; k < functions.declared.count; k++) {
            const char *name = functions.declared.line[k];
            if (mentions(document, name, false)) {
                report_pass(report);
            } else {
                report_fail(report, document->path, 0, "the function %s of %s is not mentioned",
                            name, path);
            }
        }
        functions_free(&functions);
    }
    globfree(&headers);
}

static void check_target(const struct document *document, const char *target,
                         struct report *report) {
    char command[80];
    snprintf(command, sizeof command, "make %s", target);
    if (mentions(document, command, false) || mentions(document, target, true)) {
        report_pass(report);
    } else {
        report_fail(report, document->path, 0, "the target %s is not mentioned", command);
    }
}

/* What the help calls stepNN is a target for each step. */
static void check_steps(const struct document *document, struct report *report) {
    glob_t steps;
    if (glob("step[0-9][0-9]_*", 0, NULL, &steps) != 0) {
        return;
    }
    for (size_t i = 0; i < steps.gl_pathc; i++) {
        char target[sizeof "step01"];
        snprintf(target, sizeof target, "%.6s", steps.gl_pathv[i]);
        check_target(document, target, report);
    }
    globfree(&steps);
}

static void check_targets(const struct document *document, int64_t patience,
                          struct report *report) {
    char *help = command_output("make help", clock_now() + patience);
    struct lines lines;
    if (help == NULL) {
        report_fail(report, "Makefile", 0, "\"make help\" does not tell the targets");
        return;
    }
    lines_split(&lines, help);
    for (size_t i = 0; i < lines.count; i++) {
        char target[32];
        if (strncmp(lines.line[i], "  ", 2) != 0 || sscanf(lines.line[i], "%31s", target) != 1) {
            continue;
        }
        if (strcmp(target, "stepNN") == 0) {
            check_steps(document, report);
        } else {
            check_target(document, target, report);
        }
    }
    lines_free(&lines);
    free(help);
}

void mentions_check(const struct document *document, int64_t patience, struct report *report) {
    check_functions(document, "common/*.h", report);
    check_functions(document, "step[0-9][0-9]_*/*.h", report);
    check_targets(document, patience, report);
}
