#include "wscheck/arguments.h"

#include "wscheck/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIMEOUT = 3000, QUICK_TIMEOUT = 1000, START_TIMEOUT = 60 * 1000 }; /* ms */

/* What is tested, and under which conditions. The command that repeats a case has these options. */
static void declare_conditions(struct options *options, struct arguments *arguments) {
    options_add_text(options, "--exec", "'COMMAND'", &arguments->command,
                     "start the server; {port} in the command is a free port");
    options_add_text(options, "--listen", "[ADDRESS:]PORT", &arguments->listen,
                     "check a client: --exec 'client {url}' starts it (0: any free port)");
    options_add_flag(options, "--no-echo", &arguments->no_echo,
                     "the server does not echo messages");
    options_add_flag(options, "--echo", &arguments->echo,
                     "the client sends messages back: check them, too");
    options_add_list(options, "--header", "'NAME: VALUE'", &arguments->headers,
                     "a header of every request; may be repeated");
    options_add_text(options, "--origin", "ORIGIN", &arguments->origin,
                     "the same as --header 'Origin: ORIGIN'");
    options_add_text(options, "--subprotocol", "NAME", &arguments->subprotocol,
                     "the same as --header 'Sec-WebSocket-Protocol: NAME'");
    options_add_seconds(options, "--timeout", &arguments->timeout, 1,
                        "how long the other side may take to answer (default 3; with --quick 1)");
    options_add_seconds(options, "--start-timeout", &arguments->start_timeout, 1,
                        "how long the program of --exec may take to start");
    options_add_seconds(options, "--run-timeout", &arguments->run_timeout, 1,
                        "how long a run may take in all (default 1800)");
    options_add_number(options, "--max-message", "BYTES", &arguments->max_message, 1,
                       UINT64_MAX / 2,
                       "the longest message that the other side takes (default: it is not known)");
    options_add_number(options, "--messages", "N", &arguments->messages, 1, 1000000,
                       "messages in each case of 12 and 13 (default: half a megabyte of them)");
    options_add_flag(options, "--strict", &arguments->strict,
                     "failures of a SHOULD and of practice count, too");
    options_add_flag(options, "--quick", &arguments->selection.quick,
                     "run only the first case of each group, with --timeout 1");
}

/* Which cases run, and how the results are reported. */
static void declare_report(struct options *options, struct arguments *arguments) {
    options_add_text(options, "--replay", "CASE", &arguments->replay,
                     "run one case and show all its bytes");
    options_add_flag(options, "--all", &arguments->all,
                     "explain every failure, not only one of each cause");
    options_add_flag(options, "--list", &arguments->list, "list the cases and run none");
    options_add_flag(options, "--must-only", &arguments->selection.must_only,
                     "run only the cases of a MUST");
    options_add_text(options, "--expected", "FILE", &arguments->expected,
                     "a file of names of cases whose failure is known and does not count");
    options_add_number(options, "--jobs", "N", &arguments->jobs, 1, 256,
                       "how many cases run at a time");
    options_add_text(options, "--format", "NAME", &arguments->format,
                     "pretty, tap, junit or json; the last also with --list");
    options_add_text(options, "--output", "FILE", &arguments->output,
                     "where the report goes (default: standard output)");
    options_add_flag(options, "--quiet", &arguments->quiet, "say nothing when all is well");
}

/* Checks the headers of --header and adds those of --origin and --subprotocol. Returns
 * OPTIONS_GO_ON or OPTIONS_USAGE. */
static int add_own_headers(struct arguments *arguments) {
    for (size_t i = 0; i < arguments->headers.count; i++) {
        if (strchr(arguments->headers.item[i], ':') == NULL) {
            fprintf(stderr, "wscheck: --header is 'NAME: VALUE', not '%s'\n",
                    arguments->headers.item[i]);
            return OPTIONS_USAGE;
        }
    }
    const char *const names[] = {"Origin", "Sec-WebSocket-Protocol"};
    const char *const values[] = {arguments->origin, arguments->subprotocol};
    struct options_list *headers = &arguments->headers;
    for (size_t i = 0; i < 2; i++) {
        if (values[i] != NULL && headers->count == OPTIONS_LIST_MAX) {
            fprintf(stderr, "wscheck: more than %d headers\n", OPTIONS_LIST_MAX);
            return OPTIONS_USAGE;
        }
        if (values[i] != NULL) {
            arguments->own_header[i] = memory_text("%s: %s", names[i], values[i]);
            headers->item[headers->count++] = arguments->own_header[i];
        }
    }
    return OPTIONS_GO_ON;
}

