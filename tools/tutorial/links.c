#include "tools/tutorial/links.h"

#include "common/text.h"
#include "tools/tutorial/anchors.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct links {
    const struct document *document;
    struct report *report;
    struct lines anchors; /* of the document itself */
};

/* The anchor most like one that is not there, or NULL. */
static const char *nearest(const struct lines *anchors, const char *anchor) {
    const char *best = NULL;
    size_t least = TEXT_DISTANCE_MAX;
    for (size_t i = 0; i < anchors->count; i++) {
        size_t distance = text_distance(anchor, anchors->line[i]);
        if (distance < least) {
            least = distance;
            best = anchors->line[i];
        }
    }
    return best;
}

static void check_anchor(struct links *links, size_t line, const char *path,
                         const struct lines *anchors, const char *anchor) {
    for (size_t i = 0; i < anchors->count; i++) {
        if (strcmp(anchors->line[i], anchor) == 0) {
            report_pass(links->report);
            return;
        }
    }
    const char *best = nearest(anchors, anchor);
    report_fail(links->report, links->document->path, line, "no heading in %s is #%s", path,
                anchor);
    if (best != NULL) {
        report_more("nearest: #%s", best);
    }
}

static void check_anchor_elsewhere(struct links *links, size_t line, const char *path,
                                   const char *anchor) {
    size_t len = strlen(path);
    struct document other;
    if (len < 3 || strcmp(path + len - 3, ".md") != 0) {
        report_fail(links->report, links->document->path, line,
                    "an anchor into %s drifts with its line numbers; link the file alone", path);
    } else if (!document_read(&other, path)) {
        report_fail(links->report, links->document->path, line, "cannot read %s", path);
    } else {
        struct lines anchors = {0};
        anchors_collect(&other, &anchors);
        check_anchor(links, line, path, &anchors, anchor);
        lines_free(&anchors);
        document_free(&other);
    }
}

static void check_relative(struct links *links, size_t line, const char *target) {
    const char *from = links->document->path;
    const char *slash = strrchr(from, '/');
    const char *anchor = strchr(target, '#');
    size_t len = anchor != NULL ? (size_t)(anchor - target) : strlen(target);
    size_t folder = slash != NULL && target[0] != '/' ? (size_t)(slash + 1 - from) : 0;
    size_t skip = target[0] == '/' ? 1 : 0;
    if (len == 0 && anchor != NULL) {
        check_anchor(links, line, from, &links->anchors, anchor + 1);
        return;
    }
    char *path = lines_grow(NULL, folder + len + 2, 1);
    snprintf(path, folder + len + 2, "%.*s%.*s", (int)folder, from, (int)(len - skip),
             target + skip);
    if (access(path[0] != '\0' ? path : ".", F_OK) != 0) {
        report_fail(links->report, from, line, "the link to %s leads nowhere: there is no %s",
                    target, path);
    } else if (anchor != NULL) {
        check_anchor_elsewhere(links, line, path, anchor + 1);
    } else {
        report_pass(links->report);
    }
    free(path);
}

static void check_target(struct links *links, size_t line, const char *target) {
    size_t scheme = 0;
    while (isalnum((unsigned char)target[scheme]) || target[scheme] == '+') {
        scheme++;
    }
    const char *web = strncmp(target, "http://", 7) == 0    ? target + 7
                      : strncmp(target, "https://", 8) == 0 ? target + 8
                                                            : NULL;
    if (target[0] == '\0') {
        report_fail(links->report, links->document->path, line, "a link without a target");
    } else if (target[scheme] != ':') {
        check_relative(links, line, target);
    } else if ((web != NULL && isalnum((unsigned char)web[0]) && !strpbrk(web, " \"<>\\")) ||
               (web != NULL && web[0] == '[') || strncmp(target, "mailto:", 7) == 0) {
        report_pass(links->report);
    } else {
        report_fail(links->report, links->document->path, line,
                    "no good address: %s (http, https and mailto are known)", target);
    }
}

/* How long the target of a link is that starts at `text`: up to the ')' that ends the link, or to
 * the blank before its title. */
static size_t target_length(const char *text) {
    size_t open = 0, len = 0;
    for (; text[len] != '\0' && !isspace((unsigned char)text[len]); len++) {
        open += text[len] == '(';
        if (text[len] == ')' && open-- == 0) {
            break;
        }
    }
    return len;
}

/* Whether a line of the document defines a reference: `[label]: target`. */
static bool is_defined(const struct document *document, const char *label, size_t len) {
    for (size_t i = 0; i < document->lines.count; i++) {
        const char *line = document->lines.line[i];
        line += strspn(line, " ");
        if (line[0] == '[' && strncmp(line + 1, label, len) == 0 &&
            strncmp(line + 1 + len, "]:", 2) == 0) {
            return true;
        }
    }
    return false;
}

static void check_reference(struct links *links, size_t offset, size_t len) {
    const char *label = links->document->text + offset;
    if (len == 0 || is_defined(links->document, label, len)) {
        report_pass(links->report);
    } else {
        report_fail(links->report, links->document->path, document_line(links->document, offset),
                    "no line defines [%.*s]: ...", (int)len, label);
    }
}

enum link { LINK_NONE, LINK_TARGET, LINK_LABEL };

/* Whether the line that holds the character at `at` is indented text that starts with '['. */
static bool starts_definition(const struct document *document, size_t at) {
    while (at > 0 && document->text[at - 1] != '\n') {
        at--;
    }
    return document->text[at + strspn(document->text + at, " ")] == '[';
}

/* Whether a link's target, or the label that stands for it, comes next at `at`; stores where it
 * is. */
static enum link find_target(const struct document *document, size_t at, size_t *start,
                             size_t *len) {
    const char *text = document->text + at;
    bool inside = strncmp(text, "](", 2) == 0;
    bool definition = strncmp(text, "]: ", 3) == 0 && starts_definition(document, at);
    size_t attribute = strncmp(text, "href=\"", 6) == 0  ? 6
                       : strncmp(text, "src=\"", 5) == 0 ? 5
                                                         : 0;
    if (strncmp(text, "][", 2) == 0) {
        *start = at + 2;
        *len = strcspn(text + 2, "]\n");
        return LINK_LABEL;
    }
    if (strncmp(text, "<http", 5) == 0) {
        *start = at + 1;
        *len = strcspn(text + 1, ">\n");
        return LINK_TARGET;
    }
    if (attribute > 0) {
        *start = at + attribute;
        *len = strcspn(text + attribute, "\"\n");
        return LINK_TARGET;
    }
    if (!inside && !definition) {
        return LINK_NONE;
    }
    *start = at + (inside ? 2 : 3);
    const char *target = document->text + *start;
    bool pointed = target[0] == '<';
    *start += pointed ? 1 : 0;
    *len = pointed ? strcspn(target + 1, ">\n") : target_length(target);
    return LINK_TARGET;
}

void links_check(const struct document *document, struct report *report) {
    struct links links = {.document = document, .report = report};
    anchors_collect(document, &links.anchors);
    for (size_t at = 0; document->text[at] != '\0'; at++) {
        size_t start, len;
        enum link link = document->kind[at] == DOCUMENT_PROSE
                             ? find_target(document, at, &start, &len)
                             : LINK_NONE;
        if (link == LINK_TARGET) {
            char *target = lines_copy(document->text + start, len);
            check_target(&links, document_line(document, start), target);
            free(target);
        } else if (link == LINK_LABEL) {
            check_reference(&links, start, len);
        }
    }
    lines_free(&links.anchors);
}
