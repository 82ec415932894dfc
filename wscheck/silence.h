/* silence: how long it is waited for what the other side never does.
 *
 * A server that ignores a Close ignores every one of them. After ten waits in a row that were in
 * vain, the same is waited for a shorter time, until it comes once. */
#ifndef WSCHECK_SILENCE_H
#define WSCHECK_SILENCE_H

#include "wscheck/cause.h"

#include <stdatomic.h>
#include <stdint.h>

enum { SILENCES = 10, SILENCE_SHORTENED = 10 /* to this part of the time */, SILENCE_LEAST = 200 };

/* For each cause: how many waits have been in vain since the last one that was not. All threads of
 * a run share it; it begins as zeros. */
struct silence {
    atomic_uint in_vain[CAUSES];
};

/* How many ms to wait for something whose absence is this cause, if it was worth `timeout` ms. */
int64_t silence_timeout(const struct silence *silence, enum cause cause, int64_t timeout);

/* Such a wait is over. */
void silence_note(struct silence *silence, enum cause cause, bool was_in_vain);

#endif
