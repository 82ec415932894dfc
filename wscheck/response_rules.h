/* response_rules: judges a server's answer to a handshake. RFC 6455, 4.2.2. */
#ifndef WSCHECK_RESPONSE_RULES_H
#define WSCHECK_RESPONSE_RULES_H

#include "wscheck/cause.h"
#include "wscheck/head.h"

/* Judges an answer to `request` by every rule of 4.2.2 except those about extensions, which
 * negotiation.h has. Returns CAUSE_NONE if it is a 101 that breaks none; otherwise the cause, and
 * fills in `fault`. */
enum cause response_rules_judge(const struct head *answer, const struct head *request,
                                struct head_fault *fault);

#endif
