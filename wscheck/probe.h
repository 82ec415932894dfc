/* probe: is there a server at all, and does it speak WebSocket? Is there a client, and does it ask
 * for the path in its URL? */
#ifndef WSCHECK_PROBE_H
#define WSCHECK_PROBE_H

#include "wscheck/trial.h"

/* Starts the server of `settings->command` and waits until its port accepts a connection. Fills in
 * `child` and the settings that depend on the port. Returns false after one line on standard
 * error. */
bool probe_start(struct trial_settings *settings);

/* Tries one ordinary handshake (with a server at step 1 or 2, only a connection), then many at the
 * same time. Returns how many cases may run at a time: `jobs`, or fewer if the server takes fewer
 * connections; 0 after one line on standard error that says what it has found instead: nothing,
 * TLS, plain HTTP, silence. If `least` is 2, only a case of step 2 is to run, which needs no more
 * than HTTP; then a server that answers the handshake with an HTTP error will do, and
 * `settings->step` becomes 2. */
size_t probe_server(struct trial_settings *settings, size_t jobs, unsigned least);

/* Ends a line on standard error about a program that failed with the end of its output. */
void probe_print_output(const char *output);

/* probe_client.c. */

/* Listens on "[ADDRESS:]PORT" (listener.h), fills in the settings that depend on it, and, if there
 * is a command, starts the client once. Returns how many cases may run at a time: `jobs`, or 1 if
 * the clients of different cases cannot be told apart by their path; 0 after one line on standard
 * error if there is no client. */
size_t probe_client(struct trial_settings *settings, const char *address, size_t jobs);

#endif
