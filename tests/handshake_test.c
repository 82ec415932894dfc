/* handshake: every rule of RFC 6455 section 4.2 broken in turn, and every variation it allows. */
#include "step03_handshake/handshake.h"

#include "common/base64.h"
#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#define KEY "dGhlIHNhbXBsZSBub25jZQ==" /* the example of section 1.3 and what answers it */
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

enum { VERDICTS = HANDSHAKE_BAD_EXTENSIONS + 1, TEXT_SIZE = 1024 };

static const char *const spoken[] = {"chat", "superchat", "v2.example"};
static const struct handshake_policy any_origin = {.subprotocols = spoken, .subprotocol_count = 3};

static const char *const good_lines[] = {
    "GET /chat HTTP/1.1",  "Host: server.example.com",  "Upgrade: websocket",
    "Connection: Upgrade", ("Sec-WebSocket-Key: " KEY), "Sec-WebSocket-Version: 13",
};

/* The verdict about the request in `text`, which must be good HTTP. `handshake` starts with the
 * leftovers of another one. */
static enum handshake_verdict check_text(const char *text, const struct handshake_policy *policy,
                                         struct handshake *handshake) {
    struct http_request request;
    http_request_init(&request);
    enum http_verdict verdict = http_parse(&request, text, strlen(text));
    CHECK_FOR(verdict == HTTP_COMPLETE, "verdict %d of http for\n%s", verdict, text);
    *handshake = (struct handshake){"leftover", "leftover", "leftover"};
    return handshake_check(&request, policy, handshake);
}

/* Writes the good request, with the line that begins with `start` replaced by `lines`, which may be
 * several. NULL for `start`: they come in addition. NULL for `lines`: there is none. */
static void write_request(char text[TEXT_SIZE], const char *start, const char *lines) {
    size_t used = 0;
    for (size_t i = 0; i < sizeof good_lines / sizeof good_lines[0]; i++) {
        bool replaced = start != NULL && strncmp(good_lines[i], start, strlen(start)) == 0;
        const char *line = replaced ? lines : good_lines[i];
        if (line != NULL) {
            used += (size_t)snprintf(text + used, TEXT_SIZE - used, "%s\r\n", line);
        }
    }
    snprintf(text + used, TEXT_SIZE - used, "%s%s\r\n", start == NULL && lines != NULL ? lines : "",
             start == NULL && lines != NULL ? "\r\n" : "");
}

static void expect_with(const char *start, const char *lines, const struct handshake_policy *policy,
                        enum handshake_verdict wanted) {
    char text[TEXT_SIZE];
    struct handshake handshake;
    write_request(text, start, lines);
    enum handshake_verdict verdict = check_text(text, policy, &handshake);
    CHECK_FOR(verdict == wanted, "verdict %d, not %d, for\n%s", verdict, wanted, text);
    if (verdict == HANDSHAKE_ACCEPTED && strstr(text, KEY) != NULL) {
        CHECK_FOR(strcmp(handshake.accept, ACCEPT) == 0, "accept value %s", handshake.accept);
    }
}

static void expect(const char *start, const char *lines, enum handshake_verdict wanted) {
    expect_with(start, lines, &any_origin, wanted);
}

static void accept_values(void) {
    static const char *const examples[][2] = {
        {KEY, ACCEPT},
        {"x3JJHMbDL1EzLkh9GBhXDw==", "HSmrc0sMlYUkAGmm5OPpG2HaGWk="},
        {"AQIDBAUGBwgJCgsMDQ4PEC==", "OfS0wDaT5NoxF2gqm7Zj2YtetzM="},
        {"", "Kfh9QIsMVZcl6xEPYxPHzW8SZ8w="},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        char accept[HANDSHAKE_ACCEPT_SIZE];
        handshake_accept((struct http_text){examples[i][0], strlen(examples[i][0])}, accept);
        CHECK_FOR(strcmp(accept, examples[i][1]) == 0, "the key %s gives %s, not %s",
                  examples[i][0], accept, examples[i][1]);
    }
}

static void good_request(void) {
    char text[TEXT_SIZE];
    struct handshake handshake;
    write_request(text, NULL, NULL);
    CHECK_EQUAL(check_text(text, &any_origin, &handshake), HANDSHAKE_ACCEPTED);
    CHECK(strcmp(handshake.accept, ACCEPT) == 0);
    CHECK(handshake.subprotocol == NULL);
}

