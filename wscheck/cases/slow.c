/* What takes patience: time limits that a peer has for itself. They run only when `slow` is
 * named, and each waits a minute for a server that has none. No RFC asks for them; a server that is
 * open to the world needs them. */
#include "wscheck/cases/cases.h"

#define HINT_HANDSHAKE                                                                             \
    "give the whole handshake a deadline; a time-out for each read lets a client drip for ever"

static const struct case_row rows[] = {
    {"slow/silent-client", FOR_SERVERS, LEVEL_PRACTICE,
     "A client that connects and says nothing is given up within a minute.",
     "patience 60 raw '' ended", HINT_HANDSHAKE},
    {"slow/unfinished-handshake", FOR_SERVERS, LEVEL_PRACTICE,
     "A handshake that is never finished is given up within a minute.",
     "patience 60 unfinished 40 ended", HINT_HANDSHAKE},
    {"slow/last-byte-missing", FOR_SERVERS, LEVEL_PRACTICE,
     "A handshake that lacks its last byte is given up within a minute.",
     "patience 60 allbut 1 ended", HINT_HANDSHAKE},
    {"slow/failed-client-stays", FOR_SERVERS, LEVEL_PRACTICE,
     "TCP is ended within a minute when a failed client neither reads nor leaves.",
     "patience 60 rsv4 text 'bad' binary 'x'*200000 orderly 1002",
     "drain what is still coming for a bounded time, then close"},
    {"slow/server-going-down-unanswered", FOR_SERVERS, LEVEL_PRACTICE,
     "A server that is told to end does so within a minute, although its Close is not answered.",
     "own patience 60 barrier terminate orderly 1001,1012",
     "wait for the answers for a bounded time, in all"},
    {"slow/close-answered-by-pings", FOR_CLIENTS, LEVEL_PRACTICE,
     "A client that has sent a Close and gets nothing but Pings gives up within a minute.",
     "patience 60 hangup pinged",
     "the wait for the answer to a Close is a total: no Ping renews it"},
};

void cases_slow(struct case_list *list) {
    list->step = 5;
    cases_add_rows(list, rows, sizeof rows / sizeof rows[0]);
}
