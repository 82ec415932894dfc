/* tutorial: checks that TUTORIAL.md and README.md say what the code does. */
#include "common/options.h"
#include "tools/tutorial/command.h"
#include "tools/tutorial/console.h"
#include "tools/tutorial/figures.h"
#include "tools/tutorial/folders.h"
#include "tools/tutorial/links.h"
#include "tools/tutorial/listing.h"
#include "tools/tutorial/quotes.h"
#include "tools/tutorial/rules.h"
#include "tools/tutorial/snippets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { QUOTES, HEX, RULES, FIGURES, CONSOLE, LINKS, KINDS };

static const char *const kind_names[KINDS] = {
    [QUOTES] = "quotes",   [HEX] = "hex",         [RULES] = "rules",
    [FIGURES] = "figures", [CONSOLE] = "console", [LINKS] = "links",
};

struct arguments {
    struct options_list files;
    bool wanted[KINDS];
    bool snippets;
    int64_t patience;
};

/* Reads "quotes,links". Returns whether all of the kinds are known. */
static bool read_kinds(struct arguments *arguments, const char *only) {
    for (enum kind kind = 0; kind < KINDS; kind++) {
        arguments->wanted[kind] = only == NULL;
    }
    while (only != NULL && *only != '\0') {
        size_t len = strcspn(only, ",");
        enum kind kind = 0;
        while (kind < KINDS &&
               (strlen(kind_names[kind]) != len || strncmp(kind_names[kind], only, len) != 0)) {
            kind++;
        }
        if (kind == KINDS) {
            fprintf(stderr, "tutorial: there is no kind '%.*s'; there are", (int)len, only);
            for (kind = 0; kind < KINDS; kind++) {
                fprintf(stderr, " %s", kind_names[kind]);
            }
            fprintf(stderr, "\n");
            return false;
        }
        arguments->wanted[kind] = true;
        only += len + (only[len] == ',');
    }
    return true;
}

static int parse(struct arguments *arguments, int argc, char **argv) {
    struct options options;
    const char *only = NULL;
    *arguments = (struct arguments){.patience = 20000};
    options_init(&options, "tutorial", "Checks that the text says what the code does.");
    options.operand_name = "[FILE...]";
    options_add_text(&options, "--only", "KINDS", &only,
                     "some of quotes,hex,rules,figures,console,links (all)");
    options_add_flag(&options, "--snippets", &arguments->snippets,
                     "check nothing; print the snippets for a browser as JSON");
    options_add_seconds(&options, "--patience", &arguments->patience, 1,
                        "how long to wait for a command (20)");
    int status = options_parse(&options, argc, argv);
    if (status != OPTIONS_GO_ON) {
        return status;
    }
    arguments->files = options.operands;
    if (arguments->files.count == 0) {
        arguments->files = (struct options_list){{"TUTORIAL.md", "README.md"}, 2};
    }
    return read_kinds(arguments, only) ? OPTIONS_GO_ON : OPTIONS_USAGE;
}

/* Checks one document, apart from its links. The first document is the one that must be complete.
 * */
static void check_document(const struct arguments *arguments, const struct document *document,
                           bool first, const struct sandbox *scene, struct report *report) {
    if (arguments->wanted[QUOTES]) {
        quotes_check(document, report);
    }
    if (arguments->wanted[HEX]) {
        listing_check(document, report);
    }
    if (arguments->wanted[RULES]) {
        rules_check(document, first, scene, arguments->patience, report);
    }
    if (arguments->wanted[FIGURES]) {
        figures_check(document, scene, arguments->patience, report);
    }
    if (arguments->wanted[CONSOLE]) {
        console_check(document, scene, arguments->patience, report);
    }
}

static void check_links(const struct sandbox *scene, struct report *report) {
    struct lines paths = {0};
    folders_find_documents(scene->build, &paths);
    for (size_t i = 0; i < paths.count; i++) {
        struct document document;
        if (document_read(&document, paths.line[i])) {
            links_check(&document, report);
            document_free(&document);
        } else {
            report_fail(report, paths.line[i], 0, "cannot be read: %s", strerror(errno));
        }
    }
    lines_free(&paths);
}

/* Reads the documents that are there; the others are failures. Returns their number. */
static size_t read_documents(const struct options_list *files, struct document *documents,
                             struct report *report) {
    size_t count = 0;
    for (size_t i = 0; i < files->count; i++) {
        if (document_read(&documents[count], files->item[i])) {
            count++;
        } else {
            report_fail(report, files->item[i], 0, "cannot be read: %s", strerror(errno));
        }
    }
    return count;
}

/* Checks all that is wanted. Returns false when that is not possible here. */
static bool check_all(const struct arguments *arguments, const struct document *documents,
                      size_t count, struct report *report) {
    const char *texts[OPTIONS_LIST_MAX];
    struct sandbox scene;
    command_guard();
    for (size_t i = 0; i < count; i++) {
        texts[i] = documents[i].text;
    }
    if (!sandbox_init(&scene, texts, count)) {
        fprintf(stderr, "tutorial: there are no ten free ports in a row\n");
        return false;
    }
    if (arguments->wanted[CONSOLE] && sandbox_has_own_nc()) {
        printf("nc is the one of tools/tutorial; NC=real takes that of the system\n");
    }
    for (size_t i = 0; i < count; i++) {
        bool first = documents[i].path == arguments->files.item[0];
        check_document(arguments, &documents[i], first, &scene, report);
    }
    if (arguments->wanted[LINKS]) {
        check_links(&scene, report);
    }
    return true;
}

int main(int argc, char **argv) {
    struct arguments arguments;
    struct report report = {0};
    struct document documents[OPTIONS_LIST_MAX];
    int status = parse(&arguments, argc, argv);
    if (status != OPTIONS_GO_ON) {
        return status;
    }
    size_t count = read_documents(&arguments.files, documents, &report);
    if (arguments.snippets) {
        for (size_t i = 0; i < count; i++) {
            snippets_print(&documents[i]);
        }
        status = report.failed > 0;
    } else if (check_all(&arguments, documents, count, &report)) {
        const char *ci = getenv("CI");
        status = report_end(&report, ci != NULL && strcmp(ci, "true") == 0);
    } else {
        status = 1;
    }
    for (size_t i = 0; i < count; i++) {
        document_free(&documents[i]);
    }
    return status;
}
