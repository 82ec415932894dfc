/* client_handshake: the request of RFC 6455 section 4.1, and every rule for its answer broken. */
#include "step06_client/client_handshake.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

#define KEY "dGhlIHNhbXBsZSBub25jZQ==" /* the example of section 1.3 and what answers it */
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
#define UPGRADE "Upgrade: websocket\r\n"
#define CONNECTION "Connection: Upgrade\r\n"
#define ACCEPT_LINE "Sec-WebSocket-Accept: " ACCEPT "\r\n"
#define GOOD "HTTP/1.1 101 Switching Protocols\r\n" UPGRADE CONNECTION ACCEPT_LINE

static const struct client_offer nothing = {.origin = NULL};
static const struct client_offer two = {.subprotocols = {{"chat", "superchat"}, 2}};

static enum client_handshake_verdict check(const char *text, const struct client_offer *offer,
                                           const char **subprotocol) {
    struct client_response answer;
    client_response_init(&answer);
    CHECK_FOR(client_response_parse(&answer, text, strlen(text)) == CLIENT_RESPONSE_COMPLETE, "%s",
              text);
    *subprotocol = "leftover";
    struct http_text extension;
    return client_handshake_check(&answer, offer, KEY, subprotocol, &extension);
}

TEST("client: the key is base64 of 16 bytes (4.1)") {
    char key[CLIENT_HANDSHAKE_KEY_SIZE];
    client_handshake_key((const uint8_t *)"the sample nonce", key);
    CHECK(strcmp(key, KEY) == 0);
}

static void check_request(const char *text, const struct client_offer *offer, const char *wanted) {
    struct url url;
    char request[CLIENT_HANDSHAKE_REQUEST_MAX];
    CHECK_EQUAL(url_parse(text, &url), URL_OK);
    CHECK(client_offer_problem(offer) == NULL);
    size_t length = client_handshake_request(&url, offer, KEY, request);
    CHECK_BYTES(request, length, wanted, strlen(wanted));
}

TEST("client: the request has all that 4.1 wants") {
    static const struct client_offer offer = {
        {{"chat", "superchat"}, 2}, {{"Cookie: a=b", "X-Empty:"}, 2}, "http://example.com", NULL};
    check_request("ws://server.example.com:8000/chat?x=1", &offer,
                  "GET /chat?x=1 HTTP/1.1\r\n"
                  "Host: server.example.com:8000\r\n"
                  "Upgrade: websocket\r\n"
                  "Connection: Upgrade\r\n"
                  "Sec-WebSocket-Version: 13\r\n"
                  "Sec-WebSocket-Key: " KEY "\r\n"
                  "Sec-WebSocket-Protocol: chat, superchat\r\n"
                  "Origin: http://example.com\r\n"
                  "Cookie: a=b\r\n"
                  "X-Empty:\r\n"
                  "\r\n");
}

/* Through a tunnel the name of the server is not that of the URL. */
TEST("client: a Host of one's own replaces that of the URL") {
    static const struct client_offer offer = {
        .headers = {{"A: b", "hOST:example.com:443", "C: d"}, 3}};
    check_request("ws://127.0.0.1:9000/", &offer,
                  "GET / HTTP/1.1\r\n"
                  "hOST:example.com:443\r\n"
                  "Upgrade: websocket\r\n"
                  "Connection: Upgrade\r\n"
                  "Sec-WebSocket-Version: 13\r\n"
                  "Sec-WebSocket-Key: " KEY "\r\n"
                  "A: b\r\n"
                  "C: d\r\n"
                  "\r\n");
}

TEST("client: the handshake of step 3 accepts it, and the client its answer") {
    struct url url;
    char text[CLIENT_HANDSHAKE_REQUEST_MAX], answer[1024];
    struct text_builder built;
    static const char *const spoken[] = {"superchat"};
    const struct handshake_policy policy = {.subprotocols = spoken, .subprotocol_count = 1};
    struct http_request request;
    struct handshake handshake;
    const char *subprotocol;
    CHECK_EQUAL(url_parse("ws://[::1]:8000/", &url), URL_OK);
    size_t length = client_handshake_request(&url, &two, KEY, text);
    http_request_init(&request);
    CHECK_EQUAL(http_request_parse(&request, text, length), HTTP_COMPLETE);
    CHECK_EQUAL(handshake_check(&request, &policy, &handshake), HANDSHAKE_ACCEPTED);
    text_begin(&built, answer, sizeof answer);
    text_add(&built, "HTTP/1.1 101 Switching Protocols\r\n");
    handshake_add_headers(&built, &handshake);
    text_add(&built, "\r\n");
    CHECK_EQUAL(check(answer, &two, &subprotocol), CLIENT_HANDSHAKE_OPEN);
    CHECK(subprotocol != NULL && strcmp(subprotocol, "superchat") == 0);
}

