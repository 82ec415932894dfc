#include "fuzz/oracle_http.h"

#include <stdlib.h>
#include <string.h>

static size_t count_of(const struct oracle_request *request, const char *name) {
    struct oracle_strings values = oracle_values(request, name);
    size_t count = values.count;
    oracle_strings_free(&values);
    return count;
}

static bool lists(const struct oracle_request *request, const char *name, const char *token) {
    struct oracle_strings elements = oracle_elements(request, name);
    bool found = false;
    for (size_t i = 0; i < elements.count; i++) {
        found = found || oracle_same_nocase(elements.item[i], token);
    }
    oracle_strings_free(&elements);
    return found;
}

bool oracle_wants_handshake(const struct oracle_request *request) {
    return lists(request, "upgrade", "websocket") || count_of(request, "sec-websocket-key") > 0 ||
           count_of(request, "sec-websocket-version") > 0 ||
           count_of(request, "sec-websocket-protocol") > 0 ||
           count_of(request, "sec-websocket-extensions") > 0;
}

static bool range_is(const struct oracle_request *request, struct oracle_range range,
                     const char *string) {
    return range.until - range.from == strlen(string) &&
           memcmp(request->bytes + range.from, string, strlen(string)) == 0;
}

/* RFC 9112, 3.2: the origin form, or the absolute form with anything for a scheme, and RFC 6455,
 * section 3: no fragment. */
static bool is_good_target(const struct oracle_request *request) {
    const char *bytes = request->bytes;
    size_t colon = request->target.from;
    for (size_t at = request->target.from; at < request->target.until; at++) {
        if (bytes[at] == '#') {
            return false;
        }
    }
    if (bytes[request->target.from] == '/') {
        return true;
    }
    while (colon < request->target.until && bytes[colon] != ':') {
        colon++;
    }
    return colon + 2 < request->target.until && bytes[colon + 1] == '/' && bytes[colon + 2] == '/';
}

/* 16 bytes in Base64: 22 digits and "==". Bits that say nothing may be anything. */
static bool is_key(const char *key) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    return strlen(key) == 24 && strspn(key, digits) == 22 && strcmp(key + 22, "==") == 0;
}

/* The one value of a header that must not be repeated, in `*value` unless there is none. */
static enum handshake_verdict only_one(const struct oracle_request *request, const char *name,
                                       enum handshake_verdict none, enum handshake_verdict several,
                                       char **value) {
    struct oracle_strings values = oracle_values(request, name);
    enum handshake_verdict verdict = values.count == 0  ? none
                                     : values.count > 1 ? several
                                                        : HANDSHAKE_ACCEPTED;
    *value = values.count > 0 ? fuzz_copy(values.item[0], strlen(values.item[0]) + 1) : NULL;
    oracle_strings_free(&values);
    return verdict;
}

static enum handshake_verdict judge_version(const struct oracle_request *request) {
    char *version;
    enum handshake_verdict verdict =
        only_one(request, "sec-websocket-version", HANDSHAKE_NO_VERSION, HANDSHAKE_REPEATED_VERSION,
                 &version);
    if (verdict == HANDSHAKE_ACCEPTED && strcmp(version, "13") != 0) {
        verdict = HANDSHAKE_BAD_VERSION;
    }
    free(version);
    return verdict;
}

