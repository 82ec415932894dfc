/* anchors: the places in a document that a link's #fragment can name. */
#ifndef TOOLS_TUTORIAL_ANCHORS_H
#define TOOLS_TUTORIAL_ANCHORS_H

#include "tools/tutorial/document.h"

/* Adds the anchors of a document as GitHub makes them: for each heading its text in lower case,
 * blanks as hyphens, without punctuation, and -1, -2 ... for the same again; and every id="" and
 * name="". The caller frees the lines. */
void anchors_collect(const struct document *document, struct lines *anchors);

#endif
