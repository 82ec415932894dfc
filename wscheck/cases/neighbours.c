/* Step 8: what an event loop must keep. In each case one peer stays in some state while its
 * neighbours, one opened before it and one after it, must be served. The peer stays there as long
 * as they wait, so a server that blocks is found by the order of events, however fast it is. All
 * rows are for servers. */
#include "wscheck/cases/cases.h"

#define HINT_READ                                                                                   \
    "read only what has arrived, keep it with the connection, and go back to the loop; never wait " \
    "in it for the rest of something"
#define HINT_WRITE                                                                                 \
    "make the socket non-blocking, keep what it does not take, wait until it can be written, and " \
    "read no more from this peer until then"
#define HINT_WORK                                                                                  \
    "do a bounded amount of work for one connection, then go on with the next; work of seconds "   \
    "goes in slices, or to another thread"
#define HINT_END "the loop must not wait for the end of one peer: that is a state, with a timer"

#define OFFER "offer 'permessage-deflate' agreed "

static const struct case_row rows[] = {
    {"step08/neighbour/half-request", "A peer within its request holds nobody up.",
     "beside 1 unfinished 30 meanwhile rest accept", HINT_READ},
    {"step08/neighbour/half-header", "A peer within the header of a frame holds nobody up.",
     "beside 1 cut 1 text 'Hello' meanwhile leave", HINT_READ},
    {"step08/neighbour/half-message", "A peer within a large message holds nobody up.",
     "beside 1 cut 600000 binary 'x'*1000000 meanwhile leave", HINT_READ},
    {"step08/neighbour/large-message", "A peer that sends a large text holds nobody up.",
     "beside 1 text 'BAsd7&jh23'*1000000 meanwhile < text 'BAsd7&jh23'*1000000", HINT_WORK},
    {"step08/neighbour/large-compressed",
     "A peer that sends a large compressed text holds nobody up.",
     "beside 1 " OFFER "limits 1008,1009 deflated text 'BAsd7&jh23'*4194304 meanwhile "
     "< text 'BAsd7&jh23'*4194304",
     HINT_WORK},
    {"step08/neighbour/slow-reader", "A peer that sends 8 MB and reads nothing holds nobody up.",
     "beside 1 stuff 8000000 'BAsd7&jh23'*1000000", HINT_WRITE},
    {"step08/neighbour/flood", "A peer that sends texts without an end holds nobody up.",
     "beside 1 open flood 'x' leave", HINT_WORK},
    {"step08/neighbour/close-unanswered",
     "A peer that broke a rule and leaves the server's Close unanswered holds nobody up.",
     "beside 1 rsv4 text 'bad' meanwhile leave", HINT_END},
    {"step08/neighbour/close-lingers",
     "A peer that has sent a Close and does not end TCP holds nobody up.",
     "beside 1 close 1000 meanwhile closed", HINT_END},
    {"step08/neighbour/half-closed", "A peer that ends its stream within a frame holds nobody up.",
     "beside 1 cut 8 text 'Hello' fin meanwhile ended", HINT_END},
    {"step08/neighbour/reset", "A peer that resets TCP within a message disturbs nobody.",
     "beside 1 cut 600000 binary 'x'*1000000 reset meanwhile",
     "reads and writes may fail with ECONNRESET or EPIPE: end that connection, and no other"},
    {"step08/neighbour/fifty-idle", "Fifty idle connections are served beside one within a frame.",
     "beside 50 cut 3 text 'Hello' meanwhile leave", HINT_READ},
};

/* The step of each case is in its name. */
const struct case_file cases_neighbours = {
    .step = 8, .role = FOR_SERVERS, .rows = rows, .count = CASES_COUNT(rows)};
