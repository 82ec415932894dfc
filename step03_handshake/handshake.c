#include "step03_handshake/handshake.h"

#include "common/base64.h"
#include "common/sha1.h"
#include "step02_http/http_request.h"
#include "step03_handshake/origin.h"

#include <string.h>

/* The RFC defines it (section 1.3); no other protocol would use it by accident. */
static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

enum { KEY_BYTES = 16 };

void handshake_accept(struct http_text key, char accept[HANDSHAKE_ACCEPT_SIZE]) {
    struct sha1 sha1;
    uint8_t digest[SHA1_DIGEST_SIZE];
    sha1_init(&sha1);
    sha1_update(&sha1, key.start, key.length); /* the text of the key, not what it decodes to */
    sha1_update(&sha1, guid, strlen(guid));
    sha1_final(&sha1, digest);
    base64_encode(digest, sizeof digest, accept); /* the 20 bytes, not their hexadecimal digits */
}

bool handshake_is_wanted(const struct http_request *request) {
    static const char *const client_headers[] = {"Sec-WebSocket-Key", "Sec-WebSocket-Version",
                                                 "Sec-WebSocket-Protocol",
                                                 "Sec-WebSocket-Extensions"};
    bool wanted = http_header_lists(&request->head, "Upgrade", "websocket");
    for (size_t i = 0; i < sizeof client_headers / sizeof client_headers[0]; i++) {
        wanted = wanted || http_header_count(&request->head, client_headers[i]) > 0;
    }
    return wanted;
}

static bool is_key(struct http_text value) {
    uint8_t bytes[KEY_BYTES];
    size_t count;
    enum base64_verdict verdict =
        base64_decode(value.start, value.length, bytes, sizeof bytes, &count);
    /* Stray bits are accepted: the example key of RFC 6455, 4.1, "AQIDBAUGBwgJCgsMDQ4PEC==", has
     * some, and so do the keys of clients that put random characters together. */
    return (verdict == BASE64_OK || verdict == BASE64_STRAY_BITS) && count == KEY_BYTES;
}

static enum handshake_verdict check_key(const struct http_request *request,
                                        struct handshake *handshake) {
    size_t from = 0;
    struct http_text key, another;
    if (!http_header_next(&request->head, "Sec-WebSocket-Key", &from, &key)) {
        return HANDSHAKE_NO_KEY;
    }
    if (http_header_next(&request->head, "Sec-WebSocket-Key", &from, &another)) {
        return HANDSHAKE_REPEATED_KEY;
    }
    if (!is_key(key)) {
        return HANDSHAKE_BAD_KEY;
    }
    handshake_accept(key, handshake->accept);
    return HANDSHAKE_ACCEPTED;
}

static enum handshake_verdict check_version(const struct http_request *request) {
    size_t from = 0;
    struct http_text version, another;
    if (!http_header_next(&request->head, "Sec-WebSocket-Version", &from, &version)) {
        return HANDSHAKE_NO_VERSION;
    }
    if (http_header_next(&request->head, "Sec-WebSocket-Version", &from, &another)) {
        return HANDSHAKE_REPEATED_VERSION;
    }
    return http_text_is(version, "13") ? HANDSHAKE_ACCEPTED : HANDSHAKE_BAD_VERSION;
}

/* Picks the first subprotocol of the client's list that the server speaks, since the client lists
 * them in the order of its preference (4.1). */
static enum handshake_verdict choose_subprotocol(const struct http_request *request,
                                                 const struct handshake_policy *policy,
                                                 struct handshake *handshake) {
    size_t from = 0, listed = 0;
    struct http_text list, element;
    while (http_header_next(&request->head, "Sec-WebSocket-Protocol", &from, &list)) {
        while (http_list_next(&list, &element)) {
            listed++;
            if (!http_is_token(element)) {
                return HANDSHAKE_BAD_SUBPROTOCOLS;
            }
            for (size_t i = 0; i < policy->subprotocol_count; i++) {
                if (handshake->subprotocol == NULL &&
                    http_text_is(element, policy->subprotocols[i])) {
                    handshake->subprotocol = policy->subprotocols[i];
                }
            }
        }
    }
    /* If the header is there, it must list at least one (4.3). */
    return listed == 0 && http_header_count(&request->head, "Sec-WebSocket-Protocol") > 0
               ? HANDSHAKE_BAD_SUBPROTOCOLS
               : HANDSHAKE_ACCEPTED;
}

/* The chooser is asked about each list until it accepts an extension. */
static enum handshake_verdict check_extensions(const struct http_request *request,
                                               const struct handshake_policy *policy,
                                               struct handshake *handshake) {
    size_t from = 0;
    struct http_text list;
    const struct extensions_chooser *chooser = &policy->chooser;
    while (http_header_next(&request->head, "Sec-WebSocket-Extensions", &from, &list)) {
        if (!extensions_valid(list)) {
            return HANDSHAKE_BAD_EXTENSIONS;
        }
        if (chooser->choose != NULL && handshake->extension == NULL) {
            handshake->extension = chooser->choose(chooser->context, list);
        }
    }
    return HANDSHAKE_ACCEPTED;
}

