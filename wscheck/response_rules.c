#include "wscheck/response_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool judge_accept(const struct head *answer, const struct request *request,
                         struct head_fault *fault) {
    char wanted[REQUEST_ACCEPT_SIZE], what[200];
    size_t at = 0, same = 0;
    struct head_text value;
    if (!head_header(answer, "Sec-WebSocket-Accept", &at, &value)) {
        return head_is_faulty(fault, answer, head_last_line(answer),
                              "there is no Sec-WebSocket-Accept");
    }
    char *key = request_value(request, "Sec-WebSocket-Key");
    request_accept(key != NULL ? key : "", key != NULL ? strlen(key) : 0, wanted);
    free(key);
    while (same < value.length && same < strlen(wanted) && value.start[same] == wanted[same]) {
        same++;
    }
    if (!head_text_is(value, wanted)) {
        snprintf(what, sizeof what, "Sec-WebSocket-Accept must be %s for this key", wanted);
        return head_is_faulty(fault, answer, value.start + same, what);
    }
    return !head_header(answer, "Sec-WebSocket-Accept", &at, &value) ||
           head_is_faulty(fault, answer, value.start,
                          "Sec-WebSocket-Accept appears more than once");
}

/* Whether the request, which is our own, offers this subprotocol. */
static bool is_offered(const struct request *request, struct head_text chosen) {
    static const char name[] = "Sec-WebSocket-Protocol:";
    for (size_t i = 1; i < request->count; i++) {
        const struct request_line *line = &request->lines[i];
        if (line->length < sizeof name - 1 ||
            strncasecmp((const char *)line->bytes, name, sizeof name - 1) != 0) {
            continue;
        }
        struct head_text list = {(const char *)line->bytes + sizeof name - 1,
                                 line->length - (sizeof name - 1)};
        struct head_text each;
        while (head_next_element(&list, &each)) {
            if (head_text_same(each, chosen)) {
                return true;
            }
        }
    }
    return false;
}

/* 4.2.2: a subprotocol, if there is one, is one of those that the client has offered. */
static bool judge_subprotocol(const struct head *answer, const struct request *request,
                              struct head_fault *fault) {
    size_t at = 0;
    struct head_text value, second;
    if (!head_header(answer, "Sec-WebSocket-Protocol", &at, &value)) {
        return true;
    }
    if (!is_offered(request, value)) {
        return head_is_faulty(fault, answer, value.start,
                              "this subprotocol is not one that the client offered");
    }
    return !head_header(answer, "Sec-WebSocket-Protocol", &at, &second) ||
           head_is_faulty(fault, answer, second.start,
                          "Sec-WebSocket-Protocol appears more than once");
}

/* Whether a header names a word; `missing` and `other` say what is wrong if not. */
static bool judge_list(const struct head *answer, const char *name, const char *element,
                       struct head_fault *fault, const char *missing, const char *other) {
    size_t at = 0;
    struct head_text value;
    if (!head_header(answer, name, &at, &value)) {
        return head_is_faulty(fault, answer, head_last_line(answer), missing);
    }
    return head_lists(answer, name, element) || head_is_faulty(fault, answer, value.start, other);
}

enum cause response_rules_judge(const struct head *answer, const struct request *request,
                                struct head_fault *fault) {
    size_t at = 0;
    struct head_text line = head_line(answer, &at), value;
    if (!head_text_begins(line, "HTTP/1.1 101")) {
        head_is_faulty(fault, answer, line.start + (line.length > 7 ? 7 : line.length),
                       "the answer is not HTTP/1.1 101");
        return answer->status == 101 ? CAUSE_HANDSHAKE : CAUSE_REFUSED;
    }
    if (!judge_list(answer, "Upgrade", "websocket", fault,
                    "the header Upgrade: websocket is missing", "Upgrade must be websocket") ||
        !judge_list(answer, "Connection", "upgrade", fault,
                    "the header Connection: Upgrade is missing", "Connection must name Upgrade")) {
        return CAUSE_HANDSHAKE;
    }
    at = 0;
    if (head_header(answer, "Content-Length", &at, &value)) {
        head_is_faulty(fault, answer, value.start, "a 101 has no Content-Length (RFC 9110, 8.6)");
        return CAUSE_HANDSHAKE;
    }
    if (!judge_accept(answer, request, fault)) {
        return CAUSE_ACCEPT;
    }
    return judge_subprotocol(answer, request, fault) ? CAUSE_NONE : CAUSE_HANDSHAKE;
}