/* The longest line that step 2 takes, with as much in headers as fits into a head of it. */
TEST("client: the longest URL and long headers fit") {
    static char text[URL_RESOURCE_MAX + 20], cookie[7900], request[CLIENT_HANDSHAKE_REQUEST_MAX];
    struct http_request parsed;
    struct url url;
    struct client_offer offer = {.headers = {{cookie}, 1}};
    snprintf(text, sizeof text, "ws://h/%0*d", URL_RESOURCE_MAX - 1, 1);
    snprintf(cookie, sizeof cookie, "Cookie: %0*d", (int)sizeof cookie - 9, 1);
    CHECK_EQUAL(url_parse(text, &url), URL_OK);
    size_t length = client_handshake_request(&url, &offer, KEY, request);
    http_request_init(&parsed);
    CHECK_EQUAL(http_request_parse(&parsed, request, length), HTTP_COMPLETE);
    CHECK_EQUAL(parsed.target.length, URL_RESOURCE_MAX);
}

TEST("client: a request that is too long is none") {
    static char line[CLIENT_HANDSHAKE_REQUEST_MAX];
    char request[CLIENT_HANDSHAKE_REQUEST_MAX];
    struct url url;
    struct client_offer offer = {.headers = {{line}, 1}};
    CHECK_EQUAL(url_parse("ws://h/", &url), URL_OK);
    memset(line, 'x', sizeof line - 1);
    CHECK_EQUAL(client_handshake_request(&url, &offer, KEY, request), 0);
    CHECK(client_handshake_request(&url, &nothing, KEY, request) > 0);
}

