#include "step06_client/client_response.h"

#include "common/text.h"

#include <string.h>

enum { STATUS_LINE_MAX = 1024 }; /* bytes, CR LF included; a reason phrase is a few words */

void client_response_init(struct client_response *answer) {
    answer->status = 0;
    answer->reason_length = 0;
    answer->problem = HTTP_INCOMPLETE;
    http_head_init(&answer->head);
}

/* Parses "HTTP/1." digit SP three digits, SP reason. The space and the reason may be missing: RFC
 * 9112, 4 wants the space, but some servers forget it. */
static bool parse_status_line(struct client_response *answer, struct http_text line) {
    const char *at = line.start;
    bool good = line.length >= strlen("HTTP/1.1 200") && text_is_digit(at[7]) && at[8] == ' ' &&
                at[9] >= '1' && text_is_digit(at[9]) && text_is_digit(at[10]) &&
                text_is_digit(at[11]) && (line.length == 12 || at[12] == ' ');
    if (!good) {
        return false;
    }
    answer->head.version = at[7] == '0' ? 10 : 11;
    answer->status = (at[9] - '0') * 100 + (at[10] - '0') * 10 + (at[11] - '0');
    answer->reason_length = line.length > 13 ? line.length - 13 : 0;
    return true;
}

enum client_response_verdict client_response_parse(struct client_response *answer,
                                                   const char *bytes, size_t len) {
    static const char version[] = "HTTP/1.";
    size_t compared = len < strlen(version) ? len : strlen(version);
    if (memcmp(bytes, version, compared) != 0) {
        bool is_alert = bytes[0] == 0x15; /* RFC 8446, 5.1 */
        return is_alert ? CLIENT_RESPONSE_TLS : CLIENT_RESPONSE_NOT_HTTP;
    }
    struct http_text line;
    enum http_verdict verdict = http_head_parse(&answer->head, bytes, len, &line);
    if (verdict == HTTP_START_LINE) {
        if (line.length + strlen("\r\n") > STATUS_LINE_MAX || !parse_status_line(answer, line)) {
            return CLIENT_RESPONSE_BAD_STATUS_LINE;
        }
        verdict = http_head_parse(&answer->head, bytes, len, &line);
    }
    answer->reason = (struct http_text){bytes + 13, answer->reason_length};
    answer->problem = verdict;
    if (verdict == HTTP_COMPLETE) {
        return CLIENT_RESPONSE_COMPLETE;
    }
    bool has_line = answer->head.has_start_line;
    if (verdict == HTTP_INCOMPLETE && (has_line || answer->head.scanned < STATUS_LINE_MAX)) {
        return CLIENT_RESPONSE_INCOMPLETE;
    }
    return has_line ? CLIENT_RESPONSE_BAD_HEADERS : CLIENT_RESPONSE_BAD_STATUS_LINE;
}

const char *client_response_sentence(const struct client_response *answer,
                                     enum client_response_verdict verdict) {
    static const char *const sentences[] = {
        [CLIENT_RESPONSE_COMPLETE] = "The answer is complete.",
        [CLIENT_RESPONSE_INCOMPLETE] = "The answer did not arrive in full.",
        [CLIENT_RESPONSE_NOT_HTTP] = "The answer is not HTTP/1.",
        [CLIENT_RESPONSE_TLS] = "The server speaks TLS at this port, and this client does not.",
        [CLIENT_RESPONSE_BAD_STATUS_LINE] =
            "The answer's first line is no status line with CR LF after it.",
    };
    return verdict == CLIENT_RESPONSE_BAD_HEADERS ? http_verdict_sentence(answer->problem)
                                                  : sentences[verdict];
}
