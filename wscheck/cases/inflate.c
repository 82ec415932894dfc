/* Step 7: compressed messages that break a rule, and bombs. RFC 7692, 6.1 and 7.2; RFC 1951; RFC
 * 6455, 10.4, on limits for whole messages. Rows are for servers and clients unless they say
 * "servers: ".
 *
 * RFC 7692 names no close code for data that does not inflate. Of those in RFC 6455, 7.4.1, 1007
 * (data that does not fit the type of the message) comes nearest, and 1002 is as good. */
#include "wscheck/cases/cases.h"

#include <stdio.h>

#define HINT_DATA                                                                                  \
    "fail the connection if data does not inflate, with 1007 or 1002; the RFC names no code"
#define HINT_END                                                                                   \
    "after the last frame and 00 00 ff ff a block must have ended; zlib does not report this by "  \
    "itself, since it waits for more"
#define HINT_BITS                                                                                  \
    "6.1: only the first frame of a data message may have RSV1; no frame may have RSV2 or RSV3 "   \
    "(RFC 6455, 5.2)"
#define HINT_TEXT "6.1: check the inflated bytes of a text for UTF-8, as they come"
#define HINT_WINDOW                                                                                \
    "a reference further back than was agreed on must either find the right bytes or fail; it "    \
    "must not find other bytes"
#define HINT_BOMB                                                                                  \
    "10.4: count the inflated bytes as they come, and stop at the limit with 1009; a megabyte "    \
    "can inflate to a gigabyte"

#define OFFER "offer 'permessage-deflate' agreed "
#define HELLO "[f2 48 cd c9 c9 07 00]"

/* A dynamic block in which two bits stand for 258 zeros, so that each byte of 0 inflates to 1032
 * zeros. The first fragment inflates to 775. */
#define BOMB(zeros)                                                                                \
    "rsv4 binary+ [ec c0 01 01 00 00 00 80 90 fe af ee 08 01] cont+ [00]*" zeros " cont [03] "

/* All combinations of reserved bits except RSV1 alone, which is the extension's. */
#define RSV "{1=001, 2=010, 3=011, 5=101, 6=110, 7=111}"

