#include "wscheck/inquiry.h"

#include "wscheck/agreement.h"

#include <stdio.h>
#include <string.h>

enum { SUBPROTOCOLS_MAX = 64, NAME_SIZE = 128 };

/* What a rule is judged by. */
struct inquiry {
    const struct answer *head;
    const char *target, *host;
    struct answer_fault *fault;
};

static bool faulty(const struct inquiry *inquiry, const char *where, const char *what) {
    snprintf(inquiry->fault->what, sizeof inquiry->fault->what, "%s", what);
    inquiry->fault->wrong = (size_t)(where - (const char *)inquiry->head->bytes);
    return false;
}

static const char *first_line(const struct inquiry *inquiry) {
    return (const char *)inquiry->head->bytes;
}

/* The empty line, which is marked when something is missing. */
static const char *last_line(const struct inquiry *inquiry) {
    return first_line(inquiry) + inquiry->head->length - 2;
}

static size_t trimmed(const char *value) {
    size_t length = strcspn(value, "\r\n");
    while (length > 0 && (value[length - 1] == ' ' || value[length - 1] == '\t')) {
        length--;
    }
    return length;
}

bool inquiry_value(const struct answer *head, const char *name, char *out, size_t capacity) {
    size_t from = 0;
    const char *value = answer_header(head, name, &from);
    out[0] = '\0';
    if (value != NULL) {
        snprintf(out, capacity, "%.*s", (int)trimmed(value), value);
    }
    return value != NULL;
}

/* The value of a header that must stand there once, or NULL with a fault. */
static const char *once(const struct inquiry *inquiry, const char *name) {
    char what[120];
    size_t from = 0;
    const char *value = answer_header(inquiry->head, name, &from);
    if (value == NULL) {
        snprintf(what, sizeof what, "there is no header %s", name);
        faulty(inquiry, last_line(inquiry), what);
        return NULL;
    }
    const char *second = answer_header(inquiry->head, name, &from);
    if (second != NULL) {
        snprintf(what, sizeof what, "%s appears more than once", name);
        faulty(inquiry, second, what);
        return NULL;
    }
    return value;
}

static bool judge_method(const struct inquiry *inquiry) {
    return strncmp(first_line(inquiry), "GET ", 4) == 0 ||
           faulty(inquiry, first_line(inquiry), "the method is not GET");
}

static bool judge_version(const struct inquiry *inquiry) {
    const char *line = first_line(inquiry), *end = strstr(line, "\r\n");
    const char *space = end;
    while (space > line && *space != ' ') {
        space--;
    }
    return (strncmp(space, " HTTP/1.", 8) == 0 && space[8] >= '1' && space[8] <= '9' &&
            space + 9 == end) ||
           faulty(inquiry, space + 1, "the version is not HTTP/1.1");
}

static bool judge_target(const struct inquiry *inquiry) {
    const char *start = strchr(first_line(inquiry), ' ');
    char whole[512];
    size_t length = start != NULL ? strcspn(start + 1, " \r") : 0;
    snprintf(whole, sizeof whole, "http://%s%s", inquiry->host, inquiry->target);
    if (start != NULL &&
        ((length == strlen(inquiry->target) && memcmp(start + 1, inquiry->target, length) == 0) ||
         (length == strlen(whole) && memcmp(start + 1, whole, length) == 0))) {
        return true;
    }
    return faulty(inquiry, start != NULL ? start + 1 : first_line(inquiry),
                  "the target is not the resource name of the URL, path and query");
}

static bool judge_lines(const struct inquiry *inquiry) {
    const char *bytes = first_line(inquiry);
    for (size_t i = 0; i < inquiry->head->length; i++) {
        if (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r')) {
            return faulty(inquiry, bytes + i, "a line that does not end with CR LF");
        }
        if ((bytes[i] == ' ' || bytes[i] == '\t') && i > 0 && bytes[i - 1] == '\n') {
            return faulty(inquiry, bytes + i, "a folded line, which is obsolete (RFC 9112, 5.2)");
        }
    }
    return answer_parse_headers(inquiry->head, inquiry->fault);
}

static bool judge_host(const struct inquiry *inquiry) {
    const char *value = once(inquiry, "Host");
    char what[200];
    if (value == NULL) {
        return false;
    }
    size_t length = trimmed(value);
    snprintf(what, sizeof what,
             "Host must be %.60s, as in the URL: the port is left out only if it is 80",
             inquiry->host);
    return (length == strlen(inquiry->host) && memcmp(value, inquiry->host, length) == 0) ||
           faulty(inquiry, value, what);
}

static bool judge_list(const struct inquiry *inquiry, const char *name, const char *element,
                       const char *what) {
    size_t from = 0;
    const char *value = answer_header(inquiry->head, name, &from);
    return answer_lists(inquiry->head, name, element) ||
           faulty(inquiry, value != NULL ? value : last_line(inquiry), what);
}

static bool judge_upgrade(const struct inquiry *inquiry) {
    return judge_list(inquiry, "Upgrade", "websocket", "no header Upgrade names websocket");
}

