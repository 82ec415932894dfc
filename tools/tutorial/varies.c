#include "tools/tutorial/varies.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool varies_init(struct varies *varies, const struct document *document, const struct fence *fence,
                 struct report *report) {
    bool good = true;
    *varies = (struct varies){0};
    for (size_t line = fence->line - 1; line > 0; line--) {
        char *piece = document_directive(document, line, "varies:");
        if (piece == NULL) {
            break;
        }
        bool stands = false;
        for (size_t i = 0; i < fence->content.count; i++) {
            stands = stands || strstr(fence->content.line[i], piece) != NULL;
        }
        if (piece[0] == '\0' || !stands) {
            report_fail(report, document->path, line, "\"%s\" does not stand in the fence below it",
                        piece);
            good = false;
        } else {
            lines_add(&varies->pieces, piece, strlen(piece));
        }
        free(piece);
    }
    return good;
}

void varies_free(struct varies *varies) {
    lines_free(&varies->pieces);
}

static size_t word_length(const char *text) {
    return strcspn(text, " \t");
}

/* Matches the rest of a piece word for word, and then what the text has after the piece. A word
 * may be followed by other characters, so the longest is tried first, then shorter ones. */
/* NOLINTNEXTLINE(misc-no-recursion): as deep as a line has words. */
static bool same_words(const struct varies *varies, const char *piece, const char *after,
                       const char *line) {
    size_t blanks = strspn(piece, " \t");
    if (*piece == '\0') {
        return varies_same((void *)(uintptr_t)varies, after, line);
    }
    if (blanks > 0) {
        size_t got = strspn(line, " \t");
        return got > 0 && same_words(varies, piece + blanks, after, line + got);
    }
    for (size_t len = word_length(line); len > 0; len--) {
        if (same_words(varies, piece + word_length(piece), after, line + len)) {
            return true;
        }
    }
    return false;
}

/* Skips a port in both lines. One of 8000 to 8009 is compared like any other text. */
static void skip_port(const char **wanted, const char **line) {
    size_t len = strspn(*wanted, "0123456789");
    bool ours = len == 4 && strncmp(*wanted, "800", 3) == 0;
    size_t got = strspn(*line, "0123456789");
    if (len > 0 && got > 0 && !ours) {
        *wanted += len;
        *line += got;
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as a line has words. */
bool varies_same(void *context, const char *wanted, const char *line) {
    static const char *const hosts[] = {"127.0.0.1:", "[::1]:"};
    const struct varies *varies = context;
    while (*wanted != '\0') {
        for (size_t i = 0; i < varies->pieces.count; i++) {
            const char *piece = varies->pieces.line[i];
            if (strncmp(wanted, piece, strlen(piece)) == 0) {
                return same_words(varies, piece, wanted + strlen(piece), line);
            }
        }
        if (*wanted != *line) {
            return false;
        }
        size_t step = 1;
        for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
            size_t len = strlen(hosts[i]);
            if (strncmp(wanted, hosts[i], len) == 0 && strncmp(line, hosts[i], len) == 0) {
                step = len;
            }
        }
        wanted += step;
        line += step;
        if (step > 1) {
            skip_port(&wanted, &line);
        }
    }
    return *line == '\0';
}
