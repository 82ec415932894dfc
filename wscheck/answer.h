/* answer: the head of the server's HTTP response, taken apart and judged. RFC 6455, 4.2.2. The
 * functions about headers serve for the head of a client's request as well. */
#ifndef WSCHECK_ANSWER_H
#define WSCHECK_ANSWER_H

#include "wscheck/request.h"

enum { ANSWER_MAX = 32 * 1024 }; /* bytes of a head; more is not HTTP any more */

struct answer {
    uint8_t *bytes; /* the head, with a NUL behind it */
    size_t length;  /* up to and with the empty line */
    int status;
};

/* What is wrong with an answer, in words, and the first wrong byte of the head. */
struct answer_fault {
    char what[256];
    size_t wrong;
};

/* Whether `len` bytes hold a whole head, up to an empty line. Returns its length, or 0. */
size_t answer_length(const uint8_t *bytes, size_t len);

/* Takes a head apart. Returns false and fills in `fault` when it is not HTTP. */
bool answer_parse(struct answer *answer, struct answer_fault *fault);

/* Takes apart the lines behind the first one. Returns false as answer_parse. */
bool answer_parse_headers(const struct answer *answer, struct answer_fault *fault);

/* Judges a 101 by every rule of 4.2.2 but those about extensions, which agreement.h has. Returns
 * false and fills in `fault` when one is broken. */
bool answer_judge(const struct answer *answer, const struct request *request,
                  struct answer_fault *fault);

/* Whether this is a token of HTTP (RFC 9110, 5.6.2). */
bool answer_is_token(const char *start, const char *end);

/* Finds the header of this name behind `*from` (0 at first): returns its value, which ends at the
 * end of its line, and moves `*from` behind it; NULL when there is none. */
const char *answer_header(const struct answer *answer, const char *name, size_t *from);

/* Whether a header line of this name has this element in its comma-separated value. */
bool answer_lists(const struct answer *answer, const char *name, const char *element);

#endif
