/* dump: hex dumps (common/hexdump) in the output of a program. */
#ifndef TOOLS_TUTORIAL_DUMP_H
#define TOOLS_TUTORIAL_DUMP_H

#include "tools/tutorial/lines.h"

/* Calls `change` with the bytes of every hex dump among the lines, which it may change in place,
 * and writes the dump's lines anew. A dump is consecutive lines with the same text in front and
 * offsets that count up from 0. */
void dump_change(struct lines *lines, void (*change)(void *context, char *bytes, size_t len),
                 void *context);

#endif
