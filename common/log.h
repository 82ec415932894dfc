/* log: one line on standard error for each event. */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level {
    LOG_QUIET,  /* only problems of the server itself */
    LOG_NORMAL, /* and what happens on connections */
    LOG_VERBOSE /* and every detail */
};

enum {
    LOG_LINE_SIZE = 512,
    LOG_DUMP_MAX = 512 /* bytes in one dump, which make 32 lines */
};

/* Sets how much is logged. Call it before the first thread is started. */
void log_set_level(enum log_level level);

/* Returns whether log_verbose prints. A caller can skip work whose result only log_verbose would
 * print. */
bool log_is_verbose(void);

/* Each of these formats one line as printf does and writes it whole, so that lines of different
 * threads do not mix. A line longer than LOG_LINE_SIZE bytes is cut. The caller adds no newline and
 * passes no control characters: bytes from a peer go through text_printable first.
 *
 * A line that cannot be written, because standard error is closed or nobody reads it, is lost. A
 * server starts the log's writer (log_writer.h), so that none of its threads waits. In other
 * programs the calling thread writes; if nobody reads, it waits 200 ms for room at the first line
 * and does not wait at later ones. */

/* Something is wrong with the server, not with one connection; printed at every level. */
void log_problem(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Something happened on connection number `connection`; the line starts with "#7 ". Number 0 stands
 * for the server itself, and the line starts without a number. */
void log_event(uint64_t connection, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same, for details that only --verbose shows. */
void log_verbose(uint64_t connection, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Logs `len` bytes as a hex dump, 16 to a line, as events of `connection`. It shows at most
 * LOG_DUMP_MAX of them, unless every detail is logged; a last line says how many more there are. */
void log_hexdump(uint64_t connection, const void *bytes, size_t len);

#endif
