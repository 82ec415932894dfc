#include "tools/tutorial/snippets.h"

#include "tools/tutorial/console.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The program that `make run` starts. */
static const char run_program[] = "step05_echo";

static void print_string(const char *text) {
    putchar('"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            printf("\\%c", *text);
        } else if ((unsigned char)*text < 0x20) {
            printf("\\u%04x", (unsigned)*text);
        } else {
            putchar(*text);
        }
    }
    putchar('"');
}

static void print_code(const struct fence *fence) {
    size_t size = 1;
    for (size_t i = 0; i < fence->content.count; i++) {
        size += strlen(fence->content.line[i]) + 1;
    }
    char *code = lines_grow(NULL, size, 1), *end = code;
    *code = '\0';
    for (size_t i = 0; i < fence->content.count; i++) {
        end += sprintf(end, "%s\n", fence->content.line[i]);
    }
    print_string(code);
    free(code);
}

/* Prints what stands after every comment of one kind. */
static void print_comments(const struct fence *fence, const char *mark) {
    const char *separator = "";
    printf("[");
    for (size_t i = 0; i < fence->content.count; i++) {
        const char *line = fence->content.line[i];
        line += strspn(line, " \t");
        if (strncmp(line, mark, strlen(mark)) == 0) {
            line += strlen(mark);
            printf("%s", separator);
            print_string(line + strspn(line, " "));
            separator = ", ";
        }
    }
    printf("]");
}

/* The name of the program that a server's fence starts, which the caller frees, or NULL. */
static char *program_of(const struct fence *fence) {
    size_t line = 0;
    glob_t found;
    char pattern[16];
    char *program = NULL, *command = console_command(fence, &line);
    const char *target = command != NULL ? strstr(command, "make step") : NULL;
    const char *path = command != NULL ? strstr(command, "build/step") : NULL;
    if (target != NULL) {
        snprintf(pattern, sizeof pattern, "%.6s_*", target + 5);
        if (glob(pattern, 0, NULL, &found) == 0) {
            program = lines_copy(found.gl_pathv[0], strlen(found.gl_pathv[0]));
            globfree(&found);
        }
    } else if (path != NULL) {
        program = lines_copy(path + 6, strcspn(path + 6, " "));
    } else if (command != NULL && strstr(command, "make run") != NULL) {
        program = lines_copy(run_program, strlen(run_program));
    }
    free(command);
    return program;
}

static void print_snippet(const struct document *document, const struct fence *fence,
                          const char *program) {
    printf("{\"file\": ");
    print_string(document->path);
    printf(", \"line\": %zu, \"program\": ", fence->line);
    if (program != NULL) {
        print_string(program);
    } else {
        printf("null");
    }
    printf(", \"goes_on\": %s, \"code\": ",
           strcmp(fence->words, "goes on") == 0 ? "true" : "false");
    print_code(fence);
    printf(", \"prints\": ");
    print_comments(fence, "// prints:");
    printf(", \"errors\": ");
    print_comments(fence, "// error:");
    printf("}\n");
}

void snippets_print(const struct document *document) {
    char *program = NULL;
    for (size_t i = 0; i < document->fence_count; i++) {
        const struct fence *fence = &document->fences[i];
        bool snippet = fence->words[0] == '\0' || strcmp(fence->words, "goes on") == 0;
        if (strcmp(fence->language, "console") == 0 && strcmp(fence->words, "server") == 0) {
            free(program);
            program = program_of(fence);
        } else if (strcmp(fence->language, "js") == 0 && snippet) {
            print_snippet(document, fence, program);
        }
    }
    free(program);
}
