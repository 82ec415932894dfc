#include "tools/tutorial/anchors.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether a character of two bytes or more is one of a word. It must be told from dashes,
 * quotation marks, arrows and the like (U+0080 to U+00BF, U+2000 to U+2BFF) and from pictures
 * (U+1F000 and up, four bytes); which is all that English prose needs. */
static bool is_letter_beyond_ascii(const unsigned char *character) {
    bool sign = character[0] == 0xc2 ||
                (character[0] == 0xe2 && character[1] >= 0x80 && character[1] <= 0xaf);
    return character[0] >= 0xc3 && character[0] < 0xf0 && !sign;
}

/* How much of a heading at `text` is markup that is not shown: an HTML tag, or where a link goes.
 * */
static size_t markup_length(const char *text) {
    char close = text[0] == '<' && (isalpha((unsigned char)text[1]) || text[1] == '/') ? '>'
                 : strncmp(text, "](", 2) == 0                                         ? ')'
                                                                                       : '\0';
    const char *end = close != '\0' ? strchr(text, close) : NULL;
    return end != NULL ? (size_t)(end + 1 - text) : 0;
}

static char *slug_of(const char *heading) {
    size_t len = strlen(heading), kept = 0;
    char *slug = lines_grow(NULL, len + 1, 1);
    while (len > 0 && strchr(" \t#", heading[len - 1]) != NULL) {
        len--;
    }
    for (size_t i = 0; i < len;) {
        unsigned char byte = (unsigned char)heading[i];
        size_t markup = markup_length(heading + i), size = 1;
        if (markup > 0) {
            i += markup;
            continue;
        }
        if (byte >= 0x80) {
            while (((unsigned char)heading[i + size] & 0xc0) == 0x80) {
                size++;
            }
            if (is_letter_beyond_ascii((const unsigned char *)heading + i)) {
                memcpy(slug + kept, heading + i, size);
                kept += size;
            }
        } else if (isalnum(byte) || byte == '-' || byte == '_' || byte == ' ') {
            slug[kept++] = byte == ' ' ? '-' : (char)tolower(byte);
        }
        i += size;
    }
    slug[kept] = '\0';
    return slug;
}

static bool holds(const struct lines *anchors, const char *anchor) {
    for (size_t i = 0; i < anchors->count; i++) {
        if (strcmp(anchors->line[i], anchor) == 0) {
            return true;
        }
    }
    return false;
}

static void add_heading(const char *heading, struct lines *anchors) {
    char *slug = slug_of(heading);
    size_t room = strlen(slug) + 24;
    char *unique = lines_grow(NULL, room, 1);
    snprintf(unique, room, "%s", slug);
    for (unsigned number = 1; holds(anchors, unique); number++) {
        snprintf(unique, room, "%s-%u", slug, number);
    }
    lines_add(anchors, unique, strlen(unique));
    free(unique);
    free(slug);
}

static void add_attributes(const struct document *document, const char *name,
                           struct lines *anchors) {
    const char *at = document->text;
    while ((at = strstr(at, name)) != NULL) {
        bool shown = document->kind[at - document->text] == DOCUMENT_PROSE;
        at += strlen(name);
        if (shown) {
            lines_add(anchors, at, strcspn(at, "\"\n"));
        }
    }
}

void anchors_collect(const struct document *document, struct lines *anchors) {
    for (size_t i = 0; i < document->lines.count; i++) {
        const char *line = document->lines.line[i];
        size_t level = strspn(line, "#");
        if (level >= 1 && level <= 6 && line[level] == ' ' &&
            !document_is_fenced(document, i + 1)) {
            line += level;
            add_heading(line + strspn(line, " "), anchors);
        }
    }
    add_attributes(document, " id=\"", anchors);
    add_attributes(document, " name=\"", anchors);
}
