/* handshake: every rule for a request of RFC 6455, 4.2.1, broken in turn, and every variation that
 * it allows. */
#include "common/base64.h"
#include "tests/support/handshake_request.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

static void accept(const char *start, const char *const *lines) {
    handshake_request_expect(HANDSHAKE_ACCEPTED, start, lines);
}

TEST("handshake: a good request is accepted") {
    char text[HANDSHAKE_REQUEST_TEXT_SIZE];
    struct handshake handshake;
    handshake_request_write(text, NULL, "");
    CHECK_EQUAL(handshake_request_verdict(text, &handshake_request_any_origin, &handshake),
                HANDSHAKE_ACCEPTED);
    CHECK(strcmp(handshake.accept, EXAMPLE_ACCEPT) == 0);
    CHECK(handshake.subprotocol == NULL);
}

/* 4.2.1, item 1. */
TEST("handshake: the method is GET") {
    handshake_request_expect(HANDSHAKE_BAD_METHOD, "GET",
                             TEXTS("POST /chat HTTP/1.1", "HEAD /chat HTTP/1.1",
                                   "get /chat HTTP/1.1", "GETS /chat HTTP/1.1"));
}

TEST("handshake: HTTP/1.1 or higher") {
    handshake_request_expect(HANDSHAKE_BAD_HTTP_VERSION, "GET", TEXTS("GET /chat HTTP/1.0"));
    accept("GET", TEXTS("GET /chat HTTP/1.2"));
}

TEST("handshake: the target is a path without a fragment, in any form (3)") {
    handshake_request_expect(
        HANDSHAKE_BAD_TARGET, "GET",
        TEXTS("GET * HTTP/1.1", "GET chat HTTP/1.1", "GET /chat#top HTTP/1.1"));
    accept("GET", TEXTS("GET / HTTP/1.1", "GET /chat?room=1 HTTP/1.1", "GET http://a/chat HTTP/1.1",
                        "GET http://server.example.com/chat HTTP/1.1"));
}

/* Item 3. */
TEST("handshake: Upgrade lists websocket, in any case") {
    handshake_request_expect(HANDSHAKE_NO_UPGRADE, "Upgrade:",
                             TEXTS("", "Upgrade:", "Upgrade: h2c", "Upgrade: websockets",
                                   "Upgrade: web socket", "Upgrade: websocket/13",
                                   "Upgrade: \"websocket\"", "X-Upgrade: websocket"));
    accept("Upgrade:", TEXTS("Upgrade: WebSocket", "upgrade:WEBSOCKET", "Upgrade: foo, WebSocket",
                             "Upgrade: websocket,foo/2", "Upgrade: foo\r\nUpgrade: websocket"));
}

/* Item 4. Firefox asks for keep-alive as well, and nginx writes "upgrade". */
TEST("handshake: Connection lists Upgrade, in any case") {
    handshake_request_expect(HANDSHAKE_NO_CONNECTION_UPGRADE, "Connection:",
                             TEXTS("", "Connection:", "Connection: close", "Connection: keep-alive",
                                   "Connection: Upgraded", "Connection: keep-alive Upgrade",
                                   "Connection: websocket"));
    accept("Connection:", TEXTS("Connection: keep-alive, Upgrade", "Connection: upgrade",
                                "CONNECTION:\tUPGRADE,keep-alive", "Connection: , ,Upgrade,",
                                "Connection: keep-alive\r\nConnection: Upgrade"));
}

TEST("handshake: no body") {
    handshake_request_expect(HANDSHAKE_HAS_BODY, NULL,
                             TEXTS("Content-Length: 5", "Content-Length: 5\r\nContent-Length: 05",
                                   "Transfer-Encoding: chunked"));
    accept(NULL, TEXTS("Content-Length: 0", "Content-Length: 00, 0"));
}

static void expect_keys(enum handshake_verdict wanted, const char *const *keys) {
    for (; *keys != NULL; keys++) {
        char line[200];
        snprintf(line, sizeof line, "Sec-WebSocket-Key: %s", *keys);
        handshake_request_expect(wanted, "Sec-WebSocket-Key:", TEXTS(line));
    }
}