static void the_target_is_a_path_without_a_fragment(void) {
    expect("GET", "GET * HTTP/1.1", HANDSHAKE_BAD_TARGET);
    expect("GET", "GET chat HTTP/1.1", HANDSHAKE_BAD_TARGET);
    expect("GET", "GET /chat#top HTTP/1.1", HANDSHAKE_BAD_TARGET);
    expect("GET", "GET http://a/chat HTTP/1.1", HANDSHAKE_ACCEPTED);
}

/* 4.2.1, item 1. */
static void method_is_get(void) {
    expect("GET", "POST /chat HTTP/1.1", HANDSHAKE_BAD_METHOD);
    expect("GET", "HEAD /chat HTTP/1.1", HANDSHAKE_BAD_METHOD);
    expect("GET", "get /chat HTTP/1.1", HANDSHAKE_BAD_METHOD);
    expect("GET", "GETS /chat HTTP/1.1", HANDSHAKE_BAD_METHOD);
}

static void version_of_http(void) {
    expect("GET", "GET /chat HTTP/1.0", HANDSHAKE_BAD_HTTP_VERSION);
    expect("GET", "GET /chat HTTP/1.2", HANDSHAKE_ACCEPTED); /* "or higher" */
}

static void target_in_any_form(void) {
    expect("GET", "GET / HTTP/1.1", HANDSHAKE_ACCEPTED);
    expect("GET", "GET /chat?room=1 HTTP/1.1", HANDSHAKE_ACCEPTED);
    expect("GET", "GET http://server.example.com/chat HTTP/1.1", HANDSHAKE_ACCEPTED);
}

/* Item 3. */
static void upgrade_lists_websocket(void) {
    expect("Upgrade:", NULL, HANDSHAKE_NO_UPGRADE);
    expect("Upgrade:", "Upgrade:", HANDSHAKE_NO_UPGRADE);
    expect("Upgrade:", "Upgrade: h2c", HANDSHAKE_NO_UPGRADE);
    expect("Upgrade:", "Upgrade: websockets", HANDSHAKE_NO_UPGRADE);
    expect("Upgrade:", "Upgrade: web socket", HANDSHAKE_NO_UPGRADE);
    expect("Upgrade:", "Upgrade: websocket/13", HANDSHAKE_NO_UPGRADE);
    expect("Upgrade:", "Upgrade: \"websocket\"", HANDSHAKE_NO_UPGRADE);
    expect("Upgrade:", "X-Upgrade: websocket", HANDSHAKE_NO_UPGRADE);

    expect("Upgrade:", "Upgrade: WebSocket", HANDSHAKE_ACCEPTED);
    expect("Upgrade:", "upgrade:WEBSOCKET", HANDSHAKE_ACCEPTED);
    expect("Upgrade:", "Upgrade: foo, WebSocket", HANDSHAKE_ACCEPTED);
    expect("Upgrade:", "Upgrade: websocket,foo/2", HANDSHAKE_ACCEPTED);
    expect("Upgrade:", "Upgrade: foo\r\nUpgrade: websocket", HANDSHAKE_ACCEPTED);
}

/* Item 4. */
static void connection_lists_upgrade(void) {
    expect("Connection:", NULL, HANDSHAKE_NO_CONNECTION_UPGRADE);
    expect("Connection:", "Connection:", HANDSHAKE_NO_CONNECTION_UPGRADE);
    expect("Connection:", "Connection: close", HANDSHAKE_NO_CONNECTION_UPGRADE);
    expect("Connection:", "Connection: keep-alive", HANDSHAKE_NO_CONNECTION_UPGRADE);
    expect("Connection:", "Connection: Upgraded", HANDSHAKE_NO_CONNECTION_UPGRADE);
    expect("Connection:", "Connection: keep-alive Upgrade", HANDSHAKE_NO_CONNECTION_UPGRADE);
    expect("Connection:", "Connection: websocket", HANDSHAKE_NO_CONNECTION_UPGRADE);

    expect("Connection:", "Connection: keep-alive, Upgrade", HANDSHAKE_ACCEPTED); /* Firefox 78 */
    expect("Connection:", "Connection: upgrade", HANDSHAKE_ACCEPTED);             /* nginx */
    expect("Connection:", "CONNECTION:\tUPGRADE,keep-alive", HANDSHAKE_ACCEPTED);
    expect("Connection:", "Connection: , ,Upgrade,", HANDSHAKE_ACCEPTED);
    expect("Connection:", "Connection: keep-alive\r\nConnection: Upgrade", HANDSHAKE_ACCEPTED);
}

