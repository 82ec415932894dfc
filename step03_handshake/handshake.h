/* handshake: the server's decision about an opening handshake, RFC 6455 section 4.2. Step 3.
 *
 *     GET /chat HTTP/1.1                              HTTP/1.1 101 Switching Protocols
 *     Host: server.example.com                        Upgrade: websocket
 *     Upgrade: websocket                              Connection: Upgrade
 *     Connection: Upgrade                     --->    Sec-WebSocket-Accept:
 *     Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==         s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
 *     Sec-WebSocket-Version: 13                       Sec-WebSocket-Protocol: chat
 *     Sec-WebSocket-Protocol: chat, superchat
 *
 * The accept value is base64(SHA-1(key + a fixed GUID)). It proves that the answer comes from a
 * WebSocket server that has read this very request, not from a cache or a plain HTTP server.
 */
#ifndef STEP03_HANDSHAKE_HANDSHAKE_H
#define STEP03_HANDSHAKE_HANDSHAKE_H

#include "common/text.h"
#include "step02_http/http_request.h"
#include "step03_handshake/extensions.h"

enum { HANDSHAKE_ACCEPT_SIZE = 29, HANDSHAKE_SUBPROTOCOL_MAX = 128 };

/* What a server accepts. The strings belong to the caller and outlive it. */
struct handshake_policy {
    const char *const *origins; /* as browsers send them; a count of 0 allows any */
    size_t origin_count;
    const char *const *subprotocols; /* those the server speaks */
    size_t subprotocol_count;
    struct extensions_chooser chooser; /* all 0: no extension */
};

enum handshake_verdict {
    HANDSHAKE_ACCEPTED,              /* 101 */
    HANDSHAKE_BAD_METHOD,            /* 405: not GET */
    HANDSHAKE_BAD_TARGET,            /* 400: no path, or a fragment */
    HANDSHAKE_BAD_HTTP_VERSION,      /* 400: HTTP/1.0 */
    HANDSHAKE_NO_UPGRADE,            /* 426: no Upgrade header that lists websocket */
    HANDSHAKE_NO_CONNECTION_UPGRADE, /* 400: no Connection header that lists Upgrade */
    HANDSHAKE_HAS_BODY,              /* 400: a body would be taken for frames */
    HANDSHAKE_NO_KEY,                /* 400 */
    HANDSHAKE_REPEATED_KEY,          /* 400 */
    HANDSHAKE_BAD_KEY,               /* 400: not base64 of exactly 16 bytes */
    HANDSHAKE_NO_VERSION,            /* 426 */
    HANDSHAKE_REPEATED_VERSION,      /* 400 */
    HANDSHAKE_BAD_VERSION,           /* 426: not 13 */
    HANDSHAKE_REPEATED_ORIGIN,       /* 400 */
    HANDSHAKE_FORBIDDEN_ORIGIN,      /* 403: not one of the allowed origins */
    HANDSHAKE_BAD_SUBPROTOCOLS,      /* 400: not a list of tokens */
    HANDSHAKE_BAD_EXTENSIONS         /* 400: the list breaks the grammar of 9.1 */
};

struct handshake {
    char accept[HANDSHAKE_ACCEPT_SIZE]; /* the value of Sec-WebSocket-Accept */
    const char *subprotocol;            /* one of the policy's, or NULL */
    const char *extension;              /* the accepted one, in the chooser's context, or NULL */
};

/* Returns whether a request is meant to open a WebSocket: it asks for an upgrade to websocket, or
 * it has one of the Sec-WebSocket headers of a client, which remain even if a proxy has removed
 * Upgrade. Anything else is plain HTTP. */
bool handshake_is_wanted(const struct http_request *request);

/* Checks every rule of 4.2.1 in turn. On HANDSHAKE_ACCEPTED it fills in `handshake`. */
enum handshake_verdict handshake_check(const struct http_request *request,
                                       const struct handshake_policy *policy,
                                       struct handshake *handshake);

/* The status code that answers a verdict, one sentence for people that says what is wrong, and the
 * header lines that belong to the answer ("" or lines that end with CR LF). */
int handshake_status(enum handshake_verdict verdict);
const char *handshake_sentence(enum handshake_verdict verdict);
const char *handshake_error_headers(enum handshake_verdict verdict);

/* Adds the header lines of the 101 response, each ending with CR LF: 403 bytes with the longest
 * subprotocol and extension. */
void handshake_add_headers(struct text_builder *head, const struct handshake *handshake);

/* Computes Sec-WebSocket-Accept, a C string of 28 characters, from the key as it was sent (4.2.2,
 * item 5.4). It does not check the key; handshake_check does. */
void handshake_accept(struct http_text key, char accept[HANDSHAKE_ACCEPT_SIZE]);

#endif
