/* Step 5: the closing handshake, its codes and its reasons. RFC 6455, 5.5.1 and 7. Rows are for
 * servers and clients unless they say "servers: ". */
#include "wscheck/cases/cases.h"

#define HINT_LAST_PING                                                                             \
    "a Ping has to be answered until a Close has come (5.5.2); process the input in order"
#define HINT_REPLY                                                                                 \
    "answer a Close once, with a Close; then the server ends TCP without waiting for the client"
#define HINT_AFTER "process nothing after the Close of the other side"
#define HINT_CODE                                                                                  \
    "1005, 1006 and 1015 are never sent; other codes than 1000-1003, 1007-1014 and 3000-4999 "     \
    "have no meaning, and most implementations answer them with 1002"
#define HINT_LENGTH                                                                                \
    "the payload of a Close is empty, or two bytes of code and up to 123 bytes of reason"
#define HINT_REASON "check the reason like any text (5.5.1, 8.1)"

static const struct case_row rows[] = {
    {"6455/5.5.1/close-answered", "A Close 1000 is answered, and the server ends TCP.",
     "servers: close 1000 closed", HINT_REPLY},
    {"6455/5.5.1/close-without-code", "A Close without a code is answered.", "close '' closed",
     "the answer to an empty Close is an empty one, or 1000; 1005 is never sent"},
    {"6455/5.5.1/close-after-echo", "A Close after a message is answered once the echo has come.",
     "echo text 'Hello World!' close 1000 closed", HINT_REPLY},
    {"6455/5.5.1/close-with-message-in-one-segment",
     "A Close in one segment with a message is answered.",
     "text 'Hello' close 1000 <? text 'Hello' closed", HINT_REPLY},
    {"6455/5.5.1/close-in-pieces-of-one-byte", "A Close in pieces of one byte is answered.",
     "chop 1 close 1000 'bye' closed", HINT_REPLY},
    {"6455/5.5.1/after-close/second-close", "A second Close is not answered.",
     "close 1000 close '' closed", HINT_AFTER},
    {"6455/5.5.1/after-close/ping", "A Ping after a Close gets no Pong after the answer.",
     "close 1000 ping '' closed", HINT_AFTER},
    {"6455/5.5.1/after-close/text", "A text after a Close is not echoed.",
     "close 1000 text 'too late' closed", HINT_AFTER},
    {"6455/5.5.1/after-close/binary", "A binary message after a Close is not echoed.",
     "close 1000 binary [00 01] closed", HINT_AFTER},
    {"6455/5.5.1/after-close/bad-frame", "A bad frame after a Close changes nothing.",
     "close 1000 rsv7 op5 'x' closed", HINT_AFTER},
    {"6455/5.5.1/after-close/garbage", "A frame without a mask after a Close changes nothing.",
     "servers: close 1000 unmasked text 'x'*300 closed", HINT_AFTER},
    {"6455/5.5.1/after-close/64-kib", "64 KiB after a Close do not destroy the answer.",
     "close 1000 binary 'x'*65536 closed",
     "closing a socket with unread bytes in it resets TCP, which can destroy the answer"},
    {"6455/5.5.1/inside-message/between-fragments",
     "A Close between two fragments is answered, and there is no echo.",
     "text+ 'fragment1' close 1000 cont 'fragment2' closed", HINT_AFTER},
    {"6455/5.5.1/inside-message/endless", "A Close inside a message that never ends is answered.",
     "binary+ [00] close 1001 closed", HINT_REPLY},
    {"6455/5.5.1/inside-message/endless-character",
     "A Close inside a character that never ends is answered.", "text+ [e2 82] close 1000 closed",
     HINT_REPLY},
    {"6455/5.5.1/close-after-large-message",
     "A Close after a large message and a small one is answered.",
     "limits 1009 text 'BAsd7&jh23'*262144 text 'Hello World!' close 1000 <? text 'BAsd7&jh23'*262144 "
     "<? text 'Hello World!' closed",
     HINT_REPLY},
    {"6455/5.5.1/ping-before-close-answered-first", "A Ping before a Close is answered before it.",
     "practice: ping 'last words' close 1000 closed", HINT_LAST_PING},
    {"6455/5.5.1/close-in-segment-of-handshake",
     "A Close in the segment of the handshake is answered.", "early close 1000 open closed",
     HINT_REPLY},
    {"6455/5.5.1/half-closed-after-close",
     "A client that ends its half of TCP after its Close gets the answer.",
     "servers: close 1000 fin closed", "answer the Close even if the stream has ended after it"},
    {"6455/5.5.1/reason-taken/short", "A Close with a reason is answered.",
     "close 1000 'Hello World!' closed", HINT_LENGTH},
    {"6455/5.5.1/reason-taken/one-byte", "A Close with a reason of one byte is answered.",
     "close 1000 'x' closed", HINT_LENGTH},
    {"6455/5.5.1/reason-taken/122-bytes", "A Close with a reason of 122 bytes is answered.",
     "close [03 e8]'*********************************************************************************"
     "*****************************************' closed",
     HINT_LENGTH},
    {"6455/5.5.1/reason-taken/123-bytes", "A Close with a reason of 123 bytes is answered.",
     "close [03 e8]'*********************************************************************************"
     "******************************************' closed",
     HINT_LENGTH},
    {"6455/5.5.1/reason-taken/many-languages", "A Close with a reason in Greek is answered.",
     "close 1000 [ce ba e1 bd b9 cf 83 ce bc ce b5 20 f0 9f 91 8b 20 e2 82 ac] closed",
     HINT_REASON},
    {"6455/5.5.1/reason-taken/nul", "A Close with a NUL in its reason is answered.",
     "close 1000 'a'[00]'b' closed", "functions for C strings stop at the NUL"},
    {"6455/5.5.1/close-of-one-byte", "A Close of one byte fails the connection.",
     "close [03] fail 1002", HINT_LENGTH},
    {"6455/5.5.1/close-of-one-byte-inside-message",
     "A Close of one byte inside a message fails the connection.", "text+ 'a' close [e8] fail 1002",
     HINT_LENGTH},
    {"6455/5.5.1/reason-refused/surrogate", "A reason with a surrogate in it fails the connection.",
     "close 1000 [ce ba e1 bd b9 cf 83 ce bc ce b5 ed a0 80]'edited' fail 1007,1002", HINT_REASON},
    {"6455/5.5.1/reason-refused/bad-byte", "A reason of a single bad byte fails the connection.",
     "close 1000 [ff] fail 1007,1002", HINT_REASON},
    {"6455/5.5.1/reason-refused/overlong-form",
     "A reason with an overlong form fails the connection.", "close 1000 'x'[c0 af] fail 1007,1002",
     HINT_REASON},
    {"6455/5.5.1/reason-refused/ends-within-character",
     "A reason that ends within a character fails the connection.",
     "close 1000 'euro '[e2 82] fail 1007,1002", HINT_REASON},
    {"6455/5.5.1/reason-refused/begins-with-continuation",
     "A reason that begins with a continuation byte fails the connection.",
     "close 1000 [80] fail 1007,1002", HINT_REASON},
    {"6455/5.5.1/after-close/text-in-own-segment",
     "A text after a Close, in a segment of its own, is not echoed.",
     "sync close 1000 text 'too late' closed", HINT_AFTER},
    {"6455/5.5.1/pings-before-close",
     "Pings before a Close are answered, the last at least, and then the Close is.",
     "practice: times 20 ping 'x' close 1000 closed", HINT_LAST_PING},
    {"6455/7.1.1/server-going-down",
     "A server that is told to end says so with a Close, and then ends TCP.",
     "servers: practice: own barrier terminate fail 1001,1012",
     "on SIGTERM send a Close 1001 on every connection (7.4.1: \"a server going down\"), wait a "
     "little for the answers, and end TCP"},
    {"6455/5.5.1/close-after-pong", "A Close after a Pong is answered.",
     "pong 'x' close 1000 closed", HINT_REPLY},
    {"6455/7.4/taken/{1000..1003, 1007..1011, 3000, 3001, 3500, 3999, 4000, 4001, 4500, 4999}",
     "A Close with code {} is answered with it or with 1000.", "close {} closed", HINT_CODE},
    {"6455/7.4/registered/{1012..1014}", "A Close with code {}, registered later, is answered.",
     "close {} closed 1000,1002,1012,1013,1014", HINT_CODE},
    {"6455/7.4/refused/{1005, 1006, 1015}",
     "A Close with code {} is answered with 1002, and never with that code.",
     "close {} closed 1002", HINT_CODE},
    {"6455/7.4/refused/{0..2, 500, 998, 999, 1004, 1016, 1100, 1500, 1999, 2000, 2500, 2999, 5000, "
     "9999, 32767, 32768, 65535}",
     "A Close with code {}, which has no meaning, is answered with 1002.",
     "practice: close {} closed 1002", HINT_CODE},
};

const struct case_file cases_close = {
    .step = 5, .role = FOR_BOTH, .rows = rows, .count = CASES_COUNT(rows)};
