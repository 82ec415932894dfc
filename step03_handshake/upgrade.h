/* upgrade: from an HTTP request to an open WebSocket connection. Step 3.
 *
 * The module opening decides; this one reads the request and sends the answer.
 */
#ifndef STEP03_HANDSHAKE_UPGRADE_H
#define STEP03_HANDSHAKE_UPGRADE_H

#include "step02_http/http_exchange.h"
#include "step03_handshake/handshake.h"

struct upgrade_settings {
    struct http_exchange_settings exchange;
    struct options_list origins, subprotocols;
    struct extensions_chooser chooser; /* by default none */
};

/* Fills in the defaults and adds --handshake-timeout, --origin and --subprotocol to the options,
 * with a check: each --subprotocol must be a token, and each --origin an origin, which
 * origin_normalize rewrites where it stands. Without --subprotocol the server speaks "chat".
 * `settings` must outlive the options. */
void upgrade_init(struct upgrade_settings *settings, struct options *options);

/* Returns what opening_decide needs to know. It points into the settings. */
struct handshake_policy upgrade_policy(const struct upgrade_settings *settings);

/* Logs those headers of a handshake that explain the verdict on it: with --verbose all of them. The
 * caller logs the answer afterwards. A plain HTTP request is not logged in this way. */
void upgrade_log_request(uint64_t number, const struct http_request *request,
                         enum handshake_verdict verdict);

/* Reads a request into `buffer`, which is empty. If it is a handshake that is accepted, sends the
 * 101, moves the bytes that came after the head, which belong to the first frame, to the front of
 * `buffer`, stores their number in `*received`, and returns 0: the connection is open. Otherwise it
 * answers with the page or an error and returns -1. The caller frees the buffer in either case. */
int upgrade_accept(struct tcp_connection *tcp, const struct upgrade_settings *settings,
                   struct buffer *buffer, size_t *received);

#endif
