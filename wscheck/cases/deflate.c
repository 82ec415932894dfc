/* Step 7: compressed messages in every legal form of DEFLATE. RFC 7692, 6 and 7.2. What comes back
 * may be compressed or not; it has to inflate with what was agreed on. Rows are for servers and
 * clients; the function at the end adds cases for servers only. */
#include "wscheck/cases/cases.h"

#include <stdint.h>
#include <stdio.h>

#define HINT_EXAMPLE                                                                               \
    "7.2.2: append 00 00 ff ff to the payload and inflate; a message may have blocks of any type"
#define HINT_FINAL                                                                                 \
    "BFINAL ends neither the message (7.2.1) nor the window: the next block begins with the next " \
    "byte; start a zlib stream that has ended again, with the old window"
#define HINT_WINDOW                                                                                \
    "7.2.2: unless client_no_context_takeover was agreed on, a message may refer to earlier "      \
    "compressed messages; uncompressed ones do not change the window (7.2.3.2)"
#define HINT_FRAGMENTS                                                                             \
    "6.2: RSV1 of the first frame counts for the message; join the payloads, then inflate"
#define HINT_PLAIN "6.2: a message without RSV1 is not compressed, whatever was agreed on"
#define HINT_TEXT "6.1: check UTF-8 after inflating, not before"
#define HINT_REPLY                                                                                 \
    "the server's own compressor has to keep to server_max_window_bits and "                       \
    "server_no_context_takeover (7.2.1)"

#define OFFER "offer 'permessage-deflate' agreed "
#define TAKEOVER "offer 'permessage-deflate' agreed '!no_context_takeover' "
#define HELLO "[f2 48 cd c9 c9 07 00]"

