#include "wscheck/negotiation.h"

#include "wscheck/deflate_parameters.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { WINDOW_BITS_MAX = 15 };

/* Why an answer does not belong to a good offer, or NULL. A hint that is not taken is a SHOULD. */
static const char *mismatch(const struct deflate_parameters *offer,
                            const struct deflate_parameters *answer, enum level *level) {
    *level = LEVEL_MUST;
    if (offer->server_no_takeover && !answer->server_no_takeover) {
        return "server_no_context_takeover was offered and is not answered (RFC 7692, 7.1.1.1)";
    }
    if (offer->has_server_bits && !answer->has_server_bits) {
        return "server_max_window_bits was offered and is not answered (RFC 7692, 7.1.2.1)";
    }
    if (offer->has_server_bits && answer->server_bits > offer->server_bits) {
        return "server_max_window_bits is more than what was offered (RFC 7692, 7.1.2.1)";
    }
    if (answer->has_client_bits && !offer->has_client_bits) {
        return "client_max_window_bits was not offered (RFC 7692, 7.1.2.2)";
    }
    *level = LEVEL_SHOULD;
    if (answer->has_client_bits && offer->client_bits != 0 &&
        answer->client_bits > offer->client_bits) {
        return "client_max_window_bits is more than what was offered (RFC 7692, 7.1.2.2)";
    }
    *level = LEVEL_NONE;
    return NULL;
}

static void fill_in(struct negotiation *agreement, const struct deflate_parameters *terms) {
    agreement->agreed = true;
    agreement->server = (struct negotiation_side){
        !terms->server_no_takeover, terms->has_server_bits ? terms->server_bits : WINDOW_BITS_MAX};
    agreement->client = (struct negotiation_side){
        !terms->client_no_takeover, terms->has_client_bits ? terms->client_bits : WINDOW_BITS_MAX};
    agreement->terms = *terms;
}

__attribute__((format(printf, 4, 5))) static enum level faulty(struct head_fault *fault,
                                                               const struct head *answer,
                                                               const char *where,
                                                               const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fault->what, sizeof fault->what, format, arguments);
    va_end(arguments);
    fault->wrong = (size_t)(where - (const char *)answer->bytes);
    return LEVEL_MUST;
}

/* Compares a legal answer with the offers: one of the good ones must be what it takes. */
static enum level compare(const struct deflate_offers *offers,
                          const struct deflate_parameters *taken, const struct head *answer,
                          const char *where, struct head_fault *fault) {
    const char *what = NULL;
    enum level least = LEVEL_MUST;
    for (size_t i = 0; i < offers->count; i++) {
        enum level level;
        if (offers->terms[i].fault[0] != '\0') {
            continue;
        }
        const char *why = mismatch(&offers->terms[i], taken, &level);
        if (why == NULL) {
            return LEVEL_NONE;
        }
        if (what == NULL || level < least) {
            what = why;
            least = level;
        }
    }
    if (what == NULL) {
        return faulty(fault, answer, where, "it accepts what must be declined: in the offer %s",
                      offers->terms[0].fault);
    }
    faulty(fault, answer, where, "%s", what);
    return least;
}

enum level negotiation_judge(const struct head *answer, const struct request *request,
                             struct negotiation *agreement, struct head_fault *fault) {
    size_t at = 0;
    struct head_text value, again;
    struct deflate_offers offers;
    struct extension extension, another;
    struct deflate_parameters terms;
    *agreement = (struct negotiation){0};
    if (!head_header(answer, deflate_parameters_header, &at, &value)) {
        return LEVEL_NONE;
    }
    if (head_header(answer, deflate_parameters_header, &at, &again)) {
        return faulty(fault, answer, again.start,
                      "Sec-WebSocket-Extensions appears more than once (RFC 6455, 11.3.2)");
    }
    const char *text = value.start, *end = value.start + value.length;
    if (extension_next(&text, end, &extension) != EXTENSION_FOUND) {
        return faulty(fault, answer, text, "this is no list of extensions (RFC 6455, 9.1)");
    }
    deflate_parameters_of_request(&offers, request);
    if (!head_text_is(extension.name, deflate_parameters_extension) || offers.count == 0) {
        return faulty(fault, answer, extension.name.start,
                      "an extension that the client did not offer (RFC 6455, 4.1)");
    }
    if (!deflate_parameters_read(&terms, &extension, false)) {
        return faulty(fault, answer, terms.where, "%s", terms.fault);
    }
    const char *next = text;
    if (extension_next(&text, end, &another) != EXTENSION_END) {
        return faulty(fault, answer, next, "a second extension, or bytes that are none");
    }
    fill_in(agreement, &terms);
    return compare(&offers, &terms, answer, extension.name.start, fault);
}

bool negotiation_has(const struct negotiation *agreement, const char *parameter) {
    return agreement->agreed && deflate_parameters_have(&agreement->terms, parameter);
}

void negotiation_from_text(struct negotiation *agreement, const char *text) {
    const char *end = text + strlen(text);
    struct extension extension;
    struct deflate_parameters terms;
    *agreement = (struct negotiation){0};
    if (extension_next(&text, end, &extension) == EXTENSION_FOUND &&
        head_text_is(extension.name, deflate_parameters_extension) &&
        deflate_parameters_read(&terms, &extension, false)) {
        fill_in(agreement, &terms);
    }
}

bool negotiation_judge_offers(const struct head *head, struct head_fault *fault) {
    struct deflate_offers offers;
    deflate_parameters_of_head(&offers, head);
    for (size_t i = 0; i < offers.count; i++) {
        if (offers.terms[i].fault[0] != '\0') {
            faulty(fault, head, offers.terms[i].where, "%s", offers.terms[i].fault);
            return false;
        }
    }
    return true;
}

bool negotiation_answer(const struct head *head, char *out, size_t capacity) {
    struct deflate_offers offers;
    deflate_parameters_of_head(&offers, head);
    for (size_t i = 0; i < offers.count; i++) {
        const struct deflate_parameters *terms = &offers.terms[i];
        char bits[40] = "";
        if (terms->fault[0] != '\0') {
            continue;
        }
        if (terms->has_server_bits) {
            snprintf(bits, sizeof bits, "; server_max_window_bits=%u", terms->server_bits);
        }
        snprintf(out, capacity, "%s%s%s", deflate_parameters_extension,
                 terms->server_no_takeover ? "; server_no_context_takeover" : "", bits);
        return true;
    }
    return false;
}

bool negotiation_is_offered(const struct head *head, const char *parameter) {
    struct deflate_offers offers;
    deflate_parameters_of_head(&offers, head);
    for (size_t i = 0; i < offers.count; i++) {
        if (strcmp(parameter, deflate_parameters_extension) == 0 ||
            deflate_parameters_have(&offers.terms[i], parameter)) {
            return true;
        }
    }
    return false;
}
