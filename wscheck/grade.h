/* grade: finds or starts the server or the client, runs the cases, and says how it went. */
#ifndef WSCHECK_GRADE_H
#define WSCHECK_GRADE_H

#include "wscheck/arguments.h"
#include "wscheck/report.h"

/* The exit status of wscheck. */
enum status { STATUS_PASSED, STATUS_FAILED, STATUS_USAGE, STATUS_NO_RESULT, STATUS_SHOULD };

/* Runs the cases of the server that the arguments name or start, or of the client. Returns an enum
 * status, after one line on standard error where there is no report. From now on SIGINT, SIGTERM
 * and SIGHUP stop what --exec started before they end the program, as they always do; a second ^C
 * does not wait for that. */
int grade(const struct arguments *arguments, struct report *report,
          const struct test_case *const *cases, size_t count);

#endif
