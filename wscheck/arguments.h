/* arguments: the command line of wscheck. */
#ifndef WSCHECK_ARGUMENTS_H
#define WSCHECK_ARGUMENTS_H

#include "common/options.h"

enum { ARGUMENTS_NO_PORT = UINT16_MAX + 1 };

struct arguments {
    const char *program; /* as it was called */
    const char *command, *format, *replay, *url;
    const char *selectors[OPTIONS_LIST_MAX];
    size_t selector_count;
    struct options_list headers;
    uint64_t jobs, port;                         /* ARGUMENTS_NO_PORT: a server is checked */
    int64_t timeout, start_timeout, run_timeout; /* ms; run_timeout 0: not given */
    uint64_t messages;
    bool list, all, strict, quiet, no_echo, echo;
};

/* Reads the command line. Returns OPTIONS_GO_ON, or the exit status as options_parse. */
int arguments_parse(struct arguments *arguments, int argc, char **argv);

/* At which stage of the tutorial the server is: the first step that a selector names, or a whole
 * server. */
unsigned arguments_stage(const struct arguments *arguments);

/* When the run has to be over (clock_now), whatever the other side does. Somebody who starts
 * clients by hand may take any time. */
int64_t arguments_run_ends(const struct arguments *arguments);

/* The command that does the same, as a shell reads it: only the case has to be added. Free it. */
char *arguments_again(const struct arguments *arguments);

#endif
