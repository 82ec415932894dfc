/* client_process: the client program of step 6, as a test runs it. */
#ifndef TESTS_SUPPORT_CLIENT_PROCESS_H
#define TESTS_SUPPORT_CLIENT_PROCESS_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

enum { CLIENT_PROCESS_TEXT_SIZE = 1 << 16 };

/* The client program while it runs. What it prints goes to files. */
struct client_process {
    pid_t pid;
    FILE *out, *err;
    char printed[CLIENT_PROCESS_TEXT_SIZE]; /* standard output and error, once it has ended */
    char said[CLIENT_PROCESS_TEXT_SIZE];
};

/* The arguments for an echo server: it replies to everything before it replies to a Close, so there
 * is nothing to wait for. */
extern const char *const client_process_at_once[];

/* Those for a server that ends the connection itself. */
extern const char *const client_process_patient[];

/* A file that is gone when its last descriptor is closed. */
FILE *client_process_file(void);

/* Starts the client with `input` as its standard input. `run` is zero, but for `out`, which may be
 * set to what it is to print to. The arguments end with NULL, or are NULL; the address stands
 * after them, unless it is NULL. */
void client_process_start(struct client_process *run, int input, const char *const *arguments,
                          const char *url);

/* Waits for the end. Returns the exit status, or -1. */
int client_process_finish(struct client_process *run);

/* Runs the client to its end, with this input. Returns the exit status, or -1. */
int client_process_run(struct client_process *run, const char *input, const char *const *arguments,
                       const char *url);

bool client_process_is_one_line(const char *text);

#endif
