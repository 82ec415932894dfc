#include "wscheck/request_rules.h"

#include "wscheck/negotiation.h"

#include <stdio.h>
#include <string.h>

enum { SUBPROTOCOLS_MAX = 64 };

/* What a rule is judged by. */
struct evidence {
    const struct head *head;
    const char *target, *host;
    struct head_fault *fault;
};

static bool faulty(const struct evidence *evidence, const char *where, const char *what) {
    return head_is_faulty(evidence->fault, evidence->head, where, what);
}

/* A word of the request line: the method (0), the target (1), or all that comes after it (2). One
 * that is missing is empty. */
static struct head_text word_of(const struct evidence *evidence, int which) {
    struct head_text word = {NULL, 0}, rest = head_line(evidence->head, &(size_t){0});
    for (int i = 0; i <= which; i++) {
        const char *space = i < 2 ? head_text_find(rest, " ") : NULL;
        word = (struct head_text){rest.start,
                                  space != NULL ? (size_t)(space - rest.start) : rest.length};
        size_t taken = word.length + (space != NULL);
        rest = (struct head_text){rest.start + taken, rest.length - taken};
    }
    return word;
}

static bool judge_method(const struct evidence *evidence) {
    struct head_text line = head_line(evidence->head, &(size_t){0});
    return head_text_begins(line, "GET ") || faulty(evidence, line.start, "the method is not GET");
}

static bool judge_version(const struct evidence *evidence) {
    struct head_text version = word_of(evidence, 2);
    return (version.length == 8 && head_text_begins(version, "HTTP/1.") &&
            version.start[7] >= '1' && version.start[7] <= '9') ||
           faulty(evidence, version.start, "the version is not HTTP/1.1");
}

static bool judge_target(const struct evidence *evidence) {
    struct head_text target = word_of(evidence, 1);
    char whole[512];
    snprintf(whole, sizeof whole, "http://%s%s", evidence->host, evidence->target);
    return head_text_is(target, evidence->target) || head_text_is(target, whole) ||
           faulty(evidence, target.start,
                  "the target is not the resource name of the URL, path and query");
}

static bool judge_lines(const struct evidence *evidence) {
    const char *bytes = (const char *)evidence->head->bytes;
    for (size_t i = 0; i < evidence->head->length; i++) {
        if (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r')) {
            return faulty(evidence, bytes + i, "a line that does not end with CR LF");
        }
        if ((bytes[i] == ' ' || bytes[i] == '\t') && i > 0 && bytes[i - 1] == '\n') {
            return faulty(evidence, bytes + i, "a folded line, which is obsolete (RFC 9112, 5.2)");
        }
    }
    return head_parse_headers(evidence->head, evidence->fault);
}

static bool judge_host(const struct evidence *evidence) {
    struct head_text value;
    char what[200];
    if (!head_once(evidence->head, "Host", &value, evidence->fault)) {
        return false;
    }
    snprintf(what, sizeof what,
             "Host must be %.60s, as in the URL: the port is left out only if it is 80",
             evidence->host);
    return head_text_is(value, evidence->host) || faulty(evidence, value.start, what);
}

static bool judge_list(const struct evidence *evidence, const char *name, const char *element,
                       const char *what) {
    struct head_text value = {head_last_line(evidence->head), 0};
    head_header(evidence->head, name, &(size_t){0}, &value);
    return head_lists(evidence->head, name, element) || faulty(evidence, value.start, what);
}

static bool judge_upgrade(const struct evidence *evidence) {
    return judge_list(evidence, "Upgrade", "websocket", "no header Upgrade names websocket");
}

static bool judge_connection(const struct evidence *evidence) {
    return judge_list(evidence, "Connection", "upgrade", "no header Connection names Upgrade");
}

static bool is_in(const char *set, char byte) {
    return byte != '\0' && strchr(set, byte) != NULL;
}

/* 16 bytes in base64: 22 characters of which the last carries four bits only, and two equals
 * signs. */
