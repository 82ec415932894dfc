#include "step03_handshake/origin.h"

#include "step02_http/http_request.h"

#include <string.h>

static char lower(char character) {
    return character >= 'A' && character <= 'Z' ? (char)(character + ('a' - 'A')) : character;
}

/* A letter, then letters, digits, "+", "-" and "." (RFC 3986, 3.1). */
static bool is_scheme(const char *text, size_t length) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    static const char all[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.";
    return strspn(text, letters) > 0 && strspn(text, all) == length;
}

/* Returns whether a port, given with its colon, is the default port of this URL, which is in lower
 * case. */
static bool is_default_port(const char *url, const char *port) {
    static const char *const defaults[][2] = {
        {"http://", ":80"}, {"ws://", ":80"}, {"https://", ":443"}, {"wss://", ":443"}};
    for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++) {
        if (strncmp(url, defaults[i][0], strlen(defaults[i][0])) == 0) {
            return strcmp(port, defaults[i][1]) == 0;
        }
    }
    return false;
}

bool origin_normalize(char *origin) {
    if (strcmp(origin, "null") == 0) {
        return true;
    }
    char *host = strstr(origin, "://");
    if (host == NULL || !is_scheme(origin, (size_t)(host - origin))) {
        return false;
    }
    host += strlen("://");
    char *port = strrchr(host, ':');
    if (port != NULL && strchr(port, ']') != NULL) {
        port = NULL; /* a colon of an IPv6 address */
    }
    /* http_is_host accepts an empty host and an empty port, since a request may have them. No
     * browser sends either in an origin. */
    if (*host == '\0' || !http_is_host((struct http_text){host, strlen(host)}) ||
        strpbrk(host, "*%") != NULL || (port != NULL && (port[1] == '\0' || port[1] == '0'))) {
        return false;
    }
    for (char *at = origin; *at != '\0'; at++) {
        *at = lower(*at);
    }
    if (port != NULL && is_default_port(origin, port)) {
        *port = '\0';
    }
    return true;
}

enum origin_verdict origin_check(const struct http_head *head, const char *const *origins,
                                 size_t count) {
    size_t from = 0;
    struct http_text origin, another;
    bool given = http_header_next(head, "Origin", &from, &origin);
    if (given && http_header_next(head, "Origin", &from, &another)) {
        return ORIGIN_REPEATED;
    }
    bool allowed = count == 0;
    for (size_t i = 0; i < count && given; i++) {
        allowed = allowed || http_text_is_nocase(origin, origins[i]);
    }
    return allowed ? ORIGIN_ALLOWED : ORIGIN_FORBIDDEN;
}
