#include "wscheck/arguments.h"

#include "common/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TIMEOUT = 3000,
    QUICK_TIMEOUT = 1000,
    START_TIMEOUT = 60 * 1000,
    RUN_TIMEOUT = 1800 * 1000
}; /* ms */

static void declare(struct options *options, struct arguments *arguments) {
    options_init(
        options, "wscheck",
        "Checks a WebSocket server or client by RFC 6455 and 7692, and explains each failure.");
    options->operand_name = "ws://HOST:PORT/PATH [SELECTOR...]";
    options_add_text(options, "--exec", "'COMMAND'", &arguments->command,
                     "start the server; {port} in the command is a free port");
    options_add_text(options, "--listen", "[ADDRESS:]PORT", &arguments->listen,
                     "check a client: --exec 'client {url}' starts it (0: any free port)");
    options_add_text(options, "--replay", "CASE", &arguments->replay,
                     "run one case and show all its bytes");
    options_add_flag(options, "--all", &arguments->all,
                     "explain every failure, not only some of each cause");
    options_add_flag(options, "--list", &arguments->list, "list the cases and run none");
    options_add_flag(options, "--quick", &arguments->selection.quick,
                     "of cases that belong together only the first; --timeout 1");
    options_add_flag(options, "--must-only", &arguments->selection.must_only,
                     "no SHOULD and no practice");
    options_add_text(options, "--expected", "FILE", &arguments->expected,
                     "the names of cases whose failure is known and does not count");
    options_add_number(options, "--jobs", "N", &arguments->jobs, 1, 256,
                       "cases at a time (default 16)");
    options_add_list(options, "--header", "'NAME: VALUE'", &arguments->headers,
                     "a header of every request; may be repeated");
    options_add_text(options, "--origin", "ORIGIN", &arguments->origin,
                     "the same as --header 'Origin: ORIGIN'");
    options_add_text(options, "--subprotocol", "NAME", &arguments->subprotocol,
                     "the same as --header 'Sec-WebSocket-Protocol: NAME'");
    options_add_seconds(options, "--timeout", &arguments->timeout, 1,
                        "how long a server may take for anything (default 3)");
    options_add_seconds(options, "--start-timeout", &arguments->start_timeout, 1,
                        "how long what --exec starts may take for that (default 60)");
    options_add_seconds(options, "--run-timeout", &arguments->run_timeout, 1,
                        "how long a run may take in all (default 1800)");
    options_add_number(options, "--max-message", "BYTES", &arguments->max_message, 1,
                       UINT64_MAX / 2,
                       "the longest message that the other side takes (default: it is not known)");
    options_add_number(options, "--messages", "N", &arguments->messages, 1, 1000000,
                       "messages of a case of 12 or 13 (default: half a megabyte of them)");
    options_add_flag(options, "--no-echo", &arguments->no_echo,
                     "the server does something else with messages than echo them");
    options_add_flag(options, "--echo", &arguments->echo,
                     "the client sends messages back: check them, too");
    options_add_flag(options, "--strict", &arguments->strict, "a SHOULD and practice count, too");
    options_add_text(options, "--format", "NAME", &arguments->format,
                     "pretty (default), tap, junit or json; the last also with --list");
    options_add_text(options, "--output", "FILE", &arguments->output,
                     "where the report goes (default: standard output)");
    options_add_flag(options, "--quiet", &arguments->quiet, "say nothing when all is well");
}

/* Adds a header that has an option of its own. */
static int add_header(struct arguments *arguments, const char *name, const char *value) {
    size_t size = value != NULL ? strlen(name) + strlen(value) + 1 : 0;
    if (value == NULL) {
        return OPTIONS_GO_ON;
    }
    if (arguments->headers.count == OPTIONS_LIST_MAX) {
        fprintf(stderr, "wscheck: more than %d headers\n", OPTIONS_LIST_MAX);
        return OPTIONS_USAGE;
    }
    char *line = malloc(size);
    if (line == NULL) {
        abort();
    }
    snprintf(line, size, "%s%s", name, value);
    arguments->own_header[arguments->own_headers++] = line;
    arguments->headers.item[arguments->headers.count++] = line;
    return OPTIONS_GO_ON;
}

/* The step that a selector names: "step01", or "step01/reset", a case of it; 0 if it names none. */
static unsigned named_step(const char *selector) {
    char step[7];
    snprintf(step, sizeof step, "%.6s", selector);
    return select_step(step);
}

