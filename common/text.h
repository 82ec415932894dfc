/* text: what a peer sent, made fit for a log or a terminal. */
#ifndef COMMON_TEXT_H
#define COMMON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

enum { TEXT_DISTANCE_MAX = 64 };

/* The length of the character that the bytes begin with (`len` >= 1) if it may be shown as it is; 0
 * if a terminal could take it for a command (a control character of either set), if nobody sees it
 * but the line around it would read otherwise (marks of direction, ends of lines, tags), or if it
 * is no UTF-8. */
size_t text_harmless(const void *bytes, size_t len);

/* Copies `len` bytes that may hold anything to `out` as a C string of at most `capacity` bytes with
 * its NUL (`capacity` >= 8). Harmless characters stay as they are, but a backslash is doubled; each
 * byte of all others becomes \n, \r, \t or \xNN. What does not fit is cut off and replaced with
 * "...". Returns `out`. */
char *text_printable(const void *bytes, size_t len, char *out, size_t capacity);

/* Copies bytes 0x20 to 0x7e as they are and shows every other one as '.': one character a byte, as
 * beside a hex dump. `out` needs len + 1 bytes. Returns `out`. */
char *text_dots(const void *bytes, size_t len, char *out);

/* A C string that is put together piece by piece, in memory of the caller's.
 *
 * Where snprintf would do, this is for the path that every connection takes: snprintf uses 2 KB of
 * stack in some C libraries, and a stack page once touched stays with the thread. */
struct text_builder {
    char *out;
    size_t capacity, length;
    bool fits; /* so far; after a piece that does not fit nothing is added any more */
};

/* Starts with "" at `out`, which has room for `capacity` bytes, more than 0, with the NUL. */
void text_begin(struct text_builder *builder, char *out, size_t capacity);

/* Each adds a piece, or nothing at all if it does not fit: a string, or a number in decimal with at
 * least `digits` digits. */
void text_add(struct text_builder *builder, const char *string);
void text_add_number(struct text_builder *builder, size_t number, size_t digits);

/* Whether a character is one of 0 to 9, whatever the locale. */
static inline bool text_is_digit(char character) {
    return character >= '0' && character <= '9';
}

/* How many letters must be typed anew, added or taken out to turn one word into the other, for
 * suggestions; TEXT_DISTANCE_MAX if `to` is longer than that. */
size_t text_distance(const char *from, const char *to);

#endif
