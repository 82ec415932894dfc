#include "tools/tutorial/document.h"

#include <stdlib.h>
#include <string.h>

/* How many times a character is repeated at the start of a text. */
static size_t run_of(const char *text, char character) {
    size_t count = 0;
    while (text[count] == character) {
        count++;
    }
    return count;
}

static bool ends_fence(const char *line, char mark, size_t least) {
    line += strspn(line, " \t");
    size_t count = run_of(line, mark);
    return count >= least && line[count + strspn(line + count, " \t")] == '\0';
}

/* Splits what stands after the backticks into the language and the rest. */
static void read_words(struct fence *fence, const char *words) {
    words += strspn(words, " \t");
    size_t len = strcspn(words, " \t");
    fence->language = lines_copy(words, len);
    words += len + strspn(words + len, " \t");
    for (len = strlen(words); len > 0 && strchr(" \t", words[len - 1]) != NULL; len--) {
    }
    fence->words = lines_copy(words, len);
}

/* Takes in the fence that line number `line` opens, if it opens one. Returns the number of the line
 * that closes it, or 0. */
static size_t read_fence(struct document *document, size_t line) {
    const char *opening = document->lines.line[line - 1];
    size_t indentation = strspn(opening, " ");
    char mark = opening[indentation];
    size_t count = mark == '`' || mark == '~' ? run_of(opening + indentation, mark) : 0;
    const char *words = opening + indentation + count;
    if (count < 3 || (mark == '`' && strchr(words, '`') != NULL)) {
        return 0;
    }
    struct fence fence = {.line = line};
    read_words(&fence, words);
    while (line < document->lines.count && !ends_fence(document->lines.line[line], mark, count)) {
        const char *content = document->lines.line[line];
        size_t blanks = strspn(content, " ");
        content += blanks < indentation ? blanks : indentation;
        lines_add(&fence.content, content, strlen(content));
        line++;
    }
    document->fences =
        lines_grow(document->fences, document->fence_count + 1, sizeof *document->fences);
    document->fences[document->fence_count++] = fence;
    return line + 1;
}

static void find_fences(struct document *document) {
    for (size_t line = 1; line <= document->lines.count; line++) {
        size_t last = read_fence(document, line);
        if (last > 0) {
            size_t start = document_offset(document, line);
            memset(document->kind + start, DOCUMENT_FENCE,
                   document_offset(document, last + 1) - start);
            line = last;
        }
    }
}

/* Where the paragraph around `at` ends: at an empty line or a fence. */
static size_t paragraph_end(const struct document *document, size_t at) {
    const char *text = document->text;
    for (; text[at] != '\0' && document->kind[at] != DOCUMENT_FENCE; at++) {
        if (text[at] == '\n' && text[at + 1 + strspn(text + at + 1, " \t")] == '\n') {
            break;
        }
    }
    return at;
}

/* The length of a code span's content that ends with `count` backticks, or SIZE_MAX: the backticks
 * are then mere characters. */
static size_t span_length(const struct document *document, size_t start, size_t count) {
    size_t end = paragraph_end(document, start);
    for (size_t at = start; at < end;) {
        size_t run = run_of(document->text + at, '`');
        if (run == count) {
            return at - start;
        }
        at += run > 0 ? run : 1;
    }
    return (size_t)-1;
}

static void find_spans_and_comments(struct document *document) {
    const char *text = document->text;
    for (size_t at = 0; text[at] != '\0';) {
        size_t count = run_of(text + at, '`');
        size_t len;
        if (count > 0 && document->kind[at] != DOCUMENT_FENCE) {
            if ((len = span_length(document, at + count, count)) != (size_t)-1) {
                memset(document->kind + at + count, DOCUMENT_CODE, len);
                at += len + count;
            }
            at += count;
        } else if (strncmp(text + at, "<!--", 4) == 0 && document->kind[at] != DOCUMENT_FENCE) {
            const char *end = strstr(text + at, "-->");
            len = end != NULL ? (size_t)(end + 3 - (text + at)) : strlen(text + at);
            memset(document->kind + at, DOCUMENT_COMMENT, len);
            at += len;
        } else {
            at++;
        }
    }
}

bool document_read(struct document *document, const char *path) {
    *document = (struct document){.path = path};
    document->text = lines_read_text(path);
    if (document->text == NULL) {
        return false;
    }
    size_t len = strlen(document->text);
    document->kind = lines_grow(NULL, len + 1, 1);
    memset(document->kind, DOCUMENT_PROSE, len + 1);
    lines_split(&document->lines, document->text);
    find_fences(document);
    find_spans_and_comments(document);
    return true;
}

void document_free(struct document *document) {
    for (size_t i = 0; i < document->fence_count; i++) {
        free(document->fences[i].language);
        free(document->fences[i].words);
        lines_free(&document->fences[i].content);
    }
    free(document->fences);
    lines_free(&document->lines);
    free(document->kind);
    free(document->text);
}

size_t document_line(const struct document *document, size_t offset) {
    size_t line = 1;
    for (size_t i = 0; i < offset; i++) {
        line += document->text[i] == '\n';
    }
    return line;
}

size_t document_offset(const struct document *document, size_t line) {
    const char *text = document->text;
    for (; line > 1 && *text != '\0'; line--) {
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    return (size_t)(text - document->text);
}

bool document_is_fenced(const struct document *document, size_t line) {
    return document->kind[document_offset(document, line)] == DOCUMENT_FENCE;
}

char *document_directive(const struct document *document, size_t line, const char *name) {
    if (line < 1 || line > document->lines.count) {
        return NULL;
    }
    const char *text = document->lines.line[line - 1];
    text += strspn(text, " ");
    const char *end = strstr(text, "-->");
    if (strncmp(text, "<!--", 4) != 0 || end == NULL || end[3 + strspn(end + 3, " ")] != '\0' ||
        document_is_fenced(document, line)) {
        return NULL;
    }
    text += 4 + strspn(text + 4, " ");
    if (strncmp(text, name, strlen(name)) != 0) {
        return NULL;
    }
    text += strlen(name);
    text += strspn(text, " ");
    while (end > text && end[-1] == ' ') {
        end--;
    }
    return end < text ? NULL : lines_copy(text, (size_t)(end - text));
}

bool document_is_mark(const struct document *document, size_t line, const char *text) {
    char *rest = document_directive(document, line, text);
    bool is = rest != NULL && rest[0] == '\0';
    free(rest);
    return is;
}

bool document_span(const struct document *document, size_t from, size_t to, size_t *start,
                   size_t *len) {
    while (from < to && document->kind[from] != DOCUMENT_CODE) {
        from++;
    }
    *start = from;
    while (from < to && document->kind[from] == DOCUMENT_CODE) {
        from++;
    }
    *len = from - *start;
    return *len > 0;
}
