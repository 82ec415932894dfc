/* Step 7: a client that offers permessage-deflate: its offer, and which answers it takes. RFC 7692,
 * 5 and 7.1. If it makes no offer, all of this is skipped. */
#include "wscheck/cases/cases.h"

#include <stdio.h>

#define HINT_OFFER                                                                                 \
    "7.1: the four parameters, each once, with values from 8 to 15 where there are any"
#define HINT_MUST_FAIL                                                                             \
    "7.1: an answer with a parameter that is unknown, illegal or there twice MUST fail the "       \
    "connection; so MUST one that was not offered (5)"
#define HINT_MUST_TAKE                                                                             \
    "7.1.1.2: a client MUST support it in an answer, whether it has offered it or not"
#define HINT_MAY                                                                                   \
    "7.1.1.1 and 7.1.2.1: a server may limit itself without being asked, which costs a client nothing"
#define HINT_KEEP "7.2.1: what was agreed for the client binds its compressor"

static const struct case_row rows[] = {
    {"7692/7.1/offers-are-legal", FOR_CLIENTS, LEVEL_MUST, "The client's offers are legal.",
     "judge 'deflate' opens", HINT_OFFER},
    {"7692/5/goes-on-when-declined", FOR_CLIENTS, LEVEL_MUST,
     "The client goes on without compression when its offer is declined.",
     "offered 'permessage-deflate' opens", "5: both sides proceed without compression"},
    {"7692/5/rsv1-refused-when-declined", FOR_CLIENTS, LEVEL_MUST,
     "A client whose offer was declined refuses RSV1.",
     "offered 'permessage-deflate' rsv4 text [f2 48 cd c9 c9 07 00] fail 1002",
     "6455, 5.2: a bit that no extension uses"},
    {"7692/5/fitting-answer-taken", FOR_CLIENTS, LEVEL_MUST,
     "The client takes the answer that fits its offer.", "agreed opens", HINT_OFFER},
    {"7692/5/answer-with-spaces-taken", FOR_CLIENTS, LEVEL_MUST,
     "The client takes an answer with spaces.",
     "offered '!server_max_window_bits' offered '!server_no_context_takeover' "
     "add 'Sec-WebSocket-Extensions:   permessage-deflate  ;  client_no_context_takeover  ' "
     "opens",
     "RFC 6455, 9.1"},
    {"7692/7.1.1.2/client-no-context-takeover-taken", FOR_CLIENTS, LEVEL_MUST,
     "The client takes client_no_context_takeover.", "agreed 'client_no_context_takeover' opens",
     HINT_MUST_TAKE},
    {"7692/7.1.1.1/server-no-context-takeover-taken-unasked", FOR_CLIENTS, LEVEL_PRACTICE,
     "The client takes server_no_context_takeover unasked.",
     "agreed 'server_no_context_takeover' opens", HINT_MAY},
    {"7692/5/another-extension-beside", FOR_CLIENTS, LEVEL_MUST,
     "Another extension beside permessage-deflate does not open.",
     "offered 'permessage-deflate' add 'Sec-WebSocket-Extensions: {deflate}, x-wscheck' refused",
     HINT_MUST_FAIL},
    {"7692/5/answered-twice", FOR_CLIENTS, LEVEL_MUST,
     "permessage-deflate twice in the answer does not open.",
     "offered 'permessage-deflate' add 'Sec-WebSocket-Extensions: {deflate}, {deflate}' refused",
     HINT_MUST_FAIL},
    {"7692/5/another-extension-instead", FOR_CLIENTS, LEVEL_MUST,
     "Another extension instead of permessage-deflate does not open.",
     "offered 'permessage-deflate' add 'Sec-WebSocket-Extensions: permessage-bzip2' refused",
     HINT_MUST_FAIL},
    {"7692/7.1.1.1/server-no-context-takeover-unanswered", FOR_CLIENTS, LEVEL_MUST,
     "An answer without the server_no_context_takeover of the offer does not open.",
     "offered 'server_no_context_takeover' add 'Sec-WebSocket-Extensions: permessage-deflate' "
     "refused",
     "7.1.1.1: a server accepts such an offer by saying it back"},
    {"7692/7.1.2.1/server-max-window-bits-unanswered", FOR_CLIENTS, LEVEL_MUST,
     "An answer without the server_max_window_bits of the offer does not open.",
     "offered 'server_max_window_bits' add 'Sec-WebSocket-Extensions: permessage-deflate' refused",
     "7.1.2.1: a server accepts such an offer by saying it back"},
    {"7692/7.1.2.2/client-max-window-bits-not-offered", FOR_CLIENTS, LEVEL_MUST,
     "client_max_window_bits that was not offered does not open.",
     "offered '!client_max_window_bits' "
     "add 'Sec-WebSocket-Extensions: {deflate}; client_max_window_bits=10' refused",
     HINT_MUST_FAIL},
    {"7692/7.1.1.2/client-no-context-takeover-kept", FOR_CLIENTS, LEVEL_MUST,
     "After client_no_context_takeover no message of the client refers to an earlier one.",
     "agreed 'client_no_context_takeover' times 20 echo text "
     "'Whoever compresses each message by itself says all of this again.'",
     HINT_KEEP},
};

