#include "wscheck/head.h"

#include "common/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

size_t head_length(const uint8_t *bytes, size_t len) {
    for (size_t i = 3; i < len; i++) {
        if (memcmp(bytes + i - 3, "\r\n\r\n", 4) == 0) {
            return i + 1;
        }
    }
    return 0;
}

static bool faulty(struct head_fault *fault, const struct head *answer, const char *where,
                   const char *what) {
    snprintf(fault->what, sizeof fault->what, "%s", what);
    fault->wrong = (size_t)(where - (const char *)answer->bytes);
    return false;
}

bool head_is_token(const char *start, const char *end) {
    for (const char *next = start; next < end; next++) {
        if (*next <= ' ' || *next > '~' || strchr("()<>@,;:\\\"/[]?={}", *next) != NULL) {
            return false;
        }
    }
    return start < end;
}

bool head_parse(struct head *answer, struct head_fault *fault) {
    const char *line = (const char *)answer->bytes;
    if (strncmp(line, "HTTP/1.", 7) != 0 || line[8] != ' ') {
        return faulty(fault, answer, line, "this does not begin like an HTTP/1.1 status line");
    }
    if (strspn(line + 9, "0123456789") != 3 || (line[12] != ' ' && line[12] != '\r')) {
        return faulty(fault, answer, line + 9, "the status code is not three digits and a space");
    }
    answer->status = (int)strtol(line + 9, NULL, 10);
    return head_parse_headers(answer, fault);
}

bool head_parse_headers(const struct head *answer, struct head_fault *fault) {
    const char *line = (const char *)answer->bytes;
    const char *last = line + answer->length - 2; /* the empty line */
    for (line = strstr(line, "\r\n") + 2; line < last; line = strstr(line, "\r\n") + 2) {
        const char *end = strstr(line, "\r\n"), *colon = memchr(line, ':', (size_t)(end - line));
        if (colon == NULL || !head_is_token(line, colon)) {
            return faulty(fault, answer, line, "this is no header line: a name, a colon, a value");
        }
        for (const char *next = colon; next < end; next++) {
            if ((unsigned char)*next < ' ' && *next != '\t') {
                return faulty(fault, answer, next, "a control character in a header line");
            }
        }
    }
    return true;
}

const char *head_header(const struct head *answer, const char *name, size_t *from) {
    const char *start = (const char *)answer->bytes;
    const char *line = strstr(start + *from, "\r\n");
    while (line != NULL && line[2] != '\r' && line[2] != '\0') {
        line += 2;
        if (strncasecmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':') {
            const char *value = line + strlen(name) + 1;
            *from = (size_t)(value - start);
            return value + strspn(value, " \t");
        }
        line = strstr(line, "\r\n");
    }
    return NULL;
}

size_t head_value_length(const char *value) {
    size_t length = strcspn(value, "\r\n");
    while (length > 0 && (value[length - 1] == ' ' || value[length - 1] == '\t')) {
        length--;
    }
    return length;
}

bool head_copy_value(const struct head *head, const char *name, char *out, size_t capacity) {
    size_t from = 0;
    const char *value = head_header(head, name, &from);
    out[0] = '\0';
    if (value != NULL) {
        snprintf(out, capacity, "%.*s", (int)head_value_length(value), value);
    }
    return value != NULL;
}

/* Whether a comma-separated list, which ends at the end of its line, has an element. */
static bool list_has(const char *list, const char *element, bool exact) {
    size_t wanted = strlen(element);
    for (;;) {
        list += strspn(list, " \t,");
        size_t length = strcspn(list, ",\r\n"), trimmed = length;
        while (trimmed > 0 && (list[trimmed - 1] == ' ' || list[trimmed - 1] == '\t')) {
            trimmed--;
        }
        if (length == 0) {
            return false;
        }
        if (trimmed == wanted &&
            (exact ? strncmp(list, element, wanted) : strncasecmp(list, element, wanted)) == 0) {
            return true;
        }
        list += length;
    }
}

