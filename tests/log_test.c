/* The log, with a pipe in the place of standard error. */
#include "common/log.h"

#include "tests/test.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int log_end; /* where to read what was logged; reading does not wait */
static int real_stderr;

static void begin(void) {
    int fds[2] = {-1, -1};
    CHECK_EQUAL(pipe(fds), 0);
    log_end = fds[0];
    fcntl(log_end, F_SETFL, O_NONBLOCK);
    real_stderr = dup(STDERR_FILENO);
    dup2(fds[1], STDERR_FILENO);
    close(fds[1]);
}

static void end(void) {
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    close(log_end);
}

/* Takes what has been logged so far out of the pipe. Returns its length; `text` is a C string. */
static size_t take(char *text, size_t size) {
    size_t len = 0;
    for (ssize_t count = 1; count > 0 && len + 1 < size; len += count > 0 ? (size_t)count : 0) {
        count = read(log_end, text + len, size - 1 - len);
    }
    text[len] = '\0';
    return len;
}

static void an_event_starts_with_the_number_of_its_connection(void) {
    char text[256];
    begin();
    log_event(7, "closed with %d", 1000);
    log_problem("nothing %s", "works");
    take(text, sizeof text);
    end();
    CHECK_FOR(strcmp(text, "#7 closed with 1000\nnothing works\n") == 0, "%s", text);
}

static void the_level_decides_what_is_printed(void) {
    static const char *const wanted[] = {
        [LOG_QUIET] = "problem\n",
        [LOG_NORMAL] = "problem\n#1 event\n#1   0000  68 69                            "
                       "                 |hi|\n",
        [LOG_VERBOSE] = "problem\n#1 event\n#1   0000  68 69                            "
                        "                 |hi|\n#1 detail\n",
    };
    for (int level = LOG_QUIET; level <= LOG_VERBOSE; level++) {
        char text[256];
        begin();
        log_set_level((enum log_level)level);
        log_problem("problem");
        log_event(1, "event");
        log_hexdump(1, "hi", 2);
        log_verbose(1, "detail");
        take(text, sizeof text);
        log_set_level(LOG_NORMAL);
        end();
        CHECK_FOR(strcmp(text, wanted[level]) == 0, "level %d: %s", level, text);
    }
}

/* A line of any length: cut at LOG_LINE_SIZE bytes, of which the last one is the newline. */
static void a_long_line_is_cut(void) {
    /* With "#1 " in front and the newline behind, the second is the longest that fits. */
    static const size_t lengths[] = {LOG_LINE_SIZE - 5, LOG_LINE_SIZE - 4, LOG_LINE_SIZE - 3,
                                     LOG_LINE_SIZE, 2000};
    char text[4096], message[2000], wanted[LOG_LINE_SIZE];
    memset(message, 'x', sizeof message);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        size_t line = lengths[i] + 4 < LOG_LINE_SIZE ? lengths[i] + 4 : LOG_LINE_SIZE;
        memset(wanted, 'x', sizeof wanted);
        memcpy(wanted, "#1 ", 3);
        wanted[line - 1] = '\n';
        begin();
        log_event(1, "%.*s", (int)lengths[i], message);
        size_t len = take(text, sizeof text);
        end();
        CHECK_BYTES(text, len, wanted, line);
    }
}

/* Lines are lost while the pipe is full, but none waits for it, except the first, a little. */
static void a_log_that_is_read_again_goes_on(void) {
    static char text[1 << 20];
    begin();
    for (int i = 0; i < 3000; i++) { /* more than any pipe of 64 KiB can hold */
        log_problem("line %d of so many that nobody reads them", i);
    }
    size_t held = take(text, sizeof text);
    CHECK(strncmp(text, "line 0 of so many that nobody reads them\nline 1 ", 48) == 0);
    CHECK(held < 3000 * 40 && text[held - 1] == '\n'); /* some are lost, and each of them whole */
    log_problem("read again");
    take(text, sizeof text);
    end();
    CHECK_FOR(strcmp(text, "read again\n") == 0, "\"%s\"", text);
}

static void a_log_that_is_closed_harms_nobody(void) {
    begin();
    close(STDERR_FILENO);
    log_problem("nobody hears this");
    end();
}

int main(void) {
    test_run("log: an event starts with the number of its connection",
             an_event_starts_with_the_number_of_its_connection);
    test_run("log: the level decides what is printed", the_level_decides_what_is_printed);
    test_run("log: a long line is cut", a_long_line_is_cut);
    test_run("log: a log that is read again goes on", a_log_that_is_read_again_goes_on);
    test_run("log: a log that is closed harms nobody", a_log_that_is_closed_harms_nobody);
    return test_report();
}
