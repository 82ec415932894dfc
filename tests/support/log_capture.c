#include "tests/support/log_capture.h"

#include "tests/support/test.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int log_end, real_stderr;

int log_capture_begin(void) {
    int fds[2] = {-1, -1};
    CHECK_EQUAL(pipe(fds), 0);
    log_end = fds[0];
    fcntl(log_end, F_SETFL, O_NONBLOCK);
    real_stderr = dup(STDERR_FILENO);
    dup2(fds[1], STDERR_FILENO);
    close(fds[1]);
    return log_end;
}

size_t log_capture_take(char *text, size_t size) {
    size_t len = 0;
    for (ssize_t count = 1; count > 0 && len + 1 < size; len += count > 0 ? (size_t)count : 0) {
        count = read(log_end, text + len, size - 1 - len);
    }
    text[len] = '\0';
    return len;
}

void log_capture_expect(const char *wanted) {
    char text[8192];
    log_capture_take(text, sizeof text);
    CHECK_FOR(strcmp(text, wanted) == 0, "logged \"%s\" and not \"%s\"", text, wanted);
}

void log_capture_leave(void) {
    close(real_stderr);
    close(log_end);
}

void log_capture_end(void) {
    dup2(real_stderr, STDERR_FILENO);
    log_capture_leave();
}
