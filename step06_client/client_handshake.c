#include "step06_client/client_handshake.h"

#include "common/base64.h"
#include "common/text.h"
#include "step02_http/http_request.h"

#include <string.h>

void client_handshake_key(const uint8_t random[CLIENT_HANDSHAKE_KEY_BYTES],
                          char key[CLIENT_HANDSHAKE_KEY_SIZE]) {
    base64_encode(random, CLIENT_HANDSHAKE_KEY_BYTES, key);
}

static struct http_text text_of(const char *string) {
    return (struct http_text){string, strlen(string)};
}

/* Whether a header line is a Host, which then replaces the host of the URL: a client that connects
 * to a tunnel names the server at its other end. */
static bool is_host(const char *line) {
    return http_text_is_nocase((struct http_text){line, strcspn(line, ":")}, "Host");
}

/* Whether the user must not give this header: either this module writes it, and it may stand in a
 * request once, or it announces a body, which the request does not have. */
static bool is_reserved(struct http_text name) {
    static const char *const reserved[] = {"Upgrade",
                                           "Connection",
                                           "Origin",
                                           "Sec-WebSocket-Key",
                                           "Sec-WebSocket-Version",
                                           "Content-Length",
                                           "Sec-WebSocket-Protocol",
                                           "Sec-WebSocket-Extensions",
                                           "Transfer-Encoding"};
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        if (http_text_is_nocase(name, reserved[i])) {
            return true;
        }
    }
    return false;
}

/* Whether a header may have this value, that is, whether it has no control characters but tabs. */
static bool is_value(const char *value) {
    for (; *value != '\0'; value++) {
        unsigned char character = (unsigned char)*value;
        if ((character < ' ' && character != '\t') || character == 0x7f) {
            return false;
        }
    }
    return true;
}

static const char *header_problem(const char *line) {
    const char *colon = strchr(line, ':');
    if (colon == NULL || !http_is_token((struct http_text){line, (size_t)(colon - line)}) ||
        !is_value(colon + 1)) {
        return "--header needs a name, a colon and a value, as in 'Authorization: Basic YTpi'";
    }
    return is_reserved((struct http_text){line, (size_t)(colon - line)})
               ? "--header must not be one of the handshake's own headers; for Origin and "
                 "Sec-WebSocket-Protocol there are --origin and --subprotocol"
               : NULL;
}

const char *client_offer_problem(const struct client_offer *offer) {
    const char *problem = NULL;
    size_t hosts = 0;
    for (size_t i = 0; i < offer->subprotocols.count; i++) {
        const char *name = offer->subprotocols.item[i];
        if (!http_is_token(text_of(name))) {
            problem = "--subprotocol needs a token such as chat.v2";
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(name, offer->subprotocols.item[j]) == 0) {
                problem = "each --subprotocol can be offered once (4.1)";
            }
        }
    }
    for (size_t i = 0; i < offer->headers.count && problem == NULL; i++) {
        const char *line = offer->headers.item[i];
        problem = header_problem(line);
        if (problem == NULL && is_host(line)) {
            const char *value = strchr(line, ':') + 1;
            value += strspn(value, " \t");
            if (++hosts > 1 || value[0] == '\0' || !http_is_host(text_of(value))) {
                problem = "--header 'Host: ...' needs one host, as in 'Host: example.com:8000'";
            }
        }
    }
    if (offer->origin != NULL && (offer->origin[0] == '\0' || !is_value(offer->origin))) {
        problem = "--origin needs an origin such as https://example.com";
    }
    return problem;
}

static void add_line(struct text_builder *request, const char *name, const char *value) {
    text_add(request, name);
    text_add(request, value);
    text_add(request, "\r\n");
}

