/* options: the command line. Each module adds the options that it needs.
 *
 * A program calls options_init and then adds options. Each option points to a variable that holds
 * the default, and options_parse stores what the command line says there:
 *
 *     struct options options;
 *     options_init(&options, "step01_tcp", "Shows the bytes that arrive on a TCP port.");
 *     options_add_text(&options, "--host", "HOST", &host, "address to listen on");
 *     int status = options_parse(&options, argc, argv);
 *     if (status != OPTIONS_GO_ON) {
 *         return status;
 *     }
 *
 * `--port 80` and `--port=80` mean the same. If an option is given twice, the last one counts.
 */
#ifndef COMMON_OPTIONS_H
#define COMMON_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What --version prints: 0.7 says that steps 1 to 7 are finished. */
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
    void *value;              /* a variable of the type that belongs to the kind */
    uint64_t least, most;     /* the range of a number; seconds are in ms */
    const char *default_text; /* what `value` was when options_parse began */
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
    const char *operand_name;     /* how the help shows operands; NULL if none are allowed */
    struct options_list operands; /* the words that are not options */
};

/* Starts a list of options with --help and --version. All strings must outlive it. */
void options_init(struct options *options, const char *program, const char *summary);

/* Each adds one option. `value` belongs to the caller. What it holds when options_parse is called
 * is the default, so a program may change that of an option that another module has added. The help
 * shows it if it is a text that is not NULL or a number within the range. More than OPTIONS_MAX
 * options are a mistake in the program, and those beyond it are ignored. */
void options_add_flag(struct options *options, const char *name, bool *value, const char *help);
void options_add_text(struct options *options, const char *name, const char *argument,
                      const char **value, const char *help);
void options_add_list(struct options *options, const char *name, const char *argument,
                      struct options_list *value, const char *help);
void options_add_number(struct options *options, const char *name, const char *argument,
                        uint64_t *value, uint64_t least, uint64_t most, const char *help);
/* The command line has seconds, also with decimals ("0.5"); `value` has milliseconds, at least
 * `least` of them. A `least` of 0 is for an option that 0 turns off; a number above 0 that would be
 * rounded to 0 is refused even then. */
void options_add_seconds(struct options *options, const char *name, int64_t *value, int64_t least,
                         const char *help);

/* Adds a check for what the ranges cannot express. options_parse calls it with `value` when it has
 * read the command line. A check returns OPTIONS_GO_ON, or prints one line on standard error and
 * returns OPTIONS_USAGE. Checks beyond OPTIONS_CHECKS_MAX are a mistake in the program and are
 * ignored. */
void options_add_check(struct options *options, int (*check)(void *value), void *value);

/* Reads the command line. Returns OPTIONS_GO_ON if the program should run, or else the exit status
 * with which it should end: 0 after it has printed the help or the version on standard output;
 * OPTIONS_UNWRITTEN if that could not be written; OPTIONS_USAGE if the command line is wrong. In
 * the last two cases it has printed one line on standard error, which also says what would be
 * right. */
int options_parse(struct options *options, int argc, char **argv);

#endif
