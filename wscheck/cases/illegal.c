/* Steps 4 and 5: frames that break a rule of section 5.2, on which the connection has to fail. */
#include "wscheck/cases/cases.h"

#include <stdio.h>

#define HINT_RSV "test all three bits of 0x70 before the opcode is looked at"
#define HINT_OPCODE "of sixteen opcodes only 0, 1, 2, 8, 9 and 10 mean something"
#define HINT_MASK "the top bit of the second byte; many servers unmask only if it is set"
#define HINT_MINIMAL                                                                               \
    "5.2 binds the sender to the shortest form; compare the length with the form it came in"
#define HINT_TOP "read eight bytes into an unsigned 64-bit number and test its top bit"
#define HINT_HUGE                                                                                  \
    "check the 64-bit length before it is cast, added to or allocated; 32 bits of it may look small"
#define HINT_DELIVER                                                                                \
    "closing a socket with unread bytes in it resets TCP; shut down the writing side, read on for " \
    "a moment, then close"

static const struct case_row rows[] = {
    {"6455/5.2/not-minimal/16-bits-for-0", FOR_BOTH, LEVEL_SHOULD,
     "16 bits for a length of 0 are refused (10.7).", "len16 text '' fail 1002", HINT_MINIMAL},
    {"6455/5.2/not-minimal/16-bits-for-5", FOR_BOTH, LEVEL_SHOULD,
     "16 bits for a length of 5 are refused (10.7).", "len16 text 'Hello' fail 1002", HINT_MINIMAL},
    {"6455/5.2/not-minimal/16-bits-for-125", FOR_BOTH, LEVEL_SHOULD,
     "16 bits for a length of 125 are refused (10.7).", "len16 binary 'x'*125 fail 1002",
     HINT_MINIMAL},
    {"6455/5.2/not-minimal/64-bits-for-0", FOR_BOTH, LEVEL_SHOULD,
     "64 bits for a length of 0 are refused (10.7).", "len64 text '' fail 1002", HINT_MINIMAL},
    {"6455/5.2/not-minimal/64-bits-for-5", FOR_BOTH, LEVEL_SHOULD,
     "64 bits for a length of 5 are refused (10.7).", "len64 binary 'Hello' fail 1002",
     HINT_MINIMAL},
    {"6455/5.2/not-minimal/64-bits-for-125", FOR_BOTH, LEVEL_SHOULD,
     "64 bits for a length of 125 are refused (10.7).", "len64 text 'x'*125 fail 1002",
     HINT_MINIMAL},
    {"6455/5.2/not-minimal/64-bits-for-126", FOR_BOTH, LEVEL_SHOULD,
     "64 bits for a length of 126 are refused (10.7).", "len64 text 'x'*126 fail 1002",
     HINT_MINIMAL},
    {"6455/5.2/not-minimal/64-bits-for-65535", FOR_BOTH, LEVEL_SHOULD,
     "64 bits for a length of 65535 are refused (10.7).", "len64 binary 'x'*65535 fail 1002",
     HINT_MINIMAL},
    {"6455/5.2/not-minimal/ping", FOR_BOTH, LEVEL_SHOULD,
     "16 bits for the length of a Ping are refused (10.7).", "len16 ping 'Hello' fail 1002",
     HINT_MINIMAL},
    {"6455/5.2/not-minimal/close", FOR_BOTH, LEVEL_SHOULD,
     "64 bits for the length of a Close are refused (10.7).", "len64 close 1000 fail 1002",
     HINT_MINIMAL},
    {"6455/5.2/not-minimal/continuation", FOR_BOTH, LEVEL_SHOULD,
     "16 bits for the length of a continuation are refused (10.7).",
     "text+ 'a' len16 cont 'b' fail 1002", HINT_MINIMAL},
    {"6455/5.2/top-bit/alone", FOR_BOTH, LEVEL_MUST,
     "A 64-bit length with its top bit set is refused.",
     "len64 claim 9223372036854775808 text '' mayfail 1002,1009", HINT_TOP},
    {"6455/5.2/top-bit/small-rest", FOR_BOTH, LEVEL_MUST,
     "A 64-bit length with its top bit set and a small rest is refused.",
     "len64 claim 9223372036854775813 text 'Hello' mayfail 1002,1009", HINT_TOP},
    {"6455/5.2/top-bit/all-ones", FOR_BOTH, LEVEL_MUST, "A 64-bit length of all ones is refused.",
     "len64 claim 18446744073709551615 binary 'x' mayfail 1002,1009", HINT_TOP},
    {"6455/5.2/top-bit/overflow", FOR_BOTH, LEVEL_MUST,
     "A 64-bit length that overflows with its header's size is refused.",
     "len64 claim 18446744073709551602 binary 'x' mayfail 1002,1009", HINT_TOP},
    {"6455/10.4/announced/2-to-32-plus-5", FOR_BOTH, LEVEL_MUST,
     "A frame that announces 2^32 + 5 bytes is not taken for one of 5.",
     "len64 claim 4294967301 text 'Hello' mayfail 1009", HINT_HUGE},
    {"6455/10.4/announced/2-to-32", FOR_BOTH, LEVEL_MUST,
     "A frame that announces 2^32 bytes is not taken for an empty one.",
     "len64 claim 4294967296 text '' mayfail 1009", HINT_HUGE},
    {"6455/10.4/announced/2-to-31", FOR_BOTH, LEVEL_MUST,
     "A frame that announces 2^31 bytes is not taken for a negative length.",
     "len64 claim 2147483648 binary 'Hello' mayfail 1009", HINT_HUGE},
    {"6455/10.4/announced/2-to-40", FOR_BOTH, LEVEL_MUST,
     "A frame that announces 2^40 bytes is refused before they have come.",
     "len64 claim 1099511627776 binary '' mayfail 1009", HINT_HUGE},
    {"6455/10.4/announced/2-to-62", FOR_BOTH, LEVEL_MUST,
     "A frame that announces 2^62 bytes is refused before they have come.",
     "len64 claim 4611686018427387904 text '' mayfail 1009", HINT_HUGE},
    {"6455/10.4/announced/2-to-63-minus-1", FOR_BOTH, LEVEL_MUST,
     "A frame that announces 2^63 - 1 bytes is refused before they have come.",
     "len64 claim 9223372036854775807 binary 'x' mayfail 1009", HINT_HUGE},
    {"6455/10.4/announced/sum-overflows", FOR_BOTH, LEVEL_MUST,
     "A fragment that makes the sum overflow is refused.",
     "text+ 'Hello' len64 claim 9223372036854775807 cont 'x' mayfail 1009",
     "compare with what is left of the limit; a sum may wrap around"},
    {"6455/10.4/announced/in-second-fragment", FOR_BOTH, LEVEL_MUST,
     "A second fragment of 2^62 bytes is refused.",
     "binary+ 'x'*1000 len64 claim 4611686018427387904 cont 'x' mayfail 1009",
     "the limit is on the message, not on the frame"},
    {"6455/7.1.7/close-survives-bytes", FOR_SERVERS, LEVEL_SHOULD,
     "The Close frame survives bytes that are still coming.",
     "rsv4 text 'bad' binary 'x'*200000 orderly 1002", HINT_DELIVER},
    {"6455/7.1.7/close-survives-frames", FOR_SERVERS, LEVEL_SHOULD,
     "The Close frame survives frames after the bad one.",
     "op3 'bad' times 50 text 'more' orderly 1002", HINT_DELIVER},
    {"6455/7.1.7/no-wait-for-reply", FOR_SERVERS, LEVEL_SHOULD,
     "After it has failed a connection a server waits for no reply.",
     "rsv1 text 'bad' orderly 1002",
     "7.1.7: no attempt to process data, including a responding Close frame"},
    {"6455/7.1.7/nothing-processed-after-failure", FOR_BOTH, LEVEL_MUST,
     "After a bad frame nothing is processed any more.",
     "op7 'bad' text 'not to be echoed' ping 'not to be answered' fail 1002", HINT_DELIVER},
    {"6455/7.1.7/ping-with-bad-frame", FOR_BOTH, LEVEL_MUST,
     "A Ping in one segment with a bad frame changes nothing.",
     "ping 'good' rsv4 text 'bad' fail 1002", HINT_DELIVER},
    {"6455/7.1.7/close-crosses-close", FOR_SERVERS, LEVEL_MUST,
     "A Close that crosses the server's own changes nothing.",
     "rsv4 text 'bad' close 1000 fail 1002", HINT_DELIVER},
    {"6455/7.1.7/two-bad-frames", FOR_BOTH, LEVEL_MUST, "Two bad frames get one Close.",
     "rsv4 text 'bad' op3 'worse' fail 1002",
     "when a connection has failed, nothing is sent any more"},
    {"6455/7.1.7/half-closed-after-bad-frame", FOR_SERVERS, LEVEL_MUST,
     "A client that ends its half of TCP after a bad frame gets the Close.",
     "rsv4 text 'bad' fin fail 1002", HINT_DELIVER},
};