size_t client_handshake_request(const struct url *url, const struct client_offer *offer,
                                const char *key, char out[CLIENT_HANDSHAKE_REQUEST_MAX]) {
    struct text_builder request;
    const char *host = NULL;
    text_begin(&request, out, CLIENT_HANDSHAKE_REQUEST_MAX);
    for (size_t i = 0; i < offer->headers.count; i++) {
        host = is_host(offer->headers.item[i]) ? offer->headers.item[i] : host;
    }
    text_add(&request, "GET ");
    text_add(&request, url->resource);
    text_add(&request, " HTTP/1.1\r\n");
    add_line(&request, host != NULL ? host : "Host: ", host != NULL ? "" : url->authority);
    text_add(&request,
             "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n");
    add_line(&request, "Sec-WebSocket-Key: ", key);
    for (size_t i = 0; i < offer->subprotocols.count; i++) {
        text_add(&request, i == 0 ? "Sec-WebSocket-Protocol: " : ", ");
        text_add(&request, offer->subprotocols.item[i]);
    }
    text_add(&request, offer->subprotocols.count > 0 ? "\r\n" : "");
    if (offer->origin != NULL) {
        add_line(&request, "Origin: ", offer->origin);
    }
    if (offer->extension != NULL) {
        add_line(&request, "Sec-WebSocket-Extensions: ", offer->extension->offer);
    }
    for (size_t i = 0; i < offer->headers.count; i++) {
        if (offer->headers.item[i] != host) {
            add_line(&request, offer->headers.item[i], "");
        }
    }
    text_add(&request, "\r\n");
    return request.fits ? request.length : 0;
}

/* Finds the value of a header that must appear once. Returns CLIENT_HANDSHAKE_OPEN, or `missing` if
 * there is none, or `repeated` if there are more. */
static enum client_handshake_verdict find_once(const struct client_response *answer,
                                               const char *name,
                                               enum client_handshake_verdict missing,
                                               enum client_handshake_verdict repeated,
                                               struct http_text *value) {
    size_t from = 0;
    struct http_text another;
    if (!http_header_next(&answer->head, name, &from, value)) {
        return missing;
    }
    return http_header_next(&answer->head, name, &from, &another) ? repeated
                                                                  : CLIENT_HANDSHAKE_OPEN;
}

/* The only value of Upgrade is websocket; Connection may list more than Upgrade (4.1, items 2 and
 * 3). */
static enum client_handshake_verdict check_upgrade(const struct client_response *answer) {
    struct http_text value;
    enum client_handshake_verdict verdict = find_once(
        answer, "Upgrade", CLIENT_HANDSHAKE_NO_UPGRADE, CLIENT_HANDSHAKE_NO_UPGRADE, &value);
    if (verdict != CLIENT_HANDSHAKE_OPEN || !http_text_is_nocase(value, "websocket")) {
        return CLIENT_HANDSHAKE_NO_UPGRADE;
    }
    return http_header_lists(&answer->head, "Connection", "upgrade")
               ? CLIENT_HANDSHAKE_OPEN
               : CLIENT_HANDSHAKE_NO_CONNECTION;
}

static enum client_handshake_verdict check_accept(const struct client_response *answer,
                                                  const char *key) {
    char expected[HANDSHAKE_ACCEPT_SIZE];
    struct http_text value;
    enum client_handshake_verdict verdict =
        find_once(answer, "Sec-WebSocket-Accept", CLIENT_HANDSHAKE_NO_ACCEPT,
                  CLIENT_HANDSHAKE_REPEATED_ACCEPT, &value);
    handshake_accept(text_of(key), expected);
    if (verdict == CLIENT_HANDSHAKE_OPEN && !http_text_is(value, expected)) {
        return CLIENT_HANDSHAKE_WRONG_ACCEPT; /* base64 tells upper from lower case */
    }
    return verdict;
}

/* Without an offer the server must not list an extension (4.1, item 5). The offered one fits into
 * one header; a second header could only repeat it. */
static enum client_handshake_verdict check_extensions(const struct client_response *answer,
                                                      const struct client_offer *offer,
                                                      struct http_text *extension) {
    size_t from = 0;
    struct http_text list;
    *extension = (struct http_text){NULL, 0};
    while (http_header_next(&answer->head, "Sec-WebSocket-Extensions", &from, &list)) {
        struct http_text rest = list, element;
        if (!http_list_next(&rest, &element)) {
            continue;
        }
        if (offer->extension == NULL || extension->length > 0) {
            return CLIENT_HANDSHAKE_EXTENSION;
        }
        if (!offer->extension->accept(offer->extension->context, list)) {
            return CLIENT_HANDSHAKE_BAD_EXTENSION;
        }
        *extension = list;
    }
    return CLIENT_HANDSHAKE_OPEN;
}

