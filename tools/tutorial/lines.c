#include "tools/tutorial/lines.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *lines_grow(void *array, size_t count, size_t size) {
    void *grown = count > SIZE_MAX / size ? NULL : realloc(array, count * size);
    if (grown == NULL) {
        fprintf(stderr, "tutorial: out of memory\n");
        abort();
    }
    return grown;
}

char *lines_copy(const char *text, size_t len) {
    char *copy = lines_grow(NULL, len + 1, 1);
    memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

char *lines_read_text(const char *path) {
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return NULL;
    }
    char *text = lines_grow(NULL, 1, 1);
    size_t len = 0, count;
    char chunk[4096];
    while ((count = fread(chunk, 1, sizeof chunk, file)) > 0) {
        text = lines_grow(text, len + count + 1, 1);
        for (size_t i = 0; i < count; i++) {
            if (chunk[i] != '\0') {
                text[len++] = chunk[i];
            }
        }
    }
    text[len] = '\0';
    if (ferror(file)) { /* a directory can be opened, but not read */
        int problem = errno;
        free(text);
        text = NULL;
        errno = problem;
    }
    fclose(file);
    return text;
}

bool lines_read(struct lines *lines, const char *path) {
    char *text = lines_read_text(path);
    if (text == NULL) {
        return false;
    }
    lines_split(lines, text);
    free(text);
    return true;
}

void lines_split(struct lines *lines, const char *text) {
    *lines = (struct lines){0};
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        size_t kept = len;
        while (kept > 0 && text[kept - 1] == '\r') {
            kept--;
        }
        lines_add(lines, text, kept);
        text += text[len] == '\n' ? len + 1 : len;
    }
}

void lines_add(struct lines *lines, const char *line, size_t len) {
    lines->line = lines_grow(lines->line, lines->count + 1, sizeof *lines->line);
    lines->line[lines->count++] = lines_copy(line, len);
}

void lines_free(struct lines *lines) {
    for (size_t i = 0; i < lines->count; i++) {
        free(lines->line[i]);
    }
    free(lines->line);
    *lines = (struct lines){0};
}

bool lines_is(const char *line, const char *word) {
    line += strspn(line, " \t");
    size_t len = strlen(word);
    return strncmp(line, word, len) == 0 && line[len + strspn(line + len, " \t")] == '\0';
}
