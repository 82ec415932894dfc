#include "step07_deflate/permessage_negotiation.h"

#include "common/text.h"

static const char extension_name[] = "permessage-deflate";

/* The four parameters. */
enum { SERVER_NO_CONTEXT, CLIENT_NO_CONTEXT, SERVER_BITS, CLIENT_BITS, PARAMETER_COUNT };

static const char *const names[PARAMETER_COUNT] = {
    [SERVER_NO_CONTEXT] = "server_no_context_takeover",
    [CLIENT_NO_CONTEXT] = "client_no_context_takeover",
    [SERVER_BITS] = "server_max_window_bits",
    [CLIENT_BITS] = "client_max_window_bits",
};

/* An element of the list: an offer, or an answer. */
struct element {
    bool is_ours; /* its name is permessage-deflate */
    bool is_good; /* its parameters break no rule */
    bool given[PARAMETER_COUNT];
    unsigned bits[PARAMETER_COUNT]; /* 0: the parameter has no value */
};

/* Reads a number from 8 to 15 without leading zeros (7.1.2). Returns 0 for anything else. A quoted
 * value may have a backslash before each character. */
static unsigned read_bits(struct http_text value) {
    unsigned bits = 0, digits = 0;
    for (size_t i = 0; i < value.length; i++) {
        if (value.start[i] == '\\') {
            continue;
        }
        char digit = value.start[i];
        bool leading_zero = digits == 0 && digit == '0';
        if (!text_is_digit(digit) || leading_zero || ++digits > 2) {
            return 0;
        }
        bits = 10 * bits + (unsigned)(digit - '0');
    }
    bool in_range =
        bits >= PERMESSAGE_NEGOTIATION_BITS_MIN && bits <= PERMESSAGE_NEGOTIATION_BITS_MAX;
    return in_range ? bits : 0;
}

/* Records one parameter. Returns false if it breaks a rule: if its name is unknown or was there
 * before, if its value is missing or wrong, or if it must not have one. Only client_max_window_bits
 * may come with or without a value (7.1.2.2). */
static bool record_parameter(struct element *element, struct http_text name,
                             struct http_text value) {
    for (int i = 0; i < PARAMETER_COUNT; i++) {
        if (!http_text_is(name, names[i])) {
            continue;
        }
        bool has_value = value.start != NULL, takes_value = i == SERVER_BITS || i == CLIENT_BITS;
        bool may_lack_value = i == CLIENT_BITS || !takes_value;
        bool repeated = element->given[i];
        element->given[i] = true;
        element->bits[i] = has_value && takes_value ? read_bits(value) : 0;
        return !repeated && (has_value ? element->bits[i] != 0 : may_lack_value);
    }
    return false;
}

/* Removes the next element from the list and reads it. Returns false at the end of the list. */
static bool next_element(struct http_text *list, struct element *element) {
    struct http_text name, value;
    enum extensions_verdict verdict = extensions_next(list, &name);
    if (verdict != EXTENSIONS_ITEM) {
        return false;
    }
    *element = (struct element){.is_ours = http_text_is(name, extension_name), .is_good = true};
    while ((verdict = extensions_parameter(list, &name, &value)) == EXTENSIONS_ITEM) {
        element->is_good = record_parameter(element, name, value) && element->is_good;
    }
    element->is_good = element->is_good && verdict == EXTENSIONS_END;
    return verdict == EXTENSIONS_END;
}

static void add_flag(struct text_builder *text, int parameter, bool wanted) {
    if (wanted) {
        text_add(text, "; ");
        text_add(text, names[parameter]);
    }
}

static void add_bits(struct text_builder *text, int parameter, unsigned bits) {
    add_flag(text, parameter, true);
    text_add(text, "=");
    text_add_number(text, bits, 1);
}

/* The parameters that both sides agree on if the server accepts the offer. Without
 * client_max_window_bits in the offer a server cannot limit the client's window, and has to expect
 * the largest (7.1.2.2). */