/* Separates the URL from the selectors. Returns OPTIONS_GO_ON or OPTIONS_USAGE. */
static int sort_operands(struct arguments *arguments, const struct options_list *operands) {
    struct selection *selection = &arguments->selection;
    for (size_t i = 0; i < operands->count; i++) {
        const char *operand = operands->item[i];
        if (strstr(operand, "://") == NULL) {
            selection->selectors[selection->count++] = operand;
        } else if (arguments->url == NULL) {
            arguments->url = operand;
        } else {
            fprintf(stderr, "wscheck: one URL at a time: '%s' or '%s'\n", arguments->url, operand);
            return OPTIONS_USAGE;
        }
    }
    return OPTIONS_GO_ON;
}

int arguments_parse(struct arguments *arguments, int argc, char **argv) {
    struct options *options = &arguments->options;
    struct selection *selection = &arguments->selection;
    *arguments = (struct arguments){
        .argv = argv, .format = "pretty", .jobs = 16, .start_timeout = START_TIMEOUT};
    options_init(
        options, "wscheck",
        "Checks a WebSocket server or client by RFC 6455 and 7692, and explains each failure.");
    options->operand_name = "ws://HOST:PORT/PATH [SELECTOR...]";
    declare_conditions(options, arguments);
    arguments->repeated = options->count;
    declare_report(options, arguments);
    int status = options_parse(options, argc, argv);
    if (status == OPTIONS_GO_ON) {
        status = sort_operands(arguments, &options->operands);
    }
    if (status == OPTIONS_GO_ON) {
        status = add_own_headers(arguments);
    }
    if (arguments->timeout == 0) {
        arguments->timeout = selection->quick ? QUICK_TIMEOUT : TIMEOUT;
    }
    for (size_t i = 0; i < selection->count && arguments->step == 0; i++) {
        arguments->step = select_step(selection->selectors[i]);
    }
    if (arguments->replay != NULL) {
        arguments->step = arguments->step > 0 ? arguments->step : select_step(arguments->replay);
        *selection = (struct selection){.selectors = {arguments->replay}, .count = 1};
        arguments->jobs = 1;
    }
    return status;
}

void arguments_free(struct arguments *arguments) {
    free(arguments->own_header[0]);
    free(arguments->own_header[1]);
}

/* Writes a word of a command, quoted if a shell would read it in another way. */
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

/* The option that a word of the command line is, or NULL. */
static const struct option *find(const struct options *options, const char *word) {
    size_t length = strcspn(word, "=");
    for (size_t i = 0; i < options->count; i++) {
        const struct option *option = &options->option[i];
        if (strncmp(word, option->name, length) == 0 && option->name[length] == '\0') {
            return option;
        }
    }
    return NULL;
}

char *arguments_again(const struct arguments *arguments) {
    const struct options *options = &arguments->options;
    char *text = NULL;
    size_t size;
    FILE *out = memory_stream(&text, &size);
    add_word(out, options->command);
    if (arguments->step > 0 && arguments->listen == NULL) {
        fprintf(out, " step%02u", arguments->step);
    }
    bool is_value = false, is_repeated = false; /* a value goes with its option */
    for (char **word = arguments->argv + 1; *word != NULL; word++) {
        const struct option *option = is_value ? NULL : find(options, *word);
        if (!is_value) {
            is_repeated = option == NULL ? strstr(*word, "://") != NULL
                                         : option < options->option + arguments->repeated;
        }
        if (is_repeated) {
            fputc(' ', out);
            add_word(out, *word);
        }
        is_value = option != NULL && option->kind != OPTION_FLAG && strchr(*word, '=') == NULL;
    }
    fclose(out);
    return text;
}