static const struct case_row rows[] = {
    {"7692/6.1/rsv1-on-continuation-of-compressed",
     "RSV1 on a continuation of a compressed message fails.",
     OFFER "rsv4 text+ [f2 48 cd] rsv4 cont [c9 c9 07 00] fail 1002", HINT_BITS},
    {"7692/6.1/rsv1-on-continuation-of-uncompressed",
     "RSV1 on a continuation of an uncompressed message fails.",
     OFFER "text+ 'Hel' rsv4 cont " HELLO " fail 1002", HINT_BITS},
    {"7692/6.1/rsv1-on-continuation-in-the-middle", "RSV1 on a continuation in the middle fails.",
     OFFER "rsv4 text+ [f2 48] rsv4 cont+ [cd] cont [c9 c9 07 00] fail 1002", HINT_BITS},
    {"7692/6.1/rsv1-on-ping", "RSV1 on a Ping fails.",
     OFFER "rsv4 ping " HELLO " ping 'unheard' fail 1002", HINT_BITS},
    {"7692/6.1/rsv1-on-empty-ping", "RSV1 on an empty Ping fails.", OFFER "rsv4 ping '' fail 1002",
     HINT_BITS},
    {"7692/6.1/rsv1-on-pong", "RSV1 on a Pong fails.", OFFER "rsv4 pong " HELLO " fail 1002",
     HINT_BITS},
    {"7692/6.1/rsv1-on-close", "RSV1 on a Close fails.", OFFER "rsv4 close 1000 fail 1002",
     HINT_BITS},
    {"7692/6.1/rsv1-on-ping-inside-compressed", "RSV1 on a Ping inside a compressed message fails.",
     OFFER "rsv4 text+ [f2 48 cd] rsv4 ping 'x' fail 1002", HINT_BITS},
    {"7692/6.1/rsv1-on-ping-after-message", "RSV1 on a Ping after a good message fails.",
     OFFER "rsv4 text " HELLO " rsv4 ping 'x' <? text 'Hello' fail 1002", HINT_BITS},
    {"7692/6.1/rsv1-on-reserved-opcode", "RSV1 on a reserved opcode fails.",
     OFFER "rsv4 op3 'x' fail 1002", HINT_BITS},
    {"7692/6.1/inflates-to-bad-utf8", "Compressed text that does not inflate to UTF-8 fails.",
     OFFER "deflated text 'bad '[c3 28] fail 1007", HINT_TEXT},
    {"7692/6.1/stored-block-of-bad-utf8", "A stored block of text that is not UTF-8 fails.",
     OFFER "rsv4 text [00 02 00 fd ff c3 28 00] fail 1007", HINT_TEXT},
    {"7692/6.1/ends-within-character", "Compressed text that ends within a character fails.",
     OFFER "deflated text 'half'[e2 82] fail 1007", HINT_TEXT},
    {"7692/6.1/fragments-end-within-character",
     "Compressed text in fragments that ends within a character fails.",
     OFFER "rsv4 text+ [00 01 00 fe ff c3] cont [00] fail 1007", HINT_TEXT},
    {"7692/6.1/surrogate", "A surrogate in compressed text fails.",
     OFFER "deflated text [ed a0 80] fail 1007", HINT_TEXT},
    {"7692/6.1/overlong-form", "An overlong form in compressed text fails.",
     OFFER "deflated text 'x'[c0 af]'x' fail 1007", HINT_TEXT},
    {"7692/6.1/bad-character-far-into-text",
     "A bad character far into a large compressed text fails.",
     OFFER "rsv4 text+ [00 00 80 ff 7f] cont+ 'abcdefgh'*32768 cont [00 01 00 fe ff ff 00] "
           "fail 1007",
     HINT_TEXT},
    {"7692/6.1/bad-character-before-message-ends",
     "A bad character fails before its compressed message has ended.",
     "practice: " OFFER "rsv4 text+ [00 05 00 fa ff 61 c3 28 61 61] fail 1007", HINT_TEXT},
    {"7692/6.1/bad-character-within-frame",
     "A bad character in a compressed frame fails before the frame has ended.",
     "practice: " OFFER "claim 5000 rsv4 text [00 88 13 77 ec 61 c3 28]'abcdefgh'*2000 fail 1007",
     HINT_TEXT},
    {"7692/7.2.2/block-type-3", "A block of type 3 fails.",
     OFFER "rsv4 text [06 00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/block-type-3-after-good-block", "A block of type 3 after a good block fails.",
     OFFER "rsv4 text [f2 48 cd c9 c9 07 00 00 00 ff ff 06 00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/nlen-is-not-the-complement",
     "A stored block whose NLEN is not the complement of LEN fails.",
     OFFER "rsv4 text [00 05 00 fa fe]'Hello'[00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/nlen-is-len", "A stored block whose NLEN is LEN fails.",
     OFFER "rsv4 text [00 05 00 05 00]'Hello'[00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/symbol-{286=03, 287=07}", "Literal/length symbol {} fails.",
     "practice: " OFFER "rsv4 text [4a 1c {=} 00 00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/distance-symbol-{30=3e, 31=7e}", "Distance symbol {} fails.",
     "practice: " OFFER "rsv4 text [4a 04 {=} 00 00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/reference-before-first-byte",
     "A reference before the first byte of a connection fails.",
     OFFER "rsv4 text [02 02 00 00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/reference-one-byte-too-far", "A reference one byte too far back fails.",
     OFFER "rsv4 text [4a 04 42 00 00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/reference-32768-before-first-byte",
     "A reference 32768 bytes before the first byte fails.",
     OFFER "rsv4 text [1a bd ff 1f 00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/reference-into-uncompressed-message",
     "A reference into an uncompressed message fails.",
     OFFER "text 'Hello' rsv4 text [f2 00 11 00 00] <? text 'Hello' fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/too-many-codes", "A dynamic block with more codes than fit their lengths fails.",
     OFFER "rsv4 text [04 c0 81 00 00 00 00 00 90 56 fe 23 00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/codes-left-over", "A dynamic block with unused codes fails.",
     "practice: " OFFER "rsv4 text [04 c0 01 01 00 00 00 80 90 ad fd 3f 11 04] fail 1007,1002",
     HINT_DATA},
    {"7692/7.2.2/no-code-for-the-end", "A dynamic block without a code for its end fails.",
     "practice: " OFFER "rsv4 text [04 c0 81 00 00 00 00 00 90 56 fe 27 00] fail 1007,1002",
     HINT_DATA},
    {"7692/7.2.2/288-codes", "A dynamic block with 288 literal/length codes fails.",
     OFFER "rsv4 text [fc c0 81 00 00 00 00 00 90 56 ff 13 52 08] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/not-compressed-at-all", "Bytes that are not DEFLATE fail.",
     OFFER "rsv4 text [ff ff ff ff ff ff ff ff] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/zlib-header", "A message with the header of a zlib stream fails.",
     OFFER "rsv4 text [78 9c f2 48 cd c9 c9 07 00] fail 1007,1002",
     "7.3: the data is raw DEFLATE, without a header and a checksum"},
    {"7692/7.2.2/bad-data-in-second-fragment", "Bad data in the second fragment fails.",
     OFFER "rsv4 text+ [f2 48 cd c9 c9 07 00 00 00 ff ff] cont [06 00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/bad-data-after-good-message", "Bad data after a good message fails.",
     OFFER "rsv4 text " HELLO " rsv4 text [06 00] <? text 'Hello' fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/close-after-bad-data", "The Close arrives after bad data.",
     "servers: " OFFER "rsv4 text [06 00] binary 'x'*200000 orderly 1007,1002",
     "shut down the writing side, and read what is still coming before you close the socket"},
    {"7692/7.2.2/bad-data-in-unfinished-frame",
     "Bad data in a frame fails before the frame is whole.",
     "practice: " OFFER "claim 5000 rsv4 text [06 00 00 00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/stored-block-cut-short", "A stored block without its last bytes fails.",
     "should: " OFFER "rsv4 text [00 0f 00 f0 ff]'Hello'[00] fail 1007,1002", HINT_END},
    {"7692/7.2.2/dynamic-header-cut-short", "A dynamic block that ends in its header fails.",
     "should: " OFFER "rsv4 text [04 c0 01 05 00 00] fail 1007,1002", HINT_END},
    {"7692/7.2.2/nothing-after-final-block",
     "A message that ends with its final block fails (7.2.3.4).",
     "should: " OFFER "rsv4 text [f3 48 cd c9 c9 07 00] fail 1007,1002", HINT_END},
    {"7692/7.2.2/tail-not-left-out-and-more",
     "A message that ends with 00 00 ff ff and more bytes of 0 fails.",
     "should: " OFFER "rsv4 text [f2 48 cd c9 c9 07 00 00 00 ff ff 00 00] fail 1007,1002",
     HINT_END},
    {"7692/7.2.2/rsv1-without-payload",
     "A message with RSV1 and no payload is refused, or comes back empty.",
     OFFER "rsv4 text [] <? text '' eventually 1007,1002", HINT_END},
    {"7692/7.2.2/earlier-messages-right-or-not-at-all",
     "A reference into an earlier message that must not be is read right, or fails.",
     "offer 'permessage-deflate; client_no_context_takeover' agreed 'no_context_takeover' "
     "rsv4 text " HELLO " < text 'Hello' rsv4 text [f2 00 11 00 00] <? text 'Hello' "
     "eventually 1007,1002",
     HINT_WINDOW},
    {"6455/10.4/5-mb-of-empty-blocks",
     "5 MB of empty blocks come back as an empty message, or are refused.",
     OFFER "defends 1008,1009 rsv4 binary+ [00 00 00 ff ff]*5000000 cont [00] < binary ''",
     HINT_BOMB},
    /* Hello, cut off after every byte. The rest must not count as a message. */
    {"7692/7.2.2/hello-cut/{1=f2, 2=f2 48, 3=f2 48 cd, 4=f2 48 cd c9, 5=f2 48 cd c9 c9, "
     "6=f2 48 cd c9 c9 07}",
     "A compressed Hello that is cut off after byte {} fails.",
     "should: " OFFER "rsv4 text [{=}] fail 1007,1002", HINT_END},
    {"7692/6.1/rsv/text/" RSV, "Reserved bits {=} on text fail although RSV1 alone would not.",
     OFFER "rsv{} text " HELLO " ping 'unheard' fail 1002", HINT_BITS},
    {"7692/6.1/rsv/continuation/" RSV, "Reserved bits {=} on a continuation fail.",
     OFFER "rsv4 text+ [f2 48 cd] rsv{} cont [c9 c9 07 00] fail 1002", HINT_BITS},
    {"6455/10.4/bomb-of-256-mib", "256 MiB of zeros in 254 kB come back whole, or are refused.",
     OFFER "patience 20 defends 1008,1009 " BOMB("260111") "< binary [00]*268435327", HINT_BOMB},
    {"slow/bomb-of-1-gib", "1 GiB of zeros in 1 MB comes back whole, or is refused.",
     "practice: " OFFER "patience 60 defends 1008,1009 " BOMB("1040446") "< binary [00]*1073741047",
     HINT_BOMB},
    /* The tutorial asks for these; others may do otherwise. */
    {"step07/reference-into-message-before",
     "A reference into the message before fails if no_context_takeover was agreed on.",
     "offer 'permessage-deflate; client_no_context_takeover' agreed 'no_context_takeover' "
     "rsv4 text " HELLO " < text 'Hello' rsv4 text [f2 00 11 00 00] fail 1007",
     HINT_WINDOW},
    {"step07/bomb-of-1-gib", "1 GiB of zeros in 1 MB is refused with 1009.",
     OFFER BOMB("1040446") "fail 1009", HINT_BOMB},
    {"step07/ordinary-offer", "The server accepts an ordinary offer.",
     "servers: offer 'permessage-deflate; client_max_window_bits' accept "
     "has 'Sec-WebSocket-Extensions'",
     "the step is about compression"},
};