static const struct case_row rows[] = {
    {"7692/7.2.3.1/hello-in-one-block", "The RFC's Hello in one compressed block comes back.",
     OFFER "rsv4 text " HELLO " < text 'Hello'", HINT_EXAMPLE},
    {"7692/7.2.3.1/hello-as-binary", "The same bytes as a binary message come back.",
     OFFER "rsv4 binary " HELLO " < binary 'Hello'", HINT_EXAMPLE},
    {"7692/7.2.3.1/hello-in-two-fragments", "The RFC's Hello in two fragments comes back.",
     OFFER "rsv4 text+ [f2 48 cd] cont [c9 c9 07 00] < text 'Hello'", HINT_FRAGMENTS},
    {"7692/7.2.3.1/hello-in-fragments-of-one-byte", "Hello in fragments of one byte comes back.",
     OFFER "rsv4 pieces 1 text " HELLO " < text 'Hello'", HINT_FRAGMENTS},
    {"7692/7.2.3.1/hello-in-pieces-of-one-byte",
     "Hello in a frame that comes a byte at a time comes back.",
     OFFER "chop 1 rsv4 text " HELLO " < text 'Hello'", HINT_FRAGMENTS},
    {"7692/7.2.3.1/hello-after-empty-fragment", "Hello after an empty first fragment comes back.",
     OFFER "rsv4 text+ [] cont+ [f2 48] cont+ [] cont [cd c9 c9 07 00] < text 'Hello'",
     HINT_FRAGMENTS},
    {"7692/7.2.3.1/thousand-messages-in-one-segment",
     "A thousand compressed messages in one segment come back.",
     OFFER "times 1000 rsv4 text " HELLO " < times 1000 text 'Hello'", HINT_EXAMPLE},
    {"7692/7.2.3.2/second-hello-refers-to-first",
     "The second Hello refers to the first, as in the RFC.",
     TAKEOVER "rsv4 text " HELLO " < text 'Hello' rsv4 text [f2 00 11 00 00] < text 'Hello'",
     HINT_WINDOW},
    {"7692/7.2.3.2/uncompressed-message-between",
     "An uncompressed message in between does not change the window.",
     TAKEOVER "rsv4 text " HELLO " text 'World' rsv4 text [f2 00 11 00 00] "
              "< text 'Hello' < text 'World' < text 'Hello'",
     HINT_WINDOW},
    {"7692/7.2.3.2/ping-and-kind-between",
     "A Ping in between, or another kind of message, does not change the window.",
     TAKEOVER "rsv4 text " HELLO " ping 'World' rsv4 binary [f2 00 11 00 00] < text 'Hello' "
              "< binary 'Hello' waitpong",
     HINT_WINDOW},
    {"7692/7.2.3.2/hundred-messages-refer-back", "A hundred messages that refer back come back.",
     TAKEOVER "rsv4 text " HELLO " times 100 rsv4 text [f2 00 11 00 00] < times 101 text 'Hello'",
     HINT_WINDOW},
    {"7692/7.2.3.3/hello-in-stored-block", "Hello in a stored block comes back.",
     OFFER "rsv4 text [00 05 00 fa ff]'Hello'[00] < text 'Hello'", HINT_EXAMPLE},
    {"7692/7.2.3.3/stored-block-in-fragments-of-one-byte",
     "A stored block in fragments of one byte comes back.",
     OFFER "rsv4 pieces 1 text [00 05 00 fa ff]'Hello'[00] < text 'Hello'", HINT_FRAGMENTS},
    {"7692/7.2.3.3/stored-block-is-in-the-window", "A message may refer to a stored block.",
     TAKEOVER "rsv4 text [00 05 00 fa ff]'Hello'[00] rsv4 text [f2 00 11 00 00] "
              "< text 'Hello' < text 'Hello'",
     HINT_WINDOW},
    {"7692/7.2.3.4/hello-with-bfinal", "Hello in a block with BFINAL comes back.",
     OFFER "rsv4 text [f3 48 cd c9 c9 07 00 00] < text 'Hello'", HINT_FINAL},
    {"7692/7.2.3.4/two-messages-with-bfinal", "Two messages with BFINAL come back.",
     OFFER "times 2 rsv4 text [f3 48 cd c9 c9 07 00 00] < times 2 text 'Hello'", HINT_FINAL},
    {"7692/7.2.3.4/block-after-bfinal", "Another block may follow one with BFINAL.",
     OFFER "rsv4 text [f3 48 cd c9 c9 07 00 f2 48 cd c9 c9 07 00] < text 'HelloHello'", HINT_FINAL},
    {"7692/7.2.3.4/three-blocks-with-bfinal",
     "Three blocks of different types with BFINAL come back as one message.",
     OFFER "rsv4 text [f3 48 cd c9 c9 07 00 01 05 00 fa ff]'World'[f3 48 cd c9 c9 07 00 00] "
           "< text 'HelloWorldHello'",
     HINT_FINAL},
    {"7692/7.2.3.4/reference-into-message-with-bfinal",
     "A message may refer to one that ended with BFINAL.",
     TAKEOVER "rsv4 text [f3 48 cd c9 c9 07 00 00] rsv4 text [f2 00 11 00 00] "
              "< text 'Hello' < text 'Hello'",
     HINT_FINAL},
    {"7692/7.2.3.5/hello-in-two-blocks", "Hello in two blocks comes back.",
     OFFER "rsv4 text [f2 48 05 00 00 00 ff ff ca c9 c9 07 00] < text 'Hello'", HINT_EXAMPLE},
    {"7692/7.2.3.5/two-blocks-in-two-fragments", "Two blocks in two fragments come back.",
     OFFER "rsv4 text+ [f2 48 05 00 00 00 ff ff] cont [ca c9 c9 07 00] < text 'Hello'",
     HINT_FRAGMENTS},
    {"7692/7.2.3.5/thousand-empty-blocks", "Hello after a thousand empty blocks comes back.",
     OFFER "rsv4 text+ [00 00 00 ff ff]*5000 cont " HELLO " < text 'Hello'", HINT_EXAMPLE},
    {"7692/7.2.3.6/empty-last-fragment", "An empty last fragment of one byte ends a message.",
     OFFER "rsv4 text+ [f2 48 cd c9 c9 07 00 00 00 ff ff] cont [00] < text 'Hello'",
     HINT_FRAGMENTS},
    {"7692/7.2.3.6/message-of-nothing", "An empty compressed message comes back empty.",
     OFFER "rsv4 text [00] < text ''", HINT_EXAMPLE},
    {"7692/7.2.3.6/empty-compressed-block",
     "A message of one empty compressed block comes back empty.",
     OFFER "rsv4 binary [02 00] < binary ''", HINT_EXAMPLE},
    {"7692/7.2.3.6/empty-block-with-bfinal",
     "A message of one empty block with BFINAL comes back empty.",
     OFFER "rsv4 text [03 00 00] rsv4 text " HELLO " < text '' < text 'Hello'", HINT_FINAL},
    {"7692/7.2.3.6/empty-messages-keep-the-window", "An empty message does not change the window.",
     TAKEOVER "rsv4 text " HELLO " rsv4 text [00] rsv4 text [f2 00 11 00 00] "
              "< text 'Hello' < text '' < text 'Hello'",
     HINT_WINDOW},
    {"7692/7.2.2/no-distance-codes", "A dynamic block without distance codes comes back.",
     OFFER "rsv4 text [04 c0 01 05 00 00 00 00 a0 ad fd 3f 11 01] < text 'a'", HINT_EXAMPLE},
    {"7692/7.2.2/reference-overlaps-itself",
     "A reference of 258 bytes that overlaps itself comes back.",
     OFFER "rsv4 text [4a 1c 05 00 00] < text 'a'*259", HINT_EXAMPLE},
    {"7692/7.2.2/reference-of-32768-bytes", "A reference that reaches back 32768 bytes comes back.",
     "offer 'permessage-deflate' agreed rsv4 binary+ [00 00 80 ff 7f] cont+ 'abcdefgh'*32768 "
     "cont [82 dd ff 0f 00] < binary 'abcdefgh'*32776",
     HINT_WINDOW},
    {"7692/7.2.2/reference-of-32768-bytes-into-message-before",
     "A reference may reach back 32768 bytes into the message before.",
     TAKEOVER "rsv4 binary+ [00 00 80 ff 7f] cont+ 'abcdefgh'*32768 cont [00] "
              "rsv4 binary [82 dd ff 0f 00] < binary 'abcdefgh'*32768 < binary 'abcdefgh'",
     HINT_WINDOW},
    {"7692/6.2/uncompressed-messages",
     "Uncompressed messages come back although compression was agreed on.",
     OFFER "echo text 'plain' echo binary [00 ff] echo text '' echo text 'x'*70000", HINT_PLAIN},
    {"7692/6.2/looks-compressed-and-is-not",
     "An uncompressed message that looks compressed comes back as it is.",
     OFFER "echo binary " HELLO, HINT_PLAIN},
    {"7692/6.2/compressed-and-uncompressed-alternate",
     "Compressed and uncompressed messages may alternate.",
     OFFER "echo text 'a' rsv4 text " HELLO " < text 'Hello' echo text 'b' rsv4 text " HELLO
           " < text 'Hello' text+ 'c' cont 'd' < text 'cd'",
     HINT_PLAIN},
    {"7692/6.1/ping-between-compressed-fragments",
     "A Ping between the fragments of a compressed message is answered.",
     OFFER "rsv4 text+ [f2 48 cd] ping 'between' cont [c9 c9 07 00] waitpong < text 'Hello'",
     HINT_FRAGMENTS},
    {"7692/6.1/pings-between-all-fragments",
     "Pings between all fragments of one byte are answered.",
     OFFER "rsv4 text+ [f2] ping '1' cont+ [48] ping '2' cont+ [cd] pong '3' cont+ [c9] ping '4' "
           "cont [c9 07 00] waitpong < text 'Hello'",
     HINT_FRAGMENTS},
    {"7692/6.1/close-between-compressed-fragments",
     "A Close between the fragments of a compressed message is answered.",
     OFFER "rsv4 text+ [f2 48 cd] close 1000 closed", HINT_FRAGMENTS},
    {"7692/6.1/ping-of-125-zeros-uncompressed",
     "A Ping of 125 zeros is answered uncompressed, as control frames always are.",
     OFFER "deflated echo text 'a'*1000 ping [00]*125 waitpong", HINT_PLAIN},
    {"7692/6.1/character-split-between-fragments",
     "A character that is split between two fragments comes back.",
     OFFER "rsv4 text+ [00 02 00 fd ff c3] cont [a4 00] < text [c3 a4]", HINT_TEXT},
    {"7692/6.1/character-split-between-blocks",
     "A character that is split between two blocks comes back.",
     OFFER "rsv4 text [00 01 00 fe ff c3 00 01 00 fe ff a4 00] < text [c3 a4]", HINT_TEXT},
    {"7692/6.1/compressed-bytes-need-not-be-utf8",
     "The compressed bytes of a text need not be UTF-8.",
     OFFER "deflated echo text [c3 a4 e2 82 ac f0 9f 98 80]'Hello'", HINT_TEXT},
    {"7692/6.1/compressed-binary-holds-any-bytes",
     "A compressed binary message may contain any bytes.",
     OFFER "deflated echo binary [c3 28 80 ff 00 c0 af ed a0 80]", HINT_TEXT},
    {"7692/7.2.1/256-kb-that-hardly-compress", "Messages of 64 KiB that hardly compress come back.",
     OFFER "deflated slide 65536 echo binary 'pdf'", HINT_EXAMPLE},
    {"7692/7.2.1/1-mib-of-zeros", "1 MiB of zeros comes back.",
     OFFER "limits 1008,1009 deflated echo binary [00]*1048576", HINT_EXAMPLE},
    {"7692/7.2.1/fragments-of-3-bytes", "Messages in fragments of 3 bytes come back.",
     OFFER "deflated slide 20000 pieces 3 echo text 'html'", HINT_FRAGMENTS},
    /* Around the limits of frames, of references and of stored blocks. */
    {"7692/7.2.1/length/{0..4, 125..127, 257..260, 4096, 16384, 32767..32769, 65535..65537, "
     "131072}",
     "A compressed message of length {}, sent twice, comes back.",
     OFFER "times 2 deflated echo text 'It was a bright cold day in April. '*{}", HINT_EXAMPLE},
};

