/* client_handshake: the client's half of the opening handshake, RFC 6455 section 4.1. Step 6.
 *
 * The client sends a request, and does not trust the answer until it has checked all of it:
 *
 *     GET /chat HTTP/1.1                              HTTP/1.1 101 Switching Protocols
 *     Host: example.com                               Upgrade: websocket       must be there
 *     Upgrade: websocket                     --->     Connection: Upgrade      must be there
 *     Connection: Upgrade                             Sec-WebSocket-Accept:    must fit the key
 *     Sec-WebSocket-Key: (16 random bytes)            Sec-WebSocket-Protocol:  one that was offered
 *     Sec-WebSocket-Version: 13                       Sec-WebSocket-Extensions: as offered
 */
#ifndef STEP06_CLIENT_CLIENT_HANDSHAKE_H
#define STEP06_CLIENT_CLIENT_HANDSHAKE_H

#include "common/options.h"
#include "step03_handshake/handshake.h"
#include "step05_echo/layer.h"
#include "step06_client/client_response.h"
#include "step06_client/url.h"

enum {
    CLIENT_HANDSHAKE_KEY_BYTES = 16,
    CLIENT_HANDSHAKE_KEY_SIZE = 25, /* base64 of 16 bytes, and a NUL */
    CLIENT_HANDSHAKE_REQUEST_MAX = 16384
};

/* An extension that the client offers (9.1). Step 6 has none; step 7 adds one. */
struct client_extension {
    const char *offer; /* for Sec-WebSocket-Extensions */
    /* Whether the server may answer the offer with `agreed`, the whole list of its header. */
    bool (*accept)(void *context, struct http_text agreed);
    void *context;
    const struct layer *layer; /* for the connection, if the server agrees */
};

/* What the client asks for. The strings belong to the caller and must outlive it. */
struct client_offer {
    struct options_list subprotocols; /* in the order of preference */
    struct options_list headers; /* more lines, "Name: value"; a Host replaces that of the URL */
    const char *origin;          /* NULL: none; only browsers must send one */
    const struct client_extension *extension; /* NULL: none is offered */
};

enum client_handshake_verdict {
    CLIENT_HANDSHAKE_OPEN,
    CLIENT_HANDSHAKE_REFUSED,              /* a status other than 101 */
    CLIENT_HANDSHAKE_OLD_HTTP,             /* 101, but in HTTP/1.0, which has no upgrade */
    CLIENT_HANDSHAKE_NO_UPGRADE,           /* no Upgrade header with websocket as its only value */
    CLIENT_HANDSHAKE_NO_CONNECTION,        /* no Connection header that lists Upgrade */
    CLIENT_HANDSHAKE_NO_ACCEPT,            /* no Sec-WebSocket-Accept */
    CLIENT_HANDSHAKE_REPEATED_ACCEPT,      /* more than one (11.3.3) */
    CLIENT_HANDSHAKE_WRONG_ACCEPT,         /* it does not fit the key */
    CLIENT_HANDSHAKE_EXTENSION,            /* an extension that was not offered */
    CLIENT_HANDSHAKE_BAD_EXTENSION,        /* the offered one, but not as it was offered */
    CLIENT_HANDSHAKE_REPEATED_SUBPROTOCOL, /* more than one header of it (11.3.4) */
    CLIENT_HANDSHAKE_SUBPROTOCOL           /* a subprotocol that was not offered */
};

/* Checks an offer from the command line. Returns NULL, or one sentence that says what is wrong: a
 * subprotocol is not a token or is repeated; a header line is not "Name: value", belongs to the
 * handshake itself, or is a second or a bad Host; or the origin cannot be one. */
const char *client_offer_problem(const struct client_offer *offer);

/* Writes the key, a C string: `random` in base64. Nobody must be able to predict these bytes. */
void client_handshake_key(const uint8_t random[CLIENT_HANDSHAKE_KEY_BYTES],
                          char key[CLIENT_HANDSHAKE_KEY_SIZE]);

/* Writes the request, a C string, to `out`. Returns its length, or 0 if it does not fit. */
size_t client_handshake_request(const struct url *url, const struct client_offer *offer,
                                const char *key, char out[CLIENT_HANDSHAKE_REQUEST_MAX]);

/* Checks a complete answer to the request with this key (4.1, the list at its end). On
 * CLIENT_HANDSHAKE_OPEN, `*subprotocol` is the one of the offer that the server chose, or NULL;
 * `*extension` is the server's extension, a part of the answer, or empty. */
enum client_handshake_verdict client_handshake_check(const struct client_response *answer,
                                                     const struct client_offer *offer,
                                                     const char *key, const char **subprotocol,
                                                     struct http_text *extension);

/* One sentence for people that says what was wrong with the answer. */
const char *client_handshake_sentence(enum client_handshake_verdict verdict);

#endif