static enum handshake_verdict judge_key(const struct oracle_request *request,
                                        char accept[HANDSHAKE_ACCEPT_SIZE]) {
    char *key;
    enum handshake_verdict verdict =
        only_one(request, "sec-websocket-key", HANDSHAKE_NO_KEY, HANDSHAKE_REPEATED_KEY, &key);
    if (verdict == HANDSHAKE_ACCEPTED && !is_key(key)) {
        verdict = HANDSHAKE_BAD_KEY;
    }
    if (verdict == HANDSHAKE_ACCEPTED) {
        char text[24 + 36 + 1];
        memcpy(text, key, 24);
        memcpy(text + 24, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", 37);
        oracle_sha1_base64(text, accept);
    }
    free(key);
    return verdict;
}

static enum handshake_verdict judge_origin(const struct oracle_request *request,
                                           const struct handshake_policy *policy) {
    char *origin;
    bool allowed = policy->origin_count == 0;
    enum handshake_verdict verdict =
        only_one(request, "origin", HANDSHAKE_ACCEPTED, HANDSHAKE_REPEATED_ORIGIN, &origin);
    for (size_t i = 0; origin != NULL && i < policy->origin_count; i++) {
        allowed = allowed || oracle_same_nocase(origin, policy->origins[i]);
    }
    free(origin);
    return verdict == HANDSHAKE_ACCEPTED && !allowed ? HANDSHAKE_FORBIDDEN_ORIGIN : verdict;
}

static enum handshake_verdict judge_subprotocols(const struct oracle_request *request,
                                                 const struct handshake_policy *policy,
                                                 const char **subprotocol) {
    struct oracle_strings elements = oracle_elements(request, "sec-websocket-protocol");
    bool good = elements.count > 0 || count_of(request, "sec-websocket-protocol") == 0;
    *subprotocol = NULL;
    for (size_t i = 0; i < elements.count; i++) {
        good = good && oracle_is_token(elements.item[i]);
        for (size_t j = 0; j < policy->subprotocol_count && *subprotocol == NULL; j++) {
            if (strcmp(elements.item[i], policy->subprotocols[j]) == 0) {
                *subprotocol = policy->subprotocols[j];
            }
        }
    }
    oracle_strings_free(&elements);
    return good ? HANDSHAKE_ACCEPTED : HANDSHAKE_BAD_SUBPROTOCOLS;
}

/* The first symbol of a list of extensions and what follows it: 't' for a token, 'q' for a token in
 * quotation marks, one of ",;=" for itself, '\0' at the end, '?' for anything else. */
static char next_symbol(const char **text) {
    char word[HTTP_HEAD_MAX];
    size_t length = 0;
    *text += strspn(*text, " \t");
    const char *at = *text;
    if (at[0] == '\0' || strchr(",;=", at[0]) != NULL) {
        *text += at[0] != '\0';
        return at[0];
    }
    bool quoted = at[0] == '"';
    at += quoted;
    while (at[0] != '\0' && strchr(quoted ? "\"" : ",;=\" \t", at[0]) == NULL) {
        at += quoted && at[0] == '\\' && at[1] != '\0';
        word[length++] = *at++;
    }
    word[length] = '\0';
    if (!oracle_is_token(word) || (quoted && at[0] != '"')) {
        return '?';
    }
    *text = at + quoted;
    return quoted ? 'q' : 't';
}

/* RFC 6455, 9.1: extensions with commas between them; each a token and parameters behind
 * semicolons, with or without a value. Empty elements of the list are skipped (RFC 9110, 5.6.1). */
static bool is_good_list(const char *text) {
    size_t count = 0;
    char symbol = next_symbol(&text);
    while (symbol != '\0') {
        if (symbol == 't') {
            count++;
            symbol = next_symbol(&text);
            while (symbol == ';') {
                if (next_symbol(&text) != 't') {
                    return false;
                }
                symbol = next_symbol(&text);
                if (symbol == '=') {
                    char value = next_symbol(&text);
                    if (value != 't' && value != 'q') {
                        return false;
                    }
                    symbol = next_symbol(&text);
                }
            }
        }
        if (symbol != ',' && symbol != '\0') {
            return false;
        }
        symbol = symbol == ',' ? next_symbol(&text) : symbol;
    }
    return count > 0;
}

static enum handshake_verdict judge_extensions(const struct oracle_request *request) {
    struct oracle_strings values = oracle_values(request, "sec-websocket-extensions");
    bool good = true;
    for (size_t i = 0; i < values.count; i++) {
        good = good && is_good_list(values.item[i]);
    }
    oracle_strings_free(&values);
    return good ? HANDSHAKE_ACCEPTED : HANDSHAKE_BAD_EXTENSIONS;
}

enum handshake_verdict oracle_handshake(const struct oracle_request *request,
                                        const struct handshake_policy *policy,
                                        char accept[HANDSHAKE_ACCEPT_SIZE],
                                        const char **subprotocol) {
    if (!range_is(request, request->method, "GET")) {
        return HANDSHAKE_BAD_METHOD;
    }
    if (!is_good_target(request)) {
        return HANDSHAKE_BAD_TARGET;
    }
    if (!lists(request, "upgrade", "websocket")) {
        return HANDSHAKE_NO_UPGRADE;
    }
    if (request->version == 10) {
        return HANDSHAKE_BAD_HTTP_VERSION;
    }
    if (!lists(request, "connection", "upgrade")) {
        return HANDSHAKE_NO_CONNECTION_UPGRADE;
    }
    if (oracle_has_body(request)) {
        return HANDSHAKE_HAS_BODY;
    }
    enum handshake_verdict verdict = judge_version(request);
    verdict = verdict != HANDSHAKE_ACCEPTED ? verdict : judge_key(request, accept);
    verdict = verdict != HANDSHAKE_ACCEPTED ? verdict : judge_origin(request, policy);
    if (verdict == HANDSHAKE_ACCEPTED) {
        verdict = judge_subprotocols(request, policy, subprotocol);
    }
    return verdict != HANDSHAKE_ACCEPTED ? verdict : judge_extensions(request);
}
