/* options: what a command line means, and the one line that a wrong one gets. */
#include "common/options.h"

#include "tests/support/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WORDS_MAX = 80, PORT_LEAST = 1, PORT_MOST = 65535 };

/* The variables that the options of a program "step" set. */
static bool quiet;
static const char *host;
static struct options_list origins;
static uint64_t port, bytes;
static int64_t timeout, interval;

/* What the last parse gave: its exit status and what it printed. */
static struct options options;
static int status;
static char standard_output[4096], standard_error[1024];

/* Sends what is written to a descriptor to a file; returns a copy of the descriptor to put back. */
static int redirect(int descriptor, FILE *file) {
    int saved = dup(descriptor);
    dup2(fileno(file), descriptor);
    return saved;
}

static void put_back(int descriptor, int saved, FILE *file, char *text, size_t capacity) {
    dup2(saved, descriptor);
    close(saved);
    rewind(file);
    text[fread(text, 1, capacity - 1, file)] = '\0';
    fclose(file);
}

/* Declares the options with their defaults and adds `operand_name`, unless that is NULL. */
static void declare(const char *operand_name) {
    quiet = false;
    host = "127.0.0.1";
    origins.count = 0;
    port = 8000;
    bytes = 16;
    timeout = 10000;
    interval = 30000;
    options_init(&options, "step", "Shows a step.");
    options_add_flag(&options, "--quiet", &quiet, "say less");
    options_add_text(&options, "--host", "HOST", &host, "address to listen on");
    options_add_list(&options, "--origin", "ORIGIN", &origins, "an allowed origin; repeatable");
    options_add_number(&options, "--port", "PORT", &port, PORT_LEAST, PORT_MOST, "port");
    options_add_number(&options, "--bytes", "N", &bytes, 0, UINT64_MAX, "bytes");
    options_add_seconds(&options, "--timeout", &timeout, 1, "seconds to wait");
    options_add_seconds(&options, "--interval", &interval, 0, "seconds of silence; 0 = off");
    options.operand_name = operand_name;
}

static char *command; /* what the program is started as; NULL: as its name */

/* Parses the words of `line`, which are separated by single spaces; '' is an empty word. The words
 * stay where they are until the next call, since the options point at them. */
static void parse_declared(const char *line) {
    static char text[4096];
    char *words[WORDS_MAX] = {text};
    int count = 1;
    snprintf(text, sizeof text, "%s", line);
    for (char *word = strtok(text, " "); word != NULL; word = strtok(NULL, " ")) {
        words[count++] = strcmp(word, "''") == 0 ? word + 2 : word;
    }
    words[0] = command; /* the program's name comes from options_init */
    words[count] = NULL;
    fflush(stdout);
    FILE *out = tmpfile(), *err = tmpfile();
    int saved_out = redirect(STDOUT_FILENO, out), saved_err = redirect(STDERR_FILENO, err);
    status = options_parse(&options, count, words);
    fflush(stdout);
    put_back(STDOUT_FILENO, saved_out, out, standard_output, sizeof standard_output);
    put_back(STDERR_FILENO, saved_err, err, standard_error, sizeof standard_error);
}

static void parse(const char *line) {
    declare(NULL);
    parse_declared(line);
}

static void check_same(const char *got, const char *wanted) {
    CHECK_FOR(strcmp(got, wanted) == 0, "\"%s\", not \"%s\"", got, wanted);
}

/* The line lets the program run, and nothing is printed. */
static void check_good(const char *line) {
    parse(line);
    CHECK_FOR(status == OPTIONS_GO_ON, "\"%s\" gives %d: %s", line, status, standard_error);
    check_same(standard_output, "");
    check_same(standard_error, "");
}

/* The last parse ended the program with status 2 and this one line on standard error. */
static void check_error(const char *line, const char *message) {
    char wanted[1024];
    snprintf(wanted, sizeof wanted, "step: %s\n", message);
    CHECK_FOR(status == 2, "\"%s\" gives %d", line, status);
    check_same(standard_output, "");
    check_same(standard_error, wanted);
}

