/* deflate_lz77: turns a text into literals and references to earlier text. Step 7. */
#ifndef STEP07_DEFLATE_DEFLATE_LZ77_H
#define STEP07_DEFLATE_DEFLATE_LZ77_H

#include "step07_deflate/deflate_block.h"
#include "step07_deflate/deflate_match.h"

#include <stdbool.h>

/* Turns the matcher's text into symbols of the block, and moves matcher->position past it. Stops
 * when the block is full or the text ends. If `last` is false, more text will follow; then it stops
 * when fewer than DEFLATE_MATCH_LOOKAHEAD bytes are left. */
void deflate_lz77_run(struct deflate_match *matcher, struct deflate_block *block, bool last);

#endif
