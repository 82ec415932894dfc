/* permessage_negotiation: how permessage-deflate is offered and agreed on, RFC 7692 section 7.1. */
#include "step07_deflate/permessage_negotiation.h"

#include "tests/support/test.h"

#include <string.h>

static const struct permessage_parameters most = {false, false, 15, 15};
static const struct permessage_parameters little = {true, true, 9, 10};

static struct http_text text_of(const char *string) {
    return (struct http_text){string, strlen(string)};
}

/* What a server with this config answers; NULL: it declines. */
static void check_answer(const struct permessage_parameters *config, const char *offers,
                         const char *wanted) {
    char answer[PERMESSAGE_NEGOTIATION_TEXT_MAX] = "nothing";
    struct permessage_parameters agreed;
    bool taken = permessage_negotiation_choose(text_of(offers), config, &agreed, answer);
    CHECK_FOR(taken == (wanted != NULL), "%s is %s", offers, taken ? "taken" : "declined");
    if (taken && wanted != NULL) {
        CHECK_FOR(strcmp(answer, wanted) == 0, "%s is answered with %s, not %s", offers, answer,
                  wanted);
    }
}

#define PMD "permessage-deflate"

TEST("parameters: the answer says what then holds (RFC 7692, 7.1)") {
    static const struct {
        const char *offers, *to_most, *to_little;
    } cases[] = {
        {PMD, PMD,
         PMD "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9"},
        {PMD "; client_max_window_bits", PMD,
         PMD "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; "
             "client_max_window_bits=10"},
        {PMD "; client_max_window_bits=9; server_max_window_bits=10",
         PMD "; server_max_window_bits=10; client_max_window_bits=9",
         PMD "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; "
             "client_max_window_bits=9"},
        {PMD "; client_max_window_bits=12; server_max_window_bits=12",
         PMD "; server_max_window_bits=12; client_max_window_bits=12",
         PMD "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; "
             "client_max_window_bits=10"},
        {PMD "; server_max_window_bits=15; server_no_context_takeover",
         PMD "; server_no_context_takeover; server_max_window_bits=15",
         PMD "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9"},
        {PMD "; server_max_window_bits=8; client_no_context_takeover",
         PMD "; client_no_context_takeover; server_max_window_bits=8",
         PMD "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_answer(&most, cases[i].offers, cases[i].to_most);
        check_answer(&little, cases[i].offers, cases[i].to_little);
    }
}

TEST("parameters: the first acceptable offer is taken (RFC 7692, 7.1)") {
    check_answer(&most, "x-other", NULL);
    check_answer(&most, "x-other, " PMD, PMD);
    check_answer(&most, PMD "; server_max_window_bits=9, " PMD, PMD "; server_max_window_bits=9");
    check_answer(&most, PMD "; server_max_window_bits=7, " PMD, PMD);
    check_answer(&most, "x-" PMD ", permessage-bzip2", NULL);
}

TEST("parameters: a bad offer is declined (RFC 7692, 7.1)") {
    for (const char *const *bad = TEXTS(
             "x", "server_no_context_takeover; server_no_context_takeover",
             "client_max_window_bits; client_max_window_bits=10",
             "server_max_window_bits=10; server_max_window_bits=10", "server_no_context_takeover=1",
             "client_no_context_takeover=true", "server_max_window_bits",
             "server_max_window_bits=7", "server_max_window_bits=16", "server_max_window_bits=08",
             "server_max_window_bits=010", "server_max_window_bits=100",
             "server_max_window_bits=4294967304", /* 2^32 + 8 */
             "server_max_window_bits=x", "server_max_window_bits=1x", "client_max_window_bits=0",
             "client_max_window_bits=7", "client_max_window_bits=16", "client_max_window_bits=+9",
             "SERVER_NO_CONTEXT_TAKEOVER");
         *bad != NULL; bad++) {
        char offer[200] = PMD "; ";
        strcat(offer, *bad);
        check_answer(&most, offer, NULL);
        strcat(offer, "; client_no_context_takeover"); /* nor does what is after it help */
        check_answer(&most, offer, NULL);
        strcat(offer, ", " PMD "; server_max_window_bits=11");
        check_answer(&most, offer, PMD "; server_max_window_bits=11");
    }
}

TEST("parameters: a value may be quoted") {
    check_answer(&most, PMD "; server_max_window_bits=\"10\"", PMD "; server_max_window_bits=10");
    check_answer(&most, PMD "; server_max_window_bits=\"\\1\\0\"",
                 PMD "; server_max_window_bits=10");
}

TEST("parameters: the agreement is handed out") {
    char answer[PERMESSAGE_NEGOTIATION_TEXT_MAX];
    struct permessage_parameters agreed;
    CHECK(permessage_negotiation_choose(
        text_of(PMD "; server_max_window_bits=12; client_max_window_bits=11; "
                    "server_no_context_takeover"),
        &most, &agreed, answer));
    CHECK_EQUAL(agreed.server_max_window_bits, 12);
    CHECK_EQUAL(agreed.client_max_window_bits, 11);
    CHECK(agreed.server_no_context_takeover && !agreed.client_no_context_takeover);
    CHECK(permessage_negotiation_choose(text_of(PMD "; client_no_context_takeover"), &little,
                                        &agreed, answer));
    CHECK_EQUAL(agreed.server_max_window_bits, 9);
    CHECK_EQUAL(agreed.client_max_window_bits, 15); /* it cannot be told otherwise (7.1.2.2) */
}

TEST("parameters: the longest answer fits") {
    static const struct permessage_parameters config = {true, true, 15, 14};
    char answer[PERMESSAGE_NEGOTIATION_TEXT_MAX];
    struct permessage_parameters agreed;
    CHECK(permessage_negotiation_choose(
        text_of(PMD "; server_max_window_bits=15; client_max_window_bits"), &config, &agreed,
        answer));
    CHECK(strstr(answer, "; client_max_window_bits=14") != NULL);
}

TEST("parameters: the offer says what is wished") {
    char offer[PERMESSAGE_NEGOTIATION_TEXT_MAX];
    permessage_negotiation_offer(&most, offer);
    CHECK(strcmp(offer, PMD "; client_max_window_bits") == 0);
    permessage_negotiation_offer(&little, offer);
    CHECK(strcmp(offer, PMD "; server_no_context_takeover; client_no_context_takeover; "
                            "server_max_window_bits=9; client_max_window_bits=10") == 0);
}

static void check_acceptance(bool by_most, bool by_little, const char *const *answers) {
    for (; *answers != NULL; answers++) {
        struct permessage_parameters agreed;
        bool most_takes = permessage_negotiation_accept(text_of(*answers), &most, &agreed);
        bool little_takes = permessage_negotiation_accept(text_of(*answers), &little, &agreed);
        CHECK_FOR(most_takes == by_most && little_takes == by_little, "%s is accepted: %d, %d",
                  *answers, most_takes, little_takes);
    }
}

#define LITTLE PMD "; server_no_context_takeover; server_max_window_bits="

/* `little` has asked for more. */
TEST("parameters: an answer must go with the offer (RFC 7692, 7.1)") {
    check_acceptance(true, true,
                     TEXTS(LITTLE "9", LITTLE "8", LITTLE "9; client_max_window_bits=10"));
    check_acceptance(true, false,
                     TEXTS(PMD, LITTLE "10", PMD "; server_max_window_bits=9",
                           PMD "; server_no_context_takeover", PMD "; client_no_context_takeover",
                           LITTLE "9; client_max_window_bits=11"));
    check_acceptance(false, false,
                     TEXTS(PMD "; client_max_window_bits", /* needs a value (7.1.2.2) */
                           PMD "; client_max_window_bits=16", PMD "; x",
                           PMD "; server_max_window_bits=10; server_max_window_bits=10",
                           PMD ", " PMD, PMD ", x", PMD ", =", PMD ", x;", PMD ", x; a=",
                           PMD ", " PMD "; client_max_window_bits=\"10", PMD ";", "x", ""));
}

TEST("parameters: what the server does not say stays open") {
    struct permessage_parameters agreed;
    CHECK(permessage_negotiation_accept(text_of(PMD), &most, &agreed));
    CHECK_EQUAL(agreed.server_max_window_bits, 15);
    CHECK_EQUAL(agreed.client_max_window_bits, 15);
    CHECK(!agreed.server_no_context_takeover && !agreed.client_no_context_takeover);
    CHECK(permessage_negotiation_accept(
        text_of(PMD "; server_no_context_takeover; server_max_window_bits=8"), &little, &agreed));
    CHECK_EQUAL(agreed.server_max_window_bits, 8);
    CHECK_EQUAL(agreed.client_max_window_bits, 10);
    CHECK(agreed.server_no_context_takeover && agreed.client_no_context_takeover);
}
