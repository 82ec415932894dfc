/* lines: a text as the list of its lines, and the memory for such lists. */
#ifndef TOOLS_TUTORIAL_LINES_H
#define TOOLS_TUTORIAL_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct lines {
    char **line; /* without their newlines; lines_free frees each */
    size_t count;
};

/* Reads a file as a string that the caller frees. Returns NULL with errno. NUL bytes are left out.
 * */
char *lines_read_text(const char *path);

/* Reads a file. Returns false with errno, and then there is nothing to free. */
bool lines_read(struct lines *lines, const char *path);

/* Copies the lines of a text. What follows the last newline is a line if it is not empty. Carriage
 * returns at the end of a line are dropped. */
void lines_split(struct lines *lines, const char *text);

/* Adds a copy of the first `len` characters at `line`. */
void lines_add(struct lines *lines, const char *line, size_t len);

void lines_free(struct lines *lines);

/* Whether the line is `word`, with nothing but blanks around it. */
bool lines_is(const char *line, const char *word);

/* Grows an array to hold `count` items of `size` bytes, or copies a string. Both give up the
 * program when there is no memory: a checker that cannot check has nothing better to do. */
void *lines_grow(void *array, size_t count, size_t size);
char *lines_copy(const char *text, size_t len);

#endif
