#include "step02_http/http_log.h"

#include "common/log.h"
#include "common/text.h"

void http_log_first_line(uint64_t number, const char *bytes, size_t count) {
    char shown[120];
    size_t start = 0;
    while (start < count && (bytes[start] == '\r' || bytes[start] == '\n')) {
        start++;
    }
    size_t end = start;
    while (end < count && bytes[end] != '\r' && bytes[end] != '\n') {
        end++;
    }
    if (end > start) {
        log_event(number, "refused: \"%s\"",
                  text_printable(bytes + start, end - start, shown, sizeof shown));
    }
}

void http_log_headers(uint64_t number, const struct http_head *head, const char *name) {
    for (size_t i = 0; i < head->header_count; i++) {
        struct http_header header = http_header_at(head, i);
        char left[64], right[256];
        if (name == NULL || http_text_is_nocase(header.name, name)) {
            log_event(number, "  %s: %s",
                      text_printable(header.name.start, header.name.length, left, sizeof left),
                      text_printable(header.value.start, header.value.length, right, sizeof right));
        }
    }
}

void http_log_answer(uint64_t number, const struct reply *reply) {
    log_event(number, "answered %d %s: %.*s", reply->status, http_response_reason(reply->status),
              reply->log_length, reply->log);
}
