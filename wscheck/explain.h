/* explain: tells a person what a case did and where the server went wrong, with the bytes. */
#ifndef WSCHECK_EXPLAIN_H
#define WSCHECK_EXPLAIN_H

#include "wscheck/runner.h"

#include <stdio.h>

/* Writes the rule, what was wanted, what happened, the bytes, the cause and a hint. `again` is the
 * command that repeats the case when --replay and its name are added. With `whole`, nothing is left
 * out that was kept. */
void explain(FILE *out, const struct result *result, const char *again, bool whole);

/* Writes the cause of a failure in words: "the server ...". */
void explain_cause(FILE *out, const struct result *result);

/* The cure of the cause, or, if it has none of its own, of the case; may be "". */
const char *explain_hint(const struct result *result);

/* The document and the section that a case rests on, in words: "RFC 6455, section 5.5.2". */
void explain_section(const char *section, char *out, size_t capacity);

#endif
