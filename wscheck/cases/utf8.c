/* Step 5: texts that are UTF-8 and texts that are not. RFC 6455, 8.1; RFC 3629. All rows are for
 * servers and clients. */
#include "wscheck/cases/cases.h"

#include <stdio.h>
#include <string.h>

#define HINT_TABLE                                                                                 \
    "follow the table of RFC 3629, section 4: the ranges of the second byte depend on the first"
#define HINT_STATE "keep the state of the check from fragment to fragment; judge the end at FIN"
#define HINT_FAST                                                                                  \
    "check the bytes as they arrive; 8.1 does not say when to fail, but sooner is better"

/* Each text is a word in hexadecimal. */
static const struct {
    const char *name, *what;
    bool valid;
    const char *texts;
} tables[] = {
    {"one-to-four-bytes", "characters of one to four bytes", true,
     "68656c6c6f24776f726c64 68656c6c6fc2a2776f726c64 68656c6c6fe282ac776f726c64 "
     "68656c6c6ff0a4ada2776f726c64 cebae1bdb9cf83cebcceb5"},
    {"greek-cut-short", "a part of a Greek word", false,
     "ce cebae1 cebae1bd cebae1bdb9cf cebae1bdb9cf83ce cebae1bdb9cf83cebcce"},
    {"greek-cut-between", "a part of a Greek word", true,
     "ceba cebae1bdb9 cebae1bdb9cf83 cebae1bdb9cf83cebc cebae1bdb9cf83cebcceb5"},
    {"lowest-of-length", "the lowest code point of its length", true, "00 c280 e0a080 f0908080"},
    {"five-or-six-bytes", "a form of five or six bytes", false, "f888808080 fc8480808080"},
    {"highest-of-length", "the highest code point of its length", true, "7f dfbf efbfbf f48fbfbf"},
    {"beyond-10ffff", "a form beyond U+10FFFF", false, "f7bfbfbf fbbfbfbfbf fdbfbfbfbfbf"},
    {"edge-of-ranges", "an edge of the ranges", true, "ed9fbf ee8080 efbfbd f48fbfbf"},
    {"beyond-the-edge", "an edge of the ranges", false, "f4908080"},
    {"continuation-bytes-alone", "continuation bytes that stand alone", false,
     "80 bf 80bf 80bf80 80bf80bf 80bf80bf80 80bf80bf80bf "
     "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaab"
     "acadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbe"},
    {"lead-bytes-alone", "lead bytes that stand alone", false,
     "c020c120c220c320c420c520c620c720c820c920ca20cb20cc20cd20ce20cf20d020d120d220d320d420d520"
     "d620d720d820d920da20db20dc20dd20de20 "
     "e020e120e220e320e420e520e620e720e820e920ea20eb20ec20ed20ee20 "
     "f020f120f220f320f420f520f620 f820f920fa20 fc20"},
    {"last-byte-missing", "a character whose last byte is missing", false,
     "c0 e080 f08080 f8808080 fc80808080 df efbf f7bfbf fbbfbfbf fdbfbfbfbf"},
    {"many-last-bytes-missing", "many characters whose last byte is missing", false,
     "c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf"},
    {"bytes-never-seen", "bytes that UTF-8 never has", false, "fe ff fefeffff"},
    {"overlong-slash", "an overlong slash", false, "c0af e080af f08080af f8808080af fc80808080af"},
    {"overlong-highest", "the highest overlong form of its length", false,
     "c1bf e09fbf f08fbfbf f887bfbfbf fc83bfbfbfbf"},
    {"overlong-nul", "an overlong NUL", false, "c080 e08080 f0808080 f880808080 fc8080808080"},
    {"single-surrogate", "a single surrogate", false,
     "eda080 edadbf edae80 edafbf edb080 edbe80 edbfbf"},
    {"pair-of-surrogates", "a pair of surrogates", false,
     "eda080edb080 eda080edbfbf edadbfedb080 edadbfedbfbf edae80edb080 edae80edbfbf "
     "edafbfedb080 edafbfedbfbf"},
    {"non-character", "a non-character, which is legal", true,
     "efbfbe efbfbf f09fbfbe f09fbfbf f0afbfbe f0afbfbf f0bfbfbe f0bfbfbf f18fbfbe f18fbfbf "
     "f19fbfbe f19fbfbf f1afbfbe f1afbfbf f1bfbfbe f1bfbfbf f28fbfbe f28fbfbf f29fbfbe "
     "f29fbfbf f2afbfbe f2afbfbf f2bfbfbe f2bfbfbf f38fbfbe f38fbfbf f39fbfbe f39fbfbf "
     "f3afbfbe f3afbfbf f3bfbfbe f3bfbfbf f48fbfbe f48fbfbf"},
    {"special-character", "a special character", true,
     "efbfb9 efbfba efbfbb efbfbc efbfbd efbfbe efbfbf"},
};

