/* console: the transcripts of the text are played with the real programs. */
#ifndef TOOLS_TUTORIAL_CONSOLE_H
#define TOOLS_TUTORIAL_CONSOLE_H

#include "tools/tutorial/document.h"
#include "tools/tutorial/report.h"
#include "tools/tutorial/sandbox.h"

#include <stdint.h>

/* Plays every fence of the language "console":
 *
 *     console                  commands after "$ ", each with all that it prints
 *     console client           the same, beside a server
 *     console server           one command that goes on running, and what it prints first
 *     console server goes on   what it prints next
 *     console shown            not played
 *
 * A server is ended at the next one, at <!-- server ends -->, or where the text ends. `patience` is
 * how many ms anything may take. */
void console_check(const struct document *document, const struct sandbox *scene, int64_t patience,
                   struct report *report);

/* Reads the command that starts at line `*line` of a fence, "$ " and what follows a backslash at
 * the end of it, and moves `*line` past it. Returns a copy that the caller frees, or NULL if no
 * command starts there. */
char *console_command(const struct fence *fence, size_t *line);

#endif
