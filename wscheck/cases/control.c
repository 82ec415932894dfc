/* Step 5: Ping and Pong, and the rules that bind every control frame. RFC 6455, 5.5. */
#include "wscheck/cases/cases.h"

#include <stdio.h>

#define HINT_PING "answer with opcode 10 and the payload of the Ping, byte for byte"
#define HINT_BETWEEN                                                                               \
    "a control frame between fragments does not touch the message that is being put together"
#define HINT_EARLY                                                                                 \
    "what comes after the empty line in the same read is the first frame: keep it; only a server " \
    "may end the connection instead, since a client MUST wait (4.1)"
#define HINT_PONG "a Pong that nobody asked for is a heartbeat: take it and do nothing"
#define HINT_LONG "125 is the most that a control frame holds; 126 and 127 in its length are wrong"
#define HINT_FIN "a control frame without FIN is wrong, whatever follows"
#define HINT_FLOOD                                                                                    \
    "answer as you read, and stop reading while the answers cannot be written; who gives up instead " \
    "SHOULD say so in a Close frame (7.1.7)"

static const struct case_row rows[] = {
    {"6455/5.5.2/empty-ping", FOR_BOTH, LEVEL_MUST, "An empty Ping gets an empty Pong.",
     "ping '' waitpong", HINT_PING},
    {"6455/5.5.2/ping-payload-repeated", FOR_BOTH, LEVEL_MUST,
     "A Ping gets a Pong with its payload.", "ping 'Hello, world!' waitpong", HINT_PING},
    {"6455/5.5.2/ping-of-binary-bytes", FOR_BOTH, LEVEL_MUST,
     "A Ping of binary bytes gets them back.", "ping [00 ff fe fd fc fb 00 ff] waitpong",
     HINT_PING},
    {"6455/5.5.2/ping-of-125-bytes-in-pieces", FOR_BOTH, LEVEL_MUST,
     "A Ping of 125 bytes in pieces of one gets them back.", "chop 1 ping [fe]*125 waitpong",
     HINT_PING},
    {"6455/5.5.2/ten-pings-in-one-segment", FOR_BOTH, LEVEL_MUST,
     "Ten Pings in one segment are answered in order, the last at least.",
     "ping 'payload-0' ping 'payload-1' ping 'payload-2' ping 'payload-3' ping 'payload-4' "
     "ping 'payload-5' ping 'payload-6' ping 'payload-7' ping 'payload-8' ping 'payload-9' waitpong",
     HINT_PING},
    {"6455/5.5.2/ten-pings-in-pieces-of-one-byte", FOR_BOTH, LEVEL_MUST,
     "Ten Pings in pieces of one byte are answered.", "chop 1 times 10 ping 'x' waitpong",
     HINT_PING},
    {"6455/5.5.2/pings-one-by-one", FOR_BOTH, LEVEL_MUST,
     "Pings one after the other are answered one after the other.",
     "ping 'first' waitpong ping 'second' waitpong ping 'third' waitpong", HINT_PING},
    {"6455/5.5.2/ping-after-message", FOR_BOTH, LEVEL_MUST, "A Ping after a message is answered.",
     "text 'Hello' ping 'x' < text 'Hello' waitpong", HINT_PING},
    {"6455/5.5.2/ping-before-message", FOR_BOTH, LEVEL_MUST, "A Ping before a message is answered.",
     "ping 'x' text 'Hello' < text 'Hello' waitpong", HINT_PING},
    {"6455/5.5.2/inside-message/text", FOR_BOTH, LEVEL_MUST,
     "A Ping between two fragments is answered before the message ends.",
     "text+ 'fragment1' ping 'ping payload' waitpong cont 'fragment2' < text 'fragment1fragment2'",
     HINT_BETWEEN},
    {"6455/5.5.2/inside-message/binary", FOR_BOTH, LEVEL_MUST,
     "A Ping between two binary fragments is answered.",
     "binary+ [00 01] ping 'ping payload' waitpong cont [fe ff] < binary [00 01 fe ff]",
     HINT_BETWEEN},
    {"6455/5.5.2/inside-message/in-one-segment", FOR_BOTH, LEVEL_MUST,
     "Fragments and Pings in one segment do not disturb each other.",
     "text+ 'a' ping '1' cont+ 'b' ping '2' cont 'c' < text 'abc' waitpong", HINT_BETWEEN},
    {"6455/5.5.2/inside-message/two-pings", FOR_BOTH, LEVEL_MUST,
     "Two Pings between fragments are answered, each before the next fragment.",
     "text+ 'f1' cont+ 'f2' ping 'pongme 1!' waitpong cont+ 'f3' cont+ 'f4' ping 'pongme 2!' "
     "waitpong cont 'f5' < text 'f1f2f3f4f5'",
     HINT_BETWEEN},
    {"6455/5.5.2/inside-message/125-bytes", FOR_BOTH, LEVEL_MUST,
     "A Ping of 125 bytes between fragments leaves the message alone.",
     "text+ 'before ' ping 'x'*125 cont 'after' < text 'before after' waitpong", HINT_BETWEEN},
    {"6455/5.5.2/inside-message/empty", FOR_BOTH, LEVEL_MUST,
     "An empty Ping between fragments leaves the message alone.",
     "text+ 'before ' ping '' cont 'after' < text 'before after' waitpong", HINT_BETWEEN},
    {"6455/5.5.2/inside-message/within-character", FOR_BOTH, LEVEL_MUST,
     "A Ping within a character does no harm to it.",
     "text+ [e2] ping 'x' cont+ [82] ping 'y' cont [ac] < text [e2 82 ac] waitpong",
     "the state of the UTF-8 check belongs to the message, not to the frame"},
    {"6455/5.5.2/2000-pings", FOR_BOTH, LEVEL_MUST,
     "2000 Pings without a pause are answered, the last at least.",
     "limits 1008,1009 times 2000 ping 'x' waitpong", HINT_FLOOD},
    {"6455/5.5.2/2000-pings-unread", FOR_SERVERS, LEVEL_MUST,
     "2000 Pings are answered, although their Pongs are not read at first.",
     "limits 1008,1009 deaf times 2000 ping 'x' meanwhile hearing waitpong", HINT_FLOOD},
    {"6455/5.5.2/ping-in-segment-of-handshake", FOR_BOTH, LEVEL_MUST,
     "A Ping in the segment of the handshake is answered.", "early ping 'early' open waitpong",
     HINT_EARLY},
    {"6455/5.5.3/empty-pong-unsolicited", FOR_BOTH, LEVEL_MUST,
     "An unsolicited empty Pong is taken quietly.", "pong '' barrier", HINT_PONG},
    {"6455/5.5.3/pong-unsolicited", FOR_BOTH, LEVEL_MUST, "An unsolicited Pong is taken quietly.",
     "pong 'unsolicited pong payload' barrier", HINT_PONG},
    {"6455/5.5.3/pong-of-125-bytes-unsolicited", FOR_BOTH, LEVEL_MUST,
     "An unsolicited Pong of 125 bytes is taken quietly.", "pong 'x'*125 barrier", HINT_PONG},
    {"6455/5.5.3/ping-after-pong", FOR_BOTH, LEVEL_MUST,
     "A Ping after an unsolicited Pong is answered.",
     "pong 'unsolicited pong payload' ping 'ping payload' waitpong", HINT_PONG},
    {"6455/5.5.3/inside-message/text", FOR_BOTH, LEVEL_MUST,
     "A Pong between fragments leaves the message alone.",
     "text+ 'a' pong 'x' cont 'b' < text 'ab'", HINT_BETWEEN},
    {"6455/5.5.3/inside-message/binary", FOR_BOTH, LEVEL_MUST,
     "A Pong between binary fragments leaves the message alone.",
     "binary+ [61] pong '' cont+ [62] pong 'y' cont [63] < binary 'abc'", HINT_BETWEEN},
    {"6455/5.5.3/2000-pongs-unsolicited", FOR_BOTH, LEVEL_MUST,
     "2000 unsolicited Pongs are taken quietly.", "limits 1008,1009 times 2000 pong 'x' barrier",
     HINT_PONG},
    {"6455/5.5.3/message-after-pong", FOR_BOTH, LEVEL_MUST, "A message after a Pong comes back.",
     "pong 'x' echo text 'Hello'", HINT_PONG},
    {"6455/5.5/without-fin/ping", FOR_BOTH, LEVEL_MUST, "A Ping without FIN fails the connection.",
     "ping+ 'x' cont 'y' fail 1002", HINT_FIN},
    {"6455/5.5/without-fin/empty-ping", FOR_BOTH, LEVEL_MUST,
     "An empty Ping without FIN fails the connection.", "ping+ '' fail 1002", HINT_FIN},
    {"6455/5.5/without-fin/pong", FOR_BOTH, LEVEL_MUST, "A Pong without FIN fails the connection.",
     "pong+ 'x' cont 'y' fail 1002", HINT_FIN},
    {"6455/5.5/without-fin/close", FOR_BOTH, LEVEL_MUST,
     "A Close without FIN fails the connection.", "close+ 1000 fail 1002", HINT_FIN},
    {"6455/5.5/without-fin/ping-inside-message", FOR_BOTH, LEVEL_MUST,
     "A Ping without FIN inside a message fails the connection.",
     "text+ 'a' ping+ 'x' cont 'b' fail 1002", HINT_FIN},
    {"6455/5.5/without-fin/pong-inside-message", FOR_BOTH, LEVEL_MUST,
     "A Pong without FIN inside a message fails the connection.",
     "binary+ 'a' pong+ '' cont 'b' fail 1002", HINT_FIN},
};

