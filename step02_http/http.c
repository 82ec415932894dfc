#include "step02_http/http.h"

#include "step02_http/fields.h"

#include <string.h>

void http_request_init(struct http_request *request) {
    /* The headers themselves stay as they are: header_count says that none of them counts. */
    request->method = request->target = (struct http_text){"", 0};
    request->version = 0;
    request->bytes = NULL;
    request->header_count = 0;
    request->head_size = 0;
    request->scanned = 0;
    request->line_start = 0;
    request->has_request_line = false;
    request->is_response = false;
}

void http_response_init(struct http_request *response, size_t from) {
    http_request_init(response);
    response->method_from = response->target_from = 0;
    response->scanned = response->line_start = from;
    response->has_request_line = true;
    response->is_response = true;
}

static bool is_letter_or_digit(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9');
}

/* Whether the character is one of those in a C string; its NUL is none of them. */
static bool is_one_of(const char *characters, char character) {
    return character != '\0' && strchr(characters, character) != NULL;
}

static bool is_token_character(char character) {
    return is_letter_or_digit(character) || is_one_of("!#$%&'*+-.^_`|~", character);
}

bool http_is_token(struct http_text text) {
    for (size_t i = 0; i < text.length; i++) {
        if (!is_token_character(text.start[i])) {
            return false;
        }
    }
    return text.length > 0;
}

static bool is_space(char character) {
    return character == ' ' || character == '\t';
}

static struct http_text trim(struct http_text text) {
    while (text.length > 0 && is_space(text.start[0])) {
        text.start++;
        text.length--;
    }
    while (text.length > 0 && is_space(text.start[text.length - 1])) {
        text.length--;
    }
    return text;
}

/* Splits `text` at the first `separator`: returns what stands before it and leaves what stands
 * behind it in `text`, which is empty at `text->start == NULL` when there was no separator. */
static struct http_text split(struct http_text *text, char separator) {
    struct http_text before = *text;
    const char *at = text->length > 0 ? memchr(text->start, separator, text->length) : NULL;
    if (at == NULL) {
        *text = (struct http_text){NULL, 0};
        return before;
    }
    before.length = (size_t)(at - text->start);
    text->start = at + 1;
    text->length -= before.length + 1;
    return before;
}

static bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

/* "HTTP/" digit "." digit (RFC 9112, 2.3). */
static enum http_verdict parse_version(struct http_request *request, struct http_text text) {
    static const char name[] = "HTTP/";
    if (text.length != strlen("HTTP/1.1") || memcmp(text.start, name, strlen(name)) != 0 ||
        !is_digit(text.start[5]) || text.start[6] != '.' || !is_digit(text.start[7])) {
        return HTTP_BAD_VERSION;
    }
    if (text.start[5] != '1') {
        return HTTP_UNSUPPORTED_VERSION;
    }
    request->version = text.start[7] == '0' ? 10 : 11;
    return HTTP_INCOMPLETE;
}