#define GREEK "ce ba e1 bd b9 cf 83 ce bc ce b5"
#define HELLO                                                                                      \
    "48 65 6c 6c 6f 2d c2 b5 40 c3 9f c3 b6 c3 a4 c3 bc c3 a0 c3 a1 2d 55 54 46 2d 38 21 21"

static const struct case_row rows[] = {
    {"6455/8.1/empty-text", "An empty text comes back.", "echo text ''", HINT_TABLE},
    {"6455/8.1/umlauts", "A text with umlauts comes back.", "echo text [" HELLO "]", HINT_TABLE},
    {"6455/8.1/cut/between-umlauts", "A text with umlauts, cut between two of them, comes back.",
     "text+ [48 65 6c 6c 6f 2d c2 b5 40 c3 9f c3 b6 c3 a4] cont [c3 bc c3 a0 c3 a1 2d 55 54 46 2d 38 "
     "21 21] < text [" HELLO "]",
     HINT_STATE},
    {"6455/8.1/cut/umlauts-in-fragments",
     "A text with umlauts in fragments of one byte comes back.",
     "pieces 1 text [" HELLO "] < text [" HELLO "]", HINT_STATE},
    {"6455/8.1/cut/greek-in-fragments", "A Greek word in fragments of one byte comes back.",
     "pieces 1 text [" GREEK "] < text [" GREEK "]", HINT_STATE},
    {"6455/8.1/cut/greek-in-pieces", "A Greek word in pieces of one byte comes back.",
     "chop 1 text [" GREEK "] < text [" GREEK "]", HINT_STATE},
    {"6455/8.1/cut/four-bytes", "A character of four bytes, cut in three places, comes back.",
     "text+ [f0] cont+ [9f] cont+ [98] cont [80] < text [f0 9f 98 80]", HINT_STATE},
    {"6455/8.1/cut/empty-fragments", "Empty fragments within a character do not change it.",
     "text+ [e2 82] cont+ '' cont+ '' cont [ac] < text [e2 82 ac]", HINT_STATE},
    {"6455/8.1/cut/large-read", "A text comes back although a large read cuts a character.",
     "limits 1009 echo text [e2 82 ac]*196608", HINT_STATE},
    {"6455/8.1/cut/many-reads", "A text comes back although many reads cut characters.",
     "limits 1009 slice 4093 echo text 'a'[f0 9f 98 80 c3 a9]*131068", HINT_STATE},
    {"6455/8.1/state-starts-anew", "The check starts again with the next message.",
     "text+ [c3] cont [a9] text 'x' < text [c3 a9] < text 'x'", HINT_STATE},
    {"6455/8.1/malformed/surrogate", "A surrogate inside a text fails the connection.",
     "text [" GREEK " ed a0 80] 'edited' fail 1007", HINT_TABLE},
    {"6455/8.1/malformed/surrogate-in-fragments",
     "A surrogate in fragments of one byte fails the connection.",
     "pieces 1 text [" GREEK " ed a0 80] 'edited' fail 1007", HINT_STATE},
    {"6455/8.1/malformed/unfinished", "A text that ends within a character fails the connection.",
     "text+ 'euro: ' cont [e2 82] fail 1007", HINT_STATE},
    {"6455/8.1/malformed/unfinished-and-empty-fragment",
     "A text that ends within a character before an empty fragment fails.",
     "text+ [e2 82] cont '' fail 1007", HINT_STATE},
    {"6455/8.1/malformed/unfinished-before-next-message",
     "A character is not continued in the next message.", "text [e2 82] text [ac] fail 1007",
     HINT_STATE},
    {"6455/8.1/malformed/ping-between",
     "Bad bytes with a Ping between their fragments fail the connection.",
     "text+ [e2] ping 'x' cont [28 a1] fail 1007", HINT_STATE},
    {"6455/8.1/malformed/surrogate-cut-by-ping", "A surrogate cut by a Ping fails the connection.",
     "text+ [ed] ping 'x' cont [a0 80] fail 1007", HINT_STATE},
    {"6455/8.1/malformed/after-good-message",
     "A bad byte after a good message fails the connection.",
     "text 'good' text [ff] <? text 'good' fail 1007", HINT_TABLE},
    {"6455/8.1/malformed/end-of-64-kib", "A bad byte at the end of 64 KiB fails the connection.",
     "text+ 'x'*65536 cont [ff] fail 1007", HINT_TABLE},
    {"6455/8.1/malformed/start-of-64-kib",
     "A bad byte at the beginning of 64 KiB fails the connection.",
     "text+ [80] cont 'x'*65536 fail 1007", HINT_TABLE},
    {"6455/8.1/early/bad-fragment",
     "A bad fragment fails the connection before the last one comes.",
     "practice: text+ [" GREEK "] barrier cont+ [f4 90 80 80] fail 1007", HINT_FAST},
    {"6455/8.1/early/half-a-character",
     "Half a bad character fails the connection before the rest comes.",
     "practice: text+ [" GREEK " f4] barrier cont+ [90] fail 1007", HINT_FAST},
    {"6455/8.1/early/within-frame",
     "A bad character within a frame fails before the frame is whole.",
     "practice: claim 21 text [" GREEK " f4 90 80 80] fail 1007", HINT_FAST},
    {"6455/8.1/early/half-within-frame",
     "Half a bad character within a frame fails before the frame is whole.",
     "practice: claim 21 text [" GREEK " f4 90] fail 1007", HINT_FAST},
    {"6455/8.1/early/large-frame", "A bad byte at the beginning of a large frame fails at once.",
     "practice: claim 60000 text [ff]'a few bytes' fail 1007", HINT_FAST},
};

