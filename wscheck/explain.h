/* explain: tells a person what a case did and where the server went wrong, with the bytes. */
#ifndef WSCHECK_EXPLAIN_H
#define WSCHECK_EXPLAIN_H

#include "wscheck/runner.h"

#include <stdio.h>

/* Writes the rule, what was wanted, what happened, the bytes and a hint, each line with `prefix` in
 * front. `again` is the command that repeats the case when --replay and its name are added. */
void explain(FILE *out, const struct result *result, const char *prefix, const char *again);

/* The document and the section that a case rests on, in words: "RFC 6455, section 5.5.2". */
void explain_section(const char *section, char *out, size_t capacity);

#endif
