#include "wscheck/deflate_parameters.h"

#include "common/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SHOWN_SIZE = 90 }; /* of names and values in a fault; text_printable says if it cuts one */

const char deflate_parameters_extension[] = "permessage-deflate";
const char deflate_parameters_header[] = "Sec-WebSocket-Extensions";

/* Notes a fault of a parameter: its name, what is wrong, and the section that says so. */
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

static bool read_takeover(struct deflate_parameters *terms,
                          const struct extension_parameter *parameter, bool *present,
                          const char *section) {
    *present = true;
    return !parameter->has_value || illegal(terms, parameter, "has a value", section);
}

static bool read_bits(struct deflate_parameters *terms, const struct extension_parameter *parameter,
                      bool may_lack_value, bool *present, unsigned *bits, const char *section) {
    *present = true;
    *bits = parameter->has_value ? window_bits(parameter->value) : 0;
    if (!parameter->has_value) {
        return may_lack_value || illegal(terms, parameter, "has no value", section);
    }
    return *bits != 0 || illegal(terms, parameter, "is not 8 to 15 without leading zeros", section);
}

static bool read_parameter(struct deflate_parameters *terms,
                           const struct extension_parameter *parameter, bool is_offer) {
    struct head_text name = parameter->name;
    if (head_text_is(name, "server_no_context_takeover")) {
        return read_takeover(terms, parameter, &terms->server_no_takeover, "7.1.1.1");
    }
    if (head_text_is(name, "client_no_context_takeover")) {
        return read_takeover(terms, parameter, &terms->client_no_takeover, "7.1.1.2");
    }
    if (head_text_is(name, "server_max_window_bits")) {
        return read_bits(terms, parameter, false, &terms->has_server_bits, &terms->server_bits,
                         "7.1.2.1");
    }
    if (head_text_is(name, "client_max_window_bits")) {
        return read_bits(terms, parameter, is_offer, &terms->has_client_bits, &terms->client_bits,
                         "7.1.2.2");
    }
    return illegal(terms, parameter, "is not defined", "7.1");
}

bool deflate_parameters_read(struct deflate_parameters *terms, const struct extension *extension,
                             bool is_offer) {
    memset(terms, 0, sizeof *terms);
    for (size_t i = 0; i < extension->count; i++) {
        const struct extension_parameter *parameter = &extension->parameters[i];
        for (size_t j = 0; j < i; j++) {
            if (head_text_same(extension->parameters[j].name, parameter->name)) {
                return illegal(terms, parameter, "stands there twice", "7.1");
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
    struct head_text text = {parameter, name};
    unsigned bits = parameter[name] == '=' ? (unsigned)strtoul(parameter + name + 1, NULL, 10) : 0;
    return (terms->server_no_takeover && head_text_is(text, "server_no_context_takeover")) ||
           (terms->client_no_takeover && head_text_is(text, "client_no_context_takeover")) ||
           (terms->has_server_bits && head_text_is(text, "server_max_window_bits") &&
            (bits == 0 || bits == terms->server_bits)) ||
           (terms->has_client_bits && head_text_is(text, "client_max_window_bits") &&
            (bits == 0 || bits == terms->client_bits));
}

/* Adds the offers of one header line's value. */
static void add_offers(struct deflate_offers *offers, const char *text, const char *end) {
    struct extension extension;
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
            snprintf(terms->fault, sizeof terms->fault, "it breaks the grammar of RFC 6455, 9.1");
            terms->where = text;
        }
    }
}

void deflate_parameters_of_request(struct deflate_offers *offers, const struct request *request) {
    size_t name = strlen(deflate_parameters_header);
    offers->count = 0;
    for (size_t i = 1; i < request->count; i++) {
        const char *line = (const char *)request->lines[i].bytes;
        if (strncasecmp(line, deflate_parameters_header, name) == 0 && line[name] == ':') {
            add_offers(offers, line + name + 1, line + request->lines[i].length);
        }
    }
}

void deflate_parameters_of_head(struct deflate_offers *offers, const struct head *head) {
    struct head_text value;
    offers->count = 0;
    for (size_t at = 0; head_header(head, deflate_parameters_header, &at, &value);) {
        add_offers(offers, value.start, value.start + value.length);
    }
}