/* Every reserved bit and combination on every kind of frame. */
static void add_reserved_bits(struct case_list *list) {
    static const struct {
        const char *name, *what, *before, *frame;
    } kinds[] = {
        {"text", "text", "", "text 'x'"},
        {"empty-text", "empty text", "", "text ''"},
        {"binary", "binary", "", "binary [00 ff]"},
        {"first-fragment", "the first fragment", "", "text+ 'x'"},
        {"continuation", "a continuation", "text+ 'a' ", "cont 'b'"},
        {"ping", "a Ping", "", "ping 'x'"},
        {"pong", "a Pong", "", "pong 'x'"},
        {"close", "a Close", "", "close 1000"},
        {"ping-inside-message", "a Ping inside a message", "text+ 'a' ", "ping 'x'"},
        {"text-after-message", "text after a good message", "text 'good' ", "text 'bad'"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        for (unsigned rsv = 1; rsv <= 7; rsv++) {
            char name[60], rule[120], script[160];
            snprintf(rule, sizeof rule, "Reserved bits %u%u%u on %s fail the connection.", rsv >> 2,
                     rsv >> 1 & 1, rsv & 1, kinds[i].what);
            snprintf(script, sizeof script, "%srsv%u %s %s ping 'unheard' fail 1002",
                     kinds[i].before, rsv, kinds[i].frame,
                     kinds[i].before[0] == 't' && kinds[i].before[4] == ' ' ? "<? text 'good'"
                                                                            : "");
            snprintf(name, sizeof name, "6455/5.2/rsv/%s/%u", kinds[i].name, rsv);
            cases_add(list, &(struct case_row){name, FOR_BOTH, LEVEL_MUST, rule, script, HINT_RSV});
        }
    }
}

/* Every reserved opcode in every place. */
static void add_reserved_opcodes(struct case_list *list) {
    static const struct {
        const char *name, *what, *before, *frame, *after;
    } places[] = {
        {"alone", "alone and empty", "", "op%u ''", ""},
        {"with-payload", "with a payload", "", "op%u 'reserved payload'", ""},
        {"after-message", "after a good message", "text 'good' ", "op%u 'x'", "<? text 'good' "},
        {"inside-message", "inside a fragmented message", "text+ 'a' ", "op%u ''", ""},
        {"without-fin", "without FIN", "", "op%u+ 'x'", ""},
        {"in-pieces", "in pieces of one byte", "chop 1 ", "op%u 'x'", ""},
    };
    for (unsigned opcode = 3; opcode < 16; opcode = opcode == 7 ? 11 : opcode + 1) {
        for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
            char name[60], rule[120], frame[60], script[200];
            snprintf(rule, sizeof rule, "Reserved opcode %u %s fails the connection.", opcode,
                     places[i].what);
            const char *rest = places[i].frame + 4; /* after "op%u" */
            snprintf(frame, sizeof frame, "op%u%s", opcode, rest);
            snprintf(script, sizeof script, "%s%s %sping 'unheard' fail 1002", places[i].before,
                     frame, places[i].after);
            snprintf(name, sizeof name, "6455/5.2/opcode/%u/%s", opcode, places[i].name);
            cases_add(list,
                      &(struct case_row){name, FOR_BOTH, LEVEL_MUST, rule, script, HINT_OPCODE});
        }
    }
}

