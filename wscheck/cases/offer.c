/* Step 7: offers of permessage-deflate, good and illegal, and what a server may answer. RFC 7692, 5
 * and 7.1; RFC 6455, 9.1. That the answer fits is judged in negotiation.c, whatever is offered. */
#include "wscheck/cases/cases.h"

#include <stdio.h>

#define HINT_ANSWER                                                                                \
    "say back what the offer requests (server_no_context_takeover, server_max_window_bits), add "  \
    "client_max_window_bits only if it was offered, nothing twice"
#define HINT_DECLINE                                                                                \
    "one parameter that is unknown, illegal or there twice makes the whole offer one that MUST be " \
    "declined (7.1): answer as if it were not there"
#define HINT_NEXT "look at the offers in their order and take the first that is good"
#define HINT_QUOTES "RFC 6455, 9.1: a value in quotes means the same as the token within"
#define HINT_GRAMMAR "a list that breaks the grammar is refused or not taken, but never half taken"
#define HINT_ECHO                                                                                  \
    "whatever was agreed, messages without RSV1 are messages as ever, and those with it begin "    \
    "with the window that was agreed"

#define HELLO "rsv4 text [f2 48 cd c9 c9 07 00] < text 'Hello'"

static const struct case_row rows[] = {
    {"7692/5/declined-offer", FOR_SERVERS, LEVEL_MUST,
     "An offer that is declined leaves a connection without compression.",
     "offer 'permessage-bzip2' accept lacks 'Sec-WebSocket-Extensions' opens", HINT_DECLINE},
    {"7692/5/another-extension-with-like-name", FOR_SERVERS, LEVEL_MUST,
     "Names are compared as they are: permessage-deflates is another one.",
     "offer 'permessage-deflates' accept lacks 'Sec-WebSocket-Extensions'", HINT_DECLINE},
    {"7692/5/unknown-extension-before", FOR_SERVERS, LEVEL_MUST,
     "permessage-deflate after an unknown extension is taken, or none is.",
     "offer 'x-wscheck; a=1, permessage-deflate' accept opens", HINT_NEXT},
    {"7692/5/fallback-without-server-max-window-bits", FOR_SERVERS, LEVEL_MUST,
     "A fallback without server_max_window_bits may be taken, as in 7.1.3.",
     "offer 'permessage-deflate; client_max_window_bits; server_max_window_bits=10, "
     "permessage-deflate; client_max_window_bits' accept opens",
     HINT_ANSWER},
    {"7692/5/three-offers", FOR_SERVERS, LEVEL_MUST,
     "One of three offers, as the field's suite makes them, is taken, or none.",
     "offer 'permessage-deflate; client_no_context_takeover; client_max_window_bits; "
     "server_no_context_takeover; server_max_window_bits=9, permessage-deflate; "
     "client_no_context_takeover; client_max_window_bits; server_no_context_takeover, "
     "permessage-deflate; client_no_context_takeover; client_max_window_bits' accept opens",
     HINT_ANSWER},
    {"7692/5/offers-in-two-headers", FOR_SERVERS, LEVEL_MUST, "Offers in two headers are one list.",
     "offer 'permessage-deflate; server_max_window_bits=9' offer 'permessage-deflate' "
     "accept opens",
     HINT_ANSWER},
    {"7692/5/nine-offers", FOR_SERVERS, LEVEL_MUST,
     "Nine offers are no reason to fail, and the answer has one element.",
     "offer 'permessage-deflate; server_max_window_bits=9, permessage-deflate; "
     "server_max_window_bits=9, permessage-deflate; server_max_window_bits=9, "
     "permessage-deflate; server_max_window_bits=9, permessage-deflate; "
     "server_max_window_bits=9, permessage-deflate; server_max_window_bits=9' "
     "offer 'permessage-deflate, permessage-deflate, permessage-deflate' accept opens",
     HINT_ANSWER},
    {"7692/5/spaces-around-parameters", FOR_SERVERS, LEVEL_MUST,
     "Spaces and tabs around the parameters do not matter.",
     "offer '  permessage-deflate  ;  client_max_window_bits  ;server_max_window_bits = 12  ' "
     "negotiated",
     HINT_ANSWER},
    {"7692/5/empty-list-elements", FOR_SERVERS, LEVEL_MUST,
     "Empty elements of the list do not matter.", "offer ', ,permessage-deflate,' negotiated",
     HINT_ANSWER},
    {"7692/7.1.3/simplest-offer", FOR_SERVERS, LEVEL_MUST,
     "The simplest offer is answered without client_max_window_bits.",
     "offer 'permessage-deflate' accept opens", HINT_ANSWER},
    {"7692/7.1.3/offer-of-browsers", FOR_SERVERS, LEVEL_MUST,
     "The offer of every browser is answered as it may be.",
     "offer 'permessage-deflate; client_max_window_bits' accept opens", HINT_ANSWER},
    {"7692/7.1.1.1/server-no-context-takeover-answered", FOR_SERVERS, LEVEL_MUST,
     "server_no_context_takeover is answered, or the offer declined.",
     "offer 'permessage-deflate; server_no_context_takeover' accept opens", HINT_ANSWER},
    {"7692/7.1.1.2/client-no-context-takeover-is-a-hint", FOR_SERVERS, LEVEL_MUST,
     "client_no_context_takeover is a hint: answered or not.",
     "offer 'permessage-deflate; client_no_context_takeover' accept opens", HINT_ANSWER},
    {"7692/7.1/all-parameters", FOR_SERVERS, LEVEL_MUST,
     "All four parameters together are answered as they may be.",
     "offer 'permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
     "server_max_window_bits=11; client_max_window_bits=12' accept opens",
     HINT_ANSWER},
    {"7692/7.1/parameters-in-any-order", FOR_SERVERS, LEVEL_MUST,
     "The order of the parameters does not matter.",
     "offer 'permessage-deflate; client_max_window_bits=12; server_max_window_bits=11; "
     "client_no_context_takeover; server_no_context_takeover' accept opens",
     HINT_ANSWER},
    {"7692/5.2/quoted-value", FOR_SERVERS, LEVEL_MUST, "A value in quotes is a value.",
     "offer 'permessage-deflate; server_max_window_bits=\"10\"' accept opens", HINT_QUOTES},
    {"7692/5.2/another-quoted-value", FOR_SERVERS, LEVEL_MUST, "Two values in quotes are values.",
     "offer 'permessage-deflate; client_max_window_bits=\"9\"; server_max_window_bits=\"9\"' "
     "accept opens",
     HINT_QUOTES},
    {"7692/5.2/backslash-in-quotes", FOR_SERVERS, LEVEL_MUST,
     "A backslash within the quotes does not belong to the value.",
     "offer 'permessage-deflate; server_max_window_bits=\"1\\0\"' negotiated", HINT_QUOTES},
    {"6455/9.1/empty-value", FOR_SERVERS, LEVEL_MUST, "An offer with an empty value is not taken.",
     "offer 'permessage-deflate; server_max_window_bits=' acceptable", HINT_GRAMMAR},
    {"6455/9.1/empty-quoted-value", FOR_SERVERS, LEVEL_MUST,
     "An offer with an empty value in quotes is not taken.",
     "offer 'permessage-deflate; server_max_window_bits=\"\"' acceptable", HINT_GRAMMAR},
    {"6455/9.1/quotes-without-end", FOR_SERVERS, LEVEL_MUST,
     "An offer with quotes that do not end is not taken.",
     "offer 'permessage-deflate; server_max_window_bits=\"10' acceptable", HINT_GRAMMAR},
    {"6455/9.1/space-in-quotes", FOR_SERVERS, LEVEL_MUST,
     "An offer with a space in its quotes is not taken.",
     "offer 'permessage-deflate; server_max_window_bits=\"1 0\"' acceptable", HINT_GRAMMAR},
    {"6455/9.1/empty-parameter", FOR_SERVERS, LEVEL_MUST,
     "An offer with an empty parameter is not taken.",
     "offer 'permessage-deflate; ; server_max_window_bits=10' acceptable", HINT_GRAMMAR},
    {"6455/9.1/semicolon-at-the-end", FOR_SERVERS, LEVEL_MUST,
     "An offer that ends with a semicolon is not taken.", "offer 'permessage-deflate;' acceptable",
     HINT_GRAMMAR},
    {"6455/9.1/parameter-without-name", FOR_SERVERS, LEVEL_MUST,
     "A parameter without a name makes an offer that is not taken.",
     "offer 'permessage-deflate; =10' acceptable", HINT_GRAMMAR},
    {"6455/9.1/two-values", FOR_SERVERS, LEVEL_MUST,
     "Two values of one parameter make an offer that is not taken.",
     "offer 'permessage-deflate; server_max_window_bits=10=11' acceptable", HINT_GRAMMAR},
};