static void no_body(void) {
    expect(NULL, "Content-Length: 5", HANDSHAKE_HAS_BODY);
    expect(NULL, "Content-Length: 5\r\nContent-Length: 05", HANDSHAKE_HAS_BODY);
    expect(NULL, "Transfer-Encoding: chunked", HANDSHAKE_HAS_BODY);
    expect(NULL, "Content-Length: 0", HANDSHAKE_ACCEPTED);
    expect(NULL, "Content-Length: 00, 0", HANDSHAKE_ACCEPTED);
}

static void expect_key(const char *key, enum handshake_verdict wanted) {
    char line[200];
    snprintf(line, sizeof line, "Sec-WebSocket-Key: %s", key);
    expect("Sec-WebSocket-Key:", line, wanted);
}

/* Item 5: "a base64-encoded value that, when decoded, is 16 bytes in length". */
static void key_of_sixteen_bytes(void) {
    uint8_t bytes[40] = {0xfb, 0xff, 0xfe}; /* begins with +//+ in base64 */
    for (size_t count = 0; count < sizeof bytes; count++) {
        char key[80];
        base64_encode(bytes, count, key);
        expect_key(key, count == 16 ? HANDSHAKE_ACCEPTED : HANDSHAKE_BAD_KEY);
    }
}

static void key_in_base64(void) {
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
    expect_key("  " KEY "\t", HANDSHAKE_ACCEPTED);
}

/* The example of section 4.1 has bits behind its sixteenth byte that no canonical text would have,
 * and so have keys that clients string together from random characters. */
static void key_with_stray_bits(void) {
    char text[TEXT_SIZE];
    struct handshake handshake;
    write_request(text, "Sec-WebSocket-Key:", "Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEC==");
    CHECK_EQUAL(check_text(text, &any_origin, &handshake), HANDSHAKE_ACCEPTED);
    CHECK_FOR(strcmp(handshake.accept, "OfS0wDaT5NoxF2gqm7Zj2YtetzM=") == 0, "%s",
              handshake.accept);
}

static void one_key(void) {
    expect("Sec-WebSocket-Key:", NULL, HANDSHAKE_NO_KEY);
    expect("Sec-WebSocket-Key:", "Sec-WebSocket-Key1: " KEY, HANDSHAKE_NO_KEY);
    expect(NULL, "Sec-WebSocket-Key: " KEY, HANDSHAKE_REPEATED_KEY);
    expect(NULL, "sec-websocket-key: x3JJHMbDL1EzLkh9GBhXDw==", HANDSHAKE_REPEATED_KEY);
    expect(NULL, "Sec-WebSocket-Key:", HANDSHAKE_REPEATED_KEY);
    expect_key(KEY ", " KEY, HANDSHAKE_BAD_KEY); /* as a proxy would join two headers */
}

/* Item 6. */
static void version_thirteen(void) {
    static const char *const bad[] = {"",      "8",     "7",        "0",     "14",   "12",
                                      "1",     "130",   "013",      "+13",   "13.0", "0x0d",
                                      "13, 8", "8, 13", "thirteen", "\"13\""};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char line[80];
        snprintf(line, sizeof line, "Sec-WebSocket-Version: %s", bad[i]);
        expect("Sec-WebSocket-Version:", line, HANDSHAKE_BAD_VERSION);
    }
    expect("Sec-WebSocket-Version:", NULL, HANDSHAKE_NO_VERSION);
    expect("Sec-WebSocket-Version:", "Sec-WebSocket-Draft: 13", HANDSHAKE_NO_VERSION);
    expect(NULL, "Sec-WebSocket-Version: 13", HANDSHAKE_REPEATED_VERSION);
    expect(NULL, "Sec-WebSocket-Version: 8", HANDSHAKE_REPEATED_VERSION);
    expect("Sec-WebSocket-Version:", "sec-websocket-version:\t13 ", HANDSHAKE_ACCEPTED);
}

/* An older client learns which version to use, whatever else its handshake lacks by now. */
static void version_before_key(void) {
    const char *text = "GET /demo HTTP/1.1\r\n" /* draft-hixie-thewebsocketprotocol-76 */
                       "Host: example.com\r\n"
                       "Connection: Upgrade\r\n"
                       "Sec-WebSocket-Key2: 12998 5 Y3 1  .P00\r\n"
                       "Upgrade: WebSocket\r\n"
                       "Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\n"
                       "Origin: http://example.com\r\n\r\n";
    struct handshake handshake;
    CHECK_EQUAL(check_text(text, &any_origin, &handshake), HANDSHAKE_NO_VERSION);
}

