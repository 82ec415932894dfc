/* trial_parts: what the files of trial share, and nobody else needs. */
#ifndef WSCHECK_TRIAL_PARTS_H
#define WSCHECK_TRIAL_PARTS_H

#include "wscheck/trial.h"

/* trial.c: sends replies as far as the other side takes them now, if no frame is in their way. */
void trial_try_replies(struct trial *trial);

/* trial_judge.c: whether the last ping still needs a pong. */
bool trial_pinged(const struct trial *trial);

/* trial_messages.c: which message is wanted, in words. */
void trial_describe(const struct trial_wanted *wanted, char *out, size_t capacity);

/* Holds what has come of a message against what is wanted: the header of its frame, a piece of its
 * payload, the end of the frame. */
void trial_begin_data(struct trial *trial);
void trial_compare(struct trial *trial);
void trial_end_data(struct trial *trial);

/* The server has given up, as the script allows. Its limit may be known (--max-message): a message
 * within it has to come back. If it is not known, nobody can tell, and the case is skipped. */
void trial_judge_limit(struct trial *trial);

/* trial_deflate.c: from here on messages may be compressed, as was agreed. */
void trial_agree(struct trial *trial);

#endif
