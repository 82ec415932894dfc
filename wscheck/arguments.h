/* arguments: the command line of wscheck. */
#ifndef WSCHECK_ARGUMENTS_H
#define WSCHECK_ARGUMENTS_H

#include "wscheck/select.h"

struct arguments {
    struct options options;
    size_t repeated; /* the first of these, which are repeated with a case */
    char **argv;     /* ended by NULL */
    const char *command, *format, *replay, *url, *expected, *output;
    const char *listen; /* [ADDRESS:]PORT; NULL: a server is checked */
    const char *origin, *subprotocol;
    char *own_header[2]; /* the lines of these two, or NULL */
    struct selection selection;
    struct options_list headers; /* with those two */
    uint64_t jobs;
    int64_t timeout, start_timeout, run_timeout; /* ms; run_timeout 0: not given */
    uint64_t messages, max_message;              /* 0: not given */
    unsigned step; /* of the tutorial, at which the server is; 0: no selector says so */
    bool list, all, strict, quiet, no_echo, echo;
};

/* Reads the command line. Returns OPTIONS_GO_ON, or the exit status as options_parse. Free it in
 * both cases. */
int arguments_parse(struct arguments *arguments, int argc, char **argv);
void arguments_free(struct arguments *arguments);

/* The command that does the same, as a shell reads it: only the case has to be added. Free it. */
char *arguments_again(const struct arguments *arguments);

#endif
