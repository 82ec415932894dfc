/* grounds: the sentence of an RFC that a case rests on. A case that has none is practice: what
 * robust implementations do, and no RFC asks for.
 *
 * Where an RFC binds the sender of a frame only, the sentence is the sender's; that the receiver
 * looks is RFC 6455, 10.7: "Incoming data MUST always be validated by both clients and servers."
 */
#ifndef WSCHECK_CASES_GROUNDS_H
#define WSCHECK_CASES_GROUNDS_H

#include <stdbool.h>
#include <stddef.h>

struct ground {
    const char *cases;    /* their names, or the beginnings of these up to a '/', '.' or '-' */
    const char *section;  /* of the sentence: an RFC, a '/' and its section */
    const char *sentence; /* "..." stands for what is left out */
};

/* The ground of the case with this name: of several whose beginning fits, the longest. NULL if
 * there is none. */
const struct ground *ground_find(const char *name);

/* Whether the sentence stands in the RFC word by word, which `make rfc` checks; those of RFC 9110
 * and 9112 are in our words. */
bool ground_is_quoted(const struct ground *ground);

#endif
