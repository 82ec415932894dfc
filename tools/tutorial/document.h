/* document: a Markdown file as the checks need it: its fences, and which characters are prose, code
 * or comment. It knows as much of Markdown as this repository uses: fences of backticks or tildes,
 * code spans, HTML comments and headings that start with '#'. */
#ifndef TOOLS_TUTORIAL_DOCUMENT_H
#define TOOLS_TUTORIAL_DOCUMENT_H

#include "tools/tutorial/lines.h"

/* What a character of the text belongs to. */
enum document_kind { DOCUMENT_PROSE, DOCUMENT_CODE, DOCUMENT_FENCE, DOCUMENT_COMMENT };

/* A block of code between two lines of backticks: ```c step01_tcp/tcp.c */
struct fence {
    size_t line;          /* number of the line that opens it; its content starts one line on */
    char *language;       /* "c"; "" without one */
    char *words;          /* what follows: "step01_tcp/tcp.c"; "" if nothing does */
    struct lines content; /* without the indentation of the fence */
};

struct document {
    const char *path;
    char *text;
    unsigned char *kind; /* an enum document_kind for each character of the text */
    struct lines lines;
    struct fence *fences;
    size_t fence_count;
};

/* Reads and parses a file. `path` must outlive the document. Returns false with errno, and then
 * there is nothing to free. */
bool document_read(struct document *document, const char *path);
void document_free(struct document *document);

/* The number of the line, from 1, that holds the character at an offset of the text. */
size_t document_line(const struct document *document, size_t offset);

/* Whether line number `line` is `<!-- NAME: VALUE -->`. Returns a copy of VALUE that the caller
 * frees, or NULL. `name` holds the colon. */
char *document_directive(const struct document *document, size_t line, const char *name);

/* Whether line number `line` is `<!-- TEXT -->` and stands outside of fences. */
bool document_is_mark(const struct document *document, size_t line, const char *text);

/* Whether line number `line` belongs to a fence. */
bool document_is_fenced(const struct document *document, size_t line);

/* Finds the next code span between two offsets; stores where its content starts and how long it is.
 * Returns whether there is one. Search on after it with `from = *start + *len`. */
bool document_span(const struct document *document, size_t from, size_t to, size_t *start,
                   size_t *len);

/* The offset at which line number `line` starts, or the length of the text after the last. */
size_t document_offset(const struct document *document, size_t line);

#endif
