#include "wscheck/head.h"

#include "common/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

bool head_set_fault(struct head_fault *fault, const struct head *head, const char *where,
                    const char *what) {
    snprintf(fault->what, sizeof fault->what, "%s", what);
    fault->wrong = (size_t)(where - (const char *)head->bytes);
    return false;
}

size_t head_length(const uint8_t *bytes, size_t len) {
    for (size_t i = 3; i < len; i++) {
        if (memcmp(bytes + i - 3, "\r\n\r\n", 4) == 0) {
            return i + 1;
        }
    }
    return 0;
}

bool head_text_same(struct head_text one, struct head_text other) {
    return one.length == other.length && memcmp(one.start, other.start, one.length) == 0;
}

bool head_text_is(struct head_text text, const char *word) {
    return text.length == strlen(word) && memcmp(text.start, word, text.length) == 0;
}

/* The word has no NUL, so a NUL in the text differs from it. */
bool head_text_is_nocase(struct head_text text, const char *word) {
    return text.length == strlen(word) && strncasecmp(text.start, word, text.length) == 0;
}

bool head_text_begins(struct head_text text, const char *word) {
    return text.length >= strlen(word) && memcmp(text.start, word, strlen(word)) == 0;
}

const char *head_text_find(struct head_text text, const char *word) {
    for (; text.length >= strlen(word); text.start++, text.length--) {
        if (head_text_begins(text, word)) {
            return text.start;
        }
    }
    return NULL;
}

bool head_text_is_token(struct head_text text) {
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.start[i];
        if (byte <= ' ' || byte > '~' || strchr("()<>@,;:\\\"/[]?={}", byte) != NULL) {
            return false;
        }
    }
    return text.length > 0;
}

static bool is_space(char byte) {
    return byte == ' ' || byte == '\t';
}

static struct head_text trim(struct head_text text) {
    while (text.length > 0 && is_space(text.start[0])) {
        text.start++;
        text.length--;
    }
    while (text.length > 0 && is_space(text.start[text.length - 1])) {
        text.length--;
    }
    return text;
}

struct head_text head_line(const struct head *head, size_t *at) {
    struct head_text line = {(const char *)head->bytes + *at, 0};
    size_t left = head->length - *at;
    while (line.length < left &&
           (line.length + 1 == left || memcmp(line.start + line.length, "\r\n", 2) != 0)) {
        line.length++;
    }
    *at += line.length < left ? line.length + 2 : left;
    return line;
}

const char *head_last_line(const struct head *head) {
    return (const char *)head->bytes + head->length - 2;
}

bool head_parse(struct head *head, struct head_fault *fault) {
    size_t at = 0;
    struct head_text line = head_line(head, &at);
    const char *text = line.start;
    if (!head_text_begins(line, "HTTP/1.") || line.length < 9 || text[8] != ' ') {
        return head_set_fault(fault, head, text,
                              "this does not begin like an HTTP/1.1 status line");
    }
    bool good = line.length == 12 || (line.length > 12 && text[12] == ' ');
    head->status = 0;
    for (size_t i = 9; i < 12 && good; i++) {
        good = text_is_digit(text[i]);
        head->status = 10 * head->status + (text[i] - '0');
    }
    return good ? head_parse_headers(head, fault)
                : head_set_fault(fault, head, text + 9,
                                 "the status code is not three digits and a space");
}

bool head_parse_headers(const struct head *head, struct head_fault *fault) {
    size_t at = 0;
    head_line(head, &at);
    while (at + 2 < head->length) {
        struct head_text line = head_line(head, &at);
        const char *colon = head_text_find(line, ":");
        struct head_text name = {line.start, colon != NULL ? (size_t)(colon - line.start) : 0};
        if (!head_text_is_token(name)) {
            return head_set_fault(fault, head, line.start,
                                  "this is no header line: a name, a colon, a value");
        }
        for (size_t i = name.length; i < line.length; i++) {
            if ((unsigned char)line.start[i] < ' ' && line.start[i] != '\t') {
                return head_set_fault(fault, head, line.start + i,
                                      "a control character in a header line");
            }
        }
    }
    return true;
}

bool head_header(const struct head *head, const char *name, size_t *at, struct head_text *value) {
    if (*at == 0) {
        head_line(head, at);
    }
    while (*at < head->length) {
        struct head_text line = head_line(head, at);
        struct head_text start = {line.start, strlen(name)};
        if (line.length > start.length && line.start[start.length] == ':' &&
            head_text_is_nocase(start, name)) {
            *value = trim(
                (struct head_text){line.start + start.length + 1, line.length - start.length - 1});
            return true;
        }
    }
    return false;
}

bool head_once(const struct head *head, const char *name, struct head_text *value,
               struct head_fault *fault) {
    char what[120];
    size_t at = 0;
    struct head_text second;
    if (!head_header(head, name, &at, value)) {
        snprintf(what, sizeof what, "there is no header %s", name);
        return head_set_fault(fault, head, head_last_line(head), what);
    }
    snprintf(what, sizeof what, "%s appears more than once", name);
    return !head_header(head, name, &at, &second) ||
           head_set_fault(fault, head, second.start, what);
}

bool head_split(struct head_text *list, struct head_text *element) {
    if (list->start == NULL) {
        return false;
    }
    const char *comma = head_text_find(*list, ",");
    size_t length = comma != NULL ? (size_t)(comma - list->start) : list->length;
    *element = trim((struct head_text){list->start, length});
    *list = comma != NULL ? (struct head_text){comma + 1, list->length - length - 1}
                          : (struct head_text){NULL, 0};
    return true;
}

bool head_next_element(struct head_text *list, struct head_text *element) {
    while (head_split(list, element)) {
        if (element->length > 0) {
            return true;
        }
    }
    return false;
}

bool head_lists(const struct head *head, const char *name, const char *element) {
    struct head_text value, each;
    for (size_t at = 0; head_header(head, name, &at, &value);) {
        while (head_next_element(&value, &each)) {
            if (head_text_is_nocase(each, element)) {
                return true;
            }
        }
    }
    return false;
}
