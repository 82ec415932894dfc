/* client_handshake: the client's half of the opening handshake, RFC 6455 section 4.1. Step 6.
 *
 * The client says what it wants with a request, and believes nothing of the answer until it has
 * looked at all of it:
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

/* An extension that the client can speak (9.1). Step 6 has none; step 7 brings one. */
struct client_extension {
    const char *offer; /* for Sec-WebSocket-Extensions */
    /* Whether the server's list, the whole of its answer, is one that goes with the offer. */
    bool (*accept)(void *context, struct http_text agreed);
    void *context;
    const struct layer *layer; /* what stands above the connection if the server agrees */
};

/* What is asked for. The strings belong to the caller and outlive it. */
struct client_offer {
    struct options_list subprotocols;         /* in the order of preference */
    struct options_list headers;              /* more lines, as "Name: value"; Host replaces ours */
    const char *origin;                       /* NULL: none, as only browsers must send one */
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
    CLIENT_HANDSHAKE_BAD_EXTENSION,        /* it was offered, but not like this */
    CLIENT_HANDSHAKE_REPEATED_SUBPROTOCOL, /* more than one header of it (11.3.4) */
    CLIENT_HANDSHAKE_SUBPROTOCOL           /* a subprotocol that was not offered */
};

/* Checks what a person wants to offer. Returns NULL, or one sentence that says what is wrong: a
 * subprotocol that is no token or is repeated, a header line that is none or that is the
 * handshake's own, or two of Host. */
const char *client_offer_problem(const struct client_offer *offer);

/* Writes the key, a C string: base64 of 16 bytes that nobody can predict. */
void client_handshake_key(const uint8_t random[CLIENT_HANDSHAKE_KEY_BYTES],
                          char key[CLIENT_HANDSHAKE_KEY_SIZE]);

/* Writes the request, a C string, to `out`. Returns its length, or 0 if it is longer than
 * CLIENT_HANDSHAKE_REQUEST_MAX allows. */
size_t client_handshake_request(const struct url *url, const struct client_offer *offer,
                                const char *key, char out[CLIENT_HANDSHAKE_REQUEST_MAX]);

/* Judges a complete answer to the request with this key (4.1, the list at its end). On
 * CLIENT_HANDSHAKE_OPEN `*subprotocol` is the one of the offer that the server chose, or NULL, and
 * `*extension`, in the answer's text, what was agreed on, or of length 0. */
enum client_handshake_verdict client_handshake_check(const struct client_response *answer,
                                                     const struct client_offer *offer,
                                                     const char *key, const char **subprotocol,
                                                     struct http_text *extension);

/* One sentence for people that says what was wrong with the answer. */
const char *client_handshake_sentence(enum client_handshake_verdict verdict);

#endif
