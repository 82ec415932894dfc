#include "fuzz/oracle_http.h"

#include <stdlib.h>
#include <string.h>

bool oracle_is_token(const char *string) {
    static const char allowed[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return string[0] != '\0' && strspn(string, allowed) == strlen(string);
}

static char small(char character) {
    static const char large_ones[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const char *at = character == '\0' ? NULL : strchr(large_ones, character);
    return at == NULL ? character : "abcdefghijklmnopqrstuvwxyz"[at - large_ones];
}

bool oracle_same_nocase(const char *one, const char *other) {
    size_t at = 0;
    while (one[at] != '\0' && small(one[at]) == small(other[at])) {
        at++;
    }
    return one[at] == '\0' && other[at] == '\0';
}

/* The first place of a character in a range, or the range's end. */
static size_t find(const char *bytes, struct oracle_range range, char character) {
    size_t at = range.from;
    while (at < range.until && bytes[at] != character) {
        at++;
    }
    return at;
}

static bool blank(char character) {
    return character == ' ' || character == '\t';
}

static struct oracle_range without_blanks(const char *bytes, struct oracle_range range) {
    while (range.from < range.until && blank(bytes[range.from])) {
        range.from++;
    }
    while (range.from < range.until && blank(bytes[range.until - 1])) {
        range.until--;
    }
    return range;
}

static char *string_of(const char *bytes, struct oracle_range range) {
    size_t length = range.until - range.from;
    char *string = fuzz_resize(NULL, length + 1);
    memcpy(string, bytes + range.from, length);
    string[length] = '\0'; /* no byte of a head is a NUL */
    return string;
}

static bool range_is_token(const char *bytes, struct oracle_range range) {
    char *string = string_of(bytes, range);
    bool good = oracle_is_token(string);
    free(string);
    return good;
}

/* RFC 9112, 3: method SP request-target SP HTTP-version. */
static enum http_verdict judge_request_line(struct oracle_request *request,
                                            struct oracle_range line) {
    const char *bytes = request->bytes;
    size_t first = find(bytes, line, ' ');
    struct oracle_range behind = {first + 1, line.until};
    size_t second = first < line.until ? find(bytes, behind, ' ') : line.until;
    if (first == line.until || second == line.until || second == first + 1) {
        return HTTP_BAD_REQUEST_LINE;
    }
    request->method = (struct oracle_range){line.from, first};
    request->target = (struct oracle_range){first + 1, second};
    if (!range_is_token(bytes, request->method)) {
        return HTTP_BAD_METHOD;
    }
    for (size_t at = first + 1; at < second; at++) {
        unsigned char byte = (unsigned char)bytes[at];
        if (byte <= 0x20 || byte >= 0x7f) {
            return HTTP_BAD_TARGET;
        }
    }
    const char *version = bytes + second + 1;
    struct oracle_range rest = {second + 1, line.until};
    if (find(bytes, rest, ' ') < line.until) {
        return HTTP_BAD_REQUEST_LINE;
    }
    if (line.until - rest.from != 8 || strncmp(version, "HTTP/", 5) != 0 || version[5] < '0' ||
        version[5] > '9' || version[6] != '.' || version[7] < '0' || version[7] > '9') {
        return HTTP_BAD_VERSION;
    }
    request->version = version[7] == '0' ? 10 : 11;
    return version[5] == '1' ? HTTP_INCOMPLETE : HTTP_UNSUPPORTED_VERSION;
}

/* RFC 9112, 5: field-name ":" OWS field-value OWS. */
static enum http_verdict judge_header(struct oracle_request *request, struct oracle_range line) {
    const char *bytes = request->bytes;
    size_t colon = find(bytes, line, ':');
    struct oracle_range name = {line.from, colon}, rest = {colon + 1, line.until};
    if (blank(bytes[line.from])) {
        return HTTP_FOLDED_HEADER;
    }
    if (colon == line.until) {
        return HTTP_NO_COLON;
    }
    if (!range_is_token(bytes, name)) {
        return HTTP_BAD_HEADER_NAME;
    }
    struct oracle_range value = without_blanks(bytes, rest);
    for (size_t at = value.from; at < value.until; at++) {
        unsigned char byte = (unsigned char)bytes[at];
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f) {
            return HTTP_BAD_HEADER_VALUE;
        }
    }
    if (request->header_count >= HTTP_HEADERS_MAX) {
        return HTTP_TOO_MANY_HEADERS;
    }
    request->names[request->header_count] = name;
    request->values[request->header_count++] = value;
    return HTTP_INCOMPLETE;
}

/* What one byte shows, in view of the line so far. */
static enum http_verdict judge_byte(const char *bytes, size_t at, size_t line_start, bool first) {
    bool behind_cr = at > line_start && bytes[at - 1] == '\r';
    if (at == 1 && memcmp(bytes, "\x16\x03", 2) == 0) {
        return HTTP_TLS;
    }
    if (bytes[at] == '\0') {
        return HTTP_NUL;
    }
    if (behind_cr && bytes[at] != '\n') {
        return HTTP_BARE_CR;
    }
    if (!behind_cr && bytes[at] == '\n') {
        return HTTP_BARE_LF;
    }
    return first && at - line_start + 1 > HTTP_LINE_MAX ? HTTP_LINE_TOO_LONG : HTTP_INCOMPLETE;
}

void oracle_http(const char *bytes, size_t length, struct oracle_request *request) {
    size_t line_start = 0, lines = 0;
    memset(request, 0, sizeof *request);
    request->bytes = bytes;
    request->verdict = HTTP_INCOMPLETE;
    for (size_t at = 0; at < length && request->verdict == HTTP_INCOMPLETE; at++) {
        request->verdict = judge_byte(bytes, at, line_start, lines == 0);
        if (request->verdict == HTTP_INCOMPLETE && bytes[at] == '\n') {
            struct oracle_range line = {line_start, at - 1};
            bool empty = line.from == line.until;
            line_start = at + 1;
            if (lines == 0 && !(empty && line.from == 0)) {
                lines = 1;
                request->verdict = judge_request_line(request, line);
            } else if (lines > 0 && !empty) {
                request->verdict = judge_header(request, line);
            } else if (lines > 0) {
                request->head_size = at + 1;
                request->verdict = oracle_fields(request);
            }
        }
        if (request->verdict == HTTP_INCOMPLETE && at + 1 >= HTTP_HEAD_MAX) {
            request->verdict = HTTP_HEAD_TOO_LARGE;
        }
    }
}

static void add_string(struct oracle_strings *strings, char *string) {
    strings->item = fuzz_resize(strings->item, (strings->count + 1) * sizeof(char *));
    strings->item[strings->count++] = string;
}

struct oracle_strings oracle_values(const struct oracle_request *request, const char *name) {
    struct oracle_strings strings = {NULL, 0};
    for (size_t i = 0; i < request->header_count; i++) {
        char *this_name = string_of(request->bytes, request->names[i]);
        if (oracle_same_nocase(this_name, name)) {
            add_string(&strings, string_of(request->bytes, request->values[i]));
        }
        free(this_name);
    }
    return strings;
}

struct oracle_strings oracle_elements(const struct oracle_request *request, const char *name) {
    struct oracle_strings values = oracle_values(request, name), elements = {NULL, 0};
    for (size_t i = 0; i < values.count; i++) {
        struct oracle_range rest = {0, strlen(values.item[i])};
        while (rest.from <= rest.until) {
            struct oracle_range element = {rest.from, find(values.item[i], rest, ',')};
            rest.from = element.until + 1;
            element = without_blanks(values.item[i], element);
            if (element.from < element.until) {
                add_string(&elements, string_of(values.item[i], element));
            }
        }
    }
    oracle_strings_free(&values);
    return elements;
}

void oracle_strings_free(struct oracle_strings *strings) {
    for (size_t i = 0; i < strings->count; i++) {
        free(strings->item[i]);
    }
    free(strings->item);
    *strings = (struct oracle_strings){NULL, 0};
}
