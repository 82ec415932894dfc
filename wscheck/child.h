/* child: the server or client under test, started by --exec and stopped at the end. */
#ifndef WSCHECK_CHILD_H
#define WSCHECK_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct child;

/* A lock. A thread holds it while it starts a child, or while it opens a descriptor and has not yet
 * set the flag that keeps children from inheriting it. */
void child_hold_forks(void);
void child_release_forks(void);

/* Starts a shell command in a process group of its own and collects its output. In the command
 * {port} stands for the port at the end of `host` ("127.0.0.1:8000"). For a server, `path` is NULL,
 * and its standard input has ended. For a client {path} stands for `path` and {url} for the whole
 * URL, and its standard input is an empty pipe, which child_hang_up closes. Returns NULL with errno
 * if nothing could be started. */
struct child *child_start(const char *command, const char *host, const char *path);
void child_hang_up(struct child *child);

/* Whether it has not ended. */
bool child_is_running(struct child *child);

/* How it ended, in words; "" while it runs. The text lives as long as the child. */
const char *child_end(struct child *child);

/* Whether it has ended by one of the signals of a crash, such as SIGSEGV or SIGABRT. */
bool child_crashed(struct child *child);

/* How many bytes it has printed so far; and a copy of its output from `offset` on, of which only
 * the last `most` bytes, as a C string. The caller frees it. */
size_t child_printed(struct child *child);
char *child_output(struct child *child, size_t offset, size_t most);

/* Waits until its output from `offset` on shows the text, as it is or as hexadecimal digits.
 * Returns whether it does; false once the deadline (clock_now) has passed or the output has
 * ended. */
bool child_prints(struct child *child, size_t offset, const char *text, int64_t deadline);

/* Waits until its output has ended, which happens when its processes have, or until the deadline.
 * Returns whether it has ended. */
bool child_wait_silent(struct child *child, int64_t deadline);

/* Sends it SIGTERM and does not wait. */
void child_terminate(const struct child *child);

/* Sends it SIGTERM, after a while SIGKILL, and frees it. */
void child_stop(struct child *child);

/* Does the same with all children but frees nothing, because other threads may still use them. It
 * keeps the lock, so no child can be started or stopped any more: only the end of the program may
 * follow. */
void child_stop_all(void);

#endif
