/* Step 7: compressed messages that break a rule, and bombs. RFC 7692, 6.1 and 7.2; RFC 1951; RFC
 * 6455, 10.4, on limits of what a message is after it has been put together.
 *
 * RFC 7692 names no close code for data that cannot be inflated. 1007, data that does not fit the
 * type of the message, is the nearest of RFC 6455, 7.4.1; 1002 is as good. */
#include "wscheck/cases/cases.h"

#include <stdio.h>
#include <string.h>

#define HINT_DATA                                                                                  \
    "what cannot be inflated fails the connection; the RFC names no code, 1007 or 1002 say it best"
#define HINT_END                                                                                      \
    "after the last frame and 00 00 ff ff the data must stand between two blocks; zlib does not say " \
    "so by itself, since it waits for more"
#define HINT_BITS                                                                                  \
    "6.1: RSV1 belongs to the first frame of a data message alone; RSV2 and RSV3 to nobody (6455, 5.2)"
#define HINT_TEXT "6.1: what comes out of the inflating has to be UTF-8, as soon as it comes out"
#define HINT_WINDOW                                                                                  \
    "whoever reads further back than was agreed must find there what stood there; whoever has kept " \
    "less must fail, and not find other bytes"
#define HINT_BOMB                                                                                         \
    "10.4: count the inflated bytes while they come out, and stop at the limit with 1009; a megabyte of " \
    "zeros and a little arithmetic make a gigabyte"

#define OFFER "offer 'permessage-deflate' agreed "
#define HELLO "[f2 48 cd c9 c9 07 00]"

/* A dynamic block in which two bits stand for 258 zeros, so that a byte of 0 is 1032 of them; its
 * beginning gives 775. */
#define BOMB "rsv4 binary+ [ec c0 01 01 00 00 00 80 90 fe af ee 08 01] cont+ [00]*%s cont [03]"
#define BOMB_256 "260111"
#define BYTES_256 "268435327"
#define BOMB_1024 "1040446"
#define BYTES_1024 "1073741047"

