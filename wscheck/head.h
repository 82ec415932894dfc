/* head: parses the head of an HTTP message from the other side: a server's answer or a client's
 * request. RFC 9112.
 *
 * What a peer has sent is not a C string: it may contain any byte, even a NUL, and ends where its
 * length says.
 */
#ifndef WSCHECK_HEAD_H
#define WSCHECK_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HEAD_MAX = 32 * 1024 }; /* bytes of a head; a longer one is refused */

struct head {
    uint8_t *bytes;
    size_t length; /* including the empty line */
    int status;    /* of an answer */
};

/* Some bytes of a head, which live as long as the head. */
struct head_text {
    const char *start;
    size_t length;
};

/* What is wrong with a head, in words, and its first wrong byte. */
struct head_fault {
    char what[256];
    size_t wrong;
};

/* Fills in a fault at `where`, a byte of the head. Returns false. */
bool head_set_fault(struct head_fault *fault, const struct head *head, const char *where,
                    const char *what);

/* The length of the head at the beginning of `len` bytes, or 0 if its empty line has not come. */
size_t head_length(const uint8_t *bytes, size_t len);

/* Parses an answer and fills in its status. Returns false and fills in `fault` if it is not
 * HTTP. */
bool head_parse(struct head *head, struct head_fault *fault);

/* Checks the lines after the first one. Returns false and fills in `fault` if one is no header. */
bool head_parse_headers(const struct head *head, struct head_fault *fault);

/* The line at offset `*at` without its CR LF; moves `*at` to the next line. The last line is
 * empty. */
struct head_text head_line(const struct head *head, size_t *at);

/* The last, empty line, which is marked if something is missing. */
const char *head_last_line(const struct head *head);

/* Finds the next header of this name; `*at` is 0 at first. Returns false if there are no more. The
 * value has no white space around it. */
bool head_header(const struct head *head, const char *name, size_t *at, struct head_text *value);

/* Finds the header of a name that must appear once. Returns false and fills in `fault` if there is
 * none, or more than one. */
bool head_once(const struct head *head, const char *name, struct head_text *value,
               struct head_fault *fault);

/* Removes the next element from a comma-separated list, without the white space around it. Returns
 * false if there are no more. head_next_element skips empty elements, as RFC 9110, 5.6.1 asks of
 * recipients. */
bool head_split(struct head_text *list, struct head_text *element);
bool head_next_element(struct head_text *list, struct head_text *element);

/* Whether a header of this name lists this element, whatever the case of its letters. */
bool head_lists(const struct head *head, const char *name, const char *element);

/* Whether a text equals a word or another text, or begins with a word; `nocase`: whatever the case
 * of the letters. */
bool head_text_is(struct head_text text, const char *word);
bool head_text_same(struct head_text one, struct head_text other);
bool head_text_is_nocase(struct head_text text, const char *word);
bool head_text_begins(struct head_text text, const char *word);

/* The place of a word in the text, or NULL. */
const char *head_text_find(struct head_text text, const char *word);

/* Whether the text is a token of HTTP (RFC 9110, 5.6.2). */
bool head_text_is_token(struct head_text text);

#endif
