#include "tests/fuzz/oracle_http.h"

#include <string.h>

static struct head_text between(const char *from, const char *until) {
    return (struct head_text){from, (size_t)(until - from)};
}

static bool blank(char character) {
    return character == ' ' || character == '\t';
}

/* Returns whether every byte lies between two, or is a tab if `tabs` allows it. */
static bool lies_between(struct head_text text, unsigned low, unsigned high, bool tabs) {
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.start[i];
        if ((byte < low || byte > high) && !(tabs && byte == '\t')) {
            return false;
        }
    }
    return true;
}

/* RFC 9112, 3: method SP request-target SP HTTP-version. */
static enum http_verdict judge_request_line(struct oracle_request *request, struct head_text line) {
    const char *end = line.start + line.length;
    const char *first = head_text_find(line, " ");
    const char *second = first != NULL ? head_text_find(between(first + 1, end), " ") : NULL;
    if (second == NULL || second == first + 1) {
        return HTTP_BAD_REQUEST_LINE;
    }
    request->method = between(line.start, first);
    request->target = between(first + 1, second);
    if (!head_text_is_token(request->method)) {
        return HTTP_BAD_METHOD;
    }
    if (!lies_between(request->target, 0x21, 0x7e, false)) {
        return HTTP_BAD_TARGET;
    }
    struct head_text version = between(second + 1, end);
    const char *text = version.start;
    if (head_text_find(version, " ") != NULL) {
        return HTTP_BAD_REQUEST_LINE;
    }
    if (version.length != 8 || !head_text_begins(version, "HTTP/") || text[5] < '0' ||
        text[5] > '9' || text[6] != '.' || text[7] < '0' || text[7] > '9') {
        return HTTP_BAD_VERSION;
    }
    request->version = text[7] == '0' ? 10 : 11;
    return text[5] == '1' ? HTTP_INCOMPLETE : HTTP_UNSUPPORTED_VERSION;
}

/* RFC 9112, 5: field-name ":" OWS field-value OWS. */
static enum http_verdict judge_header(struct oracle_request *request, struct head_text line) {
    const char *colon = head_text_find(line, ":");
    if (blank(line.start[0])) {
        return HTTP_FOLDED_HEADER;
    }
    if (colon == NULL) {
        return HTTP_NO_COLON;
    }
    if (!head_text_is_token(between(line.start, colon))) {
        return HTTP_BAD_HEADER_NAME;
    }
    const char *from = colon + 1, *until = line.start + line.length;
    while (from < until && blank(*from)) {
        from++;
    }
    while (from < until && blank(until[-1])) {
        until--;
    }
    struct head_text value = between(from, until);
    if (!lies_between(value, 0x20, 0xff, true) || memchr(from, 0x7f, value.length) != NULL) {
        return HTTP_BAD_HEADER_VALUE;
    }
    if (request->header_count >= HTTP_HEADERS_MAX) {
        return HTTP_TOO_MANY_HEADERS;
    }
    request->names[request->header_count] = between(line.start, colon);
    request->values[request->header_count++] = value;
    return HTTP_INCOMPLETE;
}

/* Judges one byte, given the line up to it. */
static enum http_verdict judge_byte(const char *bytes, size_t at, size_t line_start, bool first) {
    bool after_cr = at > line_start && bytes[at - 1] == '\r';
    if (at == 1 && memcmp(bytes, "\x16\x03", 2) == 0) {
        return HTTP_TLS;
    }
    if (bytes[at] == '\0') {
        return HTTP_NUL;
    }
    if (after_cr && bytes[at] != '\n') {
        return HTTP_BARE_CR;
    }
    if (!after_cr && bytes[at] == '\n') {
        return HTTP_BARE_LF;
    }
    return first && at - line_start + 1 > HTTP_LINE_MAX ? HTTP_LINE_TOO_LONG : HTTP_INCOMPLETE;
}

void oracle_http(const char *bytes, size_t length, struct oracle_request *request) {
    size_t line_start = 0, first_line = 0;
    bool in_headers = false;
    memset(request, 0, sizeof *request);
    request->verdict = HTTP_INCOMPLETE;
    for (size_t at = 0; at < length && request->verdict == HTTP_INCOMPLETE; at++) {
        request->verdict = judge_byte(bytes, at, line_start, !in_headers);
        if (request->verdict == HTTP_INCOMPLETE && bytes[at] == '\n') {
            struct head_text line = between(bytes + line_start, bytes + at - 1);
            if (in_headers && line.length == 0) {
                request->head_size = at + 1;
                request->head.bytes = (uint8_t *)bytes + first_line;
                request->head.length = at + 1 - first_line;
                request->verdict = oracle_fields(request);
            } else if (in_headers) {
                request->verdict = judge_header(request, line);
            } else if (line_start > 0 || line.length > 0) {
                in_headers = true;
                first_line = line_start;
                request->verdict = judge_request_line(request, line);
            }
            line_start = at + 1;
        }
        if (request->verdict == HTTP_INCOMPLETE && at + 1 >= HTTP_HEAD_MAX) {
            request->verdict = HTTP_HEAD_TOO_LARGE;
        }
    }
}

size_t oracle_count(const struct oracle_request *request, const char *name,
                    struct head_text *first) {
    size_t count = 0;
    struct head_text value;
    for (size_t at = 0; head_header(&request->head, name, &at, &value); count++) {
        *first = count == 0 ? value : *first;
    }
    return count;
}
