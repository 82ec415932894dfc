#include "common/options.h"

#include "common/process.h"
#include "common/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SECONDS_MOST = 1000000, NAME_MOST = 40 };

static void add(struct options *options, struct option option) {
    if (options->count < OPTIONS_MAX) {
        options->option[options->count++] = option;
    }
}

void options_init(struct options *options, const char *program, const char *summary) {
    memset(options, 0, sizeof *options);
    options->program = program;
    options->summary = summary;
    options_add_flag(options, "--help", &options->help, "show this help and exit");
    options_add_flag(options, "--version", &options->version, "show the version and exit");
}

void options_add_check(struct options *options, int (*check)(void *value), void *value) {
    if (options->checks < OPTIONS_CHECKS_MAX) {
        options->check[options->checks++] = (struct options_check){check, value};
    }
}

void options_add_flag(struct options *options, const char *name, bool *value, const char *help) {
    add(options, (struct option){OPTION_FLAG, name, NULL, help, value, 0, 0, NULL, 0});
}

void options_add_text(struct options *options, const char *name, const char *argument,
                      const char **value, const char *help) {
    add(options, (struct option){OPTION_TEXT, name, argument, help, value, 0, 0, NULL, 0});
}

void options_add_list(struct options *options, const char *name, const char *argument,
                      struct options_list *value, const char *help) {
    add(options, (struct option){OPTION_LIST, name, argument, help, value, 0, 0, NULL, 0});
}

void options_add_number(struct options *options, const char *name, const char *argument,
                        uint64_t *value, uint64_t least, uint64_t most, const char *help) {
    add(options, (struct option){OPTION_NUMBER, name, argument, help, value, least, most, NULL, 0});
}

void options_add_seconds(struct options *options, const char *name, int64_t *value, int64_t least,
                         const char *help) {
    add(options, (struct option){OPTION_SECONDS, name, "S", help, value, (uint64_t)least,
                                 SECONDS_MOST * 1000, NULL, 0});
}

/* Notes what the variables hold before the command line is read. */
static void note_defaults(struct options *options) {
    for (size_t i = 0; i < options->count; i++) {
        struct option *option = &options->option[i];
        if (option->kind == OPTION_TEXT) {
            option->default_text = *(const char *const *)option->value;
        } else if (option->kind == OPTION_NUMBER) {
            option->default_number = *(const uint64_t *)option->value;
        } else if (option->kind == OPTION_SECONDS) {
            int64_t milliseconds = *(const int64_t *)option->value;
            option->default_number = (uint64_t)milliseconds;
        }
    }
}

static void print_default(const struct option *option) {
    uint64_t number = option->default_number;
    bool within = number >= option->least && number <= option->most;
    if (option->default_text != NULL) {
        printf(" (default %s)", option->default_text);
    } else if (option->kind == OPTION_NUMBER && within) {
        printf(" (default %" PRIu64 ")", number);
    } else if (option->kind == OPTION_SECONDS && within) {
        printf(" (default %g)", (double)number / 1000);
    }
}

static void print_help(const struct options *options) {
    printf("%s\n\nusage: %s [options]%s%s\n\n", options->summary, options->program,
           options->operand_name != NULL ? " " : "",
           options->operand_name != NULL ? options->operand_name : "");
    for (size_t i = 0; i < options->count; i++) {
        const struct option *option = &options->option[i];
        char usage[NAME_MOST];
        snprintf(usage, sizeof usage, "%s%s%s", option->name, option->argument != NULL ? " " : "",
                 option->argument != NULL ? option->argument : "");
        printf("  %-24s %s", usage, option->help);
        print_default(option);
        printf("\n");
    }
}

/* Prints one line that says what is wrong with the command line. Returns OPTIONS_USAGE. */
__attribute__((format(printf, 2, 3))) static int usage_error(const struct options *options,
                                                             const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s: ", options->program);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    va_end(arguments);
    return OPTIONS_USAGE;
}

static int unknown_option(const struct options *options, const char *name) {
    size_t nearest = 0, least = NAME_MOST;
    for (size_t i = 0; i < options->count; i++) {
        size_t letters = text_distance(name, options->option[i].name);
        if (letters < least) {
            nearest = i;
            least = letters;
        }
    }
    if (least <= 3) {
        return usage_error(options, "unknown option '%s'; did you mean '%s'?", name,
                           options->option[nearest].name);
    }
    return usage_error(options, "unknown option '%s'; '%s --help' lists them all", name,
                       options->command);
}

/* Reads a whole number and nothing else: unlike strtoull it allows no sign and no white space. */
static bool read_number(const char *text, uint64_t *number) {
    if (*text == '\0') {
        return false;
    }
    for (*number = 0; *text != '\0'; text++) {
        if (!text_is_digit(*text)) {
            return false;
        }
        uint64_t digit = (uint64_t)(*text - '0');
        if (*number > (UINT64_MAX - digit) / 10) {
            return false;
        }
        *number = *number * 10 + digit;
    }
    return true;
}

/* Reads "12", "0.5" or "12.345" seconds as milliseconds. Further decimals are dropped, but a number
 * that becomes 0 that way is refused. */
