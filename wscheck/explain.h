/* explain: tells a person what a case did and where the other side went wrong, with the bytes. */
#ifndef WSCHECK_EXPLAIN_H
#define WSCHECK_EXPLAIN_H

#include "wscheck/runner.h"

#include <stdio.h>

/* Writes the rule, what was wanted, what happened, the bytes, the cause and a hint. `again` is the
 * command of arguments_again. With `whole` it shows all bytes that the transcript has kept. */
void explain(FILE *out, const struct result *result, const char *again, bool whole);

/* Writes the cause of a failure in words: "the server ...". */
void explain_cause(FILE *out, const struct result *result);

/* The hint of the cause or, if it has none, of the case; may be "". */
const char *explain_hint(const struct result *result);

/* Writes a section such as "6455/5.5.2" in words, "RFC 6455, section 5.5.2", cut to `capacity`. */
void explain_section(const char *section, char *out, size_t capacity);

#endif
