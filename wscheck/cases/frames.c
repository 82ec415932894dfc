/* Step 5: legal frames of every size and in all kinds of pieces, which come back as they are. Rows
 * are for servers and clients unless they say "servers: ". */
#include "wscheck/cases/cases.h"

/* Around the limits of the three forms of a length and of common buffers. */
#define LENGTHS                                                                                    \
    "{0..5, 7, 8, 15, 16, 31, 32, 63, 64, 100, 124..129, 255..257, 1000, 4095..4097, 8191, "       \
    "16383..16385, 32767, 32768, 65534, 65535}"
/* A server may have a limit below these, and then closes with 1009. */
#define LARGE_LENGTHS "{65536, 65537, 131072}"

#define HINT_LENGTH                                                                                \
    "a length up to 125 is in seven bits; up to 65535 they are 126, and 16 bits follow; above "    \
    "they are 127, and 64 bits follow; the most significant byte is first"
#define HINT_EARLY                                                                                 \
    "keep what comes after the empty line in the same read: it is the first frame; only a server " \
    "may end the connection instead, since a client MUST wait (4.1)"
#define HINT_READ "a read returns any part of what was sent: half a header, or ten frames"
#define HINT_MASK "byte i of the payload is XORed with byte i modulo 4 of the key"
#define HINT_MANY "go on decoding until no whole frame is left in the buffer"

