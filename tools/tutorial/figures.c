#include "tools/tutorial/figures.h"

#include "common/clock.h"
#include "tools/tutorial/command.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A figure's comment, taken apart. */
struct figure {
    char *command;
    char number[32]; /* as the text has it */
    double percent;
};

static bool read_figure(struct figure *figure, const char *value) {
    const char *arrow = NULL;
    for (const char *at = value; (at = strstr(at, " => ")) != NULL; at++) {
        arrow = at;
    }
    char percent[2];
    /* NOLINTNEXTLINE(cert-err34-c): what is no number gives less than three fields. */
    if (arrow == NULL || sscanf(arrow, " => %31[0-9.,] within %lf%1[%]", figure->number,
                                &figure->percent, percent) != 3) {
        return false;
    }
    figure->command = lines_copy(value, (size_t)(arrow - value));
    return true;
}

/* The first number in a text; "2,900" is 2900. Returns false if there is none. */
static bool first_number(const char *text, double *number) {
    char digits[64];
    size_t count = 0;
    while (*text != '\0' && !isdigit((unsigned char)*text)) {
        text++;
    }
    for (; (isdigit((unsigned char)*text) || *text == ',' || *text == '.') &&
           count + 1 < sizeof digits;
         text++) {
        if (*text != ',') {
            digits[count++] = *text;
        }
    }
    digits[count] = '\0';
    *number = strtod(digits, NULL);
    return count > 0;
}

/* Whether the block of text after a line holds the number. Comments and empty lines come before.
 * */
static bool stands_below(const struct document *document, size_t line, const char *number) {
    char *const *text = document->lines.line;
    size_t count = document->lines.count;
    while (line < count && (lines_is(text[line], "") || strncmp(text[line], "<!--", 4) == 0)) {
        line++;
    }
    for (; line < count && !lines_is(text[line], ""); line++) {
        if (strstr(text[line], number) != NULL) {
            return true;
        }
    }
    return false;
}

static void check_figure(const struct document *document, size_t line, const struct figure *figure,
                         const struct sandbox *scene, int64_t patience, struct report *report) {
    char *command = sandbox_command(scene, figure->command);
    char *output = command_output(command, clock_now() + patience);
    double wanted = 0, got = 0;
    first_number(figure->number, &wanted);
    if (output == NULL || !first_number(output, &got)) {
        report_fail(report, document->path, line, "\"%s\" does not print a number",
                    figure->command);
    } else if ((got > wanted ? got - wanted : wanted - got) > wanted * figure->percent / 100) {
        report_fail(report, document->path, line,
                    "the text says %s, but \"%s\" says %.10g, which is not within %g%%",
                    figure->number, figure->command, got, figure->percent);
    } else if (!stands_below(document, line, figure->number)) {
        report_fail(report, document->path, line, "%s does not stand in the text below",
                    figure->number);
    } else {
        report_pass(report);
    }
    free(command);
    free(output);
}

void figures_check(const struct document *document, const struct sandbox *scene, int64_t patience,
                   struct report *report) {
    for (size_t line = 1; line <= document->lines.count; line++) {
        struct figure figure;
        char *value = document_directive(document, line, "figure:");
        if (value == NULL) {
            continue;
        }
        if (read_figure(&figure, value)) {
            check_figure(document, line, &figure, scene, patience, report);
            free(figure.command);
        } else {
            report_fail(report, document->path, line,
                        "a figure is <!-- figure: COMMAND => NUMBER within PERCENT%% -->");
        }
        free(value);
    }
}
