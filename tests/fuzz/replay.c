/* replay: runs a fuzz target on files instead of inputs that a fuzzer makes up, with any compiler.
 * Each file is tried whole and cut off after each of its bytes, in a process of its own, so that
 * one that crashes does not hide the others.
 *
 *     replay_NAME FILE...     prints the files that failed, and N passed, N failed
 */
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    FILE_MAX = 65536,
    /* Longer files are cut at 40 places: a head of 16 KB, cut 16,000 times, takes a minute. */
    EVERY_CUT_UP_TO = 640,
    SECONDS_MAX = 60, /* of processor time, for one file with all its cuts */
    WAIT_MAX = 600    /* seconds in all: others may run meanwhile, but it must not wait for ever */
};

static void judge(const uint8_t *bytes, size_t length) {
    uint8_t *copy = fuzz_copy(bytes, length);
    LLVMFuzzerTestOneInput(copy, length);
    free(copy);
}

static int judge_file(const char *path) {
    static uint8_t bytes[FILE_MAX];
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return 1;
    }
    size_t length = fread(bytes, 1, sizeof bytes, file);
    if (ferror(file) || length == sizeof bytes) {
        fprintf(stderr, "%s: %s\n", path,
                ferror(file) ? strerror(errno) : "longer than what a target may get");
        fclose(file);
        return 1;
    }
    fclose(file);
    setrlimit(RLIMIT_CPU, &(struct rlimit){SECONDS_MAX, RLIM_INFINITY}); /* then SIGXCPU */
    alarm(WAIT_MAX);
    size_t step = length <= EVERY_CUT_UP_TO ? 1 : length / 40;
    for (size_t cut = 0; cut < length; cut += step) {
        judge(bytes, cut);
    }
    judge(bytes, length);
    return 0;
}

/* Returns whether the file passed. */
static int replay(const char *path) {
    int status = 0;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        exit(judge_file(path));
    }
    if (child > 0 && waitpid(child, &status, 0) == child && status == 0) {
        return 1;
    }
    if (child < 0) {
        perror("fork");
    } else if (WIFSIGNALED(status)) {
        printf("FAIL - %s: ended by signal %d\n", path, WTERMSIG(status));
    } else {
        printf("FAIL - %s: ended with status %d\n", path, WEXITSTATUS(status));
    }
    return 0;
}

int main(int argc, char **argv) {
    int passed = 0;
    for (int i = 1; i < argc; i++) {
        passed += replay(argv[i]);
    }
    printf("%d passed, %d failed\n", passed, argc - 1 - passed);
    return passed == argc - 1 && passed > 0 ? 0 : 1;
}
