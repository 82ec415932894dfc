#include "step02_http/fields.h"

#include <arpa/inet.h>
#include <string.h>

enum { PORT_MOST = 65535 };

/* Reads decimal digits and nothing else: no sign, no white space, nothing beyond 64 bits. */
static bool read_number(struct http_text text, uint64_t *number) {
    *number = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.start[i] < '0' || text.start[i] > '9') {
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

/* RFC 3986, 2.2 and 2.3: the unreserved characters and the sub-delims, but for the comma: a Host
 * with a comma is two of them, joined by a proxy. */
static bool is_name_character(char character) {
    static const char others[] = "-._~!$&'()*+;=";
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') ||
           (character != '\0' && strchr(others, character) != NULL);
}

/* RFC 3986, 3.2.2, reg-name, which an IPv4 address is as well; "%41" stands for a byte. */
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

/* RFC 3986, 3.2.2, IPvFuture: "v" with a version in hex, a dot, and whatever that version wants. */
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

/* What stands in brackets. */
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

bool fields_is_host(struct http_text value) {
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

static enum http_verdict check_host(const struct http_request *request) {
    size_t from = 0;
    struct http_text host, another;
    if (!http_header_next(request, "Host", &from, &host)) {
        return request->version == 10 ? HTTP_COMPLETE : HTTP_MISSING_HOST;
    }
    if (http_header_next(request, "Host", &from, &another)) {
        return HTTP_REPEATED_HOST;
    }
    return fields_is_host(host) ? HTTP_COMPLETE : HTTP_BAD_HOST;
}

/* Several are let pass if they are the same, whether in one header or in more: a proxy may have
 * joined them (RFC 9112, 6.3, item 5). */
bool fields_content_length(const struct http_request *request, uint64_t *length) {
    size_t from = 0, listed = 0;
    struct http_text list, element;
    *length = 0;
    while (http_header_next(request, "Content-Length", &from, &list)) {
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

/* RFC 9112, 6.1 and 6.3, item 4: without chunked as the last coding nobody knows where the body
 * ends, and HTTP/1.0 does not have the header. */
enum http_verdict fields_transfer_encoding(const struct http_request *request) {
    size_t from = 0, others = 0;
    bool chunked = false;
    struct http_text list, element;
    while (http_header_next(request, "Transfer-Encoding", &from, &list)) {
        while (http_list_next(&list, &element)) {
            if (chunked) {
                return HTTP_NOT_CHUNKED; /* something behind it */
            }
            chunked = http_text_is_nocase(element, "chunked");
            others += !chunked;
        }
    }
    if (!chunked || request->version == 10) {
        return HTTP_NOT_CHUNKED;
    }
    return others > 0 ? HTTP_UNKNOWN_CODING : HTTP_COMPLETE;
}

static enum http_verdict check_body_length(const struct http_request *request) {
    bool has_length = http_header_count(request, "Content-Length") > 0;
    uint64_t length;
    if (http_header_count(request, "Transfer-Encoding") > 0) {
        return has_length ? HTTP_TWO_BODY_LENGTHS : fields_transfer_encoding(request);
    }
    return fields_content_length(request, &length) ? HTTP_COMPLETE : HTTP_BAD_CONTENT_LENGTH;
}

enum http_verdict fields_check(const struct http_request *request) {
    enum http_verdict verdict = check_host(request);
    return verdict == HTTP_COMPLETE ? check_body_length(request) : verdict;
}

bool fields_has_body(const struct http_request *request) {
    uint64_t length;
    return http_header_count(request, "Transfer-Encoding") > 0 ||
           !fields_content_length(request, &length) || length > 0;
}
