/* memory: allocates. A checker without memory cannot judge anybody, so the program ends then, and
 * none of these functions returns NULL. The caller frees what they return. */
#ifndef WSCHECK_MEMORY_H
#define WSCHECK_MEMORY_H

#include <stddef.h>
#include <stdio.h>

/* `size` bytes, all of them zero. */
void *memory_take(size_t size);

/* A string formatted as by printf. */
char *memory_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A stream that fclose ends; the text written to it is then in `*text`, its length in `*length`. */
FILE *memory_stream(char **text, size_t *length);

#endif
