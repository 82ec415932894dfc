#include "step06_client/url.h"

#include "step02_http/http_request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DEFAULT_PORT = 80, PORT_MAX = 65535 };

/* Parses the host and the port, which stand between "//" and the path. */
static enum url_verdict parse_authority(const char *text, size_t length, struct url *url) {
    bool in_brackets = text[0] == '[';
    size_t host_length = in_brackets ? strcspn(text, "]") + 1 : strcspn(text, ":");
    host_length = host_length < length ? host_length : length;
    if (memchr(text, '@', length) != NULL) {
        return URL_USER;
    }
    if (length + strlen(":80") > sizeof url->authority) {
        return URL_TOO_LONG;
    }
    if (host_length == 0 || !http_is_host((struct http_text){text, host_length}) ||
        (host_length < length && text[host_length] != ':')) {
        return URL_BAD_HOST;
    }
    unsigned long port = DEFAULT_PORT;
    if (host_length + 1 < length) {
        const char *digits = text + host_length + 1;
        bool is_number = digits + strspn(digits, "0123456789") == text + length;
        port = is_number ? strtoul(digits, NULL, 10) : 0;
    }
    if (port == 0 || port > PORT_MAX) {
        return URL_BAD_PORT;
    }
    snprintf(url->host, sizeof url->host, "%.*s", (int)host_length - (in_brackets ? 2 : 0),
             text + in_brackets);
    snprintf(url->port, sizeof url->port, "%lu", port);
    snprintf(url->authority, sizeof url->authority, "%.*s%s%s", (int)host_length, text,
             port != DEFAULT_PORT ? ":" : "", port != DEFAULT_PORT ? url->port : "");
    return URL_OK;
}

/* Copies the path and the query, which stand in the request line as they are. */
static enum url_verdict parse_resource(const char *text, struct url *url) {
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '#') {
            return URL_FRAGMENT;
        }
        if (*at <= ' ' || *at > '~' || strchr("\"<>\\^`{|}", *at) != NULL) {
            return URL_BAD_CHARACTER;
        }
    }
    bool has_slash = text[0] == '/';
    if (strlen(text) + !has_slash > URL_RESOURCE_MAX) {
        return URL_TOO_LONG;
    }
    snprintf(url->resource, sizeof url->resource, "%s%s", has_slash ? "" : "/", text);
    return URL_OK;
}

enum url_verdict url_parse(const char *text, struct url *url) {
    if (strncasecmp(text, "ws://", 5) != 0) {
        return strncasecmp(text, "wss://", 6) == 0 ? URL_WSS
               : strstr(text, "://") == NULL       ? URL_NO_SCHEME
                                                   : URL_OTHER_SCHEME;
    }
    text += strlen("ws://");
    size_t length = strcspn(text, "/?#");
    enum url_verdict verdict = parse_authority(text, length, url);
    return verdict == URL_OK ? parse_resource(text + length, url) : verdict;
}

const char *url_verdict_sentence(enum url_verdict verdict) {
    static const char *const sentences[] = {
        [URL_OK] = "the URL is good",
        [URL_NO_SCHEME] = "a URL begins with ws://, as in ws://127.0.0.1:8000/",
        [URL_WSS] = ("wss:// needs TLS, which this client does not speak: run 'socat "
                     "TCP-LISTEN:9000,bind=127.0.0.1,fork,reuseaddr OPENSSL:HOST:443', and connect "
                     "to ws://127.0.0.1:9000/ with --header 'Host: HOST'"),
        [URL_OTHER_SCHEME] = "the URL of a WebSocket begins with ws://",
        [URL_USER] = "a ws:// URL has no user and password; use --header 'Authorization: ...'",
        [URL_BAD_HOST] = ("a URL needs a host between ws:// and the path, as in "
                          "ws://127.0.0.1:8000/ or ws://[::1]:8000/"),
        [URL_BAD_PORT] = "the port of a URL is a number from 1 to 65535",
        [URL_FRAGMENT] = "a ws:// URL has no fragment; a '#' in its path is written as %23",
        [URL_BAD_CHARACTER] = "the URL contains a character that must be written as %XX",
        [URL_TOO_LONG] = "the URL is too long",
    };
    return sentences[verdict];
}
