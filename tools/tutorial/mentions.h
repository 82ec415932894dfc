/* mentions: the tutorial leaves nothing out. */
#ifndef TOOLS_TUTORIAL_MENTIONS_H
#define TOOLS_TUTORIAL_MENTIONS_H

#include "tools/tutorial/document.h"
#include "tools/tutorial/report.h"

#include <stdint.h>

/* Checks that the document mentions, in a fence or a code span, every function that a header of
 * common or of a step declares, and every target of `make help`, as "make NAME" or as a span of
 * its own. `patience` is how many ms make may take. */
void mentions_check(const struct document *document, int64_t patience, struct report *report);

#endif