/* Item 5: "a base64-encoded value that, when decoded, is 16 bytes in length". */
TEST("handshake: a key of exactly 16 bytes") {
    uint8_t bytes[40] = {0xfb, 0xff, 0xfe}; /* begins with +//+ in base64 */
    for (size_t count = 0; count < sizeof bytes; count++) {
        char key[80];
        base64_encode(bytes, count, key);
        expect_keys(count == 16 ? HANDSHAKE_ACCEPTED : HANDSHAKE_BAD_KEY, TEXTS(key));
    }
}

/* Wrong padding, white space within, the alphabet for addresses, sixteen characters instead of
 * bytes, hexadecimal; and two keys, as a proxy would join two headers. */
TEST("handshake: a key in base64") {
    expect_keys(HANDSHAKE_BAD_KEY, TEXTS("", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=",
                                         "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBs SBub25jZQ==",
                                         "dGhlIHNhbXBsZSBub25j\tZQ==", "-_hlIHNhbXBsZSBub25jZQ==",
                                         "dGhl=HNhbXBsZSBub25jZQ==", "the sample nonce",
                                         "0123456789abcdef", "7468652073616d706c65206e6f6e6365"));
    expect_keys(HANDSHAKE_BAD_KEY, TEXTS(EXAMPLE_KEY ", " EXAMPLE_KEY));
    expect_keys(HANDSHAKE_ACCEPTED, TEXTS("  " EXAMPLE_KEY "\t"));
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

TEST("handshake: one key") {
    handshake_request_expect(HANDSHAKE_NO_KEY,
                             "Sec-WebSocket-Key:", TEXTS("", "Sec-WebSocket-Key1: " EXAMPLE_KEY));
    handshake_request_expect(
        HANDSHAKE_REPEATED_KEY, NULL,
        TEXTS("Sec-WebSocket-Key: " EXAMPLE_KEY,
              "sec-websocket-key: x3JJHMbDL1EzLkh9GBhXDw==", "Sec-WebSocket-Key:"));
}

/* Item 6. */
TEST("handshake: version 13, once") {
    static const char start[] = "Sec-WebSocket-Version:";
    for (const char *const *bad = TEXTS("", "8", "7", "0", "14", "12", "1", "130", "013", "+13",
                                        "13.0", "0x0d", "13, 8", "8, 13", "thirteen", "\"13\"");
         *bad != NULL; bad++) {
        char line[80];
        snprintf(line, sizeof line, "Sec-WebSocket-Version: %s", *bad);
        handshake_request_expect(HANDSHAKE_BAD_VERSION, start, TEXTS(line));
    }
    handshake_request_expect(HANDSHAKE_NO_VERSION, start, TEXTS("", "Sec-WebSocket-Draft: 13"));
    handshake_request_expect(HANDSHAKE_REPEATED_VERSION, NULL,
                             TEXTS("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8"));
    accept(start, TEXTS("sec-websocket-version:\t13 "));
}

/* An older client learns which version to use, whatever else its handshake lacks by now. */
TEST("handshake: the version is judged before the key") {
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
    handshake_request_expect_by(&listed, HANDSHAKE_ACCEPTED, NULL,
                                TEXTS("Origin: http://example.com", "origin:HTTP://EXAMPLE.com",
                                      "Origin: https://a.example:8443", "Origin: null"));
    handshake_request_expect_by(
        &listed, HANDSHAKE_FORBIDDEN_ORIGIN, NULL,
        TEXTS("Origin: https://example.com", "Origin: http://example.com:80",
              "Origin: http://example.com.evil", "Origin: http://evil/http://example.com",
              "Origin: http://example.com, null", "Origin: http://example.co", "Origin: *",
              "Origin:", ""));
}

TEST("handshake: without a list any origin may connect") {
    accept(NULL, TEXTS("Origin: http://evil", "Origin: null", "Origin:", ""));
}

TEST("handshake: at most one Origin") {
    static const char *const origins[] = {"http://a"};
    static const struct handshake_policy listed = {
        origins, 1, handshake_request_spoken, 3, {NULL, NULL}};
    const char *const *repeated =
        TEXTS("Origin: http://a\r\nOrigin: http://a", "Origin: http://b\r\norigin: http://a");
    handshake_request_expect(HANDSHAKE_REPEATED_ORIGIN, NULL, repeated);
    handshake_request_expect_by(&listed, HANDSHAKE_REPEATED_ORIGIN, NULL, repeated);
}
