/* Step 3: opening handshakes that a server must refuse, with an HTTP error of its own choice. RFC
 * 6455, 4.2.1. */
#include "wscheck/cases/cases.h"

#include <stdio.h>

#define HINT_REFUSE "check every item of 4.2.1; a library that only hashes the key checks nothing"
#define HINT_HOST "4.2.1, item 2, and RFC 9112, 3.2"
#define HINT_TOKEN "look for whole tokens; a search for the letters finds them in other words"
#define HINT_KEY_ONCE "11.3.1: the header MUST NOT appear more than once; which one would count?"
#define HINT_KEY_FORM "16 bytes in base64 are 22 characters and =="
#define HINT_VERSION                                                                               \
    "426 is the status, and Sec-WebSocket-Version lists the versions that the server understands"
#define HINT_LENGTH "answer first, then read and throw away what is still coming"

static const struct case_row rows[] = {
    {"6455/4.2.1/http-1-0", FOR_SERVERS, LEVEL_MUST, "A handshake by HTTP/1.0 is refused.",
     "version 'HTTP/1.0' refuse",
     "item 1: an HTTP/1.1 or higher GET request; an old proxy is in between"},
    {"6455/4.2.1/host-refused/missing", FOR_SERVERS, LEVEL_MUST,
     "A handshake without Host is refused.", "drop 'Host' refuse", HINT_HOST},
    {"6455/4.2.1/host-refused/two", FOR_SERVERS, LEVEL_MUST,
     "A handshake with two Host headers is refused (RFC 9112, 3.2).",
     "add 'Host: example.org' refuse", HINT_HOST},
    {"6455/4.2.1/upgrade-refused/missing", FOR_SERVERS, LEVEL_MUST,
     "A handshake without Upgrade gets no 101.", "drop 'Upgrade' no101", HINT_REFUSE},
    {"6455/4.2.1/upgrade-refused/empty", FOR_SERVERS, LEVEL_MUST,
     "A handshake with an empty Upgrade gets no 101.", "set 'Upgrade:' no101", HINT_REFUSE},
    {"6455/4.2.1/upgrade-refused/websockets", FOR_SERVERS, LEVEL_MUST,
     "A handshake with Upgrade: websockets gets no 101.", "set 'Upgrade: websockets' no101",
     HINT_TOKEN},
    {"6455/4.2.1/upgrade-refused/my-websocket", FOR_SERVERS, LEVEL_MUST,
     "A handshake with Upgrade: my-websocket gets no 101.", "set 'Upgrade: my-websocket' no101",
     HINT_TOKEN},
    {"6455/4.2.1/upgrade-refused/h2c", FOR_SERVERS, LEVEL_MUST,
     "A handshake with Upgrade: h2c gets no 101 for WebSocket.", "set 'Upgrade: h2c' no101",
     HINT_REFUSE},
    {"6455/4.2.1/connection-refused/missing", FOR_SERVERS, LEVEL_MUST,
     "A handshake without Connection gets no 101.", "drop 'Connection' no101", HINT_REFUSE},
    {"6455/4.2.1/connection-refused/keep-alive", FOR_SERVERS, LEVEL_MUST,
     "A handshake with Connection: keep-alive gets no 101.", "set 'Connection: keep-alive' no101",
     HINT_REFUSE},
    {"6455/4.2.1/connection-refused/close", FOR_SERVERS, LEVEL_MUST,
     "A handshake with Connection: close gets no 101.", "set 'Connection: close' no101",
     HINT_REFUSE},
    {"6455/4.2.1/connection-refused/no-upgrade", FOR_SERVERS, LEVEL_MUST,
     "A handshake with Connection: no-upgrade gets no 101.", "set 'Connection: no-upgrade' no101",
     HINT_TOKEN},
    {"6455/4.2.1/connection-refused/upgraded", FOR_SERVERS, LEVEL_MUST,
     "A handshake with Connection: upgraded gets no 101.", "set 'Connection: upgraded' no101",
     HINT_TOKEN},
    {"6455/4.2.1/key-refused/missing", FOR_SERVERS, LEVEL_MUST,
     "A handshake without a key is refused.", "drop 'Sec-WebSocket-Key' refuse", HINT_REFUSE},
    {"6455/4.2.1/key-refused/empty", FOR_SERVERS, LEVEL_MUST,
     "A handshake with an empty key is refused.", "set 'Sec-WebSocket-Key:' refuse", HINT_KEY_FORM},
    {"6455/4.2.1/key-refused/two", FOR_SERVERS, LEVEL_MUST, "A handshake with two keys is refused.",
     "add 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' refuse", HINT_KEY_ONCE},
    {"6455/4.2.1/key-refused/15-bytes", FOR_SERVERS, LEVEL_PRACTICE,
     "A key of 15 bytes is refused.", "set 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAA' refuse",
     HINT_KEY_FORM},
    {"6455/4.2.1/key-refused/17-bytes", FOR_SERVERS, LEVEL_PRACTICE,
     "A key of 17 bytes is refused.", "set 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAA=' refuse",
     HINT_KEY_FORM},
    {"6455/4.2.1/key-refused/16-characters", FOR_SERVERS, LEVEL_PRACTICE,
     "A key of sixteen characters is refused: bytes are counted.",
     "set 'Sec-WebSocket-Key: abcdefghijklmnop' refuse", HINT_KEY_FORM},
    {"6455/4.2.1/key-refused/not-base64", FOR_SERVERS, LEVEL_PRACTICE,
     "A key with characters that base64 has not is refused.",
     "set 'Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!==' refuse", HINT_KEY_FORM},
    {"6455/4.2.1/key-refused/without-padding", FOR_SERVERS, LEVEL_PRACTICE,
     "A key without its padding is refused.",
     "set 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ' refuse", HINT_KEY_FORM},
    {"6455/4.2.1/key-refused/with-space", FOR_SERVERS, LEVEL_PRACTICE,
     "A key with a space in the middle is refused.",
     "set 'Sec-WebSocket-Key: dGhlIHNhbXBs ZSBub25jZQ==' refuse", HINT_KEY_FORM},
    {"6455/4.2.1/version-refused/missing", FOR_SERVERS, LEVEL_MUST,
     "A handshake without a version is refused.", "drop 'Sec-WebSocket-Version' refuse",
     HINT_VERSION},
    {"6455/4.2.1/version-refused/not-a-number", FOR_SERVERS, LEVEL_MUST,
     "A version that is not a number is refused.", "set 'Sec-WebSocket-Version: x' refuse",
     HINT_VERSION},
    {"6455/4.2.1/version-refused/empty", FOR_SERVERS, LEVEL_MUST, "An empty version is refused.",
     "set 'Sec-WebSocket-Version:' refuse", HINT_VERSION},
    {"6455/4.2.1/version-refused/13x", FOR_SERVERS, LEVEL_MUST, "Version 13x is refused.",
     "set 'Sec-WebSocket-Version: 13x' refuse", "atoi reads 13 out of this, too"},
    {"6455/4.2.1/version-refused/13-0", FOR_SERVERS, LEVEL_MUST, "Version 13.0 is refused.",
     "set 'Sec-WebSocket-Version: 13.0' refuse", "atoi reads 13 out of this, too"},
    {"6455/4.2.1/version-refused/013", FOR_SERVERS, LEVEL_MUST,
     "Version 013 is refused: the grammar has no leading zero (4.3).",
     "set 'Sec-WebSocket-Version: 013' refuse", "compare the text, not a number"},
    {"6455/4.2.1/version-refused/list", FOR_SERVERS, LEVEL_MUST,
     "A list of versions is refused: a client names one.",
     "set 'Sec-WebSocket-Version: 13, 7' refuse", "compare the whole value"},
    {"6455/4.2.1/version-refused/two", FOR_SERVERS, LEVEL_MUST, "Two version headers are refused.",
     "add 'Sec-WebSocket-Version: 7' refuse", "11.3.5: it must not appear more than once"},
    {"6455/4.2.1/syntax/space-before-colon", FOR_SERVERS, LEVEL_MUST,
     "White space before a colon is refused (RFC 9112, 5.1).", "set 'Upgrade : websocket' refuse",
     "a lenient parser reads something else than a proxy does"},
    {"6455/4.2.1/syntax/lf-alone", FOR_SERVERS, LEVEL_PRACTICE,
     "A handshake with LF alone is understood or refused, not ignored.", "lf answer",
     "waiting for CR LF CR LF for ever is neither"},
    {"6455/4.2.1/syntax/folded-line", FOR_SERVERS, LEVEL_MUST,
     "A handshake with a folded header is refused or understood.",
     "set 'Connection: keep-alive,'[0d0a]' Upgrade' answer", "RFC 9112, 5.2"},
    {"6455/4.2.1/syntax/nul", FOR_SERVERS, LEVEL_SHOULD,
     "A NUL in a header is refused or replaced, and answered.", "set 'X-Test: a'[00]'b' answer",
     "functions for C strings stop at the NUL"},
    {"6455/4.2.1/syntax/without-colon", FOR_SERVERS, LEVEL_SHOULD,
     "A header line without a colon is refused.", "add 'nonsense' refuse",
     "4.2.1: any violation of the grammar"},
    {"6455/4.2.1/headers-of-100-kb", FOR_SERVERS, LEVEL_MUST,
     "A handshake with 100 kB of headers gets an answer, such as 431.", "add 'x'*100000 answer",
     HINT_LENGTH},
    {"6455/4.2.1/target-of-100-kb", FOR_SERVERS, LEVEL_MUST,
     "A handshake with a target of 100 kB gets an answer, such as 414.", "target '/'*100000 answer",
     HINT_LENGTH},
    {"6455/4.2.1/body/announced", FOR_SERVERS, LEVEL_PRACTICE,
     "A handshake that announces a body, and has it, gets an answer.",
     "add 'Content-Length: 5' add 'X-Body: 1'[0d0a0d0a]'h' answer",
     "refuse it, or take what follows for frames"},
    {"6455/4.2.1/body/sent", FOR_SERVERS, LEVEL_PRACTICE, "A handshake with a body gets an answer.",
     "add 'Content-Length: 9' add 'X-Body: 1'[0d0a0d0a]'hello' answer",
     "refuse it, or take what follows for frames"},
    {"6455/4.2.1/body/chunked", FOR_SERVERS, LEVEL_PRACTICE,
     "A handshake with a chunked body of nothing gets an answer.",
     "add 'Transfer-Encoding: chunked'[0d0a0d0a]'0' answer",
     "refuse it, or take what follows for frames"},
    {"6455/4.2.1/plain-get", FOR_SERVERS, LEVEL_MUST, "A plain GET gets no 101.", "plain no101",
     HINT_REFUSE},
    {"6455/4.2.1/end-within-handshake", FOR_SERVERS, LEVEL_PRACTICE,
     "A client that ends its stream within its handshake is let go.", "unfinished 50 fin ended",
     "a read that returns 0 is the end; do not read again"},
    {"6455/4.2.1/reset-within-handshake", FOR_SERVERS, LEVEL_PRACTICE,
     "A client that resets TCP within its handshake disturbs nobody.", "unfinished 50 reset",
     "a write to it raises SIGPIPE: ignore the signal"},
};