/* Adds cases with a stored block that is a byte longer than the window, and a reference to its
 * first byte. RFC 7692 lets a receiver keep a larger window than was agreed on, so it may be able
 * to read what no sender may write. The programs of the tutorial do not keep more. */
static void add_beyond(struct case_list *list) {
    static const char *const references[] = {
        "42 04 00 00",    "42 24 00 00 00", "42 14 00 00 00", "42 34 00 00 00",
        "42 0c 00 00 00", "42 2c 00 00 00", "42 1c 00 00 00",
    };
    char name[40], rule[160], script[400];
    const struct case_row row = {name, rule, script, HINT_WINDOW};
    for (unsigned i = 0; i < CASES_COUNT(references); i++) {
        unsigned bits = i + 8, length = (1U << bits) + 1;
        int used = snprintf(script, sizeof script,
                            "offer 'permessage-deflate; client_max_window_bits=%u' "
                            "agreed 'max_window_bits=%u' rsv4 binary+ [00 %02x %02x %02x %02x] "
                            "cont+ 'a'*%u cont [%s] ",
                            bits, bits, length & 0xff, length >> 8, ~length & 0xff,
                            (~length >> 8) & 0xff, length, references[i]);
        snprintf(script + used, sizeof script - (size_t)used,
                 "<? binary 'a'*%u eventually 1007,1002", length + 10);
        snprintf(rule, sizeof rule,
                 "A reference %u bytes back is read right, or fails, if max_window_bits=%u was "
                 "agreed on.",
                 length, bits);
        snprintf(name, sizeof name, "7692/7.1.2.2/beyond/%u", bits);
        cases_add(list, FOR_BOTH, &row);
        snprintf(script + used, sizeof script - (size_t)used, "fail 1007");
        snprintf(rule, sizeof rule,
                 "A reference %u bytes back fails if max_window_bits=%u was agreed on.", length,
                 bits);
        snprintf(name, sizeof name, "step07/beyond/%u", bits);
        cases_add(list, FOR_BOTH, &row);
    }
}

const struct case_file cases_inflate = {
    .step = 7, .role = FOR_BOTH, .rows = rows, .count = CASES_COUNT(rows), .add = add_beyond};
