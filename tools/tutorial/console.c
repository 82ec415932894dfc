#include "tools/tutorial/console.h"

#include "tools/tutorial/transcript.h"

#include <stdlib.h>
#include <string.h>

struct console {
    const struct document *document;
    struct report *report;
    struct transcript server;
    bool running;           /* there is a server */
    size_t lost_at;         /* the line since which nobody knows what the server prints, or 0 */
    struct transcript base; /* what every session starts from */
};

char *console_command(const struct fence *fence, size_t *line) {
    if (*line >= fence->content.count || strncmp(fence->content.line[*line], "$ ", 2) != 0) {
        return NULL;
    }
    const char *text = fence->content.line[(*line)++] + 2;
    char *command = lines_copy(text, strlen(text));
    size_t len = strlen(command);
    while (len > 0 && command[len - 1] == '\\' && *line < fence->content.count &&
           strncmp(fence->content.line[*line], "> ", 2) == 0) {
        text = fence->content.line[(*line)++] + 2;
        command = lines_grow(command, len + strlen(text) + 2, 1);
        command[len] = '\n';
        strcpy(command + len + 1, text);
        len = strlen(command);
    }
    return command;
}

static void stop_server(struct console *console) {
    if (console->running) {
        if (console->lost_at == 0) {
            transcript_stop(&console->server, console->report);
        }
        transcript_close(&console->server);
        console->running = false;
    }
}

/* The first line of the next command in the fence, or the end of the fence. */
static size_t next_command(const struct fence *fence, size_t line) {
    while (line < fence->content.count && strncmp(fence->content.line[line], "$ ", 2) != 0) {
        line++;
    }
    return line;
}

/* Whether a program is missing that the fence needs; this is said loudly. */
static bool must_skip(struct console *console, const struct fence *fence) {
    for (size_t line = next_command(fence, 0); line < fence->content.count;
         line = next_command(fence, line)) {
        char *command = console_command(fence, &line);
        const char *missing = sandbox_missing(command);
        free(command);
        if (missing != NULL) {
            report_skip(console->report, console->document->path, fence->line,
                        "%s is not installed", missing);
            return true;
        }
    }
    return false;
}

/* Plays the commands of a fence one after the other, each to its end. */
static void play_commands(struct console *console, const struct fence *fence,
                          struct varies *varies) {
    for (size_t line = 0; line < fence->content.count;) {
        struct transcript session = console->base;
        size_t at = fence->line + 1 + line;
        char *command = console_command(fence, &line);
        struct transcript_part part = {fence, line, next_command(fence, line), varies};
        if (transcript_start(&session, command, at, console->report)) {
            if (transcript_play(&session, &part, true, console->report)) {
                report_pass(console->report);
            }
            transcript_close(&session);
        }
        free(command);
        line = part.end;
    }
}

/* Compares a part of what the server prints. Once it differs, or ends, the rest is not compared. */
static void play_server(struct console *console, const struct transcript_part *part) {
    if (transcript_play(&console->server, part, false, console->report)) {
        report_pass(console->report);
    } else {
        console->lost_at = part->fence->line;
    }
    if (console->server.interrupted) {
        transcript_close(&console->server);
        console->running = false;
    }
}

static void start_server(struct console *console, const struct fence *fence,
                         struct varies *varies) {
    size_t line = 0;
    char *command = console_command(fence, &line);
    struct transcript_part part = {fence, line, fence->content.count, varies};
    if (next_command(fence, line) < fence->content.count) {
        report_fail(console->report, console->document->path, fence->line,
                    "a server is one command; here are several");
    } else {
        console->server = console->base;
        console->lost_at = 0;
        console->running =
            transcript_start(&console->server, command, fence->line + 1, console->report);
        if (console->running) {
            play_server(console, &part);
        }
    }
    free(command);
}

static void go_on(struct console *console, const struct fence *fence, struct varies *varies) {
    struct transcript_part part = {fence, 0, fence->content.count, varies};
    if (console->lost_at > 0) {
        report_skip(console->report, console->document->path, fence->line,
                    "what the server prints next is not known since line %zu", console->lost_at);
    } else if (!console->running) {
        report_fail(console->report, console->document->path, fence->line,
                    "no server runs here; start it in a fence \"console server\"");
    } else {
        play_server(console, &part);
    }
}

static void play_fence(struct console *console, const struct fence *fence) {
    const char *kind = fence->words;
    bool server = strcmp(kind, "server") == 0, more = strcmp(kind, "server goes on") == 0;
    if (strcmp(kind, "shown") == 0) {
        console->report->shown++;
        return;
    }
    if (!server && !more && kind[0] != '\0' && strcmp(kind, "client") != 0) {
        report_fail(console->report, console->document->path, fence->line,
                    "\"console %s\" is unknown; there are console, console client, console server, "
                    "console server goes on and console shown",
                    kind);
        return;
    }
    if (server) {
        stop_server(console);
    }
    if (must_skip(console, fence)) {
        console->lost_at = fence->line;
        return;
    }
    struct varies varies;
    if (!varies_init(&varies, console->document, fence, console->report)) {
        /* It has been reported. */
    } else if (!more && next_command(fence, 0) != 0) {
        report_fail(console->report, console->document->path, fence->line + 1,
                    "a transcript begins with a command: \"$ ...\"");
    } else if (server) {
        start_server(console, fence, &varies);
    } else if (more) {
        go_on(console, fence, &varies);
    } else {
        play_commands(console, fence, &varies);
    }
    varies_free(&varies);
}

void console_check(const struct document *document, const struct sandbox *scene, int64_t patience,
                   struct report *report) {
    struct console console = {.document = document, .report = report};
    console.base =
        (struct transcript){.scene = scene, .path = document->path, .patience = patience};
    size_t line = 1;
    for (size_t i = 0; i <= document->fence_count; i++) {
        bool over = i == document->fence_count;
        size_t end = over ? document->lines.count : document->fences[i].line;
        for (; line <= end; line++) {
            if (document_is_mark(document, line, "server ends")) {
                stop_server(&console);
            }
        }
        if (!over && strcmp(document->fences[i].language, "console") == 0) {
            play_fence(&console, &document->fences[i]);
        }
    }
    stop_server(&console);
}