enum { NOISE_MAX = 20000 };

/* Writes a text that repeats itself only after `period` characters, to find a compressor with a
 * larger window than was agreed on. */
static void write_noise(char *out, unsigned period) {
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t state = 7692;
    for (unsigned i = 0; i < period; i++) {
        state = state * 1103515245 + 12345;
        out[i] = letters[state >> 26];
    }
    out[period] = '\0';
}

/* Adds cases whose replies have to inflate with the window that was agreed on, however small. */
static void add_windows(struct case_list *list) {
    static char noise[NOISE_MAX + 1], script[NOISE_MAX + 300];
    char name[40], rule[200];
    struct case_row row = {name, rule, script, HINT_REPLY};
    for (unsigned bits = 8; bits <= 15; bits++) {
        unsigned period = bits == 15 ? 1U << 14 : (1U << bits) + (1U << bits) / 8;
        write_noise(noise, period);
        for (int alone = 0; alone < 2; alone++) {
            snprintf(rule, sizeof rule,
                     "Replies to server_max_window_bits=%u%s inflate with that window.", bits,
                     alone != 0 ? " and server_no_context_takeover" : "");
            snprintf(script, sizeof script,
                     "offer 'permessage-deflate; server_max_window_bits=%u%s' agreed "
                     "times 3 deflated echo text '%s'*%u times 3 deflated echo text '%s'*%u",
                     bits, alone != 0 ? "; server_no_context_takeover" : "", noise, 2 * period,
                     "small ", 100 * bits);
            snprintf(name, sizeof name, "7692/7.1.2.1/%s/%u",
                     alone != 0 ? "window-alone" : "window", bits);
            cases_add(list, FOR_SERVERS, &row);
        }
        snprintf(rule, sizeof rule,
                 "Messages come back after an offer with client_max_window_bits=%u.", bits);
        snprintf(script, sizeof script,
                 "offer 'permessage-deflate; client_max_window_bits=%u' agreed "
                 "times 3 deflated echo text '%s'*%u",
                 bits, noise, 2 * period);
        snprintf(name, sizeof name, "7692/7.1.2.2/window/%u", bits);
        cases_add(list, FOR_SERVERS, &row);
    }
    write_noise(noise, 200);
    snprintf(script, sizeof script,
             "offer 'permessage-deflate; server_no_context_takeover' agreed "
             "times 20 deflated echo text '%s'",
             noise);
    row.name = "7692/7.1.1.1/no-reply-refers-back";
    row.rule = "No reply refers to an earlier one if server_no_context_takeover was agreed on.";
    cases_add(list, FOR_SERVERS, &row);
    snprintf(script, sizeof script,
             "offer 'permessage-deflate; client_no_context_takeover' agreed "
             "times 20 deflated echo text '%s'",
             noise);
    row.name = "7692/7.1.1.2/agreed-or-not";
    row.rule = "Messages come back, whether client_no_context_takeover was agreed on or not.";
    row.hint = HINT_WINDOW;
    cases_add(list, FOR_SERVERS, &row);
}

const struct case_file cases_deflate = {
    .step = 7, .role = FOR_BOTH, .rows = rows, .count = CASES_COUNT(rows), .add = add_windows};
