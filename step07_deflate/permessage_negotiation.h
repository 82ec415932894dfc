/* permessage_negotiation: how a client and a server agree on the parameters of permessage-deflate,
 * RFC 7692 section 7.1. Step 7.
 *
 * Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; server_max_window_bits=10
 *                           ------------------  ----------------------  -------------------------
 *                           the extension       the server may limit    the server must compress
 *                                               the client's window     with a window of 2^10 bytes
 *
 * A client may make several offers, the preferred one first. The server accepts the first offer
 * that it can, and answers with the parameters that they agree on. It declines an offer that breaks
 * a rule, as if the offer were not there (7.1). An answer that breaks a rule fails the connection.
 */
#ifndef STEP07_DEFLATE_PERMESSAGE_NEGOTIATION_H
#define STEP07_DEFLATE_PERMESSAGE_NEGOTIATION_H

#include "step03_handshake/extensions.h"

enum {
    PERMESSAGE_NEGOTIATION_BITS_MIN = 8,
    PERMESSAGE_NEGOTIATION_BITS_MAX = 15,
    /* Characters of an offer or an answer, with its NUL. */
    PERMESSAGE_NEGOTIATION_TEXT_MAX = EXTENSIONS_ANSWER_MAX + 1
};

/* The parameters for the messages that the server sends and those that the client sends: as both
 * have agreed on them, or as one side is configured to want them. */
struct permessage_parameters {
    /* Each message is compressed without reference to earlier ones (7.1.1). */
    bool server_no_context_takeover;
    bool client_no_context_takeover;
    /* References reach at most 2^n bytes back (7.1.2). */
    unsigned server_max_window_bits;
    unsigned client_max_window_bits;
};

/* Finds the first acceptable offer in one well-formed list. Returns false if there is none.
 * Otherwise it sets `*agreed`, and writes the answer for Sec-WebSocket-Extensions, a C string. What
 * the server prefers is in `config`. As far as the client lets it choose, it never agrees to a
 * larger window, or to context takeover that `config` rules out. */
bool permessage_negotiation_choose(struct http_text offers,
                                   const struct permessage_parameters *config,
                                   struct permessage_parameters *agreed,
                                   char answer[PERMESSAGE_NEGOTIATION_TEXT_MAX]);

/* Writes a client's offer of the parameters in `config`, a C string. */
void permessage_negotiation_offer(const struct permessage_parameters *config,
                                  char offer[PERMESSAGE_NEGOTIATION_TEXT_MAX]);

/* Reads the server's answer to the offer for `config`. Returns false if the offer does not allow
 * the answer; otherwise sets `*agreed`. */
bool permessage_negotiation_accept(struct http_text answer,
                                   const struct permessage_parameters *config,
                                   struct permessage_parameters *agreed);

#endif
