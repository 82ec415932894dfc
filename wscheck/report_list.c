#include "wscheck/report.h"

#include <stdio.h>

void report_list(enum report_format format, const struct test_case *const *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct test_case *test = cases[i];
        if (format == REPORT_JSON) {
            printf(i == 0 ? "[\n {" : ",\n {");
            report_json_case(test);
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

void report_json_case(const struct test_case *test) {
    printf("\"name\": \"%s\", \"section\": \"%s\", \"level\": \"%s\", \"step\": %u, \"rule\": ",
           test->name, test->section, cases_level_name(test->level), test->step);
    report_json_string(stdout, test->rule);
    if (test->ground != NULL) {
        printf(", \"ground\": \"%s\", \"sentence\": ", test->ground->section);
        report_json_string(stdout, test->ground->sentence);
    }
}
