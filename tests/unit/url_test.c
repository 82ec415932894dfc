/* url: what a ws URL is made of, RFC 6455 section 3, and what is refused. */
#include "step06_client/url.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

static void expect(const char *text, const char *host, const char *port, const char *authority,
                   const char *resource) {
    struct url url;
    enum url_verdict verdict = url_parse(text, &url);
    CHECK_FOR(verdict == URL_OK, "%s: %s", text, url_verdict_sentence(verdict));
    if (verdict == URL_OK) {
        CHECK_FOR(strcmp(url.host, host) == 0, "%s: host %s", text, url.host);
        CHECK_FOR(strcmp(url.port, port) == 0, "%s: port %s", text, url.port);
        CHECK_FOR(strcmp(url.authority, authority) == 0, "%s: authority %s", text, url.authority);
        CHECK_FOR(strcmp(url.resource, resource) == 0, "%s: resource %s", text, url.resource);
    }
}

TEST("url: host, port, authority and resource name (3)") {
    expect("ws://example.com:9000/chat?room=3", "example.com", "9000", "example.com:9000",
           "/chat?room=3");
    expect("WS://Example.com/", "Example.com", "80", "Example.com", "/");
    expect("ws://127.0.0.1:8000", "127.0.0.1", "8000", "127.0.0.1:8000", "/");
    expect("ws://h?a/b", "h", "80", "h", "/?a/b");
    expect("ws://h/a//b/../c?", "h", "80", "h", "/a//b/../c?");
    expect("ws://h/%23%20?x=%FF", "h", "80", "h", "/%23%20?x=%FF");
    expect("ws://h/http://other:99/@[]", "h", "80", "h", "/http://other:99/@[]");
}

TEST("url: the default port is 80 and is not in the Host header (3, 4.1)") {
    expect("ws://h:80/", "h", "80", "h", "/");
    expect("ws://h:/", "h", "80", "h", "/");
    expect("ws://h:00080/", "h", "80", "h", "/");
    expect("ws://h:1/", "h", "1", "h:1", "/");
    expect("ws://h:65535/", "h", "65535", "h:65535", "/");
}

TEST("url: an IPv6 address stands in brackets") {
    expect("ws://[::1]/", "::1", "80", "[::1]", "/");
    expect("ws://[::1]:9000/x", "::1", "9000", "[::1]:9000", "/x");
    expect("ws://[2001:db8::7]:80", "2001:db8::7", "80", "[2001:db8::7]", "/");
}

static void refuse(enum url_verdict wanted, const char *const *texts) {
    for (; *texts != NULL; texts++) {
        struct url url;
        enum url_verdict verdict = url_parse(*texts, &url);
        CHECK_FOR(verdict == wanted, "'%s': verdict %d", *texts, (int)verdict);
        CHECK(url_verdict_sentence(verdict)[0] != '\0');
    }
}

TEST("url: what is no ws URL is refused with a reason") {
    refuse(URL_NO_SCHEME, TEXTS("", "localhost:8000", "ws:/h/"));
    refuse(URL_WSS, TEXTS("wss://h/", "WSS://h/"));
    refuse(URL_OTHER_SCHEME, TEXTS("http://h/", "wsx://h/"));
    refuse(URL_USER, TEXTS("ws://user@h/", "ws://user:password@h:80/"));
    refuse(URL_BAD_HOST, TEXTS("ws://", "ws:///path", "ws://:8000/", "ws://?x", "ws://a b/",
                               "ws://a\r\nX: y/", "ws://[::1/", "ws://[]/", "ws://[::1]x/",
                               "ws://[::1]x:80/", "ws://[zz]/", "ws://::1/"));
    refuse(URL_BAD_PORT, TEXTS("ws://h:0/", "ws://h:65536/", "ws://h:99999999999999999999/",
                               "ws://h:8o/", "ws://h:-1/", "ws://h:80:81/"));
    refuse(URL_FRAGMENT, TEXTS("ws://h/#top", "ws://h#top", "ws://h/?#"));
    refuse(URL_BAD_CHARACTER,
           TEXTS("ws://h/a b", "ws://h/\r\nX: y", "ws://h/gr\xc3\xbc", "ws://h/\"", "ws://h/\x7f"));
}

/* A URL with a host and a resource of this many characters. */
static enum url_verdict parse_long(size_t host_length, size_t resource_length) {
    char text[10000];
    struct url url;
    int used = snprintf(text, sizeof text, "ws://%0*d/%0*d", (int)host_length, 1,
                        (int)resource_length - 1, 1);
    CHECK(used > 0 && (size_t)used < sizeof text);
    enum url_verdict verdict = url_parse(text, &url);
    if (verdict == URL_OK) {
        CHECK_EQUAL(strlen(url.host), host_length);
        CHECK_EQUAL(strlen(url.resource), resource_length);
    }
    return verdict;
}

TEST("url: lengths have a bound") {
    CHECK_EQUAL(parse_long(200, 8000), URL_OK); /* RFC 9110, 4.1: at least */
    CHECK_EQUAL(parse_long(200, URL_RESOURCE_MAX), URL_OK);
    CHECK_EQUAL(parse_long(200, URL_RESOURCE_MAX + 1), URL_TOO_LONG);
    CHECK_EQUAL(parse_long(URL_HOST_MAX - 2, 10), URL_OK);
    CHECK_EQUAL(parse_long(URL_HOST_MAX, 10), URL_TOO_LONG);
    CHECK_EQUAL(parse_long(3000, 10), URL_TOO_LONG);
}
