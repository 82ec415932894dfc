/* quotes: code in the text is code of the repository. */
#ifndef TOOLS_TUTORIAL_QUOTES_H
#define TOOLS_TUTORIAL_QUOTES_H

#include "tools/tutorial/document.h"
#include "tools/tutorial/report.h"

/* Checks every fence that names a file: its lines are consecutive lines of that file. A line that
 * is an elision mark, such as a lone comment of three dots, stands for one or more lines of the
 * file. A fence of C that names neither a file nor "sketch" is a failure, and so are commands
 * outside of a transcript. */
void quotes_check(const struct document *document, struct report *report);

#endif
