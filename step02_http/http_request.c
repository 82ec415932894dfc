#include "step02_http/http_request.h"

#include "common/text.h"

#include <arpa/inet.h>
#include <string.h>

enum { PORT_MOST = 65535 };

void http_request_init(struct http_request *request) {
    http_head_init(&request->head);
    request->method = request->target = (struct http_text){"", 0};
    request->method_offset = request->target_offset = 0;
}

/* "HTTP/" digit "." digit (RFC 9112, 2.3). */
static enum http_verdict parse_version(struct http_request *request, struct http_text text) {
    static const char name[] = "HTTP/";
    if (text.length != strlen("HTTP/1.1") || memcmp(text.start, name, strlen(name)) != 0 ||
        !text_is_digit(text.start[5]) || text.start[6] != '.' || !text_is_digit(text.start[7])) {
        return HTTP_BAD_VERSION;
    }
    if (text.start[5] != '1') {
        return HTTP_UNSUPPORTED_VERSION;
    }
    request->head.version = text.start[7] == '0' ? 10 : 11;
    return HTTP_INCOMPLETE;
}

/* Parses the request line, which begins at `offset` in the head. Returns HTTP_INCOMPLETE if it is
 * valid. */
static enum http_verdict parse_request_line(struct http_request *request, struct http_text line,
                                            size_t offset) {
    request->method = http_text_split(&line, ' ');
    request->target = http_text_split(&line, ' ');
    request->method_offset = offset;
    request->target_offset = offset + request->method.length + 1;
    if (line.start == NULL || request->target.length == 0) {
        return HTTP_BAD_REQUEST_LINE;
    }
    if (!http_is_token(request->method)) {
        return HTTP_BAD_METHOD;
    }
    for (size_t i = 0; i < request->target.length; i++) {
        if (request->target.start[i] <= ' ' || request->target.start[i] > '~') {
            return HTTP_BAD_TARGET;
        }
    }
    if (memchr(line.start, ' ', line.length) != NULL) {
        return HTTP_BAD_REQUEST_LINE;
    }
    return parse_version(request, line);
}

/* Reads decimal digits and nothing else: no sign, no white space, nothing beyond 64 bits. */
static bool read_number(struct http_text text, uint64_t *number) {
    *number = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (!text_is_digit(text.start[i])) {
            return false;
        }
        uint64_t digit = (uint64_t)(text.start[i] - '0');
        if (*number > (UINT64_MAX - digit) / 10) {
            return false;
        }
        *number = *number * 10 + digit;
    }
    return text.length > 0;
}

static bool is_hex_digit(char character) {
    return character != '\0' && strchr("0123456789abcdefABCDEF", character) != NULL;
}

/* RFC 3986, 2.2 and 2.3: the unreserved characters and the sub-delims, except the comma: a Host
 * with a comma is two of them, joined by a proxy. */
static bool is_name_character(char character) {
    static const char others[] = "-._~!$&'()*+;=";
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           text_is_digit(character) || (character != '\0' && strchr(others, character) != NULL);
}

/* RFC 3986, 3.2.2: a reg-name, which may also be an IPv4 address; "%41" stands for a byte. */
static bool is_name(struct http_text text) {
    for (size_t i = 0; i < text.length; i++) {
        if (text.start[i] == '%' && text.length - i > 2 && is_hex_digit(text.start[i + 1]) &&
            is_hex_digit(text.start[i + 2])) {
            i += 2;
        } else if (!is_name_character(text.start[i])) {
            return false;
        }
    }
    return text.length > 0;
}

/* RFC 3986, 3.2.2, IPvFuture: "v", a version in hex, a dot, and then an address of that version. */
static bool is_future_address(struct http_text text) {
    size_t dot = 1;
    while (dot < text.length && is_hex_digit(text.start[dot])) {
        dot++;
    }
    if (dot == 1 || dot + 1 >= text.length || text.start[dot] != '.') {
        return false;
    }
    for (size_t i = dot + 1; i < text.length; i++) {
        if (!is_name_character(text.start[i]) && text.start[i] != ':') {
            return false;
        }
    }
    return true;
}

/* Returns whether the text between brackets is an address. */
static bool is_address(struct http_text text) {
    char address[INET6_ADDRSTRLEN];
    struct in6_addr ignored;
    if (text.length > 0 && (text.start[0] == 'v' || text.start[0] == 'V')) {
        return is_future_address(text);
    }
    if (text.length >= sizeof address) {
        return false;
    }
    memcpy(address, text.start, text.length);
    address[text.length] = '\0';
    return inet_pton(AF_INET6, address, &ignored) == 1;
}