static void check_bad(const char *line, const char *message) {
    parse(line);
    check_error(line, message);
}

TEST("options: an empty line keeps the defaults") {
    check_good("");
    CHECK(!quiet);
    check_same(host, "127.0.0.1");
    CHECK_EQUAL(origins.count, 0);
    CHECK_EQUAL(port, 8000);
    CHECK_EQUAL(timeout, 10000);
}

static void check_each_kind(const char *line) {
    check_good(line);
    CHECK(quiet);
    check_same(host, "::1");
    CHECK_EQUAL(origins.count, 1);
    check_same(origins.item[0], "null");
    CHECK_EQUAL(port, 80);
    CHECK_EQUAL(timeout, 2500);
}

TEST("options: --name value and --name=value, each kind") {
    check_each_kind("--quiet --host ::1 --origin null --port 80 --timeout 2.5");
    check_each_kind("--timeout=2.5 --port=80 --origin=null --host=::1 --quiet");
}

TEST("options: only the first '=' counts") {
    check_good("--host=a=b=");
    check_same(host, "a=b=");
    check_good("--host a=b");
    check_same(host, "a=b");
}

/* The word after an option is its value, whatever it looks like. */
TEST("options: a value may look like anything") {
    check_good("--host --port");
    check_same(host, "--port");
    check_good("--host --");
    check_same(host, "--");
    check_good("--host=");
    check_same(host, "");
    check_good("--host ''");
    check_same(host, "");
}

TEST("options: of an option given twice the last one counts") {
    check_good("--host a --port 1 --timeout 1 --host=b --port=2 --timeout 2 --quiet --quiet");
    check_same(host, "b");
    CHECK_EQUAL(port, 2);
    CHECK_EQUAL(timeout, 2000);
    CHECK(quiet);
}

TEST("options: a list keeps all of its values in order") {
    check_good("--origin a --origin=b --origin a");
    CHECK_EQUAL(origins.count, 3);
    check_same(origins.item[0], "a");
    check_same(origins.item[1], "b");
    check_same(origins.item[2], "a");
}

TEST("options: a list holds 32 values") {
    char line[1024] = "";
    for (size_t i = 0; i < OPTIONS_LIST_MAX; i++) {
        strcat(line, "--origin=x ");
    }
    check_good(line);
    CHECK_EQUAL(origins.count, OPTIONS_LIST_MAX);
    strcat(line, "--origin=y");
    check_bad(line, "--origin may be given 32 times at most");
}

TEST("options: whole numbers within their bounds and nothing else") {
    static const struct {
        const char *line;
        uint64_t wanted;
    } good[] = {
        {"--port 1", PORT_LEAST},
        {"--port 65535", PORT_MOST},
        {"--port 0080", 80},
        {"--port=000000000000000000000000000000080", 80},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        check_good(good[i].line);
        CHECK_EQUAL(port, good[i].wanted);
    }
    for (const char *const *bad =
             TEXTS("0", "65536", "''", "-1", "+1", "1x", "x", "0x50", "1.0", "1e3", "\t1", "1\t",
                   "1,000", ":", "8:", "8/", "99999999999999999999");
         *bad != NULL; bad++) {
        char line[80], message[160];
        const char *shown = strcmp(*bad, "''") == 0 ? "" : *bad;
        snprintf(line, sizeof line, "--port %s", *bad);
        snprintf(message, sizeof message, "--port needs a whole number from 1 to 65535, not '%s'",
                 shown);
        check_bad(line, message);
        CHECK_EQUAL(port, 8000);
    }
    check_bad("--port=", "--port needs a whole number from 1 to 65535, not ''");
}

