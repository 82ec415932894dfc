/* test: the little that the tests need to count and to tell what went wrong. */
#ifndef TESTS_SUPPORT_TEST_H
#define TESTS_SUPPORT_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A test, whose name is the rule that it holds up:
 *
 *     TEST("frame: a 64-bit length below 65,536 is not minimal") {
 *         CHECK(...);
 *     }
 *
 * The tests of a file run in the order in which they stand there. A test fails when one of its
 * checks does; the rest of it runs all the same. A file that has something to do before them or
 * after them has a main of its own, which calls test_run_all and test_report. */
#define TEST(name) TEST_ON_LINE(name, __LINE__)
#define TEST_ON_LINE(name, line) TEST_DEFINED(name, line)
#define TEST_DEFINED(name, line)                                                                   \
    static void test_body_##line(void);                                                            \
    __attribute__((constructor)) static void test_add_##line(void) {                               \
        static struct test test = {name, test_body_##line, NULL};                                  \
        test_add(&test);                                                                           \
    }                                                                                              \
    static void test_body_##line(void)

struct test {
    const char *name;
    void (*body)(void);
    struct test *next;
};
void test_add(struct test *test); /* for the macro alone */

/* Runs all tests; if ONLY is set in the environment, those with that text in their names. */
void test_run_all(void);

/* Runs one test, for programs that have a list of their own. */
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

/* A number below `bound`, at random, but the same ones in every run of a test. */
size_t test_random(size_t bound);

/* Fills in letters at random, of which there are this many from 'a' on; or any bytes, if that is
 * 256. */
void test_random_bytes(uint8_t *to, size_t length, size_t letters);

/* A list of texts that ends with NULL. */
#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})

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
