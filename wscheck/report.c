#include "wscheck/report.h"

#include "common/clock.h"
#include "common/options.h"
#include "wscheck/driver.h"
#include "wscheck/explain.h"
#include "wscheck/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct report_kind report_kinds[RESULT_KINDS] = {
    [RESULT_PASSED] = {"passed", "", "ok    ", "\033[32m"},
    [RESULT_PRACTICE] = {"practice", " # TODO practice", "practice", "\033[36m"},
    [RESULT_SHOULD] = {"should", " # TODO a SHOULD", "SHOULD", "\033[33m"},
    [RESULT_MUST] = {"failed", "", "FAIL  ", "\033[31m"},
    [RESULT_SKIPPED] = {"skipped", " # SKIP ", "skip  ", "\033[2m"},
    [RESULT_FLAKY] = {"flaky", " # TODO flaky", "FLAKY ", "\033[35m"},
    [RESULT_EXPECTED] = {"expected", " # TODO expected", "known ", "\033[2m"},
};

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

static void print_json_string(const char *text) {
    putchar('"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            printf("\\%c", *text);
        } else if ((unsigned char)*text < ' ') {
            printf("\\u%04x", (unsigned)*text);
        } else {
            putchar(*text);
        }
    }
    putchar('"');
}

/* Prints the JSON members that describe a case. */
static void print_json_case(const struct test_case *test) {
    printf("\"name\": \"%s\", \"section\": \"%s\", \"level\": \"%s\", \"step\": %u, \"rule\": ",
           test->name, test->section, cases_level_name(test->level), test->step);
    print_json_string(test->rule);
    if (test->ground != NULL) {
        printf(", \"ground\": \"%s\", \"sentence\": ", test->ground->section);
        print_json_string(test->ground->sentence);
    }
}

void report_list(enum report_format format, const struct test_case *const *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct test_case *test = cases[i];
        if (format == REPORT_JSON) {
            printf(i == 0 ? "[\n {" : ",\n {");
            print_json_case(test);
            printf("}");
        } else {
            printf("%-58s %-8s step%02u  %s\n", test->name, cases_level_name(test->level),
                   test->step, test->rule);
        }
    }
    if (format == REPORT_JSON) {
        printf("\n]\n");
    } else {
        printf("%zu cases\n", count);
    }
}

void report_begin(struct report *report, size_t total) {
    report->total = total;
    report->start = clock_now();
    if (report->format == REPORT_TAP) {
        printf("TAP version 13\n1..%zu\n# wscheck %s: %s\n", total, OPTIONS_VERSION, report->url);
    } else if (report->format == REPORT_JUNIT) {
        report->stream = memory_stream(&report->body, &report->body_size);
    } else if (report->format == REPORT_JSON) {
        printf("{\"program\": \"wscheck\", \"version\": \"%s\", \"url\": ", OPTIONS_VERSION);
        print_json_string(report->url);
        printf(", \"cases\": [");
    } else {
        report_pretty_begin(report);
    }
}

char *report_explanation(const struct report *report, const struct result *result) {
    char *text = NULL;
    size_t size;
    FILE *stream = memory_stream(&text, &size);
    explain(stream, result, report->again, report->in_full);
    fclose(stream);
    return text;
}

bool report_is_failure(const struct report *report, const struct result *result) {
    return result->kind != RESULT_PASSED && result->kind != RESULT_SKIPPED &&
           result->kind != RESULT_EXPECTED && (result->kind != RESULT_PRACTICE || report->strict);
}

static void print_tap(const struct report *report, const struct result *result) {
    bool good = result->kind == RESULT_PASSED || result->kind == RESULT_SKIPPED;
    bool counts = report->strict && report_is_failure(report, result);
    printf("%sok %zu - %s %s%s%s\n", good ? "" : "not ", report->shown, result->test->name,
           result->test->rule, counts ? "" : report_kinds[result->kind].directive,
           result->kind == RESULT_SKIPPED ? result->got : "");
    if (!good) {
        char *text = report_explanation(report, result);
        for (char *line = text; *line != '\0';) {
            size_t length = strcspn(line, "\n");
            printf("# %.*s\n", (int)length, line);
            line += length + (line[length] == '\n');
        }
        free(text);
    }
}

static void print_json(const struct report *report, const struct result *result) {
    printf(report->shown > 1 ? ",\n {" : "\n {");
    print_json_case(result->test);
    printf(", \"result\": \"%s\", \"milliseconds\": %lld", report_kinds[result->kind].name,
           (long long)result->milliseconds);
    if (result->cause != CAUSE_NONE) {
        printf(", \"cause\": ");
        print_json_string(cause_words(result->cause)->what);
    }
    if (result->kind != RESULT_PASSED) {
        char *text = report_explanation(report, result);
        printf(", \"wanted\": ");
        print_json_string(result->want);
        printf(", \"happened\": ");
        print_json_string(result->got);
        printf(", \"explanation\": ");
        print_json_string(text);
        free(text);
    }
    printf("}");
}

void report_result(struct result *result, void *context) {
    struct report *report = context;
    if (result->test->expected && result->kind == RESULT_PASSED) {
        fprintf(stderr, "wscheck: %s passes now: its line among the expected failures can go\n",
                result->test->name);
    } else if (result->test->expected && result->kind != RESULT_SKIPPED) {
        result->kind = RESULT_EXPECTED;
    }
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
        report_junit_result(report, result);
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
        report_junit_end(report, end, seconds);
        break;
    case REPORT_JSON:
        printf("\n]");
        for (enum result_kind kind = RESULT_PASSED; kind < RESULT_KINDS; kind++) {
            printf(", \"%s\": %zu", report_kinds[kind].name, report->count[kind]);
        }
        printf(", \"seconds\": %.3f, \"server_gone\": %s, \"time_over\": %s}\n", seconds,
               end == RUN_PEER_GONE ? "true" : "false", end == RUN_TIME_OVER ? "true" : "false");
        break;
    }
    fflush(stdout);
}
