/* grade: finds or starts the server or the client, runs the cases, and reports the results. */
#ifndef WSCHECK_GRADE_H
#define WSCHECK_GRADE_H

#include "wscheck/arguments.h"
#include "wscheck/report.h"

/* The exit status of wscheck. */
enum status { STATUS_PASSED, STATUS_FAILED, STATUS_USAGE, STATUS_NO_RESULT, STATUS_SHOULD };

/* Runs the cases against the server or the client that the arguments name or start. Returns an enum
 * status; if there is no report, after one line on standard error. From now on SIGINT, SIGTERM and
 * SIGHUP stop what --exec started before they end the program; a second ^C does not wait for
 * that. */
int grade(const struct arguments *arguments, struct report *report,
          const struct test_case *const *cases, size_t count);

#endif