/* Item 7. */
static void origins_that_are_listed(void) {
    static const char *const origins[] = {"http://example.com", "https://a.example:8443", "null"};
    static const struct handshake_policy listed = {origins, 3, spoken, 3, {NULL, NULL}};
    expect_with(NULL, "Origin: http://example.com", &listed, HANDSHAKE_ACCEPTED);
    expect_with(NULL, "origin:HTTP://EXAMPLE.com", &listed, HANDSHAKE_ACCEPTED);
    expect_with(NULL, "Origin: https://a.example:8443", &listed, HANDSHAKE_ACCEPTED);
    expect_with(NULL, "Origin: null", &listed, HANDSHAKE_ACCEPTED); /* a page from file:// */

    expect_with(NULL, "Origin: https://example.com", &listed, HANDSHAKE_FORBIDDEN_ORIGIN);
    expect_with(NULL, "Origin: http://example.com:80", &listed, HANDSHAKE_FORBIDDEN_ORIGIN);
    expect_with(NULL, "Origin: http://example.com.evil", &listed, HANDSHAKE_FORBIDDEN_ORIGIN);
    expect_with(NULL, "Origin: http://evil/http://example.com", &listed,
                HANDSHAKE_FORBIDDEN_ORIGIN);
    expect_with(NULL, "Origin: http://example.com, null", &listed, HANDSHAKE_FORBIDDEN_ORIGIN);
    expect_with(NULL, "Origin: http://example.co", &listed, HANDSHAKE_FORBIDDEN_ORIGIN);
    expect_with(NULL, "Origin: *", &listed, HANDSHAKE_FORBIDDEN_ORIGIN);
    expect_with(NULL, "Origin:", &listed, HANDSHAKE_FORBIDDEN_ORIGIN);
    expect_with(NULL, NULL, &listed, HANDSHAKE_FORBIDDEN_ORIGIN); /* none at all */
}

static void any_origin_and_none(void) {
    expect(NULL, "Origin: http://evil", HANDSHAKE_ACCEPTED);
    expect(NULL, "Origin: null", HANDSHAKE_ACCEPTED);
    expect(NULL, "Origin:", HANDSHAKE_ACCEPTED);
    expect(NULL, NULL, HANDSHAKE_ACCEPTED);
}

static void one_origin(void) {
    static const char *const origins[] = {"http://a"};
    static const struct handshake_policy listed = {origins, 1, spoken, 3, {NULL, NULL}};
    const char *same = "Origin: http://a\r\nOrigin: http://a";
    const char *other = "Origin: http://b\r\norigin: http://a";
    expect(NULL, same, HANDSHAKE_REPEATED_ORIGIN);
    expect_with(NULL, same, &listed, HANDSHAKE_REPEATED_ORIGIN);
    expect_with(NULL, other, &listed, HANDSHAKE_REPEATED_ORIGIN);
}

/* The client's list of subprotocols leads to the choice, or to none. */
static void expect_subprotocol(const char *lines, const char *wanted) {
    char text[TEXT_SIZE];
    struct handshake handshake;
    write_request(text, NULL, lines);
    CHECK_EQUAL(check_text(text, &any_origin, &handshake), HANDSHAKE_ACCEPTED);
    const char *got = handshake.subprotocol;
    bool good = got == wanted || (got != NULL && wanted != NULL && strcmp(got, wanted) == 0);
    CHECK_FOR(good, "chose %s, not %s, from\n%s", got != NULL ? got : "none",
              wanted != NULL ? wanted : "none", lines);
    for (size_t i = 0; i < 3 && got != NULL; i++) {
        good = got == spoken[i];
        got = good ? NULL : got;
    }
    CHECK(got == NULL); /* the choice is one of the policy's own strings */
}

/* Items 8 of 4.2.1 and 5 of 4.2.2. The order is the client's wish. */
static void choice_of_subprotocol(void) {
    expect_subprotocol("Sec-WebSocket-Protocol: chat", "chat");
    expect_subprotocol("Sec-WebSocket-Protocol: chat, superchat", "chat");
    expect_subprotocol("Sec-WebSocket-Protocol: superchat, chat", "superchat");
    expect_subprotocol("Sec-WebSocket-Protocol: soap,v2.example,chat", "v2.example");
    expect_subprotocol("sec-websocket-protocol: ,, superchat ,", "superchat");
    expect_subprotocol("Sec-WebSocket-Protocol: chat, chat", "chat");
}

