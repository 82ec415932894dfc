/* options: the command line, declared by the rooms that need each option.
 *
 * A program starts with options_init; every room adds its own options, which point at variables
 * that hold the default already; options_parse fills them in:
 *
 *     struct options options;
 *     options_init(&options, "step01_tcp", "Shows the bytes that arrive on a TCP port.");
 *     options_add_text(&options, "--host", "HOST", &host, "address to listen on");
 *     int status = options_parse(&options, argc, argv);
 *     if (status != OPTIONS_GO_ON) {
 *         return status;
 *     }
 *
 * `--port 80` and `--port=80` mean the same, and of an option given twice the last one counts.
 */
#ifndef COMMON_OPTIONS_H
#define COMMON_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What --version says: the steps that are finished, in tenths. */
#define OPTIONS_VERSION "0.7"

enum {
    OPTIONS_MAX = 32,
    OPTIONS_LIST_MAX = 32,
    OPTIONS_CHECKS_MAX = 4,
    OPTIONS_GO_ON = -1,
    OPTIONS_UNWRITTEN = 1,
    OPTIONS_USAGE = 2
};

/* The values of an option that may be repeated. They point into argv. */
struct options_list {
    const char *item[OPTIONS_LIST_MAX];
    size_t count;
};

enum option_kind { OPTION_FLAG, OPTION_TEXT, OPTION_LIST, OPTION_NUMBER, OPTION_SECONDS };

struct option {
    enum option_kind kind;
    const char *name;         /* "--port" */
    const char *argument;     /* "PORT"; NULL for a flag */
    const char *help;         /* what it is for; --help adds the default */
    void *value;              /* the variable of the type that goes with the kind */
    uint64_t least, most;     /* the range of a number; of seconds in milliseconds */
    const char *default_text; /* what `value` was when the option was added */
    uint64_t default_number;
};

struct options_check {
    int (*check)(void *value);
    void *value;
};

struct options {
    const char *program, *summary;
    const char *command; /* what was typed to start the program, such as "build/step01_tcp" */
    struct option option[OPTIONS_MAX];
    size_t count;
    struct options_check check[OPTIONS_CHECKS_MAX];
    size_t checks;
    bool help, version;           /* --help, --version was given */
    const char *operand_name;     /* what the help calls operands; NULL when there are none */
    struct options_list operands; /* the words that are not options */
};

/* Starts a list of options that holds --help and --version. All strings must outlive it. */
void options_init(struct options *options, const char *program, const char *summary);

/* Each adds one option whose value goes to `value`, which belongs to the caller and holds the
 * default. The help tells it, unless it is no text, or a number outside of the range. At most
 * OPTIONS_MAX options can be added; more is a mistake in the program and is ignored. */
void options_add_flag(struct options *options, const char *name, bool *value, const char *help);
void options_add_text(struct options *options, const char *name, const char *argument,
                      const char **value, const char *help);
void options_add_list(struct options *options, const char *name, const char *argument,
                      struct options_list *value, const char *help);
void options_add_number(struct options *options, const char *name, const char *argument,
                        uint64_t *value, uint64_t least, uint64_t most, const char *help);
/* Seconds on the command line, decimals allowed ("0.5"); milliseconds in `value`, `least` of them
 * at least. A `least` of 0 is for an option that a 0 turns off; a text that is only rounded to 0 is
 * refused even then. */
void options_add_seconds(struct options *options, const char *name, int64_t *value, int64_t least,
                         const char *help);

/* Adds a check of `value` when the command line has been read, for what the ranges cannot say. It
 * returns OPTIONS_GO_ON, or, after one line on standard error, OPTIONS_USAGE. At most
 * OPTIONS_CHECKS_MAX are made. */
void options_add_check(struct options *options, int (*check)(void *value), void *value);

/* Reads the command line. Returns OPTIONS_GO_ON when the program should run, or the exit status it
 * should end with: 0 after the help or the version was printed on standard output; otherwise, after
 * one line on standard error, OPTIONS_UNWRITTEN if that could not be written, OPTIONS_USAGE if the
 * line says what is wrong with the command line and what would be right. */
int options_parse(struct options *options, int argc, char **argv);

#endif