static const struct case_row rows[] = {
    {"7692/6.1/rsv1-on-continuation-of-compressed", FOR_BOTH, LEVEL_MUST,
     "RSV1 on a continuation of a compressed message fails.",
     OFFER "rsv4 text+ [f2 48 cd] rsv4 cont [c9 c9 07 00] fail 1002", HINT_BITS},
    {"7692/6.1/rsv1-on-continuation-of-uncompressed", FOR_BOTH, LEVEL_MUST,
     "RSV1 on a continuation of an uncompressed message fails.",
     OFFER "text+ 'Hel' rsv4 cont " HELLO " fail 1002", HINT_BITS},
    {"7692/6.1/rsv1-on-continuation-in-the-middle", FOR_BOTH, LEVEL_MUST,
     "RSV1 on a continuation in the middle fails.",
     OFFER "rsv4 text+ [f2 48] rsv4 cont+ [cd] cont [c9 c9 07 00] fail 1002", HINT_BITS},
    {"7692/6.1/rsv1-on-ping", FOR_BOTH, LEVEL_MUST, "RSV1 on a Ping fails.",
     OFFER "rsv4 ping " HELLO " ping 'unheard' fail 1002", HINT_BITS},
    {"7692/6.1/rsv1-on-empty-ping", FOR_BOTH, LEVEL_MUST, "RSV1 on an empty Ping fails.",
     OFFER "rsv4 ping '' fail 1002", HINT_BITS},
    {"7692/6.1/rsv1-on-pong", FOR_BOTH, LEVEL_MUST, "RSV1 on a Pong fails.",
     OFFER "rsv4 pong " HELLO " fail 1002", HINT_BITS},
    {"7692/6.1/rsv1-on-close", FOR_BOTH, LEVEL_MUST, "RSV1 on a Close fails.",
     OFFER "rsv4 close 1000 fail 1002", HINT_BITS},
    {"7692/6.1/rsv1-on-ping-inside-compressed", FOR_BOTH, LEVEL_MUST,
     "RSV1 on a Ping inside a compressed message fails.",
     OFFER "rsv4 text+ [f2 48 cd] rsv4 ping 'x' fail 1002", HINT_BITS},
    {"7692/6.1/rsv1-on-ping-after-message", FOR_BOTH, LEVEL_MUST,
     "RSV1 on a Ping after a good message fails.",
     OFFER "rsv4 text " HELLO " rsv4 ping 'x' <? text 'Hello' fail 1002", HINT_BITS},
    {"7692/6.1/rsv1-on-reserved-opcode", FOR_BOTH, LEVEL_MUST, "RSV1 on a reserved opcode fails.",
     OFFER "rsv4 op3 'x' fail 1002", HINT_BITS},
    {"7692/6.1/inflates-to-bad-utf8", FOR_BOTH, LEVEL_MUST,
     "Compressed text that inflates to no UTF-8 fails.",
     OFFER "deflated text 'bad '[c3 28] fail 1007", HINT_TEXT},
    {"7692/6.1/stored-block-of-bad-utf8", FOR_BOTH, LEVEL_MUST,
     "A stored block that is no UTF-8 fails.",
     OFFER "rsv4 text [00 02 00 fd ff c3 28 00] fail 1007", HINT_TEXT},
    {"7692/6.1/ends-within-character", FOR_BOTH, LEVEL_MUST,
     "Compressed text that ends within a character fails.",
     OFFER "deflated text 'half'[e2 82] fail 1007", HINT_TEXT},
    {"7692/6.1/fragments-end-within-character", FOR_BOTH, LEVEL_MUST,
     "Compressed text in fragments that ends within a character fails.",
     OFFER "rsv4 text+ [00 01 00 fe ff c3] cont [00] fail 1007", HINT_TEXT},
    {"7692/6.1/surrogate", FOR_BOTH, LEVEL_MUST, "A surrogate in compressed text fails.",
     OFFER "deflated text [ed a0 80] fail 1007", HINT_TEXT},
    {"7692/6.1/overlong-form", FOR_BOTH, LEVEL_MUST, "An overlong form in compressed text fails.",
     OFFER "deflated text 'x'[c0 af]'x' fail 1007", HINT_TEXT},
    {"7692/6.1/bad-character-far-into-text", FOR_BOTH, LEVEL_MUST,
     "A bad character far into a large compressed text fails.",
     OFFER "rsv4 text+ [00 00 80 ff 7f] cont+ 'abcdefgh'*32768 cont [00 01 00 fe ff ff 00] "
           "fail 1007",
     HINT_TEXT},
    {"7692/6.1/bad-character-before-message-ends", FOR_BOTH, LEVEL_PRACTICE,
     "A bad character fails before the compressed message has ended.",
     OFFER "rsv4 text+ [00 05 00 fa ff 61 c3 28 61 61] fail 1007", HINT_TEXT},
    {"7692/6.1/bad-character-within-frame", FOR_BOTH, LEVEL_PRACTICE,
     "A bad character within a compressed frame fails before its end.",
     OFFER "claim 5000 rsv4 text [00 88 13 77 ec 61 c3 28]'abcdefgh'*2000 fail 1007", HINT_TEXT},
    {"7692/7.2.2/block-type-3", FOR_BOTH, LEVEL_MUST, "A block of type 3 fails.",
     OFFER "rsv4 text [06 00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/block-type-3-after-good-block", FOR_BOTH, LEVEL_MUST,
     "A block of type 3 after a good block fails.",
     OFFER "rsv4 text [f2 48 cd c9 c9 07 00 00 00 ff ff 06 00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/nlen-is-not-the-complement", FOR_BOTH, LEVEL_MUST,
     "A stored block whose NLEN is not the complement of LEN fails.",
     OFFER "rsv4 text [00 05 00 fa fe]'Hello'[00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/nlen-is-len", FOR_BOTH, LEVEL_MUST, "A stored block whose NLEN is LEN fails.",
     OFFER "rsv4 text [00 05 00 05 00]'Hello'[00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/symbol-286", FOR_BOTH, LEVEL_PRACTICE, "Literal/length symbol 286 fails.",
     OFFER "rsv4 text [4a 1c 03 00 00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/symbol-287", FOR_BOTH, LEVEL_PRACTICE, "Literal/length symbol 287 fails.",
     OFFER "rsv4 text [4a 1c 07 00 00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/distance-symbol-30", FOR_BOTH, LEVEL_PRACTICE, "Distance symbol 30 fails.",
     OFFER "rsv4 text [4a 04 3e 00 00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/distance-symbol-31", FOR_BOTH, LEVEL_PRACTICE, "Distance symbol 31 fails.",
     OFFER "rsv4 text [4a 04 7e 00 00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/reference-before-first-byte", FOR_BOTH, LEVEL_MUST,
     "A reference before the first byte of a connection fails.",
     OFFER "rsv4 text [02 02 00 00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/reference-one-byte-too-far", FOR_BOTH, LEVEL_MUST,
     "A reference one byte too far back fails.", OFFER "rsv4 text [4a 04 42 00 00] fail 1007,1002",
     HINT_DATA},
    {"7692/7.2.2/reference-32768-before-first-byte", FOR_BOTH, LEVEL_MUST,
     "A reference 32768 bytes before the first byte fails.",
     OFFER "rsv4 text [1a bd ff 1f 00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/reference-into-uncompressed-message", FOR_BOTH, LEVEL_MUST,
     "An uncompressed message is no window: a reference into it fails.",
     OFFER "text 'Hello' rsv4 text [f2 00 11 00 00] <? text 'Hello' fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/too-many-codes", FOR_BOTH, LEVEL_MUST,
     "A dynamic block with more codes than there are bits fails.",
     OFFER "rsv4 text [04 c0 81 00 00 00 00 00 90 56 fe 23 00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/codes-left-over", FOR_BOTH, LEVEL_PRACTICE,
     "A dynamic block with codes that are left over fails.",
     OFFER "rsv4 text [04 c0 01 01 00 00 00 80 90 ad fd 3f 11 04] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/no-code-for-the-end", FOR_BOTH, LEVEL_PRACTICE,
     "A dynamic block without a code for its end fails.",
     OFFER "rsv4 text [04 c0 81 00 00 00 00 00 90 56 fe 27 00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/288-codes", FOR_BOTH, LEVEL_MUST,
     "A dynamic block with 288 literal/length codes fails.",
     OFFER "rsv4 text [fc c0 81 00 00 00 00 00 90 56 ff 13 52 08] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/not-compressed-at-all", FOR_BOTH, LEVEL_MUST,
     "Bytes that are not compressed at all fail.",
     OFFER "rsv4 text [ff ff ff ff ff ff ff ff] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/zlib-header", FOR_BOTH, LEVEL_MUST,
     "A message with the header of a zlib stream fails.",
     OFFER "rsv4 text [78 9c f2 48 cd c9 c9 07 00] fail 1007,1002",
     "7.3: the data are raw DEFLATE, without a header and a checksum"},
    {"7692/7.2.2/bad-data-in-second-fragment", FOR_BOTH, LEVEL_MUST,
     "Bad data in the second fragment fail.",
     OFFER "rsv4 text+ [f2 48 cd c9 c9 07 00 00 00 ff ff] cont [06 00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/bad-data-after-good-message", FOR_BOTH, LEVEL_MUST,
     "Bad data after a good message fail.",
     OFFER "rsv4 text " HELLO " rsv4 text [06 00] <? text 'Hello' fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/close-after-bad-data", FOR_SERVERS, LEVEL_MUST,
     "After bad data the Close is delivered.",
     OFFER "rsv4 text [06 00] binary 'x'*200000 orderly 1007,1002",
     "shut down the write side, and read what is still coming before the socket is closed"},
    {"7692/7.2.2/bad-data-in-unfinished-frame", FOR_BOTH, LEVEL_PRACTICE,
     "Bad data in an unfinished frame fail before it is whole.",
     OFFER "claim 5000 rsv4 text [06 00 00 00] fail 1007,1002", HINT_DATA},
    {"7692/7.2.2/stored-block-cut-short", FOR_BOTH, LEVEL_SHOULD,
     "A stored block that lacks bytes fails.",
     OFFER "rsv4 text [00 0f 00 f0 ff]'Hello'[00] fail 1007,1002", HINT_END},
    {"7692/7.2.2/dynamic-header-cut-short", FOR_BOTH, LEVEL_SHOULD,
     "A dynamic block that ends in its header fails.",
     OFFER "rsv4 text [04 c0 01 05 00 00] fail 1007,1002", HINT_END},
    {"7692/7.2.2/nothing-after-final-block", FOR_BOTH, LEVEL_SHOULD,
     "A final block without another after it fails (7.2.3.4).",
     OFFER "rsv4 text [f3 48 cd c9 c9 07 00] fail 1007,1002", HINT_END},
    {"7692/7.2.2/tail-not-left-out-and-more", FOR_BOTH, LEVEL_SHOULD,
     "A message from which nothing was left out, and more, fails.",
     OFFER "rsv4 text [f2 48 cd c9 c9 07 00 00 00 ff ff 00 00] fail 1007,1002", HINT_END},
    {"7692/7.2.2/rsv1-without-payload", FOR_BOTH, LEVEL_MUST,
     "A message with RSV1 and no payload is refused, or comes back empty.",
     OFFER "rsv4 text [] <? text '' eventually 1007,1002", HINT_END},
    {"7692/7.2.2/earlier-messages-right-or-not-at-all", FOR_BOTH, LEVEL_MUST,
     "Earlier messages are read right, or not at all, if not agreed.",
     "offer 'permessage-deflate; client_no_context_takeover' agreed 'no_context_takeover' "
     "rsv4 text " HELLO " < text 'Hello' rsv4 text [f2 00 11 00 00] <? text 'Hello' "
     "eventually 1007,1002",
     HINT_WINDOW},
    {"6455/10.4/5-mb-of-empty-blocks", FOR_BOTH, LEVEL_MUST,
     "5 MB of empty blocks are an empty message, or too much.",
     OFFER "defends 1008,1009 rsv4 binary+ [00 00 00 ff ff]*5000000 cont [00] < binary ''",
     HINT_BOMB},
};

