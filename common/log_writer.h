/* log_writer: a thread that writes the log, so that no other thread waits until it is read.
 *
 * A write to standard error blocks while a terminal is stopped with ^S, or while nobody reads a
 * pipe. O_NONBLOCK does not help: the shell and other programs share the open file, and the flag
 * would be set for all of them. So lines wait in a ring buffer, and only this thread writes them
 * and may block.
 */
#ifndef COMMON_LOG_WRITER_H
#define COMMON_LOG_WRITER_H

#include <stdbool.h>
#include <stddef.h>

enum {
    /* About 20,000 lines: as many as 10,000 connections log when they arrive at once, or 50 of
     * which --verbose dumps 4096 bytes each. A page of it takes memory only once lines have used
     * it. */
    LOG_WRITER_RING_SIZE = 1 << 20,
    LOG_WRITER_STOP_WAIT = 1000 /* ms */
};

/* Starts the thread, which blocks all signals. Returns 0, or -1 with errno. */
int log_writer_start(void);

/* Copies one line, which ends with a newline, to the ring; lines are written in their order. If the
 * ring is full, the line is lost, and before the next line that fits comes one that says how many
 * have been lost so far. It never waits for the reader. Returns false, and does nothing, if there
 * is no writer. */
bool log_writer_put(const char *line, size_t length);

/* Waits for at most LOG_WRITER_STOP_WAIT until all lines have been written, then ends the thread.
 * Lines that are left then are lost, and so are the lines in the ring when a signal kills the
 * process. */
void log_writer_stop(void);

#endif
