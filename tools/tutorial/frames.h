/* frames: what the decoder of step 4 makes of bytes, a sentence for each frame. */
#ifndef TOOLS_TUTORIAL_FRAMES_H
#define TOOLS_TUTORIAL_FRAMES_H

#include "tools/tutorial/lines.h"

#include <stdint.h>

/* Adds a line for each frame, such as
 *
 *     text, final, masked with 37 fa 21 3d, 5 bytes: "Hello"
 *     close, final, not masked, 5 bytes: code 1000, reason "bye"
 *     binary, more to follow, not masked, 70000 bytes, of which 2 are here: 00 01
 *     incomplete                                     the header is not whole
 *     refused: a client must mask its frames (5.1)   and what follows is not looked at
 *
 * as a receiver sees them to whom a client or a server sends. */
void frames_describe(const uint8_t *bytes, size_t len, bool from_client, struct lines *lines);

#endif
