/* extensions: the grammar of Sec-WebSocket-Extensions, RFC 6455 section 9.1. */
#include "step03_handshake/extensions.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

static struct http_text text_of(const char *string) {
    return (struct http_text){string, strlen(string)};
}

/* Takes a list apart and writes its parts one way, however they were written: each name in <>, each
 * parameter in [] and each value in {}. Ends with "BAD" where the grammar is broken. */
static void take_apart(struct http_text list, char *out, size_t capacity) {
    struct http_text name, value;
    size_t used = 0;
    enum extensions_verdict verdict;
    out[0] = '\0';
    while ((verdict = extensions_next(&list, &name)) == EXTENSIONS_ITEM) {
        used +=
            (size_t)snprintf(out + used, capacity - used, "<%.*s>", (int)name.length, name.start);
        while ((verdict = extensions_parameter(&list, &name, &value)) == EXTENSIONS_ITEM) {
            used += (size_t)snprintf(out + used, capacity - used, "[%.*s]", (int)name.length,
                                     name.start);
            if (value.start != NULL) {
                used += (size_t)snprintf(out + used, capacity - used, "{%.*s}", (int)value.length,
                                         value.start);
            }
        }
        if (verdict == EXTENSIONS_BAD) {
            break;
        }
    }
    if (verdict == EXTENSIONS_BAD) {
        snprintf(out + used, capacity - used, "BAD");
    }
}

static void check_parts(const char *list, const char *wanted) {
    char parts[400];
    take_apart(text_of(list), parts, sizeof parts);
    CHECK_FOR(strcmp(parts, wanted) == 0, "\"%s\" has the parts %s, not %s", list, parts, wanted);
}

static void check_good(const char *list, const char *wanted) {
    check_parts(list, wanted);
    CHECK_FOR(extensions_valid(text_of(list)), "\"%s\" is refused", list);
}

/* These lists are refused, after the parts in front of the mistake were taken off. */
static void check_bad(const char *wanted, const char *const *lists) {
    for (; *lists != NULL; lists++) {
        check_parts(*lists, wanted);
        CHECK_FOR(!extensions_valid(text_of(*lists)), "\"%s\" is accepted", *lists);
    }
}

TEST("extensions: the examples of RFC 6455, 9.1") {
    check_good("foo", "<foo>");
    check_good("bar; baz=2", "<bar>[baz]{2}");
    check_good("foo, bar; baz=2", "<foo><bar>[baz]{2}");
    check_good("deflate-stream", "<deflate-stream>");
    check_good("mux; max-channels=4; flow-control, deflate-stream",
               "<mux>[max-channels]{4}[flow-control]<deflate-stream>");
    check_good("private-extension", "<private-extension>");
}

TEST("extensions: the offers of browsers") {
    check_good("permessage-deflate; client_max_window_bits",
               "<permessage-deflate>[client_max_window_bits]"); /* Chromium, Node's ws, Postman */
    check_good("permessage-deflate", "<permessage-deflate>");   /* Firefox, Safari */
    check_good("x-webkit-deflate-frame", "<x-webkit-deflate-frame>");
    check_good("permessage-deflate; server_no_context_takeover; client_max_window_bits=15, "
               "permessage-deflate;client_max_window_bits",
               "<permessage-deflate>[server_no_context_takeover][client_max_window_bits]{15}"
               "<permessage-deflate>[client_max_window_bits]");
}

TEST("extensions: a quoted value loses its quotation marks") {
    check_good("a; b=\"10\"", "<a>[b]{10}");
    check_good("a; b=\"10\"; c=\"x.y\", d", "<a>[b]{10}[c]{x.y}<d>");
    check_good("a;b=\"c\",d", "<a>[b]{c}<d>");
    check_good("a; b=\"1\\0\"; c", "<a>[b]{1\\0}[c]"); /* a backslash quotes what follows */
}

TEST("extensions: white space between all parts") {
    check_good("a;b;c=1,d", "<a>[b][c]{1}<d>");
    check_good("  a  ;  b  ;  c  =  1  ,  d  ", "<a>[b][c]{1}<d>");
    check_good("\ta\t;\tb\t;\tc\t=\t\"1\"\t,\td\t", "<a>[b][c]{1}<d>");
}

/* RFC 2616, 2.1: a receiver of a #rule skips elements that are empty. */
TEST("extensions: empty elements are skipped") {
    check_good(",a", "<a>");
    check_good("a,", "<a>");
    check_good("a,,b", "<a><b>");
    check_good(" , ,a; b ,, ,c; d=1, ,", "<a>[b]<c>[d]{1}");
}

