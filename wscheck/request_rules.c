#include "wscheck/request_rules.h"

#include "wscheck/negotiation.h"

#include <stdio.h>
#include <string.h>

enum { SUBPROTOCOLS_MAX = 64, NAME_SIZE = 128 };

/* What a rule is judged by. */
struct evidence {
    const struct head *head;
    const char *target, *host;
    struct head_fault *fault;
};

static bool faulty(const struct evidence *evidence, const char *where, const char *what) {
    snprintf(evidence->fault->what, sizeof evidence->fault->what, "%s", what);
    evidence->fault->wrong = (size_t)(where - (const char *)evidence->head->bytes);
    return false;
}

static const char *first_line(const struct evidence *evidence) {
    return (const char *)evidence->head->bytes;
}

/* The empty line, which is marked when something is missing. */
static const char *last_line(const struct evidence *evidence) {
    return first_line(evidence) + evidence->head->length - 2;
}

/* The value of a header that must stand there once, or NULL with a fault. */
static const char *once(const struct evidence *evidence, const char *name) {
    char what[120];
    size_t from = 0;
    const char *value = head_header(evidence->head, name, &from);
    if (value == NULL) {
        snprintf(what, sizeof what, "there is no header %s", name);
        faulty(evidence, last_line(evidence), what);
        return NULL;
    }
    const char *second = head_header(evidence->head, name, &from);
    if (second != NULL) {
        snprintf(what, sizeof what, "%s appears more than once", name);
        faulty(evidence, second, what);
        return NULL;
    }
    return value;
}

static bool judge_method(const struct evidence *evidence) {
    return strncmp(first_line(evidence), "GET ", 4) == 0 ||
           faulty(evidence, first_line(evidence), "the method is not GET");
}

static bool judge_version(const struct evidence *evidence) {
    const char *line = first_line(evidence), *end = strstr(line, "\r\n");
    const char *space = end;
    while (space > line && *space != ' ') {
        space--;
    }
    return (strncmp(space, " HTTP/1.", 8) == 0 && space[8] >= '1' && space[8] <= '9' &&
            space + 9 == end) ||
           faulty(evidence, space + 1, "the version is not HTTP/1.1");
}

static bool judge_target(const struct evidence *evidence) {
    const char *start = strchr(first_line(evidence), ' ');
    char whole[512];
    size_t length = start != NULL ? strcspn(start + 1, " \r") : 0;
    snprintf(whole, sizeof whole, "http://%s%s", evidence->host, evidence->target);
    if (start != NULL &&
        ((length == strlen(evidence->target) && memcmp(start + 1, evidence->target, length) == 0) ||
         (length == strlen(whole) && memcmp(start + 1, whole, length) == 0))) {
        return true;
    }
    return faulty(evidence, start != NULL ? start + 1 : first_line(evidence),
                  "the target is not the resource name of the URL, path and query");
}

static bool judge_lines(const struct evidence *evidence) {
    const char *bytes = first_line(evidence);
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
    const char *value = once(evidence, "Host");
    char what[200];
    if (value == NULL) {
        return false;
    }
    size_t length = head_value_length(value);
    snprintf(what, sizeof what,
             "Host must be %.60s, as in the URL: the port is left out only if it is 80",
             evidence->host);
    return (length == strlen(evidence->host) && memcmp(value, evidence->host, length) == 0) ||
           faulty(evidence, value, what);
}

static bool judge_list(const struct evidence *evidence, const char *name, const char *element,
                       const char *what) {
    size_t from = 0;
    const char *value = head_header(evidence->head, name, &from);
    return head_lists(evidence->head, name, element) ||
           faulty(evidence, value != NULL ? value : last_line(evidence), what);
}

static bool judge_upgrade(const struct evidence *evidence) {
    return judge_list(evidence, "Upgrade", "websocket", "no header Upgrade names websocket");
}

static bool judge_connection(const struct evidence *evidence) {
    return judge_list(evidence, "Connection", "upgrade", "no header Connection names Upgrade");
}

