/* head: the head of an HTTP message that came from the other side, taken apart: the server's answer
 * or a client's request. RFC 9112.
 *
 * What a peer sent is no C string: it may hold any byte at any place, a NUL among them, and ends
 * where its length says.
 */
#ifndef WSCHECK_HEAD_H
#define WSCHECK_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HEAD_MAX = 32 * 1024 }; /* bytes of a head; more is not HTTP any more */

struct head {
    uint8_t *bytes;
    size_t length; /* up to and with the empty line */
    int status;    /* of an answer */
};

/* Some bytes of a head. */
struct head_text {
    const char *start;
    size_t length;
};

/* What is wrong with a head, in words, and its first wrong byte. */
struct head_fault {
    char what[256];
    size_t wrong;
};

/* Fills in a fault. Returns false. */
bool head_is_faulty(struct head_fault *fault, const struct head *head, const char *where,
                    const char *what);

/* Whether `len` bytes hold a whole head, up to an empty line. Returns its length, or 0. */
size_t head_length(const uint8_t *bytes, size_t len);

/* Takes an answer's head apart. Returns false and fills in `fault` when it is not HTTP. */
bool head_parse(struct head *head, struct head_fault *fault);

/* Takes apart the lines after the first one. Returns false as head_parse. */
bool head_parse_headers(const struct head *head, struct head_fault *fault);

/* The line at `*at` without its CR LF; moves `*at` to the next one. The last line is empty. */
struct head_text head_line(const struct head *head, size_t *at);

/* The last, empty line, which is marked when something is missing. */
const char *head_last_line(const struct head *head);

/* Finds the next header of this name: `*at` is 0 at first. Returns false when there is none more;
 * otherwise `value` is without the white space around it. */
bool head_header(const struct head *head, const char *name, size_t *at, struct head_text *value);

/* Finds the header of a name that has to stand there once. Returns false and fills in `fault` when
 * there is none, or more than one. */
bool head_once(const struct head *head, const char *name, struct head_text *value,
               struct head_fault *fault);

/* Takes the next element off a comma-separated list, without the white space around it. Returns
 * false when there is none more. The second passes over empty elements, as RFC 9110, 5.6.1 asks of
 * who reads a list. */
bool head_split(struct head_text *list, struct head_text *element);
bool head_next_element(struct head_text *list, struct head_text *element);

/* Whether a header line of this name has this element, in any case, in its list. */
bool head_lists(const struct head *head, const char *name, const char *element);

bool head_text_is(struct head_text text, const char *word);
bool head_text_same(struct head_text one, struct head_text other);
bool head_text_is_nocase(struct head_text text, const char *word);
bool head_text_begins(struct head_text text, const char *word);

/* Whether the word stands anywhere in the text; returns where, or NULL. */
const char *head_text_find(struct head_text text, const char *word);

/* Whether this is a token of HTTP (RFC 9110, 5.6.2). */
bool head_text_is_token(struct head_text text);

#endif
