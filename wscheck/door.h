/* door: is there a client at all, and does it ask for the path in its URL? */
#ifndef WSCHECK_DOOR_H
#define WSCHECK_DOOR_H

#include "wscheck/trial.h"

/* Listens on the port (0: a free one), fills in the settings that depend on it, and has the
 * command, if there is one, connect once. Returns how many cases may run at a time: `jobs`, or 1 if
 * they cannot be told apart by the path; 0 after one line on standard error when there is no
 * client. */
size_t door_open(struct trial_settings *settings, unsigned port, size_t jobs);

#endif