static void subprotocols_in_several_headers(void) {
    expect_subprotocol("Sec-WebSocket-Protocol: soap\r\nSec-WebSocket-Protocol: superchat, chat",
                       "superchat");
    expect_subprotocol("Sec-WebSocket-Protocol: superchat\r\nX: y\r\nSec-WebSocket-Protocol: chat",
                       "superchat");
}

static void no_common_subprotocol(void) {
    expect_subprotocol(NULL, NULL);
    expect_subprotocol("Sec-WebSocket-Protocol: soap, wamp", NULL);
    expect_subprotocol("Sec-WebSocket-Protocol: Chat, CHAT", NULL); /* case counts (11.5) */
    expect_subprotocol("Sec-WebSocket-Protocol: chats, cha, chat.v1", NULL);
}

static void server_without_subprotocols(void) {
    static const struct handshake_policy none = {.subprotocol_count = 0};
    char text[TEXT_SIZE];
    struct handshake handshake;
    write_request(text, NULL, "Sec-WebSocket-Protocol: chat");
    CHECK_EQUAL(check_text(text, &none, &handshake), HANDSHAKE_ACCEPTED);
    CHECK(handshake.subprotocol == NULL);
}

static void subprotocols_are_tokens(void) {
    static const char *const bad[] = {"chat room", "chat/1",    "a;b",         "\"chat\"",
                                      "chat, a b", "a b, chat", "ch\xc3\xa9t", "chat(1)",
                                      "a=b",       "chat\tchat"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char line[80];
        snprintf(line, sizeof line, "Sec-WebSocket-Protocol: %s", bad[i]);
        expect(NULL, line, HANDSHAKE_BAD_SUBPROTOCOLS);
    }
    expect(NULL, "Sec-WebSocket-Protocol:", HANDSHAKE_BAD_SUBPROTOCOLS);
    expect(NULL, "Sec-WebSocket-Protocol: ,", HANDSHAKE_BAD_SUBPROTOCOLS);
    expect(NULL, "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: a b",
           HANDSHAKE_BAD_SUBPROTOCOLS);
}

/* Item 9, and section 9.1. */
static void extensions_are_well_formed(void) {
    expect(NULL, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
           HANDSHAKE_ACCEPTED);
    expect(NULL, "Sec-WebSocket-Extensions: a; b=\"1\"\r\nSec-WebSocket-Extensions: c, d",
           HANDSHAKE_ACCEPTED);
    expect(NULL, "Sec-WebSocket-Extensions:", HANDSHAKE_BAD_EXTENSIONS);
    expect(NULL, "Sec-WebSocket-Extensions: a;", HANDSHAKE_BAD_EXTENSIONS);
    expect(NULL, "Sec-WebSocket-Extensions: a b", HANDSHAKE_BAD_EXTENSIONS);
    expect(NULL, "Sec-WebSocket-Extensions: a\r\nSec-WebSocket-Extensions: b; c=",
           HANDSHAKE_BAD_EXTENSIONS);
}

/* What the clients of the world send, with the example's key. */
static const char *const client_requests[] = {
    /* Chromium */
    "GET /chat HTTP/1.1\r\nHost: localhost:8000\r\nConnection: Upgrade\r\nPragma: no-cache\r\n"
    "Cache-Control: no-cache\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36\r\nUpgrade: websocket\r\n"
    "Origin: http://localhost:8000\r\nSec-WebSocket-Version: 13\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en-US,en;q=0.9\r\n"
    "Sec-WebSocket-Key: " KEY "\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n",
    /* Firefox */
    "GET /chat HTTP/1.1\r\nHost: localhost:8000\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; "
    "rv:153.0) Gecko/20100101 Firefox/153.0\r\nAccept: */*\r\nAccept-Language: en-US,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\nSec-WebSocket-Version: 13\r\n"
    "Origin: http://localhost:8000\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"
    "Sec-WebSocket-Key: " KEY "\r\nConnection: keep-alive, Upgrade\r\n"
    "Sec-Fetch-Dest: empty\r\nSec-Fetch-Mode: websocket\r\nSec-Fetch-Site: same-origin\r\n"
    "Pragma: no-cache\r\nCache-Control: no-cache\r\nUpgrade: websocket\r\n\r\n",
    /* Safari of 2016 */
    "GET /chat HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nHost: localhost:8000\r\n"
    "Origin: http://localhost:8000\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n"
    "Sec-WebSocket-Key: " KEY "\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Extensions: x-webkit-deflate-frame\r\nUser-Agent: Mozilla/5.0 (Macintosh) "
    "AppleWebKit/601.7.7 (KHTML, like Gecko) Version/9.1.2 Safari/601.7.7\r\n\r\n",
    /* Postman, and ws for Node: no Origin */
    "GET /chat HTTP/1.1\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " KEY "\r\n"
    "Connection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    "Host: localhost:8000\r\n\r\n",
    /* curl: neither Origin nor extensions */
    "GET /chat HTTP/1.1\r\nHost: localhost:8000\r\nUser-Agent: curl/8.22.0\r\nAccept: */*\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: " KEY "\r\n\r\n",
    /* a page from file:// */
    "GET / HTTP/1.1\r\nHost: localhost:8000\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Origin: null\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " KEY "\r\n\r\n",
};

