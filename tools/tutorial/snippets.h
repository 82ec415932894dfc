/* snippets: what the reader types into the browser's console. They are run by
 * tests/interop/tutorial.mjs, where there is a browser. */
#ifndef TOOLS_TUTORIAL_SNIPPETS_H
#define TOOLS_TUTORIAL_SNIPPETS_H

#include "tools/tutorial/document.h"

/* Prints each fence of the language "js" that is no quote and no sketch as a line of JSON:
 *
 *     {"file": "TUTORIAL.md", "line": 12, "program": "step03_handshake", "goes_on": false,
 *      "code": "...", "prints": ["..."], "errors": ["..."]}
 *
 * `program` is the server of the last fence "console server" above, or null; `prints` and `errors`
 * are what the comments `// prints: ...` and `// error: ...` in the code say. */
void snippets_print(const struct document *document);

#endif
