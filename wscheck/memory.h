/* memory: what the checker allocates. One without memory cannot judge anybody, so it ends then:
 * none of these returns NULL. Whoever calls them frees what they return. */
#ifndef WSCHECK_MEMORY_H
#define WSCHECK_MEMORY_H

#include <stddef.h>
#include <stdio.h>

/* This many bytes, all of them zero. */
void *memory_take(size_t size);

/* A text that is formatted as by printf. */
char *memory_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A stream whose text is in `*text`, and its length in `*length`, when it has been closed. */
FILE *memory_stream(char **text, size_t *length);

#endif
