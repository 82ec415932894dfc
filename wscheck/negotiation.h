/* negotiation: what client and server have agreed about permessage-deflate, RFC 7692 section 7.1.
 *
 *     offer     permessage-deflate; client_max_window_bits; server_max_window_bits=10
 *     answer    permessage-deflate; server_max_window_bits=9
 *
 * An offer is good or must be declined; an answer takes one good offer, says back what that one
 * requests, and adds only what it may.
 */
#ifndef WSCHECK_NEGOTIATION_H
#define WSCHECK_NEGOTIATION_H

#include "wscheck/cases/cases.h"
#include "wscheck/deflate_parameters.h"
#include "wscheck/head.h"

/* How one side compresses. */
struct negotiation_side {
    bool takeover;        /* it may refer to earlier messages */
    unsigned window_bits; /* references reach back 2 to the power of this at most */
};

struct negotiation {
    bool agreed; /* permessage-deflate is in use; the rest means something only then */
    struct negotiation_side server, client;
    struct deflate_parameters terms;
};

/* Judges the extensions of a 101 against what the request has offered. Returns LEVEL_NONE with the
 * agreement filled in; or, with `fault`, how much the breach counts. */
enum level negotiation_judge(const struct head *answer, const struct head *request,
                             struct negotiation *agreement, struct head_fault *fault);

/* Whether the agreement has this parameter: "name", or "name=value". */
bool negotiation_has(const struct negotiation *agreement, const char *parameter);

/* For clients under test, whose request's head is given. */

/* Judges their offers. Returns false and fills in `fault` when one is illegal. */
bool negotiation_judge_offers(const struct head *head, struct head_fault *fault);

/* Whether any offer has this parameter; "permessage-deflate": whether there is an offer. */
bool negotiation_is_offered(const struct head *head, const char *parameter);

/* Writes the answer that takes the first good offer and adds nothing to it. Returns false when
 * there is none. */
bool negotiation_answer(const struct head *head, char *out, size_t capacity);

/* What is agreed when a server gives the good answer `text`. */
void negotiation_from_text(struct negotiation *agreement, const char *text);

#endif