/* How a proxy writes the names of headers. */
enum name_case { AS_SENT, LOWER, CAPITALS_AFTER_HYPHENS, UPPER };

static char change_case(char character, enum name_case name_case, bool first) {
    bool upper = name_case == UPPER || (name_case == CAPITALS_AFTER_HYPHENS && first);
    if (upper && character >= 'a' && character <= 'z') {
        return (char)(character - 'a' + 'A');
    }
    if (!upper && character >= 'A' && character <= 'Z') {
        return (char)(character - 'A' + 'a');
    }
    return character;
}

/* Copies a request with its header names in another case. */
static void copy_request(char text[TEXT_SIZE], const char *request, enum name_case name_case) {
    bool in_name = false, first = false;
    size_t i = 0;
    for (; request[i] != '\0'; i++) {
        in_name = in_name && request[i] != ':';
        text[i] = in_name && name_case != AS_SENT ? change_case(request[i], name_case, first)
                                                  : request[i];
        first = request[i] == '-' || request[i] == '\n';
        in_name = in_name || request[i] == '\n';
    }
    text[i] = '\0';
}

static void real_clients_behind_any_proxy(void) {
    for (size_t i = 0; i < sizeof client_requests / sizeof client_requests[0]; i++) {
        for (int name_case = AS_SENT; name_case <= UPPER; name_case++) {
            char text[TEXT_SIZE];
            struct handshake handshake;
            copy_request(text, client_requests[i], (enum name_case)name_case);
            enum handshake_verdict verdict = check_text(text, &any_origin, &handshake);
            CHECK_FOR(verdict == HANDSHAKE_ACCEPTED, "verdict %d for\n%s", verdict, text);
            CHECK(strcmp(handshake.accept, ACCEPT) == 0);
            CHECK(handshake.subprotocol == NULL);
        }
    }
    char text[TEXT_SIZE];
    copy_request(text, "GET /A HTTP/1.1\r\nSec-WebSocket-Key: A\r\n", CAPITALS_AFTER_HYPHENS);
    CHECK(strcmp(text, "GET /A HTTP/1.1\r\nSec-Websocket-Key: A\r\n") == 0); /* Caddy */
}

static void expect_wanted(const char *lines, bool wanted) {
    char text[TEXT_SIZE];
    struct http_request request;
    snprintf(text, sizeof text, "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n", lines);
    http_request_init(&request);
    CHECK_EQUAL(http_parse(&request, text, strlen(text)), HTTP_COMPLETE);
    CHECK_FOR(handshake_is_wanted(&request) == wanted, "%s for\n%s",
              wanted ? "not wanted" : "wanted", text);
}

static void plain_requests_are_no_handshake(void) {
    expect_wanted("", false);
    expect_wanted("Connection: keep-alive\r\nUpgrade-Insecure-Requests: 1\r\n", false);
    expect_wanted("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n", false);
    expect_wanted("Connection: Upgrade\r\n", false);
    expect_wanted("Connection: upgrade\r\nVia: 1.1 proxy\r\n", false); /* nginx, always "upgrade" */

    expect_wanted("Upgrade: websocket\r\n", true);
    expect_wanted("upgrade: h2c, WebSocket\r\n", true);
    expect_wanted("Sec-WebSocket-Key: " KEY "\r\n", true);
    expect_wanted("sec-websocket-key:\r\n", true);
    expect_wanted("Sec-WebSocket-Version: 13\r\n", true);
    expect_wanted("Sec-WebSocket-Protocol: chat\r\n", true);
    expect_wanted("Sec-WebSocket-Extensions: permessage-deflate\r\n", true);
}

#define SETTING_VERSION "proxy_http_version 1.1"
#define SETTING_UPGRADE "proxy_set_header Upgrade $http_upgrade"
#define SETTING_CONNECTION "proxy_set_header Connection \"upgrade\""