/* Every way in which Hello can be cut off. What is left may end in any way but as a whole message.
 * */
static void add_cuts(struct case_list *list) {
    static const char *const starts[] = {"f2",          "f2 48",          "f2 48 cd",
                                         "f2 48 cd c9", "f2 48 cd c9 c9", "f2 48 cd c9 c9 07"};
    char name[40], rule[120], script[160];
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        snprintf(rule, sizeof rule, "A compressed Hello that is cut off after byte %zu fails.",
                 i + 1);
        snprintf(script, sizeof script, OFFER "rsv4 text [%s] fail 1007,1002", starts[i]);
        snprintf(name, sizeof name, "7692/7.2.2/hello-cut/%zu", i + 1);
        cases_add(list, &(struct case_row){name, FOR_BOTH, LEVEL_SHOULD, rule, script, HINT_END});
    }
}

static void add_reserved_bits(struct case_list *list) {
    char name[40], rule[120], script[200];
    struct case_row row = {name, FOR_BOTH, LEVEL_MUST, rule, script, HINT_BITS};
    for (unsigned rsv = 1; rsv <= 7; rsv++) {
        if (rsv == 4) {
            continue;
        }
        snprintf(rule, sizeof rule, "Reserved bits %u%u%u on text fail where RSV1 was agreed.",
                 rsv >> 2, rsv >> 1 & 1, rsv & 1);
        snprintf(script, sizeof script, OFFER "rsv%u text " HELLO " ping 'unheard' fail 1002", rsv);
        snprintf(name, sizeof name, "7692/6.1/rsv/text/%u", rsv);
        cases_add(list, &row);
        snprintf(rule, sizeof rule, "Reserved bits %u%u%u on a continuation fail.", rsv >> 2,
                 rsv >> 1 & 1, rsv & 1);
        snprintf(script, sizeof script,
                 OFFER "rsv4 text+ [f2 48 cd] rsv%u cont [c9 c9 07 00] fail 1002", rsv);
        snprintf(name, sizeof name, "7692/6.1/rsv/continuation/%u", rsv);
        cases_add(list, &row);
    }
}

