/* Step 5: Ping and Pong, and the rules that bind every control frame. RFC 6455, 5.5. */
#include "wscheck/cases/cases.h"

#define HINT_PING "answer with opcode 10 and the payload of the Ping, byte for byte"
#define HINT_BETWEEN                                                                               \
    "a control frame between fragments does not touch the message that is being put together"
#define HINT_PONG "a Pong that nobody asked for is a heartbeat: take it and do nothing"
#define HINT_LONG "125 is the most that a control frame holds; 126 and 127 in its length are wrong"
#define HINT_FIN "a control frame without FIN is wrong, whatever follows"
#define HINT_FLOOD                                                                                    \
    "answer as you read, and stop reading while the answers cannot be written; who gives up instead " \
    "SHOULD say so in a Close frame (7.1.7)"

static const struct case_row rows[] = {
    {"6455/5.5.2/empty-ping", "An empty Ping gets an empty Pong.", "ping '' waitpong", HINT_PING},
    {"6455/5.5.2/ping-payload-repeated", "A Ping gets a Pong with its payload.",
     "ping 'Hello, world!' waitpong", HINT_PING},
    {"6455/5.5.2/ping-of-binary-bytes", "A Ping of binary bytes gets them back.",
     "ping [00 ff fe fd fc fb 00 ff] waitpong", HINT_PING},
    {"6455/5.5.2/ping-of-125-bytes-in-pieces",
     "A Ping of 125 bytes in pieces of one gets them back.", "chop 1 ping [fe]*125 waitpong",
     HINT_PING},
    {"6455/5.5.2/ten-pings-in-one-segment",
     "Ten Pings in one segment are answered in order, the last at least.",
     "ping 'payload-0' ping 'payload-1' ping 'payload-2' ping 'payload-3' ping 'payload-4' "
     "ping 'payload-5' ping 'payload-6' ping 'payload-7' ping 'payload-8' ping 'payload-9' waitpong",
     HINT_PING},
    {"6455/5.5.2/ten-pings-in-pieces-of-one-byte", "Ten Pings in pieces of one byte are answered.",
     "chop 1 times 10 ping 'x' waitpong", HINT_PING},
    {"6455/5.5.2/pings-one-by-one", "Pings one after the other are answered one after the other.",
     "ping 'first' waitpong ping 'second' waitpong ping 'third' waitpong", HINT_PING},
    {"6455/5.5.2/ping-after-message", "A Ping after a message is answered.",
     "text 'Hello' ping 'x' < text 'Hello' waitpong", HINT_PING},
    {"6455/5.5.2/ping-before-message", "A Ping before a message is answered.",
     "ping 'x' text 'Hello' < text 'Hello' waitpong", HINT_PING},
    {"6455/5.5.2/inside-message/text",
     "A Ping between two fragments is answered before the message ends.",
     "text+ 'fragment1' ping 'ping payload' waitpong cont 'fragment2' < text 'fragment1fragment2'",
     HINT_BETWEEN},
    {"6455/5.5.2/inside-message/binary", "A Ping between two binary fragments is answered.",
     "binary+ [00 01] ping 'ping payload' waitpong cont [fe ff] < binary [00 01 fe ff]",
     HINT_BETWEEN},
    {"6455/5.5.2/inside-message/in-one-segment",
     "Fragments and Pings in one segment do not disturb each other.",
     "text+ 'a' ping '1' cont+ 'b' ping '2' cont 'c' < text 'abc' waitpong", HINT_BETWEEN},
    {"6455/5.5.2/inside-message/two-pings",
     "Two Pings between fragments are answered, each before the next fragment.",
     "text+ 'f1' cont+ 'f2' ping 'pongme 1!' waitpong cont+ 'f3' cont+ 'f4' ping 'pongme 2!' "
     "waitpong cont 'f5' < text 'f1f2f3f4f5'",
     HINT_BETWEEN},
    {"6455/5.5.2/inside-message/125-bytes",
     "A Ping of 125 bytes between fragments leaves the message alone.",
     "text+ 'before ' ping 'x'*125 cont 'after' < text 'before after' waitpong", HINT_BETWEEN},
    {"6455/5.5.2/inside-message/empty", "An empty Ping between fragments leaves the message alone.",
     "text+ 'before ' ping '' cont 'after' < text 'before after' waitpong", HINT_BETWEEN},
    {"6455/5.5.2/inside-message/within-character", "A Ping within a character does no harm to it.",
     "text+ [e2] ping 'x' cont+ [82] ping 'y' cont [ac] < text [e2 82 ac] waitpong",
     "the state of the UTF-8 check belongs to the message, not to the frame"},
    {"6455/5.5.2/2000-pings", "2000 Pings without a pause are answered, the last at least.",
     "limits 1008,1009 times 2000 ping 'x' waitpong", HINT_FLOOD},
    {"6455/5.5.2/2000-pings-unread",
     "2000 Pings are answered, although their Pongs are not read at first.",
     "servers: limits 1008,1009 deaf times 2000 ping 'x' meanwhile hearing waitpong", HINT_FLOOD},
    {"6455/5.5.2/ping-in-segment-of-handshake",
     "A Ping in the segment of the handshake is answered.", "early ping 'early' open waitpong",
     "what comes after the empty line in the same read is the first frame: keep it; only a server "
     "may end the connection instead, since a client MUST wait (4.1)"},
    {"6455/5.5.3/empty-pong-unsolicited", "An unsolicited empty Pong is taken quietly.",
     "pong '' barrier", HINT_PONG},
    {"6455/5.5.3/pong-unsolicited", "An unsolicited Pong is taken quietly.",
     "pong 'unsolicited pong payload' barrier", HINT_PONG},
    {"6455/5.5.3/pong-of-125-bytes-unsolicited",
     "An unsolicited Pong of 125 bytes is taken quietly.", "pong 'x'*125 barrier", HINT_PONG},
    {"6455/5.5.3/ping-after-pong", "A Ping after an unsolicited Pong is answered.",
     "pong 'unsolicited pong payload' ping 'ping payload' waitpong", HINT_PONG},
    {"6455/5.5.3/inside-message/text", "A Pong between fragments leaves the message alone.",
     "text+ 'a' pong 'x' cont 'b' < text 'ab'", HINT_BETWEEN},
    {"6455/5.5.3/inside-message/binary",
     "A Pong between binary fragments leaves the message alone.",
     "binary+ [61] pong '' cont+ [62] pong 'y' cont [63] < binary 'abc'", HINT_BETWEEN},
    {"6455/5.5.3/2000-pongs-unsolicited", "2000 unsolicited Pongs are taken quietly.",
     "limits 1008,1009 times 2000 pong 'x' barrier", HINT_PONG},
    {"6455/5.5.3/message-after-pong", "A message after a Pong comes back.",
     "pong 'x' echo text 'Hello'", HINT_PONG},
    {"6455/5.5/without-fin/ping", "A Ping without FIN fails the connection.",
     "ping+ 'x' cont 'y' fail 1002", HINT_FIN},
    {"6455/5.5/without-fin/empty-ping", "An empty Ping without FIN fails the connection.",
     "ping+ '' fail 1002", HINT_FIN},
    {"6455/5.5/without-fin/pong", "A Pong without FIN fails the connection.",
     "pong+ 'x' cont 'y' fail 1002", HINT_FIN},
    {"6455/5.5/without-fin/close", "A Close without FIN fails the connection.",
     "close+ 1000 fail 1002", HINT_FIN},
    {"6455/5.5/without-fin/ping-inside-message",
     "A Ping without FIN inside a message fails the connection.",
     "text+ 'a' ping+ 'x' cont 'b' fail 1002", HINT_FIN},
    {"6455/5.5/without-fin/pong-inside-message",
     "A Pong without FIN inside a message fails the connection.",
     "binary+ 'a' pong+ '' cont 'b' fail 1002", HINT_FIN},
    {"6455/5.5.2/length/{1..5, 7, 8, 15, 16, 31, 32, 64, 100, 123..125}",
     "A Ping of length {} gets a Pong of the same.",
     "ping 'abcdefghijklmnopqrstuvwxyz'*{} waitpong", HINT_PING},
    {"6455/5.5/too-long/ping-{126, 127, 200, 65535, 65536}",
     "A Ping of {} bytes fails the connection.", "ping [03 e8]*{} fail 1002", HINT_LONG},
    {"6455/5.5/too-long/pong-{126, 127, 200, 65535, 65536}",
     "A Pong of {} bytes fails the connection.", "pong [03 e8]*{} fail 1002", HINT_LONG},
    {"6455/5.5/too-long/close-{126, 127, 200, 65535, 65536}",
     "A Close of {} bytes fails the connection.", "close [03 e8]*{} fail 1002", HINT_LONG},
    {"6455/5.5/too-long/announced-126",
     "A Ping that announces 126 bytes fails the connection before they have come.",
     "practice: claim 126 ping '' fail 1002", HINT_LONG},
    {"6455/5.5/too-long/announced-2-to-62",
     "A Ping that announces 2^62 bytes fails the connection before they have come.",
     "practice: claim 4611686018427387904 ping '' fail 1002,1009", HINT_LONG},
};

void cases_control(struct case_list *list) {
    list->step = 5;
    cases_add_rows(list, FOR_BOTH, rows, CASES_COUNT(rows));
}