/* 16 bytes in base64: 22 characters of which the last carries four bits only, and two equals
 * signs. */
static bool judge_key(const struct evidence *evidence) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *value = once(evidence, "Sec-WebSocket-Key");
    if (value == NULL) {
        return false;
    }
    size_t good = strspn(value, digits);
    if (good != 22 || head_value_length(value) != 24 || memcmp(value + 22, "==", 2) != 0) {
        return faulty(evidence, value + (good < 22 ? good : 22),
                      "the key is not 16 bytes in base64: 22 digits and ==");
    }
    return strchr("AQgw", value[21]) != NULL ||
           faulty(evidence, value + 21, "the last digit of the key has bits that mean nothing");
}

static bool judge_thirteen(const struct evidence *evidence) {
    const char *value = once(evidence, "Sec-WebSocket-Version");
    return value != NULL && ((head_value_length(value) == 2 && memcmp(value, "13", 2) == 0) ||
                             faulty(evidence, value, "Sec-WebSocket-Version is not 13"));
}

/* Tokens, separated by commas, no two of which are the same (4.1, item 10). */
static bool judge_subprotocols(const struct evidence *evidence) {
    char names[SUBPROTOCOLS_MAX][NAME_SIZE];
    size_t count = 0, from = 0;
    const char *value;
    while ((value = head_header(evidence->head, "Sec-WebSocket-Protocol", &from)) != NULL) {
        const char *end = value + head_value_length(value);
        if (value == end) {
            return faulty(evidence, value, "Sec-WebSocket-Protocol is there and names nothing");
        }
        while (value < end && count < SUBPROTOCOLS_MAX) {
            value += strspn(value, " \t");
            size_t length = strcspn(value, ",\r"), name = length;
            while (name > 0 && (value[name - 1] == ' ' || value[name - 1] == '\t')) {
                name--;
            }
            if (!head_is_token(value, value + name)) {
                return faulty(evidence, value, "this subprotocol is not a token");
            }
            snprintf(names[count], NAME_SIZE, "%.*s", (int)name, value);
            for (size_t i = 0; i < count; i++) {
                if (strcmp(names[i], names[count]) == 0) {
                    return faulty(evidence, value, "this subprotocol is offered twice");
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
static bool judge_extensions(const struct evidence *evidence) {
    static const char *const separators = ",;= \t\r\"";
    size_t from = 0;
    const char *value;
    while ((value = head_header(evidence->head, "Sec-WebSocket-Extensions", &from)) != NULL) {
        const char *end = value + head_value_length(value);
        bool in_value = false;
        for (;;) {
            value += strspn(value, " \t");
            bool quoted = in_value && *value == '"';
            value += quoted;
            size_t length = strcspn(value, separators);
            if (!head_is_token(value, value + length)) {
                return faulty(evidence, value, "no token where 9.1 wants one");
            }
            value += length;
            if (quoted && *value++ != '"') {
                return faulty(evidence, value - 1, "a quoted value that is not a token");
            }
            value += strspn(value, " \t");
            if (value >= end) {
                break;
            }
            if (*value != ',' && *value != ';' && (*value != '=' || in_value)) {
                return faulty(evidence, value, "this does not follow the grammar of 9.1");
            }
            in_value = *value++ == '=';
        }
    }
    return true;
}

/* RFC 7692, 7.1: no illegal offer. */
static bool judge_deflate(const struct evidence *evidence) {
    return negotiation_judge_offers(evidence->head, evidence->fault);
}

static bool judge_body(const struct evidence *evidence) {
    size_t from = 0;
    const char *value = head_header(evidence->head, "Transfer-Encoding", &from);
    if (value == NULL) {
        from = 0;
        value = head_header(evidence->head, "Content-Length", &from);
        value = value != NULL && head_value_length(value) == 1 && *value == '0' ? NULL : value;
    }
    return value == NULL || faulty(evidence, value, "the request announces a body");
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

bool request_rules_know(const char *rule) {
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (strcmp(rules[i].name, rule) == 0) {
            return true;
        }
    }
    return false;
}

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
