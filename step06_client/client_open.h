/* client_open: from a URL to an open WebSocket connection, RFC 6455 section 4.1. Step 6. */
#ifndef STEP06_CLIENT_CLIENT_OPEN_H
#define STEP06_CLIENT_CLIENT_OPEN_H

#include "step06_client/client.h"
#include "step06_client/client_handshake.h"

struct client_settings {
    int64_t handshake_timeout; /* ms for TCP and the handshake together */
    uint64_t max_message;      /* bytes of the largest message that is accepted */
    struct limits_settings limits;
    const struct channel_filter *filter; /* what the bytes go through, or NULL */
    bool trace; /* log the handshake, and draw every frame as step 4 does */
};

/* Connects, sends the request and judges the answer. Returns 0, or -1 with client->problem set and
 * nothing to free: the host cannot be reached, the answer does not come in time, is not what 4.1
 * demands, or is a refusal, whose status and first words are in the sentence. The strings of
 * `offer`, the settings and the filter must outlive the client. */
int client_open(struct client *client, const struct url *url, const struct client_offer *offer,
                const struct client_settings *settings);

#endif
