/* select: which cases a command line asks for.
 *
 * A selector is a step ("step03": all that a server at that step must do), the name of a case
 * ("6455/5.4/cut/3"), or the beginning of several names up to a '/' or a '.' ("6455/5.4/cut",
 * "6455/5"). "6455/5.4/3" is the third case of its section; cases may be added before it, while a
 * name never changes. "deflate" names all cases about compression. Other suites call 12.1/1 12.1.1,
 * so both are understood. A selector that begins with ! leaves out the cases that it names.
 */
#ifndef WSCHECK_SELECT_H
#define WSCHECK_SELECT_H

#include "common/options.h"
#include "wscheck/cases/cases.h"

struct selection {
    const char *selectors[OPTIONS_LIST_MAX];
    size_t count;
    bool must_only; /* only cases of a MUST */
    bool quick;     /* only the first case of each group, and none that takes long */
};

/* Chooses the cases that the selectors name and that `must_only` and `quick` allow. Without a
 * selector, or with such only that leave cases out, it chooses from all cases except those that run
 * only when they are named. `chosen` has room for all cases. Returns the number of chosen cases, or
 * 0 after one line on standard error if a selector names nothing or no case is left. */
size_t select_cases(const struct case_list *list, const struct selection *selection,
                    const struct test_case **chosen);

/* Marks the cases whose failure is expected. The file names one in each line; the rest of a line
 * after the name or after a # is a comment. Returns false after one line on standard error if the
 * file cannot be read or a name is unknown. */
bool select_expected(struct case_list *list, const char *path);

/* The step that a selector such as "step03" or "step01/reset" names; 0 if it names none. */
unsigned select_step(const char *selector);

#endif
