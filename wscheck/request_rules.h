/* request_rules: judges the request of a client under test, rule by rule. RFC 6455, 4.1. */
#ifndef WSCHECK_REQUEST_RULES_H
#define WSCHECK_REQUEST_RULES_H

#include "wscheck/head.h"

/* Judges a head by one rule: "method", "version", "target", "lines", "host", "upgrade",
 * "connection", "key", "thirteen", "subprotocols", "extensions", "deflate" or "body". `target` and
 * `host` are those of the URL. Returns false and fills in `fault` if the rule is broken. */
bool request_rules_judge(const struct head *head, const char *rule, const char *target,
                         const char *host, struct head_fault *fault);

#endif
