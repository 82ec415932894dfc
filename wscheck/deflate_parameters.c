#include "wscheck/deflate_parameters.h"

#include "common/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_SIZE = 90 }; /* of names and values in a fault; text_printable shows where it cuts */

const char deflate_parameters_extension[] = "permessage-deflate";
const char deflate_parameters_header[] = "Sec-WebSocket-Extensions";

static const struct {
    const char *name, *section;
} parameters[] = {
    [SERVER_TAKEOVER] = {"server_no_context_takeover", "7.1.1.1"},
    [CLIENT_TAKEOVER] = {"client_no_context_takeover", "7.1.1.2"},
    [SERVER_BITS] = {"server_max_window_bits", "7.1.2.1"},
    [CLIENT_BITS] = {"client_max_window_bits", "7.1.2.2"},
};

/* Records a fault of a parameter: what is wrong, and the section that says so. Returns false. */
static bool illegal(struct deflate_parameters *terms, const struct extension_parameter *parameter,
                    const char *what, const char *section) {
    char name[SHOWN_SIZE], value[SHOWN_SIZE];
    snprintf(terms->fault, sizeof terms->fault, "the parameter %s%s%s %s (RFC 7692, %s)",
             text_printable(parameter->name.start, parameter->name.length, name, sizeof name),
             parameter->has_value ? "=" : "",
             text_printable(parameter->value.start, parameter->value.length, value, sizeof value),
             what, section);
    terms->where = parameter->name.start;
    return false;
}

/* A decimal number between 8 and 15 without leading zeros; 0 for anything else. */
static unsigned window_bits(struct head_text value) {
    unsigned bits = 0;
    for (size_t i = 0; i < value.length; i++) {
        i += value.start[i] == '\\';
        unsigned digit = (unsigned)(uint8_t)value.start[i] - '0';
        if (digit > 9 || (bits == 0 && digit == 0) || bits > 1) {
            return 0;
        }
        bits = 10 * bits + digit;
    }
    return bits >= 8 && bits <= 15 ? bits : 0;
}

/* The number of the parameter with this name, or -1. */
static int find(struct head_text name) {
    for (int i = SERVER_TAKEOVER; i <= CLIENT_BITS; i++) {
        if (head_text_is(name, parameters[i].name)) {
            return i;
        }
    }
    return -1;
}

static bool read_parameter(struct deflate_parameters *terms,
                           const struct extension_parameter *parameter, bool is_offer) {
    int which = find(parameter->name);
    if (which < 0) {
        return illegal(terms, parameter, "is not defined", "7.1");
    }
    const char *section = parameters[which].section;
    terms->has[which] = true;
    if (which == SERVER_TAKEOVER || which == CLIENT_TAKEOVER) {
        return !parameter->has_value || illegal(terms, parameter, "has a value", section);
    }
    if (!parameter->has_value) {
        return (which == CLIENT_BITS && is_offer) ||
               illegal(terms, parameter, "has no value", section);
    }
    terms->bits[which] = window_bits(parameter->value);
    return terms->bits[which] != 0 ||
           illegal(terms, parameter, "is not 8 to 15 without leading zeros", section);
}

bool deflate_parameters_read(struct deflate_parameters *terms, const struct extension *extension,
                             bool is_offer) {
    memset(terms, 0, sizeof *terms);
    for (size_t i = 0; i < extension->count; i++) {
        const struct extension_parameter *parameter = &extension->parameters[i];
        for (size_t j = 0; j < i; j++) {
            if (head_text_same(extension->parameters[j].name, parameter->name)) {
                return illegal(terms, parameter, "appears twice", "7.1");
            }
        }
        if (!read_parameter(terms, parameter, is_offer)) {
            return false;
        }
    }
    return true;
}

bool deflate_parameters_have(const struct deflate_parameters *terms, const char *parameter) {
    size_t name = strcspn(parameter, "=");
    int which = find((struct head_text){parameter, name});
    unsigned bits = parameter[name] == '=' ? (unsigned)strtoul(parameter + name + 1, NULL, 10) : 0;
    return which >= 0 && terms->has[which] && (bits == 0 || bits == terms->bits[which]);
}

void deflate_parameters_of_head(struct deflate_offers *offers, const struct head *head) {
    struct head_text value;
    struct extension extension;
    offers->count = 0;
    for (size_t at = 0; head_header(head, deflate_parameters_header, &at, &value);) {
        const char *text = value.start, *end = value.start + value.length;
        enum extension_verdict verdict = EXTENSION_FOUND;
        while (verdict == EXTENSION_FOUND && offers->count < DEFLATE_OFFERS_MAX) {
            verdict = extension_next(&text, end, &extension);
            if (verdict == EXTENSION_END ||
                !head_text_is(extension.name, deflate_parameters_extension)) {
                continue;
            }
            struct deflate_parameters *terms = &offers->terms[offers->count++];
            deflate_parameters_read(terms, &extension, true);
            if (verdict == EXTENSION_BAD) {
                snprintf(terms->fault, sizeof terms->fault,
                         "it breaks the grammar of RFC 6455, 9.1");
                terms->where = text;
            }
        }
    }
}
