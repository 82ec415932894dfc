/* response_rules: a server's answer to a handshake, judged. RFC 6455, 4.2.2. */
#ifndef WSCHECK_RESPONSE_RULES_H
#define WSCHECK_RESPONSE_RULES_H

#include "wscheck/cause.h"
#include "wscheck/head.h"

/* Judges a 101 by the request that it answers, by every rule of 4.2.2 but those about extensions,
 * which negotiation.h has. Returns CAUSE_NONE, or what is wrong, and fills in `fault`. */
enum cause response_rules_judge(const struct head *answer, const struct head *request,
                                struct head_fault *fault);

#endif
