/* opening: decides how a server answers a request: with the 101 that opens a WebSocket, or with a
 * reply after which the connection ends. Step 3.
 *
 *     request  --->  a handshake?  --no-->  the page, 404 or 405
 *                         | yes
 *                    accepted?     --no-->  a status, and one sentence that says why
 *                         | yes
 *                        101
 *
 * The module that has the connection sends the answer, as with reply.h.
 */
#ifndef STEP03_HANDSHAKE_OPENING_H
#define STEP03_HANDSHAKE_OPENING_H

#include "step02_http/reply.h"
#include "step03_handshake/handshake.h"

/* It must not be moved, since its reply points into it. */
struct opening {
    bool is_open;                   /* the reply is the 101, and frames come after it */
    enum handshake_verdict verdict; /* on the handshake; HANDSHAKE_ACCEPTED for plain HTTP */
    struct handshake handshake;     /* only if it is open */
    struct reply reply;
};

/* Decides on a request that is complete. `now` is the time of day, for Date. If the connection is
 * open, reply.log begins with "open: ". */
void opening_decide(struct opening *opening, const struct site *site,
                    const struct handshake_policy *policy, const struct http_request *request,
                    time_t now);

#endif
