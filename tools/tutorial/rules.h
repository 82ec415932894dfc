/* rules: the table of the rules of the RFC, the places in the code that keep them and the cases of
 * wscheck that show it. */
#ifndef TOOLS_TUTORIAL_RULES_H
#define TOOLS_TUTORIAL_RULES_H

#include "tools/tutorial/document.h"
#include "tools/tutorial/report.h"
#include "tools/tutorial/sandbox.h"

#include <stdint.h>

/* Checks the rows of the table between <!-- rules --> and <!-- end of rules -->, whose columns are:
 * section, rule, place, cases. In a place, names in backticks are functions that one of the cell's
 * linked files defines. Among the cases, texts in backticks are cases that wscheck lists, the
 * beginning of several, or stand in one of the cell's linked files. A dash stands for none.
 * `required` says that a document without the table fails. `patience` is how many ms wscheck may
 * take. */
void rules_check(const struct document *document, bool required, const struct sandbox *scene,
                 int64_t patience, struct report *report);

#endif