void cases_upgrade(struct case_list *list) {
    static const char *const methods[] = {"POST", "PUT", "HEAD", "DELETE", "OPTIONS", "get"};
    static const char *const drafts[] = {"0", "1", "7", "8"};
    static const char *const versions[] = {"9", "12", "14", "25", "99", "113", "131", "255"};
    list->step = 3;
    cases_add_rows(list, rows, sizeof rows / sizeof rows[0]);
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        char name[40], rule[80], script[80];
        snprintf(rule, sizeof rule, "A handshake by the method %s is refused.", methods[i]);
        snprintf(script, sizeof script, "method '%s' no101", methods[i]);
        snprintf(name, sizeof name, "6455/4.1/method/%s", methods[i]);
        cases_add(list, &(struct case_row){name, FOR_SERVERS, LEVEL_MUST, rule, script,
                                           "4.1, item 2: the method MUST be GET"});
    }
    for (size_t i = 0; i < sizeof drafts / sizeof drafts[0]; i++) {
        char name[40], rule[120], script[120];
        snprintf(rule, sizeof rule, "Version %s, a draft's, is accepted or refused.", drafts[i]);
        snprintf(script, sizeof script, "set 'Sec-WebSocket-Version: %s' acceptable", drafts[i]);
        snprintf(name, sizeof name, "6455/4.4/version/%s", drafts[i]);
        cases_add(list,
                  &(struct case_row){name, FOR_SERVERS, LEVEL_MUST, rule, script, HINT_VERSION});
    }
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        char name[40], rule[120], script[120];
        snprintf(rule, sizeof rule,
                 "Version %s is refused, and the answer says which versions are understood.",
                 versions[i]);
        snprintf(script, sizeof script,
                 "set 'Sec-WebSocket-Version: %s' refuse 'Sec-WebSocket-Version'", versions[i]);
        snprintf(name, sizeof name, "6455/4.4/version/%s", versions[i]);
        cases_add(list,
                  &(struct case_row){name, FOR_SERVERS, LEVEL_MUST, rule, script, HINT_VERSION});
    }
}