/* A stored block of one window and a byte, and a reference to its first byte. RFC 7692 allows a
 * server to keep more than was agreed, so it may read what no client may write. */
static const char *const beyond[] = {"42 04 00 00",    "42 24 00 00 00", "42 14 00 00 00",
                                     "42 34 00 00 00", "42 0c 00 00 00", "42 2c 00 00 00",
                                     "42 1c 00 00 00"};

static void add_beyond(struct case_list *list, const char *section, const char *want) {
    char name[40], rule[160], script[400];
    for (unsigned i = 0; i < sizeof beyond / sizeof beyond[0]; i++) {
        unsigned window = 256U << i, length = window + 1;
        char number[8];
        snprintf(number, sizeof number, "%u", i + 8);
        snprintf(rule, sizeof rule,
                 "A reference %u bytes back %s where max_window_bits=%s was agreed.", length,
                 want[0] == 'f' ? "fails" : "is read right, or not at all,", number);
        snprintf(script, sizeof script,
                 "offer 'permessage-deflate; client_max_window_bits=%s' "
                 "agreed 'max_window_bits=%s' rsv4 binary+ [00 %02x %02x %02x %02x] "
                 "cont+ 'a'*%u cont [%s] %s",
                 number, number, length & 0xff, length >> 8, ~length & 0xff, (~length >> 8) & 0xff,
                 length, beyond[i], want);
        if (want[0] == '<') {
            size_t used = strlen(script);
            snprintf(script + used, sizeof script - used, "%u eventually 1007,1002", length + 10);
        }
        snprintf(name, sizeof name, "%s/beyond/%s", section, number);
        cases_add(list, &(struct case_row){name, FOR_BOTH, LEVEL_MUST, rule, script, HINT_WINDOW});
    }
}

