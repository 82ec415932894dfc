/* Step 6: how a client asks for a connection, masks and closes. RFC 6455, 4.1, 5.3, 7. All rows are
 * for clients. */
#include "wscheck/cases/cases.h"

#define HINT_REQUEST "4.1 lists the parts of the request; `--replay` shows yours"
#define HINT_KEY                                                                                   \
    "send 16 bytes of a random source, new for every connection, in base64: 24 characters, of "    \
    "which the last two are =="
#define HINT_MASK                                                                                  \
    "a client masks every frame, also empty ones and control frames, and each with four new "      \
    "bytes of a source that nobody can predict"
#define HINT_SERVER_MASK "look at the top bit of the second byte; a server never sets it"
#define HINT_TCP                                                                                     \
    "after both Closes wait for a bounded time until the server ends TCP; the server should be the " \
    "one that keeps the TIME_WAIT state"
#define HINT_HANG "a read of 0 bytes is the end of the stream, wherever it comes"
#define HINT_LEGAL "this is legal; the Ping after it shows whether the client is still there"
#define HINT_HANG_UP                                                                               \
    "a client that is done sends a Close and nothing after it, then waits for the answer and for " \
    "the end of TCP"

#define MASKED(name, what, script)                                                                 \
    "6455/5.1/masked/" name, "A frame of the server with a mask fails the connection: " what ".",  \
        script " fail 1002", HINT_SERVER_MASK

