#include "step06_client/url.h"

#include "common/text.h"
#include "step02_http/fields.h"

#include <string.h>

static const char default_port[] = "80";

/* Whether the scheme of `text` is this one, in any case. */
static bool has_scheme(const char *text, const char *scheme) {
    size_t length = strlen(scheme);
    return strlen(text) >= length && http_text_is_nocase((struct http_text){text, length}, scheme);
}

static enum url_verdict check_scheme(const char *text) {
    if (has_scheme(text, "ws://")) {
        return URL_OK;
    }
    if (has_scheme(text, "wss://")) {
        return URL_WSS;
    }
    return strstr(text, "://") == NULL ? URL_NO_SCHEME : URL_OTHER_SCHEME;
}

/* Copies a port without the zeros in front. Returns false if it is none. */
static bool copy_port(struct http_text text, char port[URL_PORT_SIZE]) {
    unsigned long number = 0;
    size_t written = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.start[i] < '0' || text.start[i] > '9') {
            return false;
        }
        number = number * 10 + (unsigned long)(text.start[i] - '0');
        if (number > 65535) {
            return false;
        }
        if (number > 0) {
            port[written++] = text.start[i];
        }
    }
    port[written] = '\0';
    return number > 0;
}

/* Takes what stands between "//" and the path apart. */
static enum url_verdict parse_authority(struct http_text text, struct url *url) {
    if (text.length > 0 && memchr(text.start, '@', text.length) != NULL) {
        return URL_USER;
    }
    bool in_brackets = text.length > 0 && text.start[0] == '[';
    const char *from = text.start + in_brackets;
    const char *end = text.start + text.length;
    const char *bracket = in_brackets ? memchr(text.start, ']', text.length) : NULL;
    const char *colon = memchr(bracket != NULL ? bracket : text.start, ':',
                               (size_t)(end - (bracket != NULL ? bracket : text.start)));
    struct http_text port = {end, 0};
    struct http_text name = {text.start, (size_t)((colon != NULL ? colon : end) - text.start)};
    if (colon != NULL) {
        port = (struct http_text){colon + 1, (size_t)(end - colon - 1)};
    }
    if (name.length == 0 || (in_brackets && bracket == NULL) || !fields_is_host(name)) {
        return URL_BAD_HOST;
    }
    if (text.length + sizeof default_port > sizeof url->authority) {
        return URL_TOO_LONG;
    }
    size_t host_length = (size_t)((bracket != NULL ? bracket : name.start + name.length) - from);
    memcpy(url->host, from, host_length);
    url->host[host_length] = '\0';
    memcpy(url->port, default_port, sizeof default_port);
    if (port.length > 0 && !copy_port(port, url->port)) {
        return URL_BAD_PORT;
    }
    memcpy(url->authority, name.start, name.length);
    url->authority[name.length] = '\0';
    if (strcmp(url->port, default_port) != 0) {
        size_t length = name.length;
        text_append(url->authority, sizeof url->authority, &length, ":");
        text_append(url->authority, sizeof url->authority, &length, url->port);
    }
    return URL_OK;
}

/* Copies the path and the query, which go into the request line as they are. */
static enum url_verdict parse_resource(const char *text, struct url *url) {
    size_t length = 0;
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (text[i] == '#') {
            return URL_FRAGMENT;
        }
        if (text[i] <= ' ' || text[i] > '~' || strchr("\"<>\\^`{|}", text[i]) != NULL) {
            return URL_BAD_CHARACTER;
        }
    }
    bool fits =
        (text[0] == '/' || text_append(url->resource, sizeof url->resource, &length, "/")) &&
        text_append(url->resource, sizeof url->resource, &length, text);
    return fits ? URL_OK : URL_TOO_LONG;
}

enum url_verdict url_parse(const char *text, struct url *url) {
    enum url_verdict verdict = check_scheme(text);
    if (verdict != URL_OK) {
        return verdict;
    }
    text += strlen("ws://");
    size_t length = strcspn(text, "/?#");
    verdict = parse_authority((struct http_text){text, length}, url);
    return verdict == URL_OK ? parse_resource(text + length, url) : verdict;
}

const char *url_verdict_sentence(enum url_verdict verdict) {
    static const char *const sentences[] = {
        [URL_OK] = "the URL is good",
        [URL_NO_SCHEME] = "a URL begins with ws://, as in ws://127.0.0.1:8000/",
        [URL_WSS] = ("wss:// needs TLS, which this client does not speak: run 'socat "
                     "TCP-LISTEN:9000,bind=127.0.0.1,fork,reuseaddr OPENSSL:HOST:443', and connect "
                     "to ws://127.0.0.1:9000/ with --header 'Host: HOST'"),
        [URL_OTHER_SCHEME] = "a WebSocket has the scheme ws://, not another",
        [URL_USER] = "a ws:// URL has no user and password; use --header 'Authorization: ...'",
        [URL_BAD_HOST] = ("between ws:// and the path stands a host, as in ws://127.0.0.1:8000/ or "
                          "ws://[::1]:8000/"),
        [URL_BAD_PORT] = "the port of a URL is a number from 1 to 65535",
        [URL_FRAGMENT] = "a ws:// URL has no fragment; write a '#' that is meant as such as %23",
        [URL_BAD_CHARACTER] = "the URL contains a character that has to be written as %XX",
        [URL_TOO_LONG] = "the URL is too long",
    };
    return sentences[verdict];
}
