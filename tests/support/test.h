/* test: the little that the tests need to count and to tell what went wrong. */
#ifndef TESTS_SUPPORT_TEST_H
#define TESTS_SUPPORT_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Runs one test. Its name is the rule that it holds up, such as "frame: a 64-bit length ...". A
 * test fails when one of its checks does; the rest of it runs all the same. If ONLY is set in the
 * environment, tests without that text in their names are left out. */
void test_run(const char *name, void (*body)(void));

/* Notes a failed check; used through the macros below. */
void test_check(bool good, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Notes a failed check unless the numbers are equal; `what` says what they are. */
void test_check_equal(long long got, long long wanted, const char *what, const char *file,
                      int line);

/* Notes a failed check unless the bytes are equal, and shows both. */
void test_check_bytes(const void *got, size_t got_len, const void *wanted, size_t wanted_len,
                      const char *file, int line);

/* Whether a check of the test that runs, or has just run, has failed so far. A process that a test
 * has forked tells it so with its exit status. */
bool test_has_failed(void);

/* Prints "N passed, N failed" and returns the exit status for main. */
int test_report(void);

/* The condition must hold. */
#define CHECK(condition) test_check((condition), __FILE__, __LINE__, "%s", #condition)
/* The condition must hold; the rest is a printf format that says of which case. */
#define CHECK_FOR(condition, ...) test_check((condition), __FILE__, __LINE__, __VA_ARGS__)
/* Two numbers must be equal. */
#define CHECK_EQUAL(got, wanted)                                                                   \
    test_check_equal((long long)(got), (long long)(wanted), #got, __FILE__, __LINE__)
/* Two runs of bytes must be equal. */
#define CHECK_BYTES(got, got_len, wanted, wanted_len)                                              \
    test_check_bytes((got), (got_len), (wanted), (wanted_len), __FILE__, __LINE__)

#endif
