#include "wscheck/deflate_parameters.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

const char deflate_parameters_extension[] = "permessage-deflate";
const char deflate_parameters_header[] = "Sec-WebSocket-Extensions";

__attribute__((format(printf, 3, 4))) static bool
illegal(struct deflate_parameters *terms, const char *where, const char *format, ...) {
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

static bool read_takeover(struct deflate_parameters *terms,
                          const struct extension_parameter *parameter, bool *present) {
    *present = true;
    return !parameter->has_value ||
           illegal(terms, parameter->where, "%s has a value (RFC 7692, 7.1.1.%d)", parameter->name,
                   parameter->name[0] == 's' ? 1 : 2);
}

static bool read_bits(struct deflate_parameters *terms, const struct extension_parameter *parameter,
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

static bool read_parameter(struct deflate_parameters *terms,
                           const struct extension_parameter *parameter, bool is_offer) {
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

bool deflate_parameters_read(struct deflate_parameters *terms, const struct extension *extension,
                             bool is_offer) {
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

/* Adds the offers of one header line's value. */
static void add_offers(struct deflate_offers *offers, const char *text, const char *end) {
    struct extension extension;
    enum extension_verdict verdict = EXTENSION_FOUND;
    while (verdict == EXTENSION_FOUND && offers->count < DEFLATE_OFFERS_MAX) {
        verdict = extension_next(&text, end, &extension);
        if (verdict == EXTENSION_END || strcmp(extension.name, deflate_parameters_extension) != 0) {
            continue;
        }
        struct deflate_parameters *terms = &offers->terms[offers->count++];
        deflate_parameters_read(terms, &extension, true);
        if (verdict == EXTENSION_BAD) {
            illegal(terms, text, "it breaks the grammar of RFC 6455, 9.1");
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
