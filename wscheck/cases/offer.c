/* Step 7: legal and illegal offers of permessage-deflate, and what a server may answer. RFC 7692, 5
 * and 7.1; RFC 6455, 9.1. negotiation.c judges whether an answer fits the offers. All rows are for
 * servers. */
#include "wscheck/cases/cases.h"

#include <stdio.h>

#define HINT_ANSWER                                                                                \
    "repeat what the offer requests (server_no_context_takeover, server_max_window_bits), add "    \
    "client_max_window_bits only if it was offered, and no parameter twice"
#define HINT_DECLINE                                                                               \
    "an offer with an unknown, illegal or repeated parameter MUST be declined as a whole (7.1): "  \
    "answer as if it were not there"
#define HINT_NEXT "look at the offers in their order and accept the first that is legal"
#define HINT_QUOTES "RFC 6455, 9.1: a value in quotes means the same as without them"
#define HINT_GRAMMAR "refuse or decline a list that breaks the grammar; do not accept a part of it"
#define HINT_ECHO                                                                                  \
    "a message without RSV1 is never compressed; one with RSV1 uses the window that was agreed on"

#define HELLO "rsv4 text [f2 48 cd c9 c9 07 00] < text 'Hello'"

/* clang-format off */
/* An offer with illegal parameters, alone and before a legal one. */
#define ILLEGAL(section, name, what, parameters)                                                   \
    {section "/declined/" name, "An offer with " what " is declined.",                             \
     "offer 'permessage-deflate; " parameters "' negotiated", HINT_DECLINE},                       \
    {section "/good-one-after/" name,                                                              \
     "Of an offer with " what " and a legal one, the legal one or none is accepted.",              \
     "offer 'permessage-deflate; " parameters ", permessage-deflate' negotiated", HINT_NEXT}
/* clang-format on */

