/* arguments: the command line of wscheck. */
#ifndef WSCHECK_ARGUMENTS_H
#define WSCHECK_ARGUMENTS_H

#include "wscheck/select.h"

struct arguments {
    struct options options;
    size_t repeated; /* how many of these, from the first on, arguments_again repeats */
    char **argv;     /* ended by NULL */
    const char *command, *format, *replay, *url, *expected, *output;
    const char *listen; /* [ADDRESS:]PORT, for checking a client; NULL: a server is checked */
    const char *origin, *subprotocol;
    char *own_header[2]; /* the header lines of `origin` and `subprotocol`, or NULL */
    struct selection selection;
    struct options_list headers; /* of --header, and those two lines */
    uint64_t jobs;
    int64_t timeout, start_timeout, run_timeout; /* ms; run_timeout 0: not given */
    uint64_t messages, max_message;              /* 0: not given */
    unsigned step; /* the step of the tutorial that the server is at; 0: no selector says */
    bool list, all, strict, quiet, no_echo, echo;
};

/* Reads the command line. Returns OPTIONS_GO_ON, or what options_parse returns when the program is
 * to end. The caller frees the arguments in both cases. */
int arguments_parse(struct arguments *arguments, int argc, char **argv);
void arguments_free(struct arguments *arguments);

/* The command that tests the same server or client again, quoted for a shell; --replay and the name
 * of a case go after it. The caller frees it. */
char *arguments_again(const struct arguments *arguments);

#endif
