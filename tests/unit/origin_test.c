/* The origin module: what people write, and what browsers send. */
#include "step03_handshake/origin.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

static void becomes(const char *written, const char *wanted) {
    char text[128];
    snprintf(text, sizeof text, "%s", written);
    CHECK_FOR(origin_normalize(text), "%s is refused", written);
    CHECK_FOR(strcmp(text, wanted) == 0, "%s becomes %s", written, text);
}

TEST("origin: what browsers send stays as it is (RFC 6454, 6.2)") {
    for (const char *const *origin =
             TEXTS("https://example.com", "http://localhost:8000", "null", "http://127.0.0.1",
                   "https://[2001:db8::1]", "https://[::1]:8443", "https://xn--bcher-kva.example",
                   "https://a_b.example", "https://example.com.",
                   "chrome-extension://mhjfbmdgcfjbbpaeojof", "capacitor://localhost",
                   "http://a:65535", "http://a:1");
         *origin != NULL; origin++) {
        becomes(*origin, *origin);
    }
}

TEST("origin: the scheme's own port is left out") {
    becomes("https://a.example:443", "https://a.example");
    becomes("http://a.example:80", "http://a.example");
    becomes("ws://a.example:80", "ws://a.example");
    becomes("wss://a.example:443", "wss://a.example");
    becomes("https://[::1]:443", "https://[::1]");
    becomes("http://a.example:443", "http://a.example:443");
    becomes("https://a.example:80", "https://a.example:80");
    becomes("https://a.example:4430", "https://a.example:4430");
    becomes("ftp://a.example:80", "ftp://a.example:80");
    becomes("http://[::80]", "http://[::80]"); /* not a port */
}

TEST("origin: it is in lower case") {
    becomes("HTTPS://A.Example:443", "https://a.example");
    becomes("http://[2001:DB8::A]:8000", "http://[2001:db8::a]:8000");
}

static void refuses(const char *const *origins) {
    for (; *origins != NULL; origins++) {
        char text[128];
        snprintf(text, sizeof text, "%s", *origins);
        CHECK_FOR(!origin_normalize(text), "%s becomes %s", *origins, text);
        CHECK_FOR(strcmp(text, *origins) == 0, "%s was changed: %s", *origins, text);
    }
}

TEST("origin: what no browser sends is refused") {
    refuses(TEXTS("", "*", "NULL", "null ", "example.com", "://example.com", "https:", "https:/",
                  "https://", "https:example.com", "1http://a", "ht tp://a", "http_s://a"));
    /* More than scheme, host and port. */
    refuses(TEXTS("https://example.com/", "https://example.com/path", "https://example.com?query",
                  "https://example.com#fragment", "https://user@example.com",
                  "https://example.com, https://example.org"));
    /* The port, and the host. */
    refuses(TEXTS("https://example.com:", "https://example.com:https", "https://example.com:0",
                  "https://example.com:0443", "https://example.com:65536",
                  "https://example.com:99999999999999999999", "https://example.com:+443",
                  "https://example.com:443:443", "https://:443"));
    refuses(TEXTS("https://*.example.com", "https://\xc3\xbc.example", "https://example%2ecom",
                  "https://2001:db8::1", "https://[2001:db8::1", "https://[::1]443",
                  "https://[::g]", "https://exam ple.com"));
}
