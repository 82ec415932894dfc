/* Steps 4 and 5: frames that break a rule of RFC 6455, 5.1 or 5.2, so that the connection has to
 * fail. Rows are for servers and clients unless they say "servers: ". */
#include "wscheck/cases/cases.h"

/* The three bits: as the number of the word rsvN, and as in the frame. */
#define RSV "{1=001, 2=010, 3=011, 4=100, 5=101, 6=110, 7=111}"

#define HINT_RSV "test all three bits of 0x70 before you look at the opcode"
#define HINT_OPCODE "only the opcodes 0, 1, 2, 8, 9 and 10 have a meaning"
#define HINT_MASK "test the top bit of the second byte; many servers just do not unmask without it"
#define HINT_MINIMAL                                                                               \
    "5.2 demands the shortest form of the sender; compare the length with the form it came in"
#define HINT_TOP "read eight bytes into an unsigned 64-bit number and test its top bit"
#define HINT_HUGE                                                                                  \
    "check the 64-bit length before you cast it, add to it or allocate it; its lower 32 bits may " \
    "be small"
#define HINT_DELIVER                                                                                \
    "closing a socket with unread bytes in it resets TCP; shut down the writing side, read on for " \
    "a moment, then close"

#define UNMASKED(name, what, script)                                                               \
    "6455/5.1/unmasked/" name, "A frame without a mask fails the connection: " what ".",           \
        "servers: " script " fail 1002", HINT_MASK

