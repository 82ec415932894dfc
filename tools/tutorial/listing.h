/* listing: bytes in the text are what it says they are. */
#ifndef TOOLS_TUTORIAL_LISTING_H
#define TOOLS_TUTORIAL_LISTING_H

#include "tools/tutorial/document.h"
#include "tools/tutorial/report.h"

/* Checks every fence of the language "hex". It holds bytes in hexadecimal, comments that start with
 * '#', and statements, lines that start with "= ":
 *
 *     hex from-client   each statement says what the decoder of step 4 makes of one frame, for a
 *     hex from-server   receiver of that role; there are as many statements as frames
 *     hex bytes         statements about all bytes: "20 bytes", "ascii: ...", "base64: ...",
 *                       "sha1 of "TEXT""
 *     hex deflate       the statements hold every bit of the bytes, and say what comes out of them;
 *                       see deflated.h
 */
void listing_check(const struct document *document, struct report *report);

#endif
