/* Step 6: the answers to its handshake that a client has to accept, and those that it must not.
 * RFC 6455, 4.1. All rows are for clients. */
#include "wscheck/cases/cases.h"

#define HINT_UPGRADE                                                                                 \
    "4.1, items 2 and 3 of the checks: without this header, or with another value, the client MUST " \
    "fail the connection; compare without regard to case"
#define HINT_ACCEPT                                                                                \
    "4.1, item 4: compare the value, without the space around it, byte by byte with "              \
    "base64(SHA-1(key + GUID)); the case of letters matters in base64"
#define HINT_EXTENSION                                                                             \
    "4.1, item 5: an extension that was not offered changes the meaning of the frames"
#define HINT_SUBPROTOCOL "4.1, item 6: the answer may name a subprotocol that was offered, or none"
#define HINT_STATUS                                                                                \
    "4.1, item 1: only 101 opens the connection; any other status is an ordinary HTTP answer"
#define HINT_HTTP                                                                                  \
    "neither the case of header names, nor their order, nor the reason phrase has a meaning, and " \
    "white space around a value does not belong to it (RFC 9112, 4 and 5)"
#define HINT_READ "a read returns any part of the answer: read on until the empty line has come"
#define HINT_CUT "an answer that ends before its empty line is none"
#define HINT_INTERIM                                                                               \
    "a head with a status of 1xx other than 101 is not the answer yet: drop it and read on"
#define HINT_KEPT                                                                                   \
    "the length or the last chunk tells the end of a body; a client that waits for the end of TCP " \
    "hangs if the server keeps the connection open"