static const struct case_row rows[] = {
    {"6455/5.2/not-minimal/16-bits-for-{0=text '', 5=text 'Hello', 125=binary 'x'*125}",
     "16 bits for a length of {} are refused (10.7).", "should: len16 {=} fail 1002", HINT_MINIMAL},
    {"6455/5.2/not-minimal/64-bits-for-{0=text '', 5=binary 'Hello', 125=text 'x'*125, "
     "126=text 'x'*126, 65535=binary 'x'*65535}",
     "64 bits for a length of {} are refused (10.7).", "should: len64 {=} fail 1002", HINT_MINIMAL},
    {"6455/5.2/not-minimal/ping", "16 bits for the length of a Ping are refused (10.7).",
     "should: len16 ping 'Hello' fail 1002", HINT_MINIMAL},
    {"6455/5.2/not-minimal/close", "64 bits for the length of a Close are refused (10.7).",
     "should: len64 close 1000 fail 1002", HINT_MINIMAL},
    {"6455/5.2/not-minimal/continuation",
     "16 bits for the length of a continuation are refused (10.7).",
     "should: text+ 'a' len16 cont 'b' fail 1002", HINT_MINIMAL},
    {"6455/5.2/top-bit/alone", "A 64-bit length with its top bit set is refused.",
     "len64 claim 9223372036854775808 text '' mayfail 1002,1009", HINT_TOP},
    {"6455/5.2/top-bit/small-rest",
     "A 64-bit length with its top bit set and small other bits is refused.",
     "len64 claim 9223372036854775813 text 'Hello' mayfail 1002,1009", HINT_TOP},
    {"6455/5.2/top-bit/all-ones", "A 64-bit length of all ones is refused.",
     "len64 claim 18446744073709551615 binary 'x' mayfail 1002,1009", HINT_TOP},
    {"6455/5.2/top-bit/overflow",
     "A 64-bit length that overflows when the size of the header is added is refused.",
     "len64 claim 18446744073709551602 binary 'x' mayfail 1002,1009", HINT_TOP},
    {"6455/10.4/announced/2-to-32-plus-5",
     "A frame that announces 2^32 + 5 bytes is not taken for one of 5.",
     "len64 claim 4294967301 text 'Hello' mayfail 1009", HINT_HUGE},
    {"6455/10.4/announced/2-to-32",
     "A frame that announces 2^32 bytes is not taken for an empty one.",
     "len64 claim 4294967296 text '' mayfail 1009", HINT_HUGE},
    {"6455/10.4/announced/2-to-31",
     "A frame that announces 2^31 bytes is not taken for a negative length.",
     "len64 claim 2147483648 binary 'Hello' mayfail 1009", HINT_HUGE},
    {"6455/10.4/announced/2-to-40",
     "A frame that announces 2^40 bytes is refused before they have come.",
     "len64 claim 1099511627776 binary '' mayfail 1009", HINT_HUGE},
    {"6455/10.4/announced/2-to-62",
     "A frame that announces 2^62 bytes is refused before they have come.",
     "len64 claim 4611686018427387904 text '' mayfail 1009", HINT_HUGE},
    {"6455/10.4/announced/2-to-63-minus-1",
     "A frame that announces 2^63 - 1 bytes is refused before they have come.",
     "len64 claim 9223372036854775807 binary 'x' mayfail 1009", HINT_HUGE},
    {"6455/10.4/announced/sum-overflows", "A fragment that makes the sum overflow is refused.",
     "text+ 'Hello' len64 claim 9223372036854775807 cont 'x' mayfail 1009",
     "compare the length with what is left of the limit; a sum may wrap around"},
    {"6455/10.4/announced/in-second-fragment", "A second fragment of 2^62 bytes is refused.",
     "binary+ 'x'*1000 len64 claim 4611686018427387904 cont 'x' mayfail 1009",
     "the limit is on the message, not on the frame"},
    {"6455/7.1.7/close-survives-bytes", "The Close frame arrives although bytes are still coming.",
     "servers: should: rsv4 text 'bad' binary 'x'*200000 orderly 1002", HINT_DELIVER},
    {"6455/7.1.7/close-survives-frames", "The Close frame arrives although more frames are coming.",
     "servers: should: op3 'bad' times 50 text 'more' orderly 1002", HINT_DELIVER},
    {"6455/7.1.7/no-wait-for-reply",
     "A server that fails a connection does not wait for the client's Close.",
     "servers: should: rsv1 text 'bad' orderly 1002",
     "7.1.7: process no more data, not even a Close frame in reply"},
    {"6455/7.1.7/nothing-processed-after-failure", "Nothing is processed after a bad frame.",
     "op7 'bad' text 'not to be echoed' ping 'not to be answered' fail 1002", HINT_DELIVER},
    {"6455/7.1.7/ping-with-bad-frame", "A Ping in one segment with a bad frame changes nothing.",
     "ping 'good' rsv4 text 'bad' fail 1002", HINT_DELIVER},
    {"6455/7.1.7/close-crosses-close", "A Close that crosses the server's own changes nothing.",
     "servers: rsv4 text 'bad' close 1000 fail 1002", HINT_DELIVER},
    {"6455/7.1.7/two-bad-frames", "Two bad frames get one Close.",
     "rsv4 text 'bad' op3 'worse' fail 1002", "send nothing more after the connection has failed"},
    {"6455/7.1.7/half-closed-after-bad-frame",
     "A client that ends its half of TCP after a bad frame gets the Close.",
     "servers: rsv4 text 'bad' fin fail 1002", HINT_DELIVER},
    /* Every combination of reserved bits on every kind of frame. */
    {"6455/5.2/rsv/text/" RSV, "Reserved bits {=} on text fail the connection.",
     "rsv{} text 'x' ping 'unheard' fail 1002", HINT_RSV},
    {"6455/5.2/rsv/empty-text/" RSV, "Reserved bits {=} on empty text fail the connection.",
     "rsv{} text '' ping 'unheard' fail 1002", HINT_RSV},
    {"6455/5.2/rsv/binary/" RSV, "Reserved bits {=} on binary fail the connection.",
     "rsv{} binary [00 ff] ping 'unheard' fail 1002", HINT_RSV},
    {"6455/5.2/rsv/first-fragment/" RSV,
     "Reserved bits {=} on the first fragment fail the connection.",
     "rsv{} text+ 'x' ping 'unheard' fail 1002", HINT_RSV},
    {"6455/5.2/rsv/continuation/" RSV, "Reserved bits {=} on a continuation fail the connection.",
     "text+ 'a' rsv{} cont 'b' ping 'unheard' fail 1002", HINT_RSV},
    {"6455/5.2/rsv/ping/" RSV, "Reserved bits {=} on a Ping fail the connection.",
     "rsv{} ping 'x' ping 'unheard' fail 1002", HINT_RSV},
    {"6455/5.2/rsv/pong/" RSV, "Reserved bits {=} on a Pong fail the connection.",
     "rsv{} pong 'x' ping 'unheard' fail 1002", HINT_RSV},
    {"6455/5.2/rsv/close/" RSV, "Reserved bits {=} on a Close fail the connection.",
     "rsv{} close 1000 ping 'unheard' fail 1002", HINT_RSV},
    {"6455/5.2/rsv/ping-inside-message/" RSV,
     "Reserved bits {=} on a Ping inside a message fail the connection.",
     "text+ 'a' rsv{} ping 'x' ping 'unheard' fail 1002", HINT_RSV},
    {"6455/5.2/rsv/text-after-message/" RSV,
     "Reserved bits {=} on text after a good message fail the connection.",
     "text 'good' rsv{} text 'bad' <? text 'good' ping 'unheard' fail 1002", HINT_RSV},
    /* Every reserved opcode in every place. */
    {"6455/5.2/opcode/{3..7, 11..15}/alone",
     "Reserved opcode {} alone and empty fails the connection.", "op{} '' ping 'unheard' fail 1002",
     HINT_OPCODE},
    {"6455/5.2/opcode/{3..7, 11..15}/with-payload",
     "Reserved opcode {} with a payload fails the connection.",
     "op{} 'reserved payload' ping 'unheard' fail 1002", HINT_OPCODE},
    {"6455/5.2/opcode/{3..7, 11..15}/after-message",
     "Reserved opcode {} after a good message fails the connection.",
     "text 'good' op{} 'x' <? text 'good' ping 'unheard' fail 1002", HINT_OPCODE},
    {"6455/5.2/opcode/{3..7, 11..15}/inside-message",
     "Reserved opcode {} inside a fragmented message fails the connection.",
     "text+ 'a' op{} '' ping 'unheard' fail 1002", HINT_OPCODE},
    {"6455/5.2/opcode/{3..7, 11..15}/without-fin",
     "Reserved opcode {} without FIN fails the connection.", "op{}+ 'x' ping 'unheard' fail 1002",
     HINT_OPCODE},
    {"6455/5.2/opcode/{3..7, 11..15}/in-pieces",
     "Reserved opcode {} in pieces of one byte fails the connection.",
     "chop 1 op{} 'x' ping 'unheard' fail 1002", HINT_OPCODE},
    {UNMASKED("text", "text", "unmasked text 'Hello'")},
    {UNMASKED("empty-text", "empty text", "unmasked text ''")},
    {UNMASKED("binary", "binary", "unmasked binary [00 01 02]")},
    {UNMASKED("text-of-126-bytes", "a text of 126 bytes", "unmasked text 'x'*126")},
    {UNMASKED("text-of-65536-bytes", "a text of 65536 bytes", "unmasked text 'x'*65536")},
    {UNMASKED("first-fragment", "the first fragment", "unmasked text+ 'x'")},
    {UNMASKED("continuation", "a continuation", "text+ 'a' unmasked cont 'b'")},
    {UNMASKED("ping", "a Ping", "unmasked ping 'x'")},
    {UNMASKED("empty-ping", "an empty Ping", "unmasked ping ''")},
    {UNMASKED("pong", "a Pong", "unmasked pong 'x'")},
    {UNMASKED("close", "a Close", "unmasked close 1000")},
    {UNMASKED("empty-close", "an empty Close", "unmasked close ''")},
    {UNMASKED("second-message", "a second message",
              "text 'good' <? text 'good' unmasked text 'bad'")},
    {UNMASKED("in-pieces", "a header in pieces of one byte", "chop 1 unmasked text 'x'")},
};

const struct case_file cases_illegal = {
    .step = 5, .role = FOR_BOTH, .rows = rows, .count = CASES_COUNT(rows)};
