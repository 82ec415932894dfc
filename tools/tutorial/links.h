/* links: what the documents point to is there. */
#ifndef TOOLS_TUTORIAL_LINKS_H
#define TOOLS_TUTORIAL_LINKS_H

#include "tools/tutorial/document.h"
#include "tools/tutorial/report.h"

/* Checks every link, image and reference of a document: a relative one leads to a file of the
 * repository and its anchor to a heading there; of an absolute one only the form is checked, for
 * the network is no part of a test. A path that starts with '/' starts at the top of the
 * repository. */
void links_check(const struct document *document, struct report *report);

#endif
