/* cell: a cell of a Markdown table. */
#ifndef TOOLS_TUTORIAL_CELL_H
#define TOOLS_TUTORIAL_CELL_H

#include "tools/tutorial/document.h"

struct cell {
    struct lines paths; /* of the files that it links, from the top of the repository */
    struct lines codes; /* what stands in backticks, outside of links */
    bool dash;          /* it starts with a dash, for "none" */
};

/* Finds the cell number `column`, from 0, of the table's row on a line. A '|' ends a cell, in
 * backticks too, unless a backslash is in front of it. Returns false if the row has no such cell,
 * else stores where the cell is in the text. */
bool cell_find(const struct document *document, size_t line, size_t column, size_t *from,
               size_t *to);

/* Takes the cell between two offsets apart. The caller frees it with cell_free. */
void cell_read(struct cell *cell, const struct document *document, size_t from, size_t to);
void cell_free(struct cell *cell);

#endif