/* The server may choose one of the offered subprotocols, or none (4.1, item 6). */
static enum client_handshake_verdict check_subprotocol(const struct client_response *answer,
                                                       const struct client_offer *offer,
                                                       const char **subprotocol) {
    if (http_header_count(&answer->head, "Sec-WebSocket-Protocol") == 0) {
        return CLIENT_HANDSHAKE_OPEN;
    }
    struct http_text value;
    enum client_handshake_verdict verdict =
        find_once(answer, "Sec-WebSocket-Protocol", CLIENT_HANDSHAKE_SUBPROTOCOL,
                  CLIENT_HANDSHAKE_REPEATED_SUBPROTOCOL, &value);
    for (size_t i = 0; i < offer->subprotocols.count && verdict == CLIENT_HANDSHAKE_OPEN; i++) {
        if (http_text_is(value, offer->subprotocols.item[i])) {
            *subprotocol = offer->subprotocols.item[i];
        }
    }
    return verdict == CLIENT_HANDSHAKE_OPEN && *subprotocol == NULL ? CLIENT_HANDSHAKE_SUBPROTOCOL
                                                                    : verdict;
}

enum client_handshake_verdict client_handshake_check(const struct client_response *answer,
                                                     const struct client_offer *offer,
                                                     const char *key, const char **subprotocol,
                                                     struct http_text *extension) {
    *subprotocol = NULL;
    if (answer->status != 101) {
        return CLIENT_HANDSHAKE_REFUSED;
    }
    if (answer->head.version < 11) {
        return CLIENT_HANDSHAKE_OLD_HTTP;
    }
    enum client_handshake_verdict verdict = check_upgrade(answer);
    if (verdict == CLIENT_HANDSHAKE_OPEN) {
        verdict = check_accept(answer, key);
    }
    if (verdict == CLIENT_HANDSHAKE_OPEN) {
        verdict = check_extensions(answer, offer, extension);
    }
    return verdict == CLIENT_HANDSHAKE_OPEN ? check_subprotocol(answer, offer, subprotocol)
                                            : verdict;
}

const char *client_handshake_sentence(enum client_handshake_verdict verdict) {
    static const char *const sentences[] = {
        [CLIENT_HANDSHAKE_OPEN] = "the connection is open",
        [CLIENT_HANDSHAKE_REFUSED] = "the server did not agree to the upgrade",
        [CLIENT_HANDSHAKE_OLD_HTTP] = "the answer is HTTP/1.0, which has no upgrade",
        [CLIENT_HANDSHAKE_NO_UPGRADE] = "the answer has no header 'Upgrade: websocket', or more "
                                        "than that (4.1)",
        [CLIENT_HANDSHAKE_NO_CONNECTION] = "the answer has no header Connection with Upgrade (4.1)",
        [CLIENT_HANDSHAKE_NO_ACCEPT] = "the answer has no Sec-WebSocket-Accept (4.1)",
        [CLIENT_HANDSHAKE_REPEATED_ACCEPT] = "the answer has more than one Sec-WebSocket-Accept "
                                             "(11.3.3)",
        [CLIENT_HANDSHAKE_WRONG_ACCEPT] = "Sec-WebSocket-Accept does not fit the key: whoever "
                                          "answered did not read this request (4.1)",
        [CLIENT_HANDSHAKE_EXTENSION] = "the server uses an extension that was not offered (4.1)",
        [CLIENT_HANDSHAKE_BAD_EXTENSION] = "the server does not use the extension as it was "
                                           "offered (4.1)",
        [CLIENT_HANDSHAKE_REPEATED_SUBPROTOCOL] = "the answer has more than one "
                                                  "Sec-WebSocket-Protocol (11.3.4)",
        [CLIENT_HANDSHAKE_SUBPROTOCOL] = "the server speaks a subprotocol that was not offered "
                                         "(4.1)",
    };
    return sentences[verdict];
}
