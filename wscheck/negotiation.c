#include "wscheck/negotiation.h"

#include <stdio.h>
#include <string.h>

enum { WINDOW_BITS_MAX = 15 };

/* Why an answer does not fit a legal offer, or NULL. An answer that ignores the hint of the offer
 * about the client's window only falls short of a SHOULD. */
static const char *mismatch(const struct deflate_parameters *offer,
                            const struct deflate_parameters *answer, enum level *level) {
    *level = LEVEL_MUST;
    if (offer->has[SERVER_TAKEOVER] && !answer->has[SERVER_TAKEOVER]) {
        return "server_no_context_takeover was offered and is not answered (RFC 7692, 7.1.1.1)";
    }
    if (offer->has[SERVER_BITS] && !answer->has[SERVER_BITS]) {
        return "server_max_window_bits was offered and is not answered (RFC 7692, 7.1.2.1)";
    }
    if (offer->has[SERVER_BITS] && answer->bits[SERVER_BITS] > offer->bits[SERVER_BITS]) {
        return "server_max_window_bits is more than what was offered (RFC 7692, 7.1.2.1)";
    }
    if (answer->has[CLIENT_BITS] && !offer->has[CLIENT_BITS]) {
        return "client_max_window_bits was not offered (RFC 7692, 7.1.2.2)";
    }
    *level = LEVEL_SHOULD;
    if (answer->has[CLIENT_BITS] && offer->bits[CLIENT_BITS] != 0 &&
        answer->bits[CLIENT_BITS] > offer->bits[CLIENT_BITS]) {
        return "client_max_window_bits is more than what was offered (RFC 7692, 7.1.2.2)";
    }
    *level = LEVEL_NONE;
    return NULL;
}

static struct negotiation_side side_of(const struct deflate_parameters *terms,
                                       enum deflate_parameter takeover,
                                       enum deflate_parameter bits) {
    return (struct negotiation_side){!terms->has[takeover],
                                     terms->has[bits] ? terms->bits[bits] : WINDOW_BITS_MAX};
}

static void fill_in(struct negotiation *agreement, const struct deflate_parameters *terms) {
    agreement->agreed = true;
    agreement->server = side_of(terms, SERVER_TAKEOVER, SERVER_BITS);
    agreement->client = side_of(terms, CLIENT_TAKEOVER, CLIENT_BITS);
    agreement->terms = *terms;
}

static enum level faulty(struct head_fault *fault, const struct head *answer, const char *where,
                         const char *what) {
    head_set_fault(fault, answer, where, what);
    return LEVEL_MUST;
}

/* A legal answer has to fit one of the legal offers. */
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
    char declined[2 * DEFLATE_FAULT_SIZE];
    snprintf(declined, sizeof declined, "it accepts what must be declined: in the offer %s",
             offers->terms[0].fault);
    head_set_fault(fault, answer, where, what != NULL ? what : declined);
    return least;
}

enum level negotiation_judge(const struct head *answer, const struct head *request,
                             struct negotiation *agreement, struct head_fault *fault) {
    size_t at = 0;
    struct head_text value, second;
    struct deflate_offers offers;
    struct extension extension, another;
    struct deflate_parameters terms;
    *agreement = (struct negotiation){0};
    if (!head_header(answer, deflate_parameters_header, &at, &value)) {
        return LEVEL_NONE;
    }
    if (head_header(answer, deflate_parameters_header, &at, &second)) {
        return faulty(fault, answer, second.start,
                      "Sec-WebSocket-Extensions appears more than once (RFC 6455, 11.3.2)");
    }
    const char *text = value.start, *end = value.start + value.length;
    if (extension_next(&text, end, &extension) != EXTENSION_FOUND) {
        return faulty(fault, answer, text, "this is no list of extensions (RFC 6455, 9.1)");
    }
    deflate_parameters_of_head(&offers, request);
    if (!head_text_is(extension.name, deflate_parameters_extension) || offers.count == 0) {
        return faulty(fault, answer, extension.name.start,
                      "an extension that the client did not offer (RFC 6455, 4.1)");
    }
    if (!deflate_parameters_read(&terms, &extension, false)) {
        return faulty(fault, answer, terms.where, terms.fault);
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
            return head_set_fault(fault, head, offers.terms[i].where, offers.terms[i].fault);
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
        if (terms->has[SERVER_BITS]) {
            snprintf(bits, sizeof bits, "; server_max_window_bits=%u", terms->bits[SERVER_BITS]);
        }
        snprintf(out, capacity, "%s%s%s", deflate_parameters_extension,
                 terms->has[SERVER_TAKEOVER] ? "; server_no_context_takeover" : "", bits);
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
