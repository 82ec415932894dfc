/* Step 7: the offer of permessage-deflate that a client makes, and the answers that it accepts.
 * RFC 7692, 5 and 7.1. If it makes no offer, nearly all of this is skipped. All rows are for
 * clients. */
#include "wscheck/cases/cases.h"

#define HINT_OFFER                                                                                 \
    "7.1 has four parameters; each may appear once, and a value is a number from 8 to 15"
#define HINT_MUST_FAIL                                                                             \
    "7.1: an answer with an unknown, illegal or repeated parameter MUST fail the connection; so "  \
    "MUST an answer that does not fit the offer (5)"
#define HINT_MUST_TAKE                                                                             \
    "7.1.1.2: a client MUST support this parameter in an answer, even if it has not offered it"
#define HINT_MAY                                                                                   \
    "7.1.1.1 and 7.1.2.1: a server may limit itself unasked, which costs the client nothing"
#define HINT_KEEP "7.2.1: the client's compressor has to keep what was agreed on"

/* A right answer that the parameters make wrong. */
#define WRONG(parameters)                                                                          \
    "offered 'permessage-deflate' add 'Sec-WebSocket-Extensions: {deflate}; " parameters "' refused"

static const struct case_row rows[] = {
    {"7692/7.1/offers-are-legal", "The client's offers are legal.", "judge 'deflate' opens",
     HINT_OFFER},
    {"7692/5/goes-on-when-declined",
     "The client goes on without compression when its offer is declined.",
     "offered 'permessage-deflate' opens", "5: both sides proceed without compression"},
    {"7692/5/rsv1-refused-when-declined", "A client whose offer was declined refuses RSV1.",
     "offered 'permessage-deflate' rsv4 text [f2 48 cd c9 c9 07 00] fail 1002",
     "RFC 6455, 5.2: no extension uses this bit"},
    {"7692/5/fitting-answer-taken", "The client accepts an answer that fits its offer.",
     "agreed opens", HINT_OFFER},
    {"7692/5/answer-with-spaces-taken", "The client accepts an answer with spaces.",
     "offered '!server_max_window_bits' offered '!server_no_context_takeover' "
     "add 'Sec-WebSocket-Extensions:   permessage-deflate  ;  client_no_context_takeover  ' "
     "opens",
     "RFC 6455, 9.1"},
    {"7692/7.1.1.2/client-no-context-takeover-taken",
     "The client accepts client_no_context_takeover.", "agreed 'client_no_context_takeover' opens",
     HINT_MUST_TAKE},
    {"7692/7.1.1.1/server-no-context-takeover-taken-unasked",
     "The client accepts server_no_context_takeover that it has not asked for.",
     "practice: agreed 'server_no_context_takeover' opens", HINT_MAY},
    {"7692/5/another-extension-beside",
     "Another extension besides permessage-deflate does not open.",
     "offered 'permessage-deflate' add 'Sec-WebSocket-Extensions: {deflate}, x-wscheck' refused",
     HINT_MUST_FAIL},
    {"7692/5/answered-twice", "permessage-deflate twice in the answer does not open.",
     "offered 'permessage-deflate' add 'Sec-WebSocket-Extensions: {deflate}, {deflate}' refused",
     HINT_MUST_FAIL},
    {"7692/5/another-extension-instead",
     "Another extension instead of permessage-deflate does not open.",
     "offered 'permessage-deflate' add 'Sec-WebSocket-Extensions: permessage-bzip2' refused",
     HINT_MUST_FAIL},
    {"7692/7.1.1.1/server-no-context-takeover-unanswered",
     "An answer without the server_no_context_takeover of the offer does not open.",
     "offered 'server_no_context_takeover' add 'Sec-WebSocket-Extensions: permessage-deflate' "
     "refused",
     "7.1.1.1: a server accepts such an offer by repeating the parameter"},
    {"7692/7.1.2.1/server-max-window-bits-unanswered",
     "An answer without the server_max_window_bits of the offer does not open.",
     "offered 'server_max_window_bits' add 'Sec-WebSocket-Extensions: permessage-deflate' refused",
     "7.1.2.1: a server accepts such an offer by repeating the parameter"},
    {"7692/7.1.2.2/client-max-window-bits-not-offered",
     "client_max_window_bits that was not offered does not open.",
     "offered '!client_max_window_bits' "
     "add 'Sec-WebSocket-Extensions: {deflate}; client_max_window_bits=10' refused",
     HINT_MUST_FAIL},
    {"7692/7.1.1.2/client-no-context-takeover-kept",
     "After client_no_context_takeover no message of the client refers to an earlier one.",
     "agreed 'client_no_context_takeover' times 20 echo text "
     "'Whoever compresses each message by itself says all of this again.'",
     HINT_KEEP},
    {"7692/7.1/answered/unknown", "An answer with an unknown parameter does not open.",
     WRONG("x_wscheck"), HINT_MUST_FAIL},
    {"7692/7.1/answered/unknown-with-value",
     "An answer with an unknown parameter with a value does not open.", WRONG("x_wscheck=1"),
     HINT_MUST_FAIL},
    {"7692/7.1/answered/twice", "An answer with a parameter twice does not open.",
     WRONG("client_no_context_takeover; client_no_context_takeover"), HINT_MUST_FAIL},
    {"7692/7.1.1.2/answered/value",
     "An answer with a value of client_no_context_takeover does not open.",
     WRONG("client_no_context_takeover=1"), HINT_MUST_FAIL},
    {"7692/7.1.1.1/answered/value",
     "An answer with a value of server_no_context_takeover does not open.",
     WRONG("server_no_context_takeover=1"), HINT_MUST_FAIL},
    {"7692/7.1.2.1/answered/no-value",
     "An answer with server_max_window_bits without a value does not open.",
     WRONG("server_max_window_bits"), HINT_MUST_FAIL},
    {"7692/7.1.2.1/answered/{7, 16, 08, 1e1}",
     "An answer with server_max_window_bits={} does not open.", WRONG("server_max_window_bits={}"),
     HINT_MUST_FAIL},
    {"7692/7.1.2.2/answered/no-value",
     "An answer with client_max_window_bits without a value does not open.",
     WRONG("client_max_window_bits"), HINT_MUST_FAIL},
    {"7692/7.1.2.2/answered/{7, 16, 08}", "An answer with client_max_window_bits={} does not open.",
     WRONG("client_max_window_bits={}"), HINT_MUST_FAIL},
    {"7692/7.1.2.1/unasked/{8..15}",
     "The client accepts server_max_window_bits={} that it has not asked for.",
     "practice: offered '!server_max_window_bits' agreed 'server_max_window_bits={}' "
     "rsv4 text [f2 48 cd c9 c9 07 00] ignore barrier",
     HINT_MAY},
    {"7692/7.1.2.2/kept/{8..15}",
     "After client_max_window_bits={} the client compresses with that window.",
     "offered 'client_max_window_bits' agreed 'client_max_window_bits={}' "
     "deflated slide 65536 echo text 'json'",
     HINT_KEEP},
};

const struct case_file cases_client_deflate = {
    .step = 7, .role = FOR_CLIENTS, .rows = rows, .count = CASES_COUNT(rows)};
