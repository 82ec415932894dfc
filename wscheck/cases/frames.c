/* Step 5: legal frames of every size and in every piece, which come back as they are. */
#include "wscheck/cases/cases.h"

#include <stdio.h>

#define HINT_LENGTH                                                                                \
    "seven bits up to 125, 126 and 16 bits up to 65535, 127 and 64 bits above; most significant "  \
    "byte first"
#define HINT_EARLY                                                                                 \
    "what comes after the empty line in the same read is the first frame: keep it; only a server " \
    "may end the connection instead, since a client MUST wait (4.1)"
#define HINT_READ "a read returns any part of what was sent: half a header, or ten frames"
#define HINT_MASK "byte i of the payload is XORed with byte i modulo 4 of the key"
#define HINT_MANY "go on decoding until what is left of the buffer is no whole frame"

static const struct case_row rows[] = {
    {"6455/5.1/server-masks-nothing", FOR_SERVERS, LEVEL_MUST,
     "The frames of a server have no mask.", "masks text 'Hello' <? text 'Hello'",
     "the top bit of the second byte; a server never sets it"},
    {"6455/5.3/key-of-zeros", FOR_SERVERS, LEVEL_MUST,
     "A key of four zero bytes is a key like any other.",
     "echo zerokey text 'plain to see' echo zerokey binary [00 01 02 03 ff]", HINT_MASK},
    {"6455/5.3/each-frame-has-its-own-key", FOR_SERVERS, LEVEL_MUST,
     "Every frame is unmasked with its own key.",
     "text 'first' text 'second' text 'third' < text 'first' < text 'second' < text 'third'",
     HINT_MASK},
    {"6455/5.3/key-starts-anew-in-each-fragment", FOR_SERVERS, LEVEL_MUST,
     "The key begins anew with every fragment.",
     "text+ 'abc' cont+ 'defgh' cont 'i' < text 'abcdefghi'", HINT_MASK},
    {"6455/5.3/every-byte-value", FOR_SERVERS, LEVEL_MUST, "Every byte value comes back as it was.",
     "echo binary [00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 1f 20 3f 40 5f 60 7e 7f 80 81 "
     "9f a0 bf c0 df e0 ef f0 f7 f8 fb fc fd fe ff 00 00 00 ff ff ff]*256",
     HINT_MASK},
    {"6455/5.2/segments/two-messages", FOR_BOTH, LEVEL_MUST,
     "Two messages in one segment come back as two.",
     "text 'one' text 'two' < text 'one' < text 'two'", HINT_MANY},
    {"6455/5.2/segments/five-messages", FOR_BOTH, LEVEL_MUST,
     "Five messages of both kinds in one segment come back in order.",
     "text 'a' binary [00] text '' binary [ff fe] text 'e' < text 'a' < binary [00] < text '' "
     "< binary [ff fe] < text 'e'",
     HINT_MANY},
    {"6455/5.2/segments/hundred-messages", FOR_BOTH, LEVEL_MUST,
     "A hundred messages in one segment come back.",
     "times 100 text 'many at once' < times 100 text 'many at once'", HINT_MANY},
    {"6455/5.2/segments/thousand-empty-messages", FOR_BOTH, LEVEL_MUST,
     "A thousand empty messages in one segment come back.",
     "times 1000 binary '' < times 1000 binary ''", HINT_MANY},
    {"6455/5.2/segments/frame-by-frame", FOR_BOTH, LEVEL_MUST,
     "Each frame in a segment of its own comes back.",
     "sync text 'one' text 'two' binary [03] < text 'one' < text 'two' < binary [03]", HINT_READ},
    {"6455/5.2/segments/one-byte", FOR_BOTH, LEVEL_MUST, "Frames in pieces of one byte come back.",
     "chop 1 text 'slow' binary [00 01 02] text '' < text 'slow' < binary [00 01 02] < text ''",
     HINT_READ},
    {"6455/5.2/segments/three-bytes", FOR_BOTH, LEVEL_MUST,
     "Frames in pieces of three bytes come back.",
     "chop 3 text 'a little faster' binary [00 01 02] < text 'a little faster' < binary [00 01 02]",
     HINT_READ},
    {"6455/5.2/segments/seven-bytes", FOR_BOTH, LEVEL_MUST,
     "Frames in pieces of seven bytes come back.",
     "chop 7 text 'one' text 'two' text 'three' < text 'one' < text 'two' < text 'three'",
     HINT_READ},
    {"6455/5.2/with-handshake/frame", FOR_BOTH, LEVEL_MUST,
     "A frame in the segment of the handshake comes back.",
     "early text 'Hello' open < text 'Hello'", HINT_EARLY},
    {"6455/5.2/with-handshake/three-frames", FOR_BOTH, LEVEL_MUST,
     "Two messages and a Ping in the segment of the handshake: the messages come back.",
     "early text 'a' ping 'b' binary [63] open < text 'a' < binary [63]", HINT_EARLY},
    {"6455/5.2/with-handshake/frame-begins", FOR_BOTH, LEVEL_MUST,
     "A frame that begins in the segment of the handshake comes back.",
     "early split 4 text 'Hello' open < text 'Hello'", HINT_EARLY},
    {"6455/5.2/with-handshake/64-kib", FOR_BOTH, LEVEL_MUST,
     "A frame of 64 KiB after the handshake comes back.",
     "early text 'x'*65536 open < text 'x'*65536",
     "the buffer of the handshake may hold only a part of it"},
    {"6455/5.2/segments/text-in-997s", FOR_BOTH, LEVEL_MUST,
     "65536 bytes of text in pieces of 997 come back.", "slice 997 echo text '*'*65536", HINT_READ},
    {"6455/5.2/segments/binary-in-997s", FOR_BOTH, LEVEL_MUST,
     "65536 bytes of binary in pieces of 997 come back.", "slice 997 echo binary [fe]*65536",
     HINT_READ},
    {"6455/5.6/kind-is-kept", FOR_BOTH, LEVEL_MUST, "Text comes back as text, binary as binary.",
     "echo text 'same bytes' echo binary 'same bytes'", "echo with the opcode of the message"},
    {"6455/5.6/binary-need-not-be-utf8", FOR_BOTH, LEVEL_MUST,
     "Bytes that are not UTF-8 are welcome in a binary message.",
     "echo binary [80 c0 af ed a0 80 fe ff]", "check UTF-8 in text messages only"},
    {"6455/5.6/binary-fragments-need-not-be-utf8", FOR_BOTH, LEVEL_MUST,
     "Bytes that are not UTF-8 are welcome in a fragmented binary message.",
     "binary+ [e2 82] cont [ff] < binary [e2 82 ff]", "check UTF-8 in text messages only"},
};

