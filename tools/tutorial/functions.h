/* functions: the names of the functions in a C file. */
#ifndef TOOLS_TUTORIAL_FUNCTIONS_H
#define TOOLS_TUTORIAL_FUNCTIONS_H

#include "tools/tutorial/lines.h"

struct functions {
    struct lines declared; /* without a body */
    struct lines defined;  /* with one */
};

/* Finds the functions of a C file or header. Function-like macros are none. Returns false with
 * errno if the file cannot be read, else functions_free is due. */
bool functions_find(struct functions *functions, const char *path);
void functions_free(struct functions *functions);

/* Whether the names hold one. */
bool functions_hold(const struct lines *names, const char *name);

#endif
