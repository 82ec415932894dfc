/* greeting: what a server says first. A module for the sample text beside it. */
#ifndef COMMON_GREETING_H
#define COMMON_GREETING_H

#include <stddef.h>

/* Writes a greeting to `out` and returns its length. */
size_t greeting_write(char *out, size_t capacity);

/* Whether a text is a greeting. */
_Bool greeting_is_one(const char *text);

#endif
