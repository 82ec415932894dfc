#include "wscheck/report.h"

#include "common/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void xml(FILE *out, const char *text) {
    static const char special[] = "<>&\"";
    static const char *const names[] = {"lt", "gt", "amp", "quot"};
    for (; *text != '\0'; text++) {
        const char *at = strchr(special, *text);
        /* U+FFFE and U+FFFF are UTF-8, but XML does not have them (XML 1.0, 2.2). */
        if (strncmp(text, "\xef\xbf\xbe", 3) == 0 || strncmp(text, "\xef\xbf\xbf", 3) == 0) {
            fputc('?', out);
            text += 2;
        } else if (at != NULL) {
            fprintf(out, "&%s;", names[at - special]);
        } else {
            fputc((unsigned char)*text < ' ' && *text != '\n' ? ' ' : *text, out);
        }
    }
}

void report_junit_result(struct report *report, const struct result *result) {
    FILE *out = report->stream;
    bool counts =
        result->kind == RESULT_MUST || (report->strict && report_is_failure(report, result));
    const char *element = !counts ? "skipped" : result->died ? "error" : "failure";
    fprintf(out, "  <testcase classname=\"%s\" name=\"%s ", result->test->section,
            result->test->name);
    xml(out, result->test->rule);
    fprintf(out, "\" time=\"%.3f\">", (double)result->milliseconds / 1000);
    report->errors += counts && result->died;
    report->failures += counts && !result->died;
    if (result->kind != RESULT_PASSED) {
        fprintf(out, "<%s message=\"%s: ", element, report_kinds[result->kind].name);
        xml(out, result->got);
        fprintf(out, "\">");
        if (result->kind != RESULT_SKIPPED) {
            char *text = report_explanation(report, result);
            xml(out, text);
            free(text);
        }
        fprintf(out, "</%s>", element);
    }
    fprintf(out, "</testcase>\n");
}

void report_junit_end(struct report *report, enum run_end end, double seconds) {
    size_t cut = end != RUN_COMPLETE;
    if (cut > 0) {
        fprintf(report->stream, "  <testcase classname=\"wscheck\" name=\"all cases are run\">"
                                "<error message=\"");
        xml(report->stream, report_cut_short(report, end));
        fprintf(report->stream, "\"/></testcase>\n");
    }
    fclose(report->stream);
    printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"wscheck\" tests=\"%zu\" "
           "failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\">\n"
           "  <properties><property name=\"version\" value=\"" OPTIONS_VERSION "\"/></properties>\n"
           "%s</testsuite>\n",
           report->shown + cut, report->failures, report->errors + cut,
           report->shown - report->count[RESULT_PASSED] - report->failures - report->errors,
           seconds, report->body);
    free(report->body);
}
