/* figures: numbers in the text that a command can count. */
#ifndef TOOLS_TUTORIAL_FIGURES_H
#define TOOLS_TUTORIAL_FIGURES_H

#include "tools/tutorial/document.h"
#include "tools/tutorial/report.h"
#include "tools/tutorial/sandbox.h"

#include <stdint.h>

/* Checks every comment `<!-- figure: COMMAND => NUMBER within PERCENT% -->`: the first number that
 * the command prints is within so many percent of NUMBER, and NUMBER stands, as it is written
 * there, in the next block of the text. `patience` is how many ms a command may take. */
void figures_check(const struct document *document, const struct sandbox *scene, int64_t patience,
                   struct report *report);

#endif
