#include "step02_http/http_head.h"

#include <string.h>

void http_head_init(struct http_head *head) {
    /* `places` needs no value, since header_count is 0. */
    head->version = 0;
    head->header_count = 0;
    head->size = 0;
    head->bytes = NULL;
    head->scanned = 0;
    head->line_start = 0;
    head->has_start_line = false;
}

static bool is_letter_or_digit(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9');
}

/* Returns whether the character is in a C string; NUL never is. */
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

struct http_text http_text_split(struct http_text *text, char separator) {
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

static enum http_verdict parse_header(struct http_head *head, struct http_text line) {
    if (is_space(line.start[0])) {
        return HTTP_FOLDED_HEADER;
    }
    struct http_header header = {http_text_split(&line, ':'), {NULL, 0}};
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
    if (head->header_count == HTTP_HEADERS_MAX) {
        return HTTP_TOO_MANY_HEADERS;
    }
    head->places[head->header_count++] = (struct http_place){
        (uint16_t)(header.name.start - head->bytes), (uint16_t)header.name.length,
        (uint16_t)(header.value.start - head->bytes), (uint16_t)header.value.length};
    return HTTP_INCOMPLETE;
}

/* Parses one line, which is given without its CR LF. */
static enum http_verdict parse_line(struct http_head *head, struct http_text line) {
    if (head->has_start_line) {
        if (line.length > 0) {
            return parse_header(head, line);
        }
        head->size = head->scanned;
        return HTTP_COMPLETE;
    }
    if (line.length == 0 && head->line_start == 0) {
        return HTTP_INCOMPLETE; /* RFC 9112, 2.2: ignore an empty line before the start line */
    }
    head->has_start_line = true;
    return HTTP_START_LINE;
}

enum http_verdict http_head_parse(struct http_head *head, const char *bytes, size_t len,
                                  struct http_text *start_line) {
    head->bytes = bytes;
    while (head->scanned < len) {
        size_t at = head->scanned++;
        char byte = bytes[at];
        bool after_cr = at > head->line_start && bytes[at - 1] == '\r';
        if (at == 1 && byte == 0x03 && bytes[0] == 0x16) { /* RFC 8446, 5.1: handshake, 3.x */
            return HTTP_TLS;
        }
        if (byte == '\0') {
            return HTTP_NUL;
        }
        if (after_cr != (byte == '\n')) {
            return after_cr ? HTTP_BARE_CR : HTTP_BARE_LF;
        }
        if (!head->has_start_line && at - head->line_start >= HTTP_LINE_MAX) {
            return HTTP_LINE_TOO_LONG;
        }
        enum http_verdict verdict = HTTP_INCOMPLETE;
        if (byte == '\n') {
            *start_line = (struct http_text){bytes + head->line_start, at - 1 - head->line_start};
            verdict = parse_line(head, *start_line);
            head->line_start = head->scanned;
        }
        if (verdict != HTTP_INCOMPLETE) {
            return verdict;
        }
        if (head->scanned == HTTP_HEAD_MAX) {
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
    [HTTP_TLS] = {0, "This server does not speak TLS: use ws:// and http:// in place of wss:// and "
                     "https://, or put a TLS proxy in front of it."},
    [HTTP_NUL] = {400, "The head contains a NUL byte."},
    [HTTP_BARE_LF] = {400, "A line ends with LF alone instead of CR LF (nc: -C, a Mac's: -c)."},
    [HTTP_BARE_CR] = {400, "A line contains a CR without LF after it."},
    [HTTP_LINE_TOO_LONG] = {414, "The request line is longer than 8192 bytes."},
    [HTTP_FOLDED_HEADER] = {400, "A header line begins with white space; folded headers are "
                                 "obsolete."},
    [HTTP_NO_COLON] = {400, "A header line has no colon."},
    [HTTP_BAD_HEADER_NAME] = {400, "A header's name is empty or contains white space or another "
                                   "character that is not allowed there."},
    [HTTP_BAD_HEADER_VALUE] = {400, "A header's value contains a control character."},
    [HTTP_TOO_MANY_HEADERS] = {431, "The head has more than 100 headers."},
    [HTTP_HEAD_TOO_LARGE] = {431, "The head is larger than 16384 bytes."},
    [HTTP_BAD_REQUEST_LINE] = {400, "The request line is not a method, a target and a version with "
                                    "one space between them."},
    [HTTP_BAD_METHOD] = {400, "The request's method is not a token."},
    [HTTP_BAD_TARGET] = {400, "The request's target contains a character that no URI may hold."},
    [HTTP_BAD_VERSION] = {400, "The request line does not end with a version such as HTTP/1.1."},
    [HTTP_UNSUPPORTED_VERSION] = {505, "This server speaks HTTP/1.1 only."},
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

struct http_header http_header_at(const struct http_head *head, size_t index) {
    const struct http_place *place = &head->places[index];
    return (struct http_header){{head->bytes + place->name, place->name_length},
                                {head->bytes + place->value, place->value_length}};
}

bool http_header_next(const struct http_head *head, const char *name, size_t *from,
                      struct http_text *value) {
    while (*from < head->header_count) {
        struct http_header header = http_header_at(head, (*from)++);
        if (http_text_is_nocase(header.name, name)) {
            *value = header.value;
            return true;
        }
    }
    return false;
}

size_t http_header_count(const struct http_head *head, const char *name) {
    size_t from = 0, count = 0;
    struct http_text value;
    while (http_header_next(head, name, &from, &value)) {
        count++;
    }
    return count;
}

bool http_list_next(struct http_text *list, struct http_text *element) {
    while (list->start != NULL) {
        *element = trim(http_text_split(list, ','));
        if (element->length > 0) {
            return true;
        }
    }
    return false;
}

bool http_header_lists(const struct http_head *head, const char *name, const char *token) {
    size_t from = 0;
    struct http_text list, element;
    while (http_header_next(head, name, &from, &list)) {
        while (http_list_next(&list, &element)) {
            if (http_text_is_nocase(element, token)) {
                return true;
            }
        }
    }
    return false;
}
