/* folders: the files of the repository. */
#ifndef TOOLS_TUTORIAL_FOLDERS_H
#define TOOLS_TUTORIAL_FOLDERS_H

#include "tools/tutorial/lines.h"

/* Adds the paths of all Markdown files below the current folder, in the order of their names. Left
 * out are hidden folders, node_modules, build, and `build`, the folder that stands for it. The
 * caller frees the lines. */
void folders_find_documents(const char *build, struct lines *paths);

#endif
