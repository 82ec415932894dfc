/* handshake: every rule for a request of RFC 6455, 4.2.1, broken in turn, and every variation that
 * it allows. */
#include "common/base64.h"
#include "tests/support/handshake_request.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

TEST("handshake: a good request is accepted") {
    char text[HANDSHAKE_REQUEST_TEXT_SIZE];
    struct handshake handshake;
    handshake_request_write(text, NULL, NULL);
    CHECK_EQUAL(handshake_request_verdict(text, &handshake_request_any_origin, &handshake),
                HANDSHAKE_ACCEPTED);
    CHECK(strcmp(handshake.accept, ASKING_ACCEPT) == 0);
    CHECK(handshake.subprotocol == NULL);
}

TEST("handshake: the target is a path without a fragment (3)") {
    handshake_request_expect("GET", "GET * HTTP/1.1", HANDSHAKE_BAD_TARGET);
    handshake_request_expect("GET", "GET chat HTTP/1.1", HANDSHAKE_BAD_TARGET);
    handshake_request_expect("GET", "GET /chat#top HTTP/1.1", HANDSHAKE_BAD_TARGET);
    handshake_request_expect("GET", "GET http://a/chat HTTP/1.1", HANDSHAKE_ACCEPTED);
}

/* 4.2.1, item 1. */
TEST("handshake: the method is GET") {
    handshake_request_expect("GET", "POST /chat HTTP/1.1", HANDSHAKE_BAD_METHOD);
    handshake_request_expect("GET", "HEAD /chat HTTP/1.1", HANDSHAKE_BAD_METHOD);
    handshake_request_expect("GET", "get /chat HTTP/1.1", HANDSHAKE_BAD_METHOD);
    handshake_request_expect("GET", "GETS /chat HTTP/1.1", HANDSHAKE_BAD_METHOD);
}

TEST("handshake: HTTP/1.1 or higher") {
    handshake_request_expect("GET", "GET /chat HTTP/1.0", HANDSHAKE_BAD_HTTP_VERSION);
    handshake_request_expect("GET", "GET /chat HTTP/1.2", HANDSHAKE_ACCEPTED); /* "or higher" */
}

TEST("handshake: a target in any form") {
    handshake_request_expect("GET", "GET / HTTP/1.1", HANDSHAKE_ACCEPTED);
    handshake_request_expect("GET", "GET /chat?room=1 HTTP/1.1", HANDSHAKE_ACCEPTED);
    handshake_request_expect("GET", "GET http://server.example.com/chat HTTP/1.1",
                             HANDSHAKE_ACCEPTED);
}

/* Item 3. */
TEST("handshake: Upgrade lists websocket, in any case") {
    handshake_request_expect("Upgrade:", NULL, HANDSHAKE_NO_UPGRADE);
    handshake_request_expect("Upgrade:", "Upgrade:", HANDSHAKE_NO_UPGRADE);
    handshake_request_expect("Upgrade:", "Upgrade: h2c", HANDSHAKE_NO_UPGRADE);
    handshake_request_expect("Upgrade:", "Upgrade: websockets", HANDSHAKE_NO_UPGRADE);
    handshake_request_expect("Upgrade:", "Upgrade: web socket", HANDSHAKE_NO_UPGRADE);
    handshake_request_expect("Upgrade:", "Upgrade: websocket/13", HANDSHAKE_NO_UPGRADE);
    handshake_request_expect("Upgrade:", "Upgrade: \"websocket\"", HANDSHAKE_NO_UPGRADE);
    handshake_request_expect("Upgrade:", "X-Upgrade: websocket", HANDSHAKE_NO_UPGRADE);

    handshake_request_expect("Upgrade:", "Upgrade: WebSocket", HANDSHAKE_ACCEPTED);
    handshake_request_expect("Upgrade:", "upgrade:WEBSOCKET", HANDSHAKE_ACCEPTED);
    handshake_request_expect("Upgrade:", "Upgrade: foo, WebSocket", HANDSHAKE_ACCEPTED);
    handshake_request_expect("Upgrade:", "Upgrade: websocket,foo/2", HANDSHAKE_ACCEPTED);
    handshake_request_expect("Upgrade:", "Upgrade: foo\r\nUpgrade: websocket", HANDSHAKE_ACCEPTED);
}

