/* The log, with a pipe in the place of standard error: written by the thread that logs, or by a
 * writer. */
#include "common/log.h"

#include "common/log_writer.h"
#include "tests/support/log_capture.h"
#include "tests/support/process.h"
#include "tests/support/test.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int log_end; /* where to read what was logged */

static void begin(void) {
    log_end = log_capture_begin();
}

TEST("log: an event starts with the number of its connection") {
    char text[256];
    begin();
    log_event(7, "closed with %d", 1000);
    log_problem("nothing %s", "works");
    log_capture_take(text, sizeof text);
    log_capture_end();
    CHECK_FOR(strcmp(text, "#7 closed with 1000\nnothing works\n") == 0, "%s", text);
}

TEST("log: the level decides what is printed") {
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
        log_capture_take(text, sizeof text);
        log_set_level(LOG_NORMAL);
        log_capture_end();
        CHECK_FOR(strcmp(text, wanted[level]) == 0, "level %d: %s", level, text);
    }
}

/* A line of any length: cut at LOG_LINE_SIZE bytes, of which the last one is the newline. */
TEST("log: a long line is cut") {
    /* With "#1 " in front and the newline after, the second is the longest that fits. */
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
        size_t len = log_capture_take(text, sizeof text);
        log_capture_end();
        CHECK_BYTES(text, len, wanted, line);
    }
}

/* Lines are lost while the pipe is full, but none waits for it, except the first, a little. */
TEST("log: a log that is read again goes on") {
    static char text[1 << 20];
    begin();
    for (int i = 0; i < 3000; i++) { /* more than any pipe of 64 KiB can hold */
        log_problem("line %d of so many that nobody reads them", i);
    }
    size_t held = log_capture_take(text, sizeof text);
    CHECK(strncmp(text, "line 0 of so many that nobody reads them\nline 1 ", 48) == 0);
    CHECK(held < 3000 * 40 && text[held - 1] == '\n'); /* some are lost, and each of them whole */
    log_problem("read again");
    log_capture_take(text, sizeof text);
    log_capture_end();
    CHECK_FOR(strcmp(text, "read again\n") == 0, "\"%s\"", text);
}

TEST("log: a log that is closed harms nobody") {
    begin();
    close(STDERR_FILENO);
    log_problem("nobody hears this");
    log_capture_end();
}

/* What has come through: lines, each with its number, and how many are said to be lost. */
struct seen {
    unsigned long lines, told, next; /* `next` is one more than the last number */
    bool in_place;                   /* each loss was told of where it was */
    char line[256];                  /* the beginning of one whose end is still to come */
    size_t length;
};

static void see_line(struct seen *seen) {
    static const char notice[] = "lines of the log that could not be written so far: ";
    if (strncmp(seen->line, notice, sizeof notice - 1) == 0) {
        seen->told = strtoul(seen->line + sizeof notice - 1, NULL, 10);
        return;
    }
    unsigned long number = strtoul(seen->line + strlen("line "), NULL, 10);
    CHECK_FOR(number >= seen->next, "%lu is not expected: %s", seen->next, seen->line);
    seen->in_place = seen->in_place && number == seen->lines + seen->told;
    seen->next = number + 1;
    seen->lines++;
}

/* Reads until line `last` has come, or `most` bytes. */
static void see(struct seen *seen, unsigned long last, size_t most) {
    char bytes[4096];
    struct pollfd wait = {log_end, POLLIN, 0};
    while (seen->next <= last && most > 0 && poll(&wait, 1, PROCESS_WAIT) > 0) {
        ssize_t count = read(log_end, bytes, most < sizeof bytes ? most : sizeof bytes);
        if (count <= 0) {
            break;
        }
        most -= (size_t)count;
        for (ssize_t i = 0; i < count && seen->length < sizeof seen->line; i++) {
            seen->line[seen->length++] = bytes[i] != '\n' ? bytes[i] : '\0';
            if (bytes[i] == '\n') {
                see_line(seen);
                seen->length = 0;
            }
        }
    }
}