/* What makes an offer one that MUST be declined. */
static const struct {
    const char *parameters, *what, *section, *name;
} illegal[] = {
    {"x_wscheck", "an unknown parameter", "7692/7.1", "unknown"},
    {"x_wscheck=1", "an unknown parameter with a value", "7692/7.1", "unknown-with-value"},
    {"client_max_window_bits; server_max_window_bits", "a missing value after a good parameter",
     "7692/7.1", "missing-value-after-good"},
    {"max_window_bits=10", "a parameter without its prefix", "7692/7.1", "no-prefix"},
    {"client_max_window_bits; x_wscheck", "an unknown parameter after a good one", "7692/7.1",
     "unknown-after-good"},
    {"x_wscheck; client_max_window_bits", "an unknown parameter before a good one", "7692/7.1",
     "unknown-before-good"},
    {"server_max_window_bits=16; client_max_window_bits", "a bad value before a good parameter",
     "7692/7.1", "bad-value-before-good"},
    {"server_no_context_takeover; server_no_context_takeover", "server_no_context_takeover twice",
     "7692/7.1", "server-takeover-twice"},
    {"client_no_context_takeover; client_no_context_takeover", "client_no_context_takeover twice",
     "7692/7.1", "client-takeover-twice"},
    {"server_max_window_bits=10; server_max_window_bits=10", "server_max_window_bits twice",
     "7692/7.1", "server-window-twice"},
    {"server_max_window_bits=10; server_max_window_bits=11",
     "server_max_window_bits with two values", "7692/7.1", "server-window-with-two-values"},
    {"client_max_window_bits; client_max_window_bits=10", "client_max_window_bits twice",
     "7692/7.1", "client-window-twice"},
    {"server_no_context_takeover=1", "a value of server_no_context_takeover", "7692/7.1.1.1",
     "value"},
    {"server_no_context_takeover=true", "true as server_no_context_takeover", "7692/7.1.1.1",
     "true"},
    {"server_no_context_takeover=\"\\1\"", "a quoted value of server_no_context_takeover",
     "7692/7.1.1.1", "quoted-value"},
    {"client_no_context_takeover=1", "a value of client_no_context_takeover", "7692/7.1.1.2",
     "value"},
    {"client_no_context_takeover=false", "false as client_no_context_takeover", "7692/7.1.1.2",
     "false"},
    {"server_max_window_bits", "server_max_window_bits without a value", "7692/7.1.2.1",
     "no-value"},
    {"server_max_window_bits=7", "server_max_window_bits=7", "7692/7.1.2.1", "7"},
    {"server_max_window_bits=16", "server_max_window_bits=16", "7692/7.1.2.1", "16"},
    {"server_max_window_bits=0", "server_max_window_bits=0", "7692/7.1.2.1", "0"},
    {"server_max_window_bits=08", "server_max_window_bits=08", "7692/7.1.2.1", "08"},
    {"server_max_window_bits=010", "server_max_window_bits=010", "7692/7.1.2.1", "010"},
    {"server_max_window_bits=+9", "server_max_window_bits=+9", "7692/7.1.2.1", "plus-9"},
    {"server_max_window_bits=-9", "server_max_window_bits=-9", "7692/7.1.2.1", "minus-9"},
    {"server_max_window_bits=9.0", "server_max_window_bits=9.0", "7692/7.1.2.1", "9-point-0"},
    {"server_max_window_bits=0x9", "server_max_window_bits=0x9", "7692/7.1.2.1", "0x9"},
    {"server_max_window_bits=10x", "server_max_window_bits=10x", "7692/7.1.2.1", "10x"},
    {"server_max_window_bits=ten", "server_max_window_bits=ten", "7692/7.1.2.1", "ten"},
    {"server_max_window_bits=100", "server_max_window_bits=100", "7692/7.1.2.1", "100"},
    {"server_max_window_bits=4294967305", "server_max_window_bits=2^32 + 9", "7692/7.1.2.1",
     "2-to-32-plus-9"},
    {"server_max_window_bits=18446744073709551625", "server_max_window_bits=2^64 + 9",
     "7692/7.1.2.1", "2-to-64-plus-9"},
    {"server_max_window_bits=\"16\"", "server_max_window_bits=16 in quotes", "7692/7.1.2.1",
     "quoted-16"},
    {"client_max_window_bits=7", "client_max_window_bits=7", "7692/7.1.2.2", "7"},
    {"client_max_window_bits=16", "client_max_window_bits=16", "7692/7.1.2.2", "16"},
    {"client_max_window_bits=0", "client_max_window_bits=0", "7692/7.1.2.2", "0"},
    {"client_max_window_bits=08", "client_max_window_bits=08", "7692/7.1.2.2", "08"},
    {"client_max_window_bits=9x", "client_max_window_bits=9x", "7692/7.1.2.2", "9x"},
    {"client_max_window_bits=many", "client_max_window_bits=many", "7692/7.1.2.2", "many"},
    {"client_max_window_bits=4294967305", "client_max_window_bits=2^32 + 9", "7692/7.1.2.2",
     "2-to-32-plus-9"},
    {"client_max_window_bits=\"08\"", "client_max_window_bits=08 in quotes", "7692/7.1.2.2",
     "quoted-08"},
};

