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

/* clang-format off */
/* An offer that is illegal for its parameters, alone and before a good one. */
#define ILLEGAL(section, name, what, parameters)                                                   \
    {section "/declined/" name, "An offer with " what " is declined.",                             \
     "offer 'permessage-deflate; " parameters "' negotiated", HINT_DECLINE},                       \
    {section "/good-one-after/" name,                                                              \
     "After an offer with " what " comes a good one, which is taken, or none.",                    \
     "offer 'permessage-deflate; " parameters ", permessage-deflate' negotiated", HINT_NEXT}
/* clang-format on */

static const struct case_row rows[] = {
    {"7692/5/declined-offer", "An offer that is declined leaves a connection without compression.",
     "offer 'permessage-bzip2' accept lacks 'Sec-WebSocket-Extensions' opens", HINT_DECLINE},
    {"7692/5/another-extension-with-like-name",
     "Names are compared as they are: permessage-deflates is another one.",
     "offer 'permessage-deflates' accept lacks 'Sec-WebSocket-Extensions'", HINT_DECLINE},
    {"7692/5/unknown-extension-before",
     "permessage-deflate after an unknown extension is taken, or none is.",
     "offer 'x-wscheck; a=1, permessage-deflate' accept opens", HINT_NEXT},
    {"7692/5/fallback-without-server-max-window-bits",
     "A fallback without server_max_window_bits may be taken, as in 7.1.3.",
     "offer 'permessage-deflate; client_max_window_bits; server_max_window_bits=10, "
     "permessage-deflate; client_max_window_bits' accept opens",
     HINT_ANSWER},
    {"7692/5/three-offers",
     "One of three offers, as the field's suite makes them, is taken, or none.",
     "offer 'permessage-deflate; client_no_context_takeover; client_max_window_bits; "
     "server_no_context_takeover; server_max_window_bits=9, permessage-deflate; "
     "client_no_context_takeover; client_max_window_bits; server_no_context_takeover, "
     "permessage-deflate; client_no_context_takeover; client_max_window_bits' accept opens",
     HINT_ANSWER},
    {"7692/5/offers-in-two-headers", "Offers in two headers are one list.",
     "offer 'permessage-deflate; server_max_window_bits=9' offer 'permessage-deflate' "
     "accept opens",
     HINT_ANSWER},
    {"7692/5/nine-offers", "Nine offers are no reason to fail, and the answer has one element.",
     "offer 'permessage-deflate; server_max_window_bits=9, permessage-deflate; "
     "server_max_window_bits=9, permessage-deflate; server_max_window_bits=9, "
     "permessage-deflate; server_max_window_bits=9, permessage-deflate; "
     "server_max_window_bits=9, permessage-deflate; server_max_window_bits=9' "
     "offer 'permessage-deflate, permessage-deflate, permessage-deflate' accept opens",
     HINT_ANSWER},
    {"7692/5/spaces-around-parameters", "Spaces and tabs around the parameters do not matter.",
     "offer '  permessage-deflate  ;  client_max_window_bits  ;server_max_window_bits = 12  ' "
     "negotiated",
     HINT_ANSWER},
    {"7692/5/empty-list-elements", "Empty elements of the list do not matter.",
     "offer ', ,permessage-deflate,' negotiated", HINT_ANSWER},
    {"7692/7.1.3/simplest-offer", "The simplest offer is answered without client_max_window_bits.",
     "offer 'permessage-deflate' accept opens", HINT_ANSWER},
    {"7692/7.1.3/offer-of-browsers", "The offer of every browser is answered as it may be.",
     "offer 'permessage-deflate; client_max_window_bits' accept opens", HINT_ANSWER},
    {"7692/7.1.1.1/server-no-context-takeover-answered",
     "server_no_context_takeover is answered, or the offer declined.",
     "offer 'permessage-deflate; server_no_context_takeover' accept opens", HINT_ANSWER},
    {"7692/7.1.1.2/client-no-context-takeover-is-a-hint",
     "client_no_context_takeover is a hint: answered or not.",
     "offer 'permessage-deflate; client_no_context_takeover' accept opens", HINT_ANSWER},
    {"7692/7.1/all-parameters", "All four parameters together are answered as they may be.",
     "offer 'permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
     "server_max_window_bits=11; client_max_window_bits=12' accept opens",
     HINT_ANSWER},
    {"7692/7.1/parameters-in-any-order", "The order of the parameters does not matter.",
     "offer 'permessage-deflate; client_max_window_bits=12; server_max_window_bits=11; "
     "client_no_context_takeover; server_no_context_takeover' accept opens",
     HINT_ANSWER},
    {"7692/5.2/quoted-value", "A value in quotes is a value.",
     "offer 'permessage-deflate; server_max_window_bits=\"10\"' accept opens", HINT_QUOTES},
    {"7692/5.2/another-quoted-value", "Two values in quotes are values.",
     "offer 'permessage-deflate; client_max_window_bits=\"9\"; server_max_window_bits=\"9\"' "
     "accept opens",
     HINT_QUOTES},
    {"7692/5.2/backslash-in-quotes", "A backslash within the quotes does not belong to the value.",
     "offer 'permessage-deflate; server_max_window_bits=\"1\\0\"' negotiated", HINT_QUOTES},
    {"6455/9.1/empty-value", "An offer with an empty value is not taken.",
     "offer 'permessage-deflate; server_max_window_bits=' acceptable", HINT_GRAMMAR},
    {"6455/9.1/empty-quoted-value", "An offer with an empty value in quotes is not taken.",
     "offer 'permessage-deflate; server_max_window_bits=\"\"' acceptable", HINT_GRAMMAR},
    {"6455/9.1/quotes-without-end", "An offer with quotes that do not end is not taken.",
     "offer 'permessage-deflate; server_max_window_bits=\"10' acceptable", HINT_GRAMMAR},
    {"6455/9.1/space-in-quotes", "An offer with a space in its quotes is not taken.",
     "offer 'permessage-deflate; server_max_window_bits=\"1 0\"' acceptable", HINT_GRAMMAR},
    {"6455/9.1/empty-parameter", "An offer with an empty parameter is not taken.",
     "offer 'permessage-deflate; ; server_max_window_bits=10' acceptable", HINT_GRAMMAR},
    {"6455/9.1/semicolon-at-the-end", "An offer that ends with a semicolon is not taken.",
     "offer 'permessage-deflate;' acceptable", HINT_GRAMMAR},
    {"6455/9.1/parameter-without-name",
     "A parameter without a name makes an offer that is not taken.",
     "offer 'permessage-deflate; =10' acceptable", HINT_GRAMMAR},
    {"6455/9.1/two-values", "Two values of one parameter make an offer that is not taken.",
     "offer 'permessage-deflate; server_max_window_bits=10=11' acceptable", HINT_GRAMMAR},
    /* What makes an offer one that MUST be declined. */
    ILLEGAL("7692/7.1", "unknown", "an unknown parameter", "x_wscheck"),
    ILLEGAL("7692/7.1", "unknown-with-value", "an unknown parameter with a value", "x_wscheck=1"),
    ILLEGAL("7692/7.1", "missing-value-after-good", "a missing value after a good parameter",
            "client_max_window_bits; server_max_window_bits"),
    ILLEGAL("7692/7.1", "no-prefix", "a parameter without its prefix", "max_window_bits=10"),
    ILLEGAL("7692/7.1", "unknown-after-good", "an unknown parameter after a good one",
            "client_max_window_bits; x_wscheck"),
    ILLEGAL("7692/7.1", "unknown-before-good", "an unknown parameter before a good one",
            "x_wscheck; client_max_window_bits"),
    ILLEGAL("7692/7.1", "bad-value-before-good", "a bad value before a good parameter",
            "server_max_window_bits=16; client_max_window_bits"),
    ILLEGAL("7692/7.1", "server-takeover-twice", "server_no_context_takeover twice",
            "server_no_context_takeover; server_no_context_takeover"),
    ILLEGAL("7692/7.1", "client-takeover-twice", "client_no_context_takeover twice",
            "client_no_context_takeover; client_no_context_takeover"),
    ILLEGAL("7692/7.1", "server-window-twice", "server_max_window_bits twice",
            "server_max_window_bits=10; server_max_window_bits=10"),
    ILLEGAL("7692/7.1", "server-window-with-two-values", "server_max_window_bits with two values",
            "server_max_window_bits=10; server_max_window_bits=11"),
    ILLEGAL("7692/7.1", "client-window-twice", "client_max_window_bits twice",
            "client_max_window_bits; client_max_window_bits=10"),
    ILLEGAL("7692/7.1.1.1", "value", "a value of server_no_context_takeover",
            "server_no_context_takeover=1"),
    ILLEGAL("7692/7.1.1.1", "true", "true as server_no_context_takeover",
            "server_no_context_takeover=true"),
    ILLEGAL("7692/7.1.1.1", "quoted-value", "a quoted value of server_no_context_takeover",
            "server_no_context_takeover=\"\\1\""),
    ILLEGAL("7692/7.1.1.2", "value", "a value of client_no_context_takeover",
            "client_no_context_takeover=1"),
    ILLEGAL("7692/7.1.1.2", "false", "false as client_no_context_takeover",
            "client_no_context_takeover=false"),
    ILLEGAL("7692/7.1.2.1", "no-value", "server_max_window_bits without a value",
            "server_max_window_bits"),
    ILLEGAL("7692/7.1.2.1",
            "{7, 16, 0, 08, 010, plus-9=+9, minus-9=-9, 9-point-0=9.0, 0x9, 10x, ten, 100, "
            "2-to-32-plus-9=4294967305, 2-to-64-plus-9=18446744073709551625, quoted-16=\"16\"}",
            "server_max_window_bits={=}", "server_max_window_bits={=}"),
    ILLEGAL("7692/7.1.2.2", "{7, 16, 0, 08, 9x, many, 2-to-32-plus-9=4294967305, quoted-08=\"08\"}",
            "client_max_window_bits={=}", "client_max_window_bits={=}"),
    /* Every value, of both sides; where it is agreed to, a message comes back. */
    {"7692/7.1.2.1/answered/{8..15}",
     "server_max_window_bits={} is answered with no more, or the offer declined.",
     "offer 'permessage-deflate; server_max_window_bits={}' accept opens", HINT_ANSWER},
    {"7692/7.1.2.2/answered/{8..15}",
     "client_max_window_bits={} is answered with no more, or not at all.",
     "offer 'permessage-deflate; client_max_window_bits={}' accept opens", HINT_ANSWER},
};

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
        cases_add(list, FOR_SERVERS, &(struct case_row){name, rule, script, HINT_ECHO});
    }
}

const struct case_file cases_offer = {.step = 7,
                                      .role = FOR_SERVERS,
                                      .rows = rows,
                                      .count = CASES_COUNT(rows),
                                      .add = add_combinations};