static struct permessage_parameters combine(const struct element *offer,
                                            const struct permessage_parameters *config) {
    struct permessage_parameters agreed = *config;
    agreed.server_no_context_takeover |= offer->given[SERVER_NO_CONTEXT];
    agreed.client_no_context_takeover |= offer->given[CLIENT_NO_CONTEXT];
    unsigned server_bits = offer->bits[SERVER_BITS], client_bits = offer->bits[CLIENT_BITS];
    if (server_bits != 0 && server_bits < config->server_max_window_bits) {
        agreed.server_max_window_bits = server_bits;
    }
    if (!offer->given[CLIENT_BITS]) {
        agreed.client_max_window_bits = PERMESSAGE_NEGOTIATION_BITS_MAX;
    } else if (client_bits != 0 && client_bits < config->client_max_window_bits) {
        agreed.client_max_window_bits = client_bits;
    }
    return agreed;
}

bool permessage_negotiation_choose(struct http_text offers,
                                   const struct permessage_parameters *config,
                                   struct permessage_parameters *agreed,
                                   char answer[PERMESSAGE_NEGOTIATION_TEXT_MAX]) {
    struct element offer;
    while (next_element(&offers, &offer)) {
        if (!offer.is_ours || !offer.is_good) {
            continue;
        }
        struct text_builder text;
        *agreed = combine(&offer, config);
        bool server_limited = agreed->server_max_window_bits < PERMESSAGE_NEGOTIATION_BITS_MAX;
        text_begin(&text, answer, PERMESSAGE_NEGOTIATION_TEXT_MAX);
        text_add(&text, extension_name);
        add_flag(&text, SERVER_NO_CONTEXT, agreed->server_no_context_takeover);
        add_flag(&text, CLIENT_NO_CONTEXT, agreed->client_no_context_takeover);
        if (offer.given[SERVER_BITS] || server_limited) {
            add_bits(&text, SERVER_BITS, agreed->server_max_window_bits);
        }
        if (agreed->client_max_window_bits < PERMESSAGE_NEGOTIATION_BITS_MAX) {
            add_bits(&text, CLIENT_BITS, agreed->client_max_window_bits);
        }
        return true;
    }
    return false;
}

void permessage_negotiation_offer(const struct permessage_parameters *config,
                                  char offer[PERMESSAGE_NEGOTIATION_TEXT_MAX]) {
    struct text_builder text;
    text_begin(&text, offer, PERMESSAGE_NEGOTIATION_TEXT_MAX);
    text_add(&text, extension_name);
    add_flag(&text, SERVER_NO_CONTEXT, config->server_no_context_takeover);
    add_flag(&text, CLIENT_NO_CONTEXT, config->client_no_context_takeover);
    if (config->server_max_window_bits < PERMESSAGE_NEGOTIATION_BITS_MAX) {
        add_bits(&text, SERVER_BITS, config->server_max_window_bits);
    }
    if (config->client_max_window_bits < PERMESSAGE_NEGOTIATION_BITS_MAX) {
        add_bits(&text, CLIENT_BITS, config->client_max_window_bits);
    } else {
        add_flag(&text, CLIENT_BITS, true); /* the server may set a limit */
    }
}

bool permessage_negotiation_accept(struct http_text answer,
                                   const struct permessage_parameters *config,
                                   struct permessage_parameters *agreed) {
    struct element element, another;
    if (!extensions_valid(answer) || !next_element(&answer, &element) || !element.is_ours ||
        !element.is_good || next_element(&answer, &another)) {
        return false;
    }
    bool keeps_context = config->server_no_context_takeover && !element.given[SERVER_NO_CONTEXT];
    bool exceeds_limit =
        config->server_max_window_bits < PERMESSAGE_NEGOTIATION_BITS_MAX &&
        (!element.given[SERVER_BITS] || element.bits[SERVER_BITS] > config->server_max_window_bits);
    bool bad_client_limit =
        element.given[CLIENT_BITS] && (element.bits[CLIENT_BITS] == 0 ||
                                       element.bits[CLIENT_BITS] > config->client_max_window_bits);
    *agreed = combine(&element, config);
    if (!element.given[CLIENT_BITS]) {
        agreed->client_max_window_bits = config->client_max_window_bits;
    }
    if (!element.given[SERVER_BITS]) {
        agreed->server_max_window_bits = PERMESSAGE_NEGOTIATION_BITS_MAX;
    }
    return !keeps_context && !exceeds_limit && !bad_client_limit;
}
