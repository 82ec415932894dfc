/* parse: turns a text into bytes and references to what came before. Step 7. */
#ifndef STEP07_DEFLATE_PARSE_H
#define STEP07_DEFLATE_PARSE_H

#include "step07_deflate/block.h"
#include "step07_deflate/matcher.h"

#include <stdbool.h>

/* Goes on from the matcher's position until the block is full or all is done; unless it is the
 * `last` that comes, only until a longest match could go beyond what is there. */
void parse_run(struct matcher *matcher, struct block *block, bool last);

#endif