/* Item 4. */
TEST("handshake: Connection lists Upgrade, in any case") {
    handshake_request_expect("Connection:", NULL, HANDSHAKE_NO_CONNECTION_UPGRADE);
    handshake_request_expect("Connection:", "Connection:", HANDSHAKE_NO_CONNECTION_UPGRADE);
    handshake_request_expect("Connection:", "Connection: close", HANDSHAKE_NO_CONNECTION_UPGRADE);
    handshake_request_expect("Connection:", "Connection: keep-alive",
                             HANDSHAKE_NO_CONNECTION_UPGRADE);
    handshake_request_expect("Connection:", "Connection: Upgraded",
                             HANDSHAKE_NO_CONNECTION_UPGRADE);
    handshake_request_expect("Connection:", "Connection: keep-alive Upgrade",
                             HANDSHAKE_NO_CONNECTION_UPGRADE);
    handshake_request_expect("Connection:", "Connection: websocket",
                             HANDSHAKE_NO_CONNECTION_UPGRADE);

    handshake_request_expect("Connection:", "Connection: keep-alive, Upgrade",
                             HANDSHAKE_ACCEPTED); /* Firefox 78 */
    handshake_request_expect("Connection:", "Connection: upgrade", HANDSHAKE_ACCEPTED); /* nginx */
    handshake_request_expect("Connection:", "CONNECTION:\tUPGRADE,keep-alive", HANDSHAKE_ACCEPTED);
    handshake_request_expect("Connection:", "Connection: , ,Upgrade,", HANDSHAKE_ACCEPTED);
    handshake_request_expect("Connection:", "Connection: keep-alive\r\nConnection: Upgrade",
                             HANDSHAKE_ACCEPTED);
}

TEST("handshake: no body") {
    handshake_request_expect(NULL, "Content-Length: 5", HANDSHAKE_HAS_BODY);
    handshake_request_expect(NULL, "Content-Length: 5\r\nContent-Length: 05", HANDSHAKE_HAS_BODY);
    handshake_request_expect(NULL, "Transfer-Encoding: chunked", HANDSHAKE_HAS_BODY);
    handshake_request_expect(NULL, "Content-Length: 0", HANDSHAKE_ACCEPTED);
    handshake_request_expect(NULL, "Content-Length: 00, 0", HANDSHAKE_ACCEPTED);
}

static void expect_key(const char *key, enum handshake_verdict wanted) {
    char line[200];
    snprintf(line, sizeof line, "Sec-WebSocket-Key: %s", key);
    handshake_request_expect("Sec-WebSocket-Key:", line, wanted);
}

/* Item 5: "a base64-encoded value that, when decoded, is 16 bytes in length". */
TEST("handshake: a key of exactly 16 bytes") {
    uint8_t bytes[40] = {0xfb, 0xff, 0xfe}; /* begins with +//+ in base64 */
    for (size_t count = 0; count < sizeof bytes; count++) {
        char key[80];
        base64_encode(bytes, count, key);
        expect_key(key, count == 16 ? HANDSHAKE_ACCEPTED : HANDSHAKE_BAD_KEY);
    }
}

