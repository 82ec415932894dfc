/* select: which cases a command line asks for.
 *
 * A selector is a step ("step03": all that a server at that stage must do), a case
 * ("6455/5.4/cut/3"), or the beginning of several up to a '/' or a '.' ("6455/5.4/cut", "6455/5").
 * "6455/5.4/3" is the third of its section. "deflate" is all that is about compression; "12.1/1"
 * has the usual name "12.1.1" as well.
 */
#ifndef WSCHECK_SELECT_H
#define WSCHECK_SELECT_H

#include "common/options.h"
#include "wscheck/cases/cases.h"

/* Marks the cases that any of the selectors names, or all but those that must be named when there
 * are no selectors; `chosen` has room for all cases. Returns how many, or 0 after one line on
 * standard error when a selector names nothing. */
size_t select_cases(const struct case_list *list, const char *const *selectors, size_t count,
                    const struct test_case **chosen);

/* The step of a selector such as "step03", or 0 when it is none. */
unsigned select_step(const char *selector);

#endif
