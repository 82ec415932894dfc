#include "wscheck/report.h"

#include "common/clock.h"
#include "wscheck/driver.h"
#include "wscheck/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {"passed", "practice", "should",
                                         "failed", "skipped",  "flaky"};

bool report_format_named(const char *name, enum report_format *format) {
    static const char *const names[] = {"pretty", "tap", "junit", "json"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i]) == 0) {
            *format = (enum report_format)i;
            return true;
        }
    }
    return false;
}

void report_json_string(void *stream, const char *text) {
    fputc('"', stream);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            fprintf(stream, "\\%c", *text);
        } else if ((unsigned char)*text < ' ') {
            fprintf(stream, "\\u%04x", (unsigned)*text);
        } else {
            fputc(*text, stream);
        }
    }
    fputc('"', stream);
}

static void xml(FILE *out, const char *text) {
    for (; *text != '\0'; text++) {
        /* U+FFFE and U+FFFF are UTF-8, but XML does not have them (XML 1.0, 2.2). */
        if (strncmp(text, "\xef\xbf\xbe", 3) == 0 || strncmp(text, "\xef\xbf\xbf", 3) == 0) {
            fputc('?', out);
            text += 2;
            continue;
        }
        switch (*text) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            fputc((unsigned char)*text < ' ' && *text != '\n' ? ' ' : *text, out);
        }
    }
}

void report_begin(struct report *report, size_t total) {
    report->total = total;
    report->start = clock_now();
    report->stream = stdout;
    if (report->format == REPORT_TAP) {
        printf("TAP version 13\n1..%zu\n", total);
    } else if (report->format == REPORT_JUNIT) {
        report->stream = open_memstream(&report->body, &report->body_size);
        if (report->stream == NULL) {
            abort();
        }
    } else if (report->format == REPORT_JSON) {
        printf("{\"program\": \"wscheck\", \"url\": ");
        report_json_string(stdout, report->url);
        printf(", \"cases\": [");
    }
}

/* The explanation of a failure as one string. Free it. */
static char *explanation(const struct report *report, const struct result *result) {
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    if (stream == NULL) {
        abort();
    }
    explain(stream, result, report->again, report->in_full);
    fclose(stream);
    return text;
}

bool report_tells(const struct report *report, const struct result *result) {
    return result->kind != RESULT_PASSED && result->kind != RESULT_SKIPPED &&
           (result->kind != RESULT_PRACTICE || report->strict);
}

static void print_tap(const struct report *report, const struct result *result) {
    bool good = result->kind == RESULT_PASSED || result->kind == RESULT_SKIPPED;
    printf("%sok %zu - %s %s%s%s\n", good ? "" : "not ", report->shown, result->test->name,
           result->test->rule,
           result->kind == RESULT_SKIPPED    ? " # SKIP "
           : report->strict                  ? ""
           : result->kind == RESULT_SHOULD   ? " # TODO a SHOULD"
           : result->kind == RESULT_PRACTICE ? " # TODO practice"
           : result->kind == RESULT_FLAKY    ? " # TODO flaky"
                                             : "",
           result->kind == RESULT_SKIPPED ? result->got : "");
    if (!good) {
        char *text = explanation(report, result);
        for (char *line = text; *line != '\0';) {
            size_t length = strcspn(line, "\n");
            printf("# %.*s\n", (int)length, line);
            line += length + (line[length] == '\n');
        }
        free(text);
    }
}

static void print_junit(const struct report *report, const struct result *result) {
    FILE *out = report->stream;
    fprintf(out, "  <testcase classname=\"%s\" name=\"", result->test->section);
    xml(out, result->test->name);
    fprintf(out, " ");
    xml(out, result->test->rule);
    fprintf(out, "\" time=\"%.3f\">", (double)result->milliseconds / 1000);
    if (result->kind == RESULT_SKIPPED) {
        fprintf(out, "<skipped message=\"");
        xml(out, result->got);
        fprintf(out, "\"/>");
    } else if (report_tells(report, result)) {
        char *text = explanation(report, result);
        fprintf(out, "<failure type=\"%s\" message=\"",
                result->kind == RESULT_FLAKY ? "flaky"
                                             : cases_level_name((enum level)result->kind));
        xml(out, result->got);
        fprintf(out, "\">");
        xml(out, text);
        fprintf(out, "</failure>");
        free(text);
    }
    fprintf(out, "</testcase>\n");
}