/* Messages of every length around the edges of the three forms and of common buffers. */
static void add_lengths(struct case_list *list) {
    static const unsigned lengths[] = {
        0,    1,    2,    3,     4,     5,     7,     8,     15,    16,    31,    32,    63,
        64,   100,  124,  125,   126,   127,   128,   129,   255,   256,   257,   1000,  4095,
        4096, 4097, 8191, 16383, 16384, 16385, 32767, 32768, 65534, 65535, 65536, 65537, 131072};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char name[40], rule[100], script[100];
        struct case_row row = {name, FOR_BOTH, LEVEL_MUST, rule, script, HINT_LENGTH};
        snprintf(rule, sizeof rule, "A text of %u byte%s comes back.", lengths[i],
                 lengths[i] == 1 ? "" : "s");
        snprintf(script, sizeof script, "echo text 'abcdefghijklmnopqrstuvwxyz 0123456789'*%u",
                 lengths[i]);
        snprintf(name, sizeof name, "6455/5.2/length/text/%u", lengths[i]);
        cases_add(list, &row);
        snprintf(rule, sizeof rule, "A binary message of %u byte%s comes back.", lengths[i],
                 lengths[i] == 1 ? "" : "s");
        snprintf(script, sizeof script, "echo binary [fe 00 81 7f 80 ff 01]*%u", lengths[i]);
        snprintf(name, sizeof name, "6455/5.2/length/binary/%u", lengths[i]);
        cases_add(list, &row);
    }
}

/* Every place at which a header can be cut in two by the network, with another frame after it. */
static void add_splits(struct case_list *list) {
    static const struct {
        unsigned length, header;
        const char *name;
    } forms[] = {{5, 6, "7-bit"}, {300, 8, "16-bit"}, {70000, 14, "64-bit"}};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        for (unsigned at = 1; at <= forms[i].header + 2; at++) {
            char name[40], rule[120], script[200];
            snprintf(rule, sizeof rule,
                     "A frame with a %s length comes back when it is cut in two after byte %u.",
                     forms[i].name, at);
            snprintf(script, sizeof script,
                     "split %u text 'abcdefg'*%u binary 'next' < text 'abcdefg'*%u < binary 'next'",
                     at, forms[i].length, forms[i].length);
            snprintf(name, sizeof name, "6455/5.2/cut/%s/%u", forms[i].name, at);
            cases_add(list,
                      &(struct case_row){name, FOR_BOTH, LEVEL_MUST, rule, script, HINT_READ});
        }
    }
}

void cases_frames(struct case_list *list) {
    list->step = 5;
    cases_add_rows(list, rows, sizeof rows / sizeof rows[0]);
    add_lengths(list);
    add_splits(list);
}
