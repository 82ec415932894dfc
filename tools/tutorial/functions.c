#include "tools/tutorial/functions.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A declaration or definition that is being read, at the outermost level of the file. */
struct statement {
    const char *name; /* the word in front of its first parenthesis; NULL before that */
    size_t len;
    const char *word; /* the word before this place, if nothing stands between */
    size_t word_len;
    unsigned parentheses, braces;
    bool initialises; /* there was a '=' */
};

static bool is_word_character(char character) {
    return isalnum((unsigned char)character) || character == '_';
}

/* How long what starts at `at` is if it is no code: blanks, a comment, a string, a line of the
 * preprocessor. */
static size_t length_of_no_code(const char *at, bool starts_line) {
    const char *end = at;
    if (strncmp(at, "/*", 2) == 0) {
        end = strstr(at + 2, "*/");
        return end != NULL ? (size_t)(end + 2 - at) : strlen(at);
    }
    if (strncmp(at, "//", 2) == 0) {
        return strcspn(at, "\n");
    }
    if (*at == '#' && starts_line) {
        while (*end != '\0' && *end != '\n') {
            end += end[0] == '\\' && end[1] != '\0' ? 2 : 1;
        }
        return (size_t)(end - at);
    }
    if (*at == '"' || *at == '\'') {
        for (end++; *end != '\0' && *end != *at; end++) {
            end += end[0] == '\\' && end[1] != '\0';
        }
        return (size_t)(end - at) + (*end != '\0');
    }
    return strspn(at, " \t\n\r");
}

static void take_word(struct statement *statement, const char *word, size_t len) {
    statement->word = word;
    statement->word_len = len;
}

static void open_parenthesis(struct statement *statement) {
    /* An attribute looks like a call, and a leading underscore is the compiler's. */
    if (statement->parentheses++ == 0 && statement->name == NULL && statement->word != NULL &&
        statement->word[0] != '_') {
        statement->name = statement->word;
        statement->len = statement->word_len;
    }
}

/* Notes the end of a statement, or the start of a body. */
static void note(const struct statement *statement, struct lines *names) {
    if (statement->name != NULL && !statement->initialises) {
        lines_add(names, statement->name, statement->len);
    }
}

static void take_mark(struct statement *statement, char mark, struct functions *functions) {
    if (mark == '{') {
        if (statement->braces++ == 0) {
            note(statement, &functions->defined);
        }
    } else if (mark == '}') {
        statement->braces -= statement->braces > 0;
        if (statement->braces == 0 && statement->name != NULL && !statement->initialises) {
            *statement = (struct statement){0}; /* a body needs no semicolon */
        }
    } else if (statement->braces > 0) {
        return;
    } else if (mark == '(') {
        open_parenthesis(statement);
    } else if (mark == ')') {
        statement->parentheses -= statement->parentheses > 0;
    } else if (mark == '=') {
        statement->initialises = true;
    } else if (mark == ';') {
        note(statement, &functions->declared);
        *statement = (struct statement){0};
    }
    statement->word = NULL;
}

bool functions_find(struct functions *functions, const char *path) {
    struct statement statement = {0};
    bool starts_line = true;
    char *text = lines_read_text(path);
    *functions = (struct functions){0};
    for (const char *at = text; at != NULL && *at != '\0';) {
        size_t len = length_of_no_code(at, starts_line);
        if (len > 0) {
            starts_line = starts_line || memchr(at, '\n', len) != NULL;
            at += len;
            continue;
        }
        while (is_word_character(at[len])) {
            len++;
        }
        if (len > 0) {
            take_word(&statement, at, len);
        } else {
            take_mark(&statement, *at, functions);
        }
        starts_line = false;
        at += len > 0 ? len : 1;
    }
    free(text);
    return text != NULL;
}

void functions_free(struct functions *functions) {
    lines_free(&functions->declared);
    lines_free(&functions->defined);
}

bool functions_hold(const struct lines *names, const char *name) {
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->line[i], name) == 0) {
            return true;
        }
    }
    return false;
}