/* What is left of a handshake behind a proxy still shows that one was meant, and the sentence names
 * the settings that are missing. The first line stands for nginx without any of them. */
static void requests_stripped_by_a_proxy(void) {
    static const struct {
        const char *version, *headers;
        enum handshake_verdict verdict;
        const char *settings[3];
    } rows[] = {
        {"1.0",
         "Connection: close\r\n",
         HANDSHAKE_NO_UPGRADE,
         {SETTING_VERSION, SETTING_UPGRADE, SETTING_CONNECTION}},
        {"1.1", "", HANDSHAKE_NO_UPGRADE, {SETTING_UPGRADE, SETTING_CONNECTION, ""}},
        {"1.1", "Connection: close\r\n", HANDSHAKE_NO_UPGRADE, {SETTING_UPGRADE, "", ""}},
        {"1.1", "Connection: upgrade\r\n", HANDSHAKE_NO_UPGRADE, {SETTING_UPGRADE, "", ""}},
        {"1.0",
         "Upgrade: websocket\r\nConnection: upgrade\r\n",
         HANDSHAKE_BAD_HTTP_VERSION,
         {SETTING_VERSION, "", ""}},
        {"1.1",
         "Upgrade: websocket\r\n",
         HANDSHAKE_NO_CONNECTION_UPGRADE,
         {SETTING_CONNECTION, "", ""}},
        {"1.1",
         "Upgrade: websocket\r\nConnection: close\r\n",
         HANDSHAKE_NO_CONNECTION_UPGRADE,
         {SETTING_CONNECTION, "", ""}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[TEXT_SIZE];
        struct http_request request;
        struct handshake handshake;
        snprintf(text, sizeof text,
                 "GET / HTTP/%s\r\nHost: 127.0.0.1:8000\r\n%sSec-WebSocket-Key: " KEY
                 "\r\nSec-WebSocket-Version: 13\r\nOrigin: http://example.com\r\n\r\n",
                 rows[i].version, rows[i].headers);
        http_request_init(&request);
        CHECK_EQUAL(http_parse(&request, text, strlen(text)), HTTP_COMPLETE);
        CHECK_FOR(handshake_is_wanted(&request), "not wanted:\n%s", text);
        enum handshake_verdict verdict = check_text(text, &any_origin, &handshake);
        CHECK_FOR(verdict == rows[i].verdict, "verdict %d for\n%s", verdict, text);
        for (size_t setting = 0; setting < 3; setting++) {
            CHECK_FOR(strstr(handshake_sentence(verdict), rows[i].settings[setting]) != NULL,
                      "%s lacks %s", handshake_sentence(verdict), rows[i].settings[setting]);
        }
    }
}

/* The answer to every verdict. A 426 names the protocol and the version that would do (4.4), a 405
 * the method (RFC 9110, 15.5.6). */
static void statuses_and_headers(void) {
    static const char upgrade[] =
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";
    static const struct {
        int status;
        const char *headers;
    } wanted[VERDICTS] = {
        [HANDSHAKE_ACCEPTED] = {101, ""},         [HANDSHAKE_BAD_METHOD] = {405, "Allow: GET\r\n"},
        [HANDSHAKE_BAD_TARGET] = {400, ""},       [HANDSHAKE_BAD_HTTP_VERSION] = {400, ""},
        [HANDSHAKE_NO_UPGRADE] = {426, upgrade},  [HANDSHAKE_NO_CONNECTION_UPGRADE] = {400, ""},
        [HANDSHAKE_HAS_BODY] = {400, ""},         [HANDSHAKE_NO_KEY] = {400, ""},
        [HANDSHAKE_REPEATED_KEY] = {400, ""},     [HANDSHAKE_BAD_KEY] = {400, ""},
        [HANDSHAKE_NO_VERSION] = {426, upgrade},  [HANDSHAKE_REPEATED_VERSION] = {400, ""},
        [HANDSHAKE_BAD_VERSION] = {426, upgrade}, [HANDSHAKE_REPEATED_ORIGIN] = {400, ""},
        [HANDSHAKE_FORBIDDEN_ORIGIN] = {403, ""}, [HANDSHAKE_BAD_SUBPROTOCOLS] = {400, ""},
        [HANDSHAKE_BAD_EXTENSIONS] = {400, ""},
    };
    for (int i = 0; i < VERDICTS; i++) {
        enum handshake_verdict verdict = (enum handshake_verdict)i;
        CHECK_FOR(handshake_status(verdict) == wanted[i].status, "verdict %d has status %d", i,
                  handshake_status(verdict));
        CHECK_FOR(strcmp(handshake_error_headers(verdict), wanted[i].headers) == 0,
                  "verdict %d has the headers\n%s", i, handshake_error_headers(verdict));
    }
}

static void sentences(void) {
    for (int i = 0; i < VERDICTS; i++) {
        const char *sentence = handshake_sentence((enum handshake_verdict)i);
        CHECK_FOR(strlen(sentence) > 10 && sentence[strlen(sentence) - 1] == '.', "\"%s\"",
                  sentence);
        CHECK(strpbrk(sentence, "\r\n") == NULL);
        for (int other = 0; other < i; other++) {
            CHECK(strcmp(sentence, handshake_sentence((enum handshake_verdict)other)) != 0);
        }
    }
}

static void check_headers(const char *subprotocol, const char *wanted) {
    struct handshake handshake = {ACCEPT, subprotocol, NULL};
    char headers[HANDSHAKE_HEADERS_MAX];
    handshake_headers(&handshake, headers);
    CHECK_FOR(strcmp(headers, wanted) == 0, "the headers are\n%s", headers);
}

/* A header without a value is never sent: browsers fail the connection on it. */
static void headers_of_the_answer(void) {
    check_headers(NULL, "Upgrade: websocket\r\n"
                        "Connection: Upgrade\r\n"
                        "Sec-WebSocket-Accept: " ACCEPT "\r\n");
    check_headers("chat", "Upgrade: websocket\r\n"
                          "Connection: Upgrade\r\n"
                          "Sec-WebSocket-Accept: " ACCEPT "\r\n"
                          "Sec-WebSocket-Protocol: chat\r\n");
}

static void longest_subprotocol(void) {
    char name[HANDSHAKE_SUBPROTOCOL_MAX + 1], wanted[HANDSHAKE_HEADERS_MAX];
    memset(name, 'x', HANDSHAKE_SUBPROTOCOL_MAX);
    name[HANDSHAKE_SUBPROTOCOL_MAX] = '\0';
    snprintf(wanted, sizeof wanted,
             "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " ACCEPT "\r\n"
             "Sec-WebSocket-Protocol: %s\r\n",
             name);
    check_headers(name, wanted);
}

int main(void) {
    test_run("handshake: the accept value of known keys (1.3)", accept_values);
    test_run("handshake: a good request is accepted", good_request);
    test_run("handshake: the method is GET", method_is_get);
    test_run("handshake: HTTP/1.1 or higher", version_of_http);
    test_run("handshake: a target in any form", target_in_any_form);
    test_run("handshake: Upgrade lists websocket, in any case", upgrade_lists_websocket);
    test_run("handshake: Connection lists Upgrade, in any case", connection_lists_upgrade);
    test_run("handshake: no body", no_body);
    test_run("handshake: a key of exactly 16 bytes", key_of_sixteen_bytes);
    test_run("handshake: a key in base64", key_in_base64);
    test_run("handshake: a key with stray bits, as in 4.1, is let pass", key_with_stray_bits);
    test_run("handshake: exactly one key", one_key);
    test_run("handshake: version 13, once", version_thirteen);
    test_run("handshake: an older client is told of the version first", version_before_key);
    test_run("handshake: only listed origins may connect", origins_that_are_listed);
    test_run("handshake: without a list any origin may connect", any_origin_and_none);
    test_run("handshake: at most one Origin", one_origin);
    test_run("handshake: the first subprotocol of the client's list", choice_of_subprotocol);
    test_run("handshake: subprotocols in several headers", subprotocols_in_several_headers);
    test_run("handshake: no common subprotocol, no choice", no_common_subprotocol);
    test_run("handshake: a server without subprotocols", server_without_subprotocols);
    test_run("handshake: subprotocols are tokens", subprotocols_are_tokens);
    test_run("handshake: extensions are well-formed", extensions_are_well_formed);
    test_run("handshake: real clients, behind any proxy", real_clients_behind_any_proxy);
    test_run("handshake: plain requests are told apart", plain_requests_are_no_handshake);
    test_run("handshake: requests that a proxy has stripped", requests_stripped_by_a_proxy);
    test_run("handshake: the target is a path without a fragment (3)",
             the_target_is_a_path_without_a_fragment);
    test_run("handshake: status and headers of every verdict", statuses_and_headers);
    test_run("handshake: a sentence for every verdict", sentences);
    test_run("handshake: the headers of the answer", headers_of_the_answer);
    test_run("handshake: the longest subprotocol fits", longest_subprotocol);
    return test_report();
}