static enum http_verdict parse_request_line(struct http_request *request, struct http_text line) {
    request->has_request_line = true;
    request->method = split(&line, ' ');
    request->target = split(&line, ' ');
    request->method_from = request->line_start;
    request->target_from = request->line_start + request->method.length + 1;
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

static enum http_verdict parse_header(struct http_request *request, struct http_text line) {
    if (is_space(line.start[0])) {
        return HTTP_FOLDED_HEADER;
    }
    struct http_header header = {split(&line, ':'), {NULL, 0}};
    if (line.start == NULL) {
        return HTTP_NO_COLON;
    }
    if (!http_is_token(header.name)) {
        return HTTP_BAD_HEADER_NAME;
    }
    header.value = trim(line);
    for (size_t i = 0; i < header.value.length; i++) {
        unsigned char character = (unsigned char)header.value.start[i];
        if ((character < ' ' && character != '\t') || character == 0x7f) {
            return HTTP_BAD_HEADER_VALUE;
        }
    }
    if (request->header_count == HTTP_HEADERS_MAX) {
        return HTTP_TOO_MANY_HEADERS;
    }
    request->places[request->header_count++] = (struct http_place){
        (uint16_t)(header.name.start - request->bytes), (uint16_t)header.name.length,
        (uint16_t)(header.value.start - request->bytes), (uint16_t)header.value.length};
    return HTTP_INCOMPLETE;
}

/* Takes in one line; `line` is without its CR LF. */
static enum http_verdict parse_line(struct http_request *request, struct http_text line) {
    if (!request->has_request_line) {
        /* RFC 9112, 2.2: an empty line before the request is to be ignored. */
        bool ignored = line.length == 0 && request->line_start == 0;
        return ignored ? HTTP_INCOMPLETE : parse_request_line(request, line);
    }
    if (line.length > 0) {
        return parse_header(request, line);
    }
    request->head_size = request->scanned;
    return request->is_response ? HTTP_COMPLETE : fields_check(request);
}

/* The caller's buffer may have grown, and moved; the texts found so far have moved with it. */
static void take_bytes(struct http_request *request, const char *bytes) {
    request->bytes = bytes;
    if (request->has_request_line) {
        request->method.start = bytes + request->method_from;
        request->target.start = bytes + request->target_from;
    }
}

enum http_verdict http_parse(struct http_request *request, const char *bytes, size_t len) {
    take_bytes(request, bytes);
    while (request->scanned < len) {
        size_t at = request->scanned++;
        char byte = bytes[at];
        bool after_cr = at > request->line_start && bytes[at - 1] == '\r';
        if (at == 0 && byte == 0x16) {
            return HTTP_TLS;
        }
        if (byte == '\0') {
            return HTTP_NUL;
        }
        if (after_cr != (byte == '\n')) {
            return after_cr ? HTTP_BARE_CR : HTTP_BARE_LF;
        }
        if (!request->has_request_line && at - request->line_start >= HTTP_LINE_MAX) {
            return HTTP_LINE_TOO_LONG;
        }
        if (byte == '\n') {
            struct http_text line = {bytes + request->line_start, at - 1 - request->line_start};
            enum http_verdict verdict = parse_line(request, line);
            request->line_start = request->scanned;
            if (verdict != HTTP_INCOMPLETE) {
                return verdict;
            }
        }
        if (request->scanned == HTTP_HEAD_MAX) {
            return HTTP_HEAD_TOO_LARGE;
        }
    }
    return HTTP_INCOMPLETE;
}

struct verdict_text {
    int status;
    const char *sentence;
};

static const struct verdict_text verdict_texts[] = {
    [HTTP_COMPLETE] = {200, "The request is complete."},
    [HTTP_INCOMPLETE] = {408, "The request did not arrive in full."},
    [HTTP_TLS] = {400, "This server does not speak TLS: use http:// and ws://, or put a TLS proxy "
                       "in front of it."},
    [HTTP_NUL] = {400, "The head contains a NUL byte."},
    [HTTP_BARE_LF] = {400, "A line ends with LF alone instead of CR LF (nc: use -C)."},
    [HTTP_BARE_CR] = {400, "A line contains a CR without LF behind it."},
    [HTTP_BAD_REQUEST_LINE] = {400, "The request line is not a method, a target and a version with "
                                    "one space between them."},
    [HTTP_BAD_METHOD] = {400, "The request's method is not a token."},
    [HTTP_BAD_TARGET] = {400, "The request's target contains a character that no URI may hold."},
    [HTTP_BAD_VERSION] = {400, "The request line does not end with a version such as HTTP/1.1."},
    [HTTP_UNSUPPORTED_VERSION] = {505, "This server speaks HTTP/1.1 only."},
    [HTTP_LINE_TOO_LONG] = {414, "The request line is longer than 8192 bytes."},
    [HTTP_FOLDED_HEADER] = {400, "A header line begins with white space; folded headers are "
                                 "obsolete."},
    [HTTP_NO_COLON] = {400, "A header line has no colon."},
    [HTTP_BAD_HEADER_NAME] = {400, "A header's name is empty or contains white space or another "
                                   "character that is not allowed there."},
    [HTTP_BAD_HEADER_VALUE] = {400, "A header's value contains a control character."},
    [HTTP_TOO_MANY_HEADERS] = {431, "The head has more than 100 headers."},
    [HTTP_HEAD_TOO_LARGE] = {431, "The head is larger than 16384 bytes."},
    [HTTP_BAD_CONTENT_LENGTH] = {400, "The request's Content-Length is not one number of bytes."},
    [HTTP_TWO_BODY_LENGTHS] = {400, "The request has both Content-Length and Transfer-Encoding, so "
                                    "where it ends is in doubt."},
    [HTTP_NOT_CHUNKED] = {400, "The request's Transfer-Encoding does not end with chunked, once, "
                               "in HTTP/1.1."},
    [HTTP_UNKNOWN_CODING] = {501, "The only Transfer-Encoding known here is chunked."},
    [HTTP_MISSING_HOST] = {400, "The request has no Host header."},
    [HTTP_REPEATED_HOST] = {400, "The request has more than one Host header."},
    [HTTP_BAD_HOST] = {400, "The request's Host header is not a host and a port."},
};

int http_verdict_status(enum http_verdict verdict) {
    return verdict_texts[verdict].status;
}

const char *http_verdict_sentence(enum http_verdict verdict) {
    return verdict_texts[verdict].sentence;
}

bool http_text_is(struct http_text text, const char *string) {
    return text.length == strlen(string) && memcmp(text.start, string, text.length) == 0;
}

static char lower(char character) {
    return character >= 'A' && character <= 'Z' ? (char)(character + ('a' - 'A')) : character;
}

bool http_text_is_nocase(struct http_text text, const char *string) {
    if (text.length != strlen(string)) {
        return false;
    }
    for (size_t i = 0; i < text.length; i++) {
        if (lower(text.start[i]) != lower(string[i])) {
            return false;
        }
    }
    return true;
}

struct http_header http_header_at(const struct http_request *request, size_t index) {
    const struct http_place *place = &request->places[index];
    return (struct http_header){{request->bytes + place->name, place->name_length},
                                {request->bytes + place->value, place->value_length}};
}

bool http_header_next(const struct http_request *request, const char *name, size_t *from,
                      struct http_text *value) {
    while (*from < request->header_count) {
        struct http_header header = http_header_at(request, (*from)++);
        if (http_text_is_nocase(header.name, name)) {
            *value = header.value;
            return true;
        }
    }
    return false;
}

size_t http_header_count(const struct http_request *request, const char *name) {
    size_t from = 0, count = 0;
    struct http_text value;
    while (http_header_next(request, name, &from, &value)) {
        count++;
    }
    return count;
}

bool http_list_next(struct http_text *list, struct http_text *element) {
    while (list->start != NULL) {
        *element = trim(split(list, ','));
        if (element->length > 0) {
            return true;
        }
    }
    return false;
}

bool http_header_lists(const struct http_request *request, const char *name, const char *token) {
    size_t from = 0;
    struct http_text list, element;
    while (http_header_next(request, name, &from, &list)) {
        while (http_list_next(&list, &element)) {
            if (http_text_is_nocase(element, token)) {
                return true;
            }
        }
    }
    return false;
}

struct http_text http_path(const struct http_request *request) {
    struct http_text rest = request->target;
    if (rest.length > 0 && rest.start[0] != '/') {
        /* The absolute form, "http://host/path" (RFC 9112, 3.2.2): skip to the path. */
        split(&rest, ':');
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
    return split(&rest, '?');
}