static void add_bomb(struct case_list *list, enum level level, const char *name, const char *rule,
                     const char *before, const char *zeros, const char *after) {
    char script[400];
    int used = snprintf(script, sizeof script, OFFER "%s ", before);
    used += snprintf(script + used, sizeof script - (size_t)used, BOMB, zeros);
    snprintf(script + used, sizeof script - (size_t)used, " %s", after);
    cases_add(list, &(struct case_row){name, FOR_BOTH, level, rule, script, HINT_BOMB});
}

/* What the server of the tutorial does, although others may do otherwise. */
static const struct case_row tutorial[] = {
    {"step07/reference-into-message-before", FOR_BOTH, LEVEL_MUST,
     "A reference into the message before fails where no_context_takeover was agreed.",
     "offer 'permessage-deflate; client_no_context_takeover' agreed 'no_context_takeover' "
     "rsv4 text " HELLO " < text 'Hello' rsv4 text [f2 00 11 00 00] fail 1007",
     HINT_WINDOW},
    {"step07/ordinary-offer", FOR_SERVERS, LEVEL_MUST, "The server accepts an ordinary offer.",
     "offer 'permessage-deflate; client_max_window_bits' accept has 'Sec-WebSocket-Extensions'",
     "the step is about compression"},
};

void cases_inflate(struct case_list *list) {
    list->step = 7;
    cases_add_rows(list, rows, sizeof rows / sizeof rows[0]);
    add_cuts(list);
    add_reserved_bits(list);
    add_beyond(list, "7692/7.1.2.2", "<? binary 'a'*");
    add_bomb(list, LEVEL_MUST, "6455/10.4/bomb-of-256-mib",
             "256 MiB of zeros in 254 kB come back whole, or are too much.",
             "patience 20 defends 1008,1009", BOMB_256, "< binary [00]*" BYTES_256);
    add_beyond(list, "step07", "fail 1007");
    cases_add_rows(list, tutorial, 1);
    add_bomb(list, LEVEL_MUST, "step07/bomb-of-1-gib",
             "1 GiB of zeros in 1 MB is refused with 1009.", "", BOMB_1024, "fail 1009");
    cases_add_rows(list, tutorial + 1, 1);
    add_bomb(list, LEVEL_PRACTICE, "slow/bomb-of-1-gib",
             "1 GiB of zeros in 1 MB comes back whole, or is too much.",
             "patience 60 defends 1008,1009", BOMB_1024, "< binary [00]*" BYTES_1024);
}