enum handshake_verdict handshake_check(const struct http_request *request,
                                       const struct handshake_policy *policy,
                                       struct handshake *handshake) {
    handshake->subprotocol = NULL;
    handshake->extension = NULL;
    if (!http_text_is(request->method, "GET")) {
        return HANDSHAKE_BAD_METHOD;
    }
    struct http_text path = http_request_path(request);
    bool has_fragment = memchr(request->target.start, '#', request->target.length) != NULL;
    if (path.length == 0 || path.start[0] != '/' || has_fragment) {
        return HANDSHAKE_BAD_TARGET;
    }
    if (!http_header_lists(&request->head, "Upgrade", "websocket")) {
        return HANDSHAKE_NO_UPGRADE;
    }
    if (request->head.version < 11) {
        return HANDSHAKE_BAD_HTTP_VERSION;
    }
    if (!http_header_lists(&request->head, "Connection", "upgrade")) {
        return HANDSHAKE_NO_CONNECTION_UPGRADE;
    }
    if (http_request_has_body(request)) {
        return HANDSHAKE_HAS_BODY;
    }
    enum handshake_verdict verdict = check_version(request);
    if (verdict == HANDSHAKE_ACCEPTED) {
        verdict = check_key(request, handshake);
    }
    if (verdict == HANDSHAKE_ACCEPTED) {
        static const enum handshake_verdict verdicts[] = {
            [ORIGIN_ALLOWED] = HANDSHAKE_ACCEPTED,
            [ORIGIN_FORBIDDEN] = HANDSHAKE_FORBIDDEN_ORIGIN,
            [ORIGIN_REPEATED] = HANDSHAKE_REPEATED_ORIGIN,
        };
        verdict = verdicts[origin_check(&request->head, policy->origins, policy->origin_count)];
    }
    if (verdict == HANDSHAKE_ACCEPTED) {
        verdict = choose_subprotocol(request, policy, handshake);
    }
    return verdict == HANDSHAKE_ACCEPTED ? check_extensions(request, policy, handshake) : verdict;
}

struct verdict_text {
    int status;
    const char *sentence;
};

static const struct verdict_text verdict_texts[] = {
    [HANDSHAKE_ACCEPTED] = {101, "The handshake is accepted."},
    [HANDSHAKE_BAD_METHOD] = {405, "A WebSocket handshake is a GET request."},
    [HANDSHAKE_BAD_TARGET] = {400, "The target of a WebSocket handshake is a path without a "
                                   "fragment."},
    [HANDSHAKE_BAD_HTTP_VERSION] = {400, "A WebSocket handshake needs HTTP/1.1. If a proxy is in "
                                         "between, tell it so (nginx: proxy_http_version 1.1)."},
    [HANDSHAKE_NO_UPGRADE] = {426, "The header Upgrade: websocket is missing. If a proxy is in "
                                   "between, it has to pass it on (nginx: proxy_http_version 1.1; "
                                   "proxy_set_header Upgrade $http_upgrade; "
                                   "proxy_set_header Connection \"upgrade\")."},
    [HANDSHAKE_NO_CONNECTION_UPGRADE] = {400, "The header Connection does not list Upgrade. If a "
                                              "proxy is in between, it has to pass it on (nginx: "
                                              "proxy_set_header Connection \"upgrade\")."},
    [HANDSHAKE_HAS_BODY] = {400, "A WebSocket handshake has no body."},
    [HANDSHAKE_NO_KEY] = {400, "The header Sec-WebSocket-Key is missing."},
    [HANDSHAKE_REPEATED_KEY] = {400, "The header Sec-WebSocket-Key appears more than once."},
    [HANDSHAKE_BAD_KEY] = {400, "The header Sec-WebSocket-Key is not 16 bytes in base64."},
    [HANDSHAKE_NO_VERSION] = {426,
                              "The header Sec-WebSocket-Version is missing; this server speaks "
                              "version 13."},
    [HANDSHAKE_REPEATED_VERSION] = {400,
                                    "The header Sec-WebSocket-Version appears more than once."},
    [HANDSHAKE_BAD_VERSION] = {426,
                               "This server speaks version 13 of the WebSocket protocol only."},
    [HANDSHAKE_REPEATED_ORIGIN] = {400, "The header Origin appears more than once."},
    [HANDSHAKE_FORBIDDEN_ORIGIN] = {403,
                                    "Pages of this Origin may not connect; the server's --origin "
                                    "lists those that may."},
    [HANDSHAKE_BAD_SUBPROTOCOLS] = {400,
                                    "The header Sec-WebSocket-Protocol is not a list of tokens."},
    [HANDSHAKE_BAD_EXTENSIONS] = {400, "The header Sec-WebSocket-Extensions is not a list of "
                                       "extensions."},
};

int handshake_status(enum handshake_verdict verdict) {
    return verdict_texts[verdict].status;
}

const char *handshake_sentence(enum handshake_verdict verdict) {
    return verdict_texts[verdict].sentence;
}

const char *handshake_error_headers(enum handshake_verdict verdict) {
    if (handshake_status(verdict) == 426) {
        return "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";
    }
    return handshake_status(verdict) == 405 ? "Allow: GET\r\n" : "";
}

void handshake_add_headers(struct text_builder *head, const struct handshake *handshake) {
    text_add(head, "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ");
    text_add(head, handshake->accept);
    if (handshake->subprotocol != NULL) {
        text_add(head, "\r\nSec-WebSocket-Protocol: ");
        text_add(head, handshake->subprotocol);
    }
    if (handshake->extension != NULL) {
        text_add(head, "\r\nSec-WebSocket-Extensions: ");
        text_add(head, handshake->extension);
    }
    text_add(head, "\r\n");
}
