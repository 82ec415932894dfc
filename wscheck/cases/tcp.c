/* Step 5: clients that stall, vanish, drip or never read, and that must disturb nobody else. */
#include "wscheck/cases/cases.h"

#include <stdio.h>

#define HINT_STALL "one thread or one event loop must not wait for one client"
#define HINT_END "a read that returns 0 is the end of the stream: end TCP, and do not read again"
#define HINT_RESET                                                                                 \
    "reads and writes may fail with ECONNRESET or EPIPE at any moment; ignore SIGPIPE"
#define HINT_WRITE                                                                                 \
    "what cannot be written now must wait without a lock, and without limit neither in time nor "  \
    "in memory"

static const struct case_row rows[] = {
    {"6455/7.1.4/text-that-drips", FOR_SERVERS, LEVEL_MUST,
     "A text that drips byte by byte comes back.",
     "chop 1 text 'drip, drip, drip' < text 'drip, drip, drip'", HINT_STALL},
    {"6455/7.1.4/8-mb-unread", FOR_SERVERS, LEVEL_PRACTICE,
     "A client that sends 8 MB and reads nothing holds up nobody else.",
     "stuff 8000000 'BAsd7&jh23'*65536", HINT_WRITE},
    {"6455/7.1.4/small-texts-unread", FOR_SERVERS, LEVEL_PRACTICE,
     "A client that sends small texts and reads nothing holds up nobody.",
     "stuff 1000000 'BAsd7&jh23'*100", HINT_WRITE},
    {"6455/7.1.4/fifty-beside-a-silent-one", FOR_SERVERS, LEVEL_PRACTICE,
     "Fifty connections at once are served beside one that is silent.", "open crowd 50",
     HINT_STALL},
    {"6455/7.1.4/fifty-beside-one-within-handshake", FOR_SERVERS, LEVEL_PRACTICE,
     "Fifty connections at once are served beside one within its handshake.",
     "unfinished 30 crowd 50 rest accept", HINT_STALL},
    {"6455/7.1.4/fifty-beside-one-within-frame", FOR_SERVERS, LEVEL_PRACTICE,
     "Fifty connections at once are served beside one within a frame.",
     "cut 4 text 'x'*1000 crowd 50 leave", HINT_STALL},
    {"6455/7.1.4/message-goes-on", FOR_SERVERS, LEVEL_MUST,
     "A message goes on where it stopped while others were served.",
     "text+ 'before' meanwhile cont 'after' < text 'beforeafter'", HINT_STALL},
    {"6455/7.1.4/state-of-its-own", FOR_SERVERS, LEVEL_MUST,
     "Every connection has a state of its own.",
     "text+ [e2 82] meanwhile cont [ac] < text [e2 82 ac]",
     "globals and statics are shared by all connections"},
    {"6455/7.1.4/message-before-end", FOR_SERVERS, LEVEL_PRACTICE,
     "After a message and the client's end of TCP, the server ends TCP, too.",
     "text 'Hello' fin <? text 'Hello' ended", HINT_END},
};

/* The places at which a client may stall, end its stream or vanish. */
static const struct {
    const char *name, *where, *script;
} phases[] = {
    {"before-frame", "before its first frame", "open"},
    {"within-header", "within the header of a frame", "cut 1 text 'Hello'"},
    {"within-16-bit-length", "within a 16-bit length", "cut 3 text 'x'*300"},
    {"within-64-bit-length", "within a 64-bit length", "cut 7 text 'x'*70000"},
    {"within-masking-key", "within the masking key", "cut 4 text 'Hello'"},
    {"within-payload", "within the payload", "cut 8 text 'Hello'"},
    {"within-large-payload", "within a large payload", "cut 40000 binary 'x'*70000"},
    {"between-fragments", "between two fragments", "text+ 'fragment'"},
    {"within-ping", "within a Ping", "cut 5 ping 'Hello'"},
    {"after-unread-message", "after a message that it does not read", "deaf text 'x'*20000"},
};

static const struct case_row later[] = {
    {"6455/7.1.4/ping-after-unread-echoes", FOR_SERVERS, LEVEL_PRACTICE,
     "A Ping after texts whose echoes nobody has read is answered.",
     "stuff 2000000 'BAsd7&jh23'*4096 ping 'are you still there?' waitpong", HINT_WRITE},
    {"6455/7.1.4/reset-without-reading", FOR_SERVERS, LEVEL_PRACTICE,
     "A client that reads nothing and then resets TCP disturbs nobody.",
     "deaf times 3 text 'x'*60000 reset", HINT_RESET},
    {"6455/7.1.4/hundred-beside-one-in-a-message", FOR_SERVERS, LEVEL_PRACTICE,
     "A hundred connections at once are served beside one in a message.",
     "text+ 'a' crowd 100 cont 'b' < text 'ab'", HINT_STALL},
};

void cases_tcp(struct case_list *list) {
    char name[60], rule[120], script[120];
    list->step = 5;
    cases_add_rows(list, rows, sizeof rows / sizeof rows[0]);
    for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++) {
        snprintf(rule, sizeof rule, "A client that stalls %s holds up nobody else.",
                 phases[i].where);
        snprintf(script, sizeof script, "%s meanwhile leave", phases[i].script);
        snprintf(name, sizeof name, "6455/7.1.4/stall/%s", phases[i].name);
        cases_add(list,
                  &(struct case_row){name, FOR_SERVERS, LEVEL_PRACTICE, rule, script, HINT_STALL});
        snprintf(rule, sizeof rule, "A client that resets TCP %s disturbs nobody.",
                 phases[i].where);
        snprintf(script, sizeof script, "%s reset", phases[i].script);
        snprintf(name, sizeof name, "6455/7.1.4/reset/%s", phases[i].name);
        cases_add(list,
                  &(struct case_row){name, FOR_SERVERS, LEVEL_PRACTICE, rule, script, HINT_RESET});
        snprintf(rule, sizeof rule, "When a client ends its stream %s, the server ends TCP.",
                 phases[i].where);
        snprintf(script, sizeof script, "%s fin hearing %sended", phases[i].script,
                 phases[i].script[0] == 'd' ? "<? text 'x'*20000 " : "");
        snprintf(name, sizeof name, "6455/7.1.4/end/%s", phases[i].name);
        cases_add(list,
                  &(struct case_row){name, FOR_SERVERS, LEVEL_PRACTICE, rule, script, HINT_END});
    }
    cases_add_rows(list, later, sizeof later / sizeof later[0]);
}