TEST("client: good answers are taken") {
    static const struct {
        const char *text;
        const char *subprotocol;
    } cases[] = {
        {GOOD "\r\n", NULL},
        {GOOD "Sec-WebSocket-Protocol: chat\r\n\r\n", "chat"},
        {GOOD "Sec-WebSocket-Protocol: superchat\r\n\r\n", "superchat"},
        {GOOD "Sec-WebSocket-Extensions:\r\n\r\n", NULL},
        {"HTTP/1.1 101 \r\nupgrade: WebSocket\r\nCONNECTION: keep-alive, UPGRADE\r\n"
         "sec-websocket-accept:" ACCEPT " \r\nX: y\r\n\r\n",
         NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *subprotocol;
        enum client_handshake_verdict verdict = check(cases[i].text, &two, &subprotocol);
        CHECK_FOR(verdict == CLIENT_HANDSHAKE_OPEN, "verdict %d for %s", (int)verdict,
                  cases[i].text);
        CHECK(strcmp(subprotocol != NULL ? subprotocol : "none",
                     cases[i].subprotocol != NULL ? cases[i].subprotocol : "none") == 0);
    }
}

TEST("client: each rule of 4.1 for the answer is checked") {
    static const char start[] = "HTTP/1.1 101 x\r\n";
    static const struct {
        const char *first, *headers;
        enum client_handshake_verdict verdict;
    } cases[] = {
        {"HTTP/1.1 200 OK\r\n", UPGRADE CONNECTION ACCEPT_LINE, CLIENT_HANDSHAKE_REFUSED},
        {"HTTP/1.1 100 Continue\r\n", "", CLIENT_HANDSHAKE_REFUSED},
        {"HTTP/1.0 101 x\r\n", UPGRADE CONNECTION ACCEPT_LINE, CLIENT_HANDSHAKE_OLD_HTTP},
        {start, CONNECTION ACCEPT_LINE, CLIENT_HANDSHAKE_NO_UPGRADE},
        {start, "Upgrade: websockets\r\n" CONNECTION ACCEPT_LINE, CLIENT_HANDSHAKE_NO_UPGRADE},
        {start, "Upgrade: h2c, websocket\r\n" CONNECTION ACCEPT_LINE, CLIENT_HANDSHAKE_NO_UPGRADE},
        {start, UPGRADE UPGRADE CONNECTION ACCEPT_LINE, CLIENT_HANDSHAKE_NO_UPGRADE},
        {start, UPGRADE ACCEPT_LINE, CLIENT_HANDSHAKE_NO_CONNECTION},
        {start, UPGRADE "Connection: close\r\n" ACCEPT_LINE, CLIENT_HANDSHAKE_NO_CONNECTION},
        {start, UPGRADE CONNECTION, CLIENT_HANDSHAKE_NO_ACCEPT},
        {start, UPGRADE CONNECTION ACCEPT_LINE ACCEPT_LINE, CLIENT_HANDSHAKE_REPEATED_ACCEPT},
        {start, UPGRADE CONNECTION "Sec-WebSocket-Accept:\r\n", CLIENT_HANDSHAKE_WRONG_ACCEPT},
        {start, UPGRADE CONNECTION "Sec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n",
         CLIENT_HANDSHAKE_WRONG_ACCEPT},
        {start, UPGRADE CONNECTION "Sec-WebSocket-Accept: " KEY "\r\n",
         CLIENT_HANDSHAKE_WRONG_ACCEPT},
        {start, UPGRADE CONNECTION "Sec-WebSocket-Accept: " ACCEPT "=\r\n",
         CLIENT_HANDSHAKE_WRONG_ACCEPT},
        {start, UPGRADE CONNECTION ACCEPT_LINE "Sec-WebSocket-Extensions: permessage-deflate\r\n",
         CLIENT_HANDSHAKE_EXTENSION},
        {start, UPGRADE CONNECTION ACCEPT_LINE "Sec-WebSocket-Protocol: Chat\r\n",
         CLIENT_HANDSHAKE_SUBPROTOCOL},
        {start, UPGRADE CONNECTION ACCEPT_LINE "Sec-WebSocket-Protocol: chat, superchat\r\n",
         CLIENT_HANDSHAKE_SUBPROTOCOL},
        {start, UPGRADE CONNECTION ACCEPT_LINE "Sec-WebSocket-Protocol:\r\n",
         CLIENT_HANDSHAKE_SUBPROTOCOL},
        {start,
         UPGRADE CONNECTION ACCEPT_LINE "Sec-WebSocket-Protocol: chat\r\n"
                                        "Sec-WebSocket-Protocol: chat\r\n",
         CLIENT_HANDSHAKE_REPEATED_SUBPROTOCOL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[1024];
        const char *subprotocol;
        snprintf(text, sizeof text, "%s%s\r\n", cases[i].first, cases[i].headers);
        enum client_handshake_verdict verdict = check(text, &two, &subprotocol);
        CHECK_FOR(verdict == cases[i].verdict, "verdict %d, not %d: %s", (int)verdict,
                  (int)cases[i].verdict, text);
        CHECK(client_handshake_sentence(verdict)[0] != '\0');
    }
}

TEST("client: a subprotocol that was not offered is refused") {
    const char *subprotocol;
    CHECK_EQUAL(check(GOOD "Sec-WebSocket-Protocol: chat\r\n\r\n", &nothing, &subprotocol),
                CLIENT_HANDSHAKE_SUBPROTOCOL);
    CHECK_EQUAL(check(GOOD "\r\n", &nothing, &subprotocol), CLIENT_HANDSHAKE_OPEN);
    CHECK(subprotocol == NULL);
}

TEST("client: an offer that cannot be made is refused") {
    for (const char *const *header =
             TEXTS("no colon", ": value", "bad name: x", "A: b\r\nC: d", "A: b\nC: d", "A: \x01",
                   "A: \x7f", "Host:", "Host: a b", "Host: a, b", "Host: http://a/", "upgrade: x",
                   "Connection: close", "Origin: x", "Content-Length: 0",
                   "Transfer-Encoding: chunked", "Sec-WebSocket-Key: x", "Sec-WebSocket-Version: 8",
                   "Sec-WebSocket-Protocol: x", "sec-websocket-extensions: x");
         *header != NULL; header++) {
        struct client_offer offer = {.headers = {{"Good: one", *header}, 2}};
        CHECK_FOR(client_offer_problem(&offer) != NULL, "%s", *header);
    }
    struct client_offer hosts = {.headers = {{"Host: a", "host: a"}, 2}};
    CHECK(client_offer_problem(&hosts) != NULL);
    static const char *const names[] = {"", "two words", "a,b", "chat"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct client_offer offer = {.subprotocols = {{"chat", names[i]}, 2}};
        CHECK_FOR(client_offer_problem(&offer) != NULL, "%s", names[i]);
    }
    CHECK(client_offer_problem(&(struct client_offer){.origin = ""}) != NULL);
    CHECK(client_offer_problem(&(struct client_offer){.origin = "a\r\nb"}) != NULL);
    CHECK(client_offer_problem(&(struct client_offer){.headers = {{"A:\tgr\xc3\xbc"}, 1}}) == NULL);
    CHECK(client_offer_problem(&two) == NULL);
    CHECK(client_offer_problem(&nothing) == NULL);
}