static void add_illegal(struct case_list *list) {
    char name[60], rule[160], script[400];
    for (size_t i = 0; i < sizeof illegal / sizeof illegal[0]; i++) {
        snprintf(rule, sizeof rule, "An offer with %s is declined.", illegal[i].what);
        snprintf(script, sizeof script, "offer 'permessage-deflate; %s' negotiated",
                 illegal[i].parameters);
        snprintf(name, sizeof name, "%s/declined/%s", illegal[i].section, illegal[i].name);
        cases_add(list,
                  &(struct case_row){name, FOR_SERVERS, LEVEL_MUST, rule, script, HINT_DECLINE});
    }
    for (size_t i = 0; i < sizeof illegal / sizeof illegal[0]; i++) {
        snprintf(rule, sizeof rule,
                 "After an offer with %s comes a good one, which is taken, or none.",
                 illegal[i].what);
        snprintf(script, sizeof script,
                 "offer 'permessage-deflate; %s, permessage-deflate' negotiated",
                 illegal[i].parameters);
        snprintf(name, sizeof name, "%s/good-one-after/%s", illegal[i].section, illegal[i].name);
        cases_add(list, &(struct case_row){name, FOR_SERVERS, LEVEL_MUST, rule, script, HINT_NEXT});
    }
}

/* Every value, of both sides; where it is agreed to, a message comes back. */
static void add_windows(struct case_list *list) {
    char name[40], rule[160], script[300];
    struct case_row row = {name, FOR_SERVERS, LEVEL_MUST, rule, script, HINT_ANSWER};
    for (unsigned bits = 8; bits <= 15; bits++) {
        snprintf(rule, sizeof rule,
                 "server_max_window_bits=%u is answered with no more, or the offer declined.",
                 bits);
        snprintf(script, sizeof script,
                 "offer 'permessage-deflate; server_max_window_bits=%u' accept opens", bits);
        snprintf(name, sizeof name, "7692/7.1.2.1/answered/%u", bits);
        cases_add(list, &row);
    }
    for (unsigned bits = 8; bits <= 15; bits++) {
        snprintf(rule, sizeof rule,
                 "client_max_window_bits=%u is answered with no more, or not at all.", bits);
        snprintf(script, sizeof script,
                 "offer 'permessage-deflate; client_max_window_bits=%u' accept opens", bits);
        snprintf(name, sizeof name, "7692/7.1.2.2/answered/%u", bits);
        cases_add(list, &row);
    }
}