/* Adds a case for each of the texts of a table. */
static void add_table(struct case_list *list, const char *family, const char *what, bool valid,
                      const char *texts) {
    while (*texts != '\0') {
        char name[80], rule[200], script[200];
        int length = (int)strcspn(texts, " ");
        snprintf(rule, sizeof rule, "%s: the text %.*s%s %s.", what, length < 24 ? length : 24,
                 texts, length > 24 ? "..." : "", valid ? "comes back" : "fails the connection");
        snprintf(script, sizeof script, valid ? "echo text [%.*s]" : "text [%.*s] fail 1007",
                 length, texts);
        rule[0] = (char)(rule[0] - 'a' + 'A');
        snprintf(name, sizeof name, "6455/8.1/table/%s/%.*s", family, length < 24 ? length : 24,
                 texts);
        cases_add(list, FOR_BOTH, &(struct case_row){name, rule, script, HINT_TABLE});
        texts += length;
        texts += *texts == ' ';
    }
}

static void add_tables(struct case_list *list) {
    for (size_t i = 0; i < CASES_COUNT(tables); i++) {
        add_table(list, tables[i].name, tables[i].what, tables[i].valid, tables[i].texts);
    }
}

const struct case_file cases_utf8 = {
    .step = 5, .role = FOR_BOTH, .rows = rows, .count = CASES_COUNT(rows), .add = add_tables};
