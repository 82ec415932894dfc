/* log_capture: a pipe in the place of standard error, for tests of what is logged. */
#ifndef TESTS_SUPPORT_LOG_CAPTURE_H
#define TESTS_SUPPORT_LOG_CAPTURE_H

#include <stddef.h>

/* From here to the end, standard error is a pipe. Returns the descriptor to read it from; reading
 * does not wait. */
int log_capture_begin(void);

/* Takes what has been logged so far out of the pipe. Returns its length; `text` is a C string. */
size_t log_capture_take(char *text, size_t size);

/* What has been logged since the beginning, or since the last call, must be this. */
void log_capture_expect(const char *wanted);

void log_capture_end(void);

/* For a process that ends without log_capture_end: closes what only that would need. Standard error
 * is the pipe to the end, and what is written there is lost. */
void log_capture_leave(void);

#endif