TEST("log: a writer keeps every line, in order") {
    enum { LINES = 50000, BEHIND = 500 }; /* more than once around the ring, and never too many */
    struct seen seen = {.in_place = true};
    begin();
    CHECK_EQUAL(log_writer_start(), 0);
    for (unsigned long i = 0; i < LINES; i++) {
        log_problem("line %lu of a log that is read%*s", i, (int)(i % 100), "");
        if (i % BEHIND == 0 && i > BEHIND) {
            see(&seen, i - BEHIND, SIZE_MAX);
        }
    }
    see(&seen, LINES - 1, SIZE_MAX);
    log_writer_stop();
    log_capture_end();
    CHECK(seen.lines == LINES && seen.told == 0);
}

TEST("log: what is left is written at the stop") {
    struct seen seen = {.in_place = true};
    begin();
    CHECK_EQUAL(log_writer_start(), 0);
    for (unsigned long i = 0; i < 1000; i++) {
        log_problem("line %lu", i);
    }
    log_writer_stop();
    log_problem("line 1000, without a writer");
    see(&seen, 1000, SIZE_MAX);
    log_capture_end();
    CHECK(seen.lines == 1001 && seen.in_place);
}

/* More lines than ring and pipe hold. A reader that goes on learns how many are missing, and
 * where. */
TEST("log: nobody waits for a log, and losses are told") {
    enum { LINES = 60000, WIDTH = 30 };
    struct seen seen = {.in_place = true};
    begin();
    CHECK_EQUAL(log_writer_start(), 0);
    for (unsigned long i = 0; i < LINES; i++) {
        log_problem("line %lu%*s", i, WIDTH, "");
    }
    see(&seen, LINES, (size_t)LOG_WRITER_RING_SIZE / 2);
    log_problem("line %d", LINES);
    see(&seen, LINES, SIZE_MAX);
    log_writer_stop();
    log_capture_end();
    CHECK_FOR(seen.told > 0 && seen.lines + seen.told == LINES + 1 && seen.in_place,
              "%lu lines came, %lu are said to be lost", seen.lines, seen.told);
}

/* Each line is written, or counted as lost, whenever the disk is full. A notice of lost lines that
 * was lost itself does not count. */
TEST("log: a full disk is told of when there is room") {
    enum { LINES = 2000, TURN = 50 };
    struct seen seen = {0};
    int full = open("/dev/full", O_WRONLY);
    if (full < 0) {
        puts("there is no /dev/full here; not tried");
        return;
    }
    begin();
    int room = dup(STDERR_FILENO);
    CHECK_EQUAL(log_writer_start(), 0);
    for (unsigned long i = 0; i < LINES; i++) {
        dup2(i / TURN % 2 == 0 ? full : room, STDERR_FILENO);
        log_problem("line %lu", i);
    }
    log_writer_stop();
    log_problem("line %d", LINES);
    see(&seen, LINES, SIZE_MAX);
    log_capture_end();
    close(room);
    close(full);
    CHECK_FOR(seen.lines + seen.told == LINES + 1, "%lu lines came, %lu are said to be lost",
              seen.lines, seen.told);
}

/* In a process of its own, since the writer never comes to its end. */
TEST("log: a stop waits only so long for a log") {
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        begin();
        bool good = log_writer_start() == 0;
        for (int i = 0; i < 60000; i++) {
            log_problem("line %d of so many that nobody reads them", i);
        }
        int64_t before = now();
        log_writer_stop();
        int64_t took = now() - before;
        log_problem("nobody waits for this one either");
        log_capture_leave();
        _exit(good && took >= LOG_WRITER_STOP_WAIT && took < PROCESS_WAIT / 2 ? 0 : 1);
    }
    int status = 1;
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}
