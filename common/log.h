/* log: one line on standard error for each thing that happens. */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level {
    LOG_QUIET,  /* only what is wrong with the server itself */
    LOG_NORMAL, /* and what happens on connections */
    LOG_VERBOSE /* and every detail */
};

enum {
    LOG_LINE_SIZE = 512,
    LOG_DUMP_MAX =
        512 /* bytes of one dump: 32 lines, so that a terminal still shows its beginning */
};

/* Sets how much is logged. Call it before the first thread is started. */
void log_set_level(enum log_level level);

/* Whether log_verbose would print, for callers that would prepare much for nothing. */
bool log_is_verbose(void);

/* Each of these prints one line, formatted as by printf, as a whole, so that the lines of threads
 * do not mix. A line is cut at LOG_LINE_SIZE bytes. The format gives no newline and no control
 * characters; what a peer sent goes through text_printable first. A line that cannot be written,
 * because nobody reads standard error or it is closed, is lost; a server goes on. It starts a
 * writer (log_writer.h), so that none of its threads waits; other programs write by themselves. */

/* Something is wrong with the server, not with one connection; printed at every level. */
void log_problem(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Something happened on connection number `connection`; the line starts with "#7 ". */
void log_event(uint64_t connection, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same, for details that only --verbose shows. */
void log_verbose(uint64_t connection, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Prints `len` bytes as a hex dump, a line for every 16 of them, as events of `connection`. After
 * LOG_DUMP_MAX bytes one line says how many more there are, unless all details are logged. */
void log_hexdump(uint64_t connection, const void *bytes, size_t len);

#endif
