#include "wscheck/agreement.h"

#include "wscheck/terms.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { WINDOW_BITS_MAX = 15 };

/* Why an answer does not belong to a good offer, or NULL. A hint that is not taken is a SHOULD. */
static const char *mismatch(const struct terms *offer, const struct terms *answer,
                            enum level *level) {
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

static void fill_in(struct agreement *agreement, const struct terms *terms, const char *text,
                    const char *end) {
    agreement->agreed = true;
    agreement->server = (struct agreement_side){
        !terms->server_no_takeover, terms->has_server_bits ? terms->server_bits : WINDOW_BITS_MAX};
    agreement->client = (struct agreement_side){
        !terms->client_no_takeover, terms->has_client_bits ? terms->client_bits : WINDOW_BITS_MAX};
    snprintf(agreement->parameters, sizeof agreement->parameters, "%.*s", (int)(end - text), text);
}

__attribute__((format(printf, 4, 5))) static enum level faulty(struct answer_fault *fault,
                                                               const struct answer *answer,
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
static enum level compare(const struct offers *offers, const struct terms *taken,
                          const struct answer *answer, const char *where,
                          struct answer_fault *fault) {
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

enum level agreement_judge(const struct answer *answer, const struct request *request,
                           struct agreement *agreement, struct answer_fault *fault) {
    size_t from = 0;
    const char *text = answer_header(answer, terms_header, &from);
    struct offers offers;
    struct extension extension, another;
    struct terms terms;
    *agreement = (struct agreement){0};
    if (text == NULL) {
        return LEVEL_NONE;
    }
    if (answer_header(answer, terms_header, &from) != NULL) {
        return faulty(fault, answer, (const char *)answer->bytes + from,
                      "Sec-WebSocket-Extensions appears more than once (RFC 6455, 11.3.2)");
    }
    const char *start = text, *end = strstr(text, "\r\n");
    if (extension_next(&text, end, &extension) != EXTENSION_FOUND) {
        return faulty(fault, answer, text, "this is no list of extensions (RFC 6455, 9.1)");
    }
    offers_of_request(&offers, request);
    if (strcmp(extension.name, terms_extension) != 0 || offers.count == 0) {
        return faulty(fault, answer, extension.where,
                      "an extension that the client did not offer (RFC 6455, 4.1)");
    }
    if (!terms_read(&terms, &extension, false)) {
        return faulty(fault, answer, terms.where, "%s", terms.fault);
    }
    const char *behind = text;
    if (extension_next(&text, end, &another) != EXTENSION_END) {
        return faulty(fault, answer, behind, "a second extension, or bytes that are none");
    }
    fill_in(agreement, &terms, start, behind);
    return compare(&offers, &terms, answer, extension.where, fault);
}

bool agreement_has(const struct agreement *agreement, const char *parameter) {
    const char *text = agreement->parameters;
    struct extension extension;
    if (!agreement->agreed ||
        extension_next(&text, text + strlen(text), &extension) != EXTENSION_FOUND) {
        return false;
    }
    for (size_t i = 0; i < extension.count; i++) {
        const struct extension_parameter *each = &extension.parameters[i];
        size_t name = strlen(each->name);
        if (strncmp(each->name, parameter, name) == 0 &&
            (parameter[name] == '\0' ||
             (parameter[name] == '=' && strcmp(each->value, parameter + name + 1) == 0))) {
            return true;
        }
    }
    return false;
}

void agreement_from_text(struct agreement *agreement, const char *text) {
    const char *start = text, *end = text + strlen(text);
    struct extension extension;
    struct terms terms;
    *agreement = (struct agreement){0};
    if (extension_next(&text, end, &extension) == EXTENSION_FOUND &&
        strcmp(extension.name, terms_extension) == 0 && terms_read(&terms, &extension, false)) {
        fill_in(agreement, &terms, start, end);
    }
}

bool agreement_judge_offers(const struct answer *head, struct answer_fault *fault) {
    struct offers offers;
    offers_of_head(&offers, head);
    for (size_t i = 0; i < offers.count; i++) {
        if (offers.terms[i].fault[0] != '\0') {
            faulty(fault, head, offers.terms[i].where, "%s", offers.terms[i].fault);
            return false;
        }
    }
    return true;
}

bool agreement_answer(const struct answer *head, char *out, size_t capacity) {
    struct offers offers;
    offers_of_head(&offers, head);
    for (size_t i = 0; i < offers.count; i++) {
        const struct terms *terms = &offers.terms[i];
        char bits[40] = "";
        if (terms->fault[0] != '\0') {
            continue;
        }
        if (terms->has_server_bits) {
            snprintf(bits, sizeof bits, "; server_max_window_bits=%u", terms->server_bits);
        }
        snprintf(out, capacity, "%s%s%s", terms_extension,
                 terms->server_no_takeover ? "; server_no_context_takeover" : "", bits);
        return true;
    }
    return false;
}

bool agreement_is_offered(const struct answer *head, const char *parameter) {
    struct offers offers;
    offers_of_head(&offers, head);
    for (size_t i = 0; i < offers.count; i++) {
        const struct terms *terms = &offers.terms[i];
        if ((strcmp(parameter, terms_extension) == 0) ||
            (terms->server_no_takeover && strcmp(parameter, "server_no_context_takeover") == 0) ||
            (terms->client_no_takeover && strcmp(parameter, "client_no_context_takeover") == 0) ||
            (terms->has_server_bits && strcmp(parameter, "server_max_window_bits") == 0) ||
            (terms->has_client_bits && strcmp(parameter, "client_max_window_bits") == 0)) {
            return true;
        }
    }
    return false;
}