static bool judge_key(const struct evidence *evidence) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct head_text value;
    size_t good = 0;
    if (!head_once(evidence->head, "Sec-WebSocket-Key", &value, evidence->fault)) {
        return false;
    }
    while (good < value.length && is_in(digits, value.start[good])) {
        good++;
    }
    if (good != 22 || value.length != 24 || memcmp(value.start + 22, "==", 2) != 0) {
        return faulty(evidence, value.start + (good < 22 ? good : 22),
                      "the key is not 16 bytes in base64: 22 digits and ==");
    }
    return is_in("AQgw", value.start[21]) ||
           faulty(evidence, value.start + 21,
                  "the last digit of the key has bits that mean nothing");
}

static bool judge_thirteen(const struct evidence *evidence) {
    struct head_text value;
    return head_once(evidence->head, "Sec-WebSocket-Version", &value, evidence->fault) &&
           (head_text_is(value, "13") ||
            faulty(evidence, value.start, "Sec-WebSocket-Version is not 13"));
}

/* Tokens, separated by commas, no two of which are the same (4.1, item 10). */
static bool judge_subprotocols(const struct evidence *evidence) {
    struct head_text names[SUBPROTOCOLS_MAX], value;
    size_t count = 0;
    for (size_t at = 0; head_header(evidence->head, "Sec-WebSocket-Protocol", &at, &value);) {
        if (value.length == 0) {
            return faulty(evidence, value.start,
                          "Sec-WebSocket-Protocol is there and names nothing");
        }
        while (count < SUBPROTOCOLS_MAX && head_split(&value, &names[count])) {
            const struct head_text *name = &names[count];
            if (!head_text_is_token(*name)) {
                return faulty(evidence, name->start, "this subprotocol is not a token");
            }
            for (size_t i = 0; i < count; i++) {
                if (head_text_same(names[i], *name)) {
                    return faulty(evidence, name->start, "this subprotocol is offered twice");
                }
            }
            count++;
        }
    }
    return true;
}

/* token *( ";" token [ "=" ( token | quoted-string ) ] ), separated by commas (9.1). Inside of the
 * quotes there is a token as well. */
static bool judge_extensions(const struct evidence *evidence) {
    struct head_text value;
    for (size_t at = 0; head_header(evidence->head, "Sec-WebSocket-Extensions", &at, &value);) {
        const char *text = value.start, *end = value.start + value.length;
        struct extension extension;
        struct head_text list = value, element;
        while (head_split(&list, &element)) {
            if (element.length == 0) {
                return faulty(evidence, element.start, "no token where 9.1 wants one");
            }
        }
        while (text < end) {
            if (extension_next(&text, end, &extension) != EXTENSION_FOUND) {
                return faulty(evidence, text, "this does not follow the grammar of 9.1");
            }
        }
    }
    return true;
}

/* RFC 7692, 7.1: no illegal offer. */
static bool judge_deflate(const struct evidence *evidence) {
    return negotiation_judge_offers(evidence->head, evidence->fault);
}

static bool judge_body(const struct evidence *evidence) {
    struct head_text value = {NULL, 0};
    bool announced = head_header(evidence->head, "Transfer-Encoding", &(size_t){0}, &value) ||
                     (head_header(evidence->head, "Content-Length", &(size_t){0}, &value) &&
                      !head_text_is(value, "0"));
    return !announced || faulty(evidence, value.start, "the request announces a body");
}

static const struct {
    const char *name;
    bool (*judge)(const struct evidence *evidence);
} rules[] = {
    {"method", judge_method},
    {"version", judge_version},
    {"target", judge_target},
    {"lines", judge_lines},
    {"host", judge_host},
    {"upgrade", judge_upgrade},
    {"connection", judge_connection},
    {"key", judge_key},
    {"thirteen", judge_thirteen},
    {"subprotocols", judge_subprotocols},
    {"extensions", judge_extensions},
    {"deflate", judge_deflate},
    {"body", judge_body},
};

bool request_rules_judge(const struct head *head, const char *rule, const char *target,
                         const char *host, struct head_fault *fault) {
    const struct evidence evidence = {head, target, host, fault};
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (strcmp(rules[i].name, rule) == 0) {
            return rules[i].judge(&evidence);
        }
    }
    return true;
}