static bool read_seconds(const char *text, uint64_t *milliseconds) {
    char whole[NAME_MOST];
    const char *point = strchr(text, '.');
    size_t length = point != NULL ? (size_t)(point - text) : strlen(text);
    uint64_t seconds, thousandths = 0;
    if (length >= sizeof whole) {
        return false;
    }
    memcpy(whole, text, length);
    whole[length] = '\0';
    if (!read_number(whole, &seconds) || seconds > SECONDS_MOST) {
        return false;
    }
    if (point != NULL) {
        const char *digit = point + 1;
        if (*digit == '\0' || strspn(digit, "0123456789") != strlen(digit)) {
            return false;
        }
        for (uint64_t weight = 100; weight > 0 && *digit != '\0'; weight /= 10, digit++) {
            thousandths += weight * (uint64_t)(*digit - '0');
        }
    }
    *milliseconds = seconds * 1000 + thousandths;
    return *milliseconds > 0 || strpbrk(text, "123456789") == NULL;
}

static int store_seconds(const struct options *options, const struct option *option,
                         const char *text) {
    uint64_t milliseconds;
    if (!read_seconds(text, &milliseconds) || milliseconds < option->least ||
        milliseconds > option->most) {
        return usage_error(options, "%s needs %sseconds from %g to %d, such as 10 or 0.5, not '%s'",
                           option->name, option->least == 0 ? "0 for off, or " : "",
                           option->least == 0 ? 0.001 : (double)option->least / 1000, SECONDS_MOST,
                           text);
    }
    *(int64_t *)option->value = (int64_t)milliseconds;
    return OPTIONS_GO_ON;
}

/* Stores the argument of an option that takes one. Returns OPTIONS_GO_ON or an exit status. */
static int store(const struct options *options, const struct option *option, const char *text) {
    if (option->kind == OPTION_TEXT) {
        *(const char **)option->value = text;
    } else if (option->kind == OPTION_LIST) {
        struct options_list *list = option->value;
        if (list->count == OPTIONS_LIST_MAX) {
            return usage_error(options, "%s may be given %d times at most", option->name,
                               OPTIONS_LIST_MAX);
        }
        list->item[list->count++] = text;
    } else if (option->kind == OPTION_NUMBER) {
        uint64_t number;
        if (!read_number(text, &number) || number < option->least || number > option->most) {
            return usage_error(options,
                               "%s needs a whole number from %" PRIu64 " to %" PRIu64 ", not '%s'",
                               option->name, option->least, option->most, text);
        }
        *(uint64_t *)option->value = number;
    } else {
        return store_seconds(options, option, text);
    }
    return OPTIONS_GO_ON;
}

/* Parses the option at argv[*index]. If the next word is its argument, moves the index to that. */
static int parse_option(struct options *options, int argc, char **argv, int *index) {
    char *word = argv[*index];
    char *equals = strchr(word, '=');
    char name[NAME_MOST];
    snprintf(name, sizeof name, "%.*s", equals != NULL ? (int)(equals - word) : NAME_MOST, word);
    for (size_t i = 0; i < options->count; i++) {
        const struct option *option = &options->option[i];
        if (strcmp(name, option->name) != 0) {
            continue;
        }
        if (option->kind == OPTION_FLAG) {
            if (equals != NULL) {
                return usage_error(options, "%s takes no value", name);
            }
            *(bool *)option->value = true;
            return OPTIONS_GO_ON;
        }
        if (equals == NULL && *index + 1 == argc) {
            return usage_error(options, "%s needs a value: %s %s", name, name, option->argument);
        }
        return store(options, option, equals != NULL ? equals + 1 : argv[++*index]);
    }
    return unknown_option(options, name);
}

static int check_all(const struct options *options) {
    int status = OPTIONS_GO_ON;
    for (size_t i = 0; i < options->checks && status == OPTIONS_GO_ON; i++) {
        status = options->check[i].check(options->check[i].value);
    }
    return status;
}

int options_parse(struct options *options, int argc, char **argv) {
    bool only_operands = false;
    note_defaults(options);
    options->command = argc > 0 && argv[0] != NULL ? argv[0] : options->program;
    for (int i = 1; i < argc; i++) {
        int status = OPTIONS_GO_ON;
        if (!only_operands && strcmp(argv[i], "--") == 0) {
            only_operands = true;
        } else if (!only_operands && strcmp(argv[i], "-h") == 0) {
            options->help = true;
        } else if (!only_operands && argv[i][0] == '-' && argv[i][1] != '\0') {
            status = parse_option(options, argc, argv, &i);
        } else if (options->operand_name == NULL) {
            status =
                usage_error(options, "unexpected argument '%s'; options start with '--'", argv[i]);
        } else if (options->operands.count == OPTIONS_LIST_MAX) {
            status = usage_error(options, "more than %d arguments", OPTIONS_LIST_MAX);
        } else {
            options->operands.item[options->operands.count++] = argv[i];
        }
        if (status != OPTIONS_GO_ON) {
            return status;
        }
    }
    if (options->help) {
        print_help(options);
    } else if (options->version) {
        printf("%s %s\n", options->program, OPTIONS_VERSION);
    } else {
        return check_all(options);
    }
    if (process_flush_output() != 0) {
        fprintf(stderr, "%s: standard output cannot be written: %s\n", options->program,
                strerror(errno));
        return OPTIONS_UNWRITTEN;
    }
    return 0;
}