static const struct case_row rows[] = {
    {"6455/4.1/answer-taken/ordinary", "An ordinary answer opens the connection.", "opens",
     HINT_ACCEPT},
    {"6455/4.1/answer-taken/any-order", "The headers of an answer have any order.", "reverse opens",
     HINT_HTTP},
    {"6455/4.1/answer-taken/names-in-lower-case", "The names of headers may be in lower case.",
     "lower opens", HINT_HTTP},
    {"6455/4.1/answer-taken/names-in-upper-case", "The names of headers may be in upper case.",
     "upper opens", HINT_HTTP},
    {"6455/4.1/answer-taken/upgrade-in-{mixed-case=WebSocket, upper-case=WEBSOCKET}",
     "Upgrade may say {=}.", "set 'Upgrade: {=}' opens", HINT_UPGRADE},
    {"6455/4.1/answer-taken/connection-in-{lower-case=upgrade, upper-case=UPGRADE}",
     "Connection may say {=}.", "set 'Connection: {=}' opens", HINT_UPGRADE},
    {"6455/4.1/answer-taken/connection-lists-more", "Connection may list other tokens, too.",
     "set 'Connection: keep-alive, Upgrade' opens", "Connection is a list of tokens"},
    {"6455/4.1/answer-taken/another-reason-phrase",
     "Another reason phrase opens the connection as well.",
     "answers 'HTTP/1.1 101 Web Socket Protocol Handshake' opens", HINT_HTTP},
    {"6455/4.1/answer-taken/empty-reason-phrase",
     "An empty reason phrase opens the connection as well.", "answers 'HTTP/1.1 101 ' opens",
     HINT_HTTP},
    {"6455/4.1/answer-taken/spaces-around-accept",
     "White space around the accept value does not belong to it.",
     "set 'Sec-WebSocket-Accept:    {accept}   ' opens", HINT_ACCEPT},
    {"6455/4.1/answer-taken/tabs-around-accept",
     "Tabs around the accept value do not belong to it.",
     "set 'Sec-WebSocket-Accept:\t{accept}\t' opens", HINT_ACCEPT},
    {"6455/4.1/answer-taken/no-space-before-values",
     "White space before the values may be missing.",
     "set 'Sec-WebSocket-Accept:{accept}' set 'Upgrade:websocket' set 'Connection:Upgrade' opens",
     HINT_HTTP},
    {"6455/4.1/answer-taken/spaces-around-upgrade",
     "White space around the values of Upgrade and Connection does not belong to them.",
     "set 'Upgrade:   websocket  ' set 'Connection:   Upgrade  ' opens", HINT_HTTP},
    {"6455/4.1/answer-taken/unknown-headers", "Headers that the client does not know do no harm.",
     "add 'Server: wscheck' add 'X-Empty:' add 'Date: Thu, 01 Jan 1970 00:00:00 GMT' opens",
     HINT_HTTP},
    {"6455/4.1/answer-taken/cookie", "A cookie in the answer does no harm.",
     "add 'Set-Cookie: a=b; Path=/' add 'Set-Cookie: c=d' opens", HINT_HTTP},
    {"6455/4.1/answer-taken/pieces-of-one-byte",
     "An answer in pieces of one byte opens the connection.", "chop 1 opens", HINT_READ},
    {"6455/4.1/answer-taken/pieces-of-seven-bytes",
     "An answer in pieces of seven bytes opens the connection.", "chop 7 opens", HINT_READ},
    {"6455/4.1/answer-taken/after-a-while", "An answer after a while opens the connection.",
     "quiet 300 opens", HINT_READ},
    {"6455/4.1/answer-taken/offered-subprotocol", "A subprotocol that was offered may be chosen.",
     "offered set 'Sec-WebSocket-Protocol: {subprotocol}' opens", HINT_SUBPROTOCOL},
    {"6455/4.1/answer-taken/no-subprotocol", "The server need not choose an offered subprotocol.",
     "offered opens", HINT_SUBPROTOCOL},
    {"9110/15.2/100-before-101", "A 100 before the 101 is skipped.",
     "interim 'HTTP/1.1 100 Continue'[0d0a0d0a] opens", HINT_INTERIM},
    {"9110/15.2/103-before-101", "A 103 with headers, a while before the 101, is skipped.",
     "interim 'HTTP/1.1 103 Early Hints'[0d0a]'Link: </a.css>; rel=preload'[0d0a0d0a] quiet 50 "
     "opens",
     HINT_INTERIM},
    {"9110/15.2/two-before-101", "A 100 and a 103 in pieces of seven bytes are skipped.",
     "chop 7 interim 'HTTP/1.1 100 Continue'[0d0a0d0a] "
     "interim 'HTTP/1.1 103 Early Hints'[0d0a0d0a] opens",
     HINT_INTERIM},
    {"9112/6.3/refusal-kept-open/length",
     "A refusal with a length ends after that many bytes, although TCP stays open.",
     "practice: answers 'HTTP/1.1 403 Forbidden' add 'Content-Length: 9' kept 'Forbidden'",
     HINT_KEPT},
    {"9112/6.3/refusal-kept-open/no-body",
     "A refusal with a length of 0 ends with its head, although TCP stays open.",
     "practice: answers 'HTTP/1.1 404 Not Found' add 'Content-Length: 0' kept ''", HINT_KEPT},
    {"9112/6.3/refusal-kept-open/chunks",
     "A refusal in chunks ends with the last one, although TCP stays open.",
     "practice: answers 'HTTP/1.1 403 Forbidden' add 'Transfer-Encoding: chunked' "
     "kept '3'[0d0a]'For'[0d0a]'6;x=y'[0d0a]'bidden'[0d0a]'0'[0d0a0d0a]",
     HINT_KEPT},
    {"6455/4.1/answer-refused/without-upgrade", "Without Upgrade the connection does not open.",
     "drop 'Upgrade' refused", HINT_UPGRADE},
    {"6455/4.1/answer-refused/empty-upgrade", "An empty Upgrade does not open.",
     "set 'Upgrade:' refused", HINT_UPGRADE},
    {"6455/4.1/answer-refused/upgrade-to-h2c", "An upgrade to something else does not open.",
     "set 'Upgrade: h2c' refused", HINT_UPGRADE},
    {"6455/4.1/answer-refused/upgrade-to-websockets",
     "A word that only begins with websocket does not open.", "set 'Upgrade: websockets' refused",
     HINT_UPGRADE},
    {"6455/4.1/answer-refused/without-connection",
     "Without Connection the connection does not open.", "drop 'Connection' refused", HINT_UPGRADE},
    {"6455/4.1/answer-refused/connection-close", "Connection: close does not open.",
     "set 'Connection: close' refused", HINT_UPGRADE},
    {"6455/4.1/answer-refused/connection-upgraded",
     "A word that only begins with Upgrade does not open.", "set 'Connection: Upgraded' refused",
     HINT_UPGRADE},
    {"6455/4.1/answer-refused/without-accept",
     "Without Sec-WebSocket-Accept the connection does not open.",
     "drop 'Sec-WebSocket-Accept' refused", HINT_ACCEPT},
    {"6455/4.1/answer-refused/empty-accept", "An empty accept value does not open.",
     "set 'Sec-WebSocket-Accept:' refused", HINT_ACCEPT},
    {"6455/4.1/answer-refused/accept-of-another-key",
     "The accept value of another key does not open.",
     "set 'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=' refused", HINT_ACCEPT},
    {"6455/4.1/answer-refused/accept-is-the-key", "The key itself as accept value does not open.",
     "set 'Sec-WebSocket-Accept: {key}' refused", HINT_ACCEPT},
    {"6455/4.1/answer-refused/accept-in-other-case",
     "The right value with letters of the other case does not open.",
     "set 'Sec-WebSocket-Accept: {swapped}' refused", HINT_ACCEPT},
    {"6455/4.1/answer-refused/accept-with-more-after",
     "The right value with something after it does not open.",
     "set 'Sec-WebSocket-Accept: {accept}x' refused", HINT_ACCEPT},
    {"6455/4.1/answer-refused/accept-with-more-before",
     "The right value with something before it does not open.",
     "set 'Sec-WebSocket-Accept: x{accept}' refused", HINT_ACCEPT},
    {"6455/4.1/answer-refused/extension", "An extension that was not offered does not open.",
     "add 'Sec-WebSocket-Extensions: x-wscheck-unheard-of' refused", HINT_EXTENSION},
    {"6455/4.1/answer-refused/extension-with-parameter",
     "An extension with a parameter that was not offered does not open.",
     "add 'Sec-WebSocket-Extensions: x-wscheck-unheard-of; level=9' refused", HINT_EXTENSION},
    {"6455/4.1/answer-refused/subprotocol", "A subprotocol that was not offered does not open.",
     "add 'Sec-WebSocket-Protocol: x-wscheck-unheard-of' refused", HINT_SUBPROTOCOL},
    {"6455/4.1/answer-refused/subprotocol-with-more-after",
     "An offered subprotocol with something after it does not open.",
     "offered add 'Sec-WebSocket-Protocol: {subprotocol}x' refused", HINT_SUBPROTOCOL},
    {"6455/4.1/answer-refused/subprotocol-in-a-list",
     "An offered subprotocol in a list with another does not open.",
     "offered add 'Sec-WebSocket-Protocol: {subprotocol}, x-wscheck-unheard-of' refused",
     HINT_SUBPROTOCOL},
    {"6455/11.3.4/subprotocol-answered-twice",
     "Sec-WebSocket-Protocol twice in the answer does not open.",
     "should: offered add 'Sec-WebSocket-Protocol: {subprotocol}' "
     "add 'Sec-WebSocket-Protocol: {subprotocol}' refused",
     "a server MUST NOT send this header more than once"},
    {"6455/11.3.3/accept-answered-twice", "Sec-WebSocket-Accept twice in the answer does not open.",
     "should: add 'Sec-WebSocket-Accept: {accept}' refused",
     "a server MUST NOT send this header more than once"},
    {"6455/4.1/answer-refused/ends-in-first-line",
     "An answer that ends in its first line does not open.", "unfinished 11 fin refused", HINT_CUT},
    {"6455/4.1/answer-refused/ends-within-headers",
     "An answer that ends within its headers does not open.", "unfinished 60 fin refused",
     HINT_CUT},
    {"6455/4.1/answer-refused/without-empty-line",
     "An answer without its empty line does not open.", "unfinished 127 fin refused", HINT_CUT},
    {"6455/4.1/answer-refused/end-of-tcp",
     "The end of TCP instead of an answer does not make the client hang.", "raw [] fin refused",
     HINT_CUT},
    {"6455/4.1/answer-refused/not-http", "An answer that is not HTTP does not open.",
     "raw '220 mail.example.com ESMTP'[0d 0a 0d 0a] fin refused", HINT_STATUS},
    {"6455/4.1/answer-refused/frame", "A frame instead of an answer does not open.",
     "raw [81 05]'Hello' fin refused", HINT_STATUS},
    /* Each has all headers that would open a connection. */
    {"6455/4.1/status/{100=Continue, 1011=Almost, 10=Almost}",
     "The status '{} {=}' does not open the connection.", "answers 'HTTP/1.1 {} {=}' refused",
     HINT_STATUS},
    {"6455/4.1/status/{200=OK, 204=No Content, 400=Bad Request, 403=Forbidden, 404=Not Found, "
     "426=Upgrade Required, 500=Internal Server Error, 503=Service Unavailable}",
     "The status '{} {=}' does not open the connection.",
     "answers 'HTTP/1.1 {} {=}' add 'Content-Length: 0' refused", HINT_STATUS},
    {"6455/4.1/status/{301=Moved Permanently, 302=Found}",
     "The status '{} {=}' does not open the connection.",
     "answers 'HTTP/1.1 {} {=}' add 'Content-Length: 0' add 'Location: ws://127.0.0.1:1/' refused",
     HINT_STATUS},
    {"6455/4.1/status/{401=Unauthorized}", "The status '{} {=}' does not open the connection.",
     "answers 'HTTP/1.1 {} {=}' add 'Content-Length: 0' "
     "add 'WWW-Authenticate: Basic realm=x' refused",
     HINT_STATUS},
    /* The network cuts the answer in two at every byte. */
    {"6455/4.1/answer-cut/{1..128}", "An answer cut in two after byte {} opens the connection.",
     "unfinished {} opens", HINT_READ},
};

const struct case_file cases_client_open = {
    .step = 6, .role = FOR_CLIENTS, .rows = rows, .count = CASES_COUNT(rows)};
