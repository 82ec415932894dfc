/* inquiry: the request of a client under test, judged rule by rule. RFC 6455, 4.1. */
#ifndef WSCHECK_INQUIRY_H
#define WSCHECK_INQUIRY_H

#include "wscheck/answer.h"

/* Judges a head by one rule: "method", "version", "target", "lines", "host", "upgrade",
 * "connection", "key", "thirteen", "subprotocols", "extensions", "deflate" or "body". `target` and
 * `host` are what the URL says. Returns false and fills in `fault` when the rule is broken. */
bool inquiry_judge(const struct answer *head, const char *rule, const char *target,
                   const char *host, struct answer_fault *fault);

/* Whether there is a rule of this name. */
bool inquiry_knows(const char *rule);

/* Copies the value of a header without the spaces around it; false when there is no such header. */
bool inquiry_value(const struct answer *head, const char *name, char *out, size_t capacity);

#endif
