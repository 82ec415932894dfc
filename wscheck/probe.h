/* probe: is there a server at all, and does it speak WebSocket? */
#ifndef WSCHECK_PROBE_H
#define WSCHECK_PROBE_H

#include "wscheck/trial.h"

/* Starts the server of --exec and waits until its port accepts a connection. Returns NULL after one
 * line on standard error. */
struct child *probe_start(const char *command);

/* Tries one ordinary handshake (of a server at step 1 or 2 only what it can do). Returns false
 * after one line on standard error that says what is there: nothing, TLS, plain HTTP, silence. */
bool probe_server(const struct trial_settings *settings, const char *url);

#endif
