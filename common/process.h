/* process: what a server and a client need besides their own work: open standard descriptors, a
 * high limit on descriptors, an orderly stop, and a check that their output was written.
 *
 * None of it is the lesson, but programs that lack it fail in known ways: log lines go to a client
 * whose socket got the number of standard error; ^C ends a server that runs in the background; a
 * full disk goes unnoticed.
 */
#ifndef COMMON_PROCESS_H
#define COMMON_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* macOS before 11 has no such flag. It does without: process_init ignores SIGPIPE. */
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

/* Prepares the process. Call it before anything else.
 *
 * It opens standard descriptors that are closed. Otherwise the next socket would get such a number,
 * and what belongs in the log would go to a client. A read from such a descriptor returns the end
 * of the file, and a write fails with EBADF. SIGPIPE is ignored, so a write to a pipe that nobody
 * reads fails with EPIPE. */
void process_init(void);

/* Raises the limit on open descriptors to `wanted`, since some systems start a program with only
 * 256 or 1024. Returns how many the program may have now: `wanted`, or less if the system allows no
 * more. */
uint64_t process_allow_descriptors(uint64_t wanted);

/* From now on SIGINT (^C), SIGTERM and SIGHUP (the terminal is gone) do not end the program but ask
 * it to stop; a second SIGINT ends it at once. A signal that the parent ignored stays ignored: a
 * shell ignores SIGINT for a program in the background, and nohup ignores SIGHUP.
 *
 * Returns a descriptor from which one byte, its number, can be read for each such signal, or -1
 * with errno. Call it once, and leave the descriptor open. */
int process_catch_stop(void);

/* Returns whether such a signal has come, even if waiting for the descriptor fails. */
bool process_stop_asked(void);

/* Flushes standard output. Returns 0, or -1 with errno if this, or anything printed before, could
 * not be written. */
int process_flush_output(void);

/* Call it in a child between fork and exec: it makes SIGPIPE what it was before process_init. exec
 * itself resets the signals that are caught. */
void process_restore_signals(void);

#endif
