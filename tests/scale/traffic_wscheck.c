/* The client of the soak that is wscheck: see traffic.h. */
#include "bench/payload.h"
#include "tests/scale/traffic.h"
#include "tests/support/process.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LIST_SIZE = 256 * 1024,
    CASES_MAX = 4096,
    CASE_NAME_SIZE = 80,
    BATCH = 16, /* cases of one run: many short runs mix better with the others than one long one */
    OPTIONS = 4
};

struct cases {
    char name[CASES_MAX][CASE_NAME_SIZE];
    size_t count;
};

/* The names of all cases, from the list that wscheck prints: the first word of each line but the
 * last, which has the number of them. */
static bool read_cases(struct cases *cases) {
    static const char *const arguments[] = {"--list", NULL};
    static char list[LIST_SIZE];
    size_t wanted = 0;
    bool good = process_run("wscheck", arguments, list, sizeof list) == 0;
    cases->count = 0;
    for (char *line = strtok(list, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        if (strchr(line, '/') == NULL) {
            wanted = strtoul(line, NULL, 10);
        } else if (cases->count < CASES_MAX) {
            good = sscanf(line, "%79s", cases->name[cases->count++]) == 1 && good;
        }
    }
    good = good && wanted > 0 && wanted == cases->count;
    CHECK_FOR(good, "wscheck lists %zu cases, and says that they are %zu", cases->count, wanted);
    return good;
}

static void shuffle(struct traffic *traffic, struct cases *cases) {
    for (size_t i = cases->count; i > 1; i--) {
        char name[CASE_NAME_SIZE];
        size_t other = (size_t)(payload_random(&traffic->random) % i);
        memcpy(name, cases->name[i - 1], sizeof name);
        memcpy(cases->name[i - 1], cases->name[other], sizeof name);
        memcpy(cases->name[other], name, sizeof name);
    }
}

/* Runs the cases from `from` on, as many as make a batch. The server has more time than usual, as
 * it has all the others to serve as well. */
static bool run_batch(struct traffic *traffic, const struct cases *cases, size_t from) {
    char url[64], printed[16384];
    const char *arguments[OPTIONS + BATCH + 1] = {"--quiet", "--jobs=8", "--timeout=10", url};
    size_t count = OPTIONS;
    snprintf(url, sizeof url, "ws://127.0.0.1:%u/", traffic->port);
    for (size_t i = from; i < cases->count && i < from + BATCH; i++) {
        arguments[count++] = cases->name[i];
    }
    arguments[count] = NULL;
    int status = process_run("wscheck", arguments, printed, sizeof printed);
    CHECK_FOR(status == 0, "wscheck ends with %d: %s", status, printed);
    traffic->messages += count - OPTIONS;
    return status == 0;
}

bool traffic_wscheck(struct traffic *traffic) {
    static struct cases cases;
    bool good = read_cases(&cases);
    while (good && now() < traffic->deadline) {
        shuffle(traffic, &cases);
        for (size_t at = 0; good && at < cases.count && now() < traffic->deadline; at += BATCH) {
            good = run_batch(traffic, &cases, at);
        }
    }
    return good;
}
