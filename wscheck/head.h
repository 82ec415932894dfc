/* head: the head of the server's HTTP response, taken apart and judged. RFC 6455, 4.2.2. The
 * functions about headers serve for the head of a client's request as well. */
#ifndef WSCHECK_HEAD_H
#define WSCHECK_HEAD_H

#include "wscheck/request.h"

enum { HEAD_MAX = 32 * 1024 }; /* bytes of a head; more is not HTTP any more */

struct head {
    uint8_t *bytes; /* the head, with a NUL behind it */
    size_t length;  /* up to and with the empty line */
    int status;
};

/* What is wrong with an answer, in words, and the first wrong byte of the head. */
struct head_fault {
    char what[256];
    size_t wrong;
};

/* Whether `len` bytes hold a whole head, up to an empty line. Returns its length, or 0. */
size_t head_length(const uint8_t *bytes, size_t len);

/* Takes a head apart. Returns false and fills in `fault` when it is not HTTP. */
bool head_parse(struct head *answer, struct head_fault *fault);

/* Takes apart the lines behind the first one. Returns false as head_parse. */
bool head_parse_headers(const struct head *answer, struct head_fault *fault);

/* Judges a 101 by every rule of 4.2.2 but those about extensions, which negotiation.h has. Returns
 * false and fills in `fault` when one is broken. */
bool head_judge(const struct head *answer, const struct request *request, struct head_fault *fault);

/* Whether this is a token of HTTP (RFC 9110, 5.6.2). */
bool head_is_token(const char *start, const char *end);

/* Finds the header of this name behind `*from` (0 at first): returns its value, which ends at the
 * end of its line, and moves `*from` behind it; NULL when there is none. */
const char *head_header(const struct head *answer, const char *name, size_t *from);

/* How long a value is without what stands behind it: the spaces and the end of its line. */
size_t head_value_length(const char *value);

/* Copies the value of a header without the spaces around it; false when there is no such header. */
bool head_copy_value(const struct head *head, const char *name, char *out, size_t capacity);

/* Whether a header line of this name has this element in its comma-separated value. */
bool head_lists(const struct head *answer, const char *name, const char *element);

#endif
