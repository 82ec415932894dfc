/* text: makes bytes from a peer safe for a log or a terminal, and builds strings. */
#ifndef COMMON_TEXT_H
#define COMMON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

enum { TEXT_DISTANCE_MAX = 64 };

/* Returns the length of the UTF-8 character at `bytes` (`len` >= 1) if it may be printed as it is.
 * Returns 0 if it is not valid UTF-8, if a terminal could take it for a command (control
 * characters), or if it is invisible but changes how the line around it reads (marks of direction,
 * ends of lines, tags). */
size_t text_harmless(const void *bytes, size_t len);

/* Copies `len` bytes of any kind to `out` as a C string of at most `capacity` bytes with its NUL
 * (`capacity` >= 8). Harmless characters stay as they are, but a backslash is doubled; every other
 * byte becomes \n, \r, \t or \xNN. A text that does not fit is cut and ends with "...". Returns
 * `out`. */
char *text_printable(const void *bytes, size_t len, char *out, size_t capacity);

/* Copies bytes 0x20 to 0x7e as they are and writes '.' for every other one, as beside a hex dump.
 * `out` needs len + 1 bytes. Returns `out`. */
char *text_dots(const void *bytes, size_t len, char *out);

/* A C string that is built piece by piece in the caller's memory.
 *
 * snprintf would do, but this serves code that the thread of every connection runs: in some C
 * libraries snprintf uses 2 KB of stack, and a page of the stack, once touched, stays in memory as
 * long as the thread runs. */
struct text_builder {
    char *out;
    size_t capacity, length;
    bool fits; /* false after a piece that did not fit; nothing is added after it */
};

/* Starts with an empty string at `out`, which has room for `capacity` bytes, at least 1, with the
 * NUL. */
void text_begin(struct text_builder *builder, char *out, size_t capacity);

/* Each adds a piece: a string, or a number in decimal with at least `digits` digits (at most 20). A
 * piece that does not fit is left out as a whole. */
void text_add(struct text_builder *builder, const char *string);
void text_add_number(struct text_builder *builder, size_t number, size_t digits);

/* Returns whether a character is one of 0 to 9, whatever the locale. */
static inline bool text_is_digit(char character) {
    return character >= '0' && character <= '9';
}

/* Returns how many letters must be replaced, added or removed to turn one word into the other, for
 * suggestions; TEXT_DISTANCE_MAX if `to` is longer than that. */
size_t text_distance(const char *from, const char *to);

#endif
