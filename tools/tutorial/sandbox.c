#include "tools/tutorial/sandbox.h"

#include "tools/tutorial/dump.h"

#include <ctype.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Ports of the text are 800 and a digit. Those that stand for them have four digits, too, so that a
 * request with a Host header is as long as the text says. */
enum { TEXT_PORTS = 800, FIRST_PORTS = 110, LAST_PORTS = 990, PORTS_IN_ROW = 10 };

static bool is_free(unsigned port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool good = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return good;
}

/* Whether a port of the row stands at `at`, as a number of its own. */
static bool is_port(const char *text, size_t len, size_t at, unsigned ports) {
    char digits[4];
    snprintf(digits, sizeof digits, "%03u", ports % 1000);
    return at + 4 <= len && memcmp(text + at, digits, 3) == 0 &&
           isdigit((unsigned char)text[at + 3]) &&
           (at == 0 || !isalnum((unsigned char)text[at - 1])) &&
           (at + 4 == len || !isalnum((unsigned char)text[at + 4]));
}

/* Turns every port of one row into the same of another, in place: both have four digits. */
static void change_ports(char *text, size_t len, unsigned from, unsigned to) {
    char digits[4];
    snprintf(digits, sizeof digits, "%03u", to % 1000);
    for (size_t at = 0; at + 4 <= len; at++) {
        if (is_port(text, len, at, from)) {
            memcpy(text + at, digits, 3);
        }
    }
}

static bool holds_port(const char *text, unsigned ports) {
    size_t len = strlen(text), at = 0;
    while (at < len && !is_port(text, len, at, ports)) {
        at++;
    }
    return at < len;
}

static bool are_good(unsigned ports, const char *const *texts, size_t count) {
    bool good = ports != TEXT_PORTS;
    for (unsigned i = 0; i < PORTS_IN_ROW && good; i++) {
        good = is_free(PORTS_IN_ROW * ports + i);
    }
    for (size_t i = 0; i < count && good; i++) {
        good = !holds_port(texts[i], ports);
    }
    return good;
}

/* Starts the search at a place that depends on the process, for two checkers may run at once. */
static unsigned find_ports(const char *const *texts, size_t count) {
    unsigned rows = LAST_PORTS - FIRST_PORTS;
    unsigned start = (unsigned)getpid() * 7;
    for (unsigned i = 0; i < rows; i++) {
        unsigned ports = FIRST_PORTS + (start + i) % rows;
        if (are_good(ports, texts, count)) {
            return ports;
        }
    }
    return 0;
}

/* The nc of one system closes at the end of its input, that of another waits, a third needs -N: the
 * same command ends differently everywhere. So ours is used unless NC=real. */
bool sandbox_has_own_nc(void) {
    const char *choice = getenv("NC");
    return choice == NULL || strcmp(choice, "real") != 0;
}

/* Puts the folder of our own nc in front of the PATH. */
static void set_path(const char *build) {
    const char *path = getenv("PATH");
    char here[PATH_MAX] = "";
    if (!sandbox_has_own_nc() || (build[0] != '/' && getcwd(here, sizeof here) == NULL)) {
        return;
    }
    path = path != NULL ? path : "/usr/bin:/bin";
    size_t size = strlen(here) + strlen(build) + strlen(path) + sizeof "//tutorial-bin:";
    char *longer = lines_grow(NULL, size, 1);
    snprintf(longer, size, "%s%s%s/tutorial-bin:%s", here, here[0] != '\0' ? "/" : "", build, path);
    setenv("PATH", longer, 1);
    free(longer);
}

bool sandbox_init(struct sandbox *scene, const char *const *texts, size_t count) {
    static const char *const unwanted[] = {"MAKEFLAGS",     "MFLAGS", "MAKELEVEL",
                                           "MAKEOVERRIDES", "V",      "ARGS"};
    char port[8];
    scene->build = getenv("BUILD");
    scene->build = scene->build != NULL && scene->build[0] != '\0' ? scene->build : "build";
    scene->ports = find_ports(texts, count);
    snprintf(port, sizeof port, "%u0", scene->ports);
    setenv("PORT", port, 1);
    setenv("BUILD", scene->build, 1);
    setenv("LC_ALL", "C", 1);
    setenv("no_proxy", "*", 1);
    for (size_t i = 0; i < sizeof unwanted / sizeof unwanted[0]; i++) {
        unsetenv(unwanted[i]);
    }
    set_path(scene->build);
    return scene->ports != 0;
}