static void print_json(const struct report *report, const struct result *result) {
    const struct test_case *test = result->test;
    printf("%s\n {\"name\": \"%s\", \"section\": \"%s\", \"level\": \"%s\", \"step\": %u, "
           "\"result\": \"%s\", \"milliseconds\": %lld",
           report->shown > 1 ? "," : "", test->name, test->section, cases_level_name(test->level),
           test->step, kind_names[result->kind], (long long)result->milliseconds);
    if (result->cause != CAUSE_NONE) {
        printf(", \"cause\": ");
        report_json_string(stdout, cause_words(result->cause)->what);
    }
    printf(", \"rule\": ");
    report_json_string(stdout, test->rule);
    if (test->ground != NULL) {
        printf(", \"ground\": \"%s\", \"sentence\": ", test->ground->section);
        report_json_string(stdout, test->ground->sentence);
    }
    if (result->kind != RESULT_PASSED) {
        char *text = explanation(report, result);
        printf(", \"wanted\": ");
        report_json_string(stdout, result->want);
        printf(", \"happened\": ");
        report_json_string(stdout, result->got);
        printf(", \"explanation\": ");
        report_json_string(stdout, text);
        free(text);
    }
    printf("}");
}

void report_result(struct result *result, void *context) {
    struct report *report = context;
    report->shown++;
    report->count[result->kind]++;
    switch (report->format) {
    case REPORT_PRETTY:
        report_pretty_result(report, result);
        break;
    case REPORT_TAP:
        print_tap(report, result);
        break;
    case REPORT_JUNIT:
        print_junit(report, result);
        break;
    case REPORT_JSON:
        print_json(report, result);
        break;
    }
}

const char *report_cut_short(const struct report *report, enum run_end end) {
    return end == RUN_PEER_GONE      ? report->driver->is_gone
           : end == RUN_NO_HANDSHAKE ? "nothing works without a handshake"
                                     : "the time of the run is over (--run-timeout)";
}

static void end_junit(struct report *report, double seconds) {
    fclose(report->stream);
    printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"wscheck\" tests=\"%zu\" "
           "failures=\"%zu\" skipped=\"%zu\" time=\"%.3f\">\n%s</testsuite>\n",
           report->shown,
           report->count[RESULT_MUST] + report->count[RESULT_SHOULD] +
               (report->strict ? report->count[RESULT_PRACTICE] : 0),
           report->count[RESULT_SKIPPED], seconds, report->body);
    free(report->body);
}

void report_end(struct report *report, enum run_end end) {
    double seconds = (double)(clock_now() - report->start) / 1000;
    switch (report->format) {
    case REPORT_PRETTY:
        report_pretty_end(report, end, seconds);
        break;
    case REPORT_TAP:
        if (end != RUN_COMPLETE) {
            printf("Bail out! %s\n", report_cut_short(report, end));
        }
        break;
    case REPORT_JUNIT:
        end_junit(report, seconds);
        break;
    case REPORT_JSON:
        printf("\n], \"passed\": %zu, \"failed\": %zu, \"should\": %zu, \"practice\": %zu, "
               "\"skipped\": %zu, "
               "\"flaky\": %zu, \"seconds\": %.3f, \"server_gone\": %s, \"time_over\": %s}\n",
               report->count[RESULT_PASSED], report->count[RESULT_MUST],
               report->count[RESULT_SHOULD], report->count[RESULT_PRACTICE],
               report->count[RESULT_SKIPPED], report->count[RESULT_FLAKY], seconds,
               end == RUN_PEER_GONE ? "true" : "false", end == RUN_TIME_OVER ? "true" : "false");
        break;
    }
    fflush(stdout);
}