static void add_unmasked(struct case_list *list) {
    static const struct {
        const char *name, *what, *script;
    } frames[] = {
        {"text", "text", "unmasked text 'Hello'"},
        {"empty-text", "empty text", "unmasked text ''"},
        {"binary", "binary", "unmasked binary [00 01 02]"},
        {"text-of-126-bytes", "a text of 126 bytes", "unmasked text 'x'*126"},
        {"text-of-65536-bytes", "a text of 65536 bytes", "unmasked text 'x'*65536"},
        {"first-fragment", "the first fragment", "unmasked text+ 'x'"},
        {"continuation", "a continuation", "text+ 'a' unmasked cont 'b'"},
        {"ping", "a Ping", "unmasked ping 'x'"},
        {"empty-ping", "an empty Ping", "unmasked ping ''"},
        {"pong", "a Pong", "unmasked pong 'x'"},
        {"close", "a Close", "unmasked close 1000"},
        {"empty-close", "an empty Close", "unmasked close ''"},
        {"second-message", "a second message", "text 'good' <? text 'good' unmasked text 'bad'"},
        {"in-pieces", "a header in pieces of one byte", "chop 1 unmasked text 'x'"},
    };
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        char name[60], rule[120], script[160];
        snprintf(rule, sizeof rule, "A frame without a mask fails the connection: %s.",
                 frames[i].what);
        snprintf(script, sizeof script, "%s fail 1002", frames[i].script);
        snprintf(name, sizeof name, "6455/5.1/unmasked/%s", frames[i].name);
        cases_add(list, &(struct case_row){name, FOR_SERVERS, LEVEL_MUST, rule, script, HINT_MASK});
    }
}

void cases_illegal(struct case_list *list) {
    list->step = 5;
    cases_add_rows(list, rows, sizeof rows / sizeof rows[0]);
    add_reserved_bits(list);
    add_reserved_opcodes(list);
    add_unmasked(list);
}
