/* Step 5: clients that stall, vanish, send slowly or never read, and must not disturb others. Rows
 * are for servers, except one at the end that says "clients: ". */
#include "wscheck/cases/cases.h"

#define HINT_STALL "a thread or an event loop that serves others must not wait for one client"
#define HINT_END "a read that returns 0 is the end of the stream: end TCP, and do not read again"
#define HINT_HANDSHAKE                                                                             \
    "give the whole handshake a deadline; with a time-out for each read a client can send a byte " \
    "now and then for ever"
#define HINT_RESET                                                                                 \
    "reads and writes may fail with ECONNRESET or EPIPE at any moment; ignore SIGPIPE"
#define HINT_WRITE                                                                                 \
    "keep what cannot be written now, without holding a lock, and limit its size and its time"

/* clang-format off */
/* A client stalls, vanishes or ends its stream at a place. */
#define AT(name, where, script)                                                                    \
    {"6455/7.1.4/stall/" name, "A client that stalls " where " does not hold up others.",          \
     "practice: " script " meanwhile leave", HINT_STALL},                                          \
    {"6455/7.1.4/reset/" name, "A client that resets TCP " where " disturbs no other.",            \
     "practice: " script " reset", HINT_RESET},                                                    \
    {"6455/7.1.4/end/" name, "If a client ends its stream " where ", the server ends TCP.",        \
     "practice: " script " fin ended", HINT_END}
/* clang-format on */

static const struct case_row rows[] = {
    {"6455/7.1.4/text-that-drips", "A text that comes byte by byte comes back.",
     "chop 1 text 'drip, drip, drip' < text 'drip, drip, drip'", HINT_STALL},
    {"6455/7.1.4/8-mb-unread",
     "A client that sends 8 MB and reads nothing does not hold up others.",
     "practice: stuff 8000000 'BAsd7&jh23'*65536", HINT_WRITE},
    {"6455/7.1.4/small-texts-unread",
     "A client that sends small texts and reads nothing does not hold up others.",
     "practice: stuff 1000000 'BAsd7&jh23'*100", HINT_WRITE},
    {"6455/7.1.4/fifty-beside-a-silent-one",
     "Fifty connections are served at the same time as one that is silent.",
     "practice: open crowd 50", HINT_STALL},
    {"6455/7.1.4/fifty-beside-one-within-handshake",
     "Fifty connections are served at the same time as one within its handshake.",
     "practice: unfinished 30 crowd 50 rest accept", HINT_STALL},
    {"6455/7.1.4/fifty-beside-one-within-frame",
     "Fifty connections are served at the same time as one within a frame.",
     "practice: cut 4 text 'x'*1000 crowd 50 leave", HINT_STALL},
    {"6455/7.1.4/message-goes-on", "A message goes on where it stopped while others were served.",
     "text+ 'before' meanwhile cont 'after' < text 'beforeafter'", HINT_STALL},
    {"6455/7.1.4/state-of-its-own", "Every connection has a state of its own.",
     "text+ [e2 82] meanwhile cont [ac] < text [e2 82 ac]",
     "globals and statics are shared by all connections"},
    {"6455/7.1.4/message-before-end",
     "If a client ends its stream after a message, the server ends TCP, too.",
     "practice: text 'Hello' fin <? text 'Hello' ended", HINT_END},
    AT("before-frame", "before its first frame", "open"),
    AT("within-header", "within the header of a frame", "cut 1 text 'Hello'"),
    AT("within-16-bit-length", "within a 16-bit length", "cut 3 text 'x'*300"),
    AT("within-64-bit-length", "within a 64-bit length", "cut 7 text 'x'*70000"),
    AT("within-masking-key", "within the masking key", "cut 4 text 'Hello'"),
    AT("within-payload", "within the payload", "cut 8 text 'Hello'"),
    AT("within-large-payload", "within a large payload", "cut 40000 binary 'x'*70000"),
    AT("between-fragments", "between two fragments", "text+ 'fragment'"),
    AT("within-ping", "within a Ping", "cut 5 ping 'Hello'"),
    {"6455/7.1.4/stall/after-unread-message",
     "A client that stalls before it reads its echo does not hold up others.",
     "practice: deaf text 'x'*20000 meanwhile leave", HINT_STALL},
    {"6455/7.1.4/reset/after-unread-message",
     "A client that resets TCP before it reads its echo disturbs no other.",
     "practice: deaf text 'x'*20000 reset", HINT_RESET},
    {"6455/7.1.4/end/after-unread-message",
     "If a client ends its stream before it reads its echo, the server ends TCP.",
     "practice: deaf text 'x'*20000 fin hearing <? text 'x'*20000 ended", HINT_END},
    {"6455/7.1.4/ping-after-unread-echoes",
     "A Ping after texts whose echoes nobody has read is answered.",
     "practice: stuff 2000000 'BAsd7&jh23'*4096 ping 'are you still there?' waitpong", HINT_WRITE},
    {"6455/7.1.4/reset-without-reading",
     "A client that reads nothing and then resets TCP disturbs no other.",
     "practice: deaf times 3 text 'x'*60000 reset", HINT_RESET},
    {"6455/7.1.4/hundred-beside-one-in-a-message",
     "A hundred connections are served at the same time as one within a message.",
     "practice: text+ 'a' crowd 100 cont 'b' < text 'ab'", HINT_STALL},
    /* Time limits. Each case waits a minute for a peer that has none, so they run only if `slow` is
     * named. No RFC asks for them, but a server on the Internet needs them. */
    {"slow/silent-client", "A client that connects and sends nothing is given up within a minute.",
     "practice: patience 60 raw '' ended", HINT_HANDSHAKE},
    {"slow/unfinished-handshake", "A handshake that is never finished is given up within a minute.",
     "practice: patience 60 unfinished 40 ended", HINT_HANDSHAKE},
    {"slow/last-byte-missing", "A handshake without its last byte is given up within a minute.",
     "practice: patience 60 allbut 1 ended", HINT_HANDSHAKE},
    {"slow/failed-client-stays",
     "The server ends TCP within a minute even if a client that broke a rule does not read.",
     "practice: patience 60 rsv4 text 'bad' binary 'x'*200000 orderly 1002",
     "read what is still coming for a bounded time, then close"},
    {"slow/server-going-down-unanswered",
     "A server that is told to end does so within a minute even if nobody answers its Close.",
     "practice: own patience 60 barrier terminate orderly 1001,1012",
     "limit the time for all answers together"},
    {"slow/close-answered-by-pings",
     "A client that has sent a Close and gets only Pings gives up within a minute.",
     "clients: practice: patience 60 hangup pinged",
     "limit the total wait for the answer to a Close; a Ping does not start it again"},
};

const struct case_file cases_tcp = {
    .step = 5, .role = FOR_SERVERS, .rows = rows, .count = CASES_COUNT(rows)};
