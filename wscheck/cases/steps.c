/* What is asked of the servers of steps 1 to 4 alone. Most of it is what they print: those that do
 * not reply are started by --exec and graded by that. The way they print it is theirs. */
#include "wscheck/cases/cases.h"

#define HINT_EARLY "what comes after the empty line in the same read is the first frame: keep it"
#define HINT_UNMASK                                                                                \
    "XOR byte i of the payload with byte i modulo 4 of the masking key, then print it"
#define HINT_END "a frame that breaks a rule ends the connection"

static const struct case_row bytes[] = {
    {"step01/bytes-printed", "Bytes that arrive are printed.",
     "raw 'wscheck1' prints 'wscheck1' leave",
     "print every byte that a read returned, as text or in hexadecimal"},
    {"step01/later-bytes-printed", "Bytes that arrive later are printed, too.",
     "raw 'first-01' prints 'first-01' raw 'later-02' prints 'later-02' leave",
     "read in a loop, until read returns 0"},
    {"step01/last-bytes-printed", "The last bytes before the end are printed.",
     "raw 'final-03' fin prints 'final-03' ended", "a read that returns 0 is the end; close"},
    {"step01/side-by-side", "Connections are served side by side.",
     "raw 'stall-04' prints 'stall-04' meanwhile raw 'go-on-05' prints 'go-on-05' leave",
     "a thread for each connection"},
    {"step01/fifty-connections", "Fifty connections at once are served.",
     "raw 'crowd-06' prints 'crowd-06' crowd 50 leave",
     "a thread for each connection, and a backlog for those that wait to be accepted"},
    {"step01/reset", "A client that resets TCP disturbs nobody.",
     "raw 'reset-07' prints 'reset-07' reset meanwhile", "a read may fail with ECONNRESET"},
    {"step01/end-at-once", "A client that ends at once is let go.", "raw '' fin ended",
     "a read that returns 0 is the end; close"},
    {"step01/chunk-of-100-kb", "A chunk of 100 kB does no harm.", "raw 'x'*100000 fin ended",
     "a read fills the buffer and no more; read on"},
};

static const struct case_row page[] = {
    {"step02/page", "A plain GET of / gets a page, with status 200.", "plain target '/' status 200",
     "a server that refuses everything refuses what is right, too"},
};

static const struct case_row handshake[] = {
    {"step03/bytes-after-request-printed",
     "Bytes after the request in the same segment are printed.",
     "early zerokey text 'After-01' open prints 'After-01' leave", HINT_EARLY},
};

static const struct case_row frames[] = {
    {"step04/text-printed", "The text of a frame is printed unmasked.",
     "text 'Frame-01' prints 'Frame-01' leave", HINT_UNMASK},
    {"step04/binary-printed", "The bytes of a binary frame are printed unmasked.",
     "binary 'Frame-02' prints 'Frame-02' leave", HINT_UNMASK},
    {"step04/two-frames-printed", "Two frames in one segment are both printed.",
     "text 'Frame-03' text 'Frame-04' prints 'Frame-03' prints 'Frame-04' leave",
     "go on decoding until what is left of the buffer is no whole frame"},
    {"step04/frame-in-pieces-printed", "A frame in pieces of one byte is printed.",
     "chop 1 text 'Frame-05' prints 'Frame-05' leave",
     "keep what is there and read on until the frame is whole"},
    {"step04/frame-right-after-handshake-printed",
     "A frame after the handshake in the same segment is printed.",
     "early text 'Frame-06' open prints 'Frame-06' leave", HINT_EARLY},
    {"step04/16-bit-length", "A frame with a 16-bit length is decoded, and so is the one after it.",
     "binary 'x'*300 text 'Frame-07' prints 'Frame-07' leave",
     "126 means: the next two bytes, most significant first"},
    {"step04/64-bit-length", "A frame with a 64-bit length is decoded, and so is the one after it.",
     "binary 'x'*70000 text 'Frame-08' prints 'Frame-08' leave",
     "127 means: the next eight bytes, most significant first"},
    {"step04/64-bit-length-over-32-bits",
     "Of a length of 2^32 + 70000 bytes all eight bytes are read.",
     "claim 4295037296 binary 'x'*70000 text 'Frame-14' fin hides 'Frame-14'",
     "a length needs 64 bits: what is kept in 32 of them makes 70000 of this one"},
    {"step04/ping-printed", "The payload of a Ping is printed.",
     "ping 'Frame-09' prints 'Frame-09' leave", HINT_UNMASK},
    {"step04/fragments-printed", "Fragments are printed.",
     "text+ 'Frame-10' cont 'Frame-11' prints 'Frame-10' prints 'Frame-11' leave",
     "a frame without FIN is a frame like any other here"},
    {"step04/close-printed", "The code and the reason of a Close are printed.",
     "close 4711 'Frame-12' prints '4711' prints 'Frame-12' leave",
     "the first two bytes of the payload are the code, most significant first"},
    {"step04/key-of-zeros-printed", "A frame with a key of zeros is printed.",
     "zerokey text 'Frame-13' prints 'Frame-13' leave", HINT_UNMASK},
    {"step04/stall-within-frame", "A client that stalls within a frame holds up nobody else.",
     "cut 3 text 'Hello' meanwhile leave", "a thread for each connection"},
    {"step04/unmasked-frame", "A frame without a mask ends the connection.",
     "unmasked text 'Hello' ended", HINT_END},
    {"step04/reserved-bit", "A reserved bit ends the connection.", "rsv4 text 'Hello' ended",
     HINT_END},
    {"step04/reserved-opcode", "A reserved opcode ends the connection.", "op3 'Hello' ended",
     HINT_END},
    {"step04/fragmented-ping", "A fragmented Ping ends the connection.", "ping+ 'Hello' ended",
     HINT_END},
    {"step04/ping-of-126-bytes", "A Ping of 126 bytes ends the connection.", "ping 'x'*126 ended",
     HINT_END},
    {"step04/64-bit-length-with-top-bit",
     "A 64-bit length with its top bit set ends the connection.",
     "len64 claim 9223372036854775808 text '' ended", HINT_END},
    {"step04/length-not-shortest", "A length that is not in its shortest form ends the connection.",
     "should: len16 text 'Hello' ended", HINT_END},
    {"step04/end-of-stream", "When the client ends its stream, so does the server.",
     "open fin ended", "a read that returns 0 is the end; close"},
};

void cases_steps(struct case_list *list) {
    list->step = 1;
    cases_add_rows(list, FOR_SERVERS, bytes, CASES_COUNT(bytes));
    list->step = 2;
    cases_add_rows(list, FOR_SERVERS, page, CASES_COUNT(page));
    list->step = 3;
    cases_add_rows(list, FOR_SERVERS, handshake, CASES_COUNT(handshake));
    list->step = 4;
    cases_add_rows(list, FOR_SERVERS, frames, CASES_COUNT(frames));
}
