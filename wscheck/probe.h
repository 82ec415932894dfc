/* probe: is there a server at all, and does it speak WebSocket? Is there a client, and does it ask
 * for the path in its URL? */
#ifndef WSCHECK_PROBE_H
#define WSCHECK_PROBE_H

#include "wscheck/trial.h"

/* Starts the server of --exec, as the settings have it, and waits until its port accepts a
 * connection. Fills in the settings that depend on the port. Returns false after one line on
 * standard error. */
bool probe_start(struct trial_settings *settings);

/* Tries one ordinary handshake (of a server at step 1 or 2 only what it can do), then many at once.
 * Returns how many cases may run at a time: `jobs`, or fewer if the server has not enough places;
 * 0 after one line on standard error that says what is there: nothing, TLS, plain HTTP, silence.
 * A case of step 2 needs no more than HTTP: if no other is wanted, `least` is 2, and what answers
 * the handshake by HTTP is a server at that step, which the settings say then. */
size_t probe_server(struct trial_settings *settings, size_t jobs, unsigned least);

/* Ends a line about a program that does not do what it should with the last it has printed. */
void probe_last_words(const char *output);

/* probe_client.c. */

/* Listens on a place (listener.h), fills in the settings that depend on it, and has the
 * command, if there is one, connect once. Returns how many cases may run at a time: `jobs`, or 1 if
 * they cannot be told apart by the path; 0 after one line on standard error when there is no
 * client. */
size_t probe_client(struct trial_settings *settings, const char *place, size_t jobs);

#endif
