/* client_open: from a URL to an open WebSocket connection, RFC 6455 section 4.1. Step 6. */
#ifndef STEP06_CLIENT_CLIENT_OPEN_H
#define STEP06_CLIENT_CLIENT_OPEN_H

#include "step06_client/client.h"
#include "step06_client/client_handshake.h"

struct client_settings {
    int64_t handshake_timeout;           /* ms for TCP and the handshake together */
    uint64_t max_message;                /* bytes of the largest message that is accepted */
    struct limits_settings limits;       /* ping_interval; the time-outs for messages are 0 */
    const struct channel_filter *filter; /* for the bytes of both directions, or NULL */
    bool trace;                          /* draw every frame as step 4 does */
};

/* Connects, sends the request and checks the answer. Returns 0; or -1, with nothing to free, and
 * sets client->problem: the host cannot be reached, or the answer does not arrive in time, breaks a
 * rule of 4.1, or is a refusal, of which the sentence has the status and the first words. The
 * settings, the filter, and the strings and the extension of `offer` must outlive the client. */
int client_open(struct client *client, const struct url *url, const struct client_offer *offer,
                const struct client_settings *settings);

#endif