static const struct case_row announced[] = {
    {"6455/5.5/too-long/announced-126", FOR_BOTH, LEVEL_PRACTICE,
     "A Ping that announces 126 bytes fails the connection before they have come.",
     "claim 126 ping '' fail 1002", HINT_LONG},
    {"6455/5.5/too-long/announced-2-to-62", FOR_BOTH, LEVEL_PRACTICE,
     "A Ping that announces 2^62 bytes fails the connection before they have come.",
     "claim 4611686018427387904 ping '' fail 1002,1009", HINT_LONG},
};

/* Every control frame with every wrong form of length. */
static void add_too_long(struct case_list *list) {
    static const char *const names[] = {"ping", "pong", "close"};
    static const unsigned lengths[] = {126, 127, 200, 65535, 65536};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        for (size_t j = 0; j < sizeof lengths / sizeof lengths[0]; j++) {
            char name[40], rule[100], script[100];
            snprintf(rule, sizeof rule, "A %s of %u bytes fails the connection.", names[i],
                     lengths[j]);
            snprintf(script, sizeof script, "%s [03 e8]*%u fail 1002", names[i], lengths[j]);
            snprintf(name, sizeof name, "6455/5.5/too-long/%s-%u", names[i], lengths[j]);
            cases_add(list,
                      &(struct case_row){name, FOR_BOTH, LEVEL_MUST, rule, script, HINT_LONG});
        }
    }
}

void cases_control(struct case_list *list) {
    static const unsigned lengths[] = {1, 2, 3, 4, 5, 7, 8, 15, 16, 31, 32, 64, 100, 123, 124, 125};
    list->step = 5;
    cases_add_rows(list, rows, sizeof rows / sizeof rows[0]);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char name[40], rule[100], script[100];
        snprintf(rule, sizeof rule, "A Ping of %u byte%s gets a Pong of the same.", lengths[i],
                 lengths[i] == 1 ? "" : "s");
        snprintf(script, sizeof script, "ping 'abcdefghijklmnopqrstuvwxyz'*%u waitpong",
                 lengths[i]);
        snprintf(name, sizeof name, "6455/5.5.2/length/%u", lengths[i]);
        cases_add(list, &(struct case_row){name, FOR_BOTH, LEVEL_MUST, rule, script, HINT_PING});
    }
    add_too_long(list);
    cases_add_rows(list, announced, sizeof announced / sizeof announced[0]);
}
