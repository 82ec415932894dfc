/* log_writer: a thread that writes the log, so that nobody else waits for whoever reads it.
 *
 * Standard error may be a terminal that is held with ^S, a pipe or a socket that nobody empties, or
 * a full disk. A descriptor that does not block would not wait, but the shell and others share it,
 * and the mode is theirs, too. So here lines wait in a ring, and only this thread may block.
 */
#ifndef COMMON_LOG_WRITER_H
#define COMMON_LOG_WRITER_H

#include <stdbool.h>
#include <stddef.h>

enum {
    /* Some 20,000 lines: what 10,000 connections that come at once say, or 50 of which --verbose
     * dumps 4096 bytes each. Memory is taken only by lines that wait. */
    LOG_WRITER_RING_SIZE = 1 << 20,
    LOG_WRITER_STOP_WAIT = 1000 /* ms */
};

/* Starts the thread, which takes no signals. Returns 0, or -1 with errno. */
int log_writer_start(void);

/* Takes over a copy of one line, which ends with a newline; it is written soon, after all that came
 * before it. When the ring is full the line is lost; the next one that finds room follows a line
 * that says how many were. Returns at once: false, and it has done nothing, without a writer. */
bool log_writer_put(const char *line, size_t length);

/* Waits until all has been written, for LOG_WRITER_STOP_WAIT at most, and ends the thread if it
 * has. What is left then is lost; so are lines in the ring when a signal ends the process. */
void log_writer_stop(void);

#endif
