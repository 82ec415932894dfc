/* permessage_negotiation: what two peers agree on for permessage-deflate, RFC 7692 section 7.1.
 * Step 7.
 *
 * Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; server_max_window_bits=10
 *                           ------------------  ----------------------  -------------------------
 *                           the extension       the client takes a      what the server sends
 *                                               limit for itself        must fit a window of 2^10
 *
 * A client may offer several sets of parameters, the one it likes best first. The server takes the
 * first that it can accept, and answers with what then holds. An offer that breaks a rule is
 * declined, as if it were not there (7.1); an answer that breaks one fails the connection.
 */
#ifndef STEP07_DEFLATE_PERMESSAGE_NEGOTIATION_H
#define STEP07_DEFLATE_PERMESSAGE_NEGOTIATION_H

#include "step03_handshake/extensions.h"

enum {
    PERMESSAGE_NEGOTIATION_BITS_MIN = 8,
    PERMESSAGE_NEGOTIATION_BITS_MAX = 15,
    PERMESSAGE_NEGOTIATION_TEXT_MAX =
        EXTENSIONS_ANSWER_MAX + 1 /* of an offer or an answer, with its NUL */
};

/* What holds for the messages that the server and the client send. The same struct says what one of
 * them wants. */
struct permessage_parameters {
    bool
        server_no_context_takeover; /* each message is compressed without those before it (7.1.1) */
    bool client_no_context_takeover;
    unsigned server_max_window_bits; /* references reach at most 2^n bytes back (7.1.2) */
    unsigned client_max_window_bits;
};

/* Looks for the first acceptable offer in one well-formed list. `wishes` is what the server wants:
 * it never agrees to a larger window or to keeping more, as far as the client lets it choose.
 * Returns whether there is one; then `*agreed` is what holds, and `answer`, a C string, says so for
 * Sec-WebSocket-Extensions. */
bool permessage_negotiation_choose(struct http_text offers,
                                   const struct permessage_parameters *wishes,
                                   struct permessage_parameters *agreed,
                                   char answer[PERMESSAGE_NEGOTIATION_TEXT_MAX]);

/* Writes a client's offer, a C string. */
void permessage_negotiation_offer(const struct permessage_parameters *wishes,
                                  char offer[PERMESSAGE_NEGOTIATION_TEXT_MAX]);

/* Reads the server's answer to that offer. Returns false if it is not one that the offer allows;
 * otherwise `*agreed` is what holds. */
bool permessage_negotiation_accept(struct http_text answer,
                                   const struct permessage_parameters *wishes,
                                   struct permessage_parameters *agreed);

#endif