TEST("options: numbers of 64 bits") {
    check_good("--bytes 0");
    CHECK(bytes == 0);
    check_good("--bytes 9223372036854775808");
    CHECK(bytes == UINT64_C(1) << 63);
    check_good("--bytes 18446744073709551609");
    CHECK(bytes == UINT64_MAX - 6);
    check_good("--bytes 18446744073709551615");
    CHECK(bytes == UINT64_MAX);
    check_bad("--bytes /", "--bytes needs a whole number from 0 to 18446744073709551615, not '/'");
    check_bad("--bytes 18446744073709551616", "--bytes needs a whole number from 0 to "
                                              "18446744073709551615, not '18446744073709551616'");
    check_bad("--bytes 184467440737095516150", "--bytes needs a whole number from 0 to "
                                               "18446744073709551615, not '184467440737095516150'");
}

TEST("options: seconds may have decimals") {
    static const struct {
        const char *text;
        int64_t milliseconds;
    } good[] = {
        {"10", 10000},
        {"0.5", 500},
        {"0.05", 50},
        {"0.005", 5},
        {"0.001", 1},
        {"1.2345", 1234},
        {"1.9999", 1999},
        {"12.345", 12345},
        {"1.100000", 1100},
        {"007.5", 7500},
        {"999999.999", 999999999},
        {"1000000", 1000000000},
        {"1000000.0", 1000000000},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        char line[80];
        snprintf(line, sizeof line, "--timeout %s", good[i].text);
        check_good(line);
        CHECK_FOR(timeout == good[i].milliseconds, "%s gives %lld ms", good[i].text,
                  (long long)timeout);
    }
}

static void check_bad_seconds(const char *text) {
    char line[200], message[300];
    snprintf(line, sizeof line, "--timeout=%s", text);
    snprintf(message, sizeof message,
             "--timeout needs seconds from 0.001 to 1000000, such as 10 or 0.5, not '%s'", text);
    check_bad(line, message);
    CHECK_EQUAL(timeout, 10000);
}

TEST("options: what is no number of seconds is refused") {
    for (const char *const *bad = TEXTS("", "abc", "-1", "+1", "-0.5", ".", ".5", "5.", "1s", "1,5",
                                        "1e3", "0x10", "1.x", "1.2345x", "1.2.3", "1..2", "nan",
                                        "inf", "1.-5", "\t1", "1000001", "99999999999999999999");
         *bad != NULL; bad++) {
        check_bad_seconds(*bad);
    }
    check_bad_seconds("0000000000000000000000000000000000000000000000000000000000001x");
}

/* The bound holds for the decimals too. */
TEST("options: the bound of seconds holds for the decimals too") {
    check_bad_seconds("1000000.001");
    check_bad_seconds("1000000.9");
}

/* A 0 turns some options off, and for the others it would mean that nobody has any time. What is
 * rounded to 0 is neither. */
TEST("options: 0 seconds only where that means off") {
    static const char *const zeros[] = {"0", "0.0", "000.000000"};
    static const char *const rounded[] = {"0.0001", "0.0009999", "000.00000000001"};
    for (size_t i = 0; i < 3; i++) {
        char line[80], message[160];
        check_bad_seconds(zeros[i]);
        snprintf(line, sizeof line, "--interval %s", zeros[i]);
        check_good(line);
        CHECK_EQUAL(interval, 0);
        check_bad_seconds(rounded[i]);
        snprintf(line, sizeof line, "--interval %s", rounded[i]);
        snprintf(message, sizeof message,
                 "--interval needs 0 for off, or seconds from 0.001 to 1000000, such as 10 or 0.5, "
                 "not '%s'",
                 rounded[i]);
        check_bad(line, message);
        CHECK_EQUAL(interval, 30000);
    }
    check_good("--interval 0.001");
    CHECK_EQUAL(interval, 1);
}

TEST("options: an unknown option suggests the nearest known one") {
    check_bad("--prot 80", "unknown option '--prot'; did you mean '--port'?");
    check_bad("--prot=80", "unknown option '--prot'; did you mean '--port'?");
    check_bad("--hosts a", "unknown option '--hosts'; did you mean '--host'?");
    check_bad("--qiet", "unknown option '--qiet'; did you mean '--quiet'?");
    check_bad("--Origin", "unknown option '--Origin'; did you mean '--origin'?");
    check_bad("-quiet", "unknown option '-quiet'; did you mean '--quiet'?");
    check_bad("--time", "unknown option '--time'; did you mean '--timeout'?");
    /* Of two that are equally near it is the first. */
    check_bad("--hort", "unknown option '--hort'; did you mean '--host'?");
}

