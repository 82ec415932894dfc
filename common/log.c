#include "common/log.h"

#include "common/hexdump.h"
#include "common/log_writer.h"

#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

enum { WAIT_MAX = 200 }; /* ms */

static enum log_level current_level = LOG_NORMAL;

void log_set_level(enum log_level level) {
    current_level = level;
}

bool log_is_verbose(void) {
    return current_level >= LOG_VERBOSE;
}

/* Returns whether standard error takes a line now, as far as poll can tell. The first line that
 * finds no room waits for it; after that, lines are lost at once until there is room again. */
static bool can_write(void) {
    static atomic_bool stuck;
    struct pollfd wait = {STDERR_FILENO, POLLOUT, 0};
    int ready = poll(&wait, 1, atomic_load(&stuck) ? 0 : WAIT_MAX);
    atomic_store(&stuck, ready == 0);
    return ready != 0;
}

/* Prints one line; connection 0 is the server itself. */
__attribute__((format(printf, 2, 0))) static void print(uint64_t connection, const char *format,
                                                        va_list arguments) {
    char line[LOG_LINE_SIZE];
    int prefix = connection == 0 ? 0 : snprintf(line, sizeof line, "#%" PRIu64 " ", connection);
    int body = vsnprintf(line + prefix, sizeof line - (size_t)prefix, format, arguments);
    size_t length = (size_t)prefix + (body < 0 ? 0 : (size_t)body);
    if (length > sizeof line - 1) {
        length = sizeof line - 1;
    }
    line[length++] = '\n';
    if (!log_writer_put(line, length) && can_write() && write(STDERR_FILENO, line, length) < 0) {
        return; /* the line is lost */
    }
}

void log_problem(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print(0, format, arguments);
    va_end(arguments);
}

void log_event(uint64_t connection, const char *format, ...) {
    if (current_level >= LOG_NORMAL) {
        va_list arguments;
        va_start(arguments, format);
        print(connection, format, arguments);
        va_end(arguments);
    }
}

void log_verbose(uint64_t connection, const char *format, ...) {
    if (current_level >= LOG_VERBOSE) {
        va_list arguments;
        va_start(arguments, format);
        print(connection, format, arguments);
        va_end(arguments);
    }
}

void log_hexdump(uint64_t connection, const void *bytes, size_t len) {
    const uint8_t *byte = bytes;
    size_t shown = len <= LOG_DUMP_MAX || log_is_verbose() ? len : LOG_DUMP_MAX;
    for (size_t offset = 0; offset < shown && current_level >= LOG_NORMAL;
         offset += HEXDUMP_BYTES) {
        size_t take = shown - offset < HEXDUMP_BYTES ? shown - offset : HEXDUMP_BYTES;
        char line[HEXDUMP_LINE_SIZE];
        log_event(connection, "  %s", hexdump_line(offset, byte + offset, take, line));
    }
    if (shown < len) {
        log_event(connection, "  ... %zu more bytes (--verbose shows them)", len - shown);
    }
}
