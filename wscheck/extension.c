#include "wscheck/extension.h"

#include <string.h>

static void skip_space(const char **text, const char *end) {
    while (*text < end && (**text == ' ' || **text == '\t')) {
        ++*text;
    }
}

static bool take_character(const char **text, const char *end, char character) {
    skip_space(text, end);
    if (*text == end || **text != character) {
        return false;
    }
    ++*text;
    skip_space(text, end);
    return true;
}

/* Reads a token. Returns false if there is none. */
static bool take_token(const char **text, const char *end, struct head_text *token) {
    token->start = *text;
    while (*text < end && head_text_is_token((struct head_text){*text, 1})) {
        ++*text;
    }
    token->length = (size_t)(*text - token->start);
    return token->length > 0;
}

/* Reads a token, or one in quotes, where a backslash may stand before any character. */
static bool take_value(const char **text, const char *end, struct head_text *value) {
    if (*text == end || **text != '"') {
        return take_token(text, end, value);
    }
    value->start = ++*text;
    for (; *text < end && **text != '"'; ++*text) {
        *text += **text == '\\' && *text + 1 < end;
        if (!head_text_is_token((struct head_text){*text, 1})) {
            return false;
        }
    }
    value->length = (size_t)(*text - value->start);
    if (*text == end || value->length == 0) {
        return false;
    }
    ++*text;
    return true;
}

enum extension_verdict extension_next(const char **text, const char *end,
                                      struct extension *extension) {
    memset(extension, 0, sizeof *extension);
    while (take_character(text, end, ',')) {
    }
    if (*text == end) {
        return EXTENSION_END;
    }
    if (!take_token(text, end, &extension->name)) {
        return EXTENSION_BAD;
    }
    while (take_character(text, end, ';')) {
        struct extension_parameter parameter = {.has_value = false};
        if (!take_token(text, end, &parameter.name)) {
            return EXTENSION_BAD;
        }
        parameter.has_value = take_character(text, end, '=');
        if (parameter.has_value && !take_value(text, end, &parameter.value)) {
            return EXTENSION_BAD;
        }
        if (extension->count < EXTENSION_PARAMETERS_MAX) {
            extension->parameters[extension->count++] = parameter;
        }
    }
    skip_space(text, end);
    return *text == end || **text == ',' ? EXTENSION_FOUND : EXTENSION_BAD;
}
