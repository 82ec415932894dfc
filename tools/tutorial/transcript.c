#include "tools/tutorial/transcript.h"

#include "common/clock.h"
#include "common/text.h"
#include "tools/tutorial/match.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    LATE_OUTPUT = 100,       /* ms in which a server logs the end of the last connection */
    INTERRUPTED_STATUS = 130 /* of make, which gets the ^C as well */
};

bool transcript_is_elision(const char *line) {
    return lines_is(line, "...");
}

static bool is_interrupt(const char *line) {
    return lines_is(line, "^C");
}

bool transcript_start(struct transcript *session, const char *line, size_t at,
                      struct report *report) {
    char *command = sandbox_command(session->scene, line);
    bool good = command_start(&session->command, command);
    free(command);
    if (!good) {
        report_fail(report, session->path, at, "cannot start \"%s\": %s", line, strerror(errno));
        return false;
    }
    session->line = lines_copy(line, strcspn(line, "\n"));
    session->shown_at = at;
    session->consumed = 0;
    session->open = session->interrupted = false;
    return true;
}

/* What the command has printed and the text has not shown yet: the lines from session->consumed
 * on. A line that is still being printed does not count. The caller frees all lines. */
static size_t unseen(const struct transcript *session, struct lines *lines) {
    const char *text = session->command.text;
    size_t len = strlen(text);
    bool unfinished = !session->command.ended && len > 0 && text[len - 1] != '\n';
    sandbox_output(session->scene, text, session->interrupted, lines);
    size_t count = lines->count - (unfinished ? 1 : 0);
    return count > session->consumed ? count - session->consumed : 0;
}

static void say_state(const struct transcript *session) {
    if (session->command.ended) {
        report_more("it has ended with status %d", session->command.status);
    }
}

static void report_difference(const struct transcript *session, const struct transcript_part *part,
                              const struct match *match, const struct lines *lines, size_t count,
                              struct report *report) {
    char text[400];
    size_t wanted = part->first + match->wanted;
    bool is_over = match->nearest >= count;
    const char *got = is_over ? "" : lines->line[session->consumed + match->nearest];
    if (wanted == part->end) {
        report_fail(report, session->path, session->shown_at,
                    "\"%s\" prints more than the text shows: \"%s\"", session->line,
                    text_printable(got, strlen(got), text, sizeof text));
        return;
    }
    const char *line = part->fence->content.line[wanted];
    report_fail(report, session->path, part->fence->line + 1 + wanted,
                "\"%s\" does not print: \"%s\"", session->line, line);
    if (is_over) {
        report_more("but nothing more");
    } else if (varies_same(part->varies, line, got)) {
        report_more("but that and more, or that earlier");
    } else {
        report_more("but:     \"%s\"", text_printable(got, strlen(got), text, sizeof text));
    }
    say_state(session);
}

/* The lines from `first` on. An empty list has no memory to point into. */
static char *const *from(const struct lines *lines, size_t first) {
    return lines->line != NULL ? lines->line + first : NULL;
}

/* Compares what is there. Returns the verdict; reports a failure if `last` is true. */
static enum match_verdict compare(struct transcript *session, const struct transcript_part *part,
                                  bool to_end, bool last, struct report *report) {
    struct match_rules rules = {.is_elision = transcript_is_elision,
                                .same = varies_same,
                                .context = part->varies,
                                .from_start = !session->open,
                                .to_end = to_end};
    struct lines lines;
    size_t count = unseen(session, &lines);
    struct match match =
        match_find(&rules, from(&part->fence->content, part->first), part->end - part->first,
                   from(&lines, session->consumed), count);
    if (match.verdict == MATCH_FOUND) {
        session->consumed += match.end;
        session->open = part->end > part->first
                            ? transcript_is_elision(part->fence->content.line[part->end - 1])
                            : session->open;
    } else if (last || match.verdict == MATCH_DIFFERENT) {
        report_difference(session, part, &match, &lines, count, report);
    }
    lines_free(&lines);
    return match.verdict;
}

/* Waits until what the part shows has been printed. */
static bool wait_for_lines(struct transcript *session, const struct transcript_part *part,
                           struct report *report) {
    int64_t deadline = clock_now() + session->patience;
    size_t seen = SIZE_MAX;
    for (;;) {
        command_look(&session->command);
        bool last = session->command.ended || clock_now() >= deadline;
        if (last || strlen(session->command.text) != seen) {
            seen = strlen(session->command.text);
            enum match_verdict verdict = compare(session, part, false, last, report);
            if (verdict != MATCH_SHORT || last) {
                return verdict == MATCH_FOUND;
            }
        }
        poll(NULL, 0, COMMAND_INTERVAL);
    }
}

/* Waits for the end of the command, which must have printed what the part shows and no more. */
static bool wait_for_end(struct transcript *session, const struct transcript_part *part,
                         struct report *report) {
    if (!command_wait(&session->command, clock_now() + session->patience)) {
        report_fail(report, session->path, session->shown_at, "\"%s\" has not ended after %g s%s",
                    session->line, (double)session->patience / 1000,
                    session->interrupted ? " in spite of ^C" : "; show ^C where it is to be ended");
        return false;
    }
    return compare(session, part, true, true, report) == MATCH_FOUND;
}

bool transcript_play(struct transcript *session, const struct transcript_part *part, bool to_end,
                     struct report *report) {
    struct transcript_part rest = *part, begin = *part;
    if (part->end > part->first) {
        session->shown_at = part->fence->line + part->end;
    }
    for (begin.end = part->first; begin.end < part->end; begin.end++) {
        if (is_interrupt(part->fence->content.line[begin.end])) {
            break;
        }
    }
    if (begin.end < part->end) {
        if (!wait_for_lines(session, &begin, report)) {
            return false;
        }
        session->interrupted = true;
        command_interrupt(&session->command);
        rest.first = begin.end + 1;
        return wait_for_end(session, &rest, report);
    }
    return to_end ? wait_for_end(session, part, report) : wait_for_lines(session, part, report);
}

bool transcript_stop(struct transcript *session, struct report *report) {
    static const struct fence nothing;
    struct varies none = {0};
    struct transcript_part part = {&nothing, 0, 0, &none};
    if (!session->open) {
        poll(NULL, 0, LATE_OUTPUT);
    }
    command_look(&session->command);
    if (session->command.ended) {
        report_fail(report, session->path, session->shown_at,
                    "\"%s\" has ended by itself with status %d", session->line,
                    session->command.status);
        return false;
    }
    if (!session->open && compare(session, &part, true, true, report) != MATCH_FOUND) {
        report_more("show it, or end the fence with \"...\"");
        return false;
    }
    session->interrupted = session->open = true;
    command_interrupt(&session->command);
    if (!wait_for_end(session, &part, report)) {
        return false;
    }
    int status = session->command.status;
    if (status != 0 && status != INTERRUPTED_STATUS) {
        report_fail(report, session->path, session->shown_at, "\"%s\" ends with status %d after ^C",
                    session->line, status);
        return false;
    }
    return true;
}

void transcript_close(struct transcript *session) {
    command_close(&session->command);
    free(session->line);
}