/* Replaces a folder's name where it starts a path. The caller frees the result. */
static char *change_folder(const char *text, const char *from, const char *to) {
    size_t from_len = strlen(from), size = 0;
    char *changed = NULL;
    FILE *out = open_memstream(&changed, &size);
    if (out == NULL) {
        return lines_copy(text, strlen(text));
    }
    for (const char *at = text; *at != '\0';) {
        bool starts = at == text || (!isalnum((unsigned char)at[-1]) && !strchr("_-./", at[-1]));
        if (starts && strncmp(at, from, from_len) == 0 && at[from_len] == '/') {
            fputs(to, out);
            at += from_len;
        } else {
            fputc(*at++, out);
        }
    }
    fclose(out);
    return changed;
}

/* A server takes its port from the command line alone. Where the text does not tell one it means
 * 8000, so ours is added after the program's name. The client is told a URL instead. */
static char *add_port(char *command, unsigned ports) {
    char *program = strstr(command, "build/step");
    if (program == NULL || strstr(command, "--port") != NULL ||
        strstr(command, "_client") != NULL) {
        return command;
    }
    size_t name = (size_t)(program - command) + strcspn(program, " \t\n;|&)'\"");
    size_t size = strlen(command) + 24;
    char *longer = lines_grow(NULL, size, 1);
    snprintf(longer, size, "%.*s --port %u0%s", (int)name, command, ports, command + name);
    free(command);
    return longer;
}

char *sandbox_command(const struct sandbox *scene, const char *command) {
    char *text = lines_copy(command, strlen(command));
    change_ports(text, strlen(text), TEXT_PORTS, scene->ports);
    text = add_port(text, scene->ports);
    char *changed = change_folder(text, "build", scene->build);
    free(text);
    return changed;
}

/* Lines that tell what make compiles, which a reader sees the first time only, and what make may
 * or may not say when it is interrupted. */
static bool is_chatter(const char *line, bool interrupted) {
    return strncmp(line, "  CC ", 5) == 0 || strncmp(line, "  LINK ", 7) == 0 ||
           (interrupted && strncmp(line, "make: *** ", 10) == 0);
}

static void change_back(void *context, char *bytes, size_t len) {
    const struct sandbox *scene = context;
    change_ports(bytes, len, scene->ports, TEXT_PORTS);
}

void sandbox_output(const struct sandbox *scene, const char *output, bool interrupted,
                    struct lines *lines) {
    struct lines raw;
    struct sandbox copy = *scene;
    *lines = (struct lines){0};
    lines_split(&raw, output);
    dump_change(&raw, change_back, &copy);
    for (size_t i = 0; i < raw.count; i++) {
        if (!is_chatter(raw.line[i], interrupted)) {
            change_back(&copy, raw.line[i], strlen(raw.line[i]));
            char *line = change_folder(raw.line[i], scene->build, "build");
            lines_add(lines, line, strlen(line));
            free(line);
        }
    }
    lines_free(&raw);
}

/* Where the next word of the command starts that names a program: the first one, and those after
 * what separates commands. NULL when there is none. */
static const char *next_program(const char *at, bool at_start) {
    while (*at != '\0') {
        if (at_start) {
            at += strspn(at, " \t\n;|&(){}!");
            return *at != '\0' ? at : NULL;
        }
        if (*at == '\'' || *at == '"') {
            const char *end = strchr(at + 1, *at);
            at = end != NULL ? end + 1 : at + strlen(at);
        } else {
            at_start = strchr(";|&(\n", *at) != NULL;
            at++;
        }
    }
    return NULL;
}

static bool is_installed(const char *program) {
    char command[64];
    snprintf(command, sizeof command, "command -v %s > /dev/null", program);
    return system(command) == 0; /* NOLINT(cert-env33-c): the words are of this program */
}

const char *sandbox_missing(const char *command) {
    static const char *const optional[] = {"curl",    "python3", "node",     "npm",    "npx",
                                           "openssl", "git",     "websocat", "wscat",  "xxd",
                                           "hexdump", "ss",      "strace",   "tcpdump"};
    for (const char *at = next_program(command, true); at != NULL; at = next_program(at, false)) {
        size_t len = strcspn(at, " \t\n;|&()");
        for (size_t i = 0; i < sizeof optional / sizeof optional[0]; i++) {
            if (strlen(optional[i]) == len && strncmp(at, optional[i], len) == 0 &&
                !is_installed(optional[i])) {
                return optional[i];
            }
        }
    }
    return NULL;
}
