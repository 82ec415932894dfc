/* command: a shell command that is started, watched, interrupted and ended. Its output goes to a
 * file, so it never waits for somebody to read it. */
#ifndef TOOLS_TUTORIAL_COMMAND_H
#define TOOLS_TUTORIAL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct command {
    pid_t pid;
    int output;
    char *text; /* all that it has printed so far, without NUL bytes */
    bool ended;
    int status; /* once it has ended: as a shell tells it, 128 and the signal if one killed it */
};

/* From here on a signal that ends this program (SIGINT, SIGTERM, SIGHUP) also ends the commands
 * that are running: they have process groups of their own, which a ^C on the terminal does not
 * reach. */
void command_guard(void);

/* Starts `sh -c LINE` in a process group of its own, with both outputs in one file, an empty
 * standard input, and signals as a terminal has them. Returns false with errno, EAGAIN when
 * COMMANDS_MAX are running; else end it with command_close. */
bool command_start(struct command *command, const char *line);

/* Takes in what it has printed, and whether it has ended. */
void command_look(struct command *command);

/* Waits until it has ended, at most until `deadline` (clock_now). Returns whether it has. */
bool command_wait(struct command *command, int64_t deadline);

/* Sends SIGINT to all its processes, as ^C on a terminal does. */
void command_interrupt(const struct command *command);

/* Kills what is left of it, and frees everything. */
void command_close(struct command *command);

/* Runs a command to its end, at most until `deadline`. Returns what it printed, which the caller
 * frees, or NULL when it could not be started, was not over in time or did not end with status 0.
 * */
char *command_output(const char *line, int64_t deadline);

enum {
    COMMAND_INTERVAL = 5, /* ms between two looks at a command */
    COMMANDS_MAX = 8      /* at a time */
};

#endif
