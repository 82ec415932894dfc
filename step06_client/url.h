/* url: the address of a WebSocket, RFC 6455 section 3. Step 6.
 *
 *     ws://example.com:9000/chat?room=3
 *          ----------- ---- -----------
 *          host        port resource name
 *
 * A URL without a port means port 80, and an empty path means "/". There is no fragment, the part
 * after a '#': it names a place in a document, and a connection has no such places.
 */
#ifndef STEP06_CLIENT_URL_H
#define STEP06_CLIENT_URL_H

#include <stddef.h>

enum {
    URL_HOST_MAX = 255,
    URL_RESOURCE_MAX = 8177, /* it makes the request line as long as step 2 accepts */
    URL_PORT_SIZE = 6
};

struct url {
    char host[URL_HOST_MAX + 1];         /* a name or an address; an IPv6 one without brackets */
    char port[URL_PORT_SIZE];            /* decimal, "1" to "65535" */
    char authority[URL_HOST_MAX + 1];    /* for the Host header: the port only if it is not 80 */
    char resource[URL_RESOURCE_MAX + 1]; /* path and query, beginning with '/' */
};

enum url_verdict {
    URL_OK,
    URL_NO_SCHEME,     /* it does not begin with ws:// */
    URL_WSS,           /* TLS, which this client leaves to a proxy */
    URL_OTHER_SCHEME,  /* http:// and others */
    URL_USER,          /* user:password@, which a ws URL does not have */
    URL_BAD_HOST,      /* no host, or something that cannot be one */
    URL_BAD_PORT,      /* not a number from 1 to 65535 */
    URL_FRAGMENT,      /* a '#' */
    URL_BAD_CHARACTER, /* one that a URL writes as %XX */
    URL_TOO_LONG
};

/* Parses a URL, a C string. If it does not return URL_OK, the contents of `url` are undefined. */
enum url_verdict url_parse(const char *text, struct url *url);

/* One sentence for people that says what is wrong and what would be right. */
const char *url_verdict_sentence(enum url_verdict verdict);

#endif
