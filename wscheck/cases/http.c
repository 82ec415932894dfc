/* Step 2: a server that gets a request which asks for no WebSocket still speaks HTTP. RFC 9112. */
#include "wscheck/cases/cases.h"

#define HINT_PIECES                                                                                \
    "gather bytes until the empty line is there; a read returns any part of what was sent"
#define HINT_HOST                                                                                   \
    "\"A server MUST respond with a 400 (Bad Request) status code to any HTTP/1.1 request message " \
    "that lacks a Host header field and to any request message that contains more than one Host "   \
    "header field line or a Host header field with an invalid field value.\""
#define HINT_GRAMMAR "a lenient parser reads something else than the proxy in front of it does"
#define HINT_STALL "one client that is slow must not keep the accepting thread or a lock"

static const struct case_row rows[] = {
    {"9112/3", LEVEL_MUST, "A plain GET gets an HTTP response.", "plain answer",
     "a WebSocket port also gets visits from browsers, monitors and curl"},
    {"9112/3", LEVEL_MUST, "A plain GET does not get a 101.",
     "plain answer lacks 'Sec-WebSocket-Accept'",
     "switch protocols only for a request that asks for it"},
    {"9112/3", LEVEL_MUST, "A HEAD gets an HTTP response.", "plain method 'HEAD' answer",
     "the head of the answer is that of a GET, without the body"},
    {"9112/3", LEVEL_MUST, "A GET for a path that nobody knows gets an HTTP response.",
     "plain target '/wscheck/no/such/thing' answer", "404 is what people expect"},
    {"9112/3", LEVEL_SHOULD, "A method that no server knows gets an error.",
     "plain method 'BREW' refuse", "405 or 501; a method is not taken for a GET"},
    {"9112/3", LEVEL_SHOULD, "Methods are case-sensitive: get is not GET.",
     "plain method 'get' refuse", "compare methods exactly (RFC 9110, 9.1)"},
    {"9112/3", LEVEL_SHOULD, "A request line without a version gets an error.",
     "raw 'GET /'[0d0a]'Host: localhost'[0d0a0d0a] refuse", HINT_GRAMMAR},
    {"9112/3", LEVEL_SHOULD, "A request line of one word gets an error.",
     "raw 'HELLO'[0d0a]'Host: localhost'[0d0a0d0a] refuse", HINT_GRAMMAR},
    {"9112/3", LEVEL_SHOULD, "A request line with a word too many gets an error.",
     "raw 'GET / HTTP/1.1 please'[0d0a]'Host: localhost'[0d0a0d0a] refuse", HINT_GRAMMAR},
    {"9112/3", LEVEL_MUST, "A request line of 100 kB gets an answer, such as 414.",
     "plain target '/'*100000 answer",
     "answer first, then read and throw away what is still coming; closing at once resets TCP"},
    {"9112/2.3", LEVEL_SHOULD, "A version that is not HTTP/1 gets an error.",
     "plain version 'HTTP/9.1' refuse", "505, or 400"},
    {"9112/2.3", LEVEL_SHOULD, "A version that is not one gets an error.",
     "plain version 'HTTQ/1.1' refuse", HINT_GRAMMAR},
    {"9112/2.2", LEVEL_SHOULD, "An empty line before the request is ignored.",
     "raw [0d0a]'GET / HTTP/1.1'[0d0a]'Host: localhost'[0d0a0d0a] answer",
     "old clients send CR LF behind a body"},
    {"9112/2.2", LEVEL_MUST, "Lines that end with LF alone are understood or refused, not ignored.",
     "plain lf answer", "waiting for CR LF CR LF for ever is neither"},
    {"9112/3.2", LEVEL_MUST, "A request without Host gets 400.", "plain drop 'Host' status 400",
     HINT_HOST},
    {"9112/3.2", LEVEL_MUST, "A request with two Host headers gets 400.",
     "plain add 'Host: example.org' status 400", HINT_HOST},
    {"9112/3.2", LEVEL_MUST, "A request with a Host that cannot be one gets 400.",
     "plain set 'Host: a b/c' status 400", HINT_HOST},
    {"9112/3.2.2", LEVEL_MUST, "A target in absolute form is understood.",
     "plain target 'http:' answer", "clients send it to proxies, and one day to every server"},
    {"9112/5", LEVEL_MUST, "White space between a header's name and its colon gets 400.",
     "plain add 'X-Test : 1' status 400", HINT_GRAMMAR},
    {"9112/5", LEVEL_SHOULD, "A header line without a colon gets an error.",
     "plain add 'nonsense' refuse", HINT_GRAMMAR},
    {"9112/5", LEVEL_SHOULD, "A header line without a name gets an error.",
     "plain add ': nonsense' refuse", HINT_GRAMMAR},
    {"9112/5", LEVEL_MUST, "A folded header is refused or joined, and answered.",
     "plain add 'X-Test: 1'[0d0a]' folded' answer", HINT_GRAMMAR},
    {"9112/5", LEVEL_MUST, "A NUL in a header is refused or replaced, and answered.",
     "plain add 'X-Test: a'[00]'b' answer", "functions for C strings stop at the NUL"},
    {"9112/5", LEVEL_MUST, "A header of 100 kB gets an answer, such as 431.",
     "plain add 'x'*100000 answer",
     "answer first, then read and throw away what is still coming; closing at once resets TCP"},
    {"9112/5", LEVEL_MUST, "Header names in lower case are understood.", "plain lower answer",
     "proxies rewrite the case of names; compare without it"},
    {"9112/5", LEVEL_MUST, "Header names in upper case are understood.", "plain upper answer",
     "proxies rewrite the case of names; compare without it"},
    {"9112/6", LEVEL_MUST, "A request with a body gets an answer.",
     "raw 'POST / HTTP/1.1'[0d0a]'Host: localhost'[0d0a]'Content-Length: 5'[0d0a0d0a]'hello' "
     "answer",
     "bytes that are not read before the socket is closed turn into a reset"},
    {"9112/9", LEVEL_MUST, "A request in pieces of one byte is understood.", "chop 1 plain answer",
     HINT_PIECES},
    {"9112/9", LEVEL_MUST, "A request in two pieces is understood.",
     "plain unfinished 10 rest answer", HINT_PIECES},
    {"9112/9", LEVEL_MUST, "A request whose last byte comes late is understood.",
     "plain allbut 1 rest answer", HINT_PIECES},
    {"9112/9", LEVEL_MUST, "A request whose last empty line comes late is understood.",
     "plain allbut 2 rest answer", HINT_PIECES},
    {"9112/9", LEVEL_MUST, "A client that sends nothing holds up nobody else.",
     "raw '' meanwhile leave", HINT_STALL},
    {"9112/9", LEVEL_MUST, "A client that stops within its request holds up nobody else.",
     "plain unfinished 12 meanwhile rest answer", HINT_STALL},
    {"9112/9", LEVEL_SHOULD,
     "When a client ends its stream before its request, so does the server.",
     "raw 'GET / HT' fin ended", "a read that returns 0 is the end; do not read again"},
    {"9112/9", LEVEL_SHOULD, "When a client ends its stream at once, so does the server.",
     "raw '' fin ended", "a read that returns 0 is the end; do not read again"},
    {"9112/9", LEVEL_MUST, "A client that resets TCP within its request disturbs nobody.",
     "raw 'GET / HT' reset", "a write to it raises SIGPIPE: ignore the signal"},
    {"9112/9", LEVEL_MUST, "The first bytes of TLS disturb nobody.",
     "raw [16 03 01 00 05 01 00 00 01 00] leave", "they are binary and hold NULs"},
    {"9112/9", LEVEL_MUST, "Binary bytes instead of a request disturb nobody.",
     "raw [00 ff fe 80 0a 0a 0d 0d 00 00]*500 leave", "signed characters index tables below zero"},
};

void cases_http(struct case_list *list) {
    list->step = 2;
    cases_add_rows(list, rows, sizeof rows / sizeof rows[0]);
}