static bool judge_connection(const struct inquiry *inquiry) {
    return judge_list(inquiry, "Connection", "upgrade", "no header Connection names Upgrade");
}

/* 16 bytes in base64: 22 characters of which the last carries four bits only, and two equals
 * signs. */
static bool judge_key(const struct inquiry *inquiry) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *value = once(inquiry, "Sec-WebSocket-Key");
    if (value == NULL) {
        return false;
    }
    size_t good = strspn(value, digits);
    if (good != 22 || trimmed(value) != 24 || memcmp(value + 22, "==", 2) != 0) {
        return faulty(inquiry, value + (good < 22 ? good : 22),
                      "the key is not 16 bytes in base64: 22 digits and ==");
    }
    return strchr("AQgw", value[21]) != NULL ||
           faulty(inquiry, value + 21, "the last digit of the key has bits that mean nothing");
}

static bool judge_thirteen(const struct inquiry *inquiry) {
    const char *value = once(inquiry, "Sec-WebSocket-Version");
    return value != NULL && ((trimmed(value) == 2 && memcmp(value, "13", 2) == 0) ||
                             faulty(inquiry, value, "Sec-WebSocket-Version is not 13"));
}

/* Tokens, separated by commas, no two of which are the same (4.1, item 10). */
static bool judge_subprotocols(const struct inquiry *inquiry) {
    char names[SUBPROTOCOLS_MAX][NAME_SIZE];
    size_t count = 0, from = 0;
    const char *value;
    while ((value = answer_header(inquiry->head, "Sec-WebSocket-Protocol", &from)) != NULL) {
        const char *end = value + trimmed(value);
        if (value == end) {
            return faulty(inquiry, value, "Sec-WebSocket-Protocol is there and names nothing");
        }
        while (value < end && count < SUBPROTOCOLS_MAX) {
            value += strspn(value, " \t");
            size_t length = strcspn(value, ",\r"), name = length;
            while (name > 0 && (value[name - 1] == ' ' || value[name - 1] == '\t')) {
                name--;
            }
            if (!answer_is_token(value, value + name)) {
                return faulty(inquiry, value, "this subprotocol is not a token");
            }
            snprintf(names[count], NAME_SIZE, "%.*s", (int)name, value);
            for (size_t i = 0; i < count; i++) {
                if (strcmp(names[i], names[count]) == 0) {
                    return faulty(inquiry, value, "this subprotocol is offered twice");
                }
            }
            count++;
            value += length + (value[length] == ',');
        }
    }
    return true;
}

/* token *( ";" token [ "=" ( token | quoted-string ) ] ), separated by commas (9.1). Inside of the
 * quotes there is a token as well. */
static bool judge_extensions(const struct inquiry *inquiry) {
    static const char *const separators = ",;= \t\r\"";
    size_t from = 0;
    const char *value;
    while ((value = answer_header(inquiry->head, "Sec-WebSocket-Extensions", &from)) != NULL) {
        const char *end = value + trimmed(value);
        bool in_value = false;
        for (;;) {
            value += strspn(value, " \t");
            bool quoted = in_value && *value == '"';
            value += quoted;
            size_t length = strcspn(value, separators);
            if (!answer_is_token(value, value + length)) {
                return faulty(inquiry, value, "no token where 9.1 wants one");
            }
            value += length;
            if (quoted && *value++ != '"') {
                return faulty(inquiry, value - 1, "a quoted value that is not a token");
            }
            value += strspn(value, " \t");
            if (value >= end) {
                break;
            }
            if (*value != ',' && *value != ';' && (*value != '=' || in_value)) {
                return faulty(inquiry, value, "this does not follow the grammar of 9.1");
            }
            in_value = *value++ == '=';
        }
    }
    return true;
}

/* RFC 7692, 7.1: no illegal offer. */
static bool judge_deflate(const struct inquiry *inquiry) {
    return agreement_judge_offers(inquiry->head, inquiry->fault);
}

static bool judge_body(const struct inquiry *inquiry) {
    size_t from = 0;
    const char *value = answer_header(inquiry->head, "Transfer-Encoding", &from);
    if (value == NULL) {
        from = 0;
        value = answer_header(inquiry->head, "Content-Length", &from);
        value = value != NULL && trimmed(value) == 1 && *value == '0' ? NULL : value;
    }
    return value == NULL || faulty(inquiry, value, "the request announces a body");
}

static const struct {
    const char *name;
    bool (*judge)(const struct inquiry *inquiry);
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

bool inquiry_knows(const char *rule) {
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (strcmp(rules[i].name, rule) == 0) {
            return true;
        }
    }
    return false;
}

bool inquiry_judge(const struct answer *head, const char *rule, const char *target,
                   const char *host, struct answer_fault *fault) {
    const struct inquiry inquiry = {head, target, host, fault};
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (strcmp(rules[i].name, rule) == 0) {
            return rules[i].judge(&inquiry);
        }
    }
    return true;
}
