#include "tools/tutorial/cell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool cell_find(const struct document *document, size_t line, size_t column, size_t *from,
               size_t *to) {
    const char *text = document->text;
    size_t at = document_offset(document, line), bars = 0;
    for (; text[at] != '\0' && text[at] != '\n'; at++) {
        bool bar = text[at] == '|' && (at == 0 || text[at - 1] != '\\');
        if (bar && bars++ == column) {
            *from = at + 1;
        } else if (bar && bars == column + 2) {
            *to = at;
            return true;
        }
    }
    return false;
}

/* Takes in the link that starts at `at`, if one does. Returns where it ends, or `at`. */
static size_t take_link(struct cell *cell, const struct document *document, size_t at, size_t to) {
    const char *text = document->text;
    const char *slash = strrchr(document->path, '/');
    size_t middle = at;
    while (middle + 1 < to && strncmp(text + middle, "](", 2) != 0) {
        middle++;
    }
    size_t target = middle + 2;
    size_t end = target < to ? target + strcspn(text + target, ") \n") : to;
    if (end >= to) {
        return at;
    }
    size_t folder = slash != NULL ? (size_t)(slash + 1 - document->path) : 0;
    size_t len = strcspn(text + target, "#) ");
    char *path = lines_grow(NULL, folder + len + 1, 1);
    memcpy(path, document->path, folder);
    memcpy(path + folder, text + target, len);
    lines_add(&cell->paths, path, folder + len);
    free(path);
    return end;
}

void cell_read(struct cell *cell, const struct document *document, size_t from, size_t to) {
    static const char *const dashes[] = {"-", "–", "—"};
    const char *text = document->text;
    *cell = (struct cell){0};
    const char *begin = text + from + strspn(text + from, " ");
    for (size_t i = 0; i < sizeof dashes / sizeof dashes[0]; i++) {
        cell->dash = cell->dash || strncmp(begin, dashes[i], strlen(dashes[i])) == 0;
    }
    for (size_t at = from; at < to; at++) {
        size_t start, len;
        if (document->kind[at] == DOCUMENT_PROSE && text[at] == '[') {
            at = take_link(cell, document, at, to);
        } else if (document->kind[at] == DOCUMENT_CODE &&
                   document_span(document, at, to, &start, &len)) {
            lines_add(&cell->codes, text + start, len);
            at = start + len;
        }
    }
}

void cell_free(struct cell *cell) {
    lines_free(&cell->paths);
    lines_free(&cell->codes);
}