TEST("handshake: a key in base64") {
    expect_key("", HANDSHAKE_BAD_KEY);
    expect_key("dGhlIHNhbXBsZSBub25jZQ", HANDSHAKE_BAD_KEY); /* without padding */
    expect_key("dGhlIHNhbXBsZSBub25jZQ=", HANDSHAKE_BAD_KEY);
    expect_key("dGhlIHNhbXBsZSBub25jZQ===", HANDSHAKE_BAD_KEY);
    expect_key("dGhlIHNhbXBs SBub25jZQ==", HANDSHAKE_BAD_KEY); /* white space within */
    expect_key("dGhlIHNhbXBsZSBub25j\tZQ==", HANDSHAKE_BAD_KEY);
    expect_key("-_hlIHNhbXBsZSBub25jZQ==", HANDSHAKE_BAD_KEY); /* the alphabet for addresses */
    expect_key("dGhl=HNhbXBsZSBub25jZQ==", HANDSHAKE_BAD_KEY);
    expect_key("the sample nonce", HANDSHAKE_BAD_KEY);
    expect_key("0123456789abcdef", HANDSHAKE_BAD_KEY); /* sixteen characters instead of bytes */
    expect_key("7468652073616d706c65206e6f6e6365", HANDSHAKE_BAD_KEY); /* hexadecimal */
    expect_key("  " ASKING_KEY "\t", HANDSHAKE_ACCEPTED);
}

/* The example of section 4.1 has bits past its sixteenth byte that no canonical text would have,
 * and so have keys that clients string together from random characters. */
TEST("handshake: a key with stray bits, as in 4.1, is let pass") {
    char text[HANDSHAKE_REQUEST_TEXT_SIZE];
    struct handshake handshake;
    handshake_request_write(text,
                            "Sec-WebSocket-Key:", "Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEC==");
    CHECK_EQUAL(handshake_request_verdict(text, &handshake_request_any_origin, &handshake),
                HANDSHAKE_ACCEPTED);
    CHECK_FOR(strcmp(handshake.accept, "OfS0wDaT5NoxF2gqm7Zj2YtetzM=") == 0, "%s",
              handshake.accept);
}

TEST("handshake: exactly one key") {
    handshake_request_expect("Sec-WebSocket-Key:", NULL, HANDSHAKE_NO_KEY);
    handshake_request_expect("Sec-WebSocket-Key:", "Sec-WebSocket-Key1: " ASKING_KEY,
                             HANDSHAKE_NO_KEY);
    handshake_request_expect(NULL, "Sec-WebSocket-Key: " ASKING_KEY, HANDSHAKE_REPEATED_KEY);
    handshake_request_expect(NULL,
                             "sec-websocket-key: x3JJHMbDL1EzLkh9GBhXDw==", HANDSHAKE_REPEATED_KEY);
    handshake_request_expect(NULL, "Sec-WebSocket-Key:", HANDSHAKE_REPEATED_KEY);
    expect_key(ASKING_KEY ", " ASKING_KEY,
               HANDSHAKE_BAD_KEY); /* as a proxy would join two headers */
}

/* Item 6. */
TEST("handshake: version 13, once") {
    static const char *const bad[] = {"",      "8",     "7",        "0",     "14",   "12",
                                      "1",     "130",   "013",      "+13",   "13.0", "0x0d",
                                      "13, 8", "8, 13", "thirteen", "\"13\""};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char line[80];
        snprintf(line, sizeof line, "Sec-WebSocket-Version: %s", bad[i]);
        handshake_request_expect("Sec-WebSocket-Version:", line, HANDSHAKE_BAD_VERSION);
    }
    handshake_request_expect("Sec-WebSocket-Version:", NULL, HANDSHAKE_NO_VERSION);
    handshake_request_expect("Sec-WebSocket-Version:", "Sec-WebSocket-Draft: 13",
                             HANDSHAKE_NO_VERSION);
    handshake_request_expect(NULL, "Sec-WebSocket-Version: 13", HANDSHAKE_REPEATED_VERSION);
    handshake_request_expect(NULL, "Sec-WebSocket-Version: 8", HANDSHAKE_REPEATED_VERSION);
    handshake_request_expect("Sec-WebSocket-Version:", "sec-websocket-version:\t13 ",
                             HANDSHAKE_ACCEPTED);
}

