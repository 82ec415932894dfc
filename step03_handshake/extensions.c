#include "step03_handshake/extensions.h"

#include <string.h>

static void skip(struct http_text *text, size_t count) {
    text->start += count;
    text->length -= count;
}

static void skip_space(struct http_text *text) {
    while (text->length > 0 && (text->start[0] == ' ' || text->start[0] == '\t')) {
        skip(text, 1);
    }
}

static bool next_is(const struct http_text *text, char character) {
    return text->length > 0 && text->start[0] == character;
}

/* Takes the characters up to the next delimiter. Returns whether they are a token. */
static bool take_token(struct http_text *text, struct http_text *token) {
    *token = (struct http_text){text->start, 0};
    while (text->length > 0 && strchr(" \t,;=\"", text->start[0]) == NULL) {
        skip(text, 1);
        token->length++;
    }
    return http_is_token(*token);
}

/* Takes a quoted value with its quotation marks. Returns whether it is a token without its
 * backslashes (9.1). */
static bool take_quoted(struct http_text *text, struct http_text *value) {
    skip(text, 1);
    *value = (struct http_text){text->start, 0};
    while (text->length > 0 && !next_is(text, '"')) {
        size_t escaped = next_is(text, '\\') && text->length > 1;
        if (!http_is_token((struct http_text){text->start + escaped, 1})) {
            return false;
        }
        skip(text, 1 + escaped);
        value->length += 1 + escaped;
    }
    bool closed = next_is(text, '"');
    skip(text, closed);
    return closed && value->length > 0;
}

enum extensions_verdict extensions_next(struct http_text *list, struct http_text *name) {
    skip_space(list);
    while (next_is(list, ',')) {
        skip(list, 1);
        skip_space(list);
    }
    if (list->length == 0) {
        return EXTENSIONS_END;
    }
    return take_token(list, name) ? EXTENSIONS_ITEM : EXTENSIONS_BAD;
}

enum extensions_verdict extensions_parameter(struct http_text *list, struct http_text *name,
                                             struct http_text *value) {
    skip_space(list);
    if (list->length == 0 || next_is(list, ',')) {
        return EXTENSIONS_END;
    }
    if (!next_is(list, ';')) {
        return EXTENSIONS_BAD;
    }
    skip(list, 1);
    skip_space(list);
    if (!take_token(list, name)) {
        return EXTENSIONS_BAD;
    }
    skip_space(list);
    *value = (struct http_text){NULL, 0};
    if (!next_is(list, '=')) {
        return EXTENSIONS_ITEM;
    }
    skip(list, 1);
    skip_space(list);
    bool good = next_is(list, '"') ? take_quoted(list, value) : take_token(list, value);
    return good ? EXTENSIONS_ITEM : EXTENSIONS_BAD;
}

bool extensions_valid(struct http_text list) {
    struct http_text name, value;
    size_t count = 0;
    enum extensions_verdict verdict;
    while ((verdict = extensions_next(&list, &name)) == EXTENSIONS_ITEM) {
        count++;
        while ((verdict = extensions_parameter(&list, &name, &value)) == EXTENSIONS_ITEM) {
        }
        if (verdict == EXTENSIONS_BAD) {
            return false;
        }
    }
    return verdict == EXTENSIONS_END && count > 0;
}
