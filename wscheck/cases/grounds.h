/* grounds: the sentence of an RFC that a case rests on. A case without one is practice: what robust
 * implementations do although no RFC asks for it.
 *
 * Some sentences bind only the sender of a frame. That the receiver has to check it is RFC 6455,
 * 10.7: "Incoming data MUST always be validated by both clients and servers."
 */
#ifndef WSCHECK_CASES_GROUNDS_H
#define WSCHECK_CASES_GROUNDS_H

#include <stdbool.h>
#include <stddef.h>

struct ground {
    const char *cases;    /* names of cases, or beginnings of names up to a '/', '.' or '-' */
    const char *section;  /* where the sentence is: an RFC, a '/' and a section */
    const char *sentence; /* "..." stands for words that are left out */
};

/* The ground of the case with this name; if several beginnings fit, that of the longest. NULL if
 * there is none. */
const struct ground *ground_find(const char *name);

/* Whether the sentence is a quotation, which `make rfc` looks up. Those of RFC 9110 and 9112 are in
 * wscheck's own words. */
bool ground_is_quoted(const struct ground *ground);

#endif
