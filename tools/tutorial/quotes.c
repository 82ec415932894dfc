#include "tools/tutorial/quotes.h"

#include "tools/tutorial/match.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static bool is_elision(const char *line) {
    return lines_is(line, "/* ... */") || lines_is(line, "# ...") ||
           lines_is(line, "<!-- ... -->") || lines_is(line, "// ...");
}

static bool is_same(void *context, const char *wanted, const char *line) {
    (void)context;
    return strcmp(wanted, line) == 0;
}

/* Whether what stands after the language is the path of a file. */
static bool is_path(const char *words) {
    return strchr(words, '/') != NULL || (words[0] != '\0' && access(words, F_OK) == 0);
}

static void compare(const struct document *document, const struct fence *fence,
                    const struct lines *file, struct report *report) {
    static const struct match_rules rules = {
        .is_elision = is_elision, .same = is_same, .least_elided = 1};
    const char *path = fence->words;
    struct match match =
        match_find(&rules, fence->content.line, fence->content.count, file->line, file->count);
    if (match.verdict == MATCH_FOUND) {
        report_pass(report);
        return;
    }
    const char *wanted = fence->content.line[match.wanted];
    report_fail(report, document->path, fence->line + 1 + match.wanted, "not in %s: \"%s\"", path,
                wanted);
    if (match.nearest == file->count) {
        report_more("the file ends before it");
    } else if (strcmp(wanted, file->line[match.nearest]) == 0) {
        report_more("it is at %s:%zu, but should come after what is quoted above it", path,
                    match.nearest + 1);
    } else {
        report_more("nearest: %s:%zu: \"%s\"", path, match.nearest + 1, file->line[match.nearest]);
    }
}

static void check_quote(const struct document *document, const struct fence *fence,
                        struct report *report) {
    struct lines file;
    if (!lines_read(&file, fence->words)) {
        report_fail(report, document->path, fence->line, "cannot read %s: %s", fence->words,
                    strerror(errno));
        return;
    }
    if (fence->content.count == 0) {
        report_fail(report, document->path, fence->line, "quotes nothing of %s", fence->words);
    } else {
        compare(document, fence, &file, report);
    }
    lines_free(&file);
}

/* What is wrong with a fence that quotes no file, or NULL. */
static const char *problem_of(const struct fence *fence) {
    const char *language = fence->language;
    if (strchr(language, '/') != NULL) {
        return "a language goes before the path, as in \"c step01_tcp/tcp.c\"";
    }
    if (strcmp(language, "c") == 0 && strcmp(fence->words, "sketch") != 0) {
        return "say which file this C comes from, as in \"c step01_tcp/tcp.c\", or call it \"c "
               "sketch\"";
    }
    if (strcmp(language, "sh") == 0 || strcmp(language, "bash") == 0) {
        return "commands are shown, and checked, in a fence \"console\"; or say which file this is "
               "from";
    }
    return NULL;
}

void quotes_check(const struct document *document, struct report *report) {
    for (size_t i = 0; i < document->fence_count; i++) {
        const struct fence *fence = &document->fences[i];
        const char *problem = problem_of(fence);
        if (is_path(fence->words)) {
            check_quote(document, fence, report);
        } else if (problem != NULL) {
            report_fail(report, document->path, fence->line, "%s", problem);
        }
    }
}