/* All combinations of requests and hints, with two messages through what was agreed. The digits of
 * the name say which of the four are in the offer. */
static void add_combinations(struct case_list *list) {
    char name[40], rule[260], script[400], offer[200];
    for (unsigned set = 0; set < 16; set++) {
        snprintf(offer, sizeof offer, "permessage-deflate%s%s%s%s",
                 (set & 1) != 0 ? "; server_no_context_takeover" : "",
                 (set & 2) != 0 ? "; client_no_context_takeover" : "",
                 (set & 4) != 0 ? "; server_max_window_bits=9" : "",
                 (set & 8) != 0 ? "; client_max_window_bits=9" : "");
        snprintf(rule, sizeof rule, "Messages come back after the offer %s.", offer);
        snprintf(script, sizeof script,
                 "offer '%s' agreed " HELLO " text 'plain' < text 'plain' " HELLO, offer);
        snprintf(name, sizeof name, "7692/7/combination/%u%u%u%u", set & 1, set >> 1 & 1,
                 set >> 2 & 1, set >> 3);
        cases_add(list, &(struct case_row){name, FOR_SERVERS, LEVEL_MUST, rule, script, HINT_ECHO});
    }
}

void cases_offer(struct case_list *list) {
    list->step = 7;
    cases_add_rows(list, rows, sizeof rows / sizeof rows[0]);
    add_illegal(list);
    add_windows(list);
    add_combinations(list);
}
