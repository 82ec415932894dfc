/* varies: whether a line of output is as the text shows it, apart from what differs each time. */
#ifndef TOOLS_TUTORIAL_VARIES_H
#define TOOLS_TUTORIAL_VARIES_H

#include "tools/tutorial/document.h"
#include "tools/tutorial/report.h"

struct varies {
    struct lines pieces; /* texts that stand for others of as many words */
};

/* Reads the comments `<!-- varies: TEXT -->` right above a fence. Each text must stand in the
 * fence. Returns false after a failure has been reported; varies_free is due either way. */
bool varies_init(struct varies *varies, const struct document *document, const struct fence *fence,
                 struct report *report);
void varies_free(struct varies *varies);

/* Whether `line` is `wanted`, where every occurrence of a piece in `wanted` may be other words,
 * and every port after 127.0.0.1: or [::1]: another port, unless it is one of 8000 to 8009.
 * `context` is a struct varies: this is a comparison for match_rules. */
bool varies_same(void *context, const char *wanted, const char *line);

#endif
