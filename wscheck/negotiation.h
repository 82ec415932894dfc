/* negotiation: what client and server have agreed on about permessage-deflate, RFC 7692, 7.1.
 *
 *     offer     permessage-deflate; client_max_window_bits; server_max_window_bits=10
 *     answer    permessage-deflate; server_max_window_bits=9
 *
 * An illegal offer must be declined. An answer accepts one legal offer, repeats what that offer
 * requires, and adds only what it may.
 */
#ifndef WSCHECK_NEGOTIATION_H
#define WSCHECK_NEGOTIATION_H

#include "wscheck/cases/cases.h"
#include "wscheck/deflate_parameters.h"
#include "wscheck/head.h"

/* How one side compresses. */
struct negotiation_side {
    bool takeover;        /* a message may refer to earlier ones */
    unsigned window_bits; /* references reach back 2 to the power of this at most */
};

struct negotiation {
    bool agreed; /* permessage-deflate is in use; if not, the rest has no meaning */
    struct negotiation_side server, client;
    struct deflate_parameters terms;
};

/* Compares the extensions of a 101 with the offers of the request and fills in the agreement.
 * Returns LEVEL_NONE, or the level of the failure, and then fills in `fault`. */
enum level negotiation_judge(const struct head *answer, const struct head *request,
                             struct negotiation *agreement, struct head_fault *fault);

/* Whether the agreement has this parameter: "name", or "name=value". */
bool negotiation_has(const struct negotiation *agreement, const char *parameter);

/* The others are for clients under test; `head` is that of the client's request. */

/* Judges the offers. Returns false and fills in `fault` if one is illegal. */
bool negotiation_judge_offers(const struct head *head, struct head_fault *fault);

/* Whether any offer has this parameter; or, for "permessage-deflate", whether there is an offer. */
bool negotiation_is_offered(const struct head *head, const char *parameter);

/* Writes the answer that accepts the first legal offer and adds nothing to it. Returns false if
 * there is none. */
bool negotiation_answer(const struct head *head, char *out, size_t capacity);

/* Fills in what the legal answer `text` agrees to. */
void negotiation_from_text(struct negotiation *agreement, const char *text);

#endif
