/* Step 5: clients that stall, vanish, drip or never read, and that must disturb nobody else. */
#include "wscheck/cases/cases.h"

#define HINT_STALL "one thread or one event loop must not wait for one client"
#define HINT_END "a read that returns 0 is the end of the stream: end TCP, and do not read again"
#define HINT_HANDSHAKE                                                                             \
    "give the whole handshake a deadline; a time-out for each read lets a client drip for ever"
#define HINT_RESET                                                                                 \
    "reads and writes may fail with ECONNRESET or EPIPE at any moment; ignore SIGPIPE"
#define HINT_WRITE                                                                                 \
    "what cannot be written now must wait without a lock, and with a limit in time and in memory"

/* clang-format off */
/* A place at which a client may stall, vanish or end its stream. */
#define AT(name, where, script)                                                                    \
    {"6455/7.1.4/stall/" name, "A client that stalls " where " holds up nobody else.",             \
     "practice: " script " meanwhile leave", HINT_STALL},                                          \
    {"6455/7.1.4/reset/" name, "A client that resets TCP " where " disturbs nobody.",              \
     "practice: " script " reset", HINT_RESET},                                                    \
    {"6455/7.1.4/end/" name, "When a client ends its stream " where ", the server ends TCP.",      \
     "practice: " script " fin ended", HINT_END}
/* clang-format on */

static const struct case_row rows[] = {
    {"6455/7.1.4/text-that-drips", "A text that drips byte by byte comes back.",
     "chop 1 text 'drip, drip, drip' < text 'drip, drip, drip'", HINT_STALL},
    {"6455/7.1.4/8-mb-unread", "A client that sends 8 MB and reads nothing holds up nobody else.",
     "practice: stuff 8000000 'BAsd7&jh23'*65536", HINT_WRITE},
    {"6455/7.1.4/small-texts-unread",
     "A client that sends small texts and reads nothing holds up nobody.",
     "practice: stuff 1000000 'BAsd7&jh23'*100", HINT_WRITE},
    {"6455/7.1.4/fifty-beside-a-silent-one",
     "Fifty connections at once are served beside one that is silent.", "practice: open crowd 50",
     HINT_STALL},
    {"6455/7.1.4/fifty-beside-one-within-handshake",
     "Fifty connections at once are served beside one within its handshake.",
     "practice: unfinished 30 crowd 50 rest accept", HINT_STALL},
    {"6455/7.1.4/fifty-beside-one-within-frame",
     "Fifty connections at once are served beside one within a frame.",
     "practice: cut 4 text 'x'*1000 crowd 50 leave", HINT_STALL},
    {"6455/7.1.4/message-goes-on", "A message goes on where it stopped while others were served.",
     "text+ 'before' meanwhile cont 'after' < text 'beforeafter'", HINT_STALL},
    {"6455/7.1.4/state-of-its-own", "Every connection has a state of its own.",
     "text+ [e2 82] meanwhile cont [ac] < text [e2 82 ac]",
     "globals and statics are shared by all connections"},
    {"6455/7.1.4/message-before-end",
     "After a message and the client's end of TCP, the server ends TCP, too.",
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
     "A client that stalls after a message that it does not read holds up nobody else.",
     "practice: deaf text 'x'*20000 meanwhile leave", HINT_STALL},
    {"6455/7.1.4/reset/after-unread-message",
     "A client that resets TCP after a message that it does not read disturbs nobody.",
     "practice: deaf text 'x'*20000 reset", HINT_RESET},
    {"6455/7.1.4/end/after-unread-message",
     "When a client ends its stream after a message that it does not read, the server ends TCP.",
     "practice: deaf text 'x'*20000 fin hearing <? text 'x'*20000 ended", HINT_END},
    {"6455/7.1.4/ping-after-unread-echoes",
     "A Ping after texts whose echoes nobody has read is answered.",
     "practice: stuff 2000000 'BAsd7&jh23'*4096 ping 'are you still there?' waitpong", HINT_WRITE},
    {"6455/7.1.4/reset-without-reading",
     "A client that reads nothing and then resets TCP disturbs nobody.",
     "practice: deaf times 3 text 'x'*60000 reset", HINT_RESET},
    {"6455/7.1.4/hundred-beside-one-in-a-message",
     "A hundred connections at once are served beside one in a message.",
     "practice: text+ 'a' crowd 100 cont 'b' < text 'ab'", HINT_STALL},
    /* Time limits that a peer has for itself. Each waits a minute for one that has none, so they
     * run only when `slow` is named. No RFC asks for them; who is open to the world needs them. */
    {"slow/silent-client", "A client that connects and says nothing is given up within a minute.",
     "practice: patience 60 raw '' ended", HINT_HANDSHAKE},
    {"slow/unfinished-handshake", "A handshake that is never finished is given up within a minute.",
     "practice: patience 60 unfinished 40 ended", HINT_HANDSHAKE},
    {"slow/last-byte-missing", "A handshake that lacks its last byte is given up within a minute.",
     "practice: patience 60 allbut 1 ended", HINT_HANDSHAKE},
    {"slow/failed-client-stays",
     "TCP is ended within a minute when a failed client neither reads nor leaves.",
     "practice: patience 60 rsv4 text 'bad' binary 'x'*200000 orderly 1002",
     "drain what is still coming for a bounded time, then close"},
    {"slow/server-going-down-unanswered",
     "A server that is told to end does so within a minute, although its Close is not answered.",
     "practice: own patience 60 barrier terminate orderly 1001,1012",
     "wait for the answers for a bounded time, in all"},
    {"slow/close-answered-by-pings",
     "A client that has sent a Close and gets nothing but Pings gives up within a minute.",
     "clients: practice: patience 60 hangup pinged",
     "the wait for the answer to a Close is a total: no Ping renews it"},
};

const struct case_file cases_tcp = {
    .step = 5, .role = FOR_SERVERS, .rows = rows, .count = CASES_COUNT(rows)};
