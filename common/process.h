/* process: what a program owes to whoever starts it, be it a server or a client.
 *
 * None of it is the lesson, and all of it has bitten somebody: a log in the middle of a client's
 * connection, a server that ^C ended although it ran in the background, a full disk that nobody
 * was told of.
 */
#ifndef COMMON_PROCESS_H
#define COMMON_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* send(2) has no flag against SIGPIPE on macOS before 11. The flag is one of two means:
 * process_init ignores the signal. */
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

/* Puts in order what the program was started with; it comes before all other calls.
 *
 * A standard descriptor that is closed is opened, or else the next socket would get its number, and
 * a client what belongs into the log. Such an input has ended already, and such an output gives
 * EBADF to whoever writes to it. SIGPIPE is ignored: a pipe that nobody reads gives EPIPE. */
void process_init(void);

/* Asks for as many descriptors as the program needs: some systems give 1024, or 256, unless it
 * does. Returns how many it may have now; that is at least `wanted`, or all that can be had. */
uint64_t process_allow_descriptors(uint64_t wanted);

/* From now on SIGINT (^C), SIGTERM and SIGHUP (the terminal is gone) do not end the program but ask
 * it to stop; a second ^C ends it at once. A signal that the parent ignored stays ignored, as a
 * shell has it for what runs in the background, and nohup for what outlives its terminal.
 *
 * Returns a descriptor from which one byte can be read for each such signal, its number, or -1 with
 * errno. Call it once, and leave the descriptor open. */
int process_catch_stop(void);

/* Whether one has come, for whoever must know it even if waiting for the descriptor fails. */
bool process_stop_asked(void);

/* Writes what was printed on standard output and still waits. Returns 0, or -1 with errno if this,
 * or anything before it, could not be written. */
int process_flush_output(void);

/* For a child between fork and exec: SIGPIPE is again what it was before process_init. Signals that
 * are caught take care of themselves. */
void process_restore_signals(void);

#endif