TEST("options: an unknown option like no other refers to --help") {
    check_bad("--ping-interval 3",
              "unknown option '--ping-interval'; 'step --help' lists them all");
    check_bad("-p", "unknown option '-p'; 'step --help' lists them all");
    check_bad("-=", "unknown option '-'; 'step --help' lists them all");
    /* An option's beginning is not the option. */
    check_bad("--portportport", "unknown option '--portportport'; 'step --help' lists them all");
}

/* What is suggested works when it is typed. */
TEST("options: --help is suggested for the command that was typed") {
    char typed[] = "build/step";
    command = typed;
    check_bad("-p", "unknown option '-p'; 'build/step --help' lists them all");
    command = NULL;
}

TEST("options: an unknown option of any length") {
    for (size_t length = 20; length < 200; length++) {
        char line[256] = "--";
        memset(line + 2, 'x', length);
        line[2 + length] = '\0';
        parse(line);
        CHECK_EQUAL(status, 2);
        CHECK(strncmp(standard_error, "step: unknown option '--xxxxxxxxxx", 34) == 0);
        CHECK(strchr(standard_error, '\n') == standard_error + strlen(standard_error) - 1);
    }
}

TEST("options: a missing value") {
    check_bad("--port", "--port needs a value: --port PORT");
    check_bad("--quiet --host", "--host needs a value: --host HOST");
    check_bad("--origin a --origin", "--origin needs a value: --origin ORIGIN");
    check_bad("--timeout", "--timeout needs a value: --timeout S");
}

TEST("options: a flag takes no value") {
    check_bad("--quiet=yes", "--quiet takes no value");
    check_bad("--quiet=", "--quiet takes no value");
    check_bad("--help=1", "--help takes no value");
    CHECK(!quiet);
}

TEST("options: words that are no options are refused") {
    check_bad("80", "unexpected argument '80'; options start with '--'");
    check_bad("--quiet yes", "unexpected argument 'yes'; options start with '--'");
    check_bad("-", "unexpected argument '-'; options start with '--'");
    check_bad("-- --quiet", "unexpected argument '--quiet'; options start with '--'");
    check_bad("''", "unexpected argument ''; options start with '--'");
    check_good("--");
}

static void check_operands(const char *line, size_t count, const char *first, const char *last) {
    declare("URL");
    parse_declared(line);
    CHECK_FOR(status == OPTIONS_GO_ON, "\"%s\" gives %d: %s", line, status, standard_error);
    CHECK_EQUAL(options.operands.count, count);
    if (options.operands.count == count && count > 0) {
        check_same(options.operands.item[0], first);
        check_same(options.operands.item[count - 1], last);
    }
}

TEST("options: operands, where a program takes some") {
    check_operands("", 0, "", "");
    check_operands("ws://a/", 1, "ws://a/", "ws://a/");
    check_operands("a --port 80 b --quiet c", 3, "a", "c");
    CHECK_EQUAL(port, 80);
    CHECK(quiet);
    check_operands("-", 1, "-", "-");
}

TEST("options: everything after -- is an operand") {
    check_operands("--port 80 -- --quiet -h --", 3, "--quiet", "--");
    CHECK(!quiet);
    CHECK_EQUAL(port, 80);
    check_operands("a -- b", 2, "a", "b");
}

TEST("options: at most 32 operands") {
    char line[256] = "";
    for (size_t i = 0; i < OPTIONS_LIST_MAX; i++) {
        strcat(line, "x ");
    }
    check_operands(line, OPTIONS_LIST_MAX, "x", "x");
    strcat(line, "y");
    declare("URL");
    parse_declared(line);
    check_error(line, "more than 32 arguments");
}

