#include "step06_client/answer.h"

#include <string.h>

enum { STATUS_LINE_MAX = 1024 }; /* a reason phrase is a few words */

void answer_init(struct answer *answer) {
    memset(answer, 0, sizeof *answer);
    answer->problem = HTTP_INCOMPLETE;
}

static bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

/* Whether the bytes so far can begin a status line of HTTP/1. */
static bool begins_well(const char *bytes, size_t len) {
    static const char name[] = "HTTP/1.";
    size_t compared = len < strlen(name) ? len : strlen(name);
    return memcmp(bytes, name, compared) == 0;
}

/* "HTTP/1." digit SP three digits, then SP and a reason, which may both be missing: RFC 9112, 4
 * wants the space, but servers forget it. */
static enum answer_verdict parse_status_line(struct answer *answer, struct http_text line) {
    const char *at = line.start;
    bool good = line.length >= strlen("HTTP/1.1 200") && is_digit(at[7]) && at[8] == ' ' &&
                at[9] >= '1' && is_digit(at[9]) && is_digit(at[10]) && is_digit(at[11]) &&
                (line.length == 12 || at[12] == ' ');
    if (!good) {
        return ANSWER_BAD_STATUS_LINE;
    }
    answer->head.version = at[7] == '0' ? 10 : 11;
    answer->status = (at[9] - '0') * 100 + (at[10] - '0') * 10 + (at[11] - '0');
    answer->reason_length = line.length > 13 ? line.length - 13 : 0;
    return ANSWER_COMPLETE;
}

/* Looks for the end of the status line. */
static enum answer_verdict take_status_line(struct answer *answer, const char *bytes, size_t len) {
    if (!begins_well(bytes, len)) {
        return ANSWER_NOT_HTTP;
    }
    const char *end = len > 0 ? memchr(bytes, '\n', len) : NULL;
    if (end == NULL) {
        return len < STATUS_LINE_MAX ? ANSWER_INCOMPLETE : ANSWER_BAD_STATUS_LINE;
    }
    if (end == bytes || end[-1] != '\r') {
        return ANSWER_BAD_STATUS_LINE;
    }
    size_t size = (size_t)(end + 1 - bytes);
    answer->has_status_line = true;
    http_response_init(&answer->head, size);
    return parse_status_line(answer, (struct http_text){bytes, size - 2});
}

enum answer_verdict answer_parse(struct answer *answer, const char *bytes, size_t len) {
    if (!answer->has_status_line) {
        enum answer_verdict verdict = take_status_line(answer, bytes, len);
        if (verdict != ANSWER_COMPLETE) {
            return verdict;
        }
    }
    answer->reason = (struct http_text){bytes + 13, answer->reason_length};
    answer->problem = http_parse(&answer->head, bytes, len);
    return answer->problem == HTTP_COMPLETE     ? ANSWER_COMPLETE
           : answer->problem == HTTP_INCOMPLETE ? ANSWER_INCOMPLETE
                                                : ANSWER_BAD_HEADERS;
}

const char *answer_sentence(const struct answer *answer, enum answer_verdict verdict) {
    static const char *const sentences[] = {
        [ANSWER_COMPLETE] = "The answer is complete.",
        [ANSWER_INCOMPLETE] = "The answer did not arrive in full.",
        [ANSWER_NOT_HTTP] = "The answer is not HTTP/1.",
        [ANSWER_BAD_STATUS_LINE] =
            "The answer's first line is no status line with CR LF behind it.",
    };
    return verdict == ANSWER_BAD_HEADERS ? http_verdict_sentence(answer->problem)
                                         : sentences[verdict];
}
