/* Step 3: opening handshakes that a server must accept, in every legal form. RFC 6455, 4.2. All
 * rows are for servers. */
#include "wscheck/cases/cases.h"

#include <stdio.h>

#define HINT_CASE "compare header names and the values websocket and Upgrade without regard to case"
#define HINT_LIST                                                                                   \
    "Connection is a list, which may span several headers (RFC 9110, 5.3) and have empty elements " \
    "(5.6.1); Firefox sends keep-alive, Upgrade"
#define HINT_SPACE "remove spaces and tabs around a value before you use it"
#define HINT_KEY                                                                                     \
    "hash the key as text, followed by the GUID, with SHA-1, and encode the 20 bytes in base64; do " \
    "not decode the key, and do not encode hex digits"
#define HINT_MANY "do not expect few headers or a certain order"
#define HINT_OFFER "choose one that the client has offered, or do not send this header"
#define HINT_PIECES                                                                                \
    "gather bytes until the empty line has come; a read returns any part of what was sent"
#define HINT_EARLY                                                                                 \
    "keep what comes after the empty line in the same read: it is the first frame; or end the "    \
    "connection, since a client MUST wait (4.1); but do not lose the bytes"
#define HINT_STALL "a slow client must not occupy the accepting thread or a lock"

static const struct case_row rows[] = {
    {CASES_HANDSHAKE, "An ordinary handshake is accepted.", "accept", HINT_KEY},
    {"6455/4.2.2/key-of-the-rfc", "The key of the RFC's example gets the RFC's answer.",
     "set 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' accept "
     "has 'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo='",
     HINT_KEY},
    {"6455/4.2.2/key-of-zeros", "A key of sixteen zero bytes is accepted.",
     "set 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==' accept", HINT_KEY},
    {"6455/4.2.2/key-with-plus-and-slash", "A key with + and / in it is hashed as it is.",
     "set 'Sec-WebSocket-Key: +/+/+/+/+/+/+/+/+/+/+w==' accept", HINT_KEY},
    {"6455/4.2.2/key-with-last-bits-set",
     "The key of section 4.1, whose last bits are not zero, is accepted.",
     "practice: set 'Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEC==' accept",
     "a strict decoder of base64 refuses the RFC's own example"},
    {"6455/4.2.2/spaces-around-key", "White space around the key does not belong to it.",
     "set 'Sec-WebSocket-Key:    dGhlIHNhbXBsZSBub25jZQ==  ' accept", HINT_SPACE},
    {"6455/4.2.2/tab-before-key", "A tab before the key does not belong to it.",
     "set 'Sec-WebSocket-Key:'[09]'dGhlIHNhbXBsZSBub25jZQ==' accept", HINT_SPACE},
    {"6455/4.2.1/upgrade-taken/{mixed-case=WebSocket, upper-case=WEBSOCKET, odd-case=wEbSoCkEt}",
     "Upgrade: {=} is accepted.", "set 'Upgrade: {=}' accept", HINT_CASE},
    {"6455/4.2.1/upgrade-taken/in-a-list", "Upgrade may list other protocols with websocket.",
     "practice: set 'Upgrade: h2c, websocket' accept",
     "Upgrade is a list of protocols (RFC 9110, 7.8)"},
    {"6455/4.2.1/connection-taken/{lower-case=upgrade, upper-case=UPGRADE}",
     "Connection: {=} is accepted.", "set 'Connection: {=}' accept", HINT_CASE},
    {"6455/4.2.1/connection-taken/last-in-a-list", "Connection: keep-alive, Upgrade is accepted.",
     "set 'Connection: keep-alive, Upgrade' accept", HINT_LIST},
    {"6455/4.2.1/connection-taken/first-in-a-list", "Connection: Upgrade, keep-alive is accepted.",
     "set 'Connection: Upgrade, keep-alive' accept", HINT_LIST},
    {"6455/4.2.1/connection-taken/list-without-space",
     "Connection: keep-alive,upgrade, without a space, is accepted.",
     "set 'Connection: keep-alive,upgrade' accept", HINT_LIST},
    {"6455/4.2.1/connection-taken/list-with-spaces",
     "Connection with spaces around its tokens is accepted.",
     "set 'Connection: keep-alive  ,   Upgrade  , x' accept", HINT_LIST},
    {"6455/4.2.1/connection-taken/list-with-tabs",
     "Connection with tabs around its tokens is accepted.",
     "set 'Connection: keep-alive '[09]',  Upgrade '[09]', x' accept",
     "RFC 9110, 5.6.1 and 5.6.3: there may be spaces and tabs around the elements of a list"},
    {"6455/4.2.1/connection-taken/list-with-empty-elements",
     "Connection with empty elements is accepted (RFC 9110, 5.6.1).",
     "set 'Connection: , ,Upgrade,' accept", HINT_LIST},
    {"6455/4.2.1/connection-taken/second-header",
     "The second of two Connection headers may have the token Upgrade.",
     "set 'Connection: keep-alive' add 'Connection: Upgrade' accept", HINT_LIST},
    {"6455/4.2.1/connection-taken/first-header",
     "The first of two Connection headers may have the token Upgrade.",
     "add 'Connection: keep-alive' accept", HINT_LIST},
    {"6455/4.2.1/header-names/lower-case",
     "Header names in lower case are understood, as HAProxy sends them.", "lower accept",
     HINT_CASE},
    {"6455/4.2.1/header-names/upper-case", "Header names in upper case are understood.",
     "upper accept", HINT_CASE},
    {"6455/4.2.1/header-names/mixed-case",
     "The name Sec-Websocket-Key, as Caddy writes it, is understood.",
     "drop 'Sec-WebSocket-Key' add 'Sec-Websocket-Key: dGhlIHNhbXBsZSBub25jZQ==' accept",
     HINT_CASE},
    {"6455/4.2.1/headers-in-any-order", "The order of the headers does not matter.",
     "reverse accept", HINT_MANY},
    {"6455/4.2.1/no-space-after-colon", "The space after a colon may be missing.",
     "set 'Upgrade:websocket' set 'Connection:Upgrade' set 'Sec-WebSocket-Version:13' accept",
     HINT_SPACE},
    {"6455/4.2.1/spaces-around-values", "Spaces and tabs around values do not matter.",
     "set 'Upgrade: '[09]' websocket'[09]' ' set 'Connection:  Upgrade  ' "
     "set 'Sec-WebSocket-Version: 13 ' accept",
     HINT_SPACE},
    {"6455/4.2.1/other-headers/without-value", "A header without a value is ignored.",
     "add 'X-Empty:' accept", HINT_SPACE},
    {"6455/4.2.1/other-headers/unknown", "Headers that the server does not know are ignored.",
     "add 'X-Wscheck: 1' add 'Pragma: no-cache' add 'Cache-Control: no-cache' "
     "add 'User-Agent: wscheck' accept",
     HINT_MANY},
    {"6455/4.2.1/other-headers/punctuation",
     "A header with colons, commas and quotes in its value is ignored.",
     "add 'X-Odd: a: b, \"c, d\"; e=f, : ;' accept", HINT_MANY},
    {"6455/4.2.1/other-headers/known-beginning",
     "Headers whose names begin with Upgrade or Connection are ignored.",
     "add 'Upgrade-Insecure-Requests: 1' add 'Connection-Info: no' accept",
     "compare names as a whole, not their beginnings"},
    {"6455/4.2.1/other-headers/long-cookie", "A cookie of 4000 bytes is accepted.",
     "practice: add 'x'*4000 accept",
     "users have large cookies; most servers accept a head of 8 kB at least"},
    {"6455/4.2.1/query-in-target", "A query in the target is no reason to refuse.",
     "practice: target '?token=a%20b&x=1' accept",
     "compare the path without the part after the question mark"},
    {"6455/4.2.1/target-in-absolute-form", "A target in absolute form is understood.",
     "target 'http:' accept", "4.2.1, item 1: the target may be an absolute HTTP URI"},
    {"6455/4.2.1/request-of-a-browser", "A browser's request is answered.",
     "should: add 'Origin: http://localhost' add 'Accept-Encoding: gzip, deflate, br' "
     "add 'Accept-Language: en-US,en;q=0.9' add 'Sec-Fetch-Mode: websocket' answer",
     "a server may answer 403 because of the Origin, but it has to answer"},
    {"6455/4.2.1/origin-null", "An Origin of null, as of file:// pages, is answered.",
     "should: add 'Origin: null' answer", "answer with 101 or 403, as the server's policy demands"},
    {"6455/4.2.2/subprotocol/one", "One subprotocol is offered, and that one or none is chosen.",
     "add 'Sec-WebSocket-Protocol: chat' acceptable", HINT_OFFER},
    {"6455/4.2.2/subprotocol/several",
     "Several subprotocols are offered, and one of them or none is chosen.",
     "add 'Sec-WebSocket-Protocol: superchat, chat ,v2.example.org' acceptable", HINT_OFFER},
    {"6455/4.2.2/subprotocol/in-two-headers",
     "Subprotocols are offered in two headers, and one of them or none is chosen.",
     "add 'Sec-WebSocket-Protocol: x-wscheck-a' add 'Sec-WebSocket-Protocol: chat' acceptable",
     HINT_OFFER},
    {"6455/4.2.2/subprotocol/unasked", "Without an offer no subprotocol is chosen.",
     "accept lacks 'Sec-WebSocket-Protocol'", HINT_OFFER},
    {"6455/4.2.2/subprotocol/case", "Subprotocols are case-sensitive: CHAT is not chat.",
     "add 'Sec-WebSocket-Protocol: CHAT' acceptable", HINT_OFFER},
    {"6455/4.2.2/extension/unknown", "An unknown extension is not accepted.",
     "add 'Sec-WebSocket-Extensions: x-wscheck-unknown' accept", HINT_OFFER},
    {"6455/4.2.2/extension/with-parameters", "Unknown extensions with parameters are not accepted.",
     "add 'Sec-WebSocket-Extensions: x-wscheck-a; b; c=1, x-wscheck-d; e=\"f\"' accept",
     HINT_OFFER},
    {"6455/4.2.2/extension/unasked", "Without an offer no extension is accepted.",
     "accept lacks 'Sec-WebSocket-Extensions'", HINT_OFFER},
    {"6455/4.2.1/pieces/one-byte", "A handshake in pieces of one byte is accepted.",
     "chop 1 accept", HINT_PIECES},
    {"6455/4.2.1/pieces/seven-bytes", "A handshake in pieces of seven bytes is accepted.",
     "chop 7 accept", HINT_PIECES},
    {"6455/4.2.1/pieces/64-bytes", "A handshake in pieces of 64 bytes is accepted.",
     "chop 64 accept", HINT_PIECES},
    {"6455/4.2.1/stall/before-request",
     "A client that has connected and is silent does not hold up others.",
     "practice: raw '' meanwhile leave", HINT_STALL},
    {"6455/4.2.1/stall/within-request",
     "A client that stops within its handshake does not hold up others.",
     "practice: unfinished 40 meanwhile rest accept", HINT_STALL},
    {"6455/4.2.1/stall/before-last-byte",
     "A client that stops before the last byte does not hold up others.",
     "practice: allbut 1 meanwhile rest accept", HINT_STALL},
    {"6455/4.2.1/frame-right-after-request",
     "A frame after the request in the same segment does no harm.",
     "practice: early text 'Hello' accept <? text 'Hello' leave", HINT_EARLY},
    {"6455/4.2.1/half-frame-right-after-request",
     "Half a frame after the request in the same segment does no harm.",
     "practice: early cut 3 text 'Hello' accept leave", HINT_EARLY},
    {"6455/4.2.1/cut/first-{1=after its first byte, 3=after GET, 4=before its target, "
     "20=within its first header, 60=within its headers}",
     "A handshake cut in two {=} is accepted.", "unfinished {} rest accept", HINT_PIECES},
    {"6455/4.2.1/cut/last-{5=before its last header's last byte, 4=after its last header, "
     "3=between CR and LF of its last header, 2=before its empty line, 1=within its empty line}",
     "A handshake cut in two {=} is accepted.", "allbut {} rest accept", HINT_PIECES},
};

static void add_fifty_headers(struct case_list *list) {
    char script[3000];
    size_t written = 0;
    for (unsigned i = 0; i < 50; i++) {
        written += (size_t)snprintf(script + written, sizeof script - written,
                                    "add 'X-Header-%u: value %u' ", i, i);
    }
    snprintf(script + written, sizeof script - written, "accept");
    cases_add(list, FOR_SERVERS,
              &(struct case_row){"6455/4.2.1/other-headers/fifty",
                                 "Fifty more headers do not matter.", script, HINT_MANY});
}

const struct case_file cases_handshake = {.step = 3,
                                          .role = FOR_SERVERS,
                                          .rows = rows,
                                          .count = CASES_COUNT(rows),
                                          .add = add_fifty_headers};
