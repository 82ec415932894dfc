#include "wscheck/response_rules.h"

#include "wscheck/request.h"

#include <stdio.h>
#include <string.h>

static bool judge_accept(const struct head *answer, const struct head *request,
                         struct head_fault *fault) {
    char wanted[REQUEST_ACCEPT_SIZE], what[200];
    struct head_text value, key = {"", 0};
    size_t same = 0;
    if (!head_once(answer, "Sec-WebSocket-Accept", &value, fault)) {
        return false;
    }
    head_header(request, "Sec-WebSocket-Key", &(size_t){0}, &key);
    request_accept(key.start, key.length, wanted);
    while (same < value.length && same < strlen(wanted) && value.start[same] == wanted[same]) {
        same++;
    }
    snprintf(what, sizeof what, "Sec-WebSocket-Accept must be %s for this key", wanted);
    return head_text_is(value, wanted) || head_set_fault(fault, answer, value.start + same, what);
}

/* Whether wscheck's request offers this subprotocol. */
static bool is_offered(const struct head *request, struct head_text chosen) {
    struct head_text list, each;
    for (size_t at = 0; head_header(request, "Sec-WebSocket-Protocol", &at, &list);) {
        while (head_next_element(&list, &each)) {
            if (head_text_same(each, chosen)) {
                return true;
            }
        }
    }
    return false;
}

/* 4.2.2: the subprotocol, if there is one, has to be one that the client has offered. */
static bool judge_subprotocol(const struct head *answer, const struct head *request,
                              struct head_fault *fault) {
    struct head_text value;
    if (!head_header(answer, "Sec-WebSocket-Protocol", &(size_t){0}, &value)) {
        return true;
    }
    return head_once(answer, "Sec-WebSocket-Protocol", &value, fault) &&
           (is_offered(request, value) ||
            head_set_fault(fault, answer, value.start,
                           "this subprotocol is not one that the client offered"));
}

/* Whether a header lists an element. `missing` is the fault if the header is missing, `other` if it
 * lists other elements only. */
static bool judge_list(const struct head *answer, const char *name, const char *element,
                       struct head_fault *fault, const char *missing, const char *other) {
    size_t at = 0;
    struct head_text value;
    if (!head_header(answer, name, &at, &value)) {
        return head_set_fault(fault, answer, head_last_line(answer), missing);
    }
    return head_lists(answer, name, element) || head_set_fault(fault, answer, value.start, other);
}

enum cause response_rules_judge(const struct head *answer, const struct head *request,
                                struct head_fault *fault) {
    size_t at = 0;
    struct head_text line = head_line(answer, &at), value;
    if (!head_text_begins(line, "HTTP/1.1 101")) {
        head_set_fault(fault, answer, line.start + (line.length > 7 ? 7 : line.length),
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
        head_set_fault(fault, answer, value.start, "a 101 has no Content-Length (RFC 9110, 8.6)");
        return CAUSE_HANDSHAKE;
    }
    if (!judge_accept(answer, request, fault)) {
        return CAUSE_ACCEPT;
    }
    return judge_subprotocol(answer, request, fault) ? CAUSE_NONE : CAUSE_HANDSHAKE;
}
