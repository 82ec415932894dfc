/* select: which cases a command line asks for.
 *
 * A selector is a step ("step03": all that a server at that stage must do), a case
 * ("6455/5.4/cut/3"), or the beginning of several up to a '/' or a '.' ("6455/5.4/cut", "6455/5").
 * "6455/5.4/3" is the third of its section today; a name stays. "deflate" is all that is about
 * compression; "12.1/1" has the usual name "12.1.1" as well. With a ! in front a selector leaves
 * out what it names.
 */
#ifndef WSCHECK_SELECT_H
#define WSCHECK_SELECT_H

#include "common/options.h"
#include "wscheck/cases/cases.h"

struct selection {
    const char *selectors[OPTIONS_LIST_MAX];
    size_t count;
    bool must_only; /* no SHOULD and no practice */
    bool quick;     /* of cases that belong together the first, and none that is heavy */
};

/* Chooses the cases that any of the selectors names, or all but those that must be named when there
 * are none, and of these what the rest of the selection leaves; `chosen` has room for all cases.
 * Returns how many, or 0 after one line on standard error when a selector names nothing, or nothing
 * is left. */
size_t select_cases(const struct case_list *list, const struct selection *selection,
                    const struct test_case **chosen);

/* Marks the cases whose failure is expected: those that a file names, one in a line; what comes
 * after the name, and after a #, is for people. Returns false after one line on standard error. */
bool select_expected(struct case_list *list, const char *path);

/* The step of a selector such as "step03", or "step01/reset", a case of it; 0 when it has none. */
unsigned select_step(const char *selector);

#endif