static const struct case_row rows[] = {
    {"7692/5/declined-offer", "After a declined offer the connection has no compression.",
     "offer 'permessage-bzip2' accept lacks 'Sec-WebSocket-Extensions' opens", HINT_DECLINE},
    {"7692/5/another-extension-with-like-name",
     "permessage-deflates is another extension, which is not accepted.",
     "offer 'permessage-deflates' accept lacks 'Sec-WebSocket-Extensions'", HINT_DECLINE},
    {"7692/5/unknown-extension-before",
     "permessage-deflate is accepted after an unknown extension, or none is.",
     "offer 'x-wscheck; a=1, permessage-deflate' accept opens", HINT_NEXT},
    {"7692/5/fallback-without-server-max-window-bits",
     "A fallback without server_max_window_bits may be accepted, as in 7.1.3.",
     "offer 'permessage-deflate; client_max_window_bits; server_max_window_bits=10, "
     "permessage-deflate; client_max_window_bits' accept opens",
     HINT_ANSWER},
    {"7692/5/three-offers",
     "One of three offers, as the Autobahn Testsuite makes them, is accepted, or none.",
     "offer 'permessage-deflate; client_no_context_takeover; client_max_window_bits; "
     "server_no_context_takeover; server_max_window_bits=9, permessage-deflate; "
     "client_no_context_takeover; client_max_window_bits; server_no_context_takeover, "
     "permessage-deflate; client_no_context_takeover; client_max_window_bits' accept opens",
     HINT_ANSWER},
    {"7692/5/offers-in-two-headers", "Offers in two headers are one list.",
     "offer 'permessage-deflate; server_max_window_bits=9' offer 'permessage-deflate' "
     "accept opens",
     HINT_ANSWER},
    {"7692/5/nine-offers", "Nine offers are accepted, and the answer has one element.",
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
    {"7692/7.1.3/simplest-offer", "The answer to the simplest offer has no client_max_window_bits.",
     "offer 'permessage-deflate' accept opens", HINT_ANSWER},
    {"7692/7.1.3/offer-of-browsers", "The answer fits the offer that every browser makes.",
     "offer 'permessage-deflate; client_max_window_bits' accept opens", HINT_ANSWER},
    {"7692/7.1.1.1/server-no-context-takeover-answered",
     "The answer repeats server_no_context_takeover, or the offer is declined.",
     "offer 'permessage-deflate; server_no_context_takeover' accept opens", HINT_ANSWER},
    {"7692/7.1.1.2/client-no-context-takeover-is-a-hint",
     "The answer may have client_no_context_takeover, which is a hint, or not.",
     "offer 'permessage-deflate; client_no_context_takeover' accept opens", HINT_ANSWER},
    {"7692/7.1/all-parameters", "The answer fits an offer with all four parameters.",
     "offer 'permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
     "server_max_window_bits=11; client_max_window_bits=12' accept opens",
     HINT_ANSWER},
    {"7692/7.1/parameters-in-any-order", "The order of the parameters does not matter.",
     "offer 'permessage-deflate; client_max_window_bits=12; server_max_window_bits=11; "
     "client_no_context_takeover; server_no_context_takeover' accept opens",
     HINT_ANSWER},
    {"7692/5.2/quoted-value", "A value may be in quotes.",
     "offer 'permessage-deflate; server_max_window_bits=\"10\"' accept opens", HINT_QUOTES},
    {"7692/5.2/another-quoted-value", "Two values may be in quotes.",
     "offer 'permessage-deflate; client_max_window_bits=\"9\"; server_max_window_bits=\"9\"' "
     "accept opens",
     HINT_QUOTES},
    {"7692/5.2/backslash-in-quotes", "A backslash within the quotes does not belong to the value.",
     "offer 'permessage-deflate; server_max_window_bits=\"1\\0\"' negotiated", HINT_QUOTES},
    {"6455/9.1/empty-value", "An offer with an empty value is not accepted.",
     "offer 'permessage-deflate; server_max_window_bits=' acceptable", HINT_GRAMMAR},
    {"6455/9.1/empty-quoted-value", "An offer with an empty value in quotes is not accepted.",
     "offer 'permessage-deflate; server_max_window_bits=\"\"' acceptable", HINT_GRAMMAR},
    {"6455/9.1/quotes-without-end", "An offer without its closing quote is not accepted.",
     "offer 'permessage-deflate; server_max_window_bits=\"10' acceptable", HINT_GRAMMAR},
    {"6455/9.1/space-in-quotes", "An offer with a space in quotes is not accepted.",
     "offer 'permessage-deflate; server_max_window_bits=\"1 0\"' acceptable", HINT_GRAMMAR},
    {"6455/9.1/empty-parameter", "An offer with an empty parameter is not accepted.",
     "offer 'permessage-deflate; ; server_max_window_bits=10' acceptable", HINT_GRAMMAR},
    {"6455/9.1/semicolon-at-the-end", "An offer that ends with a semicolon is not accepted.",
     "offer 'permessage-deflate;' acceptable", HINT_GRAMMAR},
    {"6455/9.1/parameter-without-name", "An offer with a parameter without a name is not accepted.",
     "offer 'permessage-deflate; =10' acceptable", HINT_GRAMMAR},
    {"6455/9.1/two-values", "An offer with two values of one parameter is not accepted.",
     "offer 'permessage-deflate; server_max_window_bits=10=11' acceptable", HINT_GRAMMAR},
    /* Offers that MUST be declined. */
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
    /* Every value, for both sides. */
    {"7692/7.1.2.1/answered/{8..15}",
     "The answer to server_max_window_bits={} has no larger value, or the offer is declined.",
     "offer 'permessage-deflate; server_max_window_bits={}' accept opens", HINT_ANSWER},
    {"7692/7.1.2.2/answered/{8..15}",
     "The answer to client_max_window_bits={} has no larger value, or none.",
     "offer 'permessage-deflate; client_max_window_bits={}' accept opens", HINT_ANSWER},
};

/* Adds a case for every combination of requests and hints, with messages after what was agreed on.
 * The digits of the name tell which of the four are in the offer. */
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
