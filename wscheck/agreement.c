#include "wscheck/agreement.h"

#include "wscheck/extension.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char own_name[] = "permessage-deflate";
static const char header[] = "Sec-WebSocket-Extensions";

enum { WINDOW_BITS_MAX = 15, OFFERS_MAX = 16, WHAT_SIZE = 200 };

/* The parameters of one offer or answer. */
struct terms {
    bool server_no_takeover, client_no_takeover;
    bool has_server_bits, has_client_bits;
    unsigned server_bits, client_bits; /* 0: without a value */
    char fault[WHAT_SIZE];             /* why they are illegal; or "" */
    const char *where;                 /* in the text */
};

__attribute__((format(printf, 3, 4))) static bool illegal(struct terms *terms, const char *where,
                                                          const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(terms->fault, sizeof terms->fault, format, arguments);
    va_end(arguments);
    terms->where = where;
    return false;
}

/* A decimal number between 8 and 15 without leading zeros; 0 for anything else. */
static unsigned window_bits(const char *value) {
    static const char *const values[] = {"8", "9", "10", "11", "12", "13", "14", "15"};
    for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++) {
        if (strcmp(value, values[i]) == 0) {
            return 8 + i;
        }
    }
    return 0;
}

static bool read_takeover(struct terms *terms, const struct extension_parameter *parameter,
                          bool *present) {
    *present = true;
    return !parameter->has_value ||
           illegal(terms, parameter->where, "%s has a value (RFC 7692, 7.1.1.%d)", parameter->name,
                   parameter->name[0] == 's' ? 1 : 2);
}

static bool read_bits(struct terms *terms, const struct extension_parameter *parameter,
                      bool may_lack_value, bool *present, unsigned *bits) {
    int section = parameter->name[0] == 's' ? 1 : 2;
    *present = true;
    *bits = parameter->has_value ? window_bits(parameter->value) : 0;
    if (!parameter->has_value) {
        return may_lack_value ||
               illegal(terms, parameter->where, "%s has no value (RFC 7692, 7.1.2.%d)",
                       parameter->name, section);
    }
    return *bits != 0 || illegal(terms, parameter->where,
                                 "%s=%s is not 8 to 15 without leading zeros (RFC 7692, 7.1.2.%d)",
                                 parameter->name, parameter->value, section);
}

static bool read_parameter(struct terms *terms, const struct extension_parameter *parameter,
                           bool is_offer) {
    const char *name = parameter->name;
    if (strcmp(name, "server_no_context_takeover") == 0) {
        return read_takeover(terms, parameter, &terms->server_no_takeover);
    }
    if (strcmp(name, "client_no_context_takeover") == 0) {
        return read_takeover(terms, parameter, &terms->client_no_takeover);
    }
    if (strcmp(name, "server_max_window_bits") == 0) {
        return read_bits(terms, parameter, false, &terms->has_server_bits, &terms->server_bits);
    }
    if (strcmp(name, "client_max_window_bits") == 0) {
        return read_bits(terms, parameter, is_offer, &terms->has_client_bits, &terms->client_bits);
    }
    return illegal(terms, parameter->where, "the parameter %s is not defined (RFC 7692, 7.1)",
                   name);
}

/* Reads the parameters of one element. Returns whether they are legal. */
static bool read_terms(struct terms *terms, const struct extension *extension, bool is_offer) {
    memset(terms, 0, sizeof *terms);
    for (size_t i = 0; i < extension->count; i++) {
        const struct extension_parameter *parameter = &extension->parameters[i];
        for (size_t j = 0; j < i; j++) {
            if (strcmp(extension->parameters[j].name, parameter->name) == 0) {
                return illegal(terms, parameter->where, "%s stands there twice (RFC 7692, 7.1)",
                               parameter->name);
            }
        }
        if (!read_parameter(terms, parameter, is_offer)) {
            return false;
        }
    }
    return true;
}

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

/* What the request has offered. */
struct offers {
    struct terms terms[OFFERS_MAX]; /* of its offers of permessage-deflate */
    size_t count;
};

static void read_offers(struct offers *offers, const struct request *request) {
    offers->count = 0;
    for (size_t i = 1; i < request->count; i++) {
        const char *line = (const char *)request->lines[i].bytes;
        const char *end = line + request->lines[i].length;
        if (strncasecmp(line, header, strlen(header)) != 0 || line[strlen(header)] != ':') {
            continue;
        }
        struct extension extension;
        const char *text = line + strlen(header) + 1;
        enum extension_verdict verdict;
        while ((verdict = extension_next(&text, end, &extension)) != EXTENSION_END &&
               offers->count < OFFERS_MAX) {
            if (strcmp(extension.name, own_name) == 0) {
                read_terms(&offers->terms[offers->count], &extension, true);
                if (verdict == EXTENSION_BAD) {
                    illegal(&offers->terms[offers->count], text,
                            "it breaks the grammar of RFC 6455, 9.1");
                }
                offers->count++;
            }
            if (verdict == EXTENSION_BAD) {
                break;
            }
        }
    }
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
    const char *text = answer_header(answer, header, &from);
    struct offers offers;
    struct extension extension, another;
    struct terms terms;
    *agreement = (struct agreement){0};
    if (text == NULL) {
        return LEVEL_NONE;
    }
    if (answer_header(answer, header, &from) != NULL) {
        return faulty(fault, answer, (const char *)answer->bytes + from,
                      "Sec-WebSocket-Extensions appears more than once (RFC 6455, 11.3.2)");
    }
    const char *start = text, *end = strstr(text, "\r\n");
    if (extension_next(&text, end, &extension) != EXTENSION_FOUND) {
        return faulty(fault, answer, text, "this is no list of extensions (RFC 6455, 9.1)");
    }
    read_offers(&offers, request);
    if (strcmp(extension.name, own_name) != 0 || offers.count == 0) {
        return faulty(fault, answer, extension.where,
                      "an extension that the client did not offer (RFC 6455, 4.1)");
    }
    if (!read_terms(&terms, &extension, false)) {
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
        strcmp(extension.name, own_name) == 0 && read_terms(&terms, &extension, false)) {
        fill_in(agreement, &terms, start, end);
    }
}
