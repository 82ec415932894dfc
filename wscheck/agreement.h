/* agreement: what client and server have agreed about permessage-deflate, RFC 7692 section 7.1.
 *
 *     offer     permessage-deflate; client_max_window_bits; server_max_window_bits=10
 *     answer    permessage-deflate; server_max_window_bits=9
 *
 * An offer is good or must be declined; an answer takes one good offer, says back what that one
 * requests, and adds only what it may.
 */
#ifndef WSCHECK_AGREEMENT_H
#define WSCHECK_AGREEMENT_H

#include "wscheck/answer.h"
#include "wscheck/check.h"

/* How one side compresses. */
struct agreement_side {
    bool takeover;        /* it may refer to earlier messages */
    unsigned window_bits; /* references reach back 2 to the power of this at most */
};

struct agreement {
    bool agreed; /* permessage-deflate is in use; the rest means something only then */
    struct agreement_side server, client;
    char parameters[160]; /* of the answer, as they were written */
};

/* Judges the extensions of a 101 against what the request has offered. Returns LEVEL_NONE with the
 * agreement filled in; or, with `fault`, how much the breach counts. */
enum level agreement_judge(const struct answer *answer, const struct request *request,
                           struct agreement *agreement, struct answer_fault *fault);

/* Whether the agreement has this parameter: "name", or "name=value". */
bool agreement_has(const struct agreement *agreement, const char *parameter);

/* For clients under test, whose request's head is given. */

/* Judges their offers. Returns false and fills in `fault` when one is illegal. */
bool agreement_judge_offers(const struct answer *head, struct answer_fault *fault);

/* Whether any offer has this parameter; "permessage-deflate": whether there is an offer. */
bool agreement_is_offered(const struct answer *head, const char *parameter);

/* Writes the answer that takes the first good offer and adds nothing to it. Returns false when
 * there is none. */
bool agreement_answer(const struct answer *head, char *out, size_t capacity);

/* What is agreed when a server gives the good answer `text`. */
void agreement_from_text(struct agreement *agreement, const char *text);

#endif
