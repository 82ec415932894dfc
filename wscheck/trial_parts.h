/* trial_parts: functions that only the files of trial use. */
#ifndef WSCHECK_TRIAL_PARTS_H
#define WSCHECK_TRIAL_PARTS_H

#include "wscheck/trial.h"

/* trial.c: sends as much of the replies as TCP takes now, unless a frame is being sent. */
void trial_try_replies(struct trial *trial);

/* trial_incoming.c: whether a Ping still needs a Pong. */
bool trial_needs_pong(const struct trial *trial);

/* trial_messages.c: describes an expected message in words. */
void trial_describe(const struct trial_wanted *wanted, char *out, size_t capacity);

/* Compare a data frame that comes with the expected message: its header, a piece of its payload,
 * and its end. */
void trial_begin_data(struct trial *trial);
void trial_compare(struct trial *trial);
void trial_end_data(struct trial *trial);

/* The other side has given up at a limit, as the script allows. Fails the case if the message is
 * within --max-message; skips it if that is not given, because then nobody knows the limit. */
void trial_judge_limit(struct trial *trial);

/* trial_deflate.c: prepares the reader for compressed messages, if they were agreed on. */
void trial_agree(struct trial *trial);

#endif