/* An older client learns which version to use, whatever else its handshake lacks by now. */
TEST("handshake: an older client is told of the version first") {
    const char *text = "GET /demo HTTP/1.1\r\n" /* draft-hixie-thewebsocketprotocol-76 */
                       "Host: example.com\r\n"
                       "Connection: Upgrade\r\n"
                       "Sec-WebSocket-Key2: 12998 5 Y3 1  .P00\r\n"
                       "Upgrade: WebSocket\r\n"
                       "Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\n"
                       "Origin: http://example.com\r\n\r\n";
    struct handshake handshake;
    CHECK_EQUAL(handshake_request_verdict(text, &handshake_request_any_origin, &handshake),
                HANDSHAKE_NO_VERSION);
}

/* Item 7. */
TEST("handshake: only listed origins may connect") {
    static const char *const origins[] = {"http://example.com", "https://a.example:8443", "null"};
    static const struct handshake_policy listed = {
        origins, 3, handshake_request_spoken, 3, {NULL, NULL}};
    handshake_request_expect_with(NULL, "Origin: http://example.com", &listed, HANDSHAKE_ACCEPTED);
    handshake_request_expect_with(NULL, "origin:HTTP://EXAMPLE.com", &listed, HANDSHAKE_ACCEPTED);
    handshake_request_expect_with(NULL, "Origin: https://a.example:8443", &listed,
                                  HANDSHAKE_ACCEPTED);
    handshake_request_expect_with(NULL, "Origin: null", &listed,
                                  HANDSHAKE_ACCEPTED); /* a page from file:// */

    handshake_request_expect_with(NULL, "Origin: https://example.com", &listed,
                                  HANDSHAKE_FORBIDDEN_ORIGIN);
    handshake_request_expect_with(NULL, "Origin: http://example.com:80", &listed,
                                  HANDSHAKE_FORBIDDEN_ORIGIN);
    handshake_request_expect_with(NULL, "Origin: http://example.com.evil", &listed,
                                  HANDSHAKE_FORBIDDEN_ORIGIN);
    handshake_request_expect_with(NULL, "Origin: http://evil/http://example.com", &listed,
                                  HANDSHAKE_FORBIDDEN_ORIGIN);
    handshake_request_expect_with(NULL, "Origin: http://example.com, null", &listed,
                                  HANDSHAKE_FORBIDDEN_ORIGIN);
    handshake_request_expect_with(NULL, "Origin: http://example.co", &listed,
                                  HANDSHAKE_FORBIDDEN_ORIGIN);
    handshake_request_expect_with(NULL, "Origin: *", &listed, HANDSHAKE_FORBIDDEN_ORIGIN);
    handshake_request_expect_with(NULL, "Origin:", &listed, HANDSHAKE_FORBIDDEN_ORIGIN);
    handshake_request_expect_with(NULL, NULL, &listed,
                                  HANDSHAKE_FORBIDDEN_ORIGIN); /* none at all */
}

TEST("handshake: without a list any origin may connect") {
    handshake_request_expect(NULL, "Origin: http://evil", HANDSHAKE_ACCEPTED);
    handshake_request_expect(NULL, "Origin: null", HANDSHAKE_ACCEPTED);
    handshake_request_expect(NULL, "Origin:", HANDSHAKE_ACCEPTED);
    handshake_request_expect(NULL, NULL, HANDSHAKE_ACCEPTED);
}

TEST("handshake: at most one Origin") {
    static const char *const origins[] = {"http://a"};
    static const struct handshake_policy listed = {
        origins, 1, handshake_request_spoken, 3, {NULL, NULL}};
    const char *same = "Origin: http://a\r\nOrigin: http://a";
    const char *other = "Origin: http://b\r\norigin: http://a";
    handshake_request_expect(NULL, same, HANDSHAKE_REPEATED_ORIGIN);
    handshake_request_expect_with(NULL, same, &listed, HANDSHAKE_REPEATED_ORIGIN);
    handshake_request_expect_with(NULL, other, &listed, HANDSHAKE_REPEATED_ORIGIN);
}
