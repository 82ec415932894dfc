/* deflate_lz77: turns a text into bytes and references to what came before. Step 7. */
#ifndef STEP07_DEFLATE_DEFLATE_LZ77_H
#define STEP07_DEFLATE_DEFLATE_LZ77_H

#include "step07_deflate/deflate_block.h"
#include "step07_deflate/deflate_match.h"

#include <stdbool.h>

/* Goes on from the matcher's position until the block is full or all is done; unless it is the
 * `last` that comes, only until a longest match could go beyond what is there. */
void deflate_lz77_run(struct deflate_match *matcher, struct deflate_block *block, bool last);

#endif