bool http_is_host(struct http_text value) {
    if (value.length == 0) {
        return true;
    }
    bool in_brackets = value.start[0] == '[';
    const char *end = memchr(value.start, in_brackets ? ']' : ':', value.length);
    if (in_brackets && end == NULL) {
        return false;
    }
    size_t length = end == NULL ? value.length : (size_t)(end - value.start);
    struct http_text name = {value.start, length};
    struct http_text address = {value.start + 1, length - 1};
    if (in_brackets ? !is_address(address) : !is_name(name)) {
        return false;
    }
    length += in_brackets;
    if (length == value.length) {
        return true;
    }
    struct http_text port = {value.start + length + 1, value.length - length - 1};
    uint64_t number;
    bool good = port.length == 0 || (read_number(port, &number) && number <= PORT_MOST);
    return value.start[length] == ':' && good;
}

static enum http_verdict check_host(const struct http_head *head) {
    size_t from = 0;
    struct http_text host, another;
    if (!http_header_next(head, "Host", &from, &host)) {
        return head->version == 10 ? HTTP_COMPLETE : HTTP_MISSING_HOST;
    }
    if (http_header_next(head, "Host", &from, &another)) {
        return HTTP_REPEATED_HOST;
    }
    return http_is_host(host) ? HTTP_COMPLETE : HTTP_BAD_HOST;
}

/* Several equal numbers are accepted, in one header or in more: a proxy may have joined them (RFC
 * 9112, 6.3, item 5). */
bool http_content_length(const struct http_head *head, uint64_t *length) {
    size_t from = 0, listed = 0;
    struct http_text list, element;
    *length = 0;
    while (http_header_next(head, "Content-Length", &from, &list)) {
        size_t before = listed;
        while (http_list_next(&list, &element)) {
            uint64_t number;
            if (!read_number(element, &number) || (listed > 0 && number != *length)) {
                return false;
            }
            *length = number;
            listed++;
        }
        if (listed == before) {
            return false; /* empty, or commas alone */
        }
    }
    return true;
}

/* RFC 9112, 6.1 and 6.3, item 4: if chunked is not the last coding, nobody knows where the body
 * ends, and HTTP/1.0 does not have this header. */
enum http_verdict http_transfer_encoding(const struct http_head *head) {
    size_t from = 0, others = 0;
    bool chunked = false;
    struct http_text list, element;
    while (http_header_next(head, "Transfer-Encoding", &from, &list)) {
        while (http_list_next(&list, &element)) {
            if (chunked) {
                return HTTP_NOT_CHUNKED; /* something after it */
            }
            chunked = http_text_is_nocase(element, "chunked");
            others += !chunked;
        }
    }
    if (!chunked || head->version == 10) {
        return HTTP_NOT_CHUNKED;
    }
    return others > 0 ? HTTP_UNKNOWN_CODING : HTTP_COMPLETE;
}

static enum http_verdict check_body_length(const struct http_head *head) {
    bool has_length = http_header_count(head, "Content-Length") > 0;
    uint64_t length;
    if (http_header_count(head, "Transfer-Encoding") > 0) {
        return has_length ? HTTP_TWO_BODY_LENGTHS : http_transfer_encoding(head);
    }
    return http_content_length(head, &length) ? HTTP_COMPLETE : HTTP_BAD_CONTENT_LENGTH;
}

void http_request_moved(struct http_request *request, const char *bytes) {
    request->head.bytes = bytes;
    request->method.start = bytes + request->method_offset;
    request->target.start = bytes + request->target_offset;
}

enum http_verdict http_request_parse(struct http_request *request, const char *bytes, size_t len) {
    struct http_head *head = &request->head;
    struct http_text line;
    enum http_verdict verdict = http_head_parse(head, bytes, len, &line);
    if (verdict == HTTP_START_LINE) {
        verdict = parse_request_line(request, line, (size_t)(line.start - bytes));
        if (verdict == HTTP_INCOMPLETE) {
            verdict = http_head_parse(head, bytes, len, &line);
        }
    }
    if (head->has_start_line) {
        http_request_moved(request, bytes); /* the caller's buffer may have grown */
    }
    if (verdict == HTTP_COMPLETE) {
        verdict = check_host(head);
    }
    return verdict == HTTP_COMPLETE ? check_body_length(head) : verdict;
}

struct http_text http_request_path(const struct http_request *request) {
    struct http_text rest = request->target;
    if (rest.length > 0 && rest.start[0] != '/') {
        /* The absolute form, "http://host/path" (RFC 9112, 3.2.2): skip to the path. */
        http_text_split(&rest, ':');
        if (rest.length < 2 || memcmp(rest.start, "//", 2) != 0) {
            return request->target;
        }
        rest.start += 2;
        rest.length -= 2;
        while (rest.length > 0 && rest.start[0] != '/' && rest.start[0] != '?') {
            rest.start++;
            rest.length--;
        }
        if (rest.length == 0 || rest.start[0] == '?') {
            return (struct http_text){"/", 1};
        }
    }
    return http_text_split(&rest, '?');
}

bool http_request_has_body(const struct http_request *request) {
    const struct http_head *head = &request->head;
    uint64_t length;
    return http_header_count(head, "Transfer-Encoding") > 0 ||
           !http_content_length(head, &length) || length > 0;
}
