/* transcript: a command that plays a transcript. What it prints is compared with what the text
 * shows, fence after fence. */
#ifndef TOOLS_TUTORIAL_TRANSCRIPT_H
#define TOOLS_TUTORIAL_TRANSCRIPT_H

#include "tools/tutorial/command.h"
#include "tools/tutorial/document.h"
#include "tools/tutorial/report.h"
#include "tools/tutorial/sandbox.h"
#include "tools/tutorial/varies.h"

struct transcript {
    struct command command;
    const struct sandbox *scene;
    const char *path; /* of the document, for messages */
    char *line;       /* the command as the text has it, up to its first newline */
    size_t shown_at;  /* the last line of the text that shows its output */
    size_t consumed;  /* lines of output that the text has shown */
    bool open;        /* the text ended with "...", so any lines may come next */
    bool interrupted; /* ^C was sent */
    int64_t patience; /* ms to wait for anything */
};

/* What the text shows: lines `first` to before `end` of a fence. */
struct transcript_part {
    const struct fence *fence;
    size_t first, end;
    struct varies *varies;
};

/* Starts the command that stands at line `at` of the text. `line` is copied. Returns false after a
 * failure has been reported, else transcript_close is due. */
bool transcript_start(struct transcript *session, const char *line, size_t at,
                      struct report *report);

/* Waits until the command has printed what the part shows, sends ^C where the part says so, and if
 * it does, or if `to_end` is true, waits for the end of the command and for nothing more to come.
 * Returns false after a failure has been reported. */
bool transcript_play(struct transcript *session, const struct transcript_part *part, bool to_end,
                     struct report *report);

/* Ends a server that is still running with ^C. It must not have printed more than the text shows,
 * and it must end. Returns false after a failure has been reported. */
bool transcript_stop(struct transcript *session, struct report *report);

void transcript_close(struct transcript *session);

/* Whether a line is the mark "..." that stands for any number of lines. */
bool transcript_is_elision(const char *line);

#endif
