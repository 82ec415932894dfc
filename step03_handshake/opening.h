/* opening: everything that a server answers to a request: the 101 that opens a WebSocket, or a
 * reply that ends it. Step 3.
 *
 *     request  --->  a handshake?  --no-->  the page, 404 or 405
 *                         | yes
 *                    accepted?     --no-->  a status, and one sentence that says why
 *                         | yes
 *                        101
 *
 * It is decided here and sent by whoever has the connection, as a reply is.
 */
#ifndef STEP03_HANDSHAKE_OPENING_H
#define STEP03_HANDSHAKE_OPENING_H

#include "step02_http/reply.h"
#include "step03_handshake/handshake.h"

/* It must not be moved: its reply points into it. */
struct opening {
    bool is_open;                   /* the reply is the 101, and frames come after it */
    enum handshake_verdict verdict; /* of a handshake; HANDSHAKE_ACCEPTED also for plain HTTP */
    struct handshake handshake;     /* what was agreed on, if it is open */
    struct reply reply;
};

/* Decides about a request that is complete. `now` is the time of day, for Date. What the log says
 * of a connection that is open, in reply.log, begins with "open: ". */
void opening_decide(struct opening *opening, const struct site *site,
                    const struct handshake_policy *policy, const struct http_request *request,
                    time_t now);

#endif