/* After the right answer each of these makes it a wrong one. */
static const struct {
    const char *parameters, *what, *name;
} wrong[] = {
    {"x_wscheck", "an unknown parameter", "7692/7.1/answered/unknown"},
    {"x_wscheck=1", "an unknown parameter with a value", "7692/7.1/answered/unknown-with-value"},
    {"client_no_context_takeover; client_no_context_takeover", "a parameter twice",
     "7692/7.1/answered/twice"},
    {"client_no_context_takeover=1", "a value of client_no_context_takeover",
     "7692/7.1.1.2/answered/value"},
    {"server_no_context_takeover=1", "a value of server_no_context_takeover",
     "7692/7.1.1.1/answered/value"},
    {"server_max_window_bits", "server_max_window_bits without a value",
     "7692/7.1.2.1/answered/no-value"},
    {"server_max_window_bits=7", "server_max_window_bits=7", "7692/7.1.2.1/answered/7"},
    {"server_max_window_bits=16", "server_max_window_bits=16", "7692/7.1.2.1/answered/16"},
    {"server_max_window_bits=08", "server_max_window_bits=08", "7692/7.1.2.1/answered/08"},
    {"server_max_window_bits=1e1", "server_max_window_bits=1e1", "7692/7.1.2.1/answered/1e1"},
    {"client_max_window_bits", "client_max_window_bits without a value",
     "7692/7.1.2.2/answered/no-value"},
    {"client_max_window_bits=7", "client_max_window_bits=7", "7692/7.1.2.2/answered/7"},
    {"client_max_window_bits=16", "client_max_window_bits=16", "7692/7.1.2.2/answered/16"},
    {"client_max_window_bits=08", "client_max_window_bits=08", "7692/7.1.2.2/answered/08"},
};

static void add_wrong(struct case_list *list) {
    char rule[160], script[300];
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        snprintf(rule, sizeof rule, "An answer with %s does not open.", wrong[i].what);
        snprintf(script, sizeof script,
                 "offered 'permessage-deflate' "
                 "add 'Sec-WebSocket-Extensions: {deflate}; %s' refused",
                 wrong[i].parameters);
        cases_add(list, &(struct case_row){wrong[i].name, FOR_CLIENTS, LEVEL_MUST, rule, script,
                                           HINT_MUST_FAIL});
    }
}

static void add_windows(struct case_list *list) {
    char name[40], rule[160], script[300];
    for (unsigned bits = 8; bits <= 15; bits++) {
        snprintf(rule, sizeof rule, "The client takes server_max_window_bits=%u unasked.", bits);
        snprintf(script, sizeof script,
                 "offered '!server_max_window_bits' agreed 'server_max_window_bits=%u' "
                 "rsv4 text [f2 48 cd c9 c9 07 00] ignore barrier",
                 bits);
        snprintf(name, sizeof name, "7692/7.1.2.1/unasked/%u", bits);
        cases_add(list,
                  &(struct case_row){name, FOR_CLIENTS, LEVEL_PRACTICE, rule, script, HINT_MAY});
        snprintf(rule, sizeof rule,
                 "After client_max_window_bits=%u the client compresses with that window.", bits);
        snprintf(script, sizeof script,
                 "offered 'client_max_window_bits' agreed 'client_max_window_bits=%u' "
                 "deflated slide 65536 echo text 'json'",
                 bits);
        snprintf(name, sizeof name, "7692/7.1.2.2/kept/%u", bits);
        cases_add(list, &(struct case_row){name, FOR_CLIENTS, LEVEL_MUST, rule, script, HINT_KEEP});
    }
}

void cases_client_deflate(struct case_list *list) {
    list->step = 7;
    cases_add_rows(list, rows, sizeof rows / sizeof rows[0]);
    add_wrong(list);
    add_windows(list);
}
