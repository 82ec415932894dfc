#include "tests/support/test.h"

#include "common/hexdump.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RANDOM_START 2463534242u

enum { SHOWN_MAX = 10 }; /* failed checks of one test that are printed; more of them say no more */

static int passed, failed;
static const char *current;
static int failures; /* of the current test */
static uint32_t random_state = RANDOM_START;

void test_run(const char *name, void (*body)(void)) {
    const char *only = getenv("ONLY");
    if (only != NULL && strstr(name, only) == NULL) {
        return;
    }
    current = name;
    failures = 0;
    random_state = RANDOM_START;
    body();
    if (failures == 0) {
        passed++;
    } else {
        failed++;
    }
    if (failures > 0 || getenv("VERBOSE") != NULL) {
        printf("%s - %s\n", failures == 0 ? "ok" : "FAIL", name);
    }
    fflush(stdout);
}

static struct test *first, **end = &first;

void test_add(struct test *test) {
    *end = test;
    end = &test->next;
}

void test_run_all(void) {
    for (const struct test *test = first; test != NULL; test = test->next) {
        test_run(test->name, test->body);
    }
}

bool test_has_failed(void) {
    return failures > 0;
}

/* Counts a failure; returns whether it should be shown. */
static bool note(const char *file, int line) {
    if (++failures > SHOWN_MAX) {
        return false;
    }
    printf("%s:%d: in \"%s\": ", file, line, current);
    return true;
}

void test_check(bool good, const char *file, int line, const char *format, ...) {
    if (!good && note(file, line)) {
        va_list arguments;
        va_start(arguments, format);
        vprintf(format, arguments);
        va_end(arguments);
        printf("\n");
    }
}

void test_check_equal(long long got, long long wanted, const char *what, const char *file,
                      int line) {
    test_check(got == wanted, file, line, "%s is %lld, not %lld", what, got, wanted);
}

static void print_bytes(const char *title, const uint8_t *bytes, size_t len) {
    printf("  %s, %zu bytes\n", title, len);
    for (size_t at = 0; at < len && at < 128; at += HEXDUMP_BYTES) {
        char line[HEXDUMP_LINE_SIZE];
        size_t take = len - at < HEXDUMP_BYTES ? len - at : HEXDUMP_BYTES;
        printf("    %s\n", hexdump_line(at, bytes + at, take, line));
    }
}

void test_check_bytes(const void *got, size_t got_len, const void *wanted, size_t wanted_len,
                      const char *file, int line) {
    bool same = got_len == wanted_len && (got_len == 0 || memcmp(got, wanted, got_len) == 0);
    if (!same && note(file, line)) {
        printf("the bytes differ\n");
        print_bytes("got", got, got_len);
        print_bytes("wanted", wanted, wanted_len);
    }
}

/* xorshift, Marsaglia 2003. */
size_t test_random(size_t bound) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return (random_state >> 8) % bound;
}

void test_random_bytes(uint8_t *to, size_t length, size_t letters) {
    for (size_t i = 0; i < length; i++) {
        to[i] = (uint8_t)(letters == 256 ? test_random(256) : 'a' + test_random(letters));
    }
}

int test_report(void) {
    printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