bool head_lists(const struct head *answer, const char *name, const char *element) {
    size_t from = 0;
    const char *value;
    while ((value = head_header(answer, name, &from)) != NULL) {
        if (list_has(value, element, false)) {
            return true;
        }
    }
    return false;
}

static bool judge_accept(const struct head *answer, const struct request *request,
                         struct head_fault *fault) {
    char wanted[REQUEST_ACCEPT_SIZE], what[200];
    size_t from = 0;
    const char *value = head_header(answer, "Sec-WebSocket-Accept", &from);
    if (value == NULL) {
        return faulty(fault, answer, (const char *)answer->bytes + answer->length - 2,
                      "there is no Sec-WebSocket-Accept");
    }
    char *key = request_value(request, "Sec-WebSocket-Key");
    request_accept(key != NULL ? key : "", wanted);
    free(key);
    size_t length = strcspn(value, "\r"), same = 0;
    while (same < length && value[same] == wanted[same]) {
        same++;
    }
    while (length > 0 && value[length - 1] == ' ') {
        length--;
    }
    if (same != strlen(wanted) || length != strlen(wanted)) {
        snprintf(what, sizeof what, "Sec-WebSocket-Accept must be %s for this key", wanted);
        return faulty(fault, answer, value + same, what);
    }
    return head_header(answer, "Sec-WebSocket-Accept", &from) == NULL ||
           faulty(fault, answer, (const char *)answer->bytes + from,
                  "Sec-WebSocket-Accept appears more than once");
}

/* 4.2.2: a subprotocol, if there is one, is one of those that the client has offered. */
static bool judge_subprotocol(const struct head *answer, const struct request *request,
                              struct head_fault *fault) {
    size_t from = 0;
    const char *value = head_header(answer, "Sec-WebSocket-Protocol", &from);
    if (value == NULL) {
        return true;
    }
    char chosen[256];
    snprintf(chosen, sizeof chosen, "%.*s", (int)strcspn(value, "\r"), value);
    for (size_t i = 1; i < request->count; i++) {
        static const char name[] = "Sec-WebSocket-Protocol:";
        const char *line = (const char *)request->lines[i].bytes;
        if (strncasecmp(line, name, strlen(name)) == 0 &&
            list_has(line + strlen(name), chosen, true)) {
            return head_header(answer, "Sec-WebSocket-Protocol", &from) == NULL ||
                   faulty(fault, answer, (const char *)answer->bytes + from,
                          "Sec-WebSocket-Protocol appears more than once");
        }
    }
    return faulty(fault, answer, value, "this subprotocol is not one that the client offered");
}

bool head_judge(const struct head *answer, const struct request *request,
                struct head_fault *fault) {
    const char *start = (const char *)answer->bytes;
    const char *last = start + answer->length - 2, *value;
    size_t from = 0;
    if (strncmp(start, "HTTP/1.1 101", 12) != 0) {
        return faulty(fault, answer, start + 7, "the answer is not HTTP/1.1 101");
    }
    value = head_header(answer, "Upgrade", &from);
    if (value == NULL) {
        return faulty(fault, answer, last, "the header Upgrade: websocket is missing");
    }
    if (!head_lists(answer, "Upgrade", "websocket")) {
        return faulty(fault, answer, value, "Upgrade must be websocket");
    }
    from = 0;
    value = head_header(answer, "Connection", &from);
    if (value == NULL) {
        return faulty(fault, answer, last, "the header Connection: Upgrade is missing");
    }
    if (!head_lists(answer, "Connection", "upgrade")) {
        return faulty(fault, answer, value, "Connection must name Upgrade");
    }
    from = 0;
    value = head_header(answer, "Content-Length", &from);
    if (value != NULL) {
        return faulty(fault, answer, value, "a 101 has no Content-Length (RFC 9110, 8.6)");
    }
    return judge_accept(answer, request, fault) && judge_subprotocol(answer, request, fault);
}