int arguments_parse(struct arguments *arguments, int argc, char **argv) {
    struct options options;
    *arguments = (struct arguments){.format = "pretty", .jobs = 16, .start_timeout = START_TIMEOUT};
    arguments->program = argc > 0 ? argv[0] : "wscheck";
    declare(&options, arguments);
    int status = options_parse(&options, argc, argv);
    for (size_t i = 0; i < options.operands.count; i++) {
        const char *operand = options.operands.item[i];
        if (strstr(operand, "://") == NULL) {
            arguments->selection.selectors[arguments->selection.count++] = operand;
        } else if (arguments->url == NULL) {
            arguments->url = operand;
        } else if (status == OPTIONS_GO_ON) {
            fprintf(stderr, "wscheck: one URL at a time: '%s' or '%s'\n", arguments->url, operand);
            status = OPTIONS_USAGE;
        }
    }
    if (arguments->timeout == 0) {
        arguments->timeout = arguments->selection.quick ? QUICK_TIMEOUT : TIMEOUT;
    }
    for (size_t i = 0; i < arguments->selection.count && arguments->step == 0; i++) {
        arguments->step = named_step(arguments->selection.selectors[i]);
    }
    if (arguments->replay != NULL) {
        arguments->step = arguments->step > 0 ? arguments->step : named_step(arguments->replay);
        arguments->selection = (struct selection){.selectors = {arguments->replay}, .count = 1};
        arguments->jobs = 1;
    }
    if (status == OPTIONS_GO_ON) {
        status = add_header(arguments, "Origin: ", arguments->origin);
    }
    if (status == OPTIONS_GO_ON) {
        status = add_header(arguments, "Sec-WebSocket-Protocol: ", arguments->subprotocol);
    }
    return status;
}

void arguments_free(struct arguments *arguments) {
    while (arguments->own_headers > 0) {
        free(arguments->own_header[--arguments->own_headers]);
    }
}

int64_t arguments_run_ends(const struct arguments *arguments) {
    bool by_hand = arguments->listen != NULL && arguments->command == NULL;
    int64_t most = arguments->run_timeout > 0 ? arguments->run_timeout : RUN_TIMEOUT;
    return by_hand && arguments->run_timeout == 0 ? INT64_MAX : clock_now() + most;
}

/* Writes a word as a shell reads it. */
static void add_word(FILE *out, const char *word) {
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "/:.,_@%+-";
    if (*word != '\0' && word[strspn(word, plain)] == '\0') {
        fprintf(out, "%s", word);
        return;
    }
    fputc('\'', out);
    for (; *word != '\0'; word++) {
        fprintf(out, *word == '\'' ? "'\\''" : "%c", *word);
    }
    fputc('\'', out);
}

static void add_option(FILE *out, const char *name, const char *value) {
    if (value != NULL) {
        fprintf(out, " %s ", name);
        add_word(out, value);
    }
}

static void add_number(FILE *out, const char *name, uint64_t number, bool given) {
    if (given) {
        fprintf(out, " %s %" PRIu64, name, number);
    }
}

static void add_seconds(FILE *out, const char *name, int64_t milliseconds, bool given) {
    if (given) {
        fprintf(out, " %s %g", name, (double)milliseconds / 1000);
    }
}

char *arguments_again(const struct arguments *arguments) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) {
        abort();
    }
    add_word(out, arguments->program);
    if (arguments->url != NULL) {
        fputc(' ', out);
        add_word(out, arguments->url);
    }
    if (arguments->step > 0 && arguments->listen == NULL) {
        fprintf(out, " step%02u", arguments->step);
    }
    add_option(out, "--listen", arguments->listen);
    fprintf(out, "%s%s%s", arguments->echo ? " --echo" : "", arguments->no_echo ? " --no-echo" : "",
            arguments->strict ? " --strict" : "");
    for (size_t i = 0; i < arguments->headers.count; i++) {
        add_option(out, "--header", arguments->headers.item[i]);
    }
    add_seconds(out, "--timeout", arguments->timeout, arguments->timeout != TIMEOUT);
    add_seconds(out, "--start-timeout", arguments->start_timeout,
                arguments->start_timeout != START_TIMEOUT);
    add_seconds(out, "--run-timeout", arguments->run_timeout, arguments->run_timeout > 0);
    add_number(out, "--max-message", arguments->max_message, arguments->max_message > 0);
    add_number(out, "--messages", arguments->messages, arguments->messages > 0);
    add_option(out, "--exec", arguments->command);
    fclose(out);
    return text;
}