static const struct case_row rows[] = {
    {"6455/5.1/server-masks-nothing", "The frames of a server have no mask.",
     "servers: masks text 'Hello' <? text 'Hello'",
     "a server never sets the top bit of the second byte"},
    {"6455/5.3/key-of-zeros", "A key of four zero bytes is a key like any other.",
     "servers: echo zerokey text 'plain to see' echo zerokey binary [00 01 02 03 ff]", HINT_MASK},
    {"6455/5.3/each-frame-has-its-own-key", "Every frame is unmasked with its own key.",
     "servers: text 'first' text 'second' text 'third' < text 'first' < text 'second' "
     "< text 'third'",
     HINT_MASK},
    {"6455/5.3/key-starts-anew-in-each-fragment", "Each fragment begins with byte 0 of its key.",
     "servers: text+ 'abc' cont+ 'defgh' cont 'i' < text 'abcdefghi'", HINT_MASK},
    {"6455/5.3/every-byte-value", "Every byte value comes back as it was.",
     "servers: echo binary [00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 1f 20 3f 40 5f 60 "
     "7e 7f 80 81 9f a0 bf c0 df e0 ef f0 f7 f8 fb fc fd fe ff 00 00 00 ff ff ff]*256",
     HINT_MASK},
    {"6455/5.2/segments/two-messages", "Two messages in one segment come back as two.",
     "text 'one' text 'two' < text 'one' < text 'two'", HINT_MANY},
    {"6455/5.2/segments/five-messages",
     "Five messages of both kinds in one segment come back in order.",
     "text 'a' binary [00] text '' binary [ff fe] text 'e' < text 'a' < binary [00] < text '' "
     "< binary [ff fe] < text 'e'",
     HINT_MANY},
    {"6455/5.2/segments/hundred-messages", "A hundred messages in one segment come back.",
     "times 100 text 'many at once' < times 100 text 'many at once'", HINT_MANY},
    {"6455/5.2/segments/thousand-empty-messages",
     "A thousand empty messages in one segment come back.",
     "times 1000 binary '' < times 1000 binary ''", HINT_MANY},
    {"6455/5.2/segments/frame-by-frame", "Each frame in a segment of its own comes back.",
     "sync text 'one' text 'two' binary [03] < text 'one' < text 'two' < binary [03]", HINT_READ},
    {"6455/5.2/segments/one-byte", "Frames in pieces of one byte come back.",
     "chop 1 text 'slow' binary [00 01 02] text '' < text 'slow' < binary [00 01 02] < text ''",
     HINT_READ},
    {"6455/5.2/segments/three-bytes", "Frames in pieces of three bytes come back.",
     "chop 3 text 'a little faster' binary [00 01 02] < text 'a little faster' < binary [00 01 02]",
     HINT_READ},
    {"6455/5.2/segments/seven-bytes", "Frames in pieces of seven bytes come back.",
     "chop 7 text 'one' text 'two' text 'three' < text 'one' < text 'two' < text 'three'",
     HINT_READ},
    {"6455/5.2/with-handshake/frame", "A frame in the segment of the handshake comes back.",
     "early text 'Hello' open < text 'Hello'", HINT_EARLY},
    {"6455/5.2/with-handshake/three-frames",
     "Two messages, with a Ping between them, in the segment of the handshake come back.",
     "early text 'a' ping 'b' binary [63] open < text 'a' < binary [63]", HINT_EARLY},
    {"6455/5.2/with-handshake/frame-begins",
     "A frame that begins in the segment of the handshake comes back.",
     "early split 4 text 'Hello' open < text 'Hello'", HINT_EARLY},
    {"6455/5.2/with-handshake/64-kib", "A frame of 64 KiB after the handshake comes back.",
     "early text 'x'*65536 open < text 'x'*65536",
     "the buffer of the handshake may hold only a part of it"},
    {"6455/5.2/segments/text-in-997s", "65536 bytes of text in pieces of 997 come back.",
     "slice 997 echo text '*'*65536", HINT_READ},
    {"6455/5.2/segments/binary-in-997s", "65536 bytes of binary in pieces of 997 come back.",
     "slice 997 echo binary [fe]*65536", HINT_READ},
    {"6455/5.6/kind-is-kept", "Text comes back as text, binary as binary.",
     "echo text 'same bytes' echo binary 'same bytes'", "echo with the opcode of the message"},
    {"6455/5.6/binary-need-not-be-utf8", "A binary message need not be UTF-8.",
     "echo binary [80 c0 af ed a0 80 fe ff]", "check UTF-8 in text messages only"},
    {"6455/5.6/binary-fragments-need-not-be-utf8",
     "A binary message in fragments need not be UTF-8.",
     "binary+ [e2 82] cont [ff] < binary [e2 82 ff]", "check UTF-8 in text messages only"},
    {"6455/5.2/length/text/" LENGTHS, "A text of length {} comes back.",
     "echo text 'abcdefghijklmnopqrstuvwxyz 0123456789'*{}", HINT_LENGTH},
    {"6455/5.2/length/binary/" LENGTHS, "A binary message of length {} comes back.",
     "echo binary [fe 00 81 7f 80 ff 01]*{}", HINT_LENGTH},
    {"6455/5.2/length/text/" LARGE_LENGTHS, "A text of length {} comes back.",
     "limits 1009 echo text 'abcdefghijklmnopqrstuvwxyz 0123456789'*{}", HINT_LENGTH},
    {"6455/5.2/length/binary/" LARGE_LENGTHS, "A binary message of length {} comes back.",
     "limits 1009 echo binary [fe 00 81 7f 80 ff 01]*{}", HINT_LENGTH},
    /* The network cuts the header in two at every place, and another frame follows. */
    {"6455/5.2/cut/7-bit/{1..8}",
     "A frame with a 7-bit length comes back if it is cut in two after byte {}.",
     "split {} text 'abcdefg'*5 binary 'next' < text 'abcdefg'*5 < binary 'next'", HINT_READ},
    {"6455/5.2/cut/16-bit/{1..10}",
     "A frame with a 16-bit length comes back if it is cut in two after byte {}.",
     "split {} text 'abcdefg'*300 binary 'next' < text 'abcdefg'*300 < binary 'next'", HINT_READ},
    {"6455/5.2/cut/64-bit/{1..16}",
     "A frame with a 64-bit length comes back if it is cut in two after byte {}.",
     "limits 1009 split {} text 'abcdefg'*70000 binary 'next' < text 'abcdefg'*70000 < binary 'next'",
     HINT_READ},
};

const struct case_file cases_frames = {
    .step = 5, .role = FOR_BOTH, .rows = rows, .count = CASES_COUNT(rows)};