TEST("extensions: repeated names are not this grammar's matter") {
    check_good("a; b; b=1; b=2", "<a>[b][b]{1}[b]{2}");
    check_good("a, a, A", "<a><a><A>");
}

TEST("extensions: every character of a token") {
    check_good("!#$%&'*+-.^_`|~09azAZ; !#$%&'*+-.^_`|~09azAZ=!#$%&'*+-.^_`|~09azAZ",
               "<!#$%&'*+-.^_`|~09azAZ>[!#$%&'*+-.^_`|~09azAZ]{!#$%&'*+-.^_`|~09azAZ}");
}

TEST("extensions: a list names at least one extension") {
    check_bad("", TEXTS("", " \t", ",", " , ,, "));
}

TEST("extensions: an extension without a name") {
    check_bad("BAD", TEXTS(";", "; b", "=1", "\"a\""));
    check_bad("<a>BAD", TEXTS("a, ; b", "a,;"));
}

TEST("extensions: a parameter without a name") {
    check_bad("<a>BAD", TEXTS("a;", "a; ", "a;;b", "a; ,b", "a; =1", "a; \"b\""));
    check_bad("<a>[b]BAD", TEXTS("a; b;"));
    check_bad("<a><b>BAD", TEXTS("a, b;"));
}

TEST("extensions: '=' without a value") {
    check_bad("<a>BAD", TEXTS("a; b=", "a; b= ", "a; b=;c", "a; b=,c", "a; b==1"));
}

/* A quoted quotation mark is no token, either. */
TEST("extensions: a quoted value that is no token") {
    check_bad("<a>BAD", TEXTS("a; b=\"\"", "a; b=\"1 0\"", "a; b=\" 10\"", "a; b=\"10 \"",
                              "a; b=\"1,0\"", "a; b=\"1;0\"", "a; b=\"1=0\"", "a; b=\"(10)\"",
                              "a; b=\"1\\\"0\"", "a; b=\"10\\"));
}

TEST("extensions: quotation marks in wrong places") {
    check_bad("<a>BAD", TEXTS("a; b=\"10", "a; b=\"", "a\"b\""));
    check_bad("<a>[b]{10}BAD", TEXTS("a; b=10\"", "a; b=\"10\"\"", "a; b=\"10\"0"));
    check_bad("<a>[b]BAD", TEXTS("a; b\"c\""));
}

TEST("extensions: parts without a separator") {
    check_bad("<a>BAD", TEXTS("a b", "a=1")); /* only a parameter has a value */
    check_bad("<a>[b]BAD", TEXTS("a; b c"));
    check_bad("<a>[b]{1}BAD", TEXTS("a; b=1 2"));
    check_bad("<a><b>BAD", TEXTS("a, b c"));
}

/* Every byte that is neither of a token nor a delimiter breaks a name, a parameter and a value. */
TEST("extensions: characters outside tokens") {
    const char *allowed = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTU"
                          "VWXYZ";
    static const char *const patterns[] = {"a?", "?a", "a; b?", "a; ?b", "a; b=c?", "a; b=\"c?\""};
    for (unsigned byte = 0; byte < 256; byte++) {
        bool is_delimiter = byte != 0 && byte < 128 && strchr(" \t,;=\"", (int)byte) != NULL;
        bool is_allowed = byte != 0 && byte < 128 && strchr(allowed, (int)byte) != NULL;
        for (size_t i = 0; i < sizeof patterns / sizeof patterns[0] && !is_delimiter; i++) {
            char list[16];
            size_t length = strlen(patterns[i]);
            memcpy(list, patterns[i], length + 1);
            *strchr(list, '?') = (char)byte;
            CHECK_FOR(extensions_valid((struct http_text){list, length}) == is_allowed,
                      "byte 0x%02x in \"%s\"", byte, patterns[i]);
        }
    }
}

/* The list ends where its length says, not where the bytes stop to make sense. */
TEST("extensions: the list ends with its length") {
    const char *list = "a; b=\"10\", c";
    for (size_t length = 0; length <= strlen(list); length++) {
        char exact[16], parts[100], wanted[100];
        memcpy(exact, list, length);
        exact[length] = '\0';
        take_apart(text_of(exact), wanted, sizeof wanted);
        take_apart((struct http_text){list, length}, parts, sizeof parts);
        CHECK_FOR(strcmp(parts, wanted) == 0, "%zu bytes have the parts %s, not %s", length, parts,
                  wanted);
    }
}
