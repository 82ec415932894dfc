/* Step 5: messages in fragments, in every order that is allowed and in some that are not. RFC 6455,
 * 5.4. All rows are for servers and clients. */
#include "wscheck/cases/cases.h"

#include <stdio.h>

#define HINT_JOIN "join all fragments; the first one has the opcode of the message"
#define HINT_STRAY "remember whether a message has begun; without one a continuation is wrong"
#define HINT_BEGUN "a new message cannot begin before the last fragment of the old one"
#define HINT_EMPTY "an empty fragment is a fragment; only FIN ends the message"

static const struct case_row rows[] = {
    {"6455/5.4/joined/in-one-segment", "Two fragments in one segment come back as one message.",
     "text+ 'fragment1' cont 'fragment2' < text 'fragment1fragment2'", HINT_JOIN},
    {"6455/5.4/joined/in-two-segments", "Two fragments in two segments come back as one message.",
     "sync text+ 'fragment1' cont 'fragment2' < text 'fragment1fragment2'", HINT_JOIN},
    {"6455/5.4/joined/in-pieces", "Two fragments in pieces of one byte come back as one message.",
     "chop 1 text+ 'fragment1' cont 'fragment2' < text 'fragment1fragment2'", HINT_JOIN},
    {"6455/5.4/joined/binary", "Two binary fragments come back as one message.",
     "binary+ [00 01] cont [02 ff] < binary [00 01 02 ff]", HINT_JOIN},
    {"6455/5.4/joined/two-messages", "Two messages in fragments come back as two.",
     "text+ 'a' cont 'b' binary+ 'c' cont 'd' < text 'ab' < binary 'cd'", HINT_JOIN},
    {"6455/5.4/joined/whole-message-after", "A whole message after one in fragments comes back.",
     "text+ 'a' cont 'b' text 'c' < text 'ab' < text 'c'", HINT_JOIN},
    {"6455/5.4/joined/three-empty", "Three empty fragments come back as an empty message.",
     "text+ '' cont+ '' cont '' < text ''", HINT_EMPTY},
    {"6455/5.4/joined/three-empty-binary",
     "Three empty binary fragments come back as an empty message.",
     "binary+ '' cont+ '' cont '' < binary ''", HINT_EMPTY},
    {"6455/5.4/joined/only-the-middle",
     "A message comes back although only its middle fragment is not empty.",
     "text+ '' cont+ 'middle frame payload' cont '' < text 'middle frame payload'", HINT_EMPTY},
    {"6455/5.4/joined/only-the-first",
     "A message comes back although only its first fragment is not empty.",
     "text+ 'first' cont+ '' cont '' < text 'first'", HINT_EMPTY},
    {"6455/5.4/joined/only-the-last",
     "A message comes back although only its last fragment is not empty.",
     "binary+ '' cont+ '' cont 'last' < binary 'last'", HINT_EMPTY},
    {"6455/5.4/joined/ping-in-one-segment",
     "Two fragments around a Ping, in one segment, come back as one message.",
     "text+ 'fragment1' ping 'ping payload' cont 'fragment2' < text 'fragment1fragment2' waitpong",
     HINT_JOIN},
    {"6455/5.4/joined/ping-in-three-segments",
     "Two fragments around a Ping, in three segments, come back as one message.",
     "sync text+ 'fragment1' ping 'ping payload' cont 'fragment2' < text 'fragment1fragment2' "
     "waitpong",
     HINT_JOIN},
    {"6455/5.4/joined/ping-in-pieces",
     "Two fragments around a Ping, in pieces of one byte, come back as one message.",
     "chop 1 text+ 'fragment1' ping 'ping payload' cont 'fragment2' < text 'fragment1fragment2' "
     "waitpong",
     HINT_JOIN},
    {"6455/5.4/joined/64-kib-and-one-byte",
     "A fragment of 64 KiB and one of a byte come back as one message.",
     "text+ 'x'*65536 cont 'x' < text 'x'*65537", HINT_JOIN},
    {"6455/5.4/joined/one-byte-and-64-kib",
     "A fragment of a byte and one of 64 KiB come back as one message.",
     "binary+ [ab] cont [ab]*65536 < binary [ab]*65537", HINT_JOIN},
    {"6455/5.4/joined/thousand-of-one-byte",
     "A message in a thousand fragments of one byte comes back.",
     "pieces 1 text 'abcdefghij'*1000 < text 'abcdefghij'*1000", HINT_JOIN},
    {"6455/5.4/joined/65536-bytes-in-1300s", "65536 bytes in fragments of 1300 come back.",
     "pieces 1300 text '*'*65536 < text '*'*65536", HINT_JOIN},
    {"6455/5.4/stray/final",
     "A continuation with nothing to continue fails, although a text follows.",
     "cont 'non-continuation payload' text 'Hello' fail 1002", HINT_STRAY},
    {"6455/5.4/stray/final-in-own-segment",
     "A continuation with nothing to continue, in a segment of its own, fails.",
     "sync cont 'non-continuation payload' text 'Hello' fail 1002", HINT_STRAY},
    {"6455/5.4/stray/final-in-pieces",
     "A continuation with nothing to continue, in pieces of one byte, fails.",
     "chop 1 cont 'non-continuation payload' text 'Hello' fail 1002", HINT_STRAY},
    {"6455/5.4/stray/without-fin", "A continuation without FIN and nothing to continue fails.",
     "cont+ 'non-continuation payload' text 'Hello' fail 1002", HINT_STRAY},
    {"6455/5.4/stray/without-fin-in-own-segment",
     "A continuation without FIN, in a segment of its own, fails.",
     "sync cont+ 'non-continuation payload' text 'Hello' fail 1002", HINT_STRAY},
    {"6455/5.4/stray/without-fin-in-pieces",
     "A continuation without FIN, in pieces of one byte, fails.",
     "chop 1 cont+ 'non-continuation payload' text 'Hello' fail 1002", HINT_STRAY},
    {"6455/5.4/stray/empty", "An empty continuation with nothing to continue fails.",
     "cont '' fail 1002", HINT_STRAY},
    {"6455/5.4/stray/after-fragments", "A continuation after a finished message fails.",
     "text+ 'fragment1' cont 'fragment2' cont+ 'fragment3' text 'fragment4' "
     "<? text 'fragment1fragment2' fail 1002",
     HINT_STRAY},
    {"6455/5.4/stray/after-text", "A continuation after a whole text fails.",
     "text 'whole' cont 'stray' <? text 'whole' fail 1002", HINT_STRAY},
    {"6455/5.4/stray/after-binary", "A continuation after a whole binary message fails.",
     "binary 'whole' cont 'stray' <? binary 'whole' fail 1002", HINT_STRAY},
    {"6455/5.4/stray/after-binary-fragments",
     "A continuation after a finished binary message fails.",
     "binary+ 'a' cont 'b' cont 'stray' <? binary 'ab' fail 1002", HINT_STRAY},
    {"6455/5.4/stray/before-each-message",
     "A stray continuation before each of two messages fails.",
     "cont+ 'f1' text+ 'f2' cont 'f3' cont+ 'f4' text+ 'f5' cont 'f6' fail 1002", HINT_STRAY},
    {"6455/5.4/stray/final-before-each-message",
     "A stray final continuation before each of two messages fails.",
     "cont 'f1' text+ 'f2' cont 'f3' cont 'f4' text+ 'f5' cont 'f6' fail 1002", HINT_STRAY},
    {"6455/5.4/stray/after-ping", "A continuation after a Ping alone fails.",
     "ping 'x' cont 'stray' fail 1002", HINT_STRAY},
    {"6455/5.4/inside/text-in-text", "A text inside a text fails.",
     "text+ 'fragment1' text 'fragment2' fail 1002", HINT_BEGUN},
    {"6455/5.4/inside/text-without-fin-in-text", "A text without FIN inside a text fails.",
     "text+ 'fragment1' text+ 'fragment2' cont 'x' fail 1002", HINT_BEGUN},
    {"6455/5.4/inside/binary-in-text", "A binary message inside a text fails.",
     "text+ 'fragment1' binary [00] fail 1002", HINT_BEGUN},
    {"6455/5.4/inside/text-in-binary", "A text inside a binary message fails.",
     "binary+ [00] text 'fragment2' fail 1002", HINT_BEGUN},
    {"6455/5.4/inside/binary-in-binary", "A binary message inside a binary message fails.",
     "binary+ [00] binary [01] fail 1002", HINT_BEGUN},
    {"6455/5.4/inside/empty-in-empty", "An empty text inside an empty text fails.",
     "text+ '' text '' fail 1002", HINT_BEGUN},
    {"6455/5.4/inside/text-in-binary-after-ping",
     "A text inside a binary message after a Ping fails.",
     "binary+ [00] ping 'x' text 'y' fail 1002", HINT_BEGUN},
    {"6455/5.4/5000-empty-fragments", "5000 empty fragments are accepted, or refused with a Close.",
     "text+ '' times 5000 cont+ '' eventually 1002,1008,1009",
     "each costs the sender six bytes; what does it cost the receiver?"},
};

/* Adds a case for every place at which a text can be cut into two fragments. */
static void add_cuts(struct case_list *list) {
    static const char text[] = "Hello, world!";
    for (int at = 0; at < (int)sizeof text; at++) {
        char name[40], rule[100], script[120];
        snprintf(rule, sizeof rule, "A text in fragments of %d and %d bytes comes back.", at,
                 (int)sizeof text - 1 - at);
        snprintf(script, sizeof script, "text+ '%.*s' cont '%s' < text '%s'", at, text, text + at,
                 text);
        snprintf(name, sizeof name, "6455/5.4/cut/%d", at);
        cases_add(list, FOR_BOTH, &(struct case_row){name, rule, script, HINT_JOIN});
    }
}

const struct case_file cases_fragments = {
    .step = 5, .role = FOR_BOTH, .rows = rows, .count = CASES_COUNT(rows), .add = add_cuts};