static const struct case_row rows[] = {
    {"6455/4.1/method-is-get", "The method of the request is GET.", "judge 'method'", HINT_REQUEST},
    {"6455/4.1/http-version-is-1-1", "The version of the request is HTTP/1.1.", "judge 'version'",
     HINT_REQUEST},
    {"6455/4.1/target-is-the-path", "The target is the path of the URL.", "judge 'target'",
     HINT_REQUEST},
    {"6455/4.1/target-has-the-query", "The query of the URL is a part of the target.",
     "target '?room=3' judge 'target'", "section 3: the resource name is the path and the query"},
    {"6455/4.1/header-lines-are-well-formed", "The header lines are names, colons and values.",
     "judge 'lines'", HINT_REQUEST},
    {"6455/4.1/host-with-port", "Host is the host of the URL, with its port.", "judge 'host'",
     "the port is left out only if it is 80 (4.1, item 4)"},
    {"6455/4.1/upgrade-names-websocket", "Upgrade names websocket.", "judge 'upgrade'",
     HINT_REQUEST},
    {"6455/4.1/connection-names-upgrade", "Connection names Upgrade.", "judge 'connection'",
     HINT_REQUEST},
    {"6455/4.1/key-is-16-bytes", "Sec-WebSocket-Key is 16 bytes in base64.", "judge 'key'",
     HINT_KEY},
    {"6455/4.1/key-is-new-each-time", "The key is a new one for each connection.",
     "again judge 'fresh' again judge 'fresh'", HINT_KEY},
    {"6455/4.1/version-header-is-13", "Sec-WebSocket-Version is 13.", "judge 'thirteen'",
     HINT_REQUEST},
    {"6455/4.1/subprotocols-are-different-tokens", "The offered subprotocols are different tokens.",
     "judge 'subprotocols'", "4.1, item 10"},
    {"6455/4.1/extensions-follow-the-grammar", "The offered extensions follow the grammar.",
     "judge 'extensions'", "9.1 has the grammar"},
    {"6455/4.1/request-has-no-body", "The request has no body.", "should: judge 'body'",
     "a body of a GET has no meaning here, and servers refuse it"},
    {"6455/4.1/waits-for-the-answer", "Nothing is sent before the answer has come.",
     "quiet 200 opens", "what a client sends too early may be read as a part of its request"},
    {"6455/5.3/masking-keys-differ", "Consecutive frames have different keys.",
     "keys barrier barrier barrier barrier barrier barrier barrier barrier", HINT_MASK},
    {"6455/5.3/sixty-masking-keys-differ", "The Pongs for sixty Pings all have different keys.",
     "keys times 60 ping 'x' waitpong", HINT_MASK},
    {"6455/5.3/second-connection-has-other-keys",
     "A second connection has other keys than the first.",
     "keys barrier barrier again barrier barrier again barrier barrier", HINT_MASK},
    {"6455/5.1/empty-pong-is-masked", "An empty Pong is masked.", "masks ping '' waitpong",
     HINT_MASK},
    {"6455/5.1/pong-of-125-bytes-is-masked", "A Pong of 125 bytes is masked.",
     "masks ping 'x'*125 waitpong", HINT_MASK},
    {"6455/5.1/answer-to-empty-close-is-masked", "The answer to an empty Close is masked.",
     "masks close '' closed", HINT_MASK},
    {MASKED("text", "text", "masked text 'Hello'")},
    {MASKED("empty-text", "empty text", "masked text ''")},
    {MASKED("binary", "binary", "masked binary [00 01 02]")},
    {MASKED("text-of-126-bytes", "a text of 126 bytes", "masked text 'x'*126")},
    {MASKED("text-of-65536-bytes", "a text of 65536 bytes", "masked text 'x'*65536")},
    {MASKED("key-of-zeros", "a key of four zero bytes", "masked zerokey text 'Hello'")},
    {MASKED("first-fragment", "the first fragment", "masked text+ 'x'")},
    {MASKED("continuation", "a continuation", "text+ 'a' masked cont 'b'")},
    {MASKED("ping", "a Ping", "masked ping 'x'")},
    {MASKED("pong", "a Pong", "masked pong 'x'")},
    {MASKED("close", "a Close", "masked close 1000")},
    {MASKED("empty-close", "an empty Close", "masked close ''")},
    {MASKED("second-message", "a second message", "text 'good' <? text 'good' masked text 'bad'")},
    {MASKED("in-pieces", "a header in pieces of one byte", "chop 1 masked text 'x'")},
    {"6455/5.5.1/close-of-server-answered", "A Close 1000 is answered with a Close.",
     "close 1000 closed", "answer a Close once, with a Close of the same code"},
    {"6455/5.5.1/close-1001-of-server-answered",
     "A Close 1001, as of a server that goes away, is answered.", "close 1001 'going away' closed",
     "answer a Close once, with a Close of the same code"},
    {"6455/7.1.1/waits-for-server-to-end-tcp",
     "After both Closes the client lets the server end TCP.", "should: close 1000 lingers",
     HINT_TCP},
    {"6455/7.1.1/tcp-ends/without-close",
     "The end of TCP without a Close does not make the client hang.", "barrier fin ended",
     HINT_HANG},
    {"6455/7.1.1/tcp-ends/within-header",
     "The end of TCP within a header does not make the client hang.",
     "cut 1 text 'Hello' fin ended", HINT_HANG},
    {"6455/7.1.1/tcp-ends/within-frame",
     "The end of TCP within a frame does not make the client hang.", "cut 4 text 'Hello' fin ended",
     HINT_HANG},
    {"6455/7.1.1/tcp-ends/within-message",
     "The end of TCP within a message does not make the client hang.", "text+ 'Hel' fin ended",
     HINT_HANG},
    {"6455/7.1.1/tcp-ends/right-after-answer",
     "The end of TCP right after the answer does not make the client hang.", "open fin ended",
     HINT_HANG},
    {"6455/7.1.2/client-closes-when-done",
     "A client that is done closes, and waits for the answer.", "hangup close 1000 closed",
     HINT_HANG_UP},
    {"6455/7.1.2/no-message-after-own-close", "After its own Close a client sends no message.",
     "hangup text 'late' binary [00 01] quiet 100", HINT_HANG_UP},
    {"6455/7.1.1/waits-for-server-after-own-close",
     "After its own Close a client lets the server end TCP.", "should: hangup close 1000 lingers",
     HINT_TCP},
    {"6455/5.5.2/inside-message/unechoed",
     "A Ping between two fragments is answered before the message ends.",
     "ignore text+ 'a' ping 'between' waitpong cont 'b' barrier", HINT_LEGAL},
    {"6455/5.5.2/ping-right-after-answer", "A Ping right after the answer is answered.",
     "ignore early ping 'x' waitpong", HINT_LEGAL},
    {"6455/5.2/text-right-after-answer", "A text right after the answer is accepted.",
     "ignore early text 'x' barrier", HINT_LEGAL},
    {"6455/5.2/text-of-65536-bytes-unechoed", "A text of 65536 bytes is accepted.",
     "ignore text 'x'*65536 barrier", HINT_LEGAL},
    {"6455/5.2/length-forms-unechoed",
     "Lengths of 125, 126, 127, 65535 and 65536 bytes are accepted.",
     "ignore binary 'x'*125 binary 'x'*126 binary 'x'*127 binary 'x'*65535 binary 'x'*65536 barrier",
     HINT_LEGAL},
    {"6455/5.2/frames-in-pieces-of-one-byte-unechoed", "Frames in pieces of one byte are accepted.",
     "ignore chop 1 text 'slow' binary [00 ff] text '' barrier", HINT_LEGAL},
    {"6455/5.4/fragments-unechoed", "Fragments and empty fragments are accepted.",
     "ignore text+ '' cont+ 'a' cont+ '' cont 'b' binary+ [00] cont '' barrier", HINT_LEGAL},
    {"6455/5.4/thousand-fragments-unechoed", "A message in 1000 fragments is accepted.",
     "ignore pieces 1 text 'abcdefghij'*1000 barrier", HINT_LEGAL},
    {"6455/8.1/characters-unechoed", "Characters of one to four bytes are accepted.",
     "ignore text 'a'[c2 a2 e2 82 ac f0 a4 ad a2] text [ce ba e1 bd b9 cf 83 ce bc ce b5] barrier",
     HINT_LEGAL},
    {"6455/8.1/edges-of-ranges-unechoed", "Characters at the edges of their ranges are accepted.",
     "ignore text [00 7f c2 80 df bf e0 a0 80 ed 9f bf ee 80 80 ef bf bf f0 90 80 80 f4 8f bf bf] barrier",
     HINT_LEGAL},
    {"6455/8.1/characters-cut-by-fragments-unechoed",
     "Characters that are cut by fragments are accepted.",
     "ignore pieces 1 text [f0 9f 98 80 e2 82 ac c3 a9] barrier", HINT_LEGAL},
    {"6455/8.1/characters-cut-by-the-network-unechoed",
     "Characters that are cut by the network are accepted.",
     "ignore chop 1 text [f0 9f 98 80 e2 82 ac c3 a9] barrier", HINT_LEGAL},
    {"6455/5.6/binary-need-not-be-utf8-unechoed", "A binary message need not be UTF-8.",
     "ignore binary [80 c0 af ed a0 80 fe ff] barrier", HINT_LEGAL},
};

const struct case_file cases_client = {
    .step = 6, .role = FOR_CLIENTS, .rows = rows, .count = CASES_COUNT(rows)};
