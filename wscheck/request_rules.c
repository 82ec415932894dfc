#include "wscheck/request_rules.h"

#include "wscheck/negotiation.h"

#include <stdio.h>
#include <string.h>

enum { SUBPROTOCOLS_MAX = 64 };

/* What a rule looks at. */
struct context {
    const struct head *head;
    const char *target, *host;
    struct head_fault *fault;
};

static bool faulty(const struct context *context, const char *where, const char *what) {
    return head_set_fault(context->fault, context->head, where, what);
}

/* A word of the request line: the method (0), the target (1), or all the rest (2). A missing word
 * is empty. */
static struct head_text word_of(const struct context *context, int which) {
    struct head_text word = {NULL, 0}, rest = head_line(context->head, &(size_t){0});
    for (int i = 0; i <= which; i++) {
        const char *space = i < 2 ? head_text_find(rest, " ") : NULL;
        word = (struct head_text){rest.start,
                                  space != NULL ? (size_t)(space - rest.start) : rest.length};
        size_t taken = word.length + (space != NULL);
        rest = (struct head_text){rest.start + taken, rest.length - taken};
    }
    return word;
}

static bool judge_method(const struct context *context) {
    struct head_text line = head_line(context->head, &(size_t){0});
    return head_text_begins(line, "GET ") || faulty(context, line.start, "the method is not GET");
}

static bool judge_version(const struct context *context) {
    struct head_text version = word_of(context, 2);
    return (version.length == 8 && head_text_begins(version, "HTTP/1.") &&
            version.start[7] >= '1' && version.start[7] <= '9') ||
           faulty(context, version.start, "the version is not HTTP/1.1");
}

static bool judge_target(const struct context *context) {
    struct head_text target = word_of(context, 1);
    char whole[512];
    snprintf(whole, sizeof whole, "http://%s%s", context->host, context->target);
    return head_text_is(target, context->target) || head_text_is(target, whole) ||
           faulty(context, target.start, "the target is not the path and the query of the URL");
}

static bool judge_lines(const struct context *context) {
    const char *bytes = (const char *)context->head->bytes;
    for (size_t i = 0; i < context->head->length; i++) {
        if (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r')) {
            return faulty(context, bytes + i, "a line does not end with CR LF");
        }
        if ((bytes[i] == ' ' || bytes[i] == '\t') && i > 0 && bytes[i - 1] == '\n') {
            return faulty(context, bytes + i,
                          "a header is folded, which is obsolete (RFC 9112, 5.2)");
        }
    }
    return head_parse_headers(context->head, context->fault);
}

static bool judge_host(const struct context *context) {
    struct head_text value;
    char what[200];
    if (!head_once(context->head, "Host", &value, context->fault)) {
        return false;
    }
    snprintf(what, sizeof what,
             "Host must be %.60s, as in the URL: the port is left out only if it is 80",
             context->host);
    return head_text_is(value, context->host) || faulty(context, value.start, what);
}

static bool judge_list(const struct context *context, const char *name, const char *element,
                       const char *what) {
    struct head_text value = {head_last_line(context->head), 0};
    head_header(context->head, name, &(size_t){0}, &value);
    return head_lists(context->head, name, element) || faulty(context, value.start, what);
}

static bool judge_upgrade(const struct context *context) {
    return judge_list(context, "Upgrade", "websocket", "no header Upgrade names websocket");
}

static bool judge_connection(const struct context *context) {
    return judge_list(context, "Connection", "upgrade", "no header Connection names Upgrade");
}

static bool is_in(const char *set, char byte) {
    return byte != '\0' && strchr(set, byte) != NULL;
}

/* 16 bytes in base64 are 22 characters, of which the last has only two bits, and two equals
 * signs. */
static bool judge_key(const struct context *context) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct head_text value;
    size_t good = 0;
    if (!head_once(context->head, "Sec-WebSocket-Key", &value, context->fault)) {
        return false;
    }
    while (good < value.length && is_in(digits, value.start[good])) {
        good++;
    }
    if (good != 22 || value.length != 24 || memcmp(value.start + 22, "==", 2) != 0) {
        return faulty(context, value.start + (good < 22 ? good : 22),
                      "the key is not 16 bytes in base64: 22 digits and ==");
    }
    return is_in("AQgw", value.start[21]) ||
           faulty(context, value.start + 21,
                  "the last digit of the key has bits that must be zero");
}

static bool judge_thirteen(const struct context *context) {
    struct head_text value;
    return head_once(context->head, "Sec-WebSocket-Version", &value, context->fault) &&
           (head_text_is(value, "13") ||
            faulty(context, value.start, "Sec-WebSocket-Version is not 13"));
}

/* The subprotocols are tokens, separated by commas, and all different (4.1, item 10). */
static bool judge_subprotocols(const struct context *context) {
    struct head_text names[SUBPROTOCOLS_MAX], value;
    size_t count = 0;
    for (size_t at = 0; head_header(context->head, "Sec-WebSocket-Protocol", &at, &value);) {
        if (value.length == 0) {
            return faulty(context, value.start, "Sec-WebSocket-Protocol names no subprotocol");
        }
        while (count < SUBPROTOCOLS_MAX && head_split(&value, &names[count])) {
            const struct head_text *name = &names[count];
            if (!head_text_is_token(*name)) {
                return faulty(context, name->start, "this subprotocol is not a token");
            }
            for (size_t i = 0; i < count; i++) {
                if (head_text_same(names[i], *name)) {
                    return faulty(context, name->start, "this subprotocol is offered twice");
                }
            }
            count++;
        }
    }
    return true;
}

/* token *( ";" token [ "=" ( token | quoted-string ) ] ), separated by commas (9.1). The text in
 * quotes has to be a token, too. */
static bool judge_extensions(const struct context *context) {
    struct head_text value;
    for (size_t at = 0; head_header(context->head, "Sec-WebSocket-Extensions", &at, &value);) {
        const char *text = value.start, *end = value.start + value.length;
        struct extension extension;
        struct head_text list = value, element;
        while (head_split(&list, &element)) {
            if (element.length == 0) {
                return faulty(context, element.start, "a token is missing (9.1)");
            }
        }
        while (text < end) {
            if (extension_next(&text, end, &extension) != EXTENSION_FOUND) {
                return faulty(context, text, "this does not follow the grammar of 9.1");
            }
        }
    }
    return true;
}

/* RFC 7692, 7.1: every offer is legal. */
static bool judge_deflate(const struct context *context) {
    return negotiation_judge_offers(context->head, context->fault);
}

static bool judge_body(const struct context *context) {
    struct head_text value = {NULL, 0};
    bool announced = head_header(context->head, "Transfer-Encoding", &(size_t){0}, &value) ||
                     (head_header(context->head, "Content-Length", &(size_t){0}, &value) &&
                      !head_text_is(value, "0"));
    return !announced || faulty(context, value.start, "the request announces a body");
}

static const struct {
    const char *name;
    bool (*judge)(const struct context *context);
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
    const struct context context = {head, target, host, fault};
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (strcmp(rules[i].name, rule) == 0) {
            return rules[i].judge(&context);
        }
    }
    return true;
}