TEST("options: --help lists every option and ends with 0") {
    static const char *const lines[] = {"--help", "-h", "--quiet --help --port 80",
                                        "--help --help"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        parse(lines[i]);
        CHECK_EQUAL(status, 0);
        check_same(standard_error, "");
        check_same(standard_output,
                   "Shows a step.\n"
                   "\n"
                   "usage: step [options]\n"
                   "\n"
                   "  --help                   show this help and exit\n"
                   "  --version                show the version and exit\n"
                   "  --quiet                  say less\n"
                   "  --host HOST              address to listen on (default 127.0.0.1)\n"
                   "  --origin ORIGIN          an allowed origin; repeatable\n"
                   "  --port PORT              port (default 8000)\n"
                   "  --bytes N                bytes (default 16)\n"
                   "  --timeout S              seconds to wait (default 10)\n"
                   "  --interval S             seconds of silence; 0 = off (default 30)\n");
    }
    declare("URL");
    parse_declared("--help");
    CHECK(strstr(standard_output, "usage: step [options] URL\n") != NULL);
}

TEST("options: a default may change until the line is read") {
    declare(NULL);
    host = "::1";
    port = 9000;
    timeout = 2500;
    parse_declared("--help --host=a --port=1 --timeout=1");
    CHECK(strstr(standard_output, "address to listen on (default ::1)\n") != NULL);
    CHECK(strstr(standard_output, "port (default 9000)\n") != NULL);
    CHECK(strstr(standard_output, "seconds to wait (default 2.5)\n") != NULL);
}

TEST("options: the version") {
    parse("--version");
    CHECK_EQUAL(status, 0);
    check_same(standard_output, "step " OPTIONS_VERSION "\n");
    check_same(standard_error, "");
}

/* As with a full disk; here nothing can be written, since the file is open for reading. */
TEST("options: output that is lost is told of") {
    char name[] = "step", version[] = "--version", *words[] = {name, version, NULL};
    FILE *err = tmpfile();
    declare(NULL);
    fflush(stdout);
    int saved_err = redirect(STDERR_FILENO, err), saved_out = dup(STDOUT_FILENO);
    int reading = open("/dev/null", O_RDONLY);
    dup2(reading, STDOUT_FILENO);
    status = options_parse(&options, 2, words);
    dup2(saved_out, STDOUT_FILENO);
    close(reading);
    close(saved_out);
    clearerr(stdout);
    put_back(STDERR_FILENO, saved_err, err, standard_error, sizeof standard_error);
    CHECK_EQUAL(status, OPTIONS_UNWRITTEN);
    CHECK(strstr(standard_error, "step: standard output cannot be written: ") == standard_error);
}

/* A mistake is told of even if help was asked for: nobody believes that the line was good. */
TEST("options: --help does not hide a mistake") {
    check_bad("--help --port 0", "--port needs a whole number from 1 to 65535, not '0'");
    check_bad("--port 0 --help", "--port needs a whole number from 1 to 65535, not '0'");
}

TEST("options: more options than there is room for are ignored") {
    declare(NULL);
    for (size_t i = 0; i < 2 * (size_t)OPTIONS_MAX; i++) {
        options_add_flag(&options, "--flag", &quiet, "the same");
    }
    CHECK_EQUAL(options.count, OPTIONS_MAX);
    parse_declared("--flag --port 80");
    CHECK_EQUAL(status, OPTIONS_GO_ON);
    CHECK(quiet);
    CHECK_EQUAL(port, 80);
}

static int check_of_port(void *value) {
    return *(uint64_t *)value == 81 ? OPTIONS_USAGE : OPTIONS_GO_ON;
}

TEST("options: a check sees all values, but not if only the version was asked for") {
    declare(NULL);
    options_add_check(&options, check_of_port, &port);
    parse_declared("--port 81 --quiet");
    CHECK_EQUAL(status, OPTIONS_USAGE);
    parse_declared("--port 82");
    CHECK_EQUAL(status, OPTIONS_GO_ON);
    parse_declared("--port 81 --version");
    CHECK_EQUAL(status, 0);
}
